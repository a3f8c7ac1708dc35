using System.Text;

namespace HotlinePush.Jobs;

/// <summary>Finds out how an uploaded text is encoded: by its byte order mark, else UTF-8, else GB18030 as Chinese spreadsheets write it.</summary>
public static class TextEncoding
{
    public const string Utf8 = "utf-8";
    public const string Utf16 = "utf-16";
    public const string Utf16BigEndian = "utf-16BE";
    public const string Gb18030 = "gb18030";

    /// <summary>What cannot be decoded becomes U+FFFD, so that the row it stands in can be named.</summary>
    public static Encoding Of(string name) => name switch
    {
        Utf8 => new UTF8Encoding(false),
        Utf16 => new UnicodeEncoding(false, true),
        Utf16BigEndian => new UnicodeEncoding(true, true),
        Gb18030 => CodePagesEncodingProvider.Instance.GetEncoding(Gb18030, EncoderFallback.ReplacementFallback, new DecoderReplacementFallback("\uFFFD"))!,
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, null),
    };

    /// <summary>Null where it is no text: NUL bytes without a byte order mark of UTF-16. Reads the whole stream.</summary>
    public static async Task<string?> DetectAsync(Stream content, CancellationToken ct)
    {
        var buffer = new byte[64 * 1024];
        var chars = new char[buffer.Length + 1];
        // A stray byte in a long UTF-8 text must not turn the text into another; in GB18030 nearly every character is wrong as UTF-8.
        var decoder = new UTF8Encoding(false).GetDecoder();
        long wrong = 0, foreign = 0;
        for (var first = true; ; first = false)
        {
            var read = await content.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, ct);
            var bytes = buffer.AsMemory(0, read);
            if (first && Mark(bytes.Span) is { } marked)
                return marked;
            if (bytes.Span.Contains((byte)0))
                return null;
            var count = decoder.GetChars(bytes.Span, chars, flush: read < buffer.Length);
            foreach (var c in chars.AsSpan(0, count))
            {
                if (c == '\uFFFD')
                    wrong++;
                else if (c > '\u007f')
                    foreign++;
            }

            if (read < buffer.Length)
                return wrong * 10 <= foreign ? Utf8 : Gb18030;
        }
    }

    private static string? Mark(ReadOnlySpan<byte> start) =>
        start.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]) ? Utf8
        : start.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE]) ? Utf16
        : start.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF]) ? Utf16BigEndian
        : null;
}
