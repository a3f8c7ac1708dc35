using HotlinePush.Storage;

namespace HotlinePush.Sqlite;

/// <summary>
/// The table store on a <see cref="SqliteDatabase"/>. Reads run on the caller's thread, in microseconds, beside the writer;
/// a commit waits for the disk together with all that are under way.
/// </summary>
public sealed class SqliteTableStore(SqliteDatabase database) : ITableStore
{
    public const int MaxPage = 1000;

    public Task<Row?> ReadAsync(string table, string partition, string row, CancellationToken ct = default)
    {
        ct.ThrowIfCancellationRequested();
        return Task.FromResult(Read(reader => reader.One(table, partition, row)));
    }

    public Task<RowPage> ReadRangeAsync(
        string table, string partition, KeyRange range, int limit, string? continuation = null, CancellationToken ct = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, MaxPage);
        ct.ThrowIfCancellationRequested();
        return Task.FromResult(Read(reader => reader.Range(table, partition, range, limit, continuation)));
    }

    /// <remarks>A call is not cancelled once it waits for the writer: its answer is worth more than the microseconds.</remarks>
    public async Task<CommitResult> CommitAsync(Batch batch, CancellationToken ct = default)
    {
        ct.ThrowIfCancellationRequested();
        var job = new BatchJob(batch);
        database.Writer.Enqueue(job);
        await job.Done.ConfigureAwait(false);
        return job.ToResult();
    }

    private T Read<T>(Func<Reader, T> read)
    {
        try
        {
            return database.Readers.Read(read);
        }
        catch (Exception e) when (e is SqliteError or ObjectDisposedException)
        {
            throw SqliteFailure.OfTableRead(e);
        }
    }
}
