namespace HotlinePush.Clocks;

/// <summary>
/// Office time as a line of UTC ticks one can walk along. Periods are turned into moments day by day, so a clock change inside
/// one makes it shorter or longer, as it is for those who work it.
/// </summary>
internal readonly struct OfficeTime(WorkCalendar calendar, OfficeHours hours)
{
    /// <summary>Null when there are not so many working days before the year 10000.</summary>
    public DateOnly? NthWorkingDayAfter(DateOnly date, int n)
    {
        for (var number = date.DayNumber + 1; number <= DateOnly.MaxValue.DayNumber; number++)
        {
            var day = DateOnly.FromDayNumber(number);
            if (calendar.IsWorkingDay(day) && --n == 0)
                return day;
        }

        return null;
    }

    public long Closing(DateOnly day) => CityZone.FromLocal(day, hours.Closes).UtcTicks;

    /// <summary>The moment at which <paramref name="budget"/> (more than 0) is used up; null when it is not before the year 10000.</summary>
    public long? Advance(long from, long budget, Stops stops)
    {
        for (var number = LocalDate(from).DayNumber; number <= DateOnly.MaxValue.DayNumber; number++)
        {
            var day = DateOnly.FromDayNumber(number);
            if (!calendar.IsWorkingDay(day))
                continue;
            foreach (var period in hours.Periods)
            {
                var open = Math.Max(from, CityZone.FromLocal(day, period.From).UtcTicks);
                if (stops.Take(open, CityZone.FromLocal(day, period.To).UtcTicks, ref budget) is { } end)
                    return end;
            }
        }

        return null;
    }

    public long Between(long from, long to, Stops stops)
    {
        if (to <= from)
            return 0;
        long sum = 0;
        for (var number = LocalDate(from).DayNumber; number <= LocalDate(to).DayNumber; number++)
            sum += On(DateOnly.FromDayNumber(number), from, to, stops);
        return sum;
    }

    /// <summary>Office time of one day that lies between the two moments.</summary>
    public long On(DateOnly day, long from, long to, Stops stops)
    {
        if (!calendar.IsWorkingDay(day))
            return 0;
        long sum = 0;
        foreach (var period in hours.Periods)
        {
            var open = Math.Max(from, CityZone.FromLocal(day, period.From).UtcTicks);
            var close = Math.Min(to, CityZone.FromLocal(day, period.To).UtcTicks);
            sum += stops.FreeBetween(open, close);
        }

        return sum;
    }

    private static DateOnly LocalDate(long utcTicks) => CityZone.DateOf(new(utcTicks, TimeSpan.Zero));
}
