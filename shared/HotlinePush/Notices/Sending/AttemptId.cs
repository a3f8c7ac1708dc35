using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using HotlinePush.Security;

namespace HotlinePush.Notices.Sending;

/// <summary>
/// The name of an attempt towards its provider: <c>notice-page-row-no-mac</c>, at most 64 of <c>a–z 0–9 -</c>. A receipt finds its row by it
/// without an index, and one that nobody was given is refused.
/// </summary>
public readonly record struct AttemptId(string NoticeId, int Page, int Row, int No)
{
    private const string Purpose = "attempt";
    private const int MacLength = 10;

    /// <summary>The delivery without the attempt: what people and lists name it by.</summary>
    public static string DeliveryId(string noticeId, int page, int row) => string.Create(CultureInfo.InvariantCulture, $"{noticeId}-{page}-{row}");

    public string Write(KeyRing keys) => $"{Plain}-{Mac(keys.IndexHash(Purpose, Plain))}";

    /// <returns>Null where it was not made here.</returns>
    public static AttemptId? Read(KeyRing keys, string? text)
    {
        if (text is null || text.Length > 64 || text.Split('-') is not [{ Length: > 0 } notice, var page, var row, var no, var mac]
            || Number(page) is not { } p || Number(row) is not { } r || Number(no) is not { } n)
            return null;
        var id = new AttemptId(notice, p, r, n);
        var given = Encoding.UTF8.GetBytes(mac);
        return keys.IndexHashes(Purpose, id.Plain).Any(h => CryptographicOperations.FixedTimeEquals(given, Encoding.UTF8.GetBytes(Mac(h)))) ? id : null;
    }

    private string Plain => string.Create(CultureInfo.InvariantCulture, $"{NoticeId}-{Page}-{Row}-{No}");

    private static string Mac(string hash) => hash.AsSpan(hash.IndexOf('-') + 1, MacLength).ToString();

    private static int? Number(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
