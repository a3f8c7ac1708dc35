using System.Collections.Immutable;
using System.Text.Json;
using HotlinePush.Changes;
using HotlinePush.Messaging;
using HotlinePush.Security;
using HotlinePush.Storage;

namespace HotlinePush.Tickets;

/// <summary>A ticket as it was read: with its version in the store and its data key.</summary>
/// <param name="Key">Null once the personal data has been deleted: personal fields then read as null.</param>
public sealed record StoredTicket(Ticket Ticket, ETag ETag, WrappedKey? Wrapped, DataKey? Key);

/// <summary>
/// Tickets in the work shards: <c>t!number!head</c> (the ticket), <c>t!number!h!seq</c> (its history), <c>w!moment!number</c>
/// (its next moment), <c>c!number!seq</c> (a change for the log of changes), and the pending messages beside them. One batch changes all of it.
/// </summary>
public sealed class TicketStore(ITableStore store, KeyRing keys, PendingMessages pending)
{
    public static WorkShard ShardOf(string number) => WorkShard.Of(number);

    public async Task<StoredTicket?> ReadAsync(string number, CancellationToken ct = default)
    {
        var row = await store.ReadAsync(WorkShard.Table, ShardOf(number).Partition, HeadKey(number), ct);
        return row is null ? null : Open(row);
    }

    /// <summary>The ticket as it now is, where that is another version than the one held; else null, and nothing is opened.</summary>
    public async Task<StoredTicket?> ReadIfMovedAsync(StoredTicket held, CancellationToken ct = default)
    {
        var number = held.Ticket.Number;
        var row = await store.ReadAsync(WorkShard.Table, ShardOf(number).Partition, HeadKey(number), ct);
        return row is null || row.ETag == held.ETag ? null : Open(row);
    }

    /// <summary>The heads of these tickets in the same order; those that are gone are left out.</summary>
    public async Task<List<StoredTicket>> ReadManyAsync(IReadOnlyList<string> numbers, CancellationToken ct = default)
    {
        var heads = await Task.WhenAll(numbers.Select(n => ReadAsync(n, ct)));
        return [.. heads.OfType<StoredTicket>()];
    }

    /// <summary>Events from <paramref name="fromSeq"/> on, oldest first.</summary>
    public async Task<List<TicketEvent>> ReadHistoryAsync(StoredTicket ticket, int fromSeq = 1, int limit = int.MaxValue, CancellationToken ct = default)
    {
        var number = ticket.Ticket.Number;
        var range = new KeyRange(HistoryKey(number, fromSeq), Keys.Under("t", number, "h").To);
        var events = new List<TicketEvent>();
        string? continuation = null;
        do
        {
            var page = await store.ReadRangeAsync(WorkShard.Table, ShardOf(number).Partition, range, Math.Min(limit - events.Count, 1000), continuation, ct);
            events.AddRange(page.Rows.Select(r => PersonalJson.Deserialize<TicketEvent>(r.Value.Span, ticket.Key)));
            continuation = page.Continuation;
        }
        while (continuation is not null && events.Count < limit);
        return events;
    }

    /// <summary>
    /// Commits the events of a decision: null where somebody was faster (or, for a new ticket, the number is taken).
    /// The pending messages are returned to be sent right away.
    /// </summary>
    public async Task<Commit?> CommitAsync(StoredTicket? before, Ticket after, ImmutableArray<TicketEvent> events, IReadOnlyList<PendingMessage> messages, CancellationToken ct)
    {
        var number = after.Number;
        var key = before is null ? keys.NewDataKey() : before.Key ?? throw new InvalidOperationException($"The personal data of {number} was deleted; it cannot change any more.");
        var wrapped = before?.Wrapped ?? keys.Wrap(key);
        var batch = new Batch(WorkShard.Table, ShardOf(number).Partition);
        var head = Seal(after, wrapped, key);
        if (before is null)
            batch.Insert(HeadKey(number), head);
        else
            batch.Replace(HeadKey(number), before.ETag, head);
        foreach (var happened in events)
            batch.Insert(HistoryKey(number, happened.Seq), PersonalJson.Serialize(happened, key));
        if (ChangedTicket.Of(after, events) is { } changed)
            batch.Insert(changed.Key, changed.ToBytes());
        Move(batch, before?.Ticket, after);
        var rows = pending.AddTo(batch, number, messages);
        var result = await store.CommitAsync(batch, ct);
        return result.Committed
            ? new(new(after, result.ETags[HeadKey(number)], wrapped, key), batch.Partition, rows)
            : null;
    }

