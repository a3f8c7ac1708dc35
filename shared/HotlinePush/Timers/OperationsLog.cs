using System.Globalization;
using System.Text;
using HotlinePush.Storage;

namespace HotlinePush.Timers;

/// <summary>When the product last did what nobody asks it for, on whatever instance: for the health page and its alerts. Engine time.</summary>
public sealed class OperationsLog(ITableStore store, TimeProvider engine)
{
    public const string Table = "operations";
    private const string Partition = "runs";

    public Task TimerPassedAsync(CancellationToken ct) => WriteAsync("timerPass", ct);

    public Task SweptAsync(CancellationToken ct) => WriteAsync("sweep", ct);

    public Task<DateTimeOffset?> LastTimerPassAsync(CancellationToken ct) => ReadAsync("timerPass", ct);

    public Task<DateTimeOffset?> LastSweepAsync(CancellationToken ct) => ReadAsync("sweep", ct);

    private Task WriteAsync(string run, CancellationToken ct) => store.CommitAsync(
        new Batch(Table, Partition).Upsert(run, Encoding.ASCII.GetBytes(engine.GetUtcNow().UtcTicks.ToString(CultureInfo.InvariantCulture))), ct);

    private async Task<DateTimeOffset?> ReadAsync(string run, CancellationToken ct) =>
        await store.ReadAsync(Table, Partition, run, ct) is { } row ? new DateTimeOffset(long.Parse(row.Value.Span, CultureInfo.InvariantCulture), TimeSpan.Zero) : null;
}
