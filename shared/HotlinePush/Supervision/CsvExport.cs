using System.Globalization;
using System.Text;
using HotlinePush.Clocks;
using HotlinePush.Tickets;
using HotlinePush.Units;
using HotlinePush.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace HotlinePush.Supervision;

/// <summary>
/// The facts of a period as CSV for a spreadsheet: nothing personal, no words of a request, and of confidential tickets number and state
/// alone. UTF-8 with a byte order mark, CR LF, written page by page.
/// </summary>
public static class CsvExport
{
    public const int MostDays = 100;

    private static readonly string[] Columns =
    [
        "number", "received_at", "type", "state", "category", "area", "unit", "urgent", "response", "resolution", "satisfaction", "resolved",
        "redos", "returns", "late_minutes", "ended_at", "excluded",
    ];

    internal static void Map(RouteGroupBuilder api) =>
        api.MapGet("/supervision/export.csv", ExportAsync).RequireRole(SupervisionEndpoints.Supervisors)
            .Produces(StatusCodes.Status200OK, contentType: "text/csv").WithSummary("导出 (facts of a period as CSV)")
            .TakesQuery("from", "受理日期 (receipt day)").TakesQuery("to", $"含当日 (inclusive), 最多{MostDays}天");

    internal static async Task<IResult> ExportAsync(FactStore facts, CitySource cities, ProductClock clock, HttpContext http)
    {
        var query = new QueryFields(http.Request);
        var period = Period.Read(query, clock.GetUtcNow(), MostDays);
        if (query.Refusal is { } refusal)
            return refusal.ToResult();
        var city = await cities.GetAsync(http.RequestAborted);
        var now = clock.GetUtcNow();
        var name = string.Create(CultureInfo.InvariantCulture, $"tickets-{period.From:yyyyMMdd}-{period.To:yyyyMMdd}.csv");
        return TypedResults.Stream(stream => WriteAsync(stream, facts, period, city, now, http.RequestAborted), "text/csv; charset=utf-8", name);
    }

    private static async Task WriteAsync(Stream stream, FactStore facts, Period period, City city, DateTimeOffset now, CancellationToken ct)
    {
        await using var text = new StreamWriter(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: true), 16 * 1024, leaveOpen: true) { NewLine = "\r\n" };
        await text.WriteLineAsync(string.Join(',', Columns));
        for (var day = period.From; day <= period.To; day = day.AddDays(1))
            await foreach (var fact in facts.ReadDayAsync(day, ct))
                await text.WriteLineAsync(Line(fact, city, now));
    }

    internal static string Line(TicketFact f, City city, DateTimeOffset now) => string.Join(',', Cells(f, city, now).Select(Cell));

    private static IEnumerable<string?> Cells(TicketFact f, City city, DateTimeOffset now)
    {
        yield return f.Number;
        if (f.Confidential)
        {
            yield return null;
            yield return null;
            yield return f.State.ToString();
            for (var i = 4; i < Columns.Length; i++)
                yield return null;
            yield break;
        }

        yield return CityZone.Format(f.ReceivedAt);
        yield return f.Type.ToString();
        yield return f.State.ToString();
        yield return city.FindCategory(f.Category)?.Name ?? f.Category;
        yield return city.FindArea(f.Area)?.Name ?? f.Area;
        yield return city.FindUnit(f.Unit)?.Name ?? f.Unit;
        yield return f.Urgent ? "1" : "0";
        foreach (var measure in Measures.All)
            yield return Measures.Of(f, measure, now) switch { true => "1", false => "0", _ => null };
        yield return f.Redos.ToString(CultureInfo.InvariantCulture);
        yield return f.Returns.ToString(CultureInfo.InvariantCulture);
        yield return (f.Late ?? []).Sum(l => l.Minutes(city.Calendar)).ToString(CultureInfo.InvariantCulture);
        yield return f.EndedAt is { } ended ? CityZone.Format(ended) : null;
        yield return f.Excluded is null ? null : string.Join(' ', f.Excluded.Select(m => m.Word()));
    }

    /// <summary>
    /// A cell as a spreadsheet takes it for text: what begins like a formula (<c>= + - @</c>, tab, CR) gets an apostrophe in front, as OWASP
    /// advises; quotes, commas and line ends are quoted (RFC 4180).
    /// </summary>
    public static string Cell(string? value)
    {
        if (string.IsNullOrEmpty(value))
            return "";
        if (value[0] is '=' or '+' or '-' or '@' or '\t' or '\r' or '\n' or '＝' or '＋' or '－' or '＠')
            value = "'" + value;
        return value.AsSpan().IndexOfAny("\",\r\n\t;'") < 0 ? value : "\"" + value.Replace("\"", "\"\"", StringComparison.Ordinal) + "\"";
    }
}
