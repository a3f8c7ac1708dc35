namespace HotlinePush.Routing;

/// <summary>A confirmed ticket as the classifier remembers it: hashed features, never its words.</summary>
/// <param name="Key">The ticket's number.</param>
public sealed record LearntTicket(string Key, string CategoryId, float Weight, TextFeatures Features)
{
    private const byte Version = 1;

    /// <summary>About 2 KiB, at most 32 KiB: fits a row. The same ticket gives the same bytes.</summary>
    public byte[] ToBytes()
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        writer.Write(Version);
        writer.Write(Key);
        writer.Write(CategoryId);
        writer.Write(Weight);
        writer.Write7BitEncodedInt(Features.Index.Length);
        var before = 0;
        for (var k = 0; k < Features.Index.Length; k++)
        {
            writer.Write7BitEncodedInt(Features.Index[k] - before);
            // Frequencies are logarithms below 8; a 32nd is finer than they matter.
            writer.Write((byte)Math.Min(255, MathF.Round(Features.Value[k] * 32)));
            before = Features.Index[k];
        }
        return stream.ToArray();
    }

    /// <returns>Null when the bytes are of another version: that ticket is forgotten, not guessed at.</returns>
    public static LearntTicket? FromBytes(byte[] bytes)
    {
        if (bytes.Length == 0 || bytes[0] != Version)
            return null;
        using var reader = new BinaryReader(new MemoryStream(bytes, 1, bytes.Length - 1));
        var (key, categoryId, weight) = (reader.ReadString(), reader.ReadString(), reader.ReadSingle());
        var index = new int[reader.Read7BitEncodedInt()];
        var value = new float[index.Length];
        for (var k = 0; k < index.Length; k++)
        {
            index[k] = (k == 0 ? 0 : index[k - 1]) + reader.Read7BitEncodedInt();
            value[k] = reader.ReadByte() / 32f;
        }
        return new LearntTicket(key, categoryId, weight, new TextFeatures(index, value));
    }
}
