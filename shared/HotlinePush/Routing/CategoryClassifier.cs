namespace HotlinePush.Routing;

/// <summary>
/// An immutable snapshot of what is known: softmax regression over phrases of the lexicon and hashed character
/// n-grams. The lexicon's weights are where training starts and what it is pulled back to, so that nothing learnt means
/// the lexicon alone, and little learnt means the lexicon slightly bent. Same examples, same snapshot.
/// </summary>
public sealed class CategoryClassifier : ICategoryClassifier
{
    private readonly Lexicon _lexicon;
    private readonly ClassifierTuning _tuning;
    private readonly int[] _roots;
    private readonly int[] _classOf;
    // Features never trained on have row 0, which stays zero.
    private readonly int[] _row = new int[TextFeatures.Space];
    private readonly float[] _idf = new float[TextFeatures.NGramSpace];
    private readonly float[] _weights;
    private readonly float[] _bias;
    private readonly CategoryDepth _depth;

    private CategoryClassifier(Lexicon lexicon, IReadOnlyList<Example> examples, ClassifierTuning tuning)
    {
        _lexicon = lexicon;
        _tuning = tuning;
        _roots = [.. Enumerable.Range(0, lexicon.Categories.Count).Where(i => lexicon.Parents[i] < 0)];
        _classOf = [.. lexicon.Roots.Select(r => Array.IndexOf(_roots, r))];
        _bias = new float[_roots.Length];
        _weights = new float[NumberRows(examples) * _roots.Length];
        SetWeightsOfLexicon();
        CountDocuments(examples);
        var scaled = examples.Select(e => Scale(e.Features)).ToArray();
        if (examples.Count > 0)
            Fit(scaled, [.. examples.Select(e => _classOf[e.Category])], [.. examples.Select(e => e.Weight)]);
        _depth = new CategoryDepth(lexicon, examples, _idf);
    }

    /// <param name="tuning">Null: the shipped one.</param>
    /// <remarks>About a tenth of a millisecond per example and epoch on one core: call it off the request.</remarks>
    public static CategoryClassifier Train(Lexicon lexicon, IReadOnlyList<Example> examples, ClassifierTuning? tuning = null) =>
        new(lexicon, examples, tuning ?? new ClassifierTuning());

    public IReadOnlyList<CategorySuggestion> Suggest(string text, int max)
    {
        if (string.IsNullOrWhiteSpace(text) || _roots.Length == 0)
            return [];
        var features = TextFeatures.Of(text, _lexicon, out var hits);
        var p = Probabilities(features);
        var best = Enumerable.Range(0, p.Length).OrderByDescending(c => p[c]).Take(Math.Max(1, max));
        var scores = _depth.Look(features, hits);
        return [.. best.Where((c, place) => place == 0 || p[c] >= 0.005f).Select(c => new CategorySuggestion(
            _lexicon.Categories[_depth.Descend(_roots[c], scores)].Id, Math.Round(p[c], 3), TellingWords(c, text, hits)))];
    }

    /// <summary>Per first level, in their order in the category list; adds up to 1.</summary>
    public float[] Probabilities(TextFeatures features)
    {
        var p = new float[_roots.Length];
        AddLogits(Scale(features), p);
        Softmax(p, _tuning.Temperature);
        return p;
    }

    private List<string> TellingWords(int c, string text, List<PhraseHit> hits) =>
        [.. hits.DistinctBy(h => h.Phrase)
            .Select(h => (h, Weight: Advantage(_row[TextFeatures.PhraseIndex(_lexicon.Phrases[h.Phrase])] * _roots.Length, c)))
            .Where(x => x.Weight > 0.3f).OrderByDescending(x => x.Weight).ThenBy(x => x.h.Start).Take(5)
            .Select(x => text.Substring(x.h.Start, x.h.Length))];

    private float Advantage(int row, int c)
    {
        var sum = 0f;
        foreach (var weight in _weights.AsSpan(row, _roots.Length))
            sum += weight;
        return _weights[row + c] - sum / _roots.Length;
    }

    private int NumberRows(IReadOnlyList<Example> examples)
    {
        var rows = 1;
        foreach (var index in _lexicon.Phrases.Select(TextFeatures.PhraseIndex).Concat(examples.SelectMany(e => e.Features.Index)))
        {
            if (_row[index] == 0)
                _row[index] = rows++;
        }
        return rows;
    }

