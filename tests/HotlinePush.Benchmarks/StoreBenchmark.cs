using System.Diagnostics;
using System.Globalization;
using HotlinePush.Messaging;
using HotlinePush.Sqlite;
using HotlinePush.Storage;

namespace HotlinePush.Benchmarks;

/// <summary>
/// The table store against a bare loop: the same rows in the same file layout, pragmas and group sizes, written by one
/// thread with one prepared statement and nothing else.
/// </summary>
internal static class StoreBenchmark
{
    private const double Bar = 0.5;
    private static readonly int[] ValueSizes = [900, 300, 300, 200, 60, 80];

    public static async Task RunAsync(Report report, BenchOptions options)
    {
        var time = TimeOf(options);
        using var memory = new PeakMemory();
        foreach (var callers in new[] { 1, 8, 32 })
        {
            var (adapter, groups, cpu) = await AdapterAsync(options.NewFolder(), callers, time);
            var (raw, rawCpu) = Bare(options.NewFolder(), Math.Max(1, (int)Math.Round(groups)), time);
            var parameters = new { callers, rows = ValueSizes.Length };
            report.Informs("store", "group", parameters, groups, "batches per commit");
            report.Informs("store", "cpu", parameters, cpu, "µs per batch");
            report.Informs("store", "cpu.raw", parameters, rawCpu, "µs per batch");
            report.AtLeast("store", "rate", parameters, adapter, "batches/s", raw, Bar);
        }

        memory.Tell(report, "store", null);
    }

