using System.Security.Cryptography;
using System.Text.Json;
using HotlinePush.Messaging;
using HotlinePush.Notices.Recipients;
using HotlinePush.Security;
using HotlinePush.Storage;

namespace HotlinePush.Notices;

public sealed record StoredNotice(Notice Notice, ETag ETag);

/// <summary>
/// Notices in the work shards: <c>n!id!head</c>, <c>n!id!h!seq</c> (who did what when), <c>w!moment!id</c> (a scheduled send) and the pending
/// messages beside them, all changed in one batch. Table <c>notices</c> lists a unit's notices and all of them, newest first, and those of a matter; keys only.
/// </summary>
public sealed class NoticeStore(ITableStore store, PendingMessages pending)
{
    public const string Table = "notices";
    public const string EveryUnit = "all";

    private static readonly byte[] Empty = "{}"u8.ToArray();

    /// <summary><c>n</c> and 13 letters and digits, for it stands in text messages; what begins with it in the moments of a shard is no ticket.</summary>
    public static string NewId() => "n" + RandomNumberGenerator.GetString("abcdefghjkmnpqrstuvwxyz23456789", 13);

    public static bool IsId(string id) => id is ['n', ..] && id.Length <= 64 && id.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c));

    public async Task<StoredNotice?> ReadAsync(string id, CancellationToken ct = default) =>
        IsId(id) && await store.ReadAsync(WorkShard.Table, WorkShard.Of(id).Partition, HeadKey(id), ct) is { } row
            ? new(JsonSerializer.Deserialize<Notice>(row.Value.Span, PersonalJson.PlainOptions)!, row.ETag)
            : null;

    /// <summary>Everything that happened to it, oldest first.</summary>
    public async Task<IReadOnlyList<NoticeEvent>> ReadHistoryAsync(string id, CancellationToken ct)
    {
        var events = new List<NoticeEvent>();
        await foreach (var row in store.ReadAllAsync(WorkShard.Table, WorkShard.Of(id).Partition, Keys.Under("n", id, "h"), ct: ct))
            events.Add(JsonSerializer.Deserialize<NoticeEvent>(row.Value.Span, PersonalJson.PlainOptions)!);
        return events;
    }

    /// <returns>The notice as stored; null where somebody was faster, or the id is taken.</returns>
    internal async Task<StoredNotice?> CommitAsync(
        StoredNotice? before, Notice after, NoticeEvent happened, IReadOnlyList<PendingMessage> messages, CancellationToken ct)
    {
        if (before is null)
            await ListAsync(after, ct);
        if (after.MatterId is { } matter && before?.Notice.MatterId != matter)
            await store.CommitAsync(new Batch(Table, MatterPartition(matter)).Upsert(RowOf(after), Empty), ct);
        if (before?.Notice.StartedAt is null)
            await SentNotices.NoteAsync(store, after, ct);
        var batch = new Batch(WorkShard.Table, WorkShard.Of(after.Id).Partition);
        var head = JsonSerializer.SerializeToUtf8Bytes(after, PersonalJson.PlainOptions);
        if (before is null)
            batch.Insert(HeadKey(after.Id), head);
        else
            batch.Replace(HeadKey(after.Id), before.ETag, head);
        batch.Insert(Keys.Of("n", after.Id, "h", KeyPart.Short(happened.Seq)), JsonSerializer.SerializeToUtf8Bytes(happened, PersonalJson.PlainOptions));
        var (old, now) = (before is null ? null : MomentKey(before.Notice), MomentKey(after));
        if (old is not null && old != now)
            batch.Delete(old);
        if (now is not null && old != now)
            batch.Upsert(now, Empty);
        var result = await pending.CommitAsync(batch, after.Id, messages, ct);
        return result.Committed ? new(after, result.ETags[HeadKey(after.Id)]) : null;
    }

    /// <summary>Before the head: a list may name a notice that never came to be, but misses none.</summary>
    private async Task ListAsync(Notice notice, CancellationToken ct)
    {
        var row = RowOf(notice);
        await store.CommitAsync(new Batch(Table, UnitPartition(notice.UnitId)).Upsert(row, Empty), ct);
        await store.CommitAsync(new Batch(Table, UnitPartition(EveryUnit)).Upsert(row, Empty), ct);
    }

    /// <param name="unitId">A unit, or <see cref="EveryUnit"/>.</param>
    /// <param name="after">The row the former page ended with.</param>
    public async Task<(List<Notice> Items, string? Last)> ReadListAsync(string unitId, string? after, int limit, CancellationToken ct)
    {
        var page = await store.ReadRangeAsync(Table, UnitPartition(unitId), new(after is null ? "0" : Keys.After(after), ":"), limit, null, ct);
        var heads = await Task.WhenAll(page.Rows.Select(r => ReadAsync(Keys.Split(r.Key)[1], ct)));
        return ([.. heads.OfType<StoredNotice>().Select(s => s.Notice)], page.Continuation is null ? null : page.Rows.LastOrDefault()?.Key ?? after);
    }

    /// <summary>Those on a matter that have begun to go out, newest first.</summary>
    /// <param name="after">The row the former page ended with.</param>
    public async Task<(List<Notice> Items, string? Last)> ReadOfMatterAsync(string matterId, string? after, int limit, CancellationToken ct)
    {
        var page = await store.ReadRangeAsync(Table, MatterPartition(matterId), new(after is null ? "0" : Keys.After(after), ":"), limit, null, ct);
        var heads = await Task.WhenAll(page.Rows.Select(r => ReadAsync(Keys.Split(r.Key)[1], ct)));
        return (
            [.. heads.OfType<StoredNotice>().Select(s => s.Notice).Where(n => n.MatterId == matterId && n.StartedAt is not null)],
            page.Continuation is null ? null : page.Rows.LastOrDefault()?.Key ?? after);
    }

    internal static string MatterPartition(string matterId) => Keys.Of("matter", matterId);
    private static string RowOf(Notice notice) => Keys.Of(KeyPart.Descending(notice.CreatedAt), notice.Id);
    private static string UnitPartition(string unitId) => unitId == EveryUnit ? EveryUnit : Keys.Of("unit", unitId);
    private static string HeadKey(string id) => Keys.Of("n", id, "head");
    private static string? MomentKey(Notice notice) => notice is { State: NoticeState.Scheduled, SendAt: { } at } ? Keys.Of("w", at, notice.Id) : null;
}
