using System.Text.Json;

namespace HotlinePush.Clocks;

/// <summary>
/// The notices of the General Office of the State Council on the holidays of 2018–2026, embedded from Clocks/Calendar. Each
/// file names the notices it states (2019 and 2020 were amended once) and gives dates, or first/last of a run of dates.
/// </summary>
internal static class ShippedNotices
{
    private const string Folder = "Clocks/Calendar/";

    private static readonly Lazy<WorkCalendar> Loaded = new(Load);

    public static WorkCalendar Calendar => Loaded.Value;

    private static WorkCalendar Load()
    {
        var assembly = typeof(ShippedNotices).Assembly;
        var years = new List<CalendarYear>();
        foreach (var name in assembly.GetManifestResourceNames().Where(n => n.StartsWith(Folder, StringComparison.Ordinal)))
        {
            using var stream = assembly.GetManifestResourceStream(name)!;
            using var notice = JsonDocument.Parse(stream);
            years.Add(Read(notice.RootElement));
        }

        return new(years);
    }

    private static CalendarYear Read(JsonElement notice)
    {
        var days = new List<CalendarDay>();
        foreach (var holiday in notice.GetProperty("holidays").EnumerateArray())
        {
            var name = holiday.GetProperty("name").GetString()!;
            days.AddRange(Dates(holiday.GetProperty("off")).Select(d => new CalendarDay(d, name, IsOffDay: true)));
            days.AddRange(Dates(holiday.GetProperty("work")).Select(d => new CalendarDay(d, name, IsOffDay: false)));
        }

        return new(notice.GetProperty("year").GetInt32(), [.. days.OrderBy(d => d.Date)]);
    }

    private static IEnumerable<DateOnly> Dates(JsonElement runs)
    {
        foreach (var run in runs.EnumerateArray().Select(r => r.GetString()!.Split('/')))
        {
            var last = DateOnly.ParseExact(run[^1], "yyyy-MM-dd");
            for (var date = DateOnly.ParseExact(run[0], "yyyy-MM-dd"); date <= last; date = date.AddDays(1))
                yield return date;
        }
    }
}
