using HotlinePush.Clocks;
using HotlinePush.Security;
using HotlinePush.Storage;
using HotlinePush.Units;
using HotlinePush.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace HotlinePush.Tickets;

/// <summary>Lists of tickets: a unit's, and the city's.</summary>
public static class TicketListEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var api = routes.MapHotlineGroup("/api/v1").WithTags("tickets");
        api.MapGet("units/{unitId}/tickets", UnitAsync).RequireRole(TicketEndpoints.Seers).WithSummary("承办单位的工单 (a unit's tickets)");
        api.MapGet("supervision/parked", ParkedAsync).RequireRole(Role.Supervisor).WithSummary("挂账工单 (parked cases)");
        api.MapGet("tickets", CityAsync).RequireRole(Role.Desk, Role.Supervisor).WithSummary("全部工单 (the city's tickets)");
    }

    private static async Task<object> UnitAsync(string unitId, HttpContext http, ListQuery list, TicketLists lists, CitySource cities, CancellationToken ct)
    {
        var actor = http.GetActor();
        var city = await cities.GetAsync(ct);
        if (city.FindUnit(unitId) is null || (actor.Role == Role.Unit && actor.UnitId != unitId && !city.IsAbove(actor.UnitId, unitId)))
            return Problems.NotFoundHere;
        var query = new QueryFields(http.Request);
        var state = query.Text("state") ?? "open";
        query.Check.OneOf("state", state, "open", "signed", "overdue", "closed");
        if (query.Refusal is { } refusal)
            return refusal;
        if (!list.TryRead<ListCursor>(out var after) || after is { IsPosition: false })
            return Cursor.Bad;
        var page = await lists.UnitAsync(unitId, state, after, list.Limit, ct);
        return TypedResults.Ok(new Page<TicketSummary>([.. page.Tickets.Where(t => TicketAccess.MaySee(t, actor, city)).Select(t => TicketSummary.OfUnit(t, actor, unitId))], page.Next is { } next ? Cursor.Write(next) : null));
    }

    private static async Task<object> CityAsync(HttpContext http, ListQuery list, TicketLists lists, CancellationToken ct)
    {
        var actor = http.GetActor();
        var query = new QueryFields(http.Request);
        var filter = new TicketFilter(
            query.Word<TicketState>("state"), query.Text("areaId"), query.Text("categoryId"), query.Date("from"), query.Date("to"), query.Text("q"));
        if (query.Refusal is { } refusal)
            return refusal;
        if (!list.TryRead<ListCursor>(out var after) || after is { IsPosition: false })
            return Cursor.Bad;
        var page = await lists.CityAsync(filter, after, list.Limit, ct);
        return TypedResults.Ok(new SearchPage(
            [.. page.Tickets.Select(t => TicketSummary.Of(t, actor))], page.Next is { } next ? Cursor.Write(next) : null, page.SearchedBack));
    }

    private static async Task<object> ParkedAsync(HttpContext http, ListQuery list, TicketLists lists, CancellationToken ct)
    {
        var actor = http.GetActor();
        if (!list.TryRead<ListCursor>(out var after) || after is { IsPosition: false })
            return Cursor.Bad;
        var page = await lists.ParkedAsync(after, list.Limit, ct);
        return TypedResults.Ok(new Page<ParkedTicket>(
            [.. page.Tickets.Select(t => new ParkedTicket(TicketSummary.Of(t, actor), t.Parked!.Reason, t.Parked.Since, t.Parked.ReviewAt))],
            page.Next is { } next ? Cursor.Write(next) : null));
    }

    private sealed record ParkedTicket(TicketSummary Ticket, string Reason, DateTimeOffset Since, DateTimeOffset ReviewAt);

    private sealed record SearchPage(IReadOnlyList<TicketSummary> Items, string? Next, DateTimeOffset? SearchedBack);
}

/// <summary>Where a list goes on: in which partition, after which row.</summary>
public sealed record ListCursor(string Partition, string Row)
{
    /// <summary>False for what no list gave out: the store takes keys only.</summary>
    internal bool IsPosition => Keys.IsKey(Partition) && Keys.IsKey(Row);
}

