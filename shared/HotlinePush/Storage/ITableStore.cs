namespace HotlinePush.Storage;

/// <summary>
/// Rows by (table, partition key, row key) with the semantics of Azure Tables, so that nothing but the adapter
/// differs between a laptop and the cloud. There is no query across partitions, and no transaction across them.
/// </summary>
/// <remarks>
/// Every adapter runs the same contract suite. Keys come from <see cref="Keys"/>: at most 256 ASCII characters,
/// ordinal order. All members throw <see cref="TableStoreException"/> when the store is broken or out of reach;
/// a batch that fails so may or may not have been committed, and is safe to send again as it is
/// (same <see cref="Batch.CommitId"/>).
/// </remarks>
public interface ITableStore
{
    /// <summary>The row, or null. Sees every batch whose commit was acknowledged before the call.</summary>
    Task<Row?> ReadAsync(string table, string partition, string row, CancellationToken ct = default);

    /// <summary>
    /// Rows with <c>range.From ≤ key &lt; range.To</c>, in ordinal key order, at most <paramref name="limit"/> (1–1000) a page.
    /// A page may hold fewer rows than asked, even none, and still carry a continuation: only a null
    /// <see cref="RowPage.Continuation"/> means the end. Pages are no snapshot: rows written meanwhile may or may not appear.
    /// </summary>
    Task<RowPage> ReadRangeAsync(string table, string partition, KeyRange range, int limit, string? continuation = null, CancellationToken ct = default);

    /// <summary>
    /// Commits all operations of the batch or none. A failed condition is an answer (<see cref="CommitResult.Conflict"/>),
    /// not an exception. A batch that is sent again after its answer was lost is recognised by its commit id
    /// on any row it wrote, and answered as committed. When this returns, the batch is durable.
    /// </summary>
    /// <exception cref="ArgumentException">The batch breaks a limit of <see cref="Batch"/>: a bug of the caller.</exception>
    Task<CommitResult> CommitAsync(Batch batch, CancellationToken ct = default);
}

/// <summary>A stored row. The value is opaque to the store, at most 512 KiB.</summary>
public sealed record Row(string Key, ETag ETag, ReadOnlyMemory<byte> Value);

/// <summary>Version of a row; opaque, counted by the store, never taken from a clock, never used again for the same key.</summary>
public readonly record struct ETag(string Value)
{
    public override string ToString() => Value;
}

public sealed record RowPage(IReadOnlyList<Row> Rows, string? Continuation);

/// <summary>Keys from <paramref name="From"/> (included) to <paramref name="To"/> (excluded), ordinal.</summary>
public readonly record struct KeyRange(string From, string To);

/// <summary>The store is broken or out of reach. <see cref="IsTransient"/>: the same call may succeed later.</summary>
public class TableStoreException(string message, bool isTransient, Exception? inner = null) : IOException(message, inner)
{
    public bool IsTransient { get; } = isTransient;
}
