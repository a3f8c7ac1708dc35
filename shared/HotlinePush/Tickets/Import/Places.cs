using System.Runtime.CompilerServices;
using HotlinePush.Units;

namespace HotlinePush.Tickets.Import;

/// <summary>Areas and categories by what people write for them: ids, names, paths of names.</summary>
public sealed class Places
{
    private static readonly ConditionalWeakTable<City, Places> Made = [];

    private readonly City _city;
    private readonly Dictionary<string, string> _categoryPaths = new(StringComparer.Ordinal);
    private readonly Dictionary<string, HashSet<string>> _areaNames = new(StringComparer.Ordinal);

    private Places(City city)
    {
        _city = city;
        foreach (var category in city.Categories)
            _categoryPaths.TryAdd(PathOf(category), category.Id);
        foreach (var area in city.Areas)
            foreach (var name in area.Aliases is { } aliases ? [area.Name, .. aliases] : (IEnumerable<string>)[area.Name])
            {
                if (!_areaNames.TryGetValue(name, out var ids))
                    _areaNames[name] = ids = new(StringComparer.Ordinal);
                ids.Add(area.Id);
            }
    }

    public static Places Of(City city) => Made.GetValue(city, c => new(c));

    /// <summary>Null where there is none.</summary>
    public string? FindCategory(string text) =>
        _city.FindCategory(text)?.Id ?? _categoryPaths.GetValueOrDefault(string.Join('/', text.Replace('／', '/').Split('/').Select(p => p.Trim())));

    /// <param name="several">The name is that of several areas; then the answer is null.</param>
    public string? FindArea(string text, out bool several)
    {
        several = false;
        if (_city.FindArea(text) is { } area)
            return area.Id;
        if (!_areaNames.TryGetValue(text, out var ids))
            return null;
        several = ids.Count > 1;
        return several ? null : ids.First();
    }

    private string PathOf(Category category)
    {
        var path = category.Name;
        // Three levels; the bound keeps a set-up with a loop from hanging an import.
        for (var level = 1; level < 8 && _city.FindCategory(category.ParentId) is { } parent; level++)
            (path, category) = ($"{parent.Name}/{path}", parent);
        return path;
    }
}
