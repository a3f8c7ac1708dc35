using System.Collections.Concurrent;
using Azure;
using Azure.Data.Tables;
using Azure.Data.Tables.Models;
using HotlinePush.Messaging;
using HotlinePush.Storage;
using ETag = HotlinePush.Storage.ETag;
using PlatformETag = Azure.ETag;

namespace HotlinePush.Azure;

/// <summary>
/// The table store on Azure Tables. A batch is one entity group transaction, so it costs one write however many rows it has. ETags are the
/// platform's own. Each entity written carries its batch's commit id: a transaction whose answer was lost recognises itself by it, before it is
/// sent again and when a condition fails.
/// </summary>
/// <param name="reads">Tries again by itself.</param>
/// <param name="writes">Must not try again by itself: between two tries it has to be seen whether the first was committed.</param>
/// <param name="prefix">Before the name of every table; see <see cref="CloudNames"/>.</param>
public sealed class AzureTableStore(TableServiceClient reads, TableServiceClient writes, string prefix, TimeProvider engine) : ITableStore
{
    private const string CommitId = "c";

    /// <summary>Tries of one transaction, and the waits between them: a busy partition is told so for some seconds.</summary>
    private static readonly RetryRule Tries = new(6, TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(5));

    private readonly ConcurrentDictionary<string, (TableClient Read, TableClient Write)> _tables = new(StringComparer.Ordinal);

    public async Task<Row?> ReadAsync(string table, string partition, string row, CancellationToken ct = default)
    {
        try
        {
            var found = await TableOf(table).Read.GetEntityIfExistsAsync<TableEntity>(partition, row, cancellationToken: ct);
            return found.HasValue ? RowOf(found.Value!) : null;
        }
        catch (RequestFailedException e) when (e.ErrorCode == TableErrorCode.TableNotFound)
        {
            return null;
        }
        catch (Exception e) when (Failures.IsOfTheCloud(e, ct))
        {
            throw Failures.OfStore(e);
        }
    }

