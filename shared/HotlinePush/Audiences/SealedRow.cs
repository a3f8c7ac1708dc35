using System.Security.Cryptography;
using System.Text;
using HotlinePush.Security;

namespace HotlinePush.Audiences;

/// <summary>
/// A row sealed under a data key of its own, bound to its place: form, the wrapped key with its id, the box. Replaced by <see cref="Gap"/> the key is
/// gone, and with it what it sealed, in every backup of the key ring too.
/// </summary>
internal static class SealedRow
{
    private const byte Form = 1;

    /// <summary>What stands where a person was erased.</summary>
    public static readonly byte[] Gap = [0];

    public static byte[] Seal(KeyRing keys, ReadOnlySpan<byte> plain, string place)
    {
        using var key = keys.NewDataKey();
        var wrapped = keys.Wrap(key);
        var box = key.Seal(plain, Encoding.ASCII.GetBytes(place));
        var id = wrapped.KeyId;
        var row = new byte[3 + id.Length + wrapped.Value.Length + box.Length];
        row[0] = Form;
        row[1] = (byte)id.Length;
        Encoding.ASCII.GetBytes(id, row.AsSpan(2));
        row[2 + id.Length] = (byte)wrapped.Value.Length;
        wrapped.Value.CopyTo(row.AsSpan(3 + id.Length));
        box.CopyTo(row.AsSpan(3 + id.Length + wrapped.Value.Length));
        return row;
    }

    /// <summary>Null where the row was erased.</summary>
    /// <exception cref="CryptographicException">Another key ring, another place, or a changed row.</exception>
    public static byte[]? Open(KeyRing keys, ReadOnlySpan<byte> row, string place)
    {
        if (row.Length <= Gap.Length)
            return null;
        if (row[0] != Form)
            throw new CryptographicException("A sealed row of an unknown form.");
        var id = Encoding.ASCII.GetString(row.Slice(2, row[1]));
        var wrapped = row.Slice(3 + id.Length, row[2 + id.Length]);
        using var key = keys.Unwrap(new(id, wrapped.ToArray()));
        return key.Open(row[(3 + id.Length + wrapped.Length)..], Encoding.ASCII.GetBytes(place));
    }
}
