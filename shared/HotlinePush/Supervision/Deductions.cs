using HotlinePush.Clocks;
using HotlinePush.Tickets;
using HotlinePush.Units;
using HotlinePush.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace HotlinePush.Supervision;

/// <summary>A lost point and the ticket behind it 扣分明细.</summary>
/// <param name="Why"><c>lateContact, lateAnswer, notAnswered, unsatisfied</c>.</param>
/// <param name="At">The deadline that was missed, or the callback.</param>
/// <param name="Appeal"><c>open</c>, <c>approved</c> (out of the figures), or null.</param>
public sealed record Deduction(
    string Number, Measure Measure, string Why, DateTimeOffset At, string Unit, string UnitName, string? CategoryId, string? AreaId, TicketType Type, DateTimeOffset ReceivedAt,
    string? Appeal)
{
    /// <summary>The points a ticket cost its unit, in the order of the measures.</summary>
    public static IEnumerable<Deduction> Of(TicketFact fact, City city, DateTimeOffset now)
    {
        foreach (var measure in Measures.Contestable)
        {
            if (Measures.LostAt(fact, measure, now) is not { } at)
                continue;
            var unit = fact.Unit ?? FigureKeys.Desk;
            yield return new(
                fact.Number, measure, WhyOf(fact, measure), at, unit, ScoreSums.NameOf(unit, Dimension.Unit, city), fact.Category, fact.Area, fact.Type, fact.ReceivedAt,
                Measures.IsExcluded(fact, measure) ? "approved" : fact.Contested?.Contains(measure) == true ? "open" : null);
        }
    }

    private static string WhyOf(TicketFact fact, Measure measure) => measure switch
    {
        Measure.Response => "lateContact",
        Measure.Resolution => fact.Resolve!.StoppedAt is null ? "notAnswered" : "lateAnswer",
        _ => "unsatisfied",
    };
}

/// <summary>Lists lost points; days on which a unit lost none are not looked at.</summary>
public sealed class Deductions(FactStore facts, FactScan scan, CitySource cities, ProductClock clock)
{
    public async Task<FactPage<Deduction>> ReadAsync(Period period, string? unit, FactPosition? after, int limit, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var city = await cities.GetAsync(ct);
        var figures = await facts.FiguresAsync(after is null ? period.From : Latest(after.Day, period.From), period.To, ct);
        var days = figures.Days.Where(d => unit is null ? d.Total().Lost > 0 : new Tally(d.Units.GetValueOrDefault(unit, [])).Lost > 0).Select(d => d.Day).ToList();
        return await scan.ReadAsync(
            days, after, limit, f => unit is null || (f.Unit ?? FigureKeys.Desk) == unit ? Deduction.Of(f, city, now) : [], d => d.Measure, ct);
    }

    internal static DateOnly Latest(DateOnly a, DateOnly b) => a > b ? a : b;

    internal static void Map(RouteGroupBuilder api) =>
        api.MapGet("/supervision/deductions", async (ListQuery list, Deductions deductions, FrozenPeriods frozen, CitySource cities, ProductClock clock, HttpContext http) =>
        {
            var query = new QueryFields(http.Request);
            if (query.Text("period") is { } month)
                return await FrozenAsync(month, list, frozen, http.RequestAborted);
            var period = Period.Read(query, clock.GetUtcNow());
            var unit = query.Text("unit");
            if (!FigureKeys.IsHolder(unit, await cities.GetAsync(http.RequestAborted)))
                query.Check.Add("unit", "badValue", "没有这个承办单位。");
            if (query.Refusal is { } refusal)
                return refusal.ToResult();
            if (!list.TryRead<FactPosition>(out var after) || after is { IsPosition: false })
                return Cursor.Bad.ToResult();
            var page = await deductions.ReadAsync(period, unit, after, list.Limit, http.RequestAborted);
            return TypedResults.Ok(new Page<Deduction>(page.Items, page.Next is null ? null : Cursor.Write(page.Next)));
        }).RequireRole(SupervisionEndpoints.Readers).WithSummary("扣分明细 (lost points and their tickets)")
            .TakesQuery("unit", "承办单位编号 (unit id)").TakesQuery("from", "受理日期 (receipt day)").TakesQuery("to", "含当日 (inclusive)")
            .TakesQuery("period", "已定格的月份，按定格时的样子 (a frozen month, as it stood)");

    private static async Task<IResult> FrozenAsync(string month, ListQuery list, FrozenPeriods frozen, CancellationToken ct)
    {
        if (!list.TryRead<LostPosition>(out var after) || after is { IsPosition: false })
            return Cursor.Bad.ToResult();
        if (await frozen.FindAsync(month, ct) is not { } period)
            return Refusal.Of("badValue", "period", "这个月没有定格。").ToResult();
        var (items, next) = await frozen.LostAsync(period, after, list.Limit, ct);
        return TypedResults.Ok(new Page<Deduction>(items, next is null ? null : Cursor.Write(next)));
    }
}
