using HotlinePush.Clocks;
using HotlinePush.Incidents;
using HotlinePush.Security;
using HotlinePush.Storage;
using HotlinePush.Tickets;
using HotlinePush.Units;

namespace HotlinePush.Inbound.Calls;

/// <summary>A call with what is known of its caller.</summary>
/// <param name="Own">Their tickets, open ones first, then newest.</param>
/// <param name="Nearby">Incidents that are going on where they wrote from before.</param>
public sealed record PoppedCall(Call Call, IReadOnlyList<Ticket> Own, IReadOnlyList<Incident> Nearby);

/// <summary>What an agent's page shows without being asked.</summary>
/// <param name="Mine">What rings at this agent or is being talked on.</param>
/// <param name="Waiting">What rings and has nobody yet.</param>
public sealed record LiveCalls(IReadOnlyList<PoppedCall> Mine, IReadOnlyList<Call> Waiting);

/// <summary>Reads calls for the desk.</summary>
public sealed class CallLists(
    ITableStore store, CallStore calls, AgentLines lines, PersonTickets people, IncidentDesk incidents, CitySource cities, ProductClock clock)
{
    private const int MostMine = 3, MostWaiting = 5, MostOwn = 5, MostNearby = 2, IncidentsRead = 20;

    /// <summary>A telephone system that never says that a call has ended must not leave it standing for ever.</summary>
    private static readonly TimeSpan RingsAtMost = TimeSpan.FromMinutes(30), LastsAtMost = TimeSpan.FromHours(4);

    public async Task<LiveCalls> LiveAsync(Actor actor, CancellationToken ct)
    {
        var mine = new List<Call>();
        foreach (var name in await lines.NamesAsync(actor, ct))
            mine.AddRange(await ReadLiveAsync(CallIndex.OfAgent(name), MostMine, ct));
        var waiting = await ReadLiveAsync(CallIndex.OfNobody, MostWaiting, ct);
        var popped = new List<PoppedCall>();
        foreach (var call in mine.DistinctBy(c => c.Id).OrderByDescending(c => c.BeganAt).Take(MostMine))
            popped.Add(await PopAsync(call, actor, ct));
        return new(popped, waiting);
    }

    /// <summary>
    /// The look at a caller's tickets is traced once for a call and an agent, before anything is shown: the page asks again every three seconds.
    /// </summary>
    private async Task<PoppedCall> PopAsync(Call call, Actor actor, CancellationToken ct)
    {
        if (call is not { PersonHash: not null, Caller: { } phone })
            return new(call, [], []);
        var seen = Keys.Of("seen", call.Id);
        var traced = await store.ReadAsync(CallIndex.Table, seen, Keys.Of(actor.Id), ct) is not null;
        var own = (await people.FindAsync(phone, actor, null, MostOwn, ct, traced)).Tickets;
        if (!traced)
            await store.CommitAsync(new Batch(CallIndex.Table, seen).Upsert(Keys.Of(actor.Id), "{}"u8.ToArray()), ct);
        var city = await cities.GetAsync(ct);
        var areas = own.Select(t => t.AreaId).OfType<string>().Distinct().ToList();
        var nearby = areas.Count == 0 ? [] : (await incidents.ListAsync(IncidentState.Open, null, IncidentsRead, ct)).Items
            .Select(i => i.Incident).Where(i => areas.Exists(a => IsNear(i.AreaId, a, city))).Take(MostNearby);
        return new(call, [.. own.OrderBy(t => !t.State.IsOpen()).ThenByDescending(t => t.ReceivedAt)], [.. nearby]);
    }

    /// <summary>The same area, or one inside the other.</summary>
    private static bool IsNear(string? incident, string area, City city) => Within(incident, area, city) || (incident is not null && Within(area, incident, city));

    private static bool Within(string? inner, string outer, City city)
    {
        for (var at = city.FindArea(inner); at is not null; at = city.FindArea(at.ParentId))
            if (at.Id == outer)
                return true;
        return false;
    }

    /// <summary>The newest of the range; those that have ended meanwhile, or should have long ago, are left out.</summary>
    private async Task<IReadOnlyList<Call>> ReadLiveAsync(KeyRange range, int limit, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var page = await store.ReadRangeAsync(CallIndex.Table, CallIndex.Live, range, 50, null, ct);
        var heads = await calls.ReadManyAsync(page.Rows.Select(r => CallIndex.IdOf(r.Key)), ct);
        return [.. heads.Where(c => c.IsLive && now - c.BeganAt < (c.State == CallState.Ringing ? RingsAtMost : LastsAtMost)).TakeLast(limit)];
    }

    /// <summary>Calls first heard of on a day, newest first.</summary>
    public async Task<(IReadOnlyList<Call> Calls, RowCursor? Next)> OfDayAsync(DateOnly day, RowCursor? after, int limit, CancellationToken ct)
    {
        var page = await store.ReadRangeAsync(CallIndex.Table, CallIndex.Day(day), new(after is null ? "!" : Keys.After(after.Row), "~"), limit, null, ct);
        return (await calls.ReadManyAsync(page.Rows.Select(r => CallIndex.IdOf(r.Key)), ct), page.Continuation is null || page.Rows.Count == 0 ? null : new(page.Rows[^1].Key));
    }
}
