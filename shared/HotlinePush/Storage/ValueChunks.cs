namespace HotlinePush.Storage;

/// <summary>
/// A row's value over the properties of an entity of Azure Tables, which hold at most 64 KiB each
/// (learn.microsoft.com/rest/api/storageservices/understanding-the-table-service-data-model): <c>v0</c>, <c>v1</c>, … An empty value has none.
/// </summary>
public static class ValueChunks
{
    /// <summary>Bytes a property holds.</summary>
    public const int Size = 64 * 1024;

    /// <summary>Properties the largest row needs.</summary>
    public const int Most = Batch.MaxRowBytes / Size;

    private static readonly string[] Names = [.. Enumerable.Range(0, Most).Select(i => $"v{i}")];

    /// <exception cref="ArgumentException">The value is larger than a row may be.</exception>
    public static IEnumerable<(string Name, ReadOnlyMemory<byte> Bytes)> Split(ReadOnlyMemory<byte> value)
    {
        if (value.Length > Batch.MaxRowBytes)
            throw new ArgumentException($"A value of {value.Length} bytes; a row holds {Batch.MaxRowBytes}.");
        for (var at = 0; at < value.Length; at += Size)
            yield return (Names[at / Size], value.Slice(at, Math.Min(Size, value.Length - at)));
    }

    /// <param name="find">The bytes of a property; null where the entity has none of that name.</param>
    public static ReadOnlyMemory<byte> Join(Func<string, byte[]?> find)
    {
        var first = find(Names[0]);
        if (first is null)
            return default;
        // Nearly every row has one.
        if (first.Length < Size || find(Names[1]) is not { } second)
            return first;
        var chunks = new List<byte[]> { first, second };
        while (chunks.Count < Most && find(Names[chunks.Count]) is { } next)
            chunks.Add(next);
        return chunks.SelectMany(c => c).ToArray();
    }
}
