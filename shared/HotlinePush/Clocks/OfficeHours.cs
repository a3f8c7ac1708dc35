using HotlinePush.Units;

namespace HotlinePush.Clocks;

/// <summary>Office hours of a day, earliest period first, not overlapping. 09:00–12:00 and 13:00–18:00 unless a unit has its own.</summary>
public sealed record OfficeHours(IReadOnlyList<OfficePeriod> Periods)
{
    public static readonly OfficeHours Default = new([new(new(9, 0), new(12, 0)), new(new(13, 0), new(18, 0))]);

    public const int MostPeriods = 8;

    public TimeOnly Closes => Periods[^1].To;

    /// <summary>Empty when clocks can run on these hours: 1–8 periods in order, each ending after it begins, none touching the next.</summary>
    public IReadOnlyList<FieldProblem> Validate()
    {
        if (Periods.Count is 0 or > MostPeriods)
            return [new("officeHours", "badCount", $"Office hours are 1 to {MostPeriods} periods.")];
        var problems = new List<FieldProblem>();
        for (var i = 0; i < Periods.Count; i++)
        {
            if (Periods[i] is not { } period)
                problems.Add(new($"officeHours[{i}]", "required", "A period is missing."));
            else if (period.From >= period.To)
                problems.Add(new($"officeHours[{i}]", "emptyPeriod", "A period ends after it begins, on the same day."));
            else if (i > 0 && Periods[i - 1] is { } before && before.To >= period.From)
                problems.Add(new($"officeHours[{i}]", "overlap", "Periods are in order and do not touch."));
        }

        return problems;
    }
}
