using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using HotlinePush.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace HotlinePush.Web;

/// <summary>Encrypts kept answers, which may hold a tracking code. <paramref name="Open"/> answers null where it cannot; the answer is then made anew.</summary>
public sealed record ReplySeal(Func<ReadOnlyMemory<byte>, byte[]> Seal, Func<ReadOnlyMemory<byte>, byte[]?> Open);

/// <summary>What is known of one <c>Idempotency-Key</c>.</summary>
/// <param name="Reserved">The number given to the create; every attempt uses the same.</param>
/// <param name="LeaseUntil">Engine time until which the attempt that wrote this is left alone.</param>
/// <param name="Done">An attempt came to its end.</param>
/// <param name="Reply">Its answer, if small.</param>
internal sealed record IdempotencyRow(string BodyHash, string Reserved, DateTimeOffset LeaseUntil, DateTimeOffset ExpiresAt, bool Done = false, KeptReply? Reply = null);

internal sealed record KeptReply(int Status, string ContentType, string? ETag, string? Location, byte[] Body);

/// <summary>
/// Rows of table <c>idempotency</c>: partition the first byte of the hash of (caller, path, key), row the hash. Hashes only, so that
/// a key chosen by a client is never a key of ours.
/// </summary>
public sealed class IdempotencyStore(ITableStore store, TimeProvider engine, IServiceProvider services)
{
    public const string Table = "idempotency";
    public const int Partitions = 256;

    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);
    public static readonly TimeSpan Kept = TimeSpan.FromDays(7);
    private const int MaxKeptBody = 32 * 1024;

    private readonly ReplySeal? _seal = services.GetService<ReplySeal>();

    internal readonly record struct Place(string Partition, string Row)
    {
        public static Place Of(string caller, string path, string key)
        {
            var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{caller}\n{path}\n{key}")));
            return new(hash[..2], hash);
        }
    }

    internal DateTimeOffset Now => engine.GetUtcNow();

    internal IdempotencyRow Claim(string bodyHash, string reserved) => new(bodyHash, reserved, Now + Lease, Now + Kept);

    /// <summary>The ETag of the row now written, or null where somebody else was there first.</summary>
    internal async Task<ETag?> WriteAsync(Place place, IdempotencyRow row, ETag? known, CancellationToken ct)
    {
        var batch = new Batch(Table, place.Partition);
        var value = JsonSerializer.SerializeToUtf8Bytes(row, WireJson.Options);
        if (known is { } etag)
            batch.Replace(place.Row, etag, value);
        else
            batch.Insert(place.Row, value);
        var result = await store.CommitAsync(batch, ct);
        return result.Committed ? result.ETags[place.Row] : null;
    }

    internal async Task<(IdempotencyRow Row, ETag ETag)?> ReadAsync(Place place, CancellationToken ct) =>
        await store.ReadAsync(Table, place.Partition, place.Row, ct) is { } found ? (Decode(found.Value), found.ETag) : null;

    internal KeptReply? Keep(Reply reply) => reply.Body.Length > MaxKeptBody
        ? null
        : new(reply.Status, reply.ContentType, reply.ETag, reply.Location, _seal is null ? reply.Body.ToArray() : _seal.Seal(reply.Body));

    internal Reply? Restore(KeptReply? kept) =>
        kept is not null && (_seal is null ? kept.Body : _seal.Open(kept.Body)) is { } body
            ? new(kept.Status, body, kept.ContentType, kept.ETag, kept.Location)
            : null;

    /// <summary>
    /// Deletes what is older than seven days in one partition (0–255); each is to be visited daily. Expired rows count as absent before
    /// that, so a late purge changes nothing but space. Returns how many rows went.
    /// </summary>
    public async Task<int> PurgeAsync(byte partition, CancellationToken ct = default)
    {
        var name = partition.ToString("x2", System.Globalization.CultureInfo.InvariantCulture);
        var deleted = 0;
        string? continuation = null;
        do
        {
            var page = await store.ReadRangeAsync(Table, name, new("!", "~"), 1000, continuation, ct);
            foreach (var row in page.Rows.Where(r => Decode(r.Value).ExpiresAt <= Now))
                // Alone and by ETag: a key that is being used anew at this moment keeps its row.
                if ((await store.CommitAsync(new Batch(Table, name).DeleteIf(row.Key, row.ETag), ct)).Committed)
                    deleted++;
            continuation = page.Continuation;
        }
        while (continuation is not null);
        return deleted;
    }

    private static IdempotencyRow Decode(ReadOnlyMemory<byte> value) => JsonSerializer.Deserialize<IdempotencyRow>(value.Span, WireJson.Options)!;
}
