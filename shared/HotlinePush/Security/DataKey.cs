using System.Security.Cryptography;

namespace HotlinePush.Security;

/// <summary>
/// The key of one ticket's or recipient's personal data: AES-256-GCM with random nonces. Safe for concurrent use.
/// Stored only wrapped (<see cref="KeyRing.Wrap"/>).
/// </summary>
public sealed class DataKey : IDisposable
{
    private const int NonceBytes = 12;
    private const int TagBytes = 16;

    private readonly byte[] _secret;
    private readonly AesGcm _aes;

    internal DataKey(byte[] secret)
    {
        _secret = secret;
        _aes = new AesGcm(secret, TagBytes);
    }

    internal ReadOnlySpan<byte> Secret => _secret;

    /// <returns>Nonce, ciphertext, tag: 28 bytes longer than the plain text.</returns>
    /// <param name="context">Bound to the value: it opens only with the same context.</param>
    public byte[] Seal(ReadOnlySpan<byte> plain, ReadOnlySpan<byte> context)
    {
        var box = new byte[NonceBytes + plain.Length + TagBytes];
        var nonce = box.AsSpan(0, NonceBytes);
        RandomNumberGenerator.Fill(nonce);
        // One native cipher context stands behind an AesGcm: concurrent calls would mix their states.
        lock (_aes)
            _aes.Encrypt(nonce, plain, box.AsSpan(NonceBytes, plain.Length), box.AsSpan(NonceBytes + plain.Length), context);
        return box;
    }

    /// <exception cref="CryptographicException">Another key, another context, or a changed value.</exception>
    public byte[] Open(ReadOnlySpan<byte> box, ReadOnlySpan<byte> context)
    {
        var length = box.Length - NonceBytes - TagBytes;
        if (length < 0)
            throw new CryptographicException("A sealed value is too short.");
        var plain = new byte[length];
        lock (_aes)
            _aes.Decrypt(box[..NonceBytes], box.Slice(NonceBytes, length), box[(NonceBytes + length)..], plain, context);
        return plain;
    }

    public void Dispose() => _aes.Dispose();
}
