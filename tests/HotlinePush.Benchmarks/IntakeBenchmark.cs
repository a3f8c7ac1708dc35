using System.Diagnostics;
using HotlinePush.Messaging;
using HotlinePush.Tickets;

namespace HotlinePush.Benchmarks;

/// <summary>
/// Tickets a second over HTTP against the raw limit (<see cref="RawIntake"/>); bar: at least half of it. A ticket counts when all that it set
/// off is done, so the time to drain after the last answer is part of the measured time. No pending message may grow older than 5 s.
/// </summary>
internal static class IntakeBenchmark
{
    private const string Name = "intake";
    private const double Bar = 0.5;
    private const double OldestPendingBar = 5;

    public static async Task RunAsync(Report report, BenchOptions options)
    {
        int[] runs = options.Clients is { } one ? [one] : [1, 8, 32];
        foreach (var clients in runs)
            await RunAsync(report, options, clients, keys: false);
        await RunAsync(report, options, runs.Length > 1 ? 8 : runs[0], keys: true);
    }

    private static async Task RunAsync(Report report, BenchOptions options, int clients, bool keys)
    {
        var parameters = new { clients, seconds = options.RunTime.TotalSeconds, idempotencyKey = keys };
        var requests = new IntakeRequests(keys);
        var (group, perSecond) = (1, 0.0);
        List<(string, IReadOnlyList<WriteCall>)> seen;
        await using (var host = await BenchHost.StartAsync(options))
        {
            await WarmAsync(host, requests, clients, options);
            seen = await WatchAsync(host, requests, options.Pick(10, 100, 200));

            using var memory = new PeakMemory();
            using var watching = new CancellationTokenSource();
            var ages = WatchAgesAsync(host, watching.Token);
            var (counts, groups, cpu, watch) = (host.Counts.Now, host.Database.Writer.Groups, new ThreadCpu(), Stopwatch.StartNew());
            var logs = await LoadAsync(host, requests, clients, options.RunTime.TotalSeconds);
            var loaded = watch.Elapsed.TotalSeconds;
            await DrainAsync(host);
            var whole = watch.Elapsed.TotalSeconds;
            var used = cpu.Used();
            (counts, groups) = (host.Counts.Now - counts, host.Database.Writer.Groups - groups);
            await watching.CancelAsync();
            var (oldestPending, oldestDue) = await ages;
            double tickets = logs.Sum(l => l.Milliseconds.Count);
            perSecond = tickets / whole;
            group = Math.Max(1, (int)Math.Round((double)counts.Jobs / groups));

            var times = new Times(logs.SelectMany(l => l.Milliseconds));
            report.Informs(Name, "answeredPerSecond", parameters, tickets / loaded, "tickets/s");
            report.Informs(Name, "latencyP50", parameters, times.At(50), "ms");
            report.Informs(Name, "latencyP95", parameters, times.At(95), "ms");
            report.Informs(Name, "latencyP99", parameters, times.At(99), "ms");
            report.Informs(Name, "batches", parameters, counts.Batches / tickets, "per ticket");
            report.Informs(Name, "rowsWritten", parameters, counts.Rows / tickets, "per ticket");
            report.Informs(Name, "rowsDeleted", parameters, counts.Deletes / tickets, "per ticket");
            report.Informs(Name, "messages", parameters, counts.Messages / tickets, "per ticket");
            report.Informs(Name, "writerJobs", parameters, counts.Jobs / tickets, "per ticket");
            report.Informs(Name, "group", parameters, (double)counts.Jobs / groups, "jobs per commit");
            foreach (var (thread, seconds) in used.Where(u => u.Value > 0))
                report.Informs(Name, $"cpu.{thread}", parameters, seconds * 1e6 / tickets, "µs per ticket");
            report.AtMost(Name, "oldestPending", parameters, oldestPending, "s", OldestPendingBar);
            report.Informs(Name, "oldestDueMessage", parameters, oldestDue, "s");
            report.Informs(Name, "drain", parameters, whole - loaded, "s");
            memory.Tell(report, Name, parameters);
            report.Informs(Name, "checked", parameters, await CheckAsync(host, [.. logs.SelectMany(l => l.Numbers)]), "tickets");
        }

        var folder = options.NewFolder();
        using (var raw = new RawIntake(seen, clients, group))
        {
            var (limit, rawCpu) = raw.Run(folder, TimeSpan.FromSeconds(options.Pick(0.2, 1, 2)), TimeSpan.FromSeconds(options.Pick(0.5, 5, 15)));
            report.Informs(Name, "cpu.raw", parameters, rawCpu, "µs per ticket");
            report.AtLeast(Name, "rate", parameters, perSecond, "tickets/s", limit, Bar);
        }

        Directory.Delete(folder, recursive: true);
    }

