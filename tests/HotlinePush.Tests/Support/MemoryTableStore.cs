using HotlinePush.Storage;

namespace HotlinePush.Tests.Support;

/// <summary>The table store in memory, for tests that are not about storage. Runs the contract suite like any adapter.</summary>
public sealed class MemoryTableStore : ITableStore
{
    private sealed record Stored(ETag ETag, byte[] Value, string CommitId);

    private readonly Lock _lock = new();
    private readonly Dictionary<(string Table, string Partition), SortedDictionary<string, Stored>> _partitions = [];
    private long _version;

    public int Reads { get; private set; }
    public int RangeReads { get; private set; }
    public int Commits { get; private set; }

    public Task<Row?> ReadAsync(string table, string partition, string row, CancellationToken ct = default)
    {
        ct.ThrowIfCancellationRequested();
        lock (_lock)
        {
            Reads++;
            return Task.FromResult(Rows(table, partition).TryGetValue(row, out var found) ? new Row(row, found.ETag, found.Value) : null);
        }
    }

    public Task<RowPage> ReadRangeAsync(string table, string partition, KeyRange range, int limit, string? continuation = null, CancellationToken ct = default)
    {
        ct.ThrowIfCancellationRequested();
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, 1000);
        lock (_lock)
        {
            RangeReads++;
            var rows = Rows(table, partition)
                .Where(r => string.CompareOrdinal(r.Key, continuation ?? range.From) >= 0
                    && string.CompareOrdinal(r.Key, range.From) >= 0
                    && string.CompareOrdinal(r.Key, range.To) < 0)
                .Take(limit + 1)
                .Select(r => new Row(r.Key, r.Value.ETag, r.Value.Value))
                .ToList();
            return Task.FromResult(rows.Count <= limit ? new RowPage(rows, null) : new RowPage(rows[..limit], rows[limit].Key));
        }
    }

    public Task<CommitResult> CommitAsync(Batch batch, CancellationToken ct = default)
    {
        ct.ThrowIfCancellationRequested();
        if (batch.Operations.Count == 0)
            throw new ArgumentException("An empty batch commits nothing.");
        lock (_lock)
        {
            Commits++;
            var rows = Rows(batch.Table, batch.Partition);
            var own = batch.Operations.Where(o => rows.TryGetValue(o.Row, out var r) && r.CommitId == batch.CommitId).ToList();
            if (own.Count > 0)
                return Task.FromResult(new CommitResult(own.ToDictionary(o => o.Row, o => rows[o.Row].ETag, StringComparer.Ordinal), null));

            foreach (var operation in batch.Operations)
                if (Conflict(operation, rows.GetValueOrDefault(operation.Row)) is { } kind)
                    return Task.FromResult(CommitResult.Refused(operation.Row, kind));

            var tags = new Dictionary<string, ETag>(StringComparer.Ordinal);
            foreach (var operation in batch.Operations)
            {
                if (operation.Action is BatchAction.Delete or BatchAction.DeleteIf)
                    rows.Remove(operation.Row);
                else
                    rows[operation.Row] = new(tags[operation.Row] = new ETag($"m{++_version}"), operation.Value.ToArray(), batch.CommitId);
            }

            return Task.FromResult(new CommitResult(tags, null));
        }
    }

    /// <summary>Every key there is; the port shows none of that.</summary>
    public IReadOnlyList<(string Table, string Partition, string Row)> AllKeys()
    {
        lock (_lock)
            return [.. _partitions.SelectMany(p => p.Value.Keys.Select(row => (p.Key.Table, p.Key.Partition, row)))];
    }

    private static ConflictKind? Conflict(BatchOperation operation, Stored? stored) => operation.Action switch
    {
        BatchAction.Insert => stored is null ? null : ConflictKind.Exists,
        BatchAction.Replace or BatchAction.DeleteIf => stored is null ? ConflictKind.Missing : stored.ETag == operation.ETag ? null : ConflictKind.Changed,
        _ => null,
    };

    private SortedDictionary<string, Stored> Rows(string table, string partition)
    {
        if (!_partitions.TryGetValue((table, partition), out var rows))
            _partitions[(table, partition)] = rows = new(StringComparer.Ordinal);
        return rows;
    }
}
