using HotlinePush.Clocks;
using HotlinePush.Units;
using HotlinePush.Web;

namespace HotlinePush.Supervision;

/// <summary>A period of receipt days, both included.</summary>
public readonly record struct Period(DateOnly From, DateOnly To)
{
    /// <summary>The longest period figures are given for.</summary>
    public const int MostDays = 400;

    public int Days => To.DayNumber - From.DayNumber + 1;

    public Period Before => new(From.AddDays(-Days), From.AddDays(-1));

    public static Period MonthOf(DateOnly day) => new(new(day.Year, day.Month, 1), new DateOnly(day.Year, day.Month, 1).AddMonths(1).AddDays(-1));

    /// <summary>By <c>from</c> and <c>to</c>, or the last thirty days.</summary>
    public static Period Read(QueryFields query, DateTimeOffset now, int most = MostDays, int usual = 30)
    {
        var to = query.Date("to") ?? CityZone.DateOf(now);
        var from = query.Date("from") ?? to.AddDays(1 - usual);
        query.Check.That(to.Year < 9999, "to", "outOfRange", "日期不在允许的范围内。");
        query.Check.That(from <= to, "from", "outOfRange", "开始日期不应晚于结束日期。");
        query.Check.That(to.DayNumber - from.DayNumber < most, "from", "outOfRange", $"一次最多{most}天。");
        return new(from, to);
    }
}

/// <summary>Scores of a period, from the days' figures and the rules in force.</summary>
public sealed class Figures(FactStore facts, ScoreRules rules, CitySource cities)
{
    /// <param name="rule">Another rule than the one in force: that of a frozen period.</param>
    public async Task<Scores> ScoresAsync(Period period, Dimension by, int? level, CancellationToken ct, ScoreRule? rule = null)
    {
        var figures = await facts.FiguresAsync(period.From, period.To, ct);
        return ScoreSums.Of(figures, period.From, period.To, by, level, rule ?? await rules.InForceAsync(period.From, ct), await cities.GetAsync(ct));
    }
}
