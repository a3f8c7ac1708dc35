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
public sealed class PendingMessages(ITableStore store, IMessageBus bus, TimeProvider engine)
{
    private const string Prefix = "o";

    /// <summary>Adds a row for each message to the batch, which must be one of a <see cref="WorkShard"/>.</summary>
    /// <returns>What to hand to <see cref="SendAsync"/> once the batch is committed.</returns>
    public IReadOnlyList<(string Row, PendingMessage Message)> AddTo(Batch batch, string owner, IReadOnlyList<PendingMessage> messages)
    {
        if (batch.Table != WorkShard.Table)
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

    /// <summary>Sends what is older than <paramref name="minAge"/> in one shard; at most <paramref name="limit"/> rows.</summary>
    public async Task<int> SweepAsync(WorkShard shard, TimeSpan minAge, int limit, CancellationToken ct)
    {
        var until = engine.GetUtcNow() - minAge;
        var page = await store.ReadRangeAsync(WorkShard.Table, shard.Partition, new(Keys.Under(Prefix).From, Keys.Of(Prefix, until)), limit, null, ct);
        if (page.Rows.Count == 0)
            return 0;
        var rows = page.Rows.Select(r => (r.Key, JsonSerializer.Deserialize<PendingMessage>(r.Value.Span, MessageJson.Options)!)).ToArray();
        await SendAsync(shard.Partition, rows, null, ct);
        return rows.Length;
    }

    /// <summary>When the oldest pending message of a shard was written; null where there is none.</summary>
    public async Task<DateTimeOffset?> OldestAsync(WorkShard shard, CancellationToken ct)
    {
        var page = await store.ReadRangeAsync(WorkShard.Table, shard.Partition, Keys.Under(Prefix), 1, null, ct);
        return page.Rows.Count == 0 ? null : KeyPart.ToMoment(Keys.Split(page.Rows[0].Key)[1]);
    }
}