    /// <summary>
    /// Destroys the ticket's data key with its last event. What it sealed, in the head and in every row of the history, stays and opens no more; the
    /// keyed hash of the person goes out of the first event too, where it stands in the clear. Null where somebody was faster.
    /// </summary>
    internal async Task<Commit?> DestroyKeyAsync(StoredTicket before, TicketEvent last, Func<Ticket, IReadOnlyList<PendingMessage>> messages, CancellationToken ct)
    {
        var number = before.Ticket.Number;
        var partition = ShardOf(number).Partition;
        if (await store.ReadAsync(WorkShard.Table, partition, HeadKey(number), ct) is not { } head || head.ETag != before.ETag
            || await store.ReadAsync(WorkShard.Table, partition, HistoryKey(number, 1), ct) is not { } first)
            return null;
        // Read without its key, the head has nothing personal left; the key it is written with is kept by nobody.
        var json = head.Value[(head.Value.Span.IndexOf((byte)'\n') + 1)..];
        var after = TicketFold.Apply(PersonalJson.Deserialize<Ticket>(json.Span, null), last);
        var received = (TicketReceived)PersonalJson.Deserialize<TicketEvent>(first.Value.Span, null) with { PersonHash = null };
        var nobodys = keys.NewDataKey();
        var batch = new Batch(WorkShard.Table, partition)
            .Replace(HeadKey(number), before.ETag, (byte[])[.. "null\n"u8, .. PersonalJson.Serialize(after, nobodys)])
            .Upsert(HistoryKey(number, 1), PersonalJson.Serialize<TicketEvent>(received, nobodys))
            .Insert(HistoryKey(number, last.Seq), PersonalJson.Serialize(last, nobodys));
        var rows = pending.AddTo(batch, number, messages(after));
        var result = await store.CommitAsync(batch, ct);
        return result.Committed ? new(new(after, result.ETags[HeadKey(number)], null, null), partition, rows) : null;
    }

    private static void Move(Batch batch, Ticket? before, Ticket after)
    {
        var old = before is null ? null : MomentKey(before);
        var now = after.State.IsOpen() ? MomentKey(after) : null;
        if (old == now)
            return;
        if (old is not null)
            batch.Delete(old);
        if (now is not null)
            batch.Upsert(now, Empty);
    }

    /// <summary>Numbers of tickets whose moment lies before <paramref name="until"/>, soonest first.</summary>
    public async Task<(List<(DateTimeOffset Moment, string Number)> Due, string? Continuation)> ReadMomentsAsync(
        WorkShard shard, DateTimeOffset until, int limit, string? continuation, CancellationToken ct)
    {
        var page = await store.ReadRangeAsync(WorkShard.Table, shard.Partition, new(Keys.Under("w").From, Keys.Of("w", until)), limit, continuation, ct);
        return ([.. page.Rows.Select(r => Keys.Split(r.Key)).Select(p => (KeyPart.ToMoment(p[1]), p[2]))], page.Continuation);
    }

    /// <summary>A few bytes rather than none: an empty row would be hard to tell from a lost one.</summary>
    private static readonly byte[] Empty = "{}"u8.ToArray();

    private static string HeadKey(string number) => Keys.Of("t", number, "head");
    private static string HistoryKey(string number, int seq) => Keys.Of("t", number, "h", KeyPart.Short(seq));
    private static string MomentKey(Ticket ticket) => Keys.Of("w", ticket.NextMoment, ticket.Number);

    // A head is two lines of JSON: the wrapped data key, which must be read first, and the ticket sealed under it.
    private static byte[] Seal(Ticket ticket, WrappedKey wrapped, DataKey key)
    {
        var envelope = JsonSerializer.SerializeToUtf8Bytes(wrapped, MessageJson.Options);
        return [.. envelope, (byte)'\n', .. PersonalJson.Serialize(ticket, key)];
    }

    private StoredTicket Open(Row row)
    {
        var bytes = row.Value.Span;
        var line = bytes.IndexOf((byte)'\n');
        var wrapped = JsonSerializer.Deserialize<WrappedKey>(bytes[..line], MessageJson.Options);
        var key = wrapped is null ? null : keys.Unwrap(wrapped);
        return new(PersonalJson.Deserialize<Ticket>(bytes[(line + 1)..], key), row.ETag, wrapped, key);
    }
}

/// <summary>A committed change, and the pending messages that go with it.</summary>
public sealed record Commit(StoredTicket Stored, string Partition, IReadOnlyList<(string Row, PendingMessage Message)> Pending);
