using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using HotlinePush.Storage;

namespace HotlinePush.Security;

/// <summary>A key of the staff API. Its plain text is shown once and stored nowhere.</summary>
/// <param name="Id">16 hex digits: the beginning of the hash, hence also the row's key.</param>
/// <param name="Hash">SHA-256 of the plain key, hex.</param>
/// <param name="Position">In a unit, where the key stands for one person's part of the work; null for both parts.</param>
/// <param name="IsFixed">Its text is published (demonstration): refused wherever fixed keys are not allowed.</param>
public sealed record ApiKey(
    string Id, Role Role, string? UnitId, string Hash, DateTimeOffset CreatedAt, DateTimeOffset? RevokedAt, string Name, bool IsFixed = false,
    Position? Position = null)
{
    public Actor ToActor() => new(Role, Id, UnitId, Position);
}

/// <summary>A key and its plain text, the only time that it is known.</summary>
public sealed record IssuedKey(ApiKey Key, string Plain);

/// <summary>
/// The API keys. Random 256-bit secrets need no slow hash; looking one up is a point read, remembered for
/// <see cref="Remembered"/>: a key revoked on another instance works no longer than that.
/// </summary>
/// <param name="engine">Engine time.</param>
/// <param name="allowFixed">Whether keys of <see cref="IssueFixed"/> are accepted. Data seeded by a demonstration still holds them.</param>
public sealed class ApiKeys(ITableStore store, TimeProvider engine, bool allowFixed = false)
{
    public const string Table = "keys";
    public static readonly TimeSpan Remembered = TimeSpan.FromSeconds(10);

    // Unknown keys are remembered shortly, so that hammering with one costs nothing and a key issued elsewhere soon works.
    private static readonly TimeSpan UnknownRemembered = TimeSpan.FromSeconds(2);
    /// <summary>Characters that a key needs whose text was made elsewhere.</summary>
    public const int MinGiven = 40;

    private const int IdLength = 16;
    private const int MaxPlain = 128;
    private const int MaxRemembered = 4096;

    private readonly record struct Memory(ApiKey? Key, DateTimeOffset At);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Memory> _known = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Memory> _unknown = new(StringComparer.Ordinal);
    private int _changes;

    /// <param name="unitId">Required for <see cref="Role.Unit"/>.</param>
    /// <returns>The key with its plain text: <c>hp_</c> and 43 characters of base64url.</returns>
    public async Task<IssuedKey> Issue(Role role, string? unitId, string name, CancellationToken ct = default, Position? position = null)
    {
        var plain = "hp_" + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        return new(await StoreAsync(plain, role, unitId, name, isFixed: false, position, ct), plain);
    }

    /// <summary>A key whose text was made elsewhere and is kept secret there: the first administrator's. Issuing it again changes nothing; once revoked it stays so.</summary>
    /// <param name="plain">At least <see cref="MinGiven"/> characters that nobody can guess.</param>
    public Task<ApiKey> IssueGiven(string plain, Role role, string name, CancellationToken ct = default) =>
        plain.Length is >= MinGiven and <= MaxPlain ? StoreAsync(plain, role, null, name, isFixed: false, null, ct) : throw new ArgumentException("Too short to be a secret, or too long.", nameof(plain));

    /// <summary>A key with a known text, for demonstrations. Issuing it again leaves what is stored.</summary>
    public Task<ApiKey> IssueFixed(string plain, Role role, string? unitId = null, CancellationToken ct = default, Position? position = null) =>
        StoreAsync(plain, role, unitId, plain, isFixed: true, position, ct);

    /// <returns>False where there is no such key. Revoking twice keeps the first moment.</returns>
    public async Task<bool> Revoke(string id, CancellationToken ct = default)
    {
        if (!IsId(id))
            return false;
        while (await store.ReadAsync(Table, PartitionOf(id), id, ct) is { } row)
        {
            var key = Read(row);
            if (key.RevokedAt is null)
            {
                var revoked = key with { RevokedAt = engine.GetUtcNow() };
                var result = await store.CommitAsync(new Batch(Table, PartitionOf(id)).Replace(id, row.ETag, Write(revoked)), ct);
                if (!result.Committed)
                    continue;
            }

            Forget(id);
            return true;
        }

        return false;
    }

