using HotlinePush.Clocks;
using HotlinePush.Local.Demo;
using HotlinePush.Storage;
using HotlinePush.Tickets;
using HotlinePush.Units;
using HotlinePush.Web;

namespace HotlinePush.Benchmarks;

/// <summary>
/// Pages of 50 over HTTP from random places deep in random units' lists and days' lists, read by two clients while another files 50 tickets
/// a second. Bar: the 95th percentile with many tickets at most twice that with a thousand, in the same run. Units and days
/// are the same few at both sizes, so that every page is full.
/// </summary>
internal static class ListsBenchmark
{
    private const string Name = "lists";
    private const int Readers = 2;
    private const int PageSize = 50;
    private const double WritesPerSecond = 50;
    private const double Bar = 2;
    private const int Units = 8;
    private const int Days = 8;

    public static async Task RunAsync(Report report, BenchOptions options)
    {
        int[] sizes = options.Pick<int[]>([1_000, 3_000], [1_000, 100_000], [1_000, 100_000, 1_000_000]);
        var small = new Dictionary<string, double>();
        foreach (var tickets in sizes)
        {
            await using var host = await BenchHost.StartAsync(options);
            var (units, days) = await SeedAsync(host, tickets);
            foreach (var (list, requests) in new[] { ("unit", units), ("day", days) })
            {
                using var memory = new PeakMemory();
                var parameters = new { list, tickets, seconds = options.RunTime.TotalSeconds, readers = Readers, writesPerSecond = WritesPerSecond };
                await Warmth.ReachAsync(options, () => ReadAsync(host, requests, options.Pick(0.5, 2, 3)));
                var times = await ReadAsync(host, requests, options.RunTime.TotalSeconds);
                report.Informs(Name, "pages", parameters, times.Count / options.RunTime.TotalSeconds, "pages/s");
                report.Informs(Name, "latencyP50", parameters, times.At(50), "ms");
                if (small.TryAdd(list, times.At(95)))
                    report.Informs(Name, "latencyP95", parameters, times.At(95), "ms");
                else
                    report.AtMostTimes(Name, "latencyP95", parameters, times.At(95), "ms", small[list], Bar);
                memory.Tell(report, Name, parameters);
            }
        }
    }

    /// <returns>Requests for pages, each with its place, ready to be sent.</returns>
    private static async Task<(byte[][] Unit, byte[][] Day)> SeedAsync(BenchHost host, int tickets)
    {
        var city = await host.Get<CitySource>().GetAsync(CancellationToken.None);
        var now = TimeProvider.System.GetUtcNow();
        var units = DemoCity.Units.Take(Units).Select(u => u.Id).ToArray();
        var seeding = new Seeding(host, city);
        // Tickets of the last days in an order that has nothing to do with their time.
        var spread = new Random(7);
        var ages = Enumerable.Range(0, tickets).Select(_ => spread.NextDouble()).ToArray();
        var share = Math.Min(1, 20_000.0 / tickets);
        var rows = await seeding.WriteAsync(
            tickets, i => seeding.Dispatched(units[i % Units], now.AddDays(-1 - ages[i] * Days)), indexed: true,
            t => Random.Shared.NextDouble() < share ? TicketIndexes.KeysOf(t).ToArray() : null);
        var places = rows.SelectMany(r => r).ToLookup(k => k.Partition);
        byte[][] Requests(IEnumerable<string> partitions, KeyRange range, Func<string, string> path, string key) =>
            [.. partitions.SelectMany(p => places[p].Select(k => k.Row).Where(r => string.CompareOrdinal(r, range.From) >= 0 && string.CompareOrdinal(r, range.To) < 0)
                .Order(StringComparer.Ordinal).SkipLast((int)Math.Ceiling(PageSize * share) + 1)
                .Select(row => LoadClient.Get($"{path(p)}limit={PageSize}&after={Cursor.Write(new ListCursor(p, row))}", key)))];
        var day = places.Select(p => p.Key).Where(p => p.StartsWith("day!", StringComparison.Ordinal)).ToArray();
        return (
            Requests(units.Select(TicketIndexes.UnitPartition), TicketIndexes.UnitOpen, p => $"/api/v1/units/{p[5..].Replace(".2d", "-", StringComparison.Ordinal)}/tickets?", "demo-supervisor"),
            Requests(day, TicketIndexes.DayAll, p => $"/api/v1/tickets?from={p[4..8]}-{p[8..10]}-{p[10..12]}&to={p[4..8]}-{p[8..10]}-{p[10..12]}&", "demo-desk"));
    }

    private static async Task<Times> ReadAsync(BenchHost host, byte[][] requests, double seconds)
    {
        using var stop = new CancellationTokenSource();
        var writing = IntakeBenchmark.LoadAsync(host, new IntakeRequests(keys: false), 1, double.MaxValue, WritesPerSecond, stop.Token);
        var logs = Enumerable.Range(0, Readers).Select(_ => new ClientLog()).ToArray();
        var watch = System.Diagnostics.Stopwatch.StartNew();
        await LoadClient.RunAsync(Readers, i =>
        {
            using var client = new LoadClient(host.Address);
            var random = new Random(i);
            while (watch.Elapsed.TotalSeconds < seconds)
            {
                logs[i].Send(client, requests[random.Next(requests.Length)], 200);
                if (logs[i].Milliseconds.Count == 1 && client.Json().RootElement.GetProperty("items").GetArrayLength() is var items and not PageSize)
                    throw new InvalidOperationException($"A page holds {items} tickets.");
            }
        });
        await stop.CancelAsync();
        await writing;
        return new(logs.SelectMany(l => l.Milliseconds));
    }
}
