using System.Text;
using System.Text.Json;
using HotlinePush.Storage;

namespace HotlinePush.Messaging;

/// <summary>A message that stands as a row beside the state that owes it, until the bus has it.</summary>
public sealed record PendingMessage(string Queue, string MessageId, string Type, string Body, DateTimeOffset? NotBefore)
{
    public OutgoingMessage ToOutgoing() => new(Queue, MessageId, Type, Body, NotBefore);
}

/// <summary>
/// Pending messages: written in the batch that changes the state, sent and deleted right after it, and swept from every shard
/// where that did not happen. Row <c>o!time!owner!seq</c>, time being engine time, so that the age of the oldest is one short read.
/// </summary>
public sealed class PendingMessages(ITableStore store, IMessageBus bus, TimeProvider engine, ILogger<PendingMessages> log)
{
    /// <summary>How long a message may fail while the bus takes others.</summary>
    public static readonly TimeSpan GiveUpAfter = TimeSpan.FromDays(1);

    /// <summary>How long a request waits for its messages to be sent before it leaves them to the sweep.</summary>
    private static readonly TimeSpan AfterCommit = TimeSpan.FromSeconds(5);

    private const string Prefix = "o";
    private const string DeadPrefix = "x";
    private const string IdPrefix = "pending-";

    /// <summary>Adds a row for each message to the batch, which must be one of a <see cref="WorkShard"/>.</summary>
    /// <returns>What to hand to <see cref="SendAsync"/> once the batch is committed.</returns>
    public IReadOnlyList<(string Row, PendingMessage Message)> AddTo(Batch batch, string owner, IReadOnlyList<PendingMessage> messages)
    {
        if (batch.Table != WorkShard.Table || !WorkShard.Is(batch.Partition))
            throw new ArgumentException("Pending messages live in a work shard, where the sweep finds them.");
        var now = engine.GetUtcNow();
        var rows = new (string, PendingMessage)[messages.Count];
        for (var i = 0; i < rows.Length; i++)
        {
            // Refused now, before anything is committed: a message the bus will never take would stand in every sweep's way.
            if (Encoding.UTF8.GetByteCount(messages[i].Body) > OutgoingMessage.MaxBodyBytes)
                throw new ArgumentException($"Message {messages[i].MessageId} is over the bus's limit; ids belong in messages rather than contents.");
            var row = Keys.Of(Prefix, now, owner, batch.CommitId[..12], KeyPart.Short(i, 3));
            batch.Insert(row, JsonSerializer.SerializeToUtf8Bytes(messages[i], MessageJson.Options));
            rows[i] = (row, messages[i]);
        }

        return rows;
    }

    /// <summary>
    /// Commits the batch with what it owes, and sends that right away. Once the change stands, nothing fails it any more: what cannot be sent in
    /// time is left to the sweep, and a caller who has gone ends nothing.
    /// </summary>
    /// <param name="owner">The aggregate's id.</param>
    /// <param name="instead">Does at once what all of the messages stand for; they are sent only where it does not come to its end.</param>
    public async Task<CommitResult> CommitAsync(Batch batch, string owner, IReadOnlyList<PendingMessage> messages, CancellationToken ct, Func<CancellationToken, Task>? instead = null)
    {
        var rows = AddTo(batch, owner, messages);
        var result = await store.CommitAsync(batch, ct);
        if (!result.Committed || rows.Count == 0)
            return result;
        using var bounded = new CancellationTokenSource(AfterCommit, engine);
        try
        {
            await SendAsync(batch.Partition, rows, instead is null ? null : _ => true, bounded.Token, instead?.Invoke(bounded.Token));
        }
        catch (Exception e) when (e is TableStoreException or MessageBusException or OperationCanceledException)
        {
            log.LogWarning(e, "What a change of {Owner} owes is left to the sweep", owner);
        }

        return result;
    }

