using HotlinePush.Clocks;
using HotlinePush.Tickets;
using HotlinePush.Units;
using HotlinePush.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace HotlinePush.Supervision;

/// <summary>Time past a deadline with one holder, in whole minutes: office time on working clocks.</summary>
public sealed record HolderTime(string Holder, string Name, int Minutes);

public sealed record LateClock(ClockKind Kind, DateTimeOffset DueAt, int Minutes, IReadOnlyList<HolderTime> Holders);

/// <summary>An open ticket past one of its deadlines.</summary>
/// <param name="Clocks">Those that are late, the resident's own first.</param>
public sealed record OverdueTicket(
    string Number, TicketType Type, TicketState State, Priority Priority, string Unit, string UnitName, string? CategoryId, string? AreaId, DateTimeOffset ReceivedAt,
    IReadOnlyList<LateClock> Clocks)
{
    public LateClock Worst => Clocks[0];
}

/// <param name="Overdue">Open tickets past a deadline, whoever let the time pass.</param>
public sealed record UnitOverdue(string Unit, string Name, int Overdue);

/// <param name="Units">All of them, from the days' figures; the most first.</param>
/// <param name="Holders">The lost time of the tickets on this page, by who held them.</param>
public sealed record OverduePage(IReadOnlyList<OverdueTicket> Items, string? Next, IReadOnlyList<UnitOverdue> Units, IReadOnlyList<HolderTime> Holders, int PendingDays);

/// <summary>
/// Open tickets past a deadline, oldest first, and who held each lost hour. The days to look at come from their figures; the clocks from the
/// tickets' heads. Looks back as far as figures go.
/// </summary>
public sealed class OverdueTickets(FactStore facts, FactScan scan, TicketStore tickets, CitySource cities, ProductClock clock)
{
    public async Task<(OverduePage Page, FactPosition? Next)> ReadAsync(string? unit, FactPosition? after, int limit, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var city = await cities.GetAsync(ct);
        var today = CityZone.DateOf(now);
        var figures = await facts.FiguresAsync(today.AddDays(1 - Period.MostDays), today, ct);
        var days = figures.Days.Where(d => unit is null ? d.Total().Overdue > 0 : new Tally(d.Units.GetValueOrDefault(unit, [])).Overdue > 0).Select(d => d.Day).ToList();
        var found = await scan.ReadAsync(
            days, after, limit,
            f => Measures.IsOverdue(f, now) && (unit is null || (f.Unit ?? FigureKeys.Desk) == unit) ? [f.Number] : Array.Empty<string>(), _ => null, ct);
        var heads = await tickets.ReadManyAsync(found.Items, ct);
        List<OverdueTicket> items = [.. heads.Select(h => Of(h.Ticket, city, now)).OfType<OverdueTicket>()];
        var units = figures.Days.SelectMany(d => d.Units).GroupBy(u => u.Key, u => new Tally(u.Value).Overdue)
            .Select(g => new UnitOverdue(g.Key, ScoreSums.NameOf(g.Key, Dimension.Unit, city), g.Sum())).Where(u => u.Overdue > 0)
            .OrderByDescending(u => u.Overdue).ThenBy(u => u.Unit, StringComparer.Ordinal);
        return (new(items, found.Next is null ? null : Cursor.Write(found.Next), [.. units], Sum(items.SelectMany(i => i.Worst.Holders)), figures.Pending), found.Next);
    }

    /// <summary>Null where it has been answered or ended since its fact was read.</summary>
    public static OverdueTicket? Of(Ticket t, City city, DateTimeOffset now)
    {
        if (!t.State.IsOpen())
            return null;
        var late = t.Clocks.Where(c => c.StoppedAt is null && c.StateAt(now) == ClockState.Missed)
            .OrderBy(c => c.Kind == ClockKind.Resolve ? 0 : 1).ThenBy(c => c.DueAt)
            .Select(c => LateOf(c, city, now)).ToList();
        var unit = t.LeadUnitId ?? FigureKeys.Desk;
        return late.Count == 0
            ? null
            : new(t.Number, t.Type, t.State, t.Priority, unit, ScoreSums.NameOf(unit, Dimension.Unit, city), t.CategoryId, t.AreaId, t.ReceivedAt, late);
    }

    internal static IReadOnlyList<HolderTime> Sum(IEnumerable<HolderTime> times) =>
        [.. times.GroupBy(t => (t.Holder, t.Name), t => t.Minutes).Select(g => new HolderTime(g.Key.Holder, g.Key.Name, g.Sum())).OrderByDescending(t => t.Minutes).ThenBy(t => t.Holder, StringComparer.Ordinal)];

    private static LateClock LateOf(Clock c, City city, DateTimeOffset now)
    {
        var holders = Sum(LateStretch.After(c, now).Select(s => new HolderTime(s.Holder, ScoreSums.NameOf(s.Holder, Dimension.Unit, city), s.Minutes(city.Calendar))));
        return new(c.Kind, c.DueAt, holders.Sum(h => h.Minutes), holders);
    }

    internal static void Map(RouteGroupBuilder api) =>
        api.MapGet("/supervision/overdue", async (ListQuery list, OverdueTickets overdue, CitySource cities, HttpContext http) =>
        {
            var query = new QueryFields(http.Request);
            var unit = query.Text("unit");
            if (!FigureKeys.IsHolder(unit, await cities.GetAsync(http.RequestAborted)))
                query.Check.Add("unit", "badValue", "没有这个承办单位。");
            if (query.Refusal is { } refusal)
                return refusal.ToResult();
            if (!list.TryRead<FactPosition>(out var after) || after is { IsPosition: false })
                return Cursor.Bad.ToResult();
            return TypedResults.Ok((await overdue.ReadAsync(unit, after, list.Limit, http.RequestAborted)).Page);
        }).RequireRole(SupervisionEndpoints.Readers).WithSummary("超期工单与各方持有时间 (overdue tickets, and who held each lost hour)")
            .TakesQuery("unit", "承办单位编号 (unit id), desk 为话务中心");
}
