namespace HotlinePush.Routing;

/// <summary>Text as routing compares it. Positions stay those of the original, so what was found can be quoted.</summary>
public static class PlainText
{
    /// <summary>
    /// Full-width forms (U+FF01–FF5E, U+3000) become ASCII and capitals small, character for character.
    /// Done by hand: without ICU, <c>Normalize</c> does not fold them.
    /// </summary>
    public static string Fold(string text) => string.Create(text.Length, text, static (span, source) =>
    {
        for (var i = 0; i < span.Length; i++)
        {
            var c = source[i];
            if (c is >= '\uFF01' and <= '\uFF5E')
                c = (char)(c - 0xFEE0);
            else if (c == '\u3000')
                c = ' ';
            span[i] = c is >= 'A' and <= 'Z' ? (char)(c | 0x20) : c;
        }
    });

    /// <summary>One text for the classifier: the subject is its first line and weighs more.</summary>
    public static string OfTicket(string? subject, string? description) =>
        (subject ?? "").ReplaceLineEndings(" ").Trim() + "\n" + (description ?? "").Trim();
}
