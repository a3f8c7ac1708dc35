using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using HotlinePush.Units;
using HotlinePush.Web;

namespace HotlinePush.Clocks;

/// <summary>
/// A year's notice as people have it: a line a day (<c>2027-01-01 元旦 休</c>, <c>2027-02-07 春节 班</c>, runs with <c>~</c>), or the
/// State Council's own sentences (<c>一、元旦：1月1日（周五）至3日（周日）放假调休，共3天。1月4日（周日）上班。</c>).
/// </summary>
public static partial class NoticeText
{
    private const int MaxLines = 400;
    private const int MaxRun = 60;

    /// <returns>The days, in order, or what is wrong by line.</returns>
    public static (IReadOnlyList<CalendarDay> Days, Refusal? Refusal) Read(int year, string text)
    {
        var check = new Check();
        var days = new List<CalendarDay>();
        var lines = text.Split('\n', StringSplitOptions.TrimEntries);
        if (lines.Length > MaxLines)
            return ([], Refusal.Of("tooLong", "notice", string.Create(CultureInfo.InvariantCulture, $"最多 {MaxLines} 行。")));
        for (var i = 0; i < lines.Length; i++)
        {
            if (lines[i].Length == 0 || lines[i][0] == '#')
                continue;
            var found = Line(lines[i]) ?? Sentence(year, lines[i]);
            if (found is null)
                check.Add("notice", "badLine", string.Create(CultureInfo.InvariantCulture, $"第 {i + 1} 行看不懂：{Short(lines[i])}"));
            else
                days.AddRange(found);
        }

        return ([.. days.OrderBy(d => d.Date)], check.Result());
    }

    /// <summary>As <see cref="Read"/> takes it: a line for each run of days.</summary>
    public static string Write(CalendarYear notice)
    {
        var text = new StringBuilder();
        var days = notice.Days.OrderBy(d => d.Date).ToList();
        for (var i = 0; i < days.Count; i++)
        {
            var first = days[i];
            while (i + 1 < days.Count && days[i + 1] is var next && next.Date == days[i].Date.AddDays(1) && (next.Name, next.IsOffDay) == (first.Name, first.IsOffDay))
                i++;
            text.Append(CultureInfo.InvariantCulture, $"{first.Date:yyyy-MM-dd}");
            if (days[i] != first)
                text.Append(CultureInfo.InvariantCulture, $"~{days[i].Date:yyyy-MM-dd}");
            text.Append(CultureInfo.InvariantCulture, $" {first.Name} {(first.IsOffDay ? "休" : "班")}\n");
        }

        return text.ToString();
    }

    private static IEnumerable<CalendarDay>? Line(string line)
    {
        var match = Plain().Match(line);
        if (!match.Success || !Date(match.Groups["from"].Value, out var from))
            return null;
        var to = from;
        if (match.Groups["to"].Success && !Date(match.Groups["to"].Value, out to))
            return null;
        return Run(from, to, match.Groups["name"].Value, match.Groups["what"].Value == "休");
    }

    private static List<CalendarDay>? Sentence(int year, string line)
    {
        var colon = line.IndexOf('：', StringComparison.Ordinal);
        if (colon <= 0)
            return null;
        var name = Numbering().Replace(line[..colon], "").Trim();
        // What stands in brackets tells weekdays and lunar dates.
        var said = Brackets().Replace(line[(colon + 1)..], "");
        var days = new List<CalendarDay>();
        foreach (var part in said.Split('。', StringSplitOptions.RemoveEmptyEntries))
        {
            var isOff = part.Contains("放假", StringComparison.Ordinal);
            if (!isOff && !part.Contains("上班", StringComparison.Ordinal))
                continue;
            foreach (Match date in Dates().Matches(part))
            {
                var month = Number(date.Groups["m"]);
                var at = Number(date.Groups["y"]) is var y and > 0 ? y : year;
                var until = Number(date.Groups["m2"]) is var m2 and > 0 ? m2 : month;
                if (!Day(at, month, Number(date.Groups["d"]), out var from))
                    return null;
                var to = from;
                if (date.Groups["d2"].Success && !Day(until < month ? at + 1 : at, until, Number(date.Groups["d2"]), out to))
                    return null;
                if (Run(from, to, name, isOff) is not { } run)
                    return null;
                days.AddRange(run);
            }
        }

        return days.Count == 0 ? null : days;
    }

    private static IEnumerable<CalendarDay>? Run(DateOnly from, DateOnly to, string name, bool isOff) =>
        to < from || to.DayNumber - from.DayNumber > MaxRun ? null : Enumerable.Range(0, to.DayNumber - from.DayNumber + 1).Select(n => new CalendarDay(from.AddDays(n), name, isOff));

    private static bool Date(string text, out DateOnly date) => DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out date);

    private static bool Day(int year, int month, int day, out DateOnly date)
    {
        var real = year is >= CalendarYear.FirstYear and <= CalendarYear.LastYear && month is >= 1 and <= 12 && day >= 1 && day <= DateTime.DaysInMonth(year, month);
        date = real ? new(year, month, day) : default;
        return real;
    }

    private static int Number(Group group) => group.Success ? int.Parse(group.ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture) : 0;

    private static string Short(string line) => line.Length > 40 ? line[..40] + "…" : line;

    [GeneratedRegex(@"^(?<from>\d{4}-\d\d-\d\d)(?:\s*[~～至]\s*(?<to>\d{4}-\d\d-\d\d))?\s+(?<name>\S{1,50})\s+(?<what>休|班)$", RegexOptions.CultureInvariant)]
    private static partial Regex Plain();

    [GeneratedRegex(@"^[一二三四五六七八九十]+、|^[(（][一二三四五六七八九十]+[)）]", RegexOptions.CultureInvariant)]
    private static partial Regex Numbering();

    [GeneratedRegex(@"（[^）]*）|\([^)]*\)", RegexOptions.CultureInvariant)]
    private static partial Regex Brackets();

    [GeneratedRegex(@"(?:(?<y>[0-9]{4})年)?(?<m>[0-9]{1,2})月(?<d>[0-9]{1,2})日(?:至(?:(?<m2>[0-9]{1,2})月)?(?<d2>[0-9]{1,2})日)?", RegexOptions.CultureInvariant)]
    private static partial Regex Dates();
}
