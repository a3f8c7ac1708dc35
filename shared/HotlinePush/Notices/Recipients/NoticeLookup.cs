using HotlinePush.Security;
using HotlinePush.Units;
using HotlinePush.Web;

namespace HotlinePush.Notices.Recipients;

/// <summary>Looking up by phone: a code, then the notices. The same for the API and the pages.</summary>
public sealed class NoticeLookup(LookupCodes codes, LookupTokens tokens, RecipientNotices notices, NoticeStore store, SentNotices sent, CitySource cities, KeyRing keys, SiteAddress site)
{
    /// <returns>Null where all was done that is ever done; or the refusal. Neither tells whether the number is known.</returns>
    public async Task<Refusal?> AskAsync(string phone, string addressKey, CancellationToken ct) =>
        PhoneNumber.TryParse(phone, out var e164) ? await codes.AskAsync(e164, addressKey, ct) : BadPhone;

    public async Task<(LookupAnswer? Answer, Refusal? Refusal)> VerifyAsync(string phone, string code, string addressKey, CancellationToken ct)
    {
        if (!PhoneNumber.TryParse(phone, out var e164))
            return (null, BadPhone);
        return await codes.UseAsync(e164, PersonName.Normal(code), addressKey, ct) is { } refusal ? (null, refusal) : (await AnswerAsync(e164, tokens.Write(e164), ct), null);
    }

    public async Task<(LookupAnswer? Answer, Refusal? Refusal)> AgainAsync(string? token, CancellationToken ct) =>
        tokens.Read(token) is { } phone ? (await AnswerAsync(phone, token!, ct), null) : (null, LookupTokens.Over);

    /// <summary>As everybody may read it; null where it has not begun to go out.</summary>
    public async Task<PublicNoticeView?> PublicAsync(string id, CancellationToken ct)
    {
        if ((await store.ReadAsync(id, ct))?.Notice is not { StartedAt: not null } notice)
            return null;
        // Most notices are never corrected, and this is read by anybody.
        var corrections = notice.CorrectedBy is null ? [] : (await sent.ReadAsync(ct)).Notices.Where(n => n.Corrects == id).Select(n => n.Id);
        return PublicNoticeView.Of(notice, [.. corrections], await cities.GetAsync(ct), site);
    }

    private async Task<LookupAnswer> AnswerAsync(string phone, string token, CancellationToken ct)
    {
        var city = await cities.GetAsync(ct);
        var found = await notices.FindAsync(phone, ct);
        return new([.. RecipientNotices.ShownOf(found).Select(f => LookupItem.Of(f, city, keys)).DistinctBy(i => i.Delivery ?? i.NoticeId)], found.Back, token);
    }

    private static Refusal BadPhone => Refusal.Of("badValue", "phone", "不是有效的电话号码。");
}