    public async Task<RowPage> ReadRangeAsync(string table, string partition, KeyRange range, int limit, string? continuation = null, CancellationToken ct = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, 1000);
        if (string.CompareOrdinal(range.From, range.To) >= 0)
            return new([], null);
        var filter = TableClient.CreateQueryFilter($"PartitionKey eq {partition} and RowKey ge {range.From} and RowKey lt {range.To}");
        try
        {
            await foreach (var page in TableOf(table).Read.QueryAsync<TableEntity>(filter, limit, cancellationToken: ct).AsPages(continuation, limit))
                return new([.. page.Values.Select(RowOf)], page.ContinuationToken);
            return new([], null);
        }
        catch (RequestFailedException e) when (e.ErrorCode == TableErrorCode.TableNotFound)
        {
            return new([], null);
        }
        catch (Exception e) when (Failures.IsOfTheCloud(e, ct))
        {
            throw Failures.OfStore(e);
        }
    }

    public async Task<CommitResult> CommitAsync(Batch batch, CancellationToken ct = default)
    {
        var table = TableOf(batch.Table).Write;
        var operations = batch.Operations.ToList();
        for (var attempt = 1; ; attempt++)
        {
            if (operations.Count == 0)
                return new(new Dictionary<string, ETag>(), null);
            if (operations.FirstOrDefault(o => o.Action is BatchAction.Replace or BatchAction.DeleteIf && !IsETag(o.ETag)) is { Row: { } foreign })
                return CommitResult.Refused(foreign, await ReadAsync(batch.Table, batch.Partition, foreign, ct) is null ? ConflictKind.Missing : ConflictKind.Changed);
            try
            {
                var answers = await table.SubmitTransactionAsync(operations.Select(o => ActionOf(batch, o)), ct);
                return new(
                    operations.Zip(answers.Value).Where(p => IsWrite(p.First)).ToDictionary(p => p.First.Row, p => TagOf(p.Second.Headers.ETag), StringComparer.Ordinal), null);
            }
            catch (RequestFailedException e) when (e.ErrorCode == TableErrorCode.TableNotFound)
            {
                await CreateAsync(table, ct);
            }
            catch (TableTransactionFailedException e) when (e.Status is 404 or 409 or 412 && e.FailedTransactionActionIndex is { } index && index < operations.Count)
            {
                var failed = operations[index];
                if (await RecogniseAsync(batch, ct) is { } mine)
                    return mine;
                if (failed.Action is BatchAction.Insert or BatchAction.Replace or BatchAction.DeleteIf)
                    return CommitResult.Refused(failed.Row, e.Status == 409 ? ConflictKind.Exists : e.Status == 404 ? ConflictKind.Missing : ConflictKind.Changed);
                // What is to be absent is absent: the platform refuses a transaction that deletes a row which is not there.
                operations.RemoveAt(index);
            }
            catch (Exception e) when (Failures.IsOfTheCloud(e, ct))
            {
                var failure = Failures.OfStore(e);
                if (!failure.IsTransient || attempt >= Tries.MaxDeliveries)
                    throw failure;
                await Task.Delay(Tries.DelayAfter(attempt), engine, ct);
                if (await RecogniseAsync(batch, ct) is { } mine)
                    return mine;
            }
        }
    }

    /// <summary>The answer that was lost, by any row that still is as this batch wrote it; null where there is none: then it was not committed.</summary>
    private async Task<CommitResult?> RecogniseAsync(Batch batch, CancellationToken ct)
    {
        var table = TableOf(batch.Table).Read;
        var rows = await Task.WhenAll(batch.Operations.Where(IsWrite).Select(o => FindAsync(o.Row)));
        var mine = rows.OfType<TableEntity>().Where(e => e.GetString(CommitId) == batch.CommitId).ToDictionary(e => e.RowKey, e => TagOf(e.ETag), StringComparer.Ordinal);
        return mine.Count == 0 ? null : new(mine, null);

        async Task<TableEntity?> FindAsync(string row)
        {
            try
            {
                var found = await table.GetEntityIfExistsAsync<TableEntity>(batch.Partition, row, [nameof(ITableEntity.RowKey), CommitId], ct);
                return found.HasValue ? found.Value : null;
            }
            catch (Exception e) when (Failures.IsOfTheCloud(e, ct))
            {
                throw Failures.OfStore(e);
            }
        }
    }

    private static async Task CreateAsync(TableClient table, CancellationToken ct)
    {
        try
        {
            await table.CreateIfNotExistsAsync(ct);
        }
        catch (Exception e) when (Failures.IsOfTheCloud(e, ct))
        {
            throw Failures.OfStore(e);
        }
    }

    private static TableTransactionAction ActionOf(Batch batch, BatchOperation operation) => operation.Action switch
    {
        BatchAction.Insert => new(TableTransactionActionType.Add, EntityOf(batch, operation)),
        BatchAction.Replace => new(TableTransactionActionType.UpdateReplace, EntityOf(batch, operation), new(operation.ETag.Value)),
        BatchAction.Upsert => new(TableTransactionActionType.UpsertReplace, EntityOf(batch, operation)),
        BatchAction.DeleteIf => new(TableTransactionActionType.Delete, new TableEntity(batch.Partition, operation.Row), new(operation.ETag.Value)),
        _ => new(TableTransactionActionType.Delete, new TableEntity(batch.Partition, operation.Row), PlatformETag.All),
    };

    private static TableEntity EntityOf(Batch batch, BatchOperation operation)
    {
        var entity = new TableEntity(batch.Partition, operation.Row) { [CommitId] = batch.CommitId };
        foreach (var (name, bytes) in ValueChunks.Split(operation.Value))
            entity[name] = bytes.ToArray();
        return entity;
    }

    private static Row RowOf(TableEntity entity) => new(entity.RowKey, TagOf(entity.ETag), ValueChunks.Join(entity.GetBinary));

    private static bool IsWrite(BatchOperation operation) => operation.Action is BatchAction.Insert or BatchAction.Replace or BatchAction.Upsert;

    private static ETag TagOf(PlatformETag? etag) => new(etag?.ToString() ?? "");

    /// <summary>The platform answers 400 to what it has never given out.</summary>
    private static bool IsETag(ETag etag) => etag.Value is ['W', '/', '"', .., '"'] && etag.Value.Contains("datetime'", StringComparison.Ordinal);

    private (TableClient Read, TableClient Write) TableOf(string table) => _tables.GetOrAdd(table, t =>
    {
        var name = CloudNames.Table(prefix, t);
        return (reads.GetTableClient(name), writes.GetTableClient(name));
    });
}
