using System.Globalization;
using HotlinePush.Security;

namespace HotlinePush.Audiences.Import;

/// <summary>Phones as cells have them.</summary>
public static class PhoneCell
{
    /// <returns>The code of what is wrong: <c>badPhone, phoneRounded, severalPhones</c>; null with the number in <paramref name="e164"/>.</returns>
    public static string? Read(string cell, out string e164)
    {
        var text = cell.TrimStart('\'', '`', '‘', '’').Trim();
        // A number that went through a formula.
        if (text.EndsWith(".0", StringComparison.Ordinal) || text.EndsWith(".00", StringComparison.Ordinal))
            text = text[..text.IndexOf('.', StringComparison.Ordinal)];
        if (PhoneNumber.TryParse(text, out e164))
            return null;
        if (Scientific(text) is { } exact)
            return exact.Length > 0 && PhoneNumber.TryParse(exact, out e164) ? null : exact.Length == 0 ? "phoneRounded" : "badPhone";
        var parts = text.Split(['/', '\\', ',', '，', '、', ';', '；', '\n', '\r', '|'], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return parts.Length > 1 && parts.Any(p => PhoneNumber.TryParse(p, out _)) ? "severalPhones" : "badPhone";
    }

    /// <summary>1.3800001234E+10 has all its digits; 1.38E+10 has lost them (empty). Null: not written so.</summary>
    private static string? Scientific(string text)
    {
        var e = text.IndexOfAny(['E', 'e']);
        if (e < 1 || !int.TryParse(text.AsSpan(e + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var exponent) || exponent is < 1 or > 20)
            return null;
        var dot = text.IndexOf('.', StringComparison.Ordinal);
        var digits = dot < 0 ? text[..e] : text[..dot] + text[(dot + 1)..e];
        if (digits.Length == 0 || !digits.All(char.IsAsciiDigit) || (dot >= 0 && dot != 1))
            return null;
        return digits.Length == exponent + 1 && dot == 1 ? digits : "";
    }
}
