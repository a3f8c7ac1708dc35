using System.Buffers.Binary;
using System.Text;

namespace HotlinePush.Tickets.Attachments;

/// <summary>Reads from the end of an archive which parts it holds (APPNOTE.TXT §4.3.12, §4.3.16), without unpacking anything.</summary>
public static class OfficeParts
{
    /// <summary>Bytes from the end that are looked at. A directory that is longer is no ordinary document's.</summary>
    public const int TailBytes = 128 * 1024;

    private const int EndRecord = 22;
    private const int Entry = 46;

    /// <param name="tail">The last bytes of the file, at most <see cref="TailBytes"/>.</param>
    /// <param name="length">Of the whole file.</param>
    /// <returns>A document or a spreadsheet; null for every other archive, for damaged ones, and for documents with macros.</returns>
    public static FileKind? Find(ReadOnlySpan<byte> tail, long length)
    {
        var names = NamesIn(tail, length);
        if (names is null || !names.Contains("[Content_Types].xml") || names.Any(n => n.EndsWith("vbaProject.bin", StringComparison.OrdinalIgnoreCase)))
            return null;
        return names.Contains("word/document.xml") ? FileKinds.Of("docx") : names.Contains("xl/workbook.xml") ? FileKinds.Of("xlsx") : null;
    }

    private static HashSet<string>? NamesIn(ReadOnlySpan<byte> tail, long length)
    {
        var end = tail.LastIndexOf("PK\x05\x06"u8);
        if (end < 0 || end + EndRecord > tail.Length)
            return null;
        long size = BinaryPrimitives.ReadUInt32LittleEndian(tail[(end + 12)..]);
        long at = BinaryPrimitives.ReadUInt32LittleEndian(tail[(end + 16)..]) - (length - tail.Length);
        if (at < 0 || at + size > end)
            return null;
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var i = (int)at; i < at + size;)
        {
            if (i + Entry > end || !tail[i..].StartsWith("PK\x01\x02"u8))
                return null;
            var name = BinaryPrimitives.ReadUInt16LittleEndian(tail[(i + 28)..]);
            var rest = BinaryPrimitives.ReadUInt16LittleEndian(tail[(i + 30)..]) + BinaryPrimitives.ReadUInt16LittleEndian(tail[(i + 32)..]);
            if (i + Entry + name > end)
                return null;
            names.Add(Encoding.UTF8.GetString(tail.Slice(i + Entry, name)));
            i += Entry + name + rest;
        }

        return names;
    }
}