    /// <summary>
    /// Sends and then deletes them. Doubles are possible (a crash between the two), losses are not. Rows whose message was dealt
    /// with in place need no sending: <paramref name="done"/> says which.
    /// </summary>
    /// <param name="alongside">What <paramref name="done"/> counts on; no row goes before it has succeeded.</param>
    public async Task SendAsync(
        string partition, IReadOnlyList<(string Row, PendingMessage Message)> rows, Func<PendingMessage, bool>? done = null, CancellationToken ct = default, Task? alongside = null)
    {
        var outgoing = rows.Where(r => done?.Invoke(r.Message) != true).Select(r => r.Message.ToOutgoing()).ToArray();
        await Task.WhenAll(outgoing.Length > 0 ? bus.SendAsync(outgoing, ct) : Task.CompletedTask, alongside ?? Task.CompletedTask);
        foreach (var chunk in rows.Chunk(Batch.MaxOperations))
        {
            var batch = new Batch(WorkShard.Table, partition);
            foreach (var (row, _) in chunk)
                batch.Delete(row);
            await store.CommitAsync(batch, ct);
        }
    }

    /// <summary>
    /// Sends what is older than <paramref name="minAge"/> in one shard; at most <paramref name="limit"/> rows. Where they cannot be sent
    /// together each is tried alone, so that one the bus will never take does not hold up the others: it becomes a dead letter, and so does
    /// one that failed for <see cref="GiveUpAfter"/> while others went through.
    /// </summary>
    /// <returns>Rows done with.</returns>
    /// <exception cref="MessageBusException">The bus took none of them.</exception>
    public async Task<int> SweepAsync(WorkShard shard, TimeSpan minAge, int limit, CancellationToken ct)
    {
        var until = engine.GetUtcNow() - minAge;
        var page = await store.ReadRangeAsync(WorkShard.Table, shard.Partition, new(Keys.Under(Prefix).From, Keys.Of(Prefix, until)), limit, null, ct);
        if (page.Rows.Count == 0)
            return 0;
        try
        {
            await SendAsync(shard.Partition, [.. page.Rows.Select(r => (r.Key, Read(r)))], null, ct);
            return page.Rows.Count;
        }
        catch (Exception e) when (e is MessageBusException or ArgumentException or JsonException)
        {
            return await SweepOneByOneAsync(shard, page.Rows, ct);
        }
    }

    private async Task<int> SweepOneByOneAsync(WorkShard shard, IReadOnlyList<Row> rows, CancellationToken ct)
    {
        var (sent, failed) = (0, new List<(Row Row, Exception Why)>());
        foreach (var row in rows)
        {
            try
            {
                await SendAsync(shard.Partition, [(row.Key, Read(row))], null, ct);
                sent++;
            }
            catch (Exception e) when (e is MessageBusException or ArgumentException or JsonException)
            {
                failed.Add((row, e));
            }
        }

        var hopeless = failed.Where(f => f.Why is not MessageBusException || (sent > 0 && engine.GetUtcNow() - WrittenAt(f.Row.Key) > GiveUpAfter)).ToList();
        foreach (var (row, why) in hopeless)
            await BuryAsync(shard, row, why.Message, ct);
        return sent + hopeless.Count > 0 ? sent + hopeless.Count : throw new MessageBusException("The bus takes no message.", failed[0].Why);
    }

    private Task BuryAsync(WorkShard shard, Row row, string why, CancellationToken ct)
    {
        var dead = new DeadRow(Encoding.UTF8.GetString(row.Value.Span), why, engine.GetUtcNow());
        return store.CommitAsync(
            new Batch(WorkShard.Table, shard.Partition).Upsert(DeadPrefix + row.Key[Prefix.Length..], JsonSerializer.SerializeToUtf8Bytes(dead, MessageJson.Options)).Delete(row.Key), ct);
    }

