using HotlinePush.Units;

namespace HotlinePush.Pages.Parts;

/// <summary>Streets and townships under their districts. Villages are left to the address: a select of thousands helps nobody.</summary>
public static class AreaChoices
{
    public static IEnumerable<Choice> Of(City city, Texts texts)
    {
        var children = city.Areas.ToLookup(a => a.ParentId ?? "", StringComparer.Ordinal);
        foreach (var root in children[""])
            foreach (var district in children[root.Id])
            {
                yield return new(district.Id, texts["file.wholeDistrict", district.Name], Group: district.Name);
                foreach (var street in children[district.Id])
                    yield return new(street.Id, street.Name, Group: district.Name);
            }
    }

    /// <summary>A division with those above it, the city left out: 望江区 鹤汀街道.</summary>
    public static string? NameOf(City city, string? id)
    {
        var names = new List<string>();
        for (var area = city.FindArea(id); area is not null; area = city.FindArea(area.ParentId))
            if (area.ParentId is not null || names.Count == 0)
                names.Insert(0, area.Name);
        return names.Count == 0 ? null : string.Join(' ', names);
    }
}

/// <summary>The second level of the taxonomy under the first.</summary>
public static class CategoryChoices
{
    public static IEnumerable<Choice> Of(City city)
    {
        var children = city.Categories.ToLookup(c => c.ParentId ?? "", StringComparer.Ordinal);
        foreach (var first in children[""])
        {
            if (!children[first.Id].Any())
                yield return new(first.Id, first.Name, Group: first.Name);
            foreach (var second in children[first.Id])
                yield return new(second.Id, second.Name, Group: first.Name);
        }
    }

    public static string? NameOf(City city, string? id)
    {
        var names = new List<string>();
        for (var category = city.FindCategory(id); category is not null; category = city.FindCategory(category.ParentId))
            names.Insert(0, category.Name);
        return names.Count == 0 ? null : string.Join(" / ", names);
    }
}
