using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using HotlinePush.Audiences;
using HotlinePush.Notices.Sending;
using HotlinePush.Security;

namespace HotlinePush.Notices;

/// <summary>
/// What a recipient holds in hand: a delivery's name and a code only this city can make, so that it is found without an index and cannot be
/// guessed. <c>notice-page-row-code</c>, short enough for a text message and a QR code. Ten letters and digits of an HMAC: 50 bits, and wrong ones
/// are throttled.
/// </summary>
public readonly record struct DeliveryToken(string NoticeId, Place Place)
{
    private const string Purpose = "delivery";
    private const int CodeLength = 10;

    public static string Write(KeyRing keys, string deliveryId) => $"{deliveryId}-{Code(keys.Token(Purpose, deliveryId))}";

    /// <returns>Null where it was not made here.</returns>
    public static DeliveryToken? Read(KeyRing keys, string? text)
    {
        if (text is null || text.Length > 100 || text.Split('-') is not [{ Length: > 0 } notice, var page, var row, { Length: CodeLength } code]
            || Number(page) is not { } p || Number(row) is not { } r)
            return null;
        var id = AttemptId.DeliveryId(notice, p, r);
        var given = Encoding.UTF8.GetBytes(code);
        return keys.Tokens(Purpose, id).Any(t => CryptographicOperations.FixedTimeEquals(given, Encoding.UTF8.GetBytes(Code(t)))) ? new(notice, new(p, r)) : null;
    }

    /// <summary>Whether it could be one: a guess, where it is none. Anything else is a mistyped address, which locks nobody out.</summary>
    public static bool LooksLikeOne(string? text) => text is { Length: <= 100 } && text.Count(c => c == '-') == 3;

    private static string Code(string token) => token.AsSpan(token.IndexOf('-') + 1, CodeLength).ToString();

    private static int? Number(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