    private void SetWeightsOfLexicon()
    {
        for (var phrase = 0; phrase < _lexicon.Phrases.Length; phrase++)
        {
            var row = _row[TextFeatures.PhraseIndex(_lexicon.Phrases[phrase])] * _roots.Length;
            foreach (var (category, weight) in _lexicon.Weights[phrase])
            {
                if (_classOf[category] >= 0)
                    _weights[row + _classOf[category]] = Math.Max(_weights[row + _classOf[category]], weight);
            }
        }
    }

    private void CountDocuments(IReadOnlyList<Example> examples)
    {
        foreach (var index in examples.SelectMany(e => e.Features.Index))
        {
            if (index < _idf.Length)
                _idf[index]++;
        }
        for (var i = 0; i < _idf.Length; i++)
            _idf[i] = MathF.Log((examples.Count + 1f) / (_idf[i] + 1f));
    }

    // N-grams share a fixed length whatever the text's; phrases grow with the square root of how many were found,
    // so that a long message is surer than a short one, but not without end.
    private (int Row, float X)[] Scale(TextFeatures features)
    {
        float squares = 0, phrases = 0;
        for (var k = 0; k < features.Index.Length; k++)
        {
            if (features.Index[k] >= TextFeatures.NGramSpace)
                phrases += features.Value[k];
            else
            {
                var weight = features.Value[k] * _idf[features.Index[k]];
                squares += weight * weight;
            }
        }
        var grams = _tuning.GramLength / MathF.Sqrt(Math.Max(squares, 1e-9f));
        var phrase = 1f / MathF.Sqrt(Math.Max(phrases, 1f));
        var scaled = new List<(int, float)>(features.Index.Length);
        for (var k = 0; k < features.Index.Length; k++)
        {
            var index = features.Index[k];
            if (_row[index] != 0)
                scaled.Add((_row[index] * _roots.Length, features.Value[k] * (index < TextFeatures.NGramSpace ? _idf[index] * grams : phrase)));
        }
        return [.. scaled];
    }

    private void Fit((int Row, float X)[][] examples, int[] classes, float[] importance)
    {
        var prior = (float[])_weights.Clone();
        var order = Enumerable.Range(0, examples.Length).Where(n => classes[n] >= 0).ToArray();
        // A fixed seed: two instances that learnt the same must say the same.
        var random = new Random(12345);
        var p = new float[_roots.Length];
        var epochs = examples.Length > 2000 ? 5 : _tuning.Epochs;
        var (step, steps) = (0, epochs * order.Length);
        for (var epoch = 0; epoch < epochs; epoch++)
        {
            random.Shuffle(order);
            foreach (var n in order)
            {
                var rate = _tuning.Rate * importance[n] * (1f - 0.95f * step++ / steps);
                Array.Clear(p);
                AddLogits(examples[n], p);
                Softmax(p, 1f);
                p[classes[n]] -= 1f;
                for (var c = 0; c < p.Length; c++)
                    _bias[c] -= rate * _tuning.BiasRate * p[c];
                foreach (var (row, x) in examples[n])
                {
                    for (var c = 0; c < p.Length; c++)
                        _weights[row + c] -= rate * (p[c] * x + _tuning.Decay * (_weights[row + c] - prior[row + c]));
                }
            }
        }
    }

    private void AddLogits((int Row, float X)[] features, float[] p)
    {
        for (var c = 0; c < p.Length; c++)
            p[c] += _bias[c];
        foreach (var (row, x) in features)
        {
            for (var c = 0; c < p.Length; c++)
                p[c] += _weights[row + c] * x;
        }
    }

    private static void Softmax(float[] p, float temperature)
    {
        var max = p.Max();
        var sum = 0f;
        for (var c = 0; c < p.Length; c++)
            sum += p[c] = MathF.Exp((p[c] - max) / temperature);
        for (var c = 0; c < p.Length; c++)
            p[c] /= sum;
    }
}

/// <summary>Chosen by cross-validation on real messages; broad optima, no need to touch them.</summary>
public sealed record ClassifierTuning
{
    public float GramLength { get; init; } = 3f;
    public float Rate { get; init; } = 0.1f;
    public float BiasRate { get; init; } = 0.1f;
    public int Epochs { get; init; } = 20;
    public float Decay { get; init; } = 1e-3f;
    /// <summary>Above 1 makes confidences more modest; set so that they match how often they are right.</summary>
    public float Temperature { get; init; } = 0.85f;
}
