using System.Collections.Immutable;
using System.Diagnostics;
using HotlinePush.Clocks;
using HotlinePush.Local.Demo;
using HotlinePush.Tickets;
using HotlinePush.Timers;
using HotlinePush.Units;

namespace HotlinePush.Benchmarks;

/// <summary>
/// Reminders of many open tickets. Lateness is the time of the reminder's event less the moment its clock had set; every reminder must
/// be there, once. <list type="bullet">
/// <item>Cost: how long a pass takes with many open timers against few, the same number being due. Bar: at most twice.</item>
/// <item>Even: moments spread over weeks, about fifty a second due during a window under intake by eight clients. Bar: p99 at most 1 s.</item>
/// <item>Burst: thousands due at one moment, and fifty of urgent tickets in the seconds after. Bar: urgent p99 at most 1 s.</item>
/// </list>
/// </summary>
internal static class TimersBenchmark
{
    private const string Name = "timers";
    private const double CostBar = 2;
    private const double LatenessBar = 1_000;
    private const int Clients = 8;
    private const int DueInPass = 500;
    private const int Urgent = 50;
    private static readonly TimeSpan Weeks = TimeSpan.FromDays(28);

    public static async Task RunAsync(Report report, BenchOptions options)
    {
        await using var host = await BenchHost.StartAsync(options);
        var run = new Run(report, options, host, await host.Get<CitySource>().GetAsync(CancellationToken.None));
        await IntakeBenchmark.WarmAsync(host, new(keys: false), Clients, options);
        using (var memory = new PeakMemory())
        {
            await run.CostAsync();
            await run.EvenAsync();
            memory.Tell(report, Name, new { part = "even" });
        }

        using (var memory = new PeakMemory())
        {
            await run.BurstAsync();
            memory.Tell(report, Name, new { part = "burst" });
        }
    }

    private sealed class Run(Report report, BenchOptions options, BenchHost host, City city)
    {
        private readonly Seeding _seeding = new(host, city);
        private readonly TimerPass _pass = host.Get<TimerPass>();
        private readonly string[] _units = [.. DemoCity.Units.Select(u => u.Id)];
        private readonly int _open = options.Pick(3_000, 100_000, 100_000);
        private double _secondsPerTicket;

        private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

        public async Task CostAsync()
        {
            var few = 1_000;
            var start = Now;
            // Due inside what a pass reads, and long after this benchmark.
            await SeedAsync(DueInPass, i => start + TimeSpan.FromMinutes(9) + TimeSpan.FromMilliseconds(i));
            await SeedAsync(few - DueInPass, i => Later(start, i, few - DueInPass));
            var small = await PassAsync();
            var watch = Stopwatch.StartNew();
            await SeedAsync(_open - few, i => Later(start, i, _open - few));
            _secondsPerTicket = watch.Elapsed.TotalSeconds / (_open - few);
            report.Informs(Name, "seeded", new { tickets = _open - few }, 1 / _secondsPerTicket, "tickets/s");
            report.AtMostTimes(Name, "pass", new { open = _open, comparedWith = few, due = DueInPass }, await PassAsync(), "ms", small, CostBar);
        }

        public async Task EvenAsync()
        {
            var window = TimeSpan.FromSeconds(options.Pick(3, 30, 60));
            var due = (int)(50 * window.TotalSeconds);
            var start = Now + TimeSpan.FromSeconds(5 + _secondsPerTicket * due * 2);
            var set = await SeedAsync(due, i => start + window * ((i + 0.37) / due));
            await _pass.RunAsync(CancellationToken.None);
            var early = Now < start;
            var logs = await IntakeBenchmark.LoadAsync(host, new(keys: false), Clients, (start + window - Now).TotalSeconds + 1);
            var watch = Stopwatch.StartNew();
            await host.DrainAsync(TimeSpan.FromMinutes(3));
            var parameters = new { open = _open, due, seconds = window.TotalSeconds, clients = Clients, scheduledInTime = early };
            report.Informs(Name, "even.intake", parameters, logs.Sum(l => l.Milliseconds.Count) / (window.TotalSeconds + 1), "tickets/s");
            report.Informs(Name, "even.drain", parameters, watch.Elapsed.TotalSeconds, "s");
            await LatenessAsync("even", parameters, set, LatenessBar);
        }

