using HotlinePush.Units;

namespace HotlinePush.Routing;

/// <summary>How much a phrase speaks for a category.</summary>
public readonly record struct PhraseWeight(int Category, float Weight);

/// <summary>
/// What is known before anything was learnt: the names of the categories and the shipped word list. A city that has
/// renumbered its categories keeps the word list as long as it keeps their names.
/// </summary>
public sealed class Lexicon
{
    private readonly PhraseMatcher _matcher;

    public Lexicon(IReadOnlyList<Category> categories)
    {
        Categories = categories;
        var index = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < categories.Count; i++)
            index[categories[i].Id] = i;
        Parents = [.. categories.Select(c => c.ParentId is not null && index.TryGetValue(c.ParentId, out var p) ? p : -1)];
        Roots = [.. Enumerable.Range(0, categories.Count).Select(RootOf)];

        var byPath = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < categories.Count; i++)
            byPath.TryAdd(PathOf(i), i);
        var phrases = new Dictionary<string, Dictionary<int, float>>(StringComparer.Ordinal);
        for (var i = 0; i < categories.Count; i++)
        {
            foreach (var word in categories[i].Name.Split('、', '和', '与', '及').Append(categories[i].Name))
                Add(phrases, word, i, word == categories[i].Name ? 1f : 0.5f);
        }
        foreach (var (path, word, weight) in Shipped.Value)
        {
            // A city without our second level gives its words to the first.
            for (var at = path; at.Length > 0; at = at[..Math.Max(0, at.LastIndexOf('/'))])
            {
                if (!byPath.TryGetValue(at, out var category))
                    continue;
                Add(phrases, word, category, weight);
                break;
            }
        }
        Phrases = [.. phrases.Keys];
        Weights = [.. phrases.Values.Select(w => w.Select(p => new PhraseWeight(p.Key, p.Value)).ToArray())];
        _matcher = new PhraseMatcher(Phrases);
    }

    public IReadOnlyList<Category> Categories { get; }
    /// <summary>Per category the index of its parent; -1 for a first level.</summary>
    public int[] Parents { get; }
    /// <summary>Per category the index of its first level.</summary>
    public int[] Roots { get; }
    public string[] Phrases { get; }
    public PhraseWeight[][] Weights { get; }

    public List<PhraseHit> Find(string folded) => _matcher.FindLongest(folded);

    private int RootOf(int category)
    {
        for (var steps = 0; Parents[category] >= 0 && steps < 8; steps++)
            category = Parents[category];
        return category;
    }

    private string PathOf(int category) =>
        Parents[category] < 0 ? Categories[category].Name : PathOf(Parents[category]) + "/" + Categories[category].Name;

    private static void Add(Dictionary<string, Dictionary<int, float>> phrases, string word, int category, float weight)
    {
        // 其他 and single characters say nothing.
        if (word.Length < 2 || word == "其他")
            return;
        var key = PlainText.Fold(word);
        if (!phrases.TryGetValue(key, out var weights))
            phrases[key] = weights = [];
        weights[category] = Math.Max(weight, weights.GetValueOrDefault(category));
    }

    private static readonly Lazy<List<(string Path, string Word, float Weight)>> Shipped = new(() =>
    {
        var paths = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var category in Taxonomy.Default)
            paths[category.Id] = category.ParentId is null ? category.Name : paths[category.ParentId] + "/" + category.Name;
        using var stream = typeof(Lexicon).Assembly.GetManifestResourceStream("HotlinePush.Routing.lexicon.txt")
            ?? throw new InvalidOperationException("The shipped word list is not embedded.");
        using var reader = new StreamReader(stream);
        var words = new List<(string, string, float)>();
        while (reader.ReadLine() is { } line)
        {
            if (line.Length == 0 || line[0] == '#')
                continue;
            var colon = line.IndexOf(':');
            foreach (var word in line[(colon + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries))
                words.Add((paths[line[..colon]], word.TrimEnd('*', '?'), word[^1] switch { '*' => 2f, '?' => 0.5f, _ => 1f }));
        }
        return words;
    });
}
