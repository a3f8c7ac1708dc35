using System.Collections.Immutable;

namespace HotlinePush.Clocks;

/// <summary>One listed day of a State Council notice 国务院办公厅节假日安排: an off-day, or a swapped workday 调休.</summary>
public sealed record CalendarDay(DateOnly Date, string Name, bool IsOffDay);

/// <summary>The notice of one year; it may list days of the neighbouring years.</summary>
public sealed record CalendarYear(int Year, IReadOnlyList<CalendarDay> Days);

/// <summary>Office hours of a day, earliest period first, not overlapping. 09:00–12:00 and 13:00–18:00 unless a unit has its own.</summary>
public sealed record OfficeHours(IReadOnlyList<Units.OfficePeriod> Periods)
{
    public static readonly OfficeHours Default = new([new(new(9, 0), new(12, 0)), new(new(13, 0), new(18, 0))]);
}

/// <summary>Working days by the State Council's yearly notices. Immutable.</summary>
public sealed class WorkCalendar
{
    private readonly ImmutableSortedDictionary<int, CalendarYear> _years;

    public WorkCalendar(IEnumerable<CalendarYear> years) => _years = years.ToImmutableSortedDictionary(y => y.Year, y => y);

    public IReadOnlyDictionary<int, CalendarYear> Years => _years;
}
