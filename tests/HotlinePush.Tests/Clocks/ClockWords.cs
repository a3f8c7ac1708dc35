using System.Globalization;
using HotlinePush.Clocks;
using HotlinePush.Units;

namespace HotlinePush.Tests.Clocks;

/// <summary>Short ways to write times and limits in tables.</summary>
internal static class ClockWords
{
    /// <summary>Wall clock in the city, or with an offset as given.</summary>
    public static DateTimeOffset At(string text) =>
        DeadlineQuery.ParseMoment(text.Replace(' ', 'T')) ?? throw new FormatException(text);

    public static DateOnly Day(string text) => DateOnly.ParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture);

    public static TimeLimit Limit(string text)
    {
        var parts = text.Split(' ');
        return new(int.Parse(parts[0], CultureInfo.InvariantCulture), parts[1] switch
        {
            "wd" => LimitUnit.WorkingDays,
            "wh" => LimitUnit.WorkingHours,
            "h" => LimitUnit.Hours,
            "min" => LimitUnit.Minutes,
            _ => throw new FormatException(text),
        });
    }

    /// <summary>09:00-12:00 13:00-18:00</summary>
    public static OfficeHours Hours(string text) => new([.. text.Split(' ').Select(p => p.Split('-')).Select(p =>
        new OfficePeriod(TimeOnly.Parse(p[0], CultureInfo.InvariantCulture), TimeOnly.Parse(p[1], CultureInfo.InvariantCulture)))]);

    public static Deadline Compute(string start, string limit, OfficeHours? hours = null, params Suspension[] suspended) =>
        DeadlineCalculator.Compute(At(start), Limit(limit), WorkCalendar.Shipped, hours ?? OfficeHours.Default, suspended);

    public static Suspension Stop(string from, string to) => new(At(from), At(to));

    public static string Show(DateTimeOffset moment) => CityZone.Format(moment);
}
