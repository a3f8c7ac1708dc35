using HotlinePush.Units;
using HotlinePush.Web;

namespace HotlinePush.Routing;

/// <summary>What a dispatch catalogue must be before it comes into force.</summary>
public static class CatalogueChecks
{
    public const int MaxRules = 20_000;
    private const int MaxCoUnits = 20;
    private const int MaxTags = 20;
    private const int MaxTag = 50;

    /// <param name="at">The field path of a rule by its index.</param>
    public static Refusal? Check(
        IReadOnlyList<CatalogueRule> rules, Func<int, string> at, IReadOnlyList<Unit> units, IReadOnlyList<Area> areas, IReadOnlyList<Category> categories)
    {
        if (SetupChecks.TooMany(rules.Count, MaxRules) is { } tooMany)
            return tooMany;
        var unitIds = units.Select(u => u.Id).ToHashSet(StringComparer.Ordinal);
        var categoryIds = Sorted(categories.Select(c => c.Id));
        var areaIds = Sorted(areas.Select(a => a.Id));
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var check = new Check();
        for (var i = 0; i < rules.Count; i++)
        {
            var (rule, path) = (rules[i], at(i));
            check.Id(path + ".id", rule.Id).That(seen.Add(rule.Id), path + ".id", "duplicate", "编号重复。");
            // Of a category's id the catalogue looks at whole steps between dashes, of an area's at every character.
            Prefix(check, path + ".categoryPrefix", rule.CategoryPrefix, categoryIds, true, "unknownCategory", "没有这一级事项分类。");
            Prefix(check, path + ".areaPrefix", rule.AreaPrefix, areaIds, false, "unknownArea", "没有以此开头的区划。");
            check.That(unitIds.Contains(rule.LeadUnitId), path + ".leadUnitId", "unknownUnit", "没有这个承办单位。");
            check.Count(path + ".coUnitIds", rule.CoUnitIds?.Count, MaxCoUnits).Count(path + ".tags", rule.Tags?.Count, MaxTags);
            for (var c = 0; c < rule.CoUnitIds?.Count; c++)
                check.That(unitIds.Contains(rule.CoUnitIds[c]), $"{path}.coUnitIds[{c}]", "unknownUnit", "没有这个承办单位。")
                    .That(rule.CoUnitIds[c] != rule.LeadUnitId && !rule.CoUnitIds.Take(c).Contains(rule.CoUnitIds[c]), $"{path}.coUnitIds[{c}]", "duplicate", "单位重复。");
            for (var t = 0; t < rule.Tags?.Count; t++)
                check.Text($"{path}.tags[{t}]", rule.Tags[t], required: true, max: MaxTag)
                    .That(CatalogueCsv.CanHold(rule.Tags[t]), $"{path}.tags[{t}]", "badText", "标签不可含分号，首尾不可有空格。");
        }

        return check.Result();
    }

    // A prefix that begins no id would never fire: more likely a slip of the pen than a plan.
    private static void Prefix(Check check, string field, string prefix, string[] ids, bool wholeSteps, string code, string message)
    {
        if (!SetupChecks.IsPrefix(prefix))
            check.Add(field, "badValue", "最多 64 个小写字母、数字和连字符；留空表示全部。");
        else if (prefix.Length > 0)
            check.That(wholeSteps ? Array.BinarySearch(ids, prefix, StringComparer.Ordinal) >= 0 || BeginsOne(ids, prefix + '-') : BeginsOne(ids, prefix), field, code, message);
    }

    private static bool BeginsOne(string[] sorted, string prefix)
    {
        var at = Array.BinarySearch(sorted, prefix, StringComparer.Ordinal);
        return at >= 0 || (~at < sorted.Length && sorted[~at].StartsWith(prefix, StringComparison.Ordinal));
    }

    private static string[] Sorted(IEnumerable<string> ids)
    {
        string[] sorted = [.. ids];
        Array.Sort(sorted, StringComparer.Ordinal);
        return sorted;
    }
}
