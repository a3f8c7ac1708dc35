using System.Text.Json;
using HotlinePush.Audiences;
using HotlinePush.Messaging;
using HotlinePush.Notices.Sending;
using HotlinePush.Storage;

namespace HotlinePush.Notices.Recipients;

/// <summary>What the recipient did with a notice, beside its delivery. Nothing of the person.</summary>
/// <param name="Views">How often the figures were shown.</param>
/// <param name="WrongNames">Wrong names since the last right one.</param>
/// <param name="LockedUntil">Engine time until which no name is taken.</param>
public sealed record DeliveryMark(DateTimeOffset? ReadAt = null, DateTimeOffset? NotMeAt = null, int Views = 0, int Questions = 0, int WrongNames = 0, DateTimeOffset? LockedUntil = null)
{
    public static readonly DeliveryMark None = new();
}

/// <summary>The same of a page or of a whole notice.</summary>
/// <param name="Read">Recipients who said that they have read it.</param>
/// <param name="NotMe">Recipients whose contact turned out to be somebody else's.</param>
public sealed record MarkSum(int Read = 0, int NotMe = 0, int Views = 0, int Questions = 0)
{
    public static MarkSum operator +(MarkSum a, MarkSum b) => new(a.Read + b.Read, a.NotMe + b.NotMe, a.Views + b.Views, a.Questions + b.Questions);
}

/// <summary>
/// Rows <c>m!row</c> and <c>marks</c> in the partition of a page of deliveries, the sum replaced in every batch that changes a row; and, in a partition of
/// the notice, who is not the one meant, newest first.
/// </summary>
public sealed class DeliveryMarks(ITableStore store)
{
    private const string SumKey = "marks";
    private const int MostTries = 100;
    private const int ReadAtOnce = 32;
    private static readonly byte[] Empty = "{}"u8.ToArray();

    public async Task<DeliveryMark> ReadAsync(string noticeId, Place place, CancellationToken ct) =>
        Read<DeliveryMark>(await store.ReadAsync(DeliveryStore.Table, DeliveryStore.PartitionOf(noticeId, place.Page), RowKey(place.Row), ct)) ?? DeliveryMark.None;

    /// <summary>Decides on the mark as it is until the commit holds; the same mark ends without one.</summary>
    public async Task<DeliveryMark> ChangeAsync(string noticeId, Place place, Func<DeliveryMark, DeliveryMark> change, CancellationToken ct)
    {
        var (partition, key) = (DeliveryStore.PartitionOf(noticeId, place.Page), RowKey(place.Row));
        for (var tries = 0; tries < MostTries; tries++)
        {
            var row = await store.ReadAsync(DeliveryStore.Table, partition, key, ct);
            var before = Read<DeliveryMark>(row) ?? DeliveryMark.None;
            var after = change(before);
            if (after == before)
                return before;
            // The list of those who are not meant may name one that is, but misses none.
            if (after.NotMeAt is { } at && before.NotMeAt is null)
                await store.CommitAsync(new Batch(DeliveryStore.Table, NotMePartition(noticeId)).Upsert(Keys.Of(KeyPart.Descending(at), KeyPart.Short(place.Page), KeyPart.Short(place.Row, 4)), Empty), ct);
            var batch = new Batch(DeliveryStore.Table, partition);
            Put(batch, key, row, after);
            var moved = SumOf(after) + Minus(SumOf(before));
            if (moved != new MarkSum())
            {
                var sum = await store.ReadAsync(DeliveryStore.Table, partition, SumKey, ct);
                Put(batch, SumKey, sum, (Read<MarkSum>(sum) ?? new()) + moved);
            }

            if ((await store.CommitAsync(batch, ct)).Committed)
                return after;
        }

        throw new TableStoreException($"The marks of page {place.Page} of notice {noticeId} are changed by too many at once.", isTransient: true);
    }

    /// <summary>One read a page of the list.</summary>
    public async Task<MarkSum> SumAsync(string noticeId, int pages, CancellationToken ct)
    {
        var sum = new MarkSum();
        foreach (var some in Enumerable.Range(0, pages).Chunk(ReadAtOnce))
            sum = (await Task.WhenAll(some.Select(p => SumOfPageAsync(noticeId, p, ct)))).Aggregate(sum, (a, b) => a + b);
        return sum;
    }

    public async Task<MarkSum> SumOfPageAsync(string noticeId, int page, CancellationToken ct) =>
        Read<MarkSum>(await store.ReadAsync(DeliveryStore.Table, DeliveryStore.PartitionOf(noticeId, page), SumKey, ct)) ?? new();

    /// <summary>Those who are not the ones meant, newest first.</summary>
    /// <param name="after">The row the former page ended with.</param>
    public async Task<(List<(Place Place, DateTimeOffset At)> Items, string? Last)> ReadNotMeAsync(string noticeId, string? after, int limit, CancellationToken ct)
    {
        var page = await store.ReadRangeAsync(DeliveryStore.Table, NotMePartition(noticeId), new(after is null ? "0" : Keys.After(after), ":"), limit, null, ct);
        var found = new List<(Place, DateTimeOffset)>();
        foreach (var row in page.Rows)
        {
            var parts = Keys.Split(row.Key);
            var place = new Place(Number(parts[1]), Number(parts[2]));
            if ((await ReadAsync(noticeId, place, ct)).NotMeAt is { } at)
                found.Add((place, at));
        }

        return (found, page.Continuation is null ? null : page.Rows.LastOrDefault()?.Key ?? after);
    }

    private static MarkSum SumOf(DeliveryMark m) => new(m.ReadAt is null ? 0 : 1, m.NotMeAt is null ? 0 : 1, m.Views, m.Questions);
    private static MarkSum Minus(MarkSum s) => new(-s.Read, -s.NotMe, -s.Views, -s.Questions);

    private static void Put<T>(Batch batch, string key, Row? before, T value)
    {
        var bytes = JsonSerializer.SerializeToUtf8Bytes(value, MessageJson.Options);
        _ = before is null ? batch.Insert(key, bytes) : batch.Replace(key, before.ETag, bytes);
    }

    private static T? Read<T>(Row? row) where T : class => row is null ? null : JsonSerializer.Deserialize<T>(row.Value.Span, MessageJson.Options);

    private static int Number(string text) => int.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
    private static string RowKey(int row) => Keys.Of("m", KeyPart.Short(row, 4));
    private static string NotMePartition(string noticeId) => Keys.Of(noticeId, "notme");
}
