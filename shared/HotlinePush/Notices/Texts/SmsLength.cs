using System.Buffers;
using System.Text;

namespace HotlinePush.Notices.Texts;

/// <summary>
/// How many short messages a text takes: GSM 7-bit 160, or 153 each where it takes several; UCS-2 70, or 67 (3GPP TS 23.038 and 23.040). A character
/// outside the basic plane takes two units that stay together.
/// </summary>
/// <param name="Units">7-bit or 16-bit units in all, the signature counted.</param>
public readonly record struct SmsLength(int Segments, int Units, bool IsUnicode)
{
    // The default alphabet and, counted double, its extension table.
    private static readonly SearchValues<char> Basic = SearchValues.Create(
        "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà");

    private static readonly SearchValues<char> Extended = SearchValues.Create("\f^{}\\[~]|€");

    /// <param name="signature">Stands before every mainland text: 【name】.</param>
    public static SmsLength Of(string text, string? signature = null)
    {
        var whole = signature is null ? text : $"【{signature}】{text}";
        return IsGsm(whole) ? Count(whole, 160, 153, unicode: false) : Count(whole, 70, 67, unicode: true);
    }

    private static bool IsGsm(string text)
    {
        foreach (var c in text)
            if (!Basic.Contains(c) && !Extended.Contains(c))
                return false;
        return true;
    }

    private static SmsLength Count(string text, int alone, int each, bool unicode)
    {
        var (units, segments, inSegment) = (0, 1, 0);
        foreach (var rune in text.EnumerateRunes())
        {
            var width = unicode ? rune.Utf16SequenceLength : Extended.Contains((char)rune.Value) ? 2 : 1;
            units += width;
            if (inSegment + width > each)
                (segments, inSegment) = (segments + 1, 0);
            inSegment += width;
        }

        return new(units <= alone ? 1 : segments, units, unicode);
    }
}
