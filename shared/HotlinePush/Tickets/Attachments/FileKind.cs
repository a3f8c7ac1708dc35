using System.Buffers.Binary;

namespace HotlinePush.Tickets.Attachments;

/// <summary>A kind of file that is taken in. What it is called when it leaves comes from here, never from whoever sent it.</summary>
/// <param name="Code">Stored for good.</param>
/// <param name="Inline">Browsers may show it by itself; everything else is saved.</param>
public sealed record FileKind(string Code, string ContentType, string Extension, bool Inline = false)
{
    public bool IsPicture => Inline && ContentType.StartsWith("image/", StringComparison.Ordinal);
}

/// <summary>
/// Kinds by content: the first bytes, and for office documents the names of the parts in the archive. Names and declared types are what the sender
/// says, and are not asked. HTML, SVG, scripts and documents with macros are none of them.
/// </summary>
public static class FileKinds
{
    /// <summary>Bytes from the beginning that <see cref="Find"/> wants to see, where the file has so many.</summary>
    public const int HeadBytes = 4096;

    private static ReadOnlySpan<byte> JpegMark => [0xFF, 0xD8, 0xFF];
    private static ReadOnlySpan<byte> PngMark => [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A];

    public static readonly IReadOnlyList<FileKind> All =
    [
        new("jpeg", "image/jpeg", ".jpg", true),
        new("png", "image/png", ".png", true),
        new("webp", "image/webp", ".webp", true),
        new("gif", "image/gif", ".gif", true),
        new("heic", "image/heic", ".heic"),
        new("pdf", "application/pdf", ".pdf", true),
        new("mp4", "video/mp4", ".mp4"),
        new("mov", "video/quicktime", ".mov"),
        new("m4a", "audio/mp4", ".m4a"),
        new("mp3", "audio/mpeg", ".mp3"),
        new("wav", "audio/wav", ".wav"),
        new("amr", "audio/amr", ".amr"),
        new("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", ".docx"),
        new("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ".xlsx"),
    ];

    /// <summary>For a file input: endings as the field offers them. A help for the sender, no check.</summary>
    public static readonly string Accept = string.Join(',', All.Select(k => k.Extension).Append(".jpeg"));

    public static FileKind Of(string code) => All.First(k => k.Code == code);

    /// <summary>An archive may be an office document; only its whole says which (<see cref="OfficeParts"/>).</summary>
    public static bool MayBeOffice(ReadOnlySpan<byte> head) => head.StartsWith("PK\x03\x04"u8);

    public static FileKind? Find(ReadOnlySpan<byte> head)
    {
        var code = head switch
        {
            _ when head.StartsWith(JpegMark) => "jpeg",
            _ when head.StartsWith(PngMark) => "png",
            _ when head.StartsWith("GIF87a"u8) || head.StartsWith("GIF89a"u8) => "gif",
            _ when head.StartsWith("%PDF-"u8) => "pdf",
            _ when head.StartsWith("RIFF"u8) && At(head, 8, "WEBP"u8) => "webp",
            _ when head.StartsWith("RIFF"u8) && At(head, 8, "WAVE"u8) => "wav",
            _ when head.StartsWith("#!AMR\n"u8) || head.StartsWith("#!AMR-WB\n"u8) => "amr",
            _ when head.StartsWith("ID3"u8) || IsMp3Frame(head) => "mp3",
            _ when At(head, 4, "ftyp"u8) => OfBrand(head),
            _ => null,
        };
        return code is null ? null : Of(code);
    }

    // ISO/IEC 14496-12: the major brand says what the container holds.
    private static string? OfBrand(ReadOnlySpan<byte> head)
    {
        if (head.Length < 12 || BinaryPrimitives.ReadUInt32BigEndian(head) is < 8 or > 1024)
            return null;
        return System.Text.Encoding.Latin1.GetString(head.Slice(8, 4)) switch
        {
            "heic" or "heix" or "heim" or "heis" or "hevc" or "mif1" or "msf1" => "heic",
            "M4A " or "M4B " => "m4a",
            "qt  " => "mov",
            "isom" or "iso2" or "iso3" or "iso4" or "iso5" or "iso6" or "mp41" or "mp42" or "avc1" or "M4V " or "MSNV" or "dash" or "3gp4" or "3gp5" or "3gp6" => "mp4",
            _ => null,
        };
    }

    // MPEG 1 or 2, layer III, with a bit rate and a sampling rate that exist.
    private static bool IsMp3Frame(ReadOnlySpan<byte> head) =>
        head.Length >= 4 && head[0] == 0xFF && (head[1] & 0xE6) == 0xE2 && (head[1] & 0x18) != 0x08
        && (head[2] & 0xF0) is not (0 or 0xF0) && (head[2] & 0x0C) != 0x0C;

    private static bool At(ReadOnlySpan<byte> head, int from, ReadOnlySpan<byte> mark) => head.Length >= from + mark.Length && head[from..].StartsWith(mark);
}
