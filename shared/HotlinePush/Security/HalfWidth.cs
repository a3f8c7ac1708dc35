namespace HotlinePush.Security;

/// <summary>Chinese input methods write digits, letters and signs in full width (U+FF01–FF5E, U+3000); without ICU they are folded by hand.</summary>
internal static class HalfWidth
{
    public static char Of(char c) => c switch
    {
        >= '\uFF01' and <= '\uFF5E' => (char)(c - 0xFEE0),
        '\u3000' or '\u00A0' => ' ',
        >= '\u2010' and <= '\u2015' or '\u2212' => '-',
        _ => c,
    };

    public static string Of(string text) => string.Create(text.Length, text, static (span, source) =>
    {
        for (var i = 0; i < span.Length; i++)
            span[i] = Of(source[i]);
    });
}
