using System.IO.Compression;
using System.Xml;
using System.Xml.Linq;

namespace HotlinePush.Audiences.Import;

/// <summary>
/// Cells of a sheet that hold an error of a formula. The reader shows them as empty, and an amount that could not be computed must not pass for none.
/// </summary>
internal static class ErrorCells
{
    private const int Max = 100_000;
    private static readonly XmlReaderSettings Strict = new() { DtdProcessing = DtdProcessing.Prohibit, IgnoreComments = true, IgnoreWhitespace = true };

    /// <summary>Rows and columns counted from 0. The stream is another reader's: it is left open and where it was.</summary>
    public static HashSet<(int Row, int Column)> Find(Stream workbook, string? sheet)
    {
        var position = workbook.Position;
        try
        {
            using var zip = new ZipArchive(workbook, ZipArchiveMode.Read, leaveOpen: true);
            return PartOf(zip, sheet) is { } part && Holds(part, " t=\"e\""u8) ? Read(part) : [];
        }
        finally
        {
            workbook.Position = position;
        }
    }

    private static ZipArchiveEntry? PartOf(ZipArchive zip, string? sheet)
    {
        if (Load(zip, "xl/workbook.xml") is not { } book || Load(zip, "xl/_rels/workbook.xml.rels") is not { } rels)
            return null;
        var id = book.Descendants().FirstOrDefault(e => e.Name.LocalName == "sheet" && (string?)e.Attribute("name") == sheet)?.Attributes().FirstOrDefault(a => a.Name.LocalName == "id")?.Value;
        var target = (string?)rels.Descendants().FirstOrDefault(e => (string?)e.Attribute("Id") == id)?.Attribute("Target");
        return target is null ? null : zip.GetEntry(target.StartsWith('/') ? target[1..] : "xl/" + target);
    }

    private static XDocument? Load(ZipArchive zip, string part)
    {
        if (zip.GetEntry(part) is not { } entry)
            return null;
        using var reader = XmlReader.Create(entry.Open(), Strict);
        return XDocument.Load(reader);
    }

    // Nearly no sheet has any: looking at the bytes spares reading the XML a third time.
    private static bool Holds(ZipArchiveEntry part, ReadOnlySpan<byte> sought)
    {
        using var bytes = part.Open();
        var buffer = new byte[64 * 1024];
        for (var kept = 0; ;)
        {
            var read = bytes.Read(buffer, kept, buffer.Length - kept);
            if (read == 0)
                return false;
            var filled = buffer.AsSpan(0, kept + read);
            if (filled.IndexOf(sought) >= 0)
                return true;
            kept = Math.Min(sought.Length - 1, filled.Length);
            filled[^kept..].CopyTo(buffer);
        }
    }

    private static HashSet<(int Row, int Column)> Read(ZipArchiveEntry part)
    {
        var found = new HashSet<(int, int)>();
        using var reader = XmlReader.Create(part.Open(), Strict);
        while (reader.Read() && found.Count < Max)
            if (reader is { NodeType: XmlNodeType.Element, LocalName: "c" } && reader.GetAttribute("t") == "e" && TryPlace(reader.GetAttribute("r"), out var place))
                found.Add(place);
        return found;
    }

    private static bool TryPlace(string? reference, out (int Row, int Column) place)
    {
        place = default;
        var letters = 0;
        var column = 0;
        for (; reference is not null && letters < reference.Length && letters < 4 && char.IsAsciiLetter(reference[letters]); letters++)
            column = column * 26 + char.ToUpperInvariant(reference[letters]) - 'A' + 1;
        if (letters is 0 or 4 || !int.TryParse(reference.AsSpan(letters), out var row) || row < 1)
            return false;
        place = (row - 1, column - 1);
        return true;
    }
}
