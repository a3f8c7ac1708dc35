using HotlinePush.Clocks;
using HotlinePush.Operations;
using HotlinePush.Security;
using HotlinePush.Supervision;
using HotlinePush.Tickets;
using HotlinePush.Units;
using HotlinePush.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace HotlinePush.Pages.Supervision;

/// <summary>The supervisor's part of the site: figures, what is late, appeals, re-checks, reports. By the same readers as the API.</summary>
internal static partial class SupervisionPages
{
    private const int PageSize = 50;
    private const int GlanceDays = 30;
    private static readonly Role[] Readers = [Role.Supervisor, Role.Admin];

    public static void Map(RouteGroupBuilder pages)
    {
        pages.MapGet("/supervision", GlanceAsync).RequireRole(Readers);
        pages.MapGet("/supervision/scores", ScoresAsync).RequireRole(Readers);
        pages.MapGet("/supervision/overdue", OverdueAsync).RequireRole(Readers);
        pages.MapGet("/supervision/deductions", DeductionsAsync).RequireRole(Readers);
        pages.MapGet("/supervision/parked", ParkedAsync).RequireRole(Readers);
        pages.MapGet("/supervision/audit", AuditAsync).RequireRole(Readers);
        pages.MapGet("/supervision/reports/{kind}", ReportAsync).RequireRole(Readers);
        pages.MapGet("/performance", PerformanceAsync).Public();
        MapAppeals(pages);
        MapPeriods(pages);
        MapRechecks(pages);
    }

    /// <summary>The city at a glance: today, what is late and who holds it, thirty days.</summary>
    private static async Task<IResult> GlanceAsync(HttpContext http, FactStore facts, OverdueTickets overdue, AppealList appeals, ScoreRules rules, CancellationToken ct)
    {
        var page = await PageContext.OfAsync(http);
        var today = CityZone.DateOf(page.Moments.Now);
        var period = new Period(today.AddDays(1 - GlanceDays), today);
        var figures = await facts.FiguresAsync(period.From, period.To, ct);
        var rule = await rules.InForceAsync(period.From, ct);
        var month = ScoreSums.Of(figures, period.From, period.To, Dimension.Unit, null, rule, page.City!);
        var (late, _) = await overdue.ReadAsync(null, null, 10, ct);
        var (open, more) = await appeals.ReadAsync(true, null, PageSize, page.Actor, ct);
        return new PageResult<GlancePage>(
            page, page.Texts["sup.glance"], StatusCodes.Status200OK,
            ("Days", TrendDay.Of(figures, period)), ("Month", month), ("Late", late), ("Appeals", open.Count), ("MoreAppeals", more is not null),
            ("Alarms", figures.Days.Sum(d => d.Day == today ? d.Total().Alarmed : 0)));
    }

    private static async Task<IResult> ScoresAsync(HttpContext http, Figures figures, CancellationToken ct)
    {
        var page = await PageContext.OfAsync(http);
        var query = new QueryFields(http.Request);
        var period = Period.Read(query, page.Moments.Now);
        var by = query.Word<Dimension>("by") ?? Dimension.Unit;
        var level = query.Number("level", 1, 4);
        if (query.Refusal is { } refusal)
            return refusal.ToResult();
        level ??= by switch { Dimension.Area => 2, Dimension.Category => 1, _ => null };
        var scores = await figures.ScoresAsync(period, by, (int?)level, ct);
        return new PageResult<ScoresPage>(page, page.Texts["sup.scores"], StatusCodes.Status200OK, ("Scores", scores), ("Level", (int?)level));
    }

    private static async Task<IResult> OverdueAsync(HttpContext http, OverdueTickets overdue, CancellationToken ct)
    {
        var page = await PageContext.OfAsync(http);
        var query = new QueryFields(http.Request);
        var unit = query.Text("unit");
        var after = query.Text("after", Cursor.MaxLength);
        if (query.Refusal is { } refusal)
            return refusal.ToResult();
        if (!FigureKeys.IsHolder(unit, page.City!))
            return Problems.NotFoundHere.ToResult();
        FactPosition? position = null;
        if (after is not null && (!Cursor.TryRead(after, out position) || !position.IsPosition))
            return Cursor.Bad.ToResult();
        var (found, _) = await overdue.ReadAsync(unit, position, PageSize, ct);
        return new PageResult<OverduePageView>(page, page.Texts["sup.overdue"], StatusCodes.Status200OK, ("Found", found), ("Unit", unit), ("After", after));
    }

