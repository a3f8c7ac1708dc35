using System.Text.Json;
using HotlinePush.Messaging;
using HotlinePush.Storage;

namespace HotlinePush.Units;

/// <summary>A set-up document as read; version 0 stands for "never set".</summary>
public sealed record SetupDocument<T>(int Version, T Value, ETag? ETag);

/// <summary>
/// The set-up's documents (units, areas, categories, catalogue, policies, calendar, …). Each is replaced as a whole: its chunks are
/// written under a new version, then one pointer flips. Rows <c>s!name!head</c>, <c>s!name!version!chunk</c>; <c>s!stamp</c> changes with any of them.
/// </summary>
public sealed class SetupStore(ITableStore store, PendingMessages pending)
{
    private const int ChunkBytes = 256 * 1024;
    public static readonly WorkShard Shard = WorkShard.Of("setup");
    private static readonly string Stamp = Keys.Of("s", "stamp");

    /// <param name="Tag">Two writers of the same version never touch each other's chunks.</param>
    private sealed record Head(int Version, int Chunks, string Tag);

    /// <summary>Changes whenever any document does: one short read tells a cache that it is still good.</summary>
    public async Task<string> ReadStampAsync(CancellationToken ct = default) =>
        (await store.ReadAsync(WorkShard.Table, Shard.Partition, Stamp, ct))?.ETag.Value ?? "";

    public async Task<SetupDocument<T>> ReadAsync<T>(string name, T unset, CancellationToken ct = default)
    {
        while (true)
        {
            var (bytes, version, etag) = await ReadBytesAsync(name, ct);
            if (version == 0)
                return new(0, unset, null);
            if (bytes is not null)
                return new(version, JsonSerializer.Deserialize<T>(bytes, MessageJson.Options)!, etag);
            // The version was replaced and cleared away between the pointer and its chunks: read again.
        }
    }

    /// <summary>The bytes of a document as they were stored; null bytes where the version has just been replaced.</summary>
    public async Task<(byte[]? Bytes, int Version, ETag? ETag)> ReadBytesAsync(string name, CancellationToken ct = default)
    {
        var row = await store.ReadAsync(WorkShard.Table, Shard.Partition, HeadKey(name), ct);
        if (row is null)
            return (null, 0, null);
        var head = JsonSerializer.Deserialize<Head>(row.Value.Span, MessageJson.Options)!;
        var bytes = new MemoryStream();
        for (var i = 0; i < head.Chunks; i++)
        {
            if (await store.ReadAsync(WorkShard.Table, Shard.Partition, ChunkKey(name, head.Version, head.Tag, i), ct) is not { } chunk)
                return (null, head.Version, row.ETag);
            bytes.Write(chunk.Value.Span);
        }

        return (bytes.ToArray(), head.Version, row.ETag);
    }

    public Task<int?> ReplaceAsync<T>(string name, T value, SetupDocument<T> read, IReadOnlyList<PendingMessage> messages, CancellationToken ct = default) =>
        ReplaceBytesAsync(name, JsonSerializer.SerializeToUtf8Bytes(value, MessageJson.Options), read.Version, read.ETag, messages, ct);

    /// <returns>The new version; null where somebody was faster.</returns>
    public async Task<int?> ReplaceBytesAsync(string name, byte[] bytes, int oldVersion, ETag? etag, IReadOnlyList<PendingMessage> messages, CancellationToken ct = default)
    {
        var version = oldVersion + 1;
        var tag = Guid.NewGuid().ToString("N");
        var chunks = bytes.Chunk(ChunkBytes).ToArray();
        for (var i = 0; i < chunks.Length; i++)
            await store.CommitAsync(new Batch(WorkShard.Table, Shard.Partition).Upsert(ChunkKey(name, version, tag, i), chunks[i]), ct);

        var head = JsonSerializer.SerializeToUtf8Bytes(new Head(version, chunks.Length, tag), MessageJson.Options);
        var flip = new Batch(WorkShard.Table, Shard.Partition);
        if (etag is { } old)
            flip.Replace(HeadKey(name), old, head);
        else
            flip.Insert(HeadKey(name), head);
        flip.Upsert(Stamp, "{}"u8.ToArray());
        if (!(await pending.CommitAsync(flip, "setup", messages, ct)).Committed)
            return null;
        try
        {
            await ClearAsync(name, version - 2, ct);
        }
        catch (Exception e) when (e is TableStoreException or OperationCanceledException)
        {
            // The change stands, and an old version left behind does no harm.
        }

        return version;
    }

    /// <summary>The version before the last is kept for readers that hold its pointer; older ones go.</summary>
    private async Task ClearAsync(string name, int version, CancellationToken ct)
    {
        if (version < 1)
            return;
        var page = await store.ReadRangeAsync(WorkShard.Table, Shard.Partition, Keys.Under("s", name, KeyPart.Short(version)), 1000, null, ct);
        foreach (var rows in page.Rows.Chunk(Batch.MaxOperations))
        {
            var batch = new Batch(WorkShard.Table, Shard.Partition);
            foreach (var row in rows)
                batch.Delete(row.Key);
            await store.CommitAsync(batch, ct);
        }
    }

    private static string HeadKey(string name) => Keys.Of("s", name, "head");
    private static string ChunkKey(string name, int version, string tag, int chunk) => Keys.Of("s", name, KeyPart.Short(version), tag, KeyPart.Short(chunk));
}
