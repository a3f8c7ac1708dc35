using HotlinePush.Clocks;
using HotlinePush.Units;
using HotlinePush.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace HotlinePush.Supervision;

[CamelCaseWords]
public enum ReportKind { Day, Week, Month }

/// <summary>A figure beside that of the period before.</summary>
public sealed record Compared(string Key, string Name, int Now, int Before);

/// <summary>Who asked more than once.</summary>
/// <param name="Merged">Tickets that joined another.</param>
/// <param name="FromSamePerson">Tickets of people who have more than one in the period, merged ones included.</param>
public sealed record Repeats(int Merged, int FromSamePerson);

/// <summary>日报、周报、月报: volume and change, types, categories, units, repeats, lateness.</summary>
/// <param name="Before">The total of the period of the same length before.</param>
/// <param name="LateMinutes">Minutes past the resident's deadline by who held the ticket; of tickets of the period that have been answered.</param>
/// <param name="PendingDays">Days not yet in the figures; ask again.</param>
public sealed record Report(
    ReportKind Kind, DateOnly From, DateOnly To, DateTimeOffset MadeAt, ScoreRule Rule, ScoreItem Total, ScoreItem Before, int Urgent, int Alarmed, int Parked,
    IReadOnlyList<Compared> Types, IReadOnlyList<Compared> Categories, IReadOnlyList<Compared> Areas, IReadOnlyList<ScoreItem> Units, Repeats Repeats,
    IReadOnlyList<HolderTime> LateMinutes, IReadOnlyList<TrendDay> Days, int PendingDays);

public sealed class Reports(FactStore facts, ScoreRules rules, CitySource cities, ProductClock clock)
{
    private const int MostCategories = 10;

    public static Period PeriodOf(ReportKind kind, DateOnly date) => kind switch
    {
        ReportKind.Day => new(date, date),
        ReportKind.Week => new(date.AddDays(-(((int)date.DayOfWeek + 6) % 7)), date.AddDays(6 - ((int)date.DayOfWeek + 6) % 7)),
        _ => Period.MonthOf(date),
    };

    public async Task<Report> MakeAsync(ReportKind kind, DateOnly date, CancellationToken ct)
    {
        var period = PeriodOf(kind, date);
        // A month is compared with the month before, however long.
        var before = kind == ReportKind.Month ? Period.MonthOf(period.From.AddDays(-1)) : period.Before;
        var city = await cities.GetAsync(ct);
        var rule = await rules.InForceAsync(period.From, ct);
        var now = await facts.FiguresAsync(period.From, period.To, ct);
        var then = await facts.FiguresAsync(before.From, before.To, ct);
        var total = Sum(now);
        var persons = await Task.WhenAll(now.Days.Select(d => facts.PersonsAsync(d.Day, ct)));
        return new(
            kind, period.From, period.To, clock.GetUtcNow(), rule,
            ScoreItem.Of("total", "合计", total, rule), ScoreItem.Of("total", "合计", Sum(then), rule), total.Urgent, total.Alarmed, total.Parked,
            Compare(now, then, Dimension.Type, null, city, int.MaxValue),
            Compare(now, then, Dimension.Category, 2, city, MostCategories),
            Compare(now, then, Dimension.Area, 2, city, MostCategories),
            ScoreSums.Of(now, period.From, period.To, Dimension.Unit, null, rule, city).Items,
            new(total.Merged, PersonHashes.Repeated(persons)),
            OverdueTickets.Sum(now.Days.SelectMany(d => d.LateMinutes).Select(l => new HolderTime(l.Key, ScoreSums.NameOf(l.Key, Dimension.Unit, city), l.Value))),
            TrendDay.Of(now, period), now.Pending + then.Pending);
    }

    private static Tally Sum(PeriodFigures figures)
    {
        var total = new Tally();
        foreach (var day in figures.Days)
            total.Add(day.Total());
        return total;
    }

    private static List<Compared> Compare(PeriodFigures now, PeriodFigures then, Dimension by, int? level, City city, int most)
    {
        var before = Counts(then).ToDictionary(c => c.Key, c => c.Count, StringComparer.Ordinal);
        return [.. Counts(now).OrderByDescending(c => c.Count).ThenBy(c => c.Key, StringComparer.Ordinal).Take(most)
            .Select(c => new Compared(c.Key, ScoreSums.NameOf(c.Key, by, city), c.Count, before.GetValueOrDefault(c.Key)))];

        IEnumerable<(string Key, int Count)> Counts(PeriodFigures figures) =>
            figures.Days.SelectMany(d => d.By(by)).GroupBy(d => level is { } l ? ScoreSums.GroupOf(d.Key, by, l, city) : d.Key, StringComparer.Ordinal)
                .Select(g => (g.Key, g.Sum(d => new Tally(d.Value).Received)));
    }

    internal static void Map(RouteGroupBuilder api)
    {
        foreach (var kind in Enum.GetValues<ReportKind>())
            api.MapGet("/supervision/reports/" + kind.Word(), async (Reports reports, ProductClock clock, HttpContext http) =>
            {
                var query = new QueryFields(http.Request);
                var date = query.Date("date") ?? CityZone.DateOf(clock.GetUtcNow());
                query.Check.That(date.Year is >= 2000 and < 9999, "date", "outOfRange", "日期不在允许的范围内。");
                return query.Refusal is { } refusal ? refusal.ToResult() : TypedResults.Ok(await reports.MakeAsync(kind, date, http.RequestAborted));
            }).RequireRole(SupervisionEndpoints.Readers).Produces<Report>().TakesQuery("date", "其中一天 (a day of it), 默认今天")
                .WithSummary(kind switch { ReportKind.Day => "日报 (daily report)", ReportKind.Week => "周报 (weekly report)", _ => "月报 (monthly report)" });
    }
}
