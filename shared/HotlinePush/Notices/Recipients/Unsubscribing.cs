using HotlinePush.Audiences;
using HotlinePush.Security;
using HotlinePush.Web;

namespace HotlinePush.Notices.Recipients;

/// <param name="Notice">By which the way out was found.</param>
public sealed record Unsubscription(Notice Notice, Recipient? Recipient);

/// <summary>
/// The way out of an office's notices, RFC 8058: by the token of any of them, at any time, without signing in. All contacts of the recipient go, but a
/// phone that many share: one of them does not speak for the others.
/// </summary>
public sealed class Unsubscribing(KeyRing keys, NoticeStore notices, AudienceStore audiences, OptOuts optOuts, CodeGuesses guesses)
{
    private const string Guessed = "unsubscribe";

    public async Task<(Unsubscription? Found, Refusal? Refusal)> FindAsync(string token, string addressKey, CancellationToken ct)
    {
        if (await guesses.CheckAsync(addressKey, Guessed, ct) is { } slow)
            return (null, slow);
        if (DeliveryToken.Read(keys, token) is { } read && (await notices.ReadAsync(read.NoticeId, ct))?.Notice is { Frozen: { } frozen } notice)
            return (new(notice, await audiences.ReadRecipientAsync(notice.AudienceId, frozen.ListVersion, read.Place, ct)), null);
        if (DeliveryToken.LooksLikeOne(token))
            await guesses.CountAsync(addressKey, Guessed, ct);
        return (null, Problems.NotFoundHere);
    }

    public async Task EndAsync(Unsubscription found, CancellationToken ct)
    {
        foreach (var contact in ContactsOf(found))
            await optOuts.AddAsync(found.Notice.UnitId, contact, ct);
    }

    public async Task StartAgainAsync(Unsubscription found, CancellationToken ct)
    {
        foreach (var contact in ContactsOf(found))
            await optOuts.RemoveAsync(found.Notice.UnitId, contact, ct);
    }

    private static IEnumerable<string> ContactsOf(Unsubscription found) => found.Recipient is { } r
        ? new[] { r.SharedPhone ? null : r.Phone, r.Email, r.OpenId }.OfType<string>()
        : [];
}