/// <param name="From">First day of receipt (Asia/Shanghai), included.</param>
/// <param name="To">Last day, included.</param>
/// <param name="Q">Free text in subject and description.</param>
public sealed record TicketFilter(TicketState? State, string? AreaId, string? CategoryId, DateOnly? From, DateOnly? To, string? Q)
{
    public bool ByHead => AreaId is not null || CategoryId is not null || Q is not null;

    /// <summary>Area and category by branch: a district finds its streets' tickets. Confidential texts are not searched.</summary>
    public bool Matches(Ticket t) =>
        (AreaId is null || (t.AreaId ?? "").StartsWith(AreaId, StringComparison.Ordinal))
        && (CategoryId is null || t.CategoryId == CategoryId || (t.CategoryId ?? "").StartsWith(CategoryId + "-", StringComparison.Ordinal))
        && (State is null || t.State == State)
        && (Q is null || (!t.Confidential && ((t.Subject ?? "").Contains(Q, StringComparison.OrdinalIgnoreCase) || (t.Description ?? "").Contains(Q, StringComparison.OrdinalIgnoreCase))));
}

public sealed record TicketPage(List<Ticket> Tickets, ListCursor? Next, DateTimeOffset? SearchedBack = null);

/// <summary>Reads lists from the indexes and the tickets from their heads; each page within a fixed budget of rows.</summary>
public sealed class TicketLists(ITableStore store, TicketStore tickets, ProductClock clock)
{
    /// <summary>Heads one page of a filtered list may read before it answers with what it has and how far it looked.</summary>
    private const int HeadBudget = 2_000;

    /// <summary>Days without a match one page may pass.</summary>
    private const int DayBudget = 400;

    public async Task<TicketPage> UnitAsync(string unitId, string state, ListCursor? after, int limit, CancellationToken ct)
    {
        var partition = TicketIndexes.UnitPartition(unitId);
        var range = state switch
        {
            "closed" => TicketIndexes.UnitClosed,
            "overdue" => TicketIndexes.UnitOverdue(clock.GetUtcNow()),
            _ => TicketIndexes.UnitOpen,
        };
        Func<Ticket, bool> wanted = state switch
        {
            "signed" => t => t.State == TicketState.InProgress,
            "overdue" => t => t.State is TicketState.Dispatched or TicketState.InProgress && !t.HasDoneItsPart(unitId),
            "closed" => t => !t.State.IsOpen(),
            _ => t => t.State.IsOpen(),
        };
        var found = new List<Ticket>();
        var read = 0;
        var from = after is null ? range.From : Keys.After(after.Row);
        while (true)
        {
            var page = await store.ReadRangeAsync(TicketIndexes.Table, partition, range with { From = from }, limit - found.Count, null, ct);
            var heads = await tickets.ReadManyAsync([.. page.Rows.Select(r => TicketIndexes.NumberOf(r.Key))], ct);
            // The head decides: it may have moved since its row was written.
            found.AddRange(heads.Select(h => h.Ticket).Where(t => t.TakesPart(unitId) && wanted(t)));
            read += page.Rows.Count;
            if (page.Continuation is null)
                return new(found, null);
            if (page.Rows.Count > 0)
                from = Keys.After(page.Rows[^1].Key);
            if (page.Rows.Count > 0 && (found.Count >= limit || read >= HeadBudget))
                return new(found, new(partition, page.Rows[^1].Key));
        }
    }

    /// <summary>What a unit has to finish before a moment, soonest first, and what waits for its head; at most <paramref name="limit"/> of each.</summary>
    public async Task<(List<Ticket> Due, List<Ticket> SignOff)> UnitDueAsync(string unitId, DateTimeOffset until, int limit, CancellationToken ct)
    {
        var due = await HeadsAsync(TicketIndexes.UnitPartition(unitId), TicketIndexes.UnitDueBefore(until), limit, ct);
        var signOff = await HeadsAsync(TicketIndexes.UnitPartition(unitId), TicketIndexes.UnitSignOff, limit, ct);
        return (
            [.. due.Where(t => t.State is TicketState.Dispatched or TicketState.InProgress && t.TakesPart(unitId) && !t.HasDoneItsPart(unitId))],
            [.. signOff.Where(t => t.Draft is { Refused: false } draft && draft.UnitId == unitId)]);
    }

