using System.Globalization;

namespace HotlinePush.Clocks;

/// <summary>Either an answer or what is wrong with the question.</summary>
public sealed record DeadlineAnswer(Explanation? Explanation, IReadOnlyList<FieldProblem> Problems);

/// <summary>The question of <c>GET /api/v1/calendar/deadline</c>, on the city's office hours.</summary>
public static class DeadlineQuery
{
    private static readonly string[] WithOffset = Formats("zzz"), WithZ = Formats("'Z'"), Local = Formats("");

    /// <param name="from">
    /// ISO 8601. With an offset, or <c>Z</c>; a time without one is the city's. A blank before the offset stands for the plus
    /// sign that forms and hasty callers lose in a query string.
    /// </param>
    /// <param name="amount">1–1000.</param>
    /// <param name="unit"><c>workingDays</c>, <c>workingHours</c>, <c>hours</c>, <c>minutes</c>.</param>
    public static DeadlineAnswer Ask(string? from, string? amount, string? unit, WorkCalendar calendar)
    {
        var problems = new List<FieldProblem>();
        var start = ParseMoment(from);
        if (start is null)
            problems.Add(new("from", "badTime", "A time as 2026-11-20T17:30:00+08:00 is needed, from 1949-10-01 on."));
        if (!int.TryParse(amount, NumberStyles.None, CultureInfo.InvariantCulture, out var n) || n is < 1 or > TimeLimit.Most)
            problems.Add(new("amount", "amountOutOfRange", $"A whole number from 1 to {TimeLimit.Most} is needed."));
        LimitUnit? limitUnit = unit switch
        {
            "workingDays" => LimitUnit.WorkingDays,
            "workingHours" => LimitUnit.WorkingHours,
            "hours" => LimitUnit.Hours,
            "minutes" => LimitUnit.Minutes,
            _ => null,
        };
        if (limitUnit is null)
            problems.Add(new("unit", "unknownUnit", "One of workingDays, workingHours, hours, minutes is needed."));
        if (problems.Count > 0)
            return new(null, problems);
        return DeadlineCalculator.TryExplain(start!.Value, new(n, limitUnit!.Value), calendar, OfficeHours.Default) is { } explanation
            ? new(explanation, [])
            : new(null, [new("from", "beyondCalendar", "The deadline lies after the year 9999.")]);
    }

    /// <summary>Null when it is no time or lies outside what <see cref="CityZone"/> covers.</summary>
    public static DateTimeOffset? ParseMoment(string? text)
    {
        if (text is null || text.Length > 40)
            return null;
        if (text.Length > 6 && text[^6] == ' ' && text[^3] == ':')
            text = string.Concat(text.AsSpan(0, text.Length - 6), "+", text.AsSpan(text.Length - 5));
        var culture = CultureInfo.InvariantCulture;
        if (DateTimeOffset.TryParseExact(text, WithOffset, culture, DateTimeStyles.None, out var moment)
            || DateTimeOffset.TryParseExact(text, WithZ, culture, DateTimeStyles.AssumeUniversal, out moment))
            return CityZone.Covers(moment) ? moment : null;
        if (!DateTime.TryParseExact(text, Local, culture, DateTimeStyles.None, out var local)
            || local < CityZone.Earliest.DateTime || local > CityZone.Latest.DateTime)
            return null;
        return CityZone.FromLocal(local);
    }

    private static string[] Formats(string offset) =>
        ["yyyy-MM-dd'T'HH:mm" + offset, "yyyy-MM-dd'T'HH:mm:ss" + offset, "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF" + offset];
}
