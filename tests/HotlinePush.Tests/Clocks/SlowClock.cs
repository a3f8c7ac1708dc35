using HotlinePush.Clocks;

namespace HotlinePush.Tests.Clocks;

/// <summary>
/// The rules of the clocks once more, minute by minute and without any cleverness: it shares no code with the calculator, nor
/// the zone, whose summers are written out here. Starts, suspensions and office hours are whole minutes.
/// </summary>
internal sealed class SlowClock(WorkCalendar calendar, OfficeHours hours, IReadOnlyList<Suspension> suspended)
{
    private static readonly (DateTime From, DateTime To)[] SummersUtc =
    [
        (new(1986, 5, 3, 18, 0, 0), new(1986, 9, 13, 17, 0, 0)),
        (new(1987, 4, 11, 18, 0, 0), new(1987, 9, 12, 17, 0, 0)),
        (new(1988, 4, 16, 18, 0, 0), new(1988, 9, 10, 17, 0, 0)),
        (new(1989, 4, 15, 18, 0, 0), new(1989, 9, 16, 17, 0, 0)),
        (new(1990, 4, 14, 18, 0, 0), new(1990, 9, 15, 17, 0, 0)),
        (new(1991, 4, 13, 18, 0, 0), new(1991, 9, 14, 17, 0, 0)),
    ];

    private readonly Dictionary<DateOnly, bool> _known = [];

    public DateTime Due(DateTime startUtc, TimeLimit limit)
    {
        var minute = startUtc;
        var budget = limit.Amount;
        if (limit.Unit is LimitUnit.Hours or LimitUnit.WorkingHours)
            budget *= 60;
        if (limit.Unit == LimitUnit.WorkingDays)
        {
            var receipt = Local(startUtc).Date;
            while (Local(minute).Date == receipt)
                minute = minute.AddMinutes(1);
            budget = MinutesOfWorkingDays(minute, limit.Amount);
        }

        while (budget > 0)
        {
            var counts = limit.Unit is LimitUnit.Hours or LimitUnit.Minutes || IsOffice(minute);
            if (counts && !suspended.Any(s => s.From.UtcDateTime <= minute && minute < s.To.UtcDateTime))
                budget--;
            minute = minute.AddMinutes(1);
        }

        return minute;
    }

    private int MinutesOfWorkingDays(DateTime minute, int days)
    {
        var sum = 0;
        var worked = new HashSet<DateTime>();
        for (; ; minute = minute.AddMinutes(1))
        {
            if (!IsOffice(minute))
                continue;
            worked.Add(Local(minute).Date);
            if (worked.Count > days)
                return sum;
            sum++;
        }
    }

    public bool IsOffice(DateTime utc)
    {
        var local = Local(utc);
        var time = TimeOnly.FromDateTime(local);
        return hours.Periods.Any(p => p.From <= time && time < p.To) && IsWorkingDay(DateOnly.FromDateTime(local));
    }

    private bool IsWorkingDay(DateOnly date)
    {
        if (!_known.TryGetValue(date, out var working))
            _known[date] = working = LookUp(date);
        return working;
    }

    private bool LookUp(DateOnly date)
    {
        for (var year = date.Year + 1; year >= date.Year - 1; year--)
        {
            if (calendar.Years.TryGetValue(year, out var notice) && notice.Days.FirstOrDefault(d => d.Date == date) is { } listed)
                return !listed.IsOffDay;
        }

        return date.DayOfWeek != DayOfWeek.Saturday && date.DayOfWeek != DayOfWeek.Sunday;
    }

    public static DateTime Local(DateTime utc) => utc.AddHours(SummersUtc.Any(s => s.From <= utc && utc < s.To) ? 9 : 8);
}
