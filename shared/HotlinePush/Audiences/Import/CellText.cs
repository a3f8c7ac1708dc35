using System.Globalization;
using System.Text;
using HotlinePush.Security;

namespace HotlinePush.Audiences.Import;

/// <summary>Texts of cells as people and spreadsheets leave them.</summary>
public static class CellText
{
    /// <summary>Stands for a cell that a merged one covers; no cell can hold it.</summary>
    internal const string Merged = "\u0001";

    /// <summary>Stands in a row whose quotation mark never closes.</summary>
    internal const string Unclosed = "\u0002";

    /// <summary>Trimmed, without marks that nobody sees, digits and letters in half width; null where nothing is left.</summary>
    public static string? Clean(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return null;
        var clean = true;
        foreach (var c in text)
            clean &= c is >= ' ' and < '\u007f' or >= '\u4e00' and <= '\u9fff';
        if (clean)
            return text.Trim() is { Length: > 0 } plain ? plain : null;
        var kept = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            // Zero width, direction and byte order marks come along when a number is copied from a contact or a chat.
            if (c is '\u00ad' or '\ufeff' or >= '\u200b' and <= '\u200f' or >= '\u202a' and <= '\u202e' or >= '\u2060' and <= '\u2064' or >= '\u2066' and <= '\u2069')
                continue;
            kept.Append(c is >= '\uff10' and <= '\uff19' or >= '\uff21' and <= '\uff3a' or >= '\uff41' and <= '\uff5a' ? HalfWidth.Of(c) : c is '\u00a0' or '\u3000' ? ' ' : c);
        }

        var cleaned = kept.ToString().Trim();
        return cleaned.Length == 0 ? null : cleaned;
    }

    /// <summary>A header for comparing: half width, without spaces, remarks in brackets, stars and colons, small letters.</summary>
    public static string Header(string? text)
    {
        if (Clean(text) is not { } clean)
            return "";
        var kept = new StringBuilder(clean.Length);
        var depth = 0;
        foreach (var written in clean)
        {
            var c = HalfWidth.Of(written);
            if (c is '(' or '[' or '【')
                depth++;
            else if (c is ')' or ']' or '】')
                depth = Math.Max(0, depth - 1);
            else if (depth == 0 && !char.IsWhiteSpace(c) && c is not ('*' or ':' or '_' or '-' or '#'))
                kept.Append(char.ToLowerInvariant(c));
        }

        return kept.ToString();
    }

    /// <summary>A number as amounts are written: <c>1,234.50</c>, half or full width.</summary>
    public static bool TryNumber(string text, out decimal number) => decimal.TryParse(
        text.IndexOfAnyExceptInRange('\0', '\u007f') < 0 ? text : HalfWidth.Of(text),
        NumberStyles.AllowThousands | NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number);

    /// <summary>A number of a spreadsheet as it shows it in a wide cell: at most 15 digits count, no exponent.</summary>
    public static string Number(double number)
    {
        if (!double.IsFinite(number))
            return "#NUM!";
        var text = number.ToString("G15", CultureInfo.InvariantCulture);
        return text.Contains('E', StringComparison.Ordinal) && decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var exact)
            ? exact.ToString("0.############################", CultureInfo.InvariantCulture)
            : text;
    }

    public static string Date(DateTime moment) =>
        moment.ToString(moment.TimeOfDay == TimeSpan.Zero ? "yyyy-MM-dd" : "yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    public static bool IsError(string text) => text is "#N/A" or "#REF!" or "#VALUE!" or "#NAME?" or "#DIV/0!" or "#NUM!" or "#NULL!" or "#GETTING_DATA";
}
