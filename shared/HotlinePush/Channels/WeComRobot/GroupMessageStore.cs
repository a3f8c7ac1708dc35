using System.Text.Json;
using HotlinePush.Messaging;
using HotlinePush.Notices.Sending;
using HotlinePush.Storage;

namespace HotlinePush.Channels.WeComRobot;

/// <summary>
/// Messages to groups in the work shards: <c>g!id!head</c>, <c>g!id!d!row</c>, written in one batch with the messages that carry them on. Table
/// <c>group-messages</c> lists a unit's and all of them, newest first; keys only.
/// </summary>
public sealed class GroupMessageStore(ITableStore store, PendingMessages pending)
{
    public const string Table = "group-messages";
    public const string Everybody = "all";
    private static readonly byte[] Empty = "{}"u8.ToArray();

    /// <returns>False where the id is taken.</returns>
    internal async Task<bool> CreateAsync(
        GroupMessage message, IReadOnlyList<GroupDelivery> deliveries, IReadOnlyList<PendingMessage> messages, CancellationToken ct)
    {
        // Before the head: a list may name a message that never came to be, but misses none.
        foreach (var list in message.UnitId is { } unit ? new[] { Everybody, Keys.Of("unit", unit) } : [Everybody])
            await store.CommitAsync(new Batch(Table, list).Upsert(Keys.Of(KeyPart.Descending(message.At), message.Id), Empty), ct);
        var batch = new Batch(WorkShard.Table, WorkShard.Of(message.Id).Partition).Insert(HeadKey(message.Id), Write(message));
        foreach (var delivery in deliveries)
            batch.Insert(RowKey(message.Id, delivery.Row), Write(delivery));
        return (await pending.CommitAsync(batch, message.Id, messages, ct)).Committed;
    }

    public async Task<GroupMessage?> ReadAsync(string id, CancellationToken ct) =>
        GroupRobot.IsId(id) && await store.ReadAsync(WorkShard.Table, WorkShard.Of(id).Partition, HeadKey(id), ct) is { } row ? Read<GroupMessage>(row) : null;

    public async Task<IReadOnlyList<GroupDelivery>> ReadDeliveriesAsync(string id, CancellationToken ct)
    {
        var page = await store.ReadRangeAsync(WorkShard.Table, WorkShard.Of(id).Partition, Keys.Under("g", id, "d"), 100, null, ct);
        return [.. page.Rows.Select(Read<GroupDelivery>)];
    }

    internal async Task<(GroupDelivery Delivery, ETag ETag)?> ReadDeliveryAsync(string id, int row, CancellationToken ct) =>
        await store.ReadAsync(WorkShard.Table, WorkShard.Of(id).Partition, RowKey(id, row), ct) is { } found ? (Read<GroupDelivery>(found), found.ETag) : null;

    /// <returns>False where somebody was faster.</returns>
    internal async Task<bool> CommitAsync(string id, GroupDelivery delivery, ETag before, CancellationToken ct)
    {
        var batch = new Batch(WorkShard.Table, WorkShard.Of(id).Partition).Replace(RowKey(id, delivery.Row), before, Write(delivery));
        for (var tries = 1; ; tries++)
        {
            try
            {
                // A commit whose answer was lost is sent again as it is: the store recognises it.
                return (await store.CommitAsync(batch, ct)).Committed;
            }
            catch (TableStoreException e) when (e.IsTransient && tries < 3)
            {
            }
        }
    }

    /// <param name="unitId">Null for all.</param>
    public async Task<(IReadOnlyList<GroupMessage> Items, string? Last)> ReadListAsync(string? unitId, string? after, int limit, CancellationToken ct)
    {
        var list = unitId is null ? Everybody : Keys.Of("unit", unitId);
        var page = await store.ReadRangeAsync(Table, list, new(after is null ? "0" : Keys.After(after), ":"), limit, null, ct);
        var heads = await Task.WhenAll(page.Rows.Select(r => ReadAsync(Keys.Split(r.Key)[1], ct)));
        return ([.. heads.OfType<GroupMessage>()], page.Continuation is null ? null : page.Rows.LastOrDefault()?.Key ?? after);
    }

    private static byte[] Write<T>(T value) => JsonSerializer.SerializeToUtf8Bytes(value, MessageJson.Options);
    private static T Read<T>(Row row) => JsonSerializer.Deserialize<T>(row.Value.Span, MessageJson.Options)!;
    private static string HeadKey(string id) => Keys.Of("g", id, "head");
    private static string RowKey(string id, int row) => Keys.Of("g", id, "d", KeyPart.Short(row, 2));
}