    private async Task<IEnumerable<Ticket>> HeadsAsync(string partition, KeyRange range, int limit, CancellationToken ct)
    {
        var page = await store.ReadRangeAsync(TicketIndexes.Table, partition, range, limit, null, ct);
        return (await tickets.ReadManyAsync([.. page.Rows.Select(r => TicketIndexes.NumberOf(r.Key))], ct)).Select(h => h.Ticket);
    }

    /// <summary>Parked cases, those to be looked at soonest first.</summary>
    public async Task<TicketPage> ParkedAsync(ListCursor? after, int limit, CancellationToken ct)
    {
        var partition = TicketIndexes.ParkedPartition;
        var page = await store.ReadRangeAsync(TicketIndexes.Table, partition, TicketIndexes.ParkedFrom(after?.Row), limit, null, ct);
        var heads = await tickets.ReadManyAsync([.. page.Rows.Select(r => TicketIndexes.NumberOf(r.Key))], ct);
        return new([.. heads.Select(h => h.Ticket).Where(t => t.Parked is not null)], page.Continuation is null || page.Rows.Count == 0 ? null : new(partition, page.Rows[^1].Key));
    }

    public async Task<TicketPage> CityAsync(TicketFilter filter, ListCursor? after, int limit, CancellationToken ct)
    {
        var found = new List<Ticket>();
        var (heads, days) = (0, 0);
        ListCursor? last = null;
        DateTimeOffset? searchedBack = null;
        await foreach (var day in DaysAsync(filter, after, ct))
        {
            var partition = TicketIndexes.DayPartition(day);
            var range = filter.State is { } state ? TicketIndexes.DayState(state) : TicketIndexes.DayAll;
            var from = after?.Partition == partition && after.Row.Length > 0 ? Keys.After(after.Row) : range.From;
            string? continuation;
            do
            {
                var page = await store.ReadRangeAsync(TicketIndexes.Table, partition, range with { From = from }, limit - found.Count, null, ct);
                continuation = page.Continuation;
                if (page.Rows.Count == 0)
                    continue;
                from = Keys.After(page.Rows[^1].Key);
                var read = await tickets.ReadManyAsync([.. page.Rows.Select(r => TicketIndexes.NumberOf(r.Key))], ct);
                found.AddRange(read.Select(h => h.Ticket).Where(filter.Matches));
                heads += read.Count;
                searchedBack = read.Count > 0 ? read[^1].Ticket.ReceivedAt : searchedBack;
                last = new(partition, page.Rows[^1].Key);
                if (found.Count >= limit || heads >= HeadBudget)
                    return new(found, last, filter.Q is null ? null : searchedBack);
            }
            while (continuation is not null);

            last = new(partition, range.To);
            if (++days >= DayBudget)
                return new(found, last, filter.Q is null ? null : searchedBack);
        }

        return new(found, null, filter.Q is null ? null : searchedBack);
    }

    /// <summary>The days that have tickets, latest first, from where the list goes on.</summary>
    private async IAsyncEnumerable<DateOnly> DaysAsync(TicketFilter filter, ListCursor? after, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct)
    {
        var latest = after is null ? filter.To ?? DateOnly.MaxValue : DayOf(after.Partition) ?? DateOnly.MaxValue;
        var range = new KeyRange(Keys.Of(KeyPart.Descending(latest)), Keys.After(Keys.Of(KeyPart.Descending(filter.From ?? DateOnly.MinValue))));
        string? continuation = null;
        do
        {
            var page = await store.ReadRangeAsync(TicketIndexes.Table, TicketIndexes.DaysPartition, range, 100, continuation, ct);
            foreach (var row in page.Rows)
                yield return TicketIndexes.DayOfRow(row.Key);
            continuation = page.Continuation;
        }
        while (continuation is not null);
    }

    private static DateOnly? DayOf(string partition) =>
        Keys.Split(partition) is ["day", var text] && DateOnly.TryParseExact(text, "yyyyMMdd", out var day) ? day : null;
}
