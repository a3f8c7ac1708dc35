using HotlinePush.Units;

namespace HotlinePush.Routing;

/// <summary>Checks a whole catalogue against the city it is meant for, before it replaces the one in force.</summary>
public static class CatalogueCheck
{
    /// <param name="city">Its units, areas and categories count; its own catalogue does not.</param>
    /// <param name="firstRow">Row of the first rule in the file it came from.</param>
    public static IReadOnlyList<CatalogueProblem> Problems(IReadOnlyList<CatalogueRule> rules, City city, int firstRow = 2)
    {
        var problems = new List<CatalogueProblem>();
        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        var scopes = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < rules.Count; i++)
        {
            var (rule, row) = (rules[i], firstRow + i);
            void Report(string column, string code, string message) => problems.Add(new CatalogueProblem(row, column, code, message));

            if (!IsId(rule.Id))
                Report("id", "badId", "编号须为 1–64 个小写字母、数字或连字符");
            else if (!ids.TryAdd(rule.Id, row))
                Report("id", "duplicateId", $"编号与第 {ids[rule.Id]} 行相同");
            if (rule.CategoryPrefix.Length > 0 && city.FindCategory(rule.CategoryPrefix) is null)
                Report("categoryPrefix", "unknownCategory", $"没有事项分类 {rule.CategoryPrefix}");
            if (rule.AreaPrefix.Length > 0 && !city.Areas.Any(a => a.Id.StartsWith(rule.AreaPrefix, StringComparison.Ordinal)))
                Report("areaPrefix", "unknownArea", $"没有以 {rule.AreaPrefix} 开头的区域");
            if (city.FindUnit(rule.LeadUnitId) is null)
                Report("leadUnitId", "unknownUnit", $"没有承办单位 {rule.LeadUnitId}");
            foreach (var unit in (rule.CoUnitIds ?? []).Where(u => city.FindUnit(u) is null))
                Report("coUnitIds", "unknownUnit", $"没有承办单位 {unit}");
            // Only a different kind of lead unit could tell two such rules apart, and then the second never fires.
            var scope = $"{rule.CategoryPrefix}|{rule.AreaPrefix}|{string.Join(',', (rule.Tags ?? []).Order(StringComparer.Ordinal))}";
            if (!scopes.TryAdd(scope, row))
                Report("categoryPrefix", "duplicateRule", $"范围与第 {scopes[scope]} 行完全相同，其中一条永远不会生效");
        }
        return problems;
    }

    private static bool IsId(string id) => id.Length is >= 1 and <= 64 && id.All(c => c is >= 'a' and <= 'z' or >= '0' and <= '9' or '-');
}
