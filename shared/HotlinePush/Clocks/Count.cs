namespace HotlinePush.Clocks;

/// <summary>One limit being counted: from where, how much (in ticks), over office time or the wall clock, less the stops.</summary>
internal readonly struct Count
{
    private readonly OfficeTime _office;
    private readonly Stops _stops;
    private readonly bool _working;
    private readonly long _origin;
    private readonly long? _plainEnd;

    private Count(OfficeTime office, Stops stops, bool working, long origin, long budget, long? plainEnd)
    {
        (_office, _stops, _working, _origin, Budget, _plainEnd) = (office, stops, working, origin, budget, plainEnd);
    }

    public long Budget { get; }

    /// <summary>Null when it ends after the year 9999.</summary>
    public long? End => _plainEnd ?? EndOf(Budget);

    public static Count? Begin(
        DateTimeOffset start, TimeLimit limit, WorkCalendar calendar, OfficeHours hours, IReadOnlyList<Suspension>? suspended)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit.Amount, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit.Amount, DeadlineCalculator.MostCounted);
        if (!CityZone.Covers(start))
            return null;
        var office = new OfficeTime(calendar, hours);
        var stops = new Stops(suspended);
        if (limit.Unit != LimitUnit.WorkingDays)
        {
            var perUnit = limit.Unit == LimitUnit.Minutes ? TimeSpan.TicksPerMinute : TimeSpan.TicksPerHour;
            return new(office, stops, limit.IsWorkingTime, start.UtcTicks, limit.Amount * perUnit, null);
        }

        var receipt = CityZone.DateOf(start);
        if (office.NthWorkingDayAfter(receipt, limit.Amount) is not { } last)
            return null;
        var origin = CityZone.FromLocal(receipt.AddDays(1), TimeOnly.MinValue).UtcTicks;
        var end = office.Closing(last);
        return new(office, stops, true, origin, office.Between(origin, end, Stops.None), stops.Any ? null : end);
    }

    /// <summary>When a part of the budget has been counted.</summary>
    public long? EndOf(long part)
    {
        if (_working)
            return _office.Advance(_origin, part, _stops);
        return _stops.Take(_origin, CityZone.Latest.UtcTicks, ref part);
    }

    public long CountedUntil(long moment) =>
        _working ? _office.Between(_origin, moment, _stops) : _stops.FreeBetween(_origin, moment);
}
