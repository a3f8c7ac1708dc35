using HotlinePush.Clocks;
using HotlinePush.Comments;
using HotlinePush.Security;

namespace HotlinePush.Benchmarks;

/// <summary>
/// A consultation with many comments, one reader after the other on a host at rest: its page, deep pages of its lists, its figures; and how fast comments
/// come in by eight senders. Bar: the 95th percentile with many at most twice that with two hundred, in the same run.
/// </summary>
internal static class CommentsBenchmark
{
    private const string Name = "comments";
    private const double Bar = 2;
    private const int Senders = 8;
    private static readonly Actor Office = new(Role.Publisher, "demo-publisher", "city-civil");

    public static async Task RunAsync(Report report, BenchOptions options)
    {
        int[] sizes = options.Pick<int[]>([200, 1_000], [200, 20_000], [200, 20_000, 100_000]);
        var small = new Dictionary<string, double>();
        foreach (var comments in sizes)
        {
            await using var host = await BenchHost.StartAsync(options);
            var (id, cursors) = await FillAsync(host, comments, report);
            foreach (var (page, requests) in Requests(id, cursors))
            {
                var parameters = new { page, comments };
                await Warmth.ReachAsync(options, () => Task.Run(() => Read(host, requests, options.Pick(10, 100, 100))));
                var (times, rows) = await Task.Run(() => Read(host, requests, options.Pick(20, 400, 1_000)));
                report.Informs(Name, "serverTimeP50", parameters, times.At(50), "ms");
                report.Informs(Name, "rowsRead", parameters, rows, "rows per page");
                if (small.TryAdd(page, times.At(95)))
                    report.Informs(Name, "serverTimeP95", parameters, times.At(95), "ms");
                else
                    report.AtMostTimes(Name, "serverTimeP95", parameters, times.At(95), "ms", small[page], Bar);
            }
        }
    }

    /// <returns>The consultation, and places deep in its lists.</returns>
    private static async Task<(string Id, string[] Cursors)> FillAsync(BenchHost host, int comments, Report report)
    {
        var (store, intake, now) = (host.Get<ConsultationStore>(), host.Get<CommentIntake>(), host.Get<ProductClock>().GetUtcNow());
        ConsultationSection[] text = [.. Enumerable.Range(1, 10).Select(i => new ConsultationSection($"s{i}", $"第{i}条", new string('文', 400)))];
        var made = ConsultationRules.Create(ConsultationStore.NewId(), new("征求意见稿", text, now, now.AddDays(40), 30, null, ConfirmByCode: false), Office, now);
        await store.CommitAsync(null, made.After!, made.Event!, text, CancellationToken.None);
        var id = made.After!.Id;
        var watch = System.Diagnostics.Stopwatch.StartNew();
        var next = 0;
        // Every fifth is a copy of one text, as campaigns send them.
        await Task.WhenAll(Enumerable.Range(0, Senders).Select(_ => Task.Run(async () =>
        {
            for (int i; (i = Interlocked.Increment(ref next)) <= comments;)
                await intake.AddAsync(
                    id, i % 3 == 0 ? null : $"s{i % 10 + 1}", i % 5 == 0 ? "请把充电价格公示在显眼的地方，让居民看得清楚明白，也便于社区监督。" : $"第{i}位居民的意见：{i * 7919 % 10007}号地块的安排请再考虑，理由是{i * 104729 % 100003}。",
                    null, CommentChannel.Web, null, CancellationToken.None);
        })));
        report.Informs(Name, "intake", new { comments, senders = Senders }, comments / watch.Elapsed.TotalSeconds, "comments/s");
        var (lists, actions, cursors) = (host.Get<CommentStore>(), host.Get<CommentActions>(), new List<string>());
        string? after = null;
        do
        {
            var (items, last) = await lists.ReadListAsync(id, CommentList.Held, after, 200, CancellationToken.None);
            for (var i = 0; i < items.Count; i += 2)
                await actions.ModerateAsync(id, items[i].Id, publish: true, null, Office, CancellationToken.None);
            after = last;
        }
        while (after is not null);
        do
        {
            (_, after) = await lists.ReadListAsync(id, CommentList.Published, after, 50, CancellationToken.None);
            if (after is not null)
                cursors.Add(after);
        }
        while (after is not null);
        return (id, [.. cursors.SkipLast(1).DefaultIfEmpty("0")]);
    }

    private static IEnumerable<(string Page, byte[][] Requests)> Requests(string id, string[] cursors)
    {
        var root = "/api/v1/consultations/" + id;
        yield return ("consultation", [LoadClient.Get($"/consultations/{id}", "")]);
        yield return ("comments", [.. cursors.Select(c => LoadClient.Get($"{root}/comments?limit=50&after={Web.Cursor.Write(new Place(c))}", ""))]);
        yield return ("queue", [LoadClient.Get($"{root}/comments?limit=50&state=held", "demo-publisher")]);
        yield return ("figures", [LoadClient.Get($"{root}/summary", "")]);
    }

    private static (Times Times, double Rows) Read(BenchHost host, byte[][] requests, int count)
    {
        var log = new ClientLog();
        using var client = new LoadClient(host.Address);
        var random = new Random(1);
        var before = host.Counts.RowsRead;
        for (var i = 0; i < count; i++)
            log.Send(client, requests[random.Next(requests.Length)], 200);
        return (new(log.Milliseconds), (host.Counts.RowsRead - before) / (double)count);
    }

    private sealed record Place(string Row);
}
