using HotlinePush.Units;

namespace HotlinePush.Supervision;

/// <param name="Numerator">Raw: every ticket that counts.</param>
/// <param name="AfterExclusions">Without the tickets that approved appeals took out.</param>
public sealed record MeasureView(int Numerator, int Denominator, double? Rate, ShareView AfterExclusions)
{
    public static MeasureView Of(Tally tally, Measure measure)
    {
        var raw = tally.Raw(measure);
        return new(raw.Numerator, raw.Denominator, raw.Rate, ShareView.Of(tally.AfterExclusions(measure)));
    }
}

public sealed record ShareView(int Numerator, int Denominator, double? Rate)
{
    public static ShareView Of(Share share) => new(share.Numerator, share.Denominator, share.Rate);
}

/// <summary>The figures of one unit, area or category, or of all of them.</summary>
/// <param name="Score">0–100 by the rule in force; null where no measure has enough tickets.</param>
public sealed record ScoreItem(
    string Key, string Name, int Received, int Open, int Closed, int Overdue, int AnsweredAtDesk, int Unreached, int Redos, int Returns, int Merged,
    MeasureView Response, MeasureView Resolution, MeasureView Satisfaction, MeasureView Resolved, double? Score, double? ScoreAfterExclusions)
{
    public static ScoreItem Of(string key, string name, Tally t, ScoreRule rule) => new(
        key, name, t.Received, t.Open, t.Closed, t.Overdue, t.AnsweredAtDesk, t.Unreached, t.Redos, t.Returns, t.Merged,
        MeasureView.Of(t, Measure.Response), MeasureView.Of(t, Measure.Resolution), MeasureView.Of(t, Measure.Satisfaction), MeasureView.Of(t, Measure.Resolved),
        rule.Score(t, false), rule.Score(t, true));

    public MeasureView this[Measure measure] => measure switch
    {
        Measure.Response => Response,
        Measure.Resolution => Resolution,
        Measure.Satisfaction => Satisfaction,
        _ => Resolved,
    };
}

/// <summary>The figures of a period.</summary>
/// <param name="PendingDays">Days that are not yet in these figures; the next look counts on.</param>
public sealed record Scores(DateOnly From, DateOnly To, Dimension By, ScoreRule Rule, IReadOnlyList<ScoreItem> Items, ScoreItem Total, int PendingDays);

/// <summary>Adds up days.</summary>
public static class ScoreSums
{
    /// <param name="level">Groups areas and categories by the branch they belong to, 1 for the widest; null leaves them as tickets have them.</param>
    public static Scores Of(PeriodFigures figures, DateOnly from, DateOnly to, Dimension by, int? level, ScoreRule rule, City city)
    {
        var tallies = new Dictionary<string, Tally>(StringComparer.Ordinal);
        var total = new Tally();
        foreach (var day in figures.Days)
            foreach (var (key, counts) in day.By(by))
            {
                var tally = new Tally(counts);
                total.Add(tally);
                var group = level is { } l ? GroupOf(key, by, l, city) : key;
                if (!tallies.TryGetValue(group, out var sum))
                    tallies[group] = sum = new();
                sum.Add(tally);
            }

        return new(
            from, to, by, rule,
            [.. tallies.Select(t => ScoreItem.Of(t.Key, NameOf(t.Key, by, city), t.Value, rule)).OrderByDescending(i => i.Received).ThenBy(i => i.Key, StringComparer.Ordinal)],
            ScoreItem.Of("total", "合计", total, rule), figures.Pending);
    }

    public static string NameOf(string key, Dimension by, City city) => by switch
    {
        Dimension.Unit when key == FigureKeys.Desk => "话务中心",
        Dimension.Unit => city.FindUnit(key)?.Name ?? key,
        Dimension.Area => city.FindArea(key)?.Name ?? (key == FigureKeys.None ? "未注明" : key),
        Dimension.Category => city.FindCategory(key)?.Name ?? (key == FigureKeys.None ? "未分类" : key),
        _ => key,
    };

    internal static string GroupOf(string key, Dimension by, int level, City city)
    {
        var branch = new List<string>();
        for (var at = key; at is not null && branch.Count < 10;)
        {
            branch.Insert(0, at);
            at = by switch
            {
                Dimension.Area => city.FindArea(at)?.ParentId,
                Dimension.Category => city.FindCategory(at)?.ParentId,
                Dimension.Unit => city.FindUnit(at)?.ParentId,
                _ => null,
            };
        }

        return branch[Math.Min(level, branch.Count) - 1];
    }
}
