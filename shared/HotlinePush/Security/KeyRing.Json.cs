using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace HotlinePush.Security;

public sealed partial class KeyRing
{
    private const int FormatVersion = 1;

    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    // The check stands for all keys: a damaged character would otherwise be another valid key, noticed only by what no longer opens.
    private sealed record RingFile(int Version, VersionedKey[] Encryption, VersionedKey[] Index, VersionedKey[] Token, string Check);

    /// <summary>The ring with all its secrets, as kept in the key file.</summary>
    public string ToJson() =>
        JsonSerializer.Serialize(new RingFile(FormatVersion, _encryption, _index, _token, CheckOf([.. _encryption, .. _index, .. _token])), Format);

    /// <exception cref="FormatException">Not a key ring, of a later version, or damaged. The message never holds a secret.</exception>
    public static KeyRing Parse(string json)
    {
        RingFile? file;
        try
        {
            file = JsonSerializer.Deserialize<RingFile>(json, Format);
        }
        catch (JsonException e)
        {
            throw new FormatException($"The key ring is not valid JSON (line {e.LineNumber + 1}).");
        }

        if (file is not { Encryption: not null, Index: not null, Token: not null })
            throw new FormatException("The key ring lacks one of encryption, index, token.");
        if (file.Version != FormatVersion)
            throw new FormatException($"The key ring has format version {file.Version}; this release reads version {FormatVersion}.");
        Check(KeyKind.Encryption, file.Encryption);
        Check(KeyKind.Index, file.Index);
        Check(KeyKind.Token, file.Token);
        if (file.Check != CheckOf([.. file.Encryption, .. file.Index, .. file.Token]))
            throw new FormatException("The key ring does not match its check value: it was damaged or edited.");
        return new(file.Encryption, file.Index, file.Token);
    }

    private static void Check(KeyKind kind, VersionedKey?[] keys)
    {
        var prefix = PrefixOf(kind);
        if (keys.Length == 0)
            throw new FormatException($"The key ring has no {kind} key.");
        foreach (var key in keys)
        {
            if (key is not { Id: not null, Secret.Length: KeyBytes })
                throw new FormatException($"The key ring has a {kind} key that is not {KeyBytes} bytes long.");
            if (!key.Id.StartsWith(prefix, StringComparison.Ordinal)
                || !int.TryParse(key.Id.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out var version)
                || version < 1 || key.Id != prefix + version.ToString(CultureInfo.InvariantCulture))
                throw new FormatException($"The key ring has a {kind} key whose id is not {prefix}1, {prefix}2, …");
        }

        if (keys.DistinctBy(k => k!.Id).Count() != keys.Length)
            throw new FormatException($"The key ring names a {kind} key twice.");
    }

    private static string CheckOf(VersionedKey[] keys)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var key in keys)
        {
            hash.AppendData(Encoding.UTF8.GetBytes(key.Id));
            hash.AppendData(key.Secret);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 8));
    }
}
