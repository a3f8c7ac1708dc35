namespace HotlinePush.Jobs;

/// <summary>
/// Cells on their way out into a CSV that a spreadsheet will open: one that begins like a formula gets an apostrophe before it, which the spreadsheet
/// hides and does not run (OWASP, CSV injection). Numbers stay numbers.
/// </summary>
public static class CsvCell
{
    public static string Harmless(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return "";
        var first = text.AsSpan().TrimStart() is { Length: > 0 } trimmed ? trimmed[0] : ' ';
        return first is '=' or '+' or '-' or '@' or '＝' or '＋' or '－' or '＠' && !IsNumber(text) || text[0] is '\t' or '\r' or '\n' ? "'" + text : text;
    }

    /// <summary>A line of harmless cells, quoted where RFC 4180 needs it; without its end.</summary>
    public static string Line(IEnumerable<string?> cells) => string.Join(',', cells.Select(c => Quoted(Harmless(c))));

    private static string Quoted(string cell) => cell.AsSpan().IndexOfAny(",\"\r\n") < 0 ? cell : "\"" + cell.Replace("\"", "\"\"", StringComparison.Ordinal) + "\"";

    // +86138… would be a number to a spreadsheet, and lose its sign; it is no danger.
    private static bool IsNumber(string text) => text.Length is > 1 and < 30 && (text[0] is '+' or '-') && text.AsSpan(1).IndexOfAnyExcept("0123456789.,") < 0;
}
