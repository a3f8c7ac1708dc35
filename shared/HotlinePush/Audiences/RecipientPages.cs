using HotlinePush.Security;
using HotlinePush.Storage;

namespace HotlinePush.Audiences;

/// <summary>The pages of lists: a partition a page, a row a recipient, each sealed by itself.</summary>
internal sealed class RecipientPages(ITableStore store, KeyRing keys)
{
    public const string Table = "recipients";
    private const int BatchBytes = 2_000_000;
    private const int AtOnce = 8;

    public static string PartitionOf(string audienceId, int version, int page) => Keys.Of(audienceId, KeyPart.Short(version), KeyPart.Short(page));
    public static string RowOf(int row) => Keys.Of(KeyPart.Short(row, 4));

    /// <summary>Null where there is no such page.</summary>
    public async Task<RecipientPage?> ReadAsync(string audienceId, int version, int page, CancellationToken ct)
    {
        var partition = PartitionOf(audienceId, version, page);
        var rows = new List<Row>();
        await foreach (var row in store.ReadAllAsync(Table, partition, new("0", ":"), ct: ct))
            rows.Add(row);
        if (rows.Count == 0)
            return null;
        var recipients = new Recipient?[rows.Count];
        Parallel.For(0, rows.Count, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = ct }, i => recipients[i] = Open(rows[i], partition));
        return new(page, recipients);
    }

    public async Task<Recipient?> ReadAsync(string audienceId, int version, Place place, CancellationToken ct)
    {
        var partition = PartitionOf(audienceId, version, place.Page);
        return await store.ReadAsync(Table, partition, RowOf(place.Row), ct) is { } row ? Open(row, partition) : null;
    }

    /// <summary>
    /// Writes whole pages, the last one perhaps shorter. A row that is there was written by a worker that died after it, from the same file, and stays
    /// as it is: what a person's erasure has emptied meanwhile is never filled again.
    /// </summary>
    /// <param name="plain">Canonical bytes in order, the first of them row 0 of <paramref name="firstPage"/>.</param>
    public async Task WriteAsync(string audienceId, int version, int firstPage, IReadOnlyList<byte[]> plain, CancellationToken ct)
    {
        var slices = new List<(int From, int To)>();
        for (var from = 0; from < plain.Count;)
        {
            var end = Math.Min(plain.Count, (from / Place.PageSize + 1) * Place.PageSize);
            int to = from, bytes = 0;
            while (to < end && to - from < Batch.MaxOperations && (to == from || bytes + plain[to].Length + 200 <= BatchBytes))
                bytes += plain[to++].Length + 200;
            slices.Add((from, to));
            from = to;
        }

        await Parallel.ForEachAsync(slices, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = ct }, async (slice, token) =>
        {
            var partition = PartitionOf(audienceId, version, firstPage + slice.From / Place.PageSize);
            var batch = new Batch(Table, partition);
            for (var i = slice.From; i < slice.To; i++)
            {
                var row = RowOf(i % Place.PageSize);
                batch.Insert(row, SealedRow.Seal(keys, plain[i], partition + Keys.Separator + row));
            }

            if ((await store.CommitAsync(batch, token)).Conflict is { Kind: not ConflictKind.Exists } conflict)
                throw new InvalidOperationException($"Page {partition} refused row {conflict.Row}: {conflict.Kind}.");
        });
    }

    /// <summary>The key goes, and with it the person; the place stays.</summary>
    /// <returns>False where nobody was there any more.</returns>
    public async Task<bool> EraseAsync(string audienceId, int version, Place place, CancellationToken ct)
    {
        var partition = PartitionOf(audienceId, version, place.Page);
        if (await store.ReadAsync(Table, partition, RowOf(place.Row), ct) is not { } row || row.Value.Length <= SealedRow.Gap.Length)
            return false;
        await store.CommitAsync(new Batch(Table, partition).Upsert(RowOf(place.Row), SealedRow.Gap), ct);
        return true;
    }

    /// <summary>Takes a page away.</summary>
    /// <returns>How many rows went.</returns>
    public async Task<int> DeleteAsync(string audienceId, int version, int page, CancellationToken ct) =>
        await store.DeletePartitionAsync(Table, PartitionOf(audienceId, version, page), ct);

    private Recipient? Open(Row row, string partition) =>
        SealedRow.Open(keys, row.Value.Span, partition + Keys.Separator + row.Key) is { } plain ? RecipientCodec.Read(plain) : null;
}

internal static class PartitionDeletion
{
    /// <summary>Deletes all rows of a partition, a batch at a time.</summary>
    public static async Task<int> DeletePartitionAsync(this ITableStore store, string table, string partition, CancellationToken ct)
    {
        var gone = 0;
        while (true)
        {
            var page = await store.ReadRangeAsync(table, partition, new("!", "~~"), 1000, null, ct);
            if (page.Rows.Count == 0 && page.Continuation is null)
                return gone;
            foreach (var chunk in page.Rows.Chunk(Batch.MaxOperations))
            {
                var batch = new Batch(table, partition);
                foreach (var row in chunk)
                    batch.Delete(row.Key);
                await store.CommitAsync(batch, ct);
                gone += chunk.Length;
            }
        }
    }
}
