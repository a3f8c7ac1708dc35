namespace HotlinePush.Storage;

/// <summary>What one operation of a batch asks of its row.</summary>
public enum BatchAction
{
    /// <summary>The row must not exist.</summary>
    Insert,

    /// <summary>The row must exist with the given ETag.</summary>
    Replace,

    /// <summary>Written whether it exists or not.</summary>
    Upsert,

    /// <summary>Absent afterwards; a row that is missing already is no conflict.</summary>
    Delete,

    /// <summary>The row must exist with the given ETag.</summary>
    DeleteIf,
}

public readonly record struct BatchOperation(BatchAction Action, string Row, ReadOnlyMemory<byte> Value, ETag ETag);

/// <summary>
/// Operations on one partition that are committed together: at most 100, each row key once, values of at most
/// 512 KiB each and 2.5 MiB together (the limits of an Azure Tables transaction, with room for its wrapping).
/// </summary>
public sealed class Batch
{
    public const int MaxOperations = 100;
    public const int MaxRowBytes = 512 * 1024;
    public const int MaxBytes = 2_621_440;
    public const int MaxKeyLength = 256;

    private readonly List<BatchOperation> _operations = [];
    private readonly HashSet<string> _rows = new(StringComparer.Ordinal);

    /// <param name="commitId">Names this commit; the same id again means "the same batch sent again". Random if omitted.</param>
    public Batch(string table, string partition, string? commitId = null)
    {
        CheckKey(partition, nameof(partition));
        Table = table;
        Partition = partition;
        CommitId = commitId ?? Guid.NewGuid().ToString("N");
    }

    public string Table { get; }
    public string Partition { get; }
    public string CommitId { get; }
    public int Bytes { get; private set; }
    public IReadOnlyList<BatchOperation> Operations => _operations;

    public Batch Insert(string row, ReadOnlyMemory<byte> value) => Add(new(BatchAction.Insert, row, value, default));
    public Batch Replace(string row, ETag etag, ReadOnlyMemory<byte> value) => Add(new(BatchAction.Replace, row, value, etag));
    public Batch Upsert(string row, ReadOnlyMemory<byte> value) => Add(new(BatchAction.Upsert, row, value, default));
    public Batch Delete(string row) => Add(new(BatchAction.Delete, row, default, default));
    public Batch DeleteIf(string row, ETag etag) => Add(new(BatchAction.DeleteIf, row, default, etag));

    private Batch Add(BatchOperation operation)
    {
        CheckKey(operation.Row, "row");
        if (operation.Value.Length > MaxRowBytes)
            throw new ArgumentException($"Row {operation.Row} has {operation.Value.Length} bytes; the limit is {MaxRowBytes}.");
        if (_operations.Count == MaxOperations)
            throw new ArgumentException($"A batch holds at most {MaxOperations} operations.");
        if (Bytes + operation.Value.Length > MaxBytes)
            throw new ArgumentException($"A batch holds at most {MaxBytes} bytes.");
        if (!_rows.Add(operation.Row))
            throw new ArgumentException($"Row {operation.Row} stands in the batch already.");
        Bytes += operation.Value.Length;
        _operations.Add(operation);
        return this;
    }

    private static void CheckKey(string key, string what)
    {
        if (key.Length is 0 or > MaxKeyLength)
            throw new ArgumentException($"The {what} key has {key.Length} characters; 1 to {MaxKeyLength} are allowed.");
        foreach (var c in key)
            if (c is < '!' or > '~' or '/' or '\\' or '#' or '?' or '%')
                throw new ArgumentException($"The {what} key '{key}' has a character that keys must not have; encode it with {nameof(Keys)}.");
    }
}

/// <summary>Why a batch was refused: the row whose condition failed, and how.</summary>
public enum ConflictKind { Exists, Missing, Changed }

public readonly record struct BatchConflict(string Row, ConflictKind Kind);

/// <summary>Either committed, with the new ETag of each row written, or refused with the first condition that failed.</summary>
public sealed record CommitResult(IReadOnlyDictionary<string, ETag> ETags, BatchConflict? Conflict)
{
    public bool Committed => Conflict is null;

    public static CommitResult Refused(string row, ConflictKind kind) => new(NoTags, new(row, kind));

    private static readonly Dictionary<string, ETag> NoTags = [];
}
