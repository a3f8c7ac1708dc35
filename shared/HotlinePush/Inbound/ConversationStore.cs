using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using HotlinePush.Messaging;
using HotlinePush.Security;
using HotlinePush.Storage;

namespace HotlinePush.Inbound;

/// <param name="ETag">Null: it is not stored yet.</param>
internal sealed record StoredConversation(Conversation Conversation, ETag? ETag, WrappedKey Wrapped, DataKey Key)
{
    public string Id => Conversation.Id;
}

internal sealed record StoredHeard(HeardMessage Message, ETag ETag);

/// <summary>
/// Conversations in the work shards: <c>v!id!head</c>, and <c>v!id!m!key</c> for each message. A message and what it does to its conversation are one
/// batch; what somebody could be known by is sealed under a data key of the conversation.
/// </summary>
internal sealed class ConversationStore(ITableStore store, KeyRing keys, PendingMessages pending)
{
    private const string Purpose = "inbound";

    /// <summary>How long a message that was dealt with is known again.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromDays(30);

    public static string KeyOf(InboundMessage message) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{message.Channel}\n{message.Account}\n{message.ExternalId}")).AsSpan(0, 16));

    /// <summary>Of words said on a day: found again, never read.</summary>
    public string HashOf(string words, DateOnly day) => keys.IndexHash("inboundWords", $"{day:yyyyMMdd}\n{Routing.PlainText.Fold(words).Replace(" ", "", StringComparison.Ordinal)}");

    /// <summary>The sender's conversation, one to be begun where there is none. While the index key is being rotated it may stand under an older one.</summary>
    public async Task<StoredConversation> ReadAsync(string channel, string sender, CancellationToken ct)
    {
        var ids = keys.IndexHashes(Purpose, $"{channel}\n{sender}");
        foreach (var id in ids)
            if (await ReadAsync(id, ct) is { } found)
                return found;
        var key = keys.NewDataKey();
        return new(new(ids[0]), null, keys.Wrap(key), key);
    }

    public async Task<StoredConversation?> ReadAsync(string id, CancellationToken ct)
    {
        if (await store.ReadAsync(WorkShard.Table, PartitionOf(id), HeadKey(id), ct) is not { } row)
            return null;
        var bytes = row.Value.Span;
        var line = bytes.IndexOf((byte)'\n');
        var wrapped = JsonSerializer.Deserialize<WrappedKey>(bytes[..line], MessageJson.Options)!;
        return new(JsonSerializer.Deserialize<Conversation>(bytes[(line + 1)..], MessageJson.Options)!, row.ETag, wrapped, keys.Unwrap(wrapped));
    }

    public async Task<StoredHeard?> ReadMessageAsync(StoredConversation c, string key, CancellationToken ct) =>
        await store.ReadAsync(WorkShard.Table, PartitionOf(c.Id), MessageKey(c.Id, key), ct) is { } row
            ? new(PersonalJson.Deserialize<HeardMessage>(row.Value.Span, c.Key), row.ETag)
            : null;

    /// <summary>Commits all of it or nothing: null where somebody was faster.</summary>
    /// <param name="after">Null: the conversation stays as it is.</param>
    /// <param name="messages">Rows to be written; one without a version must be new.</param>
    /// <param name="owed">Written with it; to be handed to <see cref="SendAsync"/>.</param>
    public async Task<IReadOnlyList<(string Row, PendingMessage Message)>?> CommitAsync(
        StoredConversation before, Conversation? after, IReadOnlyList<(HeardMessage Message, ETag? ETag)> messages, IReadOnlyList<PendingMessage> owed, CancellationToken ct)
    {
        var batch = new Batch(WorkShard.Table, PartitionOf(before.Id));
        if (after is not null)
        {
            byte[] head = [.. JsonSerializer.SerializeToUtf8Bytes(before.Wrapped, MessageJson.Options), (byte)'\n', .. JsonSerializer.SerializeToUtf8Bytes(after, MessageJson.Options)];
            _ = before.ETag is { } tag ? batch.Replace(HeadKey(before.Id), tag, head) : batch.Insert(HeadKey(before.Id), head);
        }

        foreach (var (message, etag) in messages)
        {
            var (row, value) = (MessageKey(before.Id, message.Key), PersonalJson.Serialize(message, before.Key));
            _ = etag is { } tag ? batch.Replace(row, tag, value) : batch.Insert(row, value);
        }

        var rows = pending.AddTo(batch, before.Id, owed);
        return (await store.CommitAsync(batch, ct)).Committed ? rows : null;
    }

    /// <summary>Sends what was owed, but for what is <paramref name="done"/> already.</summary>
    public Task SendAsync(string id, IReadOnlyList<(string Row, PendingMessage Message)> rows, Func<PendingMessage, bool>? done, CancellationToken ct) =>
        pending.SendAsync(PartitionOf(id), rows, done, ct);

    /// <summary>Forgets messages that were dealt with long ago, but those a conversation still goes back to.</summary>
    /// <returns>How many rows went.</returns>
    public async Task<int> PurgeAsync(WorkShard shard, DateTimeOffset now, CancellationToken ct)
    {
        var gone = 0;
        StoredConversation? c = null;
        await foreach (var row in store.ReadAllAsync(WorkShard.Table, shard.Partition, Keys.Under("v"), ct: ct))
        {
            var parts = Keys.Split(row.Key);
            if (parts is not [_, var id, "m", var key])
                continue;
            if (c?.Id != id)
                c = await ReadAsync(id, ct);
            if (c is null)
                continue;
            var heard = PersonalJson.Deserialize<HeardMessage>(row.Value.Span, c.Key);
            if (heard.Done && heard.HeardAt + Kept <= now && c.Conversation.Main?.Opening != key && !c.Conversation.Alarms.Any(a => a.Request.Opening == key)
                && (await store.CommitAsync(new Batch(WorkShard.Table, shard.Partition).DeleteIf(row.Key, row.ETag), ct)).Committed)
                gone++;
        }

        return gone;
    }

    private static string PartitionOf(string id) => WorkShard.Of(id).Partition;
    private static string HeadKey(string id) => Keys.Of("v", id, "head");
    private static string MessageKey(string id, string key) => Keys.Of("v", id, "m", key);
}
