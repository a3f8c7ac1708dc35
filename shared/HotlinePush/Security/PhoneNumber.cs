namespace HotlinePush.Security;

/// <summary>
/// Phone numbers a person can be reached at, as E.164. Mainland numbers by the national numbering plan: mobiles
/// <c>1[3-9]</c> and nine digits, landlines with their area code. Service numbers (110, 12345, 95588, 400, 800) belong to nobody.
/// </summary>
public static class PhoneNumber
{
    private const int MaxText = 40;

    /// <param name="text">As people write it: spaces, dashes, brackets, full-width digits, <c>+86</c>, <c>0086</c> or <c>86</c> in front.</param>
    /// <param name="e164"><c>+</c> and 7–15 digits; empty where the answer is false.</param>
    public static bool TryParse(string? text, out string e164)
    {
        e164 = "";
        if (text is null || text.Length > MaxText)
            return false;
        Span<char> kept = stackalloc char[MaxText];
        var length = 0;
        foreach (var written in text)
        {
            var c = HalfWidth.Of(written);
            if (char.IsAsciiDigit(c) || (c == '+' && length == 0))
                kept[length++] = c;
            else if (c is not (' ' or '-' or '(' or ')'))
                return false;
        }

        ReadOnlySpan<char> number = kept[..length];
        if (number.StartsWith("+86"))
            return Mainland(number[3..], areaCodeMayLackZero: true, out e164);
        if (number.StartsWith("+"))
            return International(number[1..], out e164);
        if (number.StartsWith("0086"))
            return Mainland(number[4..], areaCodeMayLackZero: true, out e164);
        if (number.StartsWith("86"))
            return Mainland(number[2..], areaCodeMayLackZero: false, out e164);
        return Mainland(number, areaCodeMayLackZero: false, out e164);
    }

    /// <summary>For people to recognise, not to call: <c>138****1234</c>; a landline by area code and last two digits.</summary>
    public static string Mask(string? e164)
    {
        if (string.IsNullOrEmpty(e164))
            return "";
        if (!TryParse(e164, out var number))
            return "****";
        if (!number.StartsWith("+86", StringComparison.Ordinal))
            return $"{number[..3]}****{number[^2..]}";
        var national = number.AsSpan(3);
        return IsMobile(national)
            ? $"{national[..3]}****{national[^4..]}"
            : $"0{national[..AreaCodeLength(national)]}****{national[^2..]}";
    }

    /// <summary>First letter and domain: <c>w***@example.com</c>.</summary>
    public static string MaskEmail(string? address)
    {
        if (string.IsNullOrEmpty(address))
            return "";
        var at = address.LastIndexOf('@');
        return at < 1 ? "***" : $"{address[0]}***{address.AsSpan(at)}";
    }

    private static bool Mainland(ReadOnlySpan<char> national, bool areaCodeMayLackZero, out string e164)
    {
        e164 = "";
        if (!IsMobile(national))
        {
            if (national.StartsWith("0"))
                national = national[1..];
            else if (!areaCodeMayLackZero)
                return false;
            if (!IsLandline(national))
                return false;
        }

        e164 = $"+86{national}";
        return true;
    }

    private static bool International(ReadOnlySpan<char> digits, out string e164)
    {
        var isOne = digits.Length is >= 7 and <= 15 && digits[0] != '0';
        e164 = isOne ? $"+{digits}" : "";
        return isOne;
    }

    private static bool IsMobile(ReadOnlySpan<char> national) =>
        national.Length == 11 && national[0] == '1' && national[1] is >= '3' and <= '9';

    /// <param name="national">Without the leading zero.</param>
    private static bool IsLandline(ReadOnlySpan<char> national)
    {
        var area = AreaCodeLength(national);
        if (area == 0 || national.StartsWith("400") || national.StartsWith("800"))
            return false;
        var subscriber = national[area..];
        // 1… and 9… are services, 0… is a trunk prefix. Cities with a short area code have eight digits everywhere.
        return subscriber.Length is 7 or 8 && (area == 3 || subscriber.Length == 8) && subscriber[0] is >= '2' and <= '8';
    }

    private static int AreaCodeLength(ReadOnlySpan<char> national) =>
        national.Length < 9 ? 0
        : national[0] == '2' || national.StartsWith("10") ? 2
        : national[0] is >= '3' and <= '9' ? 3
        : 0;
}
