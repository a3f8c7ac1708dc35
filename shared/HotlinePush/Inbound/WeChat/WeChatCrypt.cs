using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace HotlinePush.Inbound.WeChat;

/// <summary>
/// The platform's signature and its safe mode 安全模式 (developers.weixin.qq.com, 消息加解密说明): SHA-1 over the sorted parts; AES-256-CBC with the first half of the key
/// as its vector, padded to 32 bytes, over 16 random bytes, the length, the message and the AppID.
/// </summary>
public static class WeChatCrypt
{
    public const int KeyLength = 43;
    private const int Block = 32;
    private const int Random = 16;
    private const int Head = Random + sizeof(int);

    /// <summary>Small hexadecimal digits.</summary>
    public static string Sign(params string[] parts)
    {
        Array.Sort(parts, StringComparer.Ordinal);
        return Convert.ToHexStringLower(SHA1.HashData(Encoding.UTF8.GetBytes(string.Concat(parts))));
    }

    /// <summary>Takes the same time wherever it differs.</summary>
    public static bool Holds(string? given, params string[] parts) =>
        given is not null && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(given), Encoding.UTF8.GetBytes(Sign(parts)));

    /// <param name="encodingAesKey">43 characters, as the console shows it.</param>
    /// <returns>Null where it is none.</returns>
    public static byte[]? Key(string encodingAesKey)
    {
        var key = new byte[34];
        return encodingAesKey.Length == KeyLength && Convert.TryFromBase64String(encodingAesKey + "=", key, out var length) && length == Block ? key[..Block] : null;
    }

    /// <returns>The message; null where it was not made with this key for this AppID.</returns>
    public static string? Decrypt(byte[] key, string appId, string text)
    {
        var box = new byte[text.Length];
        if (!Convert.TryFromBase64String(text, box, out var length) || length == 0 || length % 16 != 0)
            return null;
        byte[] plain;
        using (var aes = Aes.Create())
        {
            aes.Key = key;
            plain = aes.DecryptCbc(box.AsSpan(0, length), key.AsSpan(0, 16), PaddingMode.None);
        }

        var padding = plain[^1];
        if (padding is 0 or > Block || plain.Length < Head + padding)
            return null;
        var content = plain.AsSpan(0, plain.Length - padding);
        var size = BinaryPrimitives.ReadInt32BigEndian(content[Random..]);
        if (size < 0 || size > content.Length - Head || !content[(Head + size)..].SequenceEqual(Encoding.UTF8.GetBytes(appId)))
            return null;
        return Encoding.UTF8.GetString(content.Slice(Head, size));
    }

    /// <param name="random">16 bytes; null draws them.</param>
    public static string Encrypt(byte[] key, string appId, string message, byte[]? random = null)
    {
        var (bytes, app) = (Encoding.UTF8.GetBytes(message), Encoding.UTF8.GetBytes(appId));
        var length = Head + bytes.Length + app.Length;
        var padding = Block - length % Block;
        var plain = new byte[length + padding];
        (random ?? RandomNumberGenerator.GetBytes(Random)).CopyTo(plain, 0);
        BinaryPrimitives.WriteInt32BigEndian(plain.AsSpan(Random), bytes.Length);
        bytes.CopyTo(plain, Head);
        app.CopyTo(plain, Head + bytes.Length);
        plain.AsSpan(length).Fill((byte)padding);
        using var aes = Aes.Create();
        aes.Key = key;
        return Convert.ToBase64String(aes.EncryptCbc(plain, key.AsSpan(0, 16), PaddingMode.None));
    }
}
