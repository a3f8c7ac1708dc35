using HotlinePush.Messaging;
using HotlinePush.Storage;
using HotlinePush.Timers;
using HotlinePush.Web;

namespace HotlinePush.Operations;

public sealed record QueueHealth(string Queue, long Ready, long Locked, long Scheduled, long Dead, double? OldestReadySeconds);

/// <summary>How the system does. Ages in seconds of engine time; null where there is nothing to be old.</summary>
/// <param name="Warnings">Stable words: <c>storeFailing, busFailing, pendingOld, queueOld, deadLetters, timerPassOld, timersLate</c>.</param>
/// <param name="TimerPassSeconds">Since any instance last looked for moments; null where none ever has.</param>
public sealed record HealthAnswer(
    string State, IReadOnlyList<string> Warnings, double? PendingOldestSeconds, IReadOnlyList<QueueHealth> Queues, long DeadLetters,
    double? TimerPassSeconds, double? SweepSeconds, Lateness TimerLateness, DateTimeOffset At);

/// <summary>Looks at store, bus and timers at most once in a few seconds, whoever asks and however often.</summary>
public sealed class SystemHealth(
    ITableStore store, IMessageBus bus, PendingSweep sweep, OperationsLog operations, LatenessLog lateness, TimeProvider engine) : IDisposable
{
    public const string Table = OperationsLog.Table;

    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan PendingOld = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan QueueOld = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan PassOld = 2 * TimerPass.Every;
    private const double LateMs = 1_000;
    private const int MaxDeadCounted = 200;

    private readonly Kept<string?> _store = new();
    private readonly Kept<string?> _bus = new();
    private readonly Kept<HealthAnswer> _all = new();

    /// <summary>Null, or why rows cannot be written. Writes one: a full disk or a stopped writer shows in no read.</summary>
    public ValueTask<string?> StoreAsync(CancellationToken ct) => _store.GetAsync(engine, Fresh, async look =>
    {
        try
        {
            await store.CommitAsync(new Batch(Table, "probe").Upsert("probe", "{}"u8.ToArray()), look);
            return null;
        }
        catch (TableStoreException)
        {
            return "the store takes no writes";
        }
    }, ct);

    public ValueTask<string?> BusAsync(CancellationToken ct) => _bus.GetAsync(engine, Fresh, async look =>
    {
        try
        {
            await bus.CountAsync(Queues.Tickets, look);
            return null;
        }
        catch (MessageBusException)
        {
            return "the message bus does not answer";
        }
    }, ct);

    public ValueTask<HealthAnswer> AllAsync(CancellationToken ct) => _all.GetAsync(engine, Fresh, LookAsync, ct);

    public void Dispose()
    {
        _store.Dispose();
        _bus.Dispose();
        _all.Dispose();
    }

    private async Task<HealthAnswer> LookAsync(CancellationToken ct)
    {
        var now = engine.GetUtcNow();
        var warnings = new List<string>();
        var storeWorks = await StoreAsync(ct) is null;
        var busWorks = await BusAsync(ct) is null;
        var oldest = storeWorks ? await sweep.OldestAsync(ct) : null;
        var dead = storeWorks ? await sweep.CountDeadAsync(MaxDeadCounted, ct) : 0L;
        var queues = new List<QueueHealth>();
        if (busWorks)
            foreach (var queue in Queues.All)
            {
                var depth = await bus.CountAsync(queue, ct);
                queues.Add(new(queue, depth.Ready, depth.Locked, depth.Scheduled, depth.Dead, Age(depth.OldestReadyAt)));
                dead += depth.Dead;
            }

        var (lastPass, lastSweep) = storeWorks ? (await operations.LastTimerPassAsync(ct), await operations.LastSweepAsync(ct)) : (null, null);
        var late = lateness.Read();
        void Warn(bool wrong, string word)
        {
            if (wrong)
                warnings.Add(word);
        }

        Warn(!storeWorks, "storeFailing");
        Warn(!busWorks, "busFailing");
        Warn(now - oldest > PendingOld, "pendingOld");
        Warn(queues.Exists(q => q.OldestReadySeconds > QueueOld.TotalSeconds), "queueOld");
        Warn(dead > 0, "deadLetters");
        Warn(now - lastPass > PassOld, "timerPassOld");
        Warn(late.P99Ms > LateMs, "timersLate");
        return new(
            warnings.Count == 0 ? "ok" : "warning", warnings, Age(oldest), queues, dead,
            Age(lastPass), Age(lastSweep), late, now);

        double? Age(DateTimeOffset? at) => at is { } then ? Math.Max(0, Math.Round((now - then).TotalSeconds, 3)) : null;
    }

    /// <summary>A value looked up by one caller at a time and good for a while.</summary>
    private sealed class Kept<T> : IDisposable
    {
        private readonly SemaphoreSlim _one = new(1, 1);
        private volatile Box? _box;

        private sealed record Box(T Value, long At);

        public async ValueTask<T> GetAsync(TimeProvider engine, TimeSpan fresh, Func<CancellationToken, Task<T>> look, CancellationToken ct)
        {
            if (_box is { } kept && engine.GetElapsedTime(kept.At) < fresh)
                return kept.Value;
            await _one.WaitAsync(ct);
            try
            {
                if (_box is { } now && engine.GetElapsedTime(now.At) < fresh)
                    return now.Value;
                var value = await look(ct);
                _box = new(value, engine.GetTimestamp());
                return value;
            }
            finally
            {
                _one.Release();
            }
        }

        public void Dispose() => _one.Dispose();
    }
}