    /// <summary>All keys, revoked ones too, oldest first.</summary>
    public async Task<IReadOnlyList<ApiKey>> ListAsync(CancellationToken ct = default)
    {
        var keys = new List<ApiKey>();
        foreach (var partition in "0123456789abcdef")
        {
            await foreach (var row in store.ReadAllAsync(Table, partition.ToString(), new("0", "g"), ct: ct))
                keys.Add(Read(row));
        }

        return [.. keys.OrderBy(k => k.CreatedAt).ThenBy(k => k.Id, StringComparer.Ordinal)];
    }

    /// <summary>Who presents this key; null for an unknown or revoked one.</summary>
    public async Task<Actor?> FindAsync(string? plain, CancellationToken ct = default)
    {
        if (string.IsNullOrEmpty(plain) || plain.Length > MaxPlain)
            return null;
        var hash = HashOf(plain);
        var key = await LiveAsync(hash[..IdLength], ct);
        return key is not null && CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(key.Hash), Encoding.ASCII.GetBytes(hash))
            ? key.ToActor()
            : null;
    }

    /// <summary>Whether the key by which a session was opened still holds.</summary>
    public async Task<bool> IsLiveAsync(string id, CancellationToken ct = default) =>
        IsId(id) && await LiveAsync(id, ct) is not null;

    private async Task<ApiKey?> LiveAsync(string id, CancellationToken ct)
    {
        int changes;
        lock (_lock)
        {
            if (Recall(_known, id, Remembered, out var key) || Recall(_unknown, id, UnknownRemembered, out key))
                return key;
            changes = _changes;
        }

        var at = engine.GetUtcNow();
        var found = await store.ReadAsync(Table, PartitionOf(id), id, ct) is { } row ? Read(row) : null;
        if (found is { RevokedAt: not null } || (found is { IsFixed: true } && !allowFixed))
            found = null;
        lock (_lock)
        {
            // A key revoked here while it was being read must not be remembered as live.
            if (changes == _changes)
                Remember(found is null ? _unknown : _known, id, new(found, at));
        }

        return found;
    }

    private async Task<ApiKey> StoreAsync(string plain, Role role, string? unitId, string name, bool isFixed, Position? position, CancellationToken ct)
    {
        if (role is Role.Public or Role.Resident or Role.System)
            throw new ArgumentException($"No key acts as {role}.", nameof(role));
        if (role is Role.Unit && string.IsNullOrEmpty(unitId))
            throw new ArgumentException("A unit's key names its unit.", nameof(unitId));
        var hash = HashOf(plain);
        var key = new ApiKey(hash[..IdLength], role, unitId, hash, engine.GetUtcNow(), null, name, isFixed, position);
        var result = await store.CommitAsync(new Batch(Table, PartitionOf(key.Id)).Insert(key.Id, Write(key)), ct);
        Forget(key.Id);
        if (result.Committed)
            return key;
        var stored = await store.ReadAsync(Table, PartitionOf(key.Id), key.Id, ct);
        return stored is not null && Read(stored) is var same && same.Hash == hash
            ? same
            : throw new InvalidOperationException("Two keys share the first 64 bits of their hash.");
    }

    private bool Recall(Dictionary<string, Memory> memories, string id, TimeSpan span, out ApiKey? key)
    {
        key = null;
        if (!memories.TryGetValue(id, out var memory))
            return false;
        // A clock set back must not lengthen a memory.
        var age = engine.GetUtcNow() - memory.At;
        if (age < TimeSpan.Zero || age >= span)
            return memories.Remove(id) && false;
        key = memory.Key;
        return true;
    }

    private static void Remember(Dictionary<string, Memory> memories, string id, Memory memory)
    {
        if (memories.Count >= MaxRemembered)
            memories.Clear();
        memories[id] = memory;
    }

    private void Forget(string id)
    {
        lock (_lock)
        {
            _changes++;
            _known.Remove(id);
            _unknown.Remove(id);
        }
    }

    private static bool IsId(string id) => id.Length == IdLength && id.All(char.IsAsciiHexDigitLower);

    private static string PartitionOf(string id) => id[..1];

    private static string HashOf(string plain) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(plain)));

    private static ApiKey Read(Row row) => JsonSerializer.Deserialize<ApiKey>(row.Value.Span, PersonalJson.PlainOptions)!;

    private static byte[] Write(ApiKey key) => JsonSerializer.SerializeToUtf8Bytes(key, PersonalJson.PlainOptions);
}
