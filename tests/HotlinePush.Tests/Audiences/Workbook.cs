using System.Globalization;
using System.IO.Compression;
using System.Security;
using System.Text;

namespace HotlinePush.Tests.Audiences;

/// <summary>An XLSX file written by hand, part by part, so that a test can make one as no library would.</summary>
internal sealed class Workbook
{
    private readonly List<(string Name, bool Hidden, string Xml)> _sheets = [];

    public string? SharedStrings { get; set; }

    /// <summary>Parts that stand beside the usual ones or instead of them.</summary>
    public Dictionary<string, byte[]> Parts { get; } = [];

    /// <param name="rows">Cells as text, <see cref="double"/>, <see cref="DateTime"/>, <see cref="Raw"/> or null.</param>
    public Workbook Sheet(string name, IEnumerable<object?[]> rows, string[]? merged = null, bool hidden = false)
    {
        var xml = new StringBuilder("<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?><worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetData>");
        var r = 0;
        foreach (var row in rows)
        {
            r++;
            if (row.Length == 0)
                continue;
            xml.Append(CultureInfo.InvariantCulture, $"<row r=\"{r}\">");
            for (var c = 0; c < row.Length; c++)
                xml.Append(Cell($"{Letters(c)}{r}", row[c]));
            xml.Append("</row>");
        }

        xml.Append("</sheetData>");
        if (merged is not null)
            xml.Append(CultureInfo.InvariantCulture, $"<mergeCells count=\"{merged.Length}\">{string.Concat(merged.Select(m => $"<mergeCell ref=\"{m}\"/>"))}</mergeCells>");
        return SheetXml(name, xml.Append("</worksheet>").ToString(), hidden);
    }

    public Workbook SheetXml(string name, string xml, bool hidden = false)
    {
        _sheets.Add((name, hidden, xml));
        return this;
    }

    public byte[] ToBytes()
    {
        using var bytes = new MemoryStream();
        using (var zip = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            var parts = new Dictionary<string, byte[]>
            {
                ["[Content_Types].xml"] = Utf8("<?xml version=\"1.0\" encoding=\"UTF-8\"?><Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"><Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/><Default Extension=\"xml\" ContentType=\"application/xml\"/></Types>"),
                ["_rels/.rels"] = Utf8("<?xml version=\"1.0\" encoding=\"UTF-8\"?><Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"rId1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"),
                ["xl/workbook.xml"] = Utf8("<?xml version=\"1.0\" encoding=\"UTF-8\"?><workbook xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"><sheets>"
                    + string.Concat(_sheets.Select((s, i) => $"<sheet name=\"{SecurityElement.Escape(s.Name)}\" sheetId=\"{i + 1}\"{(s.Hidden ? " state=\"hidden\"" : "")} r:id=\"rId{i + 1}\"/>")) + "</sheets></workbook>"),
                ["xl/_rels/workbook.xml.rels"] = Utf8("<?xml version=\"1.0\" encoding=\"UTF-8\"?><Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">"
                    + string.Concat(_sheets.Select((_, i) => $"<Relationship Id=\"rId{i + 1}\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet\" Target=\"worksheets/sheet{i + 1}.xml\"/>"))
                    + "<Relationship Id=\"rIdStyles\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles\" Target=\"styles.xml\"/>"
                    + (SharedStrings is null ? "" : "<Relationship Id=\"rIdStrings\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings\" Target=\"sharedStrings.xml\"/>") + "</Relationships>"),
                ["xl/styles.xml"] = Utf8("<?xml version=\"1.0\" encoding=\"UTF-8\"?><styleSheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><cellXfs count=\"2\"><xf numFmtId=\"0\"/><xf numFmtId=\"14\" applyNumberFormat=\"1\"/></cellXfs></styleSheet>"),
            };
            for (var i = 0; i < _sheets.Count; i++)
                parts[$"xl/worksheets/sheet{i + 1}.xml"] = Utf8(_sheets[i].Xml);
            if (SharedStrings is not null)
                parts["xl/sharedStrings.xml"] = Utf8(SharedStrings);
            foreach (var (name, content) in Parts)
                parts[name] = content;
            foreach (var (name, content) in parts)
            {
                using var entry = zip.CreateEntry(name, CompressionLevel.Fastest).Open();
                entry.Write(content);
            }
        }

        return bytes.ToArray();
    }

    /// <summary>A cell as its XML, with <c>@</c> for its reference.</summary>
    public sealed record Raw(string Xml);

    private static string Cell(string at, object? value) => value switch
    {
        null => "",
        double number => $"<c r=\"{at}\"><v>{number.ToString("R", CultureInfo.InvariantCulture)}</v></c>",
        DateTime day => $"<c r=\"{at}\" s=\"1\"><v>{day.ToOADate().ToString("R", CultureInfo.InvariantCulture)}</v></c>",
        Raw raw => raw.Xml.Replace("@", at, StringComparison.Ordinal),
        _ => $"<c r=\"{at}\" t=\"inlineStr\"><is><t xml:space=\"preserve\">{SecurityElement.Escape(value.ToString())}</t></is></c>",
    };

    private static string Letters(int column) => column < 26 ? ((char)('A' + column)).ToString() : Letters(column / 26 - 1) + (char)('A' + column % 26);

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);
}
