using HotlinePush.Knowledge;

namespace HotlinePush.Supervision.Topics;

/// <summary>A text that may belong to a topic.</summary>
/// <param name="Number">The ticket's.</param>
public sealed record TopicText(string Number, string Subject, string Body, DateTimeOffset At, string? AreaId = null, string? CategoryId = null);

/// <summary>
/// Texts as short lists of weighted character pairs and words: the subject counts thrice, what stands in few texts counts most. Names of
/// estates, roads and firms are rare, so places weigh by themselves.
/// </summary>
internal sealed class TopicVectors
{
    private const int BodyLimit = 300;
    private const int SubjectWeight = 3;
    private const int MostTerms = 60;
    private const int LongestWord = 12;

    // A term in more than this part of all texts tells nothing; in one text alone, neither.
    private const double Common = 0.08;
    private const int FewTexts = 50;

    public TopicVectors(IReadOnlyList<TopicText> texts)
    {
        var ids = new Dictionary<ulong, int>();
        var documents = new List<int>();
        var counted = new Dictionary<int, int>[texts.Count];
        for (var i = 0; i < texts.Count; i++)
        {
            var counts = counted[i] = [];
            Count(texts[i].Subject, SubjectWeight, counts);
            var body = texts[i].Body.Trim();
            Count(body.Length <= BodyLimit ? body : body[..BodyLimit], 1, counts);
            foreach (var id in counts.Keys)
                documents[id]++;
        }

        Terms = documents.Count;
        Of = new (int, float)[texts.Count][];
        var limit = Math.Max(FewTexts, texts.Count * Common);
        for (var i = 0; i < texts.Count; i++)
            Of[i] = Normal([.. counted[i]
                .Where(c => documents[c.Key] >= 2 && documents[c.Key] <= limit)
                .Select(c => (c.Key, (1 + MathF.Log(c.Value)) * MathF.Log(texts.Count / (float)documents[c.Key])))]);

        void Count(string text, int weight, Dictionary<int, int> counts)
        {
            foreach (var term in SearchTerms.Of(text))
            {
                if (!term.IsStrong || term.Length > LongestWord)
                    continue;
                if (!ids.TryGetValue(term.Key, out var id))
                {
                    ids[term.Key] = id = documents.Count;
                    documents.Add(0);
                }

                counts[id] = counts.GetValueOrDefault(id) + weight;
            }
        }

        Ids = ids;
    }

    public int Terms { get; }

    /// <summary>Of each text its weightiest terms; the squares add up to 1.</summary>
    public (int Term, float Weight)[][] Of { get; }

    public IReadOnlyDictionary<ulong, int> Ids { get; }

    /// <summary>The weightiest terms, scaled to length 1.</summary>
    public static (int Term, float Weight)[] Normal(IEnumerable<(int Term, float Weight)> weights)
    {
        var top = weights.OrderByDescending(w => w.Weight).ThenBy(w => w.Term).Take(MostTerms).ToArray();
        var norm = MathF.Sqrt(top.Sum(w => w.Weight * w.Weight));
        return norm == 0 ? [] : [.. top.Select(w => (w.Term, w.Weight / norm))];
    }
}
