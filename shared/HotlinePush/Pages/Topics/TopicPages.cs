using HotlinePush.Clocks;
using HotlinePush.Security;
using HotlinePush.Supervision.Topics;
using HotlinePush.Tickets;
using HotlinePush.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace HotlinePush.Pages.Topics;

/// <summary>Rising topics and their tickets.</summary>
internal static class TopicPages
{
    private const string Root = "/supervision/topics";
    private const int Shown = 50;

    public static void Map(RouteGroupBuilder pages)
    {
        pages.MapGet(Root, ListAsync).RequireRole(TopicEndpoints.Readers);
        pages.MapPost(Root, FindAsync).RequireRole(TopicEndpoints.Readers);
        pages.MapGet(Root + "/{id:int}", TicketsAsync).RequireRole(TopicEndpoints.Readers);
    }

    private static async Task<IResult> ListAsync(HttpContext http, TopicSearch topics, CancellationToken ct)
    {
        var page = await PageContext.OfAsync(http);
        page.Script = false;
        var (period, refusal) = Period(http);
        if (refusal is not null)
            return refusal.ToResult();
        var report = await topics.ReadAsync(period.From, period.To, ct);
        return new PageResult<TopicsPage>(
            page, page.Texts["topics.heading"], StatusCodes.Status200OK, ("Report", report), ("Asked", period), ("Done", http.Request.Query["done"] == "find"));
    }

    private static async Task<IResult> FindAsync(HttpContext http, TopicSearch topics, ProductClock clock, CancellationToken ct)
    {
        var form = await FormState.ReadAsync(http, "topics");
        var (period, refusal) = form.Refusal is { } stale ? (new(), stale) : Period(form.Filled("from"), form.Filled("to"));
        if (refusal is not null)
            return refusal.ToResult();
        await TopicEndpoints.AskAsync(period, topics, clock, ct);
        return PageAnswers.SeeOther(TopicLinks.List(period.From, period.To) + (period.From is null ? "?" : "&") + "done=find");
    }

    private static async Task<IResult> TicketsAsync(int id, HttpContext http, TopicSearch topics, TicketStore tickets, CancellationToken ct)
    {
        var page = await PageContext.OfAsync(http);
        page.Script = false;
        var (period, refusal) = Period(http);
        if (refusal is not null)
            return refusal.ToResult();
        if ((await topics.ReadAsync(period.From, period.To, ct)) is not { } report || report.Topics.FirstOrDefault(t => t.Id == id) is not { } topic)
            return Problems.NotFoundHere.ToResult();
        var actor = page.Actor;
        // Rights by the head as it is now: a ticket may have become confidential since.
        IReadOnlyList<TicketSummary> rows = [.. (await tickets.ReadManyAsync([.. topic.Numbers.Take(Shown)], ct))
            .Select(t => t.Ticket).Where(t => !t.Confidential && TicketAccess.MaySee(t, actor, page.City!)).Select(t => TicketSummary.Of(t, actor))];
        return new PageResult<TopicTicketsPage>(
            page, string.Join(' ', topic.Words), StatusCodes.Status200OK, ("Topic", topic), ("Report", report), ("Rows", rows), ("Asked", period));
    }

    private static (TopicPeriod, Refusal?) Period(HttpContext http) => Period(http.Request.Query["from"].ToString(), http.Request.Query["to"].ToString());

    private static (TopicPeriod, Refusal?) Period(string? from, string? to)
    {
        var check = new Check();
        var period = new TopicPeriod(Date("from", from), Date("to", to));
        return (period, check.Refusal ?? TopicEndpoints.Check(period));

        DateOnly? Date(string field, string? text)
        {
            if (string.IsNullOrEmpty(text))
                return null;
            if (DateOnly.TryParseExact(text, "yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture, System.Globalization.DateTimeStyles.None, out var date))
                return date;
            check.Add(field, "badTime", "应为日期，如 2026-11-23。");
            return null;
        }
    }
}

internal static class TopicLinks
{
    public static string List(DateOnly? from, DateOnly? to) => "/supervision/topics" + Of(from, to);
    public static string Topic(int id, DateOnly? from, DateOnly? to) => $"/supervision/topics/{id}" + Of(from, to);

    private static string Of(DateOnly? from, DateOnly? to) => from is null || to is null ? "" : FormattableString.Invariant($"?from={from:yyyy-MM-dd}&to={to:yyyy-MM-dd}");
}
