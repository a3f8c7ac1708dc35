namespace HotlinePush.Routing;

public sealed record ClassifierTuning
{
    public float LexiconScale { get; init; } = 1.0f;
    public float PhrasePower { get; init; } = 0.5f;
    public float GramScale { get; init; } = 3f;
    public float PhraseScale { get; init; } = 1f;
    public float Rate { get; init; } = 0.1f;
    public int Epochs { get; init; } = 20;
    public float Decay { get; init; } = 1e-4f;
    public float Temperature { get; init; } = 1f;
    public static ClassifierTuning Default { get; set; } = new();
}

/// <summary>One confirmed ticket as it is remembered for training: no text, only hashed features.</summary>
public sealed record Example(TextFeatures Features, int Category, float Weight);

public sealed class CategoryClassifier : ICategoryClassifier
{
    private readonly Lexicon _lexicon;
    private readonly ClassifierTuning _t;
    private readonly int[] _roots;          // class -> category index
    private readonly int[] _classOf;        // category index -> class
    private readonly int[] _row = new int[TextFeatures.Space];
    private readonly float[] _weights;
    private readonly float[] _idf = new float[TextFeatures.NGramSpace];
    private readonly float[] _bias;
    private int K => _roots.Length;

    private CategoryClassifier(Lexicon lexicon, IReadOnlyList<Example> examples, IReadOnlyList<TextFeatures>? seen, ClassifierTuning tuning)
    {
        _lexicon = lexicon;
        _t = tuning;
        _roots = [.. Enumerable.Range(0, lexicon.Categories.Count).Where(i => lexicon.Parents[i] < 0)];
        _classOf = new int[lexicon.Categories.Count];
        for (var i = 0; i < _classOf.Length; i++)
            _classOf[i] = Array.IndexOf(_roots, lexicon.Roots[i]);
        _bias = new float[K];

        var rows = 1;
        for (var p = 0; p < lexicon.Phrases.Length; p++)
        {
            ref var row = ref _row[TextFeatures.PhraseIndex(lexicon.Phrases[p])];
            if (row == 0)
                row = rows++;
        }
        foreach (var e in examples)
            foreach (var f in e.Features.Index)
                if (_row[f] == 0)
                    _row[f] = rows++;
        _weights = new float[rows * K];
        for (var p = 0; p < lexicon.Phrases.Length; p++)
        {
            var row = _row[TextFeatures.PhraseIndex(lexicon.Phrases[p])] * K;
            foreach (var w in lexicon.Weights[p])
            {
                ref var weight = ref _weights[row + _classOf[w.Category]];
                weight = Math.Max(weight, w.Weight * tuning.LexiconScale);
            }
        }
        var docs = 0;
        var df = new int[TextFeatures.NGramSpace];
        foreach (var f in examples.Select(e => e.Features).Concat(seen ?? []))
        {
            docs++;
            foreach (var i in f.Index)
                if (i < TextFeatures.NGramSpace)
                    df[i]++;
        }
        for (var i = 0; i < df.Length; i++)
            _idf[i] = MathF.Log((docs + 1f) / (df[i] + 1f));
        Fit(examples);
    }

    public static CategoryClassifier Train(Lexicon lexicon, IReadOnlyList<Example> examples, IReadOnlyList<TextFeatures>? seen = null, ClassifierTuning? tuning = null) =>
        new(lexicon, examples, seen, tuning ?? ClassifierTuning.Default);

    public int CategoryCount => K;
    public int ClassOf(int category) => _classOf[category];

    private (int Row, float X)[] Scale(TextFeatures f)
    {
        float norm = 0, phrases = 0;
        for (var k = 0; k < f.Index.Length; k++)
        {
            if (f.Index[k] < TextFeatures.NGramSpace)
            {
                var v = f.Value[k] * _idf[f.Index[k]];
                norm += v * v;
            }
            else
                phrases += f.Value[k];
        }
        norm = _t.GramScale / MathF.Sqrt(Math.Max(norm, 1e-9f));
        var scale = _t.PhraseScale / MathF.Pow(Math.Max(phrases, 1f), _t.PhrasePower);
        var x = new List<(int, float)>(f.Index.Length);
        for (var k = 0; k < f.Index.Length; k++)
        {
            var row = _row[f.Index[k]];
            if (row == 0)
                continue;
            x.Add((row * K, f.Index[k] < TextFeatures.NGramSpace ? f.Value[k] * _idf[f.Index[k]] * norm : f.Value[k] * scale));
        }
        return [.. x];
    }

    private void Fit(IReadOnlyList<Example> examples)
    {
        if (examples.Count == 0)
            return;
        var prior = (float[])_weights.Clone();
        var xs = examples.Select(e => Scale(e.Features)).ToArray();
        var order = Enumerable.Range(0, examples.Count).ToArray();
        var random = new Random(12345);
        var p = new float[K];
        var step = 0;
        var total = _t.Epochs * examples.Count;
        for (var epoch = 0; epoch < _t.Epochs; epoch++)
        {
            random.Shuffle(order);
            foreach (var n in order)
            {
                var rate = _t.Rate * (1f - 0.95f * step++ / total);
                Logits(xs[n], p);
                Softmax(p, 1f);
                p[_classOf[examples[n].Category]] -= 1f;
                for (var c = 0; c < K; c++)
                    _bias[c] -= rate * 0.1f * p[c];
                foreach (var (row, x) in xs[n])
                {
                    for (var c = 0; c < K; c++)
                        _weights[row + c] -= rate * (p[c] * x + _t.Decay * (_weights[row + c] - prior[row + c]));
                }
            }
        }
    }

    private void Logits((int Row, float X)[] xs, float[] p)
    {
        _bias.CopyTo(p, 0);
        foreach (var (row, x) in xs)
            for (var c = 0; c < p.Length; c++)
                p[c] += _weights[row + c] * x;
    }

    private static void Softmax(float[] p, float temperature)
    {
        var max = p.Max();
        float sum = 0;
        for (var c = 0; c < p.Length; c++)
            sum += p[c] = MathF.Exp((p[c] - max) / temperature);
        for (var c = 0; c < p.Length; c++)
            p[c] /= sum;
    }

    public float[] Probabilities(TextFeatures features)
    {
        var p = new float[K];
        Logits(Scale(features), p);
        Softmax(p, _t.Temperature);
        return p;
    }

    public IReadOnlyList<CategorySuggestion> Suggest(string text, int max)
    {
        if (string.IsNullOrWhiteSpace(text))
            return [];
        var f = TextFeatures.Of(text, _lexicon, out _);
        var p = Probabilities(f);
        return [.. Enumerable.Range(0, K).OrderByDescending(c => p[c]).Take(max).Select(c => new CategorySuggestion(_lexicon.Categories[_roots[c]].Id, p[c], []))];
    }
}
