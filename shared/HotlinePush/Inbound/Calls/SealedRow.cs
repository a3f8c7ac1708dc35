using System.Text.Json;
using HotlinePush.Messaging;
using HotlinePush.Security;
using HotlinePush.Storage;

namespace HotlinePush.Inbound.Calls;

/// <summary>Something stored with personal fields, as it was read: with its version and its data key.</summary>
public sealed record Stored<T>(T Value, ETag ETag, WrappedKey Wrapped, DataKey Key);

/// <summary>Two lines of JSON: the wrapped data key, and what is sealed under it. Deleting the row destroys the key.</summary>
internal static class SealedRow
{
    public static byte[] Write<T>(T value, WrappedKey wrapped, DataKey key) =>
        [.. JsonSerializer.SerializeToUtf8Bytes(wrapped, MessageJson.Options), (byte)'\n', .. PersonalJson.Serialize(value, key)];

    public static Stored<T> Read<T>(Row row, KeyRing keys)
    {
        var bytes = row.Value.Span;
        var line = bytes.IndexOf((byte)'\n');
        var wrapped = JsonSerializer.Deserialize<WrappedKey>(bytes[..line], MessageJson.Options)!;
        var key = keys.Unwrap(wrapped);
        return new(PersonalJson.Deserialize<T>(bytes[(line + 1)..], key), row.ETag, wrapped, key);
    }
}
