using HotlinePush.Clocks;
using HotlinePush.Storage;
using HotlinePush.Tickets;
using HotlinePush.Units;
using HotlinePush.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace HotlinePush.Supervision;

/// <param name="Version">The ticket's, for <c>If-Match</c>.</param>
/// <param name="LostAt">When the contested point was lost.</param>
public sealed record ListedAppeal(
    string Number, int Version, string UnitName, TicketType Type, string? CategoryId, string? AreaId, DateTimeOffset? LostAt, AppealView Appeal);

/// <summary>Appeals that wait for a decision, or have one, the latest first.</summary>
public sealed class AppealList(ITableStore store, TicketStore tickets, CitySource cities, ProductClock clock)
{
    private sealed record Position(string Row);

    /// <param name="actor">Decides which words are shown.</param>
    public async Task<(IReadOnlyList<ListedAppeal> Items, string? Next)> ReadAsync(bool open, string? afterRow, int limit, Security.Actor actor, CancellationToken ct)
    {
        var city = await cities.GetAsync(ct);
        var range = Keys.Under(open ? "open" : "closed");
        if (afterRow is not null)
            range = range with { From = Keys.After(afterRow) };
        var rows = new List<Row>();
        string? continuation = null;
        do
        {
            var page = await store.ReadRangeAsync(TicketIndexes.Table, TicketIndexes.AppealsPartition, range, limit - rows.Count, continuation, ct);
            rows.AddRange(page.Rows);
            continuation = page.Continuation;
        }
        while (continuation is not null && rows.Count < limit);

        var heads = (await tickets.ReadManyAsync([.. rows.Select(r => TicketIndexes.NumberOf(r.Key)).Distinct()], ct)).ToDictionary(h => h.Ticket.Number, h => h.Ticket);
        var items = new List<ListedAppeal>();
        foreach (var parts in rows.Select(r => Keys.Split(r.Key)))
        {
            // The head decides: it may have moved since its row was written.
            if (parts is not [_, var at, var measure, var number] || heads.GetValueOrDefault(number) is not { } t)
                continue;
            if (t.Appeals.LastOrDefault(a => a.Measure.ToString() == measure && (a.Decision is null) == open && At(a) == at) is not { } appeal)
                continue;
            items.Add(new(
                number, t.Seq, ScoreSums.NameOf(appeal.UnitId, Dimension.Unit, city), t.Type, t.CategoryId, t.AreaId,
                TicketRules.LostAt(t, appeal.Measure, clock.GetUtcNow()), AppealView.Of(t, appeal, actor)));
        }

        return (items, continuation is null ? null : rows[^1].Key);
    }

    private static string At(Appeal appeal) => Keys.Split(Keys.Of(KeyPart.Descending(appeal.At)))[0];

    internal static void Map(RouteGroupBuilder api) =>
        api.MapGet("/supervision/appeals", async (ListQuery list, AppealList appeals, HttpContext http) =>
        {
            var query = new QueryFields(http.Request);
            var state = query.Text("state") ?? "open";
            query.Check.OneOf("state", state, "open", "decided");
            if (query.Refusal is { } refusal)
                return refusal.ToResult();
            if (!list.TryRead<Position>(out var after) || after is { Row: var row } && !Keys.IsKey(row))
                return Cursor.Bad.ToResult();
            var (items, next) = await appeals.ReadAsync(state == "open", after?.Row, list.Limit, http.GetActor(), http.RequestAborted);
            return TypedResults.Ok(new Page<ListedAppeal>(items, next is null ? null : Cursor.Write(new Position(next))));
        }).RequireRole(SupervisionEndpoints.Readers).WithSummary("申诉 (appeals)").TakesQuery("state", "open, decided");
}
