using HotlinePush.Storage;
using HotlinePush.Tests.Support;

namespace HotlinePush.Tests.Web;

/// <summary>The table store in memory; <see cref="Fail"/> puts it out of order.</summary>
internal sealed class TableTwin : ITableStore
{
    private readonly MemoryTableStore _inner = new();
    private readonly HashSet<(string Table, string Partition)> _seen = [];

    public bool Fail { get; set; }
    public int Commits => _inner.Commits;

    public async Task<int> CountAsync(string table)
    {
        var count = 0;
        foreach (var (_, partition) in _seen.Where(s => s.Table == table))
            count += (await _inner.ReadRangeAsync(table, partition, new("!", "~"), 1000)).Rows.Count;
        return count;
    }

    public Task<Row?> ReadAsync(string table, string partition, string row, CancellationToken ct = default) =>
        InOrder().ReadAsync(table, partition, row, ct);

    public Task<RowPage> ReadRangeAsync(string table, string partition, KeyRange range, int limit, string? continuation = null, CancellationToken ct = default) =>
        InOrder().ReadRangeAsync(table, partition, range, limit, continuation, ct);

    public Task<CommitResult> CommitAsync(Batch batch, CancellationToken ct = default)
    {
        lock (_seen)
            _seen.Add((batch.Table, batch.Partition));
        return InOrder().CommitAsync(batch, ct);
    }

    private MemoryTableStore InOrder() => Fail ? throw new TableStoreException("disk full", isTransient: true) : _inner;
}

internal sealed class ManualTime(DateTimeOffset start) : TimeProvider
{
    public DateTimeOffset Now { get; set; } = start;

    public override DateTimeOffset GetUtcNow() => Now;
}
