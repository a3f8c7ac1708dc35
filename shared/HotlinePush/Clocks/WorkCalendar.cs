using System.Collections.Frozen;
using System.Collections.Immutable;

namespace HotlinePush.Clocks;

/// <summary>What a date is: <c>workday</c>, <c>weekend</c>, <c>holiday</c>, or <c>swappedWorkday</c> 调休上班.</summary>
public enum DayKind { Workday, Weekend, Holiday, SwappedWorkday }

/// <param name="Name">The holiday's name in the notice, also for the workday swapped for it; null on ordinary days.</param>
public readonly record struct DayInfo(DateOnly Date, DayKind Kind, string? Name)
{
    public bool IsWorkingDay => Kind is DayKind.Workday or DayKind.SwappedWorkday;

    /// <summary>Stable, for pages in other languages: <c>weekend</c>, <c>holiday:国庆节</c>, <c>swappedWorkday:国庆节</c>, <c>workday</c>.</summary>
    public string Code => Kind switch
    {
        DayKind.Holiday => "holiday:" + Name,
        DayKind.SwappedWorkday => "swappedWorkday:" + Name,
        DayKind.Weekend => "weekend",
        _ => "workday",
    };

    public string Why => Kind switch
    {
        DayKind.Holiday => Name + "放假",
        DayKind.SwappedWorkday => Name + "调休上班",
        DayKind.Weekend => "周末",
        _ => "工作日",
    };
}

/// <summary>
/// Working days by the State Council's yearly notices; weekends are off unless listed. A day listed by two notices is what the
/// notice of the later year says. Immutable.
/// </summary>
public sealed class WorkCalendar
{
    private readonly ImmutableSortedDictionary<int, CalendarYear> _years;
    private readonly FrozenDictionary<int, CalendarDay> _listed;

    public WorkCalendar(IEnumerable<CalendarYear> years)
        : this(years.ToImmutableSortedDictionary(y => y.Year, y => y))
    {
    }

    private WorkCalendar(ImmutableSortedDictionary<int, CalendarYear> years)
    {
        _years = years;
        var listed = new Dictionary<int, CalendarDay>();
        foreach (var day in years.Values.SelectMany(y => y.Days))
            listed[day.Date.DayNumber] = day;
        _listed = listed.ToFrozenDictionary();
    }

    /// <summary>The notices for 2018–2026.</summary>
    public static WorkCalendar Shipped => ShippedNotices.Calendar;

    public IReadOnlyDictionary<int, CalendarYear> Years => _years;

    /// <summary>False: working time that touches the year is provisional.</summary>
    public bool HasNotice(int year) => _years.ContainsKey(year);

    /// <summary>This calendar with the year's notice published or replaced; a notice without days withdraws it.</summary>
    /// <param name="year">One that <see cref="CalendarYear.Validate"/> finds nothing wrong with.</param>
    public WorkCalendar With(CalendarYear year) =>
        new(year.Days.Count == 0 ? _years.Remove(year.Year) : _years.SetItem(year.Year, year));

    public bool IsWorkingDay(DateOnly date) =>
        _listed.TryGetValue(date.DayNumber, out var day) ? !day.IsOffDay : !IsWeekend(date);

    public DayInfo Describe(DateOnly date) => _listed.TryGetValue(date.DayNumber, out var day)
        ? new(date, day.IsOffDay ? DayKind.Holiday : DayKind.SwappedWorkday, day.Name)
        : new(date, IsWeekend(date) ? DayKind.Weekend : DayKind.Workday, null);

    private static bool IsWeekend(DateOnly date) => date.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday;
}
