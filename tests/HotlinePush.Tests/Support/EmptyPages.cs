using HotlinePush.Storage;

namespace HotlinePush.Tests.Support;

/// <summary>A table store that answers every other page read with an empty page and a continuation, as Azure Tables may at any time.</summary>
public sealed class EmptyPages(ITableStore inner) : ITableStore
{
    private const string Mark = "~";
    private int _reads;

    public Task<Row?> ReadAsync(string table, string partition, string row, CancellationToken ct = default) =>
        inner.ReadAsync(table, partition, row, ct);

    public Task<RowPage> ReadRangeAsync(string table, string partition, KeyRange range, int limit, string? continuation = null, CancellationToken ct = default)
    {
        if (Interlocked.Increment(ref _reads) % 2 == 1)
            return Task.FromResult(new RowPage([], Mark + continuation));
        var inside = continuation is null or Mark ? null : continuation.StartsWith(Mark, StringComparison.Ordinal) ? continuation[1..] : continuation;
        return inner.ReadRangeAsync(table, partition, range, limit, inside, ct);
    }

    public Task<CommitResult> CommitAsync(Batch batch, CancellationToken ct = default) => inner.CommitAsync(batch, ct);
}
