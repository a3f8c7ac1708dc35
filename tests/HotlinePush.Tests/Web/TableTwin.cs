using System.Globalization;
using HotlinePush.Storage;

namespace HotlinePush.Tests.Web;

/// <summary>The table store in a dictionary, for tests of HTTP alone; <see cref="Fail"/> puts it out of order.</summary>
internal sealed class TableTwin : ITableStore
{
    private readonly Lock _lock = new();
    private readonly SortedDictionary<(string Table, string Partition, string Row), (ETag ETag, byte[] Value)> _rows = new(Comparer<(string, string, string)>.Create(
        (a, b) => string.CompareOrdinal(a.Item1, b.Item1) is not 0 and var t ? t : string.CompareOrdinal(a.Item2, b.Item2) is not 0 and var p ? p : string.CompareOrdinal(a.Item3, b.Item3)));
    private long _version;

    public bool Fail { get; set; }
    public int Commits { get; private set; }
    public int Count(string table) { lock (_lock) return _rows.Keys.Count(k => k.Table == table); }

    public Task<Row?> ReadAsync(string table, string partition, string row, CancellationToken ct = default)
    {
        lock (_lock)
        {
            Check();
            return Task.FromResult(_rows.TryGetValue((table, partition, row), out var found) ? new Row(row, found.ETag, found.Value) : null);
        }
    }

    public Task<RowPage> ReadRangeAsync(string table, string partition, KeyRange range, int limit, string? continuation = null, CancellationToken ct = default)
    {
        lock (_lock)
        {
            Check();
            var from = continuation ?? range.From;
            var rows = _rows.Where(r => r.Key.Table == table && r.Key.Partition == partition
                && string.CompareOrdinal(r.Key.Row, from) >= 0 && string.CompareOrdinal(r.Key.Row, range.To) < 0)
                .Take(limit + 1).Select(r => new Row(r.Key.Row, r.Value.ETag, r.Value.Value)).ToList();
            return Task.FromResult(new RowPage([.. rows.Take(limit)], rows.Count > limit ? rows[limit].Key : null));
        }
    }

    public Task<CommitResult> CommitAsync(Batch batch, CancellationToken ct = default)
    {
        lock (_lock)
        {
            Check();
            foreach (var o in batch.Operations)
            {
                var exists = _rows.TryGetValue((batch.Table, batch.Partition, o.Row), out var row);
                if (o.Action == BatchAction.Insert && exists)
                    return Task.FromResult(CommitResult.Refused(o.Row, ConflictKind.Exists));
                if (o.Action is BatchAction.Replace or BatchAction.DeleteIf && (!exists || row.ETag != o.ETag))
                    return Task.FromResult(CommitResult.Refused(o.Row, exists ? ConflictKind.Changed : ConflictKind.Missing));
            }

            Commits++;
            Dictionary<string, ETag> tags = [];
            foreach (var o in batch.Operations)
                if (o.Action is BatchAction.Delete or BatchAction.DeleteIf)
                    _rows.Remove((batch.Table, batch.Partition, o.Row));
                else
                    _rows[(batch.Table, batch.Partition, o.Row)] = (tags[o.Row] = new((++_version).ToString(CultureInfo.InvariantCulture)), o.Value.ToArray());
            return Task.FromResult(new CommitResult(tags, null));
        }
    }

    private void Check()
    {
        if (Fail)
            throw new TableStoreException("disk full", isTransient: true);
    }
}

internal sealed class ManualTime(DateTimeOffset start) : TimeProvider
{
    public DateTimeOffset Now { get; set; } = start;

    public override DateTimeOffset GetUtcNow() => Now;
}
