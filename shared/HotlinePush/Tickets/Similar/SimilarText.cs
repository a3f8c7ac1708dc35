using HotlinePush.Routing;

namespace HotlinePush.Tickets.Similar;

/// <summary>
/// How alike Chinese texts are: pairs of neighbouring characters, weighed by how rare they are among the candidates (tf-idf, cosine).
/// No word list is needed, and names of estates, roads and shops weigh most because few candidates have them.
/// </summary>
public sealed class SimilarText
{
    // Bodies ramble: what comes after this many characters is rarely about the matter itself.
    private const int BodyLimit = 600;
    private const int ShortestWord = 2;
    private const int LongestWord = 12;

    private readonly Dictionary<uint, int> _documents = [];
    private readonly List<(string Text, Dictionary<uint, float> Pairs)> _candidates = [];

    public void Add(string text)
    {
        var folded = Cut(text);
        var pairs = Pairs(folded);
        _candidates.Add((folded, pairs));
        foreach (var pair in pairs.Keys)
            _documents[pair] = _documents.GetValueOrDefault(pair) + 1;
    }

    /// <summary>For each candidate in the order they were added: cosine from 0 to 1, and the weightiest words in common.</summary>
    public List<(double Cosine, IReadOnlyList<string> Words)> Compare(string text, int words)
    {
        var query = Weigh(Pairs(Cut(text)));
        var norm = Norm(query);
        var found = new List<(double, IReadOnlyList<string>)>(_candidates.Count);
        foreach (var (candidate, pairs) in _candidates)
        {
            var weights = Weigh(pairs);
            double dot = 0;
            foreach (var (pair, weight) in query)
                if (weights.TryGetValue(pair, out var other))
                    dot += weight * other;
            var cosine = dot == 0 ? 0 : Math.Min(1, dot / (norm * Norm(weights)));
            found.Add((cosine, cosine == 0 ? [] : InCommon(candidate, query, words)));
        }

        return found;
    }

    private Dictionary<uint, float> Weigh(Dictionary<uint, float> pairs)
    {
        var weights = new Dictionary<uint, float>(pairs.Count);
        foreach (var (pair, count) in pairs)
            weights[pair] = (1 + MathF.Log(count)) * MathF.Log(1 + (_candidates.Count + 1) / (_documents.GetValueOrDefault(pair) + 0.5f));
        return weights;
    }

    private static double Norm(Dictionary<uint, float> weights)
    {
        double sum = 0;
        foreach (var weight in weights.Values)
            sum += weight * weight;
        return Math.Sqrt(sum);
    }

    /// <summary>Runs of the candidate's text whose every pair the query has too, the weightiest first.</summary>
    private static List<string> InCommon(string text, Dictionary<uint, float> query, int words)
    {
        var runs = new List<(string Word, float Weight)>();
        for (var i = 0; i + 1 < text.Length;)
        {
            var (end, weight) = (i, 0f);
            while (end + 1 < text.Length && end - i + 1 < LongestWord && PairAt(text, end) is { } pair && query.TryGetValue(pair, out var w))
            {
                weight += w;
                end++;
            }

            if (end - i + 1 >= ShortestWord && end > i)
                runs.Add((text[i..(end + 1)], weight));
            i = Math.Max(i + 1, end);
        }

        return [.. runs.OrderByDescending(r => r.Weight).Select(r => r.Word).Distinct(StringComparer.Ordinal).Take(words)];
    }

    private static Dictionary<uint, float> Pairs(string text)
    {
        // The subject, which is the first line, says what it is about: it counts twice.
        var subject = text.IndexOf('\n');
        var pairs = new Dictionary<uint, float>();
        for (var i = 0; i + 1 < text.Length; i++)
            if (PairAt(text, i) is { } pair)
                pairs[pair] = pairs.GetValueOrDefault(pair) + (i < subject ? 2 : 1);
        return pairs;
    }

    private static uint? PairAt(string text, int i) =>
        char.IsLetterOrDigit(text[i]) && char.IsLetterOrDigit(text[i + 1]) ? ((uint)text[i] << 16) | text[i + 1] : null;

    private static string Cut(string text)
    {
        var folded = PlainText.Fold(text);
        var end = Math.Max(0, folded.IndexOf('\n')) + BodyLimit;
        return folded.Length > end ? folded[..end] : folded;
    }
}
