using HotlinePush.Units;

namespace HotlinePush.Clocks;

/// <summary>
/// The date inside another: how long somebody has who works towards a unit's own deadline. One working day less than is left of it, at least
/// half of what is left; where it has passed already, half an office day, or an hour on wall-clock limits.
/// </summary>
public static class InnerLimit
{
    private const int HoursOnceLate = 4;
    private const int MinutesOnceLate = 60;

    /// <param name="outer">A clock that has not been stopped. While it stands still, what is left of it does not shrink.</param>
    public static TimeLimit Within(Clock outer, City city, DateTimeOffset now)
    {
        var from = outer.IsSuspended ? outer.Segments[^1].From : now;
        var working = outer.Limit.IsWorkingTime;
        if (outer.DueAt <= from)
            return working ? TimeLimit.WorkingHours(HoursOnceLate) : TimeLimit.Minutes(MinutesOnceLate);
        if (!working)
            return Wall((outer.DueAt - from) / 2);
        var days = WorkingDays(from, outer.DueAt, city.Calendar);
        if (days > 1)
            return TimeLimit.WorkingDays(Math.Min(days - 1, TimeLimit.Most));
        var half = DeadlineCalculator.WorkingTimeBetween(from, outer.DueAt, city.Calendar, OfficeHours.Default) / 2;
        // Minutes of the wall clock pass no later than as many of office time would.
        return half >= TimeSpan.FromHours(1) ? TimeLimit.WorkingHours((int)half.TotalHours) : Wall(half);
    }

    private static TimeLimit Wall(TimeSpan span) => span.TotalMinutes <= TimeLimit.Most
        ? TimeLimit.Minutes(Math.Max(1, (int)span.TotalMinutes))
        : TimeLimit.Hours(Math.Min((int)span.TotalHours, TimeLimit.Most));

    private static int WorkingDays(DateTimeOffset from, DateTimeOffset to, WorkCalendar calendar)
    {
        var days = 0;
        for (var day = CityZone.DateOf(from).AddDays(1); day <= CityZone.DateOf(to); day = day.AddDays(1))
            if (calendar.IsWorkingDay(day))
                days++;
        return days;
    }
}
