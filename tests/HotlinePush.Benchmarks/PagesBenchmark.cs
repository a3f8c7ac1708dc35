using HotlinePush.Clocks;
using HotlinePush.Local.Demo;
using HotlinePush.Security;
using HotlinePush.Storage;
using HotlinePush.Tickets;
using HotlinePush.Units;
using HotlinePush.Web;

namespace HotlinePush.Benchmarks;

/// <summary>
/// The pages themselves, one after the other by one reader on a host at rest: server time, bytes and rows read of each, at a thousand
/// tickets and at many. Bars: the 95th percentile at most twice that with a thousand; a page of a unit's list below 50 KB; a list reads two
/// rows for each ticket it shows, its key and its head, and a handful besides.
/// </summary>
internal static class PagesBenchmark
{
    private const string Name = "pages";
    private const double Bar = 2;
    private const int ListBytes = 50_000;
    private const int Units = 8;
    private const int Days = 8;
    private const int Places = 500;

    /// <param name="Shows">Tickets on a full page of it; 0 where it is no list.</param>
    private sealed record Looked(string Page, byte[][] Requests, int Shows = 0);

    public static async Task RunAsync(Report report, BenchOptions options)
    {
        int[] sizes = options.Pick<int[]>([1_000, 3_000], [1_000, 100_000], [1_000, 100_000, 1_000_000]);
        var small = new Dictionary<string, double>();
        foreach (var tickets in sizes)
        {
            await using var host = await BenchHost.StartAsync(options);
            foreach (var page in await SeedAsync(host, tickets))
            {
                var parameters = new { page = page.Page, tickets };
                await Warmth.ReachAsync(options, () => Task.Run(() => Read(host, page, options.Pick(10, 100, 100))));
                var (times, bytes, rows) = await Task.Run(() => Read(host, page, options.Pick(20, 400, 1_000)));
                report.Informs(Name, "serverTimeP50", parameters, times.At(50), "ms");
                if (small.TryAdd(page.Page, times.At(95)))
                    report.Informs(Name, "serverTimeP95", parameters, times.At(95), "ms");
                else
                    report.AtMostTimes(Name, "serverTimeP95", parameters, times.At(95), "ms", small[page.Page], Bar);
                if (page.Shows > 0)
                {
                    report.AtMost(Name, "bytes", parameters, bytes, "bytes", ListBytes);
                    report.AtMost(Name, "rowsRead", parameters, rows, "rows per page", 2 * page.Shows + 5);
                }
                else
                {
                    report.Informs(Name, "bytes", parameters, bytes, "bytes");
                    report.Informs(Name, "rowsRead", parameters, rows, "rows per page");
                }
            }
        }
    }

    private static async Task<Looked[]> SeedAsync(BenchHost host, int tickets)
    {
        var city = await host.Get<CitySource>().GetAsync(CancellationToken.None);
        var now = TimeProvider.System.GetUtcNow();
        var units = DemoCity.Units.Take(Units).Select(u => u.Id).ToArray();
        var seeding = new Seeding(host, city);
        var spread = new Random(7);
        var ages = Enumerable.Range(0, tickets).Select(_ => spread.NextDouble()).ToArray();
        var share = Math.Min(1, 20_000.0 / tickets);
        var kept = await seeding.WriteAsync(
            tickets, i => seeding.Dispatched(units[i % Units], now.AddDays(-1 - ages[i] * Days)), indexed: true, t => Random.Shared.NextDouble() < share ? t : null);
        var keys = host.Get<KeyRing>();
        // From the first half of every list, so that the page is full.
        var random = new Random(11);
        var sample = kept.OrderBy(t => TicketIndexes.UnitDue(t, t.LeadUnitId!)).Take(kept.Count / 2).OrderBy(_ => random.Next()).Take(Places).ToArray();
        return
        [
            new("unit list", [.. sample.Select(t => LoadClient.Get($"/unit?unit={t.LeadUnitId}&after={Place(t)}", "demo-supervisor"))], 50),
            new("unit ticket", [.. sample.Select(t => LoadClient.Get("/unit/tickets/" + t.Number, "demo-unit-" + t.LeadUnitId))]),
            new("follow", [.. sample.Select(t => LoadClient.Get($"/tickets/{t.Number}?code={keys.Token(TicketTelling.TrackingPurpose, t.Number)}", ""))]),
            new("file", [LoadClient.Get("/", "")]),
        ];

        static string Place(Ticket t) =>
            Cursor.Write(new ListCursor(TicketIndexes.UnitPartition(t.LeadUnitId!), Keys.Of("open", TicketIndexes.UnitDue(t, t.LeadUnitId!), t.Number)));
    }

    private static (Times Times, double Bytes, double Rows) Read(BenchHost host, Looked page, int count)
    {
        using var client = new LoadClient(host.Address);
        var log = new ClientLog();
        var random = new Random(1);
        var (bytes, before) = (0L, host.Counts.RowsRead);
        for (var i = 0; i < count; i++)
        {
            log.Send(client, page.Requests[random.Next(page.Requests.Length)], 200);
            bytes += client.Answer.Length;
        }

        return (new(log.Milliseconds), bytes / (double)count, (host.Counts.RowsRead - before) / (double)count);
    }
}