    /// <summary>One message's way: sent by one caller, received by one of eight in hands of up to 16, settled one by one.</summary>
    public static async Task RunBusAsync(Report report, BenchOptions options)
    {
        var time = TimeOf(options);
        var folder = options.NewFolder();
        using var memory = new PeakMemory();
        await using (var database = SqliteDatabase.Open(folder))
        {
            using var bus = new SqliteMessageBus(database, TimeProvider.System);
            using var stop = new CancellationTokenSource();
            long settled = 0, number = 0;
            var receivers = Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
            {
                while (!stop.IsCancellationRequested)
                {
                    var messages = await bus.ReceiveAsync("work", 16, TimeSpan.FromMinutes(1), TimeSpan.FromMilliseconds(200));
                    await Task.WhenAll(messages.Select(m => bus.SettleAsync(m, Settlement.Done)));
                    Interlocked.Add(ref settled, messages.Count);
                }
            })).ToArray();
            var body = "{\"ticket\":\"2026112200000001\",\"version\":1}";
            var cpu = Process.GetCurrentProcess().TotalProcessorTime;
            var watch = Stopwatch.StartNew();
            await Task.WhenAll(Enumerable.Range(0, 32).Select(_ => Task.Run(async () =>
            {
                while (watch.Elapsed < time)
                    await bus.SendAsync([new("work", $"m{Interlocked.Increment(ref number)}", "ticket.route.v1", body)]);
            })));
            var depth = await bus.CountAsync("work");
            var used = (Process.GetCurrentProcess().TotalProcessorTime - cpu).TotalMicroseconds / settled;
            report.Informs("bus", "rate", null, settled / watch.Elapsed.TotalSeconds, "messages/s");
            report.Informs("bus", "left", null, depth.Ready, "messages");
            report.Informs("bus", "cpu", null, used, "µs per message");
            await stop.CancelAsync();
            await Task.WhenAll(receivers);
        }

        memory.Tell(report, "bus", null);
        Directory.Delete(folder, recursive: true);
    }

    private static TimeSpan TimeOf(BenchOptions options) => options.Seconds ?? TimeSpan.FromSeconds(options.Pick(0.5, 4, 10));

    private static async Task<(double PerSecond, double Group, double Cpu)> AdapterAsync(string folder, int callers, TimeSpan time)
    {
        using (var database = SqliteDatabase.Open(folder))
        {
            var store = new SqliteTableStore(database);
            var values = Values();
            long written = 0;
            var number = 0;
            async Task CallAsync(Stopwatch watch)
            {
                while (watch.Elapsed < time)
                {
                    var n = Interlocked.Increment(ref number);
                    var batch = new Batch("work", Partition(n));
                    for (var i = 0; i < ValueSizes.Length; i++)
                        batch.Insert(RowKey(n, i), values[i]);
                    var result = await store.CommitAsync(batch);
                    if (!result.Committed)
                        throw new InvalidOperationException($"{result.Conflict}");
                    Interlocked.Increment(ref written);
                }
            }

            await Task.WhenAll(Enumerable.Range(0, callers).Select(_ => Task.Run(() => CallAsync(Stopwatch.StartNew())))); // warm
            written = 0;
            var (groups, cpu) = (database.Writer.Groups, Process.GetCurrentProcess().TotalProcessorTime);
            var whole = Stopwatch.StartNew();
            await Task.WhenAll(Enumerable.Range(0, callers).Select(_ => Task.Run(() => CallAsync(whole))));
            var seconds = whole.Elapsed.TotalSeconds;
            var used = Process.GetCurrentProcess().TotalProcessorTime - cpu;
            var result = (written / seconds, (double)written / (database.Writer.Groups - groups), used.TotalMicroseconds / written);
            await database.DisposeAsync();
            Directory.Delete(folder, recursive: true);
            return result;
        }
    }

    private static (double PerSecond, double Cpu) Bare(string folder, int group, TimeSpan time)
    {
        SqliteDatabase.Open(folder).Dispose();
        using (var connection = new Connection(Path.Combine(folder, SqliteDatabase.FileName), readOnly: false))
        {
            connection.Execute("PRAGMA journal_mode = WAL");
            connection.Execute("PRAGMA synchronous = FULL");
            connection.Execute("PRAGMA cache_size = -65536");
            connection.Execute("PRAGMA wal_autocheckpoint = 4096");
            var (begin, commit) = (connection.Prepare("BEGIN"), connection.Prepare("COMMIT"));
            var insert = connection.Prepare("INSERT INTO rows(tbl, pk, rk, etag, cid, value) VALUES(?1, ?2, ?3, ?4, ?5, ?6)");
            var values = Values();
            var n = 0;
            double Loop()
            {
                var watch = Stopwatch.StartNew();
                var from = n;
                Span<byte> commitId = stackalloc byte[16];
                while (watch.Elapsed < time)
                {
                    begin.Run();
                    for (var b = 0; b < group; b++)
                    {
                        n++;
                        Guid.NewGuid().TryWriteBytes(commitId);
                        insert.Bind(1, "work").Bind(2, Partition(n)).BindBlob(5, commitId);
                        for (var i = 0; i < ValueSizes.Length; i++)
                            insert.Bind(3, RowKey(n, i)).Bind(4, n * 10L + i).BindBlob(6, values[i]).Run();
                    }

                    commit.Run();
                }

                return (n - from) / watch.Elapsed.TotalSeconds;
            }

            Loop();
            var (cpu, before) = (Process.GetCurrentProcess().TotalProcessorTime, n);
            var perSecond = Loop();
            var used = (Process.GetCurrentProcess().TotalProcessorTime - cpu).TotalMicroseconds / (n - before);
            connection.Dispose();
            Directory.Delete(folder, recursive: true);
            return (perSecond, used);
        }
    }

    private static byte[][] Values() => [.. ValueSizes.Select(size =>
    {
        var bytes = new byte[size];
        new Random(size).NextBytes(bytes);
        return bytes;
    })];

    /// <summary>Aggregates are spread over the 256 shards by a hash.</summary>
    private static string Partition(int n) => ((byte)(n * 2654435761u >> 24)).ToString("x2", CultureInfo.InvariantCulture);

    private static string RowKey(int n, int i) => i switch
    {
        0 => $"t!2026{n:D8}!head",
        1 => $"t!2026{n:D8}!h!000001",
        2 => $"t!2026{n:D8}!h!000002",
        3 => $"o!20261122010000000!2026{n:D8}!000001",
        4 => $"w!20261122010000000!2026{n:D8}",
        _ => $"i!key{n:D8}",
    };
}
