using System.Security.Cryptography;
using System.Text;
using HotlinePush.Messaging;
using HotlinePush.Security;
using HotlinePush.Storage;

namespace HotlinePush.Inbound.Calls;

/// <summary>Calls in the work shards, row <c>call!id</c>, with what they owe beside them.</summary>
public sealed class CallStore(ITableStore store, KeyRing keys, PendingMessages pending)
{
    /// <summary>Hex digits of an id.</summary>
    public const int IdLength = 32;

    /// <summary>The id of a telephone system's call: what it calls it, hashed, is no key of ours.</summary>
    public static string IdOf(string source, string callId) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{source}\n{callId}")))[..IdLength];

    public static bool IsId(string? id) => id is { Length: IdLength } && id.All(char.IsAsciiHexDigitLower);

    public async Task<Stored<Call>?> ReadAsync(string id, CancellationToken ct) =>
        IsId(id) && await store.ReadAsync(WorkShard.Table, PartitionOf(id), HeadKey(id), ct) is { } row ? SealedRow.Read<Call>(row, keys) : null;

    public async Task<IReadOnlyList<Call>> ReadManyAsync(IEnumerable<string> ids, CancellationToken ct) =>
        [.. (await Task.WhenAll(ids.Select(id => ReadAsync(id, ct)))).OfType<Stored<Call>>().Select(s => s.Value)];

    /// <summary>One batch: the call and what it owes. False where somebody was faster.</summary>
    /// <param name="alongside">Does at once what the messages stand for; what it does not do in time they do.</param>
    public async Task<bool> CommitAsync(Stored<Call>? before, Call after, IReadOnlyList<PendingMessage> messages, Func<CancellationToken, Task> alongside, CancellationToken ct)
    {
        var key = before?.Key ?? keys.NewDataKey();
        var head = SealedRow.Write(after, before?.Wrapped ?? keys.Wrap(key), key);
        var batch = new Batch(WorkShard.Table, PartitionOf(after.Id));
        _ = before is null ? batch.Insert(HeadKey(after.Id), head) : batch.Replace(HeadKey(after.Id), before.ETag, head);
        return (await pending.CommitAsync(batch, after.Id, messages, ct, alongside)).Committed;
    }

    public Task DeleteAsync(string id, CancellationToken ct) => store.CommitAsync(new Batch(WorkShard.Table, PartitionOf(id)).Delete(HeadKey(id)), ct);

    private static string PartitionOf(string id) => WorkShard.Of(id).Partition;
    private static string HeadKey(string id) => Keys.Of("call", id);
}