    private static async Task<IResult> DeductionsAsync(HttpContext http, Deductions deductions, CancellationToken ct)
    {
        var page = await PageContext.OfAsync(http);
        var query = new QueryFields(http.Request);
        var period = Period.Read(query, page.Moments.Now);
        var unit = query.Text("unit");
        var after = query.Text("after", Cursor.MaxLength);
        if (query.Refusal is { } refusal)
            return refusal.ToResult();
        FactPosition? position = null;
        if (after is not null && (!Cursor.TryRead(after, out position) || !position.IsPosition))
            return Cursor.Bad.ToResult();
        var found = await deductions.ReadAsync(period, unit, position, PageSize, ct);
        return new PageResult<DeductionsPage>(
            page, page.Texts["sup.deductions"], StatusCodes.Status200OK,
            ("Period", period), ("Unit", unit), ("Items", found.Items), ("Next", found.Next is null ? null : Cursor.Write(found.Next)), ("After", after));
    }

    private static async Task<IResult> ParkedAsync(HttpContext http, TicketLists lists, CancellationToken ct)
    {
        var page = await PageContext.OfAsync(http);
        var query = new QueryFields(http.Request);
        var after = query.Text("after", Cursor.MaxLength);
        if (query.Refusal is { } refusal)
            return refusal.ToResult();
        ListCursor? position = null;
        if (after is not null && (!Cursor.TryRead(after, out position) || !position.IsPosition))
            return Cursor.Bad.ToResult();
        var found = await lists.ParkedAsync(position, PageSize, ct);
        return new PageResult<ParkedPage>(
            page, page.Texts["sup.parked"], StatusCodes.Status200OK, ("Tickets", found.Tickets), ("Next", found.Next is { } next ? Cursor.Write(next) : null));
    }

    private static async Task<IResult> AuditAsync(HttpContext http, AuditLog audit, CancellationToken ct)
    {
        var page = await PageContext.OfAsync(http);
        var query = new QueryFields(http.Request);
        var day = query.Date("date") ?? CityZone.DateOf(page.Moments.Now);
        var after = query.Text("after", Cursor.MaxLength);
        if (after is not null)
            query.Check.That(Storage.Keys.IsKey(after), "after", "badValue", "翻页标记无效。");
        if (query.Refusal is { } refusal)
            return refusal.ToResult();
        var found = await audit.ReadDayAsync(day, PageSize, after, ct);
        var next = found.Next is null || found.Items.Count == 0 ? null : found.Next;
        return new PageResult<AuditPageView>(page, page.Texts["sup.audit"], StatusCodes.Status200OK, ("Day", day), ("Entries", found.Items), ("Next", next));
    }

    private static async Task<IResult> ReportAsync(string kind, HttpContext http, Reports reports, CancellationToken ct)
    {
        var page = await PageContext.OfAsync(http);
        if (!WireWords.TryRead<ReportKind>(kind, out var which))
            return Problems.NotFoundHere.ToResult();
        var query = new QueryFields(http.Request);
        var date = query.Date("date") ?? CityZone.DateOf(page.Moments.Now);
        query.Check.That(date.Year is >= 2000 and < 9999, "date", "outOfRange", "日期不在允许的范围内。");
        if (query.Refusal is { } refusal)
            return refusal.ToResult();
        var report = await reports.MakeAsync(which, date, ct);
        return new PageResult<ReportPage>(page, page.Texts["sup.report." + kind], StatusCodes.Status200OK, ("Report", report), ("Date", date));
    }

    /// <summary>What the hotline publishes of itself: the last twelve months, added up; few tickets say nothing of anybody.</summary>
    private static async Task<IResult> PerformanceAsync(HttpContext http, FactStore facts, CancellationToken ct)
    {
        var page = await PageContext.OfAsync(http);
        var today = CityZone.DateOf(page.Moments.Now);
        var first = new DateOnly(today.Year, today.Month, 1).AddMonths(-11);
        var figures = await facts.FiguresAsync(first, today, ct);
        return new PageResult<PerformancePage>(
            page, page.Texts["perf.heading"], StatusCodes.Status200OK, ("Months", PublishedMonth.Of(figures, first, 12)))
        { MayBeShownAgain = true };
    }
}

/// <summary>A month as it is published: shares of fewer than <see cref="Fewest"/> tickets are left out.</summary>
public sealed record PublishedMonth(DateOnly Month, int? Received, double? OnTime, double? Satisfied)
{
    public const int Fewest = 10;

    public static List<PublishedMonth> Of(PeriodFigures figures, DateOnly first, int months)
    {
        var sums = Enumerable.Range(0, months).Select(first.AddMonths).ToDictionary(m => m, _ => new Tally());
        foreach (var day in figures.Days)
            sums[new(day.Day.Year, day.Day.Month, 1)].Add(day.Total());
        return [.. sums.OrderBy(s => s.Key).Select(s => new PublishedMonth(
            s.Key, s.Value.Received is > 0 and < Fewest ? null : s.Value.Received, Enough(s.Value.Raw(Measure.Resolution)), Enough(s.Value.Raw(Measure.Satisfaction))))];
    }

    private static double? Enough(Share share) => share.Denominator < Fewest ? null : share.Rate;
}
