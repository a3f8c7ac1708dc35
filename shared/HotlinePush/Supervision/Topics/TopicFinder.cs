namespace HotlinePush.Supervision.Topics;

/// <summary>Texts about the same matter.</summary>
/// <param name="Members">Places in the list that was searched, ascending.</param>
/// <param name="Words">What they have in common, the most telling first; each stands in the subject of several of them.</param>
public sealed record FoundTopic(IReadOnlyList<int> Members, IReadOnlyList<string> Words);

/// <summary>
/// Finds clusters of near-same texts. Each text joins the nearest cluster so far or begins one; clusters that turn out alike are merged,
/// and each text then goes to where it fits best. An inverted index offers only clusters that share a term, so thousands of texts take
/// seconds. The same texts in the same order give the same topics.
/// </summary>
public static class TopicFinder
{
    public const int Smallest = 5;

    // Cosines, tuned on public messages: below Join matters of one estate run together, above it one matter falls apart.
    private const float Join = 0.25f, Merge = 0.4f, Belong = 0.2f;
    private const int Refinements = 2;

    public static IReadOnlyList<FoundTopic> Find(IReadOnlyList<TopicText> texts, int smallest = Smallest)
    {
        if (texts.Count < smallest)
            return [];
        var vectors = new TopicVectors(texts);
        var groups = Lead(vectors);
        for (var i = 0; i < Refinements; i++)
            groups = Assign(vectors, Merged(vectors, groups.Where(g => g.Count >= 3).ToList()));
        return [.. groups.Where(g => g.Count >= smallest)
            .OrderByDescending(g => g.Count).ThenBy(g => g[0])
            .Select(g => new FoundTopic(g, TopicWords.Of(texts, g, vectors, Center(vectors, g))))];
    }

    /// <summary>One pass in order: to the nearest cluster that is near enough, or a new one.</summary>
    private static List<List<int>> Lead(TopicVectors vectors)
    {
        var members = new List<List<int>>();
        var sums = new List<Dictionary<int, float>>();
        var squares = new List<float>();
        var having = new List<int>?[vectors.Terms];
        var scores = new Dictionary<int, float>();
        for (var i = 0; i < vectors.Of.Length; i++)
        {
            scores.Clear();
            foreach (var (term, weight) in vectors.Of[i])
                foreach (var c in having[term] ?? [])
                    scores[c] = scores.GetValueOrDefault(c) + weight * sums[c][term];
            var (best, score) = (-1, 0f);
            foreach (var (c, dot) in scores)
                if (dot / MathF.Sqrt(squares[c]) is var cosine && (cosine > score || (cosine == score && c < best)))
                    (best, score) = (c, cosine);
            if (score < Join)
            {
                best = members.Count;
                members.Add([]);
                sums.Add([]);
                squares.Add(0);
            }

            foreach (var (term, weight) in vectors.Of[i])
            {
                var before = sums[best].GetValueOrDefault(term);
                if (before == 0)
                    (having[term] ??= []).Add(best);
                squares[best] += (before + weight) * (before + weight) - before * before;
                sums[best][term] = before + weight;
            }

            members[best].Add(i);
        }

        return members;
    }

    /// <summary>The centers of the groups; those alike become one.</summary>
    private static List<(int Term, float Weight)[]> Merged(TopicVectors vectors, List<List<int>> groups)
    {
        var centers = groups.ConvertAll(g => Center(vectors, g));
        var root = Enumerable.Range(0, groups.Count).ToArray();
        var having = Index(vectors, centers);
        for (var k = 0; k < centers.Count; k++)
            foreach (var (other, cosine) in Near(centers[k], having))
                if (other < k && cosine >= Merge)
                    root[Root(k)] = Root(other);
        return [.. Enumerable.Range(0, groups.Count).GroupBy(Root).Select(same => Center(vectors, [.. same.SelectMany(k => groups[k])]))];

        int Root(int k)
        {
            while (root[k] != k)
                k = root[k];
            return k;
        }
    }

    /// <summary>Each text to the center it is nearest to, if any is near enough.</summary>
    private static List<List<int>> Assign(TopicVectors vectors, List<(int Term, float Weight)[]> centers)
    {
        var having = Index(vectors, centers);
        var groups = centers.ConvertAll(_ => new List<int>());
        for (var i = 0; i < vectors.Of.Length; i++)
        {
            var (best, score) = (-1, 0f);
            foreach (var (k, cosine) in Near(vectors.Of[i], having))
                if (cosine > score || (cosine == score && k < best))
                    (best, score) = (k, cosine);
            if (score >= Belong)
                groups[best].Add(i);
        }

        return groups;
    }

    private static (int Term, float Weight)[] Center(TopicVectors vectors, List<int> members)
    {
        var sum = new Dictionary<int, float>();
        foreach (var member in members)
            foreach (var (term, weight) in vectors.Of[member])
                sum[term] = sum.GetValueOrDefault(term) + weight;
        return TopicVectors.Normal(sum.Select(s => (s.Key, s.Value)));
    }

    private static List<(int, float)>?[] Index(TopicVectors vectors, List<(int Term, float Weight)[]> centers)
    {
        var having = new List<(int, float)>?[vectors.Terms];
        for (var k = 0; k < centers.Count; k++)
            foreach (var (term, weight) in centers[k])
                (having[term] ??= []).Add((k, weight));
        return having;
    }

    private static Dictionary<int, float> Near((int Term, float Weight)[] vector, List<(int, float)>?[] having)
    {
        var scores = new Dictionary<int, float>();
        foreach (var (term, weight) in vector)
            foreach (var (k, own) in having[term] ?? [])
                scores[k] = scores.GetValueOrDefault(k) + weight * own;
        return scores;
    }
}
