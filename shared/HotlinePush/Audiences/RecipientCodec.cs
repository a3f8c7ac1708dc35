using System.Collections.Immutable;
using System.Text;

namespace HotlinePush.Audiences;

/// <summary>
/// The canonical bytes of a recipient: what its page stores sealed and what the hash of a list is over. One recipient has exactly one form.
/// </summary>
internal static class RecipientCodec
{
    private const byte Version = 1;

    public static byte[] Write(Recipient recipient)
    {
        using var bytes = new MemoryStream(256);
        using var to = new BinaryWriter(bytes, Encoding.UTF8);
        to.Write(Version);
        to.Write(recipient.SharedPhone);
        Write(to, recipient.Id);
        Write(to, recipient.Name);
        Write(to, recipient.Phone);
        Write(to, recipient.Email);
        Write(to, recipient.OpenId);
        Write(to, recipient.Address);
        Write(to, recipient.AreaId);
        Write(to, recipient.Household);
        to.Write7BitEncodedInt(recipient.Fields.Count);
        foreach (var (name, value) in recipient.Fields)
        {
            to.Write(name);
            to.Write(value);
        }

        return bytes.ToArray();
    }

    public static Recipient Read(byte[] bytes)
    {
        using var from = new BinaryReader(new MemoryStream(bytes), Encoding.UTF8);
        if (from.ReadByte() is not Version and var version)
            throw new InvalidDataException($"A recipient of form {version}; this product knows form {Version}.");
        var shared = from.ReadBoolean();
        var recipient = new Recipient
        {
            SharedPhone = shared,
            Id = Text(from) ?? throw new InvalidDataException("A recipient without id."),
            Name = Text(from),
            Phone = Text(from),
            Email = Text(from),
            OpenId = Text(from),
            Address = Text(from),
            AreaId = Text(from),
            Household = Text(from),
        };
        var fields = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        for (var count = from.Read7BitEncodedInt(); count > 0; count--)
            fields[from.ReadString()] = from.ReadString();
        return recipient with { Fields = fields.ToImmutable() };
    }

    private static void Write(BinaryWriter to, string? text)
    {
        to.Write(text is not null);
        if (text is not null)
            to.Write(text);
    }

    private static string? Text(BinaryReader from) => from.ReadBoolean() ? from.ReadString() : null;
}
