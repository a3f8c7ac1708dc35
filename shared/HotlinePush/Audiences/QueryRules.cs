using System.Collections.Immutable;
using System.Globalization;
using HotlinePush.Audiences.Import;
using HotlinePush.Web;

namespace HotlinePush.Audiences;

/// <summary>What a saved query means.</summary>
public static class QueryRules
{
    public const int MaxConditions = 20;
    private const string Area = "area";
    private const string Tag = "tag";

    public static Refusal? CheckQuery(IReadOnlyList<QueryCondition> where)
    {
        var check = new Check().That(where.Count is > 0 and <= MaxConditions, "where", "outOfRange", $"条件应为 1 到 {MaxConditions} 条。");
        for (var i = 0; i < Math.Min(where.Count, MaxConditions); i++)
        {
            var (at, condition) = (string.Create(CultureInfo.InvariantCulture, $"where[{i}]"), where[i]);
            check.Text(at + ".column", condition.Column, required: true, max: RecipientColumns.MaxNameLength).Text(at + ".value", condition.Value, max: 200);
            if (condition.Op is QueryOp.Filled or QueryOp.Empty)
                check.That(string.IsNullOrEmpty(condition.Value), at + ".value", "badValue", "此比较不带值。");
            else
                check.That(!string.IsNullOrEmpty(condition.Value), at + ".value", "required", "此项必填。");
            if (condition is { Op: QueryOp.AtLeast or QueryOp.AtMost, Value: { } value })
                check.That(CellText.TryNumber(value, out _), at + ".value", "badValue", "应为数字。");
        }

        return check.Refusal;
    }

    public static bool Meets(Recipient recipient, ImmutableArray<QueryCondition> where)
    {
        foreach (var condition in where)
            if (!Meets(recipient, condition))
                return false;
        return true;
    }

    private static bool Meets(Recipient recipient, QueryCondition condition)
    {
        if (condition.Column == Tag)
            return Compare(condition, Tags(recipient));
        var value = condition.Column == Area ? recipient.AreaId : recipient.Fields.GetValueOrDefault(condition.Column);
        // A division is meant with all that lies in it.
        if (condition is { Column: Area, Op: QueryOp.Is or QueryOp.IsNot, Value: { } area })
            return value?.StartsWith(area, StringComparison.Ordinal) == true == (condition.Op == QueryOp.Is);
        return Compare(condition, value is null ? [] : [value]);
    }

    private static bool Compare(QueryCondition condition, IReadOnlyList<string> values) => condition.Op switch
    {
        QueryOp.Filled => values.Count > 0,
        QueryOp.Empty => values.Count == 0,
        QueryOp.Is => values.Contains(condition.Value, StringComparer.Ordinal) || Number(condition, values, (v, c) => v == c),
        QueryOp.IsNot => !(values.Contains(condition.Value, StringComparer.Ordinal) || Number(condition, values, (v, c) => v == c)),
        QueryOp.Contains => values.Any(v => v.Contains(condition.Value!, StringComparison.Ordinal)),
        QueryOp.StartsWith => values.Any(v => v.StartsWith(condition.Value!, StringComparison.Ordinal)),
        QueryOp.AtLeast => Number(condition, values, (v, c) => v >= c),
        _ => Number(condition, values, (v, c) => v <= c),
    };

    private static bool Number(QueryCondition condition, IReadOnlyList<string> values, Func<decimal, decimal, bool> holds) =>
        CellText.TryNumber(condition.Value!, out var bound) && values.Any(v => CellText.TryNumber(v, out var number) && holds(number, bound));

    private static string[] Tags(Recipient recipient) =>
        (recipient.Fields.GetValueOrDefault("tags") ?? recipient.Fields.GetValueOrDefault("标签") ?? "").Split([' ', ',', '，', ';', '；', '、', '|'], StringSplitOptions.RemoveEmptyEntries);
}
