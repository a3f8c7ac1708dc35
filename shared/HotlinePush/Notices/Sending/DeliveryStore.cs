using System.Text.Json;
using HotlinePush.Audiences;
using HotlinePush.Messaging;
using HotlinePush.Storage;

namespace HotlinePush.Notices.Sending;

/// <summary>What a page adds up to; replaced in every batch that changes one of its rows, so that it always does.</summary>
/// <param name="Turn">Counts the messages that carry the page on. One of another turn is a repeat.</param>
/// <param name="Rest">Where those without a row stand: <c>Queued</c>, or <c>Skipped</c> once the notice was cancelled.</param>
/// <param name="Retry">The last order to send the failed again that was carried out here.</param>
public sealed record PageSum(Progress Progress, int Turn = 0, DeliveryState Rest = DeliveryState.Queued, int Retry = 0);

/// <summary>A page of deliveries as it was read, kept up to date by its own commits.</summary>
public sealed class DeliveryPage(string noticeId, int page, int size)
{
    internal ETag?[] Tags { get; } = new ETag?[size];
    internal ETag? SumTag { get; set; }

    public string NoticeId => noticeId;
    public int Page => page;
    public int Size => size;

    /// <summary>By place; null where the turn has not come.</summary>
    public Delivery?[] Rows { get; } = new Delivery?[size];

    public PageSum Sum { get; internal set; } = new(Progress.AllQueued(size));

    public static int SizeOf(Frozen frozen, int page) => Math.Clamp(frozen.Recipients - page * Place.PageSize, 0, Place.PageSize);
}

/// <summary>Deliveries, a partition for each page of the list: <c>r!row</c>, and <c>sum</c>.</summary>
public sealed class DeliveryStore(ITableStore store)
{
    public const string Table = "deliveries";

    /// <summary>Rows of one batch, besides the sum.</summary>
    public const int MostRows = Batch.MaxOperations - 1;

    private const string SumKey = "sum";
    private const int ReadAtOnce = 32;

    public static string PartitionOf(string noticeId, int page) => Keys.Of(noticeId, KeyPart.Short(page));

    public async Task<DeliveryPage> LoadAsync(string noticeId, int page, int size, CancellationToken ct)
    {
        var loaded = new DeliveryPage(noticeId, page, size);
        var partition = PartitionOf(noticeId, page);
        // The sum first: rows newer than it make the next commit fail and the page read again; a newer sum beside older rows would not add up.
        await LoadSumAsync(loaded, partition, ct);
        await foreach (var row in store.ReadAllAsync(Table, partition, Keys.Under("r"), ct: ct))
        {
            var delivery = Read(row);
            (loaded.Rows[delivery.Row], loaded.Tags[delivery.Row]) = (delivery, row.ETag);
        }
        return loaded;
    }

    /// <summary>One row and the sum; the other rows are left as if their turn had not come.</summary>
    /// <returns>Null where the row is not there.</returns>
    public async Task<DeliveryPage?> LoadOneAsync(string noticeId, int page, int row, CancellationToken ct)
    {
        var partition = PartitionOf(noticeId, page);
        if (row >= Place.PageSize || await store.ReadAsync(Table, partition, RowKey(row), ct) is not { } found)
            return null;
        var loaded = new DeliveryPage(noticeId, page, Place.PageSize);
        (loaded.Rows[row], loaded.Tags[row]) = (Read(found), found.ETag);
        await LoadSumAsync(loaded, partition, ct);
        return loaded.SumTag is null ? null : loaded;
    }

    /// <summary>Writes changed rows together with the sum.</summary>
    /// <param name="changes">At most <see cref="MostRows"/>, each once; rows that are as they were may be among them.</param>
    /// <returns>False where somebody was faster: nothing was written, and the page has to be read again.</returns>
    public async Task<bool> CommitAsync(DeliveryPage page, IReadOnlyList<Delivery> changes, Func<PageSum, PageSum>? also = null, CancellationToken ct = default)
    {
        var batch = new Batch(Table, PartitionOf(page.NoticeId, page.Page));
        var progress = page.Sum.Progress;
        foreach (var delivery in changes)
        {
            var before = page.Rows[delivery.Row];
            if (ReferenceEquals(before, delivery))
                continue;
            progress = progress.Move(before?.State ?? page.Sum.Rest, delivery.State);
            var value = JsonSerializer.SerializeToUtf8Bytes(delivery, MessageJson.Options);
            if (page.Tags[delivery.Row] is { } tag)
                batch.Replace(RowKey(delivery.Row), tag, value);
            else
                batch.Insert(RowKey(delivery.Row), value);
        }

        var sum = page.Sum with { Progress = progress };
        sum = also is null ? sum : also(sum);
        if (batch.Operations.Count == 0 && sum == page.Sum)
            return true;
        var bytes = JsonSerializer.SerializeToUtf8Bytes(sum, MessageJson.Options);
        if (page.SumTag is { } sumTag)
            batch.Replace(SumKey, sumTag, bytes);
        else
            batch.Insert(SumKey, bytes);
        var result = await SendAsync(batch, ct);
        if (!result.Committed)
            return false;
        // A commit that was recognised after its answer was lost names only the rows that nobody has changed since. The others are
        // left without a tag: the next commit finds them there and is refused, and the page is read again.
        foreach (var delivery in changes.Where(d => !ReferenceEquals(d, page.Rows[d.Row])))
            (page.Rows[delivery.Row], page.Tags[delivery.Row]) = (delivery, TagOf(RowKey(delivery.Row)));
        (page.Sum, page.SumTag) = (sum, TagOf(SumKey));
        return true;

        ETag? TagOf(string key) => result.ETags.TryGetValue(key, out var tag) ? tag : null;
    }

    /// <summary>How far a notice is: the sum over its pages, those not begun counted as queued.</summary>
    public async Task<Progress> ProgressAsync(string noticeId, Frozen frozen, CancellationToken ct)
    {
        var progress = Progress.None;
        foreach (var pages in Enumerable.Range(0, frozen.Pages).Chunk(ReadAtOnce))
        {
            var sums = await Task.WhenAll(pages.Select(async p =>
                await store.ReadAsync(Table, PartitionOf(noticeId, p), SumKey, ct) is { } row
                    ? JsonSerializer.Deserialize<PageSum>(row.Value.Span, MessageJson.Options)!.Progress
                    : Progress.AllQueued(DeliveryPage.SizeOf(frozen, p))));
            progress = sums.Aggregate(progress, (a, b) => a + b);
        }

        return progress;
    }

    /// <summary>A commit whose answer was lost is sent again as it is: the store recognises it.</summary>
    private async Task<CommitResult> SendAsync(Batch batch, CancellationToken ct)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                return await store.CommitAsync(batch, ct);
            }
            catch (TableStoreException e) when (e.IsTransient && tries < 3)
            {
            }
        }
    }

    private async Task LoadSumAsync(DeliveryPage page, string partition, CancellationToken ct)
    {
        if (await store.ReadAsync(Table, partition, SumKey, ct) is { } row)
            (page.Sum, page.SumTag) = (JsonSerializer.Deserialize<PageSum>(row.Value.Span, MessageJson.Options)!, row.ETag);
    }

    private static Delivery Read(Row row) => JsonSerializer.Deserialize<Delivery>(row.Value.Span, MessageJson.Options)!;

    private static string RowKey(int row) => RowKeys[row];

    private static readonly string[] RowKeys = [.. Enumerable.Range(0, Place.PageSize).Select(i => Keys.Of("r", KeyPart.Short(i, 4)))];
}
