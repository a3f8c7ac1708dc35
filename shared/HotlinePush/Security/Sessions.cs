using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using HotlinePush.Storage;

namespace HotlinePush.Security;

/// <summary>Somebody signed in to the pages.</summary>
/// <param name="LastSeenAt">To the minute: a request within a minute of the last one writes nothing.</param>
/// <param name="Stamp">The account's when it signed in; null where a key did.</param>
public sealed record Session(Actor Actor, DateTimeOffset CreatedAt, DateTimeOffset LastSeenAt, string? Stamp = null);

/// <summary>Sessions of the pages, shared by all instances. Ids are 256 random bits and stored hashed, so that a copy of the table signs nobody in.</summary>
/// <param name="engine">Engine time.</param>
public sealed class Sessions(ITableStore store, TimeProvider engine)
{
    public const string Table = "sessions";
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(12);
    public static readonly TimeSpan IdleLimit = TimeSpan.FromMinutes(60);

    private static readonly TimeSpan TouchEvery = TimeSpan.FromMinutes(1);
    private const int IdLength = 43;

    /// <returns>The id for the cookie: 43 characters of base64url.</returns>
    public async Task<string> CreateAsync(Actor actor, CancellationToken ct = default, string? stamp = null)
    {
        var id = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        var now = engine.GetUtcNow();
        var row = RowOf(id);
        var result = await store.CommitAsync(new Batch(Table, PartitionOf(row)).Insert(row, Write(new(actor, now, now, stamp))), ct);
        return result.Committed ? id : throw new InvalidOperationException("Two sessions share an id.");
    }

    /// <summary>The session, or null where it is unknown, ended, older than <see cref="Lifetime"/> or idle for <see cref="IdleLimit"/>.</summary>
    public async Task<Session?> FindAsync(string? id, CancellationToken ct = default)
    {
        if (id is not { Length: IdLength })
            return null;
        var key = RowOf(id);
        if (await store.ReadAsync(Table, PartitionOf(key), key, ct) is not { } row)
            return null;
        var session = Read(row);
        var now = engine.GetUtcNow();
        if (HasExpired(session, now))
            return null;
        if (now - session.LastSeenAt < TouchEvery)
            return session;
        var touched = session with { LastSeenAt = now };
        var result = await store.CommitAsync(new Batch(Table, PartitionOf(key)).Replace(key, row.ETag, Write(touched)), ct);
        // Changed: another request touched it. Missing: it was ended meanwhile.
        return result.Conflict is { Kind: ConflictKind.Missing } ? null : touched;
    }

    /// <summary>Ended for all instances at once; an unknown id is no error.</summary>
    public async Task EndAsync(string? id, CancellationToken ct = default)
    {
        if (id is not { Length: IdLength })
            return;
        var key = RowOf(id);
        await store.CommitAsync(new Batch(Table, PartitionOf(key)).Delete(key), ct);
    }

    /// <summary>Removes the rows of sessions nobody came back to; once a day is enough.</summary>
    public async Task<int> RemoveExpiredAsync(CancellationToken ct = default)
    {
        var removed = 0;
        foreach (var partition in "0123456789abcdef")
        {
            string? continuation = null;
            do
            {
                var page = await store.ReadRangeAsync(Table, partition.ToString(), new("0", "g"), Batch.MaxOperations, continuation, ct);
                continuation = page.Continuation;
                var batch = new Batch(Table, partition.ToString());
                foreach (var row in page.Rows)
                    if (HasExpired(Read(row), engine.GetUtcNow()))
                        batch.Delete(row.Key);
                if (batch.Operations.Count == 0)
                    continue;
                await store.CommitAsync(batch, ct);
                removed += batch.Operations.Count;
            }
            while (continuation is not null);
        }

        return removed;
    }

    private static bool HasExpired(Session session, DateTimeOffset now) =>
        now - session.CreatedAt >= Lifetime || now - session.LastSeenAt >= IdleLimit;

    private static string RowOf(string id) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(id)));

    private static string PartitionOf(string row) => row[..1];

    private static Session Read(Row row) => JsonSerializer.Deserialize<Session>(row.Value.Span, PersonalJson.PlainOptions)!;

    private static byte[] Write(Session session) => JsonSerializer.SerializeToUtf8Bytes(session, PersonalJson.PlainOptions);
}
