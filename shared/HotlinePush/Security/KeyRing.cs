using System.Security.Cryptography;
using System.Text;

namespace HotlinePush.Security;

/// <summary>What a key is for. One kind never does the work of another.</summary>
public enum KeyKind { Encryption, Index, Token }

/// <summary>A data key under an encryption key of the ring: nonce, ciphertext, tag. Destroying it destroys what the data key sealed.</summary>
/// <param name="KeyId">Id of the ring's key, such as <c>e1</c>.</param>
public sealed record WrappedKey(string KeyId, byte[] Value);

/// <summary>
/// The city's secrets: versioned 256-bit keys for encryption, index hashes and tokens, the current one of each kind first.
/// Older keys stay live until they are retired, so that what they made can still be read and found.
/// Immutable and safe for concurrent use.
/// </summary>
public sealed partial class KeyRing
{
    private const int KeyBytes = 32;
    private const int HashBytes = 16;

    private sealed record VersionedKey(string Id, byte[] Secret)
    {
        private readonly Lazy<DataKey> _cipher = new(() => new DataKey(Secret));
        private readonly byte[] _context = Encoding.UTF8.GetBytes(Id);

        public byte[] Seal(ReadOnlySpan<byte> plain) => _cipher.Value.Seal(plain, _context);
        public byte[] Open(ReadOnlySpan<byte> box) => _cipher.Value.Open(box, _context);
    }

    private readonly VersionedKey[] _encryption;
    private readonly VersionedKey[] _index;
    private readonly VersionedKey[] _token;

    private KeyRing(VersionedKey[] encryption, VersionedKey[] index, VersionedKey[] token) =>
        (_encryption, _index, _token) = (encryption, index, token);

    /// <summary>A ring of fresh random keys, all in their first version.</summary>
    public static KeyRing Create() => new([NewKey("e1")], [NewKey("h1")], [NewKey("t1")]);

    /// <summary>Ids of the live keys of a kind, the current one first.</summary>
    public IReadOnlyList<string> LiveKeys(KeyKind kind) => [.. KeysOf(kind).Select(k => k.Id)];

    /// <summary>A ring in which a fresh key of this kind is current and the former ones stay live.</summary>
    public KeyRing Rotate(KeyKind kind)
    {
        var keys = KeysOf(kind);
        var next = keys.Max(k => VersionOf(k.Id)) + 1;
        return With(kind, [NewKey(PrefixOf(kind) + next), .. keys]);
    }

    /// <summary>
    /// A ring without this former key. What it wrapped is lost, what it hashed is found no more, its tokens are refused:
    /// wrap and index anew first.
    /// </summary>
    /// <exception cref="ArgumentException">No such key, or it is the current one.</exception>
    public KeyRing Retire(string keyId)
    {
        foreach (var kind in Enum.GetValues<KeyKind>())
        {
            var keys = KeysOf(kind);
            if (keys.Skip(1).Any(k => k.Id == keyId))
                return With(kind, [.. keys.Where(k => k.Id != keyId)]);
        }

        throw new ArgumentException($"'{keyId}' is no former key of this ring.", nameof(keyId));
    }

    /// <summary>A fresh random key for the personal data of one ticket or recipient.</summary>
    public DataKey NewDataKey() => new(RandomNumberGenerator.GetBytes(KeyBytes));

    /// <summary>Seals a data key under the current encryption key.</summary>
    public WrappedKey Wrap(DataKey key)
    {
        var current = _encryption[0];
        return new(current.Id, current.Seal(key.Secret));
    }

    /// <exception cref="CryptographicException">The ring does not hold the key it was wrapped under, or the value was changed.</exception>
    public DataKey Unwrap(WrappedKey wrapped)
    {
        var key = Array.Find(_encryption, k => k.Id == wrapped.KeyId)
            ?? throw new CryptographicException($"The key ring holds no key '{wrapped.KeyId}'.");
        return new(key.Open(wrapped.Value));
    }

    /// <summary>
    /// A keyed hash to look a person up by: HMAC-SHA256 of purpose and value under the current key, cut to 128 bits, as
    /// <c>h1-…</c> of <c>[a-z0-9-]</c>. The value is normalised by the caller (phones to E.164).
    /// </summary>
    /// <param name="purpose">A fixed word; hashes of different purposes cannot be joined.</param>
    public string IndexHash(string purpose, string value) => Hash(_index[0], purpose, value);

