using HotlinePush.Knowledge;
using HotlinePush.Routing;

namespace HotlinePush.Supervision.Topics;

/// <summary>Names a topic by what its texts themselves say: runs of telling pairs that stand in several subjects.</summary>
internal static class TopicWords
{
    private const int Most = 4;
    private const int LongestRun = 14;
    private const int TellingTerms = 24;

    /// <summary>What fewer say might be one person's name.</summary>
    public const int Fewest = 3;

    public static IReadOnlyList<string> Of(IReadOnlyList<TopicText> texts, List<int> members, TopicVectors vectors, (int Term, float Weight)[] center)
    {
        var telling = center.Take(TellingTerms).ToDictionary(c => c.Term, c => c.Weight);
        var runs = new Dictionary<string, (int Count, float Weight)>(StringComparer.Ordinal);
        foreach (var member in members)
            foreach (var (run, weight) in Runs(texts[member].Subject, vectors, telling).DistinctBy(r => r.Run))
                runs[run] = (runs.GetValueOrDefault(run).Count + 1, weight);
        var words = new List<string>();
        foreach (var (run, _) in runs.Where(r => r.Value.Count >= Math.Min(Fewest, members.Count)).OrderByDescending(r => r.Value.Count * r.Value.Weight).ThenBy(r => r.Key, StringComparer.Ordinal))
        {
            if (words.Exists(w => w.Contains(run, StringComparison.Ordinal) || run.Contains(w, StringComparison.Ordinal)))
                continue;
            words.Add(run);
            if (words.Count == Most)
                break;
        }

        return words;
    }

    /// <summary>Stretches of a subject in which every pair is telling, and how telling they are together.</summary>
    private static IEnumerable<(string Run, float Weight)> Runs(string subject, TopicVectors vectors, Dictionary<int, float> telling)
    {
        var folded = PlainText.Fold(subject);
        var (from, to, weight) = (-1, -1, 0f);
        foreach (var term in SearchTerms.Of(subject).Where(t => t.IsStrong))
        {
            var known = vectors.Ids.TryGetValue(term.Key, out var id) && telling.TryGetValue(id, out var own) ? own : 0;
            if (from >= 0 && (known == 0 || term.Start > to - 1 && term.Start != to || term.Start + term.Length - from > LongestRun))
            {
                yield return (folded[from..to], weight);
                (from, weight) = (-1, 0);
            }

            if (known == 0)
                continue;
            if (from < 0)
                from = term.Start;
            to = term.Start + term.Length;
            weight += known;
        }

        if (from >= 0)
            yield return (folded[from..to], weight);
    }
}