    /// <summary>Messages that the bus would not take, oldest of each shard first; shard by shard after the id last seen.</summary>
    public async Task<IReadOnlyList<DeadLetter>> ReadDeadAsync(int limit, string? after, CancellationToken ct)
    {
        var found = new List<DeadLetter>();
        var (from, row) = TryReadId(after, out var position) ? position : (default(WorkShard), null);
        foreach (var shard in WorkShard.All.Skip(from.Index))
        {
            if (found.Count >= limit)
                break;
            var range = Keys.Under(DeadPrefix);
            var page = await store.ReadRangeAsync(
                WorkShard.Table, shard.Partition, shard == from && row is not null ? range with { From = Keys.After(row) } : range, limit - found.Count, null, ct);
            foreach (var dead in page.Rows)
                found.Add(Letter(shard, dead));
        }

        return found;
    }

    /// <summary>Puts one back, to be sent by the next sweep; false where there is none of that id.</summary>
    public async Task<bool> ReplayAsync(string id, CancellationToken ct)
    {
        if (!TryReadId(id, out var at) || await store.ReadAsync(WorkShard.Table, at.Shard.Partition, at.Row, ct) is not { } row)
            return false;
        var dead = JsonSerializer.Deserialize<DeadRow>(row.Value.Span, MessageJson.Options)!;
        var batch = new Batch(WorkShard.Table, at.Shard.Partition)
            .DeleteIf(at.Row, row.ETag)
            .Insert(Keys.Of(Prefix, engine.GetUtcNow(), "replay", Convert.ToHexStringLower(Guid.NewGuid().ToByteArray())), Encoding.UTF8.GetBytes(dead.Message));
        return (await store.CommitAsync(batch, ct)).Committed;
    }

    private static DeadLetter Letter(WorkShard shard, Row row)
    {
        var dead = JsonSerializer.Deserialize<DeadRow>(row.Value.Span, MessageJson.Options)!;
        PendingMessage? message = null;
        try
        {
            message = JsonSerializer.Deserialize<PendingMessage>(dead.Message, MessageJson.Options);
        }
        catch (JsonException)
        {
            // Shown as it lies there: what cannot be read is just what somebody has to look at.
        }

        return new($"{IdPrefix}{shard.Partition}~{row.Key}", message?.Queue ?? "", message?.MessageId ?? "", message?.Type ?? "", message?.Body ?? dead.Message, dead.Why, 0, dead.At);
    }

    /// <summary>Whether a dead letter's id is one of these.</summary>
    public static bool IsDeadId(string id) => TryReadId(id, out _);

    private static bool TryReadId(string? id, out (WorkShard Shard, string Row) at)
    {
        at = default;
        var tail = id is not null && id.StartsWith(IdPrefix, StringComparison.Ordinal) ? id[IdPrefix.Length..] : "";
        if (tail.Length < 4 || tail[2] != '~' || !WorkShard.Is(tail[..2]) || !tail[3..].StartsWith(DeadPrefix + Keys.Separator, StringComparison.Ordinal) || !Keys.IsKey(tail[3..]))
            return false;
        at = (new(Convert.ToByte(tail[..2], 16)), tail[3..]);
        return true;
    }

    private static PendingMessage Read(Row row) =>
        JsonSerializer.Deserialize<PendingMessage>(row.Value.Span, MessageJson.Options) ?? throw new JsonException("An empty pending message.");

    private static DateTimeOffset WrittenAt(string row) => KeyPart.ToMoment(Keys.Split(row)[1]);

    private sealed record DeadRow(string Message, string Why, DateTimeOffset At);

    /// <summary>When the oldest pending message of a shard was written; null where there is none.</summary>
    public async Task<DateTimeOffset?> OldestAsync(WorkShard shard, CancellationToken ct)
    {
        var page = await store.ReadRangeAsync(WorkShard.Table, shard.Partition, Keys.Under(Prefix), 1, null, ct);
        return page.Rows.Count == 0 ? null : WrittenAt(page.Rows[0].Key);
    }
}
