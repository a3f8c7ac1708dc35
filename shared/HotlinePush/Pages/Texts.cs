using System.Collections.Frozen;
using System.Globalization;
using System.Resources;

namespace HotlinePush.Pages;

/// <summary>
/// The words of the pages in one language, from every <c>Texts.resx</c> (Chinese) and <c>Texts.en.resx</c> below <c>Pages</c>: what a part
/// of the site says stands beside its pages. All stand in this assembly: under invariant globalization there are no cultures by which
/// satellite assemblies could be found.
/// </summary>
public sealed class Texts
{
    public static readonly Texts Chinese = new(Language.Chinese, "Texts/zh/");
    public static readonly Texts English = new(Language.English, "Texts/en/");

    private readonly FrozenDictionary<string, string> _texts;

    private Texts(Language language, string resources)
    {
        Language = language;
        var texts = new Dictionary<string, string>(StringComparer.Ordinal);
        var assembly = typeof(Texts).Assembly;
        foreach (var resource in assembly.GetManifestResourceNames().Where(n => n.StartsWith(resources, StringComparison.Ordinal)))
        {
            using var reader = new ResourceReader(assembly.GetManifestResourceStream(resource)!);
            foreach (System.Collections.DictionaryEntry entry in reader)
                texts.Add((string)entry.Key, (string)entry.Value!);
        }

        _texts = texts.ToFrozenDictionary(StringComparer.Ordinal);
    }

    public Language Language { get; }
    public IReadOnlyCollection<string> Keys => _texts.Keys;

    public static Texts In(Language language) => language == Language.English ? English : Chinese;

    public string this[string key] => _texts.TryGetValue(key, out var text) ? text : throw new KeyNotFoundException($"No text '{key}' in {Language}.");

    public string this[string key, params object?[] values] => string.Format(CultureInfo.InvariantCulture, this[key], values);

    public string? Find(string key) => _texts.GetValueOrDefault(key);

    /// <summary>A number with its noun; English has two forms, under <c>key.one</c> and <c>key</c>.</summary>
    public string Count(string key, long n) => n == 1 && Find(key + ".one") is { } one ? one : this[key, n];
}
