using System.Globalization;
using HotlinePush.Clocks;
using HotlinePush.Web;

namespace HotlinePush.Units;

/// <summary>What the parts of the set-up have in common: ids, names, and parents that make a tree.</summary>
internal static class SetupChecks
{
    public const int MaxId = 64;
    public const int MaxName = 100;

    public static bool IsId(string id) => id.Length is > 0 and <= MaxId && IsPrefix(id);

    /// <summary>An id or the beginning of one; empty for everything.</summary>
    public static bool IsPrefix(string prefix) => prefix.Length <= MaxId && prefix.All(c => c is (>= 'a' and <= 'z') or (>= '0' and <= '9') or '-');

    public static string Path(int index) => string.Create(CultureInfo.InvariantCulture, $"items[{index}]");

    public static Check Id(this Check check, string field, string id) =>
        check.That(IsId(id), field, "badValue", "编号由 1 到 64 个小写字母、数字和连字符组成。");

    public static Check Count(this Check check, string field, int? count, int most) =>
        check.That(count is null || count <= most, field, "outOfRange", string.Create(CultureInfo.InvariantCulture, $"最多 {most} 项。"));

    /// <summary>Null where there are not too many; nothing else is looked at then.</summary>
    public static Refusal? TooMany(int count, int most, string field = "items") =>
        count <= most ? null : Refusal.Of("outOfRange", field, string.Create(CultureInfo.InvariantCulture, $"最多 {most} 项。"));

    /// <summary>Ids well formed and unique, names given, parents in the list, no circles, and at most <paramref name="maxDepth"/> levels.</summary>
    public static Check Tree<T>(
        this Check check, IReadOnlyList<T> items, Func<T, string> id, Func<T, string> name, Func<T, string?> parent, int maxDepth = int.MaxValue)
    {
        var index = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < items.Count; i++)
        {
            check.Id(Path(i) + ".id", id(items[i])).Text(Path(i) + ".name", name(items[i]), required: true, max: MaxName);
            if (!index.TryAdd(id(items[i]), i))
                check.Add(Path(i) + ".id", "duplicate", "编号重复。");
        }

        // Levels are counted once per item: the way up ends at the first one whose level is known.
        var level = new int[items.Count];
        var way = new List<int>();
        for (var i = 0; i < items.Count; i++)
        {
            var at = i;
            way.Clear();
            while (level[at] == 0)
            {
                level[at] = -1;
                way.Add(at);
                if (parent(items[at]) is not { } above)
                    break;
                if (!index.TryGetValue(above, out var next))
                {
                    check.Add(Path(at) + ".parentId", "unknownParent", "列表中没有这个上级。");
                    break;
                }

                if (level[next] == -1)
                {
                    check.Add(Path(at) + ".parentId", "circle", "上下级关系成环。");
                    break;
                }

                at = next;
            }

            var depth = level[at] > 0 ? level[at] : 0;
            for (var w = way.Count - 1; w >= 0; w--)
            {
                level[way[w]] = ++depth;
                if (depth > maxDepth)
                    check.Add(Path(way[w]) + ".parentId", "tooDeep", string.Create(CultureInfo.InvariantCulture, $"最多 {maxDepth} 级。"));
            }
        }

        return check;
    }

    public static Check Add(this Check check, string under, IEnumerable<FieldProblem> problems)
    {
        foreach (var problem in problems)
            check.Add(under + problem.Field, problem.Code, problem.Message);
        return check;
    }

    /// <summary>The check's refusal; a code that has no answer of its own becomes <c>invalid</c> and stands beside its field.</summary>
    public static Refusal? Result(this Check check) =>
        check.Refusal is { } refusal && !Problems.IsListed(refusal.Code) ? refusal with { Code = "invalid" } : check.Refusal;
}