        public async Task BurstAsync()
        {
            var many = options.Pick(500, 20_000, 20_000);
            var at = Now + TimeSpan.FromSeconds(10 + _secondsPerTicket * many * 2.5);
            var urgent = await SeedAsync(Urgent, i => at + TimeSpan.FromMilliseconds(100 * i + 50), Priority.Urgent);
            var set = await SeedAsync(many, _ => at);
            var pass = Stopwatch.StartNew();
            var scheduled = await _pass.RunAsync(CancellationToken.None);
            pass.Stop();
            var parameters = new { due = many, urgent = Urgent, scheduledInTime = Now < at };
            report.Informs(Name, "burst.pass", new { scheduled }, pass.Elapsed.TotalMilliseconds, "ms");
            if (Now < at)
                await Task.Delay(at - Now);
            var cpu = new ThreadCpu();
            await Task.Delay(TimeSpan.FromMilliseconds(Urgent * 100 + 100));
            if (!await host.DrainAsync(TimeSpan.FromMinutes(10)))
                throw new InvalidOperationException("The burst was not done after ten minutes.");
            report.Informs(Name, "burst.drained", parameters, (Now - at).TotalSeconds, "s");
            foreach (var (thread, seconds) in cpu.Used().Where(u => u.Value > 0))
                report.Informs(Name, $"burst.cpu.{thread}", parameters, seconds * 1e6 / many, "µs per reminder");
            await LatenessAsync("burst", parameters, set, null);
            await LatenessAsync("burst.urgent", parameters, urgent, LatenessBar);
        }

        private DateTimeOffset Later(DateTimeOffset start, int i, int of) => start + TimeSpan.FromMinutes(30) + Weeks * ((i + 0.5) / of);

        private Task<IReadOnlyList<Ticket>> SeedAsync(int count, Func<int, DateTimeOffset> moment, Priority priority = Priority.Normal)
        {
            var received = Now.AddDays(-1);
            return _seeding.WriteAsync(
                count, i => Seeding.RemindedAt(_seeding.Dispatched(_units[i % _units.Length], received, priority), moment(i)), indexed: false, t => t);
        }

        /// <summary>The middle of five, in milliseconds, after one that did the sending.</summary>
        private async Task<double> PassAsync()
        {
            await _pass.RunAsync(CancellationToken.None);
            var times = new List<double>();
            for (var i = 0; i < 5; i++)
            {
                var watch = Stopwatch.StartNew();
                if (await _pass.RunAsync(CancellationToken.None) < DueInPass)
                    throw new InvalidOperationException("The pass missed moments.");
                times.Add(watch.Elapsed.TotalMilliseconds);
            }

            return times.Order().ElementAt(2);
        }

        private async Task LatenessAsync(string part, object parameters, IReadOnlyList<Ticket> set, double? bar)
        {
            var tickets = host.Get<TicketStore>();
            var late = new List<double>();
            var (missing, doubled) = (0, 0);
            foreach (var before in set)
            {
                var stored = await tickets.ReadAsync(before.Number) ?? throw new InvalidOperationException($"Ticket {before.Number} is gone.");
                var fired = (await tickets.ReadHistoryAsync(stored, before.Seq + 1)).OfType<ReminderFellDue>().Where(e => e.Step == Reminders.AtHalf).ToImmutableArray();
                missing += fired.Length == 0 ? 1 : 0;
                doubled += fired.Length > 1 ? 1 : 0;
                if (fired.Length > 0)
                    late.Add((fired[0].At - before.NextMoment).TotalMilliseconds);
            }

            var times = new Times(late);
            report.Informs(Name, $"{part}.latenessP50", parameters, times.At(50), "ms");
            if (bar is { } most)
                report.AtMost(Name, $"{part}.latenessP99", parameters, times.At(99), "ms", most);
            else
                report.Informs(Name, $"{part}.latenessP99", parameters, times.At(99), "ms");
            report.Informs(Name, $"{part}.latenessMax", parameters, times.Max, "ms");
            report.AtMost(Name, $"{part}.missing", parameters, missing, "reminders", 0);
            report.AtMost(Name, $"{part}.doubled", parameters, doubled, "reminders", 0);
        }
    }
}
