using HotlinePush.Clocks;
using HotlinePush.Security;
using HotlinePush.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace HotlinePush.Supervision;

/// <summary>Scores of a period, and the rules they are made by.</summary>
internal static class ScoreEndpoints
{
    private sealed record Position(int Received, string Key);

    private sealed record ScorePage(
        DateOnly From, DateOnly To, Dimension By, ScoreRule Rule, IReadOnlyList<ScoreItem> Items, string? Next, ScoreItem Total, int PendingDays);

    private sealed record RulesView(int Version, IReadOnlyList<ScoreRule> Items, string? Next = null);

    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet("/supervision/scores", ScoresAsync).RequireRole(SupervisionEndpoints.Readers).WithSummary("考核得分 (scores, with numerators and denominators)")
            .TakesQuery("from", "受理日期 (receipt day), 默认 to 之前 30 天").TakesQuery("to", "含当日 (inclusive), 默认今天")
            .TakesQuery("by", "unit, area, category, type").TakesQuery("level", "按上级归并 (groups by branch), 1–4", "integer");
        api.MapGet("/supervision/trend", TrendAsync).RequireRole(SupervisionEndpoints.Readers).WithSummary("每日走势 (figures by day)")
            .TakesQuery("from", "受理日期 (receipt day)").TakesQuery("to", "含当日 (inclusive)");
        api.MapGet("/supervision/score-rules", async (ScoreRules rules, HttpContext http) => Answer(await rules.AllAsync(http.RequestAborted)))
            .RequireRole(SupervisionEndpoints.Readers).WithSummary("考核规则 (score rules, all versions)");
        api.MapPut("/supervision/score-rules", async (JsonBody<NewScoreRule> body, ScoreRules rules, HttpContext http) =>
        {
            var (all, refusal) = await rules.AddAsync(body.Value, http.Request.IfMatch(), http.RequestAborted);
            return refusal is null ? Answer(all) : refusal.ToResult();
        }).RequireRole(Role.Admin).WithSummary("新的一版考核规则 (a new version of the score rules)");
    }

    private static Reply Answer(IReadOnlyList<ScoreRule> all) => Reply.Json(StatusCodes.Status200OK, new RulesView(all.Count, all), all.Count);

    private static async Task<IResult> ScoresAsync(ListQuery list, Figures figures, ProductClock clock, HttpContext http)
    {
        var query = new QueryFields(http.Request);
        var period = Period.Read(query, clock.GetUtcNow());
        var by = query.Word<Dimension>("by") ?? Dimension.Unit;
        var level = query.Number("level", 1, 4);
        if (query.Refusal is { } refusal)
            return refusal.ToResult();
        if (!list.TryRead<Position>(out var after))
            return Cursor.Bad.ToResult();
        var scores = await figures.ScoresAsync(period, by, (int?)level, http.RequestAborted);
        var rest = after is null
            ? scores.Items
            : [.. scores.Items.Where(i => i.Received < after.Received || (i.Received == after.Received && string.CompareOrdinal(i.Key, after.Key) > 0))];
        IReadOnlyList<ScoreItem> items = [.. rest.Take(list.Limit)];
        var next = rest.Count > items.Count ? Cursor.Write(new Position(items[^1].Received, items[^1].Key)) : null;
        return TypedResults.Ok(new ScorePage(scores.From, scores.To, by, scores.Rule, items, next, scores.Total, scores.PendingDays));
    }

    private static async Task<IResult> TrendAsync(FactStore facts, ProductClock clock, HttpContext http)
    {
        var query = new QueryFields(http.Request);
        var period = Period.Read(query, clock.GetUtcNow());
        if (query.Refusal is { } refusal)
            return refusal.ToResult();
        return TypedResults.Ok(new Page<TrendDay>(TrendDay.Of(await facts.FiguresAsync(period.From, period.To, http.RequestAborted), period), null));
    }
}

/// <summary>One day of a trend; days without tickets have zeros.</summary>
public sealed record TrendDay(DateOnly Day, int Received, int Closed, int Open, int Overdue, MeasureView Response, MeasureView Resolution, MeasureView Satisfaction)
{
    public static List<TrendDay> Of(PeriodFigures figures, Period period)
    {
        var totals = figures.Days.ToDictionary(d => d.Day, d => d.Total());
        var none = new Tally();
        return [.. Enumerable.Range(0, period.Days).Select(period.From.AddDays).Select(day =>
        {
            var t = totals.GetValueOrDefault(day, none);
            return new TrendDay(day, t.Received, t.Closed, t.Open, t.Overdue,
                MeasureView.Of(t, Measure.Response), MeasureView.Of(t, Measure.Resolution), MeasureView.Of(t, Measure.Satisfaction));
        })];
    }
}
