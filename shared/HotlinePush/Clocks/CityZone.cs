using System.Globalization;

namespace HotlinePush.Clocks;

/// <summary>
/// The city's zone, Asia/Shanghai by the tz database: +08:00, and +09:00 in the summers of 1986–1991 and some of the 1940s.
/// Takes moments from 1949-10-01 to the end of 9999 local; others are refused by whoever reads them.
/// </summary>
public static class CityZone
{
    private static readonly TimeSpan Standard = TimeSpan.FromHours(8);

    public static readonly TimeZoneInfo Zone = Find();

    /// <summary>False when some rule after 1991 moves the clock; then no shortcut is taken.</summary>
    private static readonly bool SteadySince1992 = Zone.BaseUtcOffset == Standard && Zone.GetAdjustmentRules().All(r =>
        r.DateEnd.Year < 1992 || (r.DaylightDelta == TimeSpan.Zero && r.BaseUtcOffsetDelta == TimeSpan.Zero));

    private static readonly long SteadyFrom = new DateTime(1992, 1, 1).Ticks;

    public static readonly DateTimeOffset Earliest = new(1949, 10, 1, 0, 0, 0, Standard);

    public static readonly DateTimeOffset Latest = new(DateTime.MaxValue.Ticks, Standard);

    public static bool Covers(DateTimeOffset moment) => moment >= Earliest && moment <= Latest;

    /// <summary>The same moment with the city's offset; its <see cref="DateTimeOffset.DateTime"/> is the city's wall clock.</summary>
    public static DateTimeOffset ToLocal(DateTimeOffset moment) => moment.ToOffset(OffsetAt(moment.UtcDateTime));

    public static DateOnly DateOf(DateTimeOffset moment) => DateOnly.FromDateTime(ToLocal(moment).DateTime);

    /// <summary>
    /// The moment a wall clock in the city showed <paramref name="local"/>. A time the clock skipped in spring is read by the
    /// offset before the change, so it falls after it (02:30 is 03:30). A time shown twice in autumn is the later one: whoever
    /// writes it without an offset never loses an hour of a limit.
    /// </summary>
    public static DateTimeOffset FromLocal(DateTime local)
    {
        local = DateTime.SpecifyKind(local, DateTimeKind.Unspecified);
        if (SteadySince1992 && local.Ticks >= SteadyFrom)
            return new(local, Standard);
        // Of an ambiguous time GetUtcOffset gives the standard offset, which is the later moment; of a skipped one the
        // offset before the change.
        return ToLocal(new DateTimeOffset(local - Zone.GetUtcOffset(local), TimeSpan.Zero));
    }

    public static DateTimeOffset FromLocal(DateOnly date, TimeOnly time) => FromLocal(date.ToDateTime(time));

    /// <summary>ISO 8601 to the second with the offset then in force: 1988-07-01T09:00:00+09:00.</summary>
    public static string Format(DateTimeOffset moment) =>
        ToLocal(moment).ToString("yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture);

    private static TimeSpan OffsetAt(DateTime utc) =>
        SteadySince1992 && utc.Ticks >= SteadyFrom ? Standard : Zone.GetUtcOffset(utc);

    /// <summary>Windows' own China zone and a machine without tzdata know no summer time: then the rules below stand in.</summary>
    private static TimeZoneInfo Find() =>
        TimeZoneInfo.TryFindSystemTimeZoneById("Asia/Shanghai", out var zone)
            && zone.GetUtcOffset(new DateTime(1988, 7, 1, 0, 0, 0, DateTimeKind.Utc)) == TimeSpan.FromHours(9)
            ? zone
            : BuiltIn();

    /// <summary>
    /// The summers of 1986–1991 as in the tz database (file asia, rule PRC): from 02:00 on a Sunday of spring to 02:00 summer
    /// time on a Sunday of September.
    /// </summary>
    public static TimeZoneInfo BuiltIn()
    {
        (int Year, int FromMonth, int FromDay, int ToDay)[] summers =
        [
            (1986, 5, 4, 14), (1987, 4, 12, 13), (1988, 4, 17, 11), (1989, 4, 16, 17), (1990, 4, 15, 16), (1991, 4, 14, 15),
        ];
        var two = new DateTime(1, 1, 1, 2, 0, 0);
        var rules = summers.Select(s => TimeZoneInfo.AdjustmentRule.CreateAdjustmentRule(
            new DateTime(s.Year, 1, 1), new DateTime(s.Year, 12, 31), TimeSpan.FromHours(1),
            TimeZoneInfo.TransitionTime.CreateFixedDateRule(two, s.FromMonth, s.FromDay),
            TimeZoneInfo.TransitionTime.CreateFixedDateRule(two, 9, s.ToDay))).ToArray();
        return TimeZoneInfo.CreateCustomTimeZone("Asia/Shanghai", Standard, "Asia/Shanghai", "CST", "CDT", rules);
    }
}
