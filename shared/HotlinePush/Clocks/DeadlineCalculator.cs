namespace HotlinePush.Clocks;

/// <summary>
/// Deadlines, by these rules. <i>n working days</i>: the day of receipt does not count, the deadline is the end of office hours
/// on the nth working day after it. <i>n working hours</i>: office time from the moment on; time ending at a break ends there.
/// <i>Hours, minutes</i>: wall clock. Suspended time is not counted: working days are then a budget, the office time of the n
/// working days after receipt, used up from 00:00 of the day after receipt. Exact to the tick; all moments come back with the
/// city's offset.
/// <para>Starts from 1949-10-01; nothing is due after 9999-12-31. The Try form answers null beyond, the others throw
/// <see cref="ArgumentOutOfRangeException"/>, as they do for amounts outside 1–2000 (a limit and its extensions).</para>
/// </summary>
public static class DeadlineCalculator
{
    public const int MostCounted = 2 * TimeLimit.Most;

    public static Deadline Compute(
        DateTimeOffset start, TimeLimit limit, WorkCalendar calendar, OfficeHours hours, IReadOnlyList<Suspension>? suspended = null) =>
        TryCompute(start, limit, calendar, hours, suspended) ?? throw Beyond(start);

    public static Deadline? TryCompute(
        DateTimeOffset start, TimeLimit limit, WorkCalendar calendar, OfficeHours hours, IReadOnlyList<Suspension>? suspended = null)
    {
        if (Count.Begin(start, limit, calendar, hours, suspended) is not { } count || count.End is not { } end)
            return null;
        var due = Moment(end);
        return new(due, limit.IsWorkingTime && TouchesUnknownYear(CityZone.DateOf(start).Year, due.Year, calendar));
    }

    /// <summary>When that share of the limit has been counted: 50 and 80 are the reminders, 100 is the deadline.</summary>
    /// <param name="percent">1–100.</param>
    public static DateTimeOffset MomentAt(
        DateTimeOffset start, TimeLimit limit, WorkCalendar calendar, OfficeHours hours, IReadOnlyList<Suspension>? suspended, int percent)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(percent, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(percent, 100);
        var count = Count.Begin(start, limit, calendar, hours, suspended) ?? throw Beyond(start);
        return Moment((percent == 100 ? count.End : count.EndOf((long)((Int128)count.Budget * percent / 100))) ?? throw Beyond(start));
    }

    /// <summary>
    /// What is left of the limit at a moment, in counted time (office time on working clocks): what stands still while a clock is
    /// suspended. Zero once it is used up.
    /// </summary>
    public static TimeSpan Remaining(
        DateTimeOffset start, TimeLimit limit, WorkCalendar calendar, OfficeHours hours, IReadOnlyList<Suspension>? suspended, DateTimeOffset at)
    {
        var count = Count.Begin(start, limit, calendar, hours, suspended) ?? throw Beyond(start);
        return new(Math.Max(0, count.Budget - count.CountedUntil(at.UtcTicks)));
    }

    /// <summary>
    /// Each day from receipt to deadline is counted or skipped. A working day on which some time was counted is counted, so that
    /// n working days without suspensions are n counted days.
    /// </summary>
    public static Explanation Explain(
        DateTimeOffset start, TimeLimit limit, WorkCalendar calendar, OfficeHours hours, IReadOnlyList<Suspension>? suspended = null) =>
        TryExplain(start, limit, calendar, hours, suspended) ?? throw Beyond(start);

    /// <inheritdoc cref="Explain"/>
    public static Explanation? TryExplain(
        DateTimeOffset start, TimeLimit limit, WorkCalendar calendar, OfficeHours hours, IReadOnlyList<Suspension>? suspended = null)
    {
        if (TryCompute(start, limit, calendar, hours, suspended) is not { } deadline)
            return null;
        List<DateOnly> counted = [];
        List<SkippedDay> skipped = [];
        if (!limit.IsWorkingTime)
            return new(deadline, counted, skipped);
        var office = new OfficeTime(calendar, hours);
        var stops = new Stops(suspended);
        var (from, to) = (start.UtcTicks, deadline.DueAt.UtcTicks);
        var receipt = CityZone.DateOf(start);
        for (var day = receipt; ; day = day.AddDays(1))
        {
            if (day == receipt && limit.Unit == LimitUnit.WorkingDays)
                skipped.Add(new(day, "收到当日不计", "receiptDay"));
            else if (calendar.Describe(day) is { IsWorkingDay: false } off)
                skipped.Add(new(day, off.Why, off.Code));
            else if (office.On(day, from, to, stops) > 0)
                counted.Add(day);
            else if (office.On(day, from, to, Stops.None) > 0)
                skipped.Add(new(day, "中止计时", "suspended"));
            else
                skipped.Add(new(day, "已过办公时间", "afterHours"));
            if (day == CityZone.DateOf(deadline.DueAt))
                return new(deadline, counted, skipped);
        }
    }

    /// <summary>Office time between two moments; zero when they are not in order.</summary>
    public static TimeSpan WorkingTimeBetween(DateTimeOffset from, DateTimeOffset to, WorkCalendar calendar, OfficeHours hours) =>
        new(new OfficeTime(calendar, hours).Between(from.UtcTicks, to.UtcTicks, Stops.None));

    /// <summary>
    /// The moment itself inside office time, else when office time next begins. The end of a period still belongs to it: what
    /// falls due at 18:00 is said at 18:00.
    /// </summary>
    public static DateTimeOffset NextOfficeMoment(DateTimeOffset moment, WorkCalendar calendar, OfficeHours hours)
    {
        for (var day = CityZone.DateOf(moment); ; day = day.AddDays(1))
        {
            if (!calendar.IsWorkingDay(day))
                continue;
            foreach (var period in hours.Periods)
            {
                if (moment > CityZone.FromLocal(day, period.To))
                    continue;
                var open = CityZone.FromLocal(day, period.From);
                return moment >= open ? CityZone.ToLocal(moment) : open;
            }
        }
    }

    /// <summary>The first working day's <paramref name="at"/> later than <paramref name="after"/>: the daily reminder of a late ticket.</summary>
    public static DateTimeOffset NextWorkingDayAt(DateTimeOffset after, TimeOnly at, WorkCalendar calendar)
    {
        for (var day = CityZone.DateOf(after); ; day = day.AddDays(1))
        {
            if (calendar.IsWorkingDay(day) && CityZone.FromLocal(day, at) is var moment && moment > after)
                return moment;
        }
    }

    /// <summary>The nth working day after a date. n from 1.</summary>
    public static DateOnly AddWorkingDays(DateOnly date, int n, WorkCalendar calendar)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(n, 1);
        return new OfficeTime(calendar, OfficeHours.Default).NthWorkingDayAfter(date, n)
            ?? throw new ArgumentOutOfRangeException(nameof(date), date, "There are not so many working days before the year 10000.");
    }

    private static bool TouchesUnknownYear(int first, int last, WorkCalendar calendar)
    {
        for (var year = first; year <= last; year++)
        {
            if (!calendar.HasNotice(year))
                return true;
        }

        return false;
    }

    private static DateTimeOffset Moment(long utcTicks) => CityZone.ToLocal(new(utcTicks, TimeSpan.Zero));

    private static ArgumentOutOfRangeException Beyond(DateTimeOffset start) =>
        new(nameof(start), start, "The deadline lies outside the years a calendar can name.");
}
