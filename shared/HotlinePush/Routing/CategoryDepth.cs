namespace HotlinePush.Routing;

/// <summary>
/// From a first level down to the second and third, as far as the words carry: by phrases of the lexicon and by
/// likeness to tickets confirmed there. Where two children are close it stays with their parent.
/// </summary>
internal sealed class CategoryDepth
{
    private const float Enough = 1.2f;
    private const float Lead = 1.3f;
    // A likeness of 0.25, ordinary for two messages on one matter, weighs as much as one strong word.
    private const float LikenessWeight = 8f;
    private const int LargestCentroid = 3000;

    private readonly Lexicon _lexicon;
    private readonly float[] _idf;
    private readonly int[][] _children;
    private readonly Dictionary<int, Dictionary<int, float>> _centroids = [];

    public CategoryDepth(Lexicon lexicon, IReadOnlyList<Example> examples, float[] idf)
    {
        _lexicon = lexicon;
        _idf = idf;
        _children = [.. lexicon.Categories.Select((_, parent) =>
            Enumerable.Range(0, lexicon.Parents.Length).Where(i => lexicon.Parents[i] == parent).ToArray())];
        foreach (var group in examples.Where(e => lexicon.Parents[e.Category] >= 0).GroupBy(e => e.Category))
        {
            for (var at = group.Key; lexicon.Parents[at] >= 0; at = lexicon.Parents[at])
                AddTo(at, group);
        }
        foreach (var (category, sums) in _centroids)
            _centroids[category] = Normalised(sums.OrderByDescending(s => s.Value).ThenBy(s => s.Key).Take(LargestCentroid));
    }

    /// <summary>How much the words speak for each category, those of its descendants included; looked at once per text.</summary>
    public Scores Look(TextFeatures features, List<PhraseHit> hits)
    {
        var words = new Dictionary<int, float>();
        var seen = new HashSet<int>();
        foreach (var hit in hits)
        {
            if (!seen.Add(hit.Phrase))
                continue;
            var value = features.Value[Array.BinarySearch(features.Index, TextFeatures.PhraseIndex(_lexicon.Phrases[hit.Phrase]))];
            var best = new Dictionary<int, float>();
            foreach (var (category, weight) in _lexicon.Weights[hit.Phrase])
                for (var at = category; at >= 0; at = _lexicon.Parents[at])
                    best[at] = Math.Max(weight, best.GetValueOrDefault(at));
            foreach (var (category, weight) in best)
                words[category] = words.GetValueOrDefault(category) + weight * value;
        }

        return new(words, features);
    }

    public int Descend(int category, Scores scores)
    {
        while (_children[category].Length > 0)
        {
            var (first, second, child) = (float.MinValue, float.MinValue, -1);
            foreach (var one in _children[category])
            {
                var score = Score(one, scores);
                if (score > first)
                    (first, second, child) = (score, first, one);
                else if (score > second)
                    second = score;
            }

            if (first < Enough || first < Lead * second)
                return category;
            category = child;
        }
        return category;
    }

    public readonly record struct Scores(Dictionary<int, float> Words, TextFeatures Features);

    private float Score(int child, Scores scores) => scores.Words.GetValueOrDefault(child) + LikenessWeight * Likeness(child, scores.Features);

    private float Likeness(int category, TextFeatures features)
    {
        if (!_centroids.TryGetValue(category, out var centroid))
            return 0;
        float dot = 0, squares = 0;
        for (var k = 0; k < features.Index.Length && features.Index[k] < TextFeatures.NGramSpace; k++)
        {
            var value = features.Value[k] * _idf[features.Index[k]];
            squares += value * value;
            dot += value * centroid.GetValueOrDefault(features.Index[k]);
        }
        return squares == 0 ? 0 : dot / MathF.Sqrt(squares);
    }

    private void AddTo(int category, IEnumerable<Example> examples)
    {
        if (!_centroids.TryGetValue(category, out var sums))
            _centroids[category] = sums = [];
        foreach (var (features, _, weight) in examples)
        {
            for (var k = 0; k < features.Index.Length && features.Index[k] < TextFeatures.NGramSpace; k++)
                sums[features.Index[k]] = sums.GetValueOrDefault(features.Index[k]) + weight * features.Value[k] * _idf[features.Index[k]];
        }
    }

    private static Dictionary<int, float> Normalised(IEnumerable<KeyValuePair<int, float>> sums)
    {
        var kept = sums.ToArray();
        var length = MathF.Sqrt(kept.Sum(s => s.Value * s.Value));
        return kept.ToDictionary(s => s.Key, s => length == 0 ? 0 : s.Value / length);
    }
}
