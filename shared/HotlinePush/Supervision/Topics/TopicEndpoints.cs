using HotlinePush.Clocks;
using HotlinePush.Security;
using HotlinePush.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace HotlinePush.Supervision.Topics;

/// <summary>A period, both days included; nothing given: the last four weeks.</summary>
public sealed record TopicPeriod(DateOnly? From = null, DateOnly? To = null);

/// <param name="ComputedAt">Null where the period's topics have not been found yet: POST has them found.</param>
public sealed record TopicList(
    IReadOnlyList<Topic> Items, string? Next, DateOnly? From, DateOnly? To, DateTimeOffset? ComputedAt, int Read, DateTimeOffset? ReadBack, bool Complete)
{
    public static TopicList Of(TopicReport? report, TopicPeriod asked) => report is null
        ? new([], null, asked.From, asked.To, null, 0, null, false)
        : new(report.Topics, null, report.From, report.To, report.ComputedAt, report.Read, report.ReadBack, report.Complete);
}

/// <summary><c>/supervision/topics</c>: what the city is suddenly writing about.</summary>
public static class TopicEndpoints
{
    public static readonly Role[] Readers = [Role.Desk, Role.Supervisor];

    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet("/supervision/topics", ReadAsync).RequireRole(Readers).Produces<TopicList>()
            .TakesQuery("from", "起始日 (first day)").TakesQuery("to", "截止日 (last day)").WithSummary("热点话题 (rising topics)");
        api.MapPost("/supervision/topics", FindAsync).RequireRole(Readers).Produces<TopicList>(StatusCodes.Status202Accepted).WithSummary("重新找热点 (find them anew)");
    }

    private static async Task<object> ReadAsync(HttpContext http, TopicSearch topics, CancellationToken ct)
    {
        var query = new QueryFields(http.Request);
        var period = new TopicPeriod(query.Date("from"), query.Date("to"));
        if ((query.Refusal ?? Check(period)) is { } refusal)
            return refusal;
        return TopicList.Of(await topics.ReadAsync(period.From, period.To, ct), period);
    }

    private static async Task<object> FindAsync(JsonBody<TopicPeriod> body, TopicSearch topics, ProductClock clock, CancellationToken ct)
    {
        if (Check(body.Value) is { } refusal)
            return refusal;
        await AskAsync(body.Value, topics, clock, ct);
        return Reply.Accepted(TopicList.Of(null, body.Value), "/api/v1/supervision/topics");
    }

    internal static Task AskAsync(TopicPeriod period, TopicSearch topics, ProductClock clock, CancellationToken ct) =>
        period is { From: { } from, To: { } to } ? topics.AskAsync(new(from, to), ct) : topics.RunAsync(ct);

    internal static Refusal? Check(TopicPeriod period) => new Check()
        .That(period.From is null == period.To is null, "from", "badTime", "起止日期须一并给出。")
        .That(period.To is null || period.From is null || period.From <= period.To, "to", "badTime", "截止日不能早于起始日。")
        .That(period.To is null || period.From is null || period.To.Value.DayNumber - period.From.Value.DayNumber < TopicSearch.MostDays, "from", "outOfRange", "一次最多一年。")
        .Refusal;
}
