using HotlinePush.Units;

namespace HotlinePush.Routing;

/// <summary>
/// The dispatch catalogue 派单目录 made ready for look-up. The longest category prefix wins, then the longest area
/// prefix, then more tags, then a city department before others, then the id in ordinal order.
/// </summary>
public sealed class DispatchCatalogue
{
    private readonly City _city;
    private readonly Dictionary<string, List<CatalogueRule>> _byCategory;

    public DispatchCatalogue(City city)
    {
        _city = city;
        _byCategory = city.Catalogue.GroupBy(r => r.CategoryPrefix, StringComparer.Ordinal).ToDictionary(
            g => g.Key,
            g => g.OrderByDescending(r => r.AreaPrefix.Length).ThenByDescending(r => r.Tags?.Count ?? 0).ThenBy(UnitRank)
                .ThenBy(r => r.Id, StringComparer.Ordinal).ToList(),
            StringComparer.Ordinal);
    }

    /// <param name="tags">A rule with tags asks for all of them.</param>
    public CatalogueMatch? Find(string? categoryId, string? areaId, IReadOnlyCollection<string>? tags = null)
    {
        var fitting = new List<CatalogueRule>();
        foreach (var prefix in Prefixes(categoryId))
            if (_byCategory.TryGetValue(prefix, out var rules))
                fitting.AddRange(rules.Where(r => Covers(r.AreaPrefix, areaId) && (r.Tags ?? []).All(t => tags?.Contains(t) == true)));
        if (fitting.Count == 0)
            return null;
        var lost = fitting.Skip(1).Take(5).ToArray();
        return new CatalogueMatch(fitting[0], Explain(fitting[0], lost), lost);
    }

    /// <summary>
    /// What a rule may name to fit this category, most specific first: the category, its ancestors (by parent, or by the dashes of its id), and
    /// any beginning of the id that is no category of its own.
    /// </summary>
    private IEnumerable<string> Prefixes(string? categoryId)
    {
        if (categoryId is null)
            return [""];
        var prefixes = new HashSet<string>(StringComparer.Ordinal) { "", categoryId };
        for (var n = 1; n < categoryId.Length; n++)
            if (categoryId[n] == '-' || _city.FindCategory(categoryId[..n]) is null)
                prefixes.Add(categoryId[..n]);
        var steps = 0;
        for (var parent = _city.FindCategory(categoryId)?.ParentId; parent is not null && steps < 16; parent = _city.FindCategory(parent)?.ParentId, steps++)
            prefixes.Add(parent);
        return prefixes.OrderByDescending(p => p == categoryId).ThenByDescending(p => p.Length);
    }

    /// <summary>Where the prefix names an area it means that area and all below it, and not a neighbour whose id begins alike.</summary>
    private bool Covers(string prefix, string? areaId)
    {
        if (prefix.Length == 0)
            return true;
        if (areaId is null)
            return false;
        if (_city.FindArea(prefix) is null)
            return areaId.StartsWith(prefix, StringComparison.Ordinal);
        var steps = 0;
        for (var id = areaId; id is not null && steps < 16; id = _city.FindArea(id)?.ParentId, steps++)
        {
            if (id == prefix)
                return true;
        }
        return false;
    }

    private int UnitRank(CatalogueRule rule) => _city.FindUnit(rule.LeadUnitId)?.Kind == UnitKind.CityDepartment ? 0 : 1;

    private string Explain(CatalogueRule rule, CatalogueRule[] lost)
    {
        var why = $"规则 {rule.Id}：{Scope(rule)}，主办{_city.FindUnit(rule.LeadUnitId)?.Name ?? rule.LeadUnitId}";
        return lost.Length == 0 ? why : $"{why}；优先于规则 {lost[0].Id}（{Beats(rule, lost[0])}）";
    }

    private string Scope(CatalogueRule rule)
    {
        var category = rule.CategoryPrefix.Length == 0 ? "全部事项" : $"事项“{_city.FindCategory(rule.CategoryPrefix)?.Name ?? rule.CategoryPrefix}”";
        var area = rule.AreaPrefix.Length == 0 ? "全市" : $"区域“{_city.FindArea(rule.AreaPrefix)?.Name ?? rule.AreaPrefix}”";
        return rule.Tags is { Count: > 0 } tags ? $"{category}、{area}、标签“{string.Join("、", tags)}”" : $"{category}、{area}";
    }

    private string Beats(CatalogueRule winner, CatalogueRule loser) =>
        winner.CategoryPrefix.Length != loser.CategoryPrefix.Length ? "事项更具体"
        : winner.AreaPrefix.Length != loser.AreaPrefix.Length ? "区域更具体"
        : (winner.Tags?.Count ?? 0) != (loser.Tags?.Count ?? 0) ? "标签更具体"
        : UnitRank(winner) != UnitRank(loser) ? "市级部门优先" : "编号在前";
}
