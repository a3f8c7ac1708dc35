using System.Globalization;
using HotlinePush.Clocks;
using HotlinePush.Units;

namespace HotlinePush.Pages;

/// <summary>Dates, times and spans as people read them in Asia/Shanghai: 11月25日 18:00（周三）, Wed 25 Nov 18:00.</summary>
/// <param name="now">A year is written where it is not this moment's.</param>
public sealed class Moments(Texts texts, DateTimeOffset now)
{
    private static readonly string[] DaysZh = ["周日", "周一", "周二", "周三", "周四", "周五", "周六"];
    private static readonly string[] DaysEn = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
    private static readonly string[] MonthsEn = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    private static readonly TimeSpan OfficeDay = new(OfficeHours.Default.Periods.Sum(p => (p.To - p.From).Ticks));

    private readonly int _year = CityZone.DateOf(now).Year;

    public DateTimeOffset Now => now;
    private bool Zh => texts.Language == Language.Chinese;

    public string Moment(DateTimeOffset at)
    {
        var local = CityZone.ToLocal(at);
        var time = local.ToString("HH:mm", CultureInfo.InvariantCulture);
        return Zh ? $"{Day(local)} {time}（{Weekday(local.DayOfWeek)}）" : $"{Weekday(local.DayOfWeek)} {Day(local)} {time}";
    }

    public string Date(DateOnly date) =>
        Zh ? $"{Day(date.ToDateTime(default))}（{Weekday(date.DayOfWeek)}）" : $"{Weekday(date.DayOfWeek)} {Day(date.ToDateTime(default))}";

    public string ShortDate(DateOnly date) => Zh ? $"{date.Month}月{date.Day}日" : $"{date.Day} {MonthsEn[date.Month - 1]}";

    public string Weekday(DayOfWeek day) => (Zh ? DaysZh : DaysEn)[(int)day];

    public string Time(DateTimeOffset at) => CityZone.ToLocal(at).ToString("HH:mm", CultureInfo.InvariantCulture);

    /// <summary>For the <c>datetime</c> attribute.</summary>
    public static string Machine(DateTimeOffset at) => CityZone.Format(at);

    public string Limit(TimeLimit limit) => texts.Count("count." + limit.Unit, limit.Amount);

    /// <summary>What is left until a deadline, or how far it lies back: office time on working clocks, else the wall clock's.</summary>
    public string Left(Clock clock, WorkCalendar calendar)
    {
        var late = now > clock.DueAt;
        var (from, to) = late ? (clock.DueAt, now) : (now, clock.DueAt);
        var span = clock.Limit.IsWorkingTime ? DeadlineCalculator.WorkingTimeBetween(from, to, calendar, OfficeHours.Default) : to - from;
        return texts[late ? "left.late" : "left.left", Span(span, clock.Limit.IsWorkingTime)];
    }

    /// <summary>How long something has been waiting, by the wall clock.</summary>
    public string Waited(DateTimeOffset since) => texts["left.waited", Span(now > since ? now - since : default, false)];

    private string Span(TimeSpan span, bool working)
    {
        var day = working ? OfficeDay : TimeSpan.FromDays(1);
        var days = span.Ticks / day.Ticks;
        var rest = new TimeSpan(span.Ticks % day.Ticks);
        var parts = new List<string>(2);
        if (days > 0)
            parts.Add(texts.Count(working ? "count.WorkingDays" : "count.Days", days));
        if (rest.Hours > 0)
            parts.Add(texts.Count(working && days == 0 ? "count.WorkingHours" : "count.Hours", rest.Hours));
        if (days == 0 && rest.Hours == 0)
            parts.Add(texts.Count("count.Minutes", Math.Max(1, rest.Minutes)));
        return string.Join(Zh ? "" : " ", parts);
    }

    private string Day(DateTimeOffset local) => Day(local.DateTime);

    private string Day(DateTime local) => Zh
        ? (local.Year == _year ? "" : $"{local.Year}年") + $"{local.Month}月{local.Day}日"
        : $"{local.Day} {MonthsEn[local.Month - 1]}" + (local.Year == _year ? "" : $" {local.Year}");
}
