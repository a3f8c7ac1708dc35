using HotlinePush.Inbound.Calls;
using HotlinePush.Messaging;
using HotlinePush.Security;
using HotlinePush.Storage;

namespace HotlinePush.Inbound.TwilioVoice;

/// <summary>Sessions of the menu in the work shards, row <c>voice!id</c> beside the call.</summary>
public sealed class VoiceStore(ITableStore store, KeyRing keys, PendingMessages pending)
{
    private const int Attempts = 8;

    public async Task<Stored<VoiceSession>?> ReadAsync(string id, CancellationToken ct) =>
        await store.ReadAsync(WorkShard.Table, WorkShard.Of(id).Partition, RowKey(id), ct) is { } row ? SealedRow.Read<VoiceSession>(row, keys) : null;

    /// <summary>False where somebody was faster.</summary>
    public async Task<bool> CommitAsync(Stored<VoiceSession>? before, VoiceSession after, IReadOnlyList<PendingMessage> messages, CancellationToken ct)
    {
        var key = before?.Key ?? keys.NewDataKey();
        var value = SealedRow.Write(after, before?.Wrapped ?? keys.Wrap(key), key);
        var batch = new Batch(WorkShard.Table, WorkShard.Of(after.Id).Partition);
        _ = before is null ? batch.Insert(RowKey(after.Id), value) : batch.Replace(RowKey(after.Id), before.ETag, value);
        return (await pending.CommitAsync(batch, after.Id, messages, ct)).Committed;
    }

    /// <summary>Null where there is no such session.</summary>
    /// <param name="owed">What the change owes; asked only where there is a change.</param>
    public async Task<VoiceSession?> ChangeAsync(string id, Func<VoiceSession, VoiceSession> change, Func<VoiceSession, IReadOnlyList<PendingMessage>> owed, CancellationToken ct)
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            if (await ReadAsync(id, ct) is not { } before)
                return null;
            var after = change(before.Value);
            if (after == before.Value || await CommitAsync(before, after, owed(after), ct))
                return after;
        }

        throw new TableStoreException($"The menu of call {id} is being changed by many at once.", isTransient: true);
    }

    public Task DeleteAsync(string id, CancellationToken ct) => store.CommitAsync(new Batch(WorkShard.Table, WorkShard.Of(id).Partition).Delete(RowKey(id)), ct);

    private static string RowKey(string id) => Keys.Of("voice", id);
}