    /// <summary>The hash under every live key, current first: where to look until re-indexing has ended.</summary>
    public IReadOnlyList<string> IndexHashes(string purpose, string value)
    {
        var hashes = new string[_index.Length];
        for (var i = 0; i < hashes.Length; i++)
            hashes[i] = Hash(_index[i], purpose, value);
        return hashes;
    }

    /// <summary>
    /// A code that only this ring can make and that is always the same for a subject: 128 bits, URL-safe, small letters and
    /// digits without those that look alike, behind the key's id.
    /// </summary>
    public string Token(string purpose, string subject) => Hash(_token[0], purpose, subject);

    /// <summary>The code under every live key, current first, for those who shorten it before they compare.</summary>
    public IReadOnlyList<string> Tokens(string purpose, string subject) => Array.ConvertAll(_token, k => Hash(k, purpose, subject));

    /// <summary>Whether the token is one of this subject under any live key. Takes the same time wherever it differs.</summary>
    public bool VerifyToken(string purpose, string subject, string? token)
    {
        if (token is null || token.Length > 64)
            return false;
        Span<byte> given = stackalloc byte[64 * 3];
        given = given[..Encoding.UTF8.GetBytes(token, given)];
        var found = false;
        foreach (var key in _token)
            found |= CryptographicOperations.FixedTimeEquals(given, Encoding.UTF8.GetBytes(Hash(key, purpose, subject)));
        return found;
    }

    /// <summary>64 bits of the same keyed hash, for indexes of a million that are sorted in memory. What is found by it must be compared.</summary>
    public ulong IndexNumber(string purpose, string value) => Number(_index[0], purpose, value);

    /// <summary>The number under every live key, current first.</summary>
    public IReadOnlyList<ulong> IndexNumbers(string purpose, string value) => Array.ConvertAll(_index, k => Number(k, purpose, value));

    private static ulong Number(VersionedKey key, string purpose, string value)
    {
        Span<byte> mac = stackalloc byte[HMACSHA256.HashSizeInBytes];
        Mac(key, purpose, value, mac);
        return System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(mac);
    }

    private static string Hash(VersionedKey key, string purpose, string value)
    {
        Span<byte> mac = stackalloc byte[HMACSHA256.HashSizeInBytes];
        Mac(key, purpose, value, mac);
        return string.Concat(key.Id, "-", Base32(mac[..HashBytes]));
    }

    private static void Mac(VersionedKey key, string purpose, string value, Span<byte> mac)
    {
        // NUL ends the purpose, so that no pair of purpose and value runs together with another.
        var length = Encoding.UTF8.GetMaxByteCount(purpose.Length) + 1 + Encoding.UTF8.GetMaxByteCount(value.Length);
        var text = length <= 512 ? stackalloc byte[512] : new byte[length];
        var written = Encoding.UTF8.GetBytes(purpose, text);
        text[written++] = 0;
        written += Encoding.UTF8.GetBytes(value, text[written..]);
        HMACSHA256.HashData(key.Secret, text[..written], mac);
    }

    private static string Base32(ReadOnlySpan<byte> bytes)
    {
        const string alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
        Span<char> text = stackalloc char[(bytes.Length * 8 + 4) / 5];
        int buffer = 0, bits = 0, at = 0;
        foreach (var b in bytes)
        {
            buffer = (buffer << 8 | b) & 0xFFF;
            for (bits += 8; bits >= 5; bits -= 5)
                text[at++] = alphabet[buffer >> (bits - 5) & 31];
        }

        if (bits > 0)
            text[at] = alphabet[buffer << (5 - bits) & 31];
        return new(text);
    }

    private VersionedKey[] KeysOf(KeyKind kind) => kind switch
    {
        KeyKind.Encryption => _encryption,
        KeyKind.Index => _index,
        KeyKind.Token => _token,
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    private KeyRing With(KeyKind kind, VersionedKey[] keys) => new(
        kind == KeyKind.Encryption ? keys : _encryption,
        kind == KeyKind.Index ? keys : _index,
        kind == KeyKind.Token ? keys : _token);

    private static VersionedKey NewKey(string id) => new(id, RandomNumberGenerator.GetBytes(KeyBytes));

    private static string PrefixOf(KeyKind kind) => kind switch { KeyKind.Encryption => "e", KeyKind.Index => "h", _ => "t" };

    private static int VersionOf(string id) => int.Parse(id.AsSpan(1), System.Globalization.CultureInfo.InvariantCulture);
}