    public static Task WarmAsync(BenchHost host, IntakeRequests requests, int clients, BenchOptions options) => Warmth.ReachAsync(options, async () =>
    {
        await LoadAsync(host, requests, clients, options.Pick(0.5, 2, 3));
        await DrainAsync(host);
    });

    /// <param name="perSecond">All clients together; null: as fast as they are answered.</param>
    public static async Task<List<ClientLog>> LoadAsync(BenchHost host, IntakeRequests requests, int clients, double seconds, double? perSecond = null, CancellationToken stop = default)
    {
        var logs = Enumerable.Range(0, clients).Select(_ => new ClientLog()).ToList();
        var watch = Stopwatch.StartNew();
        using var never = new ManualResetEventSlim();
        await LoadClient.RunAsync(clients, i =>
        {
            using var client = new LoadClient(host.Address);
            var room = new byte[requests.LongestBytes];
            while (watch.Elapsed.TotalSeconds < seconds && !stop.IsCancellationRequested)
            {
                logs[i].Send(client, requests.Next(room), 201);
                var ahead = perSecond is { } pace ? logs[i].Milliseconds.Count * clients / pace - watch.Elapsed.TotalSeconds : 0;
                if (ahead > 0)
                    never.Wait(TimeSpan.FromSeconds(ahead), CancellationToken.None);
            }
        });
        return logs;
    }

    public static async Task DrainAsync(BenchHost host)
    {
        if (!await host.DrainAsync(TimeSpan.FromMinutes(5)))
            throw new InvalidOperationException("The messages were not done after five minutes.");
    }

    /// <summary>One ticket at a time, each followed to its end: what it puts to the writer.</summary>
    private static async Task<List<(string, IReadOnlyList<WriteCall>)>> WatchAsync(BenchHost host, IntakeRequests requests, int tickets)
    {
        var seen = new List<(string, IReadOnlyList<WriteCall>)>();
        using var client = new LoadClient(host.Address);
        var room = new byte[requests.LongestBytes];
        for (var i = 0; i < tickets; i++)
        {
            var kept = host.Counts.Kept = [];
            if (client.Send(requests.Next(room)) != 201)
                throw new InvalidOperationException("A ticket was refused.");
            var number = ClientLog.NumberOf(client.Answer);
            await DrainAsync(host);
            seen.Add((number, kept));
        }

        host.Counts.Kept = null;
        return seen;
    }

    /// <summary>The greatest ages met, in seconds: of a pending message, and of a message on the bus that nobody has taken yet.</summary>
    private static async Task<(double Pending, double Due)> WatchAgesAsync(BenchHost host, CancellationToken stop)
    {
        var (pending, due) = (0.0, 0.0);
        var sweep = host.Get<PendingSweep>();
        while (!stop.IsCancellationRequested)
        {
            var oldest = await sweep.OldestAsync(CancellationToken.None);
            var ready = (await host.BacklogAsync()).OldestReadyAt;
            var now = TimeProvider.System.GetUtcNow();
            pending = Math.Max(pending, (now - oldest)?.TotalSeconds ?? 0);
            due = Math.Max(due, (now - ready)?.TotalSeconds ?? 0);
            await Task.Delay(500, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return (pending, due);
    }

    /// <summary>Every sampled ticket has a unit or a reason to wait, and stands in every list it belongs to.</summary>
    private static async Task<int> CheckAsync(BenchHost host, IReadOnlyList<string> numbers)
    {
        var tickets = host.Get<TicketStore>();
        foreach (var number in numbers)
        {
            var ticket = (await tickets.ReadAsync(number))?.Ticket ?? throw new InvalidOperationException($"Ticket {number} was acknowledged and is not there.");
            if (ticket.LeadUnitId is null && ticket.DeskReason is null)
                throw new InvalidOperationException($"Ticket {number} was not routed.");
            foreach (var key in TicketIndexes.KeysOf(ticket))
                if (await host.Store.ReadAsync(TicketIndexes.Table, key.Partition, key.Row) is null)
                    throw new InvalidOperationException($"Ticket {number} is missing in {key.Partition}.");
        }

        return numbers.Count;
    }
}
