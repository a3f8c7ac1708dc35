using System.Text.RegularExpressions;

namespace HotlinePush.Tickets;

/// <summary>
/// A first version of what a unit will see of a confidential ticket 脱敏转办稿: the words without what plainly points at their reporter.
/// A draft: the desk reads and answers for it.
/// </summary>
public static partial class RedactedDraft
{
    public static string Of(Ticket ticket)
    {
        var text = string.Join('\n', new[] { ticket.Subject, ticket.Description }.Where(t => !string.IsNullOrWhiteSpace(t)));
        if (ticket.Contact?.Name is { Length: > 1 } name)
            text = text.Replace(name, "某某", StringComparison.Ordinal);
        text = Email().Replace(text, "〔邮箱已隐去〕");
        text = IdNumber().Replace(text, "〔证件号已隐去〕");
        text = Phone().Replace(text, "〔电话已隐去〕");
        text = Plate().Replace(text, "〔车牌已隐去〕");
        text = OwnName().Replace(text, "$1某某");
        return Room().Replace(text, "某$1");
    }

    /// <summary>
    /// Whether a text that everybody is to read still plainly points at somebody: the reporter's own name, phone or e-mail, or anybody's mobile
    /// number, identity number or address of mail. Offices' own numbers may stand.
    /// </summary>
    public static bool PointsAtSomebody(string text, Contact? contact) =>
        Email().IsMatch(text) || IdNumber().IsMatch(text) || Mobile().IsMatch(text)
        || (contact?.Name is { Length: > 1 } name && text.Contains(name, StringComparison.Ordinal))
        || (contact?.Phone is { Length: > 7 } phone && Digits(text).Contains(phone[^8..], StringComparison.Ordinal));

    private static string Digits(string text) => string.Concat(text.Where(char.IsAsciiDigit));

    [GeneratedRegex(@"(?<![0-9])1[3-9][0-9][- ]?[0-9]{4}[- ]?[0-9]{4}(?![0-9])")]
    private static partial Regex Mobile();

    [GeneratedRegex(@"[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}")]
    private static partial Regex Email();

    [GeneratedRegex(@"(?<![0-9])[0-9]{17}[0-9Xx](?![0-9])")]
    private static partial Regex IdNumber();

    [GeneratedRegex(@"(?<![0-9])(?:(?:\+?86[- ]?)?1[3-9][0-9][- ]?[0-9]{4}[- ]?[0-9]{4}|0[0-9]{2,3}[- ]?[0-9]{7,8}|[2-8][0-9]{6,7})(?![0-9])")]
    private static partial Regex Phone();

    [GeneratedRegex(@"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-Z][·. ]?[A-Z0-9]{5,6}")]
    private static partial Regex Plate();

    /// <summary>How people give their own name; two or three characters follow.</summary>
    [GeneratedRegex(@"(我叫|我名叫|本人叫|我的名字是|联系人[:：]|姓名[:：])[\u4e00-\u9fff]{2,3}")]
    private static partial Regex OwnName();

    /// <summary>A house, a stair, a flat: three of them are an address.</summary>
    [GeneratedRegex(@"[0-9A-Za-z一二三四五六七八九十]+(号楼|幢|栋|单元|室|户)")]
    private static partial Regex Room();
}
