using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace HotlinePush.Tests.Attachments;

/// <summary>Small files that are what they say, made here.</summary>
internal static class SampleFiles
{
    public const string Secret = "GPS 30.1234567 QZXCAMERA";

    /// <summary>A whole JPEG by its segments: camera data, a comment, tables, a scan with stuffing and a restart, and something behind its end.</summary>
    public static byte[] Jpeg { get; } =
    [
        0xFF, 0xD8,
        .. Segment(0xE0, "JFIF\0\x01\x02\0\0\x01\0\x01\0\0"),
        .. Segment(0xE1, "Exif\0\0" + Secret),
        .. Segment(0xED, "Photoshop 3.0\0" + Secret),
        .. Segment(0xFE, Secret),
        .. Segment(0xDB, new string('q', 65)),
        .. Segment(0xC0, "frame"),
        .. Segment(0xDA, "scan"),
        1, 2, 3, 0xFF, 0x00, 4, 0xFF, 0xD0, 5, 6,
        .. Segment(0xC4, "tables between scans"),
        .. Segment(0xDA, "second"),
        7, 8, 0xFF, 0xD9,
        .. Encoding.ASCII.GetBytes("trailer " + Secret),
    ];

    public static byte[] Png { get; } =
    [
        0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A,
        .. Chunk("IHDR", new byte[13]), .. Chunk("eXIf", Encoding.ASCII.GetBytes(Secret)), .. Chunk("tEXt", Encoding.ASCII.GetBytes("Comment\0" + Secret)),
        .. Chunk("IDAT", [1, 2, 3]), .. Chunk("IEND", []),
    ];

    public static byte[] Docx { get; } = Zip("[Content_Types].xml", "_rels/.rels", "word/document.xml");
    public static byte[] Xlsx { get; } = Zip("[Content_Types].xml", "xl/workbook.xml", "xl/worksheets/sheet1.xml");
    public static byte[] WithMacros { get; } = Zip("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin");
    public static byte[] PlainZip { get; } = Zip("readme.txt", "run.exe");

    public static byte[] Pdf => [.. "%PDF-1.7\n1 0 obj\nendobj\ntrailer\n%%EOF\n"u8];
    public static byte[] Gif => [.. "GIF89a"u8, 1, 0, 1, 0, 0, 0, 0, 0x3B];
    public static byte[] Webp => [.. "RIFF"u8, 4, 0, 0, 0, .. "WEBP"u8, .. "VP8 "u8];
    public static byte[] Wav => [.. "RIFF"u8, 36, 0, 0, 0, .. "WAVEfmt "u8];
    public static byte[] Amr => [.. "#!AMR\n"u8, 1, 2, 3];
    public static byte[] Mp3 => [0xFF, 0xFB, 0x90, 0x64, 0, 0, 0, 0];

    public static byte[] Iso(string brand) => [0, 0, 0, 24, .. "ftyp"u8, .. Encoding.ASCII.GetBytes(brand), 0, 0, 0, 0, .. "isom"u8, .. "mdat"u8];

    private static byte[] Segment(byte code, string text)
    {
        var bytes = Encoding.Latin1.GetBytes(text);
        return [0xFF, code, (byte)((bytes.Length + 2) >> 8), (byte)(bytes.Length + 2), .. bytes];
    }

    private static byte[] Chunk(string type, byte[] data)
    {
        var length = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, data.Length);
        return [.. length, .. Encoding.ASCII.GetBytes(type), .. data, 0, 0, 0, 0];
    }

    private static byte[] Zip(params string[] names)
    {
        using var bytes = new MemoryStream();
        using (var zip = new ZipArchive(bytes, ZipArchiveMode.Create))
            foreach (var name in names)
            {
                using var entry = zip.CreateEntry(name).Open();
                entry.Write(Encoding.UTF8.GetBytes($"<x>{name}</x>"));
            }

        return bytes.ToArray();
    }
}
