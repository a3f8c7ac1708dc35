using HotlinePush.Clocks;
using HotlinePush.Security;
using HotlinePush.Units;
using HotlinePush.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace HotlinePush.Supervision;

/// <summary>Drawing closed tickets at random and recording what a second call found.</summary>
internal static class RecheckEndpoints
{
    private sealed record Position(string Id);

    private sealed record RecheckView(
        string Id, DateTimeOffset At, DateOnly From, DateOnly To, string? UnitId, int Count, string Seed, int DrawnFrom, RecheckSummary Summary, IReadOnlyList<RecheckTicket> Items)
    {
        public static RecheckView Of(Recheck r) => new(r.Id, r.At, r.From, r.To, r.UnitId, r.Count, r.Seed, r.DrawnFrom, RecheckSummary.Of(r), r.Items);
    }

    public static void Map(RouteGroupBuilder api)
    {
        api.MapPost("/supervision/rechecks", DrawAsync).RequireRole(Role.Supervisor).WithSummary("随机抽查 (draw closed tickets at random)");
        api.MapGet("/supervision/rechecks", ListAsync).RequireRole(SupervisionEndpoints.Readers).WithSummary("历次抽查 (re-checks)");
        api.MapGet("/supervision/rechecks/{id}", GetAsync).RequireRole(SupervisionEndpoints.Readers).WithSummary("一次抽查 (a re-check)");
        api.MapPost("/supervision/rechecks/{id}/tickets/{number}", RecordAsync).RequireRole(Role.Supervisor, Role.Desk).WithSummary("抽查结果 (what a second call found)");
    }

    public static Refusal? Problem(NewRecheck wanted, City city)
    {
        var check = new Check();
        check.That(wanted.From <= wanted.To, "from", "outOfRange", "开始日期不应晚于结束日期。");
        check.That(wanted.To.DayNumber - wanted.From.DayNumber < Rechecks.MostDays, "from", "outOfRange", $"一次最多{Rechecks.MostDays}天。");
        check.That(wanted.To.Year < 9999, "to", "outOfRange", "日期不在允许的范围内。");
        check.Range("count", wanted.Count, 1, Rechecks.MostTickets);
        check.That(wanted.UnitId is null || city.FindUnit(wanted.UnitId) is not null, "unitId", "unknownUnit", "没有这个承办单位。");
        return check.Refusal;
    }

    private static async Task<IResult> DrawAsync(JsonBody<NewRecheck> body, Rechecks rechecks, CitySource cities, HttpContext http)
    {
        var ct = http.RequestAborted;
        if (Problem(body.Value, await cities.GetAsync(ct)) is { } refusal)
            return refusal.ToResult();
        return await IdempotentCreate.RunAsync(
            http, rechecks.NewId,
            async id => Created(await rechecks.DrawAsync(id, body.Value, http.GetActor(), ct)),
            async id => await rechecks.FindAsync(id, ct) is { } drawn ? Created(drawn) : null);
    }

    private static async Task<IResult> ListAsync(ListQuery list, Rechecks rechecks, HttpContext http)
    {
        if (!list.TryRead<Position>(out var after) || after is { Id: var id } && !Rechecks.IsId(id))
            return Cursor.Bad.ToResult();
        var (items, next) = await rechecks.ListAsync(after?.Id, list.Limit, http.RequestAborted);
        return TypedResults.Ok(new Page<RecheckSummary>(items, next is null ? null : Cursor.Write(new Position(next))));
    }

    private static async Task<IResult> GetAsync(string id, Rechecks rechecks, HttpContext http) =>
        await rechecks.FindAsync(id, http.RequestAborted) is { } recheck ? TypedResults.Ok(RecheckView.Of(recheck)) : Problems.NotFoundHere.ToResult();

    private static async Task<IResult> RecordAsync(string id, string number, JsonBody<RecheckWord> body, Rechecks rechecks, HttpContext http)
    {
        var (recheck, refusal) = await rechecks.RecordAsync(id, number, body.Value, http.GetActor(), http.RequestAborted);
        return recheck is null ? refusal!.ToResult() : TypedResults.Ok(RecheckView.Of(recheck));
    }

    private static Reply Created(Recheck recheck) => Reply.Created(RecheckView.Of(recheck), $"/api/v1/supervision/rechecks/{recheck.Id}");
}
