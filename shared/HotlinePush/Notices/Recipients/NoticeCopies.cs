using System.Text;
using HotlinePush.Audiences;
using HotlinePush.Channels;
using HotlinePush.Clocks;
using HotlinePush.Notices.Sending;
using HotlinePush.Security;
using HotlinePush.Web;

namespace HotlinePush.Notices.Recipients;

/// <summary>One recipient's copy of a notice, as whoever holds its link or QR code finds it.</summary>
/// <param name="Recipient">Null where the person was erased from the list.</param>
/// <param name="Corrected">The notice the link was given for, where this is the correction that replaces it.</param>
public sealed record NoticeCopy(Notice Notice, Place Place, Recipient? Recipient, Delivery Delivery, DeliveryMark Mark, bool HasExpired, Notice? Corrected = null)
{
    public string DeliveryId => AttemptId.DeliveryId(Notice.Id, Place.Page, Place.Row);
    public ChannelKind Channel => RecipientNotices.ChannelOf(Notice, Delivery);

    /// <summary>Figures are shown to who knows the name in the list; never for a phone that many share, and not once it was said to be the wrong person.</summary>
    public bool MayShowFigures => !HasExpired && Mark.NotMeAt is null && Recipient is { SharedPhone: false, Name: { Length: > 0 } };
}

/// <summary>The whole text as it was sent, with the recipient's own values in it.</summary>
public sealed record ShownFigures(string? Subject, string Body, IReadOnlyDictionary<string, string> Fields);

/// <summary>
/// A recipient's copy by its token: the part without figures for the holder, the figures for who also knows the name in the list. Wrong tokens are
/// counted and slowed down; wrong names lock the copy.
/// </summary>
public sealed class NoticeCopies(
    KeyRing keys, NoticeStore notices, RecipientNotices found, AudienceStore audiences, DeliveryStore deliveries, DeliveryMarks marks, NoticeComposer composer, CodeGuesses guesses,
    AuditLog audit, ProductClock clock)
{
    /// <summary>Wrong names before the copy is locked for <see cref="LockedFor"/>.</summary>
    public const int MostWrongNames = 5;

    public static readonly TimeSpan LockedFor = TimeSpan.FromHours(1);

    /// <summary>What guessed tokens count as, in place of a ticket's number.</summary>
    private const string Guessed = "notice copy";

    private const int MostCorrections = 5;

    /// <summary>The copy, or the correction that replaces it. A forged token, an unknown one and one whose turn has not come are the same 404.</summary>
    public async Task<(NoticeCopy? Copy, Refusal? Refusal)> OpenAsync(string? token, string addressKey, CancellationToken ct)
    {
        if (await guesses.CheckAsync(addressKey, Guessed, ct) is { } slow)
            return (null, slow);
        if (DeliveryToken.Read(keys, token) is not { } read || await ReadAsync(read, ct) is not { } copy)
        {
            if (DeliveryToken.LooksLikeOne(token))
                await guesses.CountAsync(addressKey, Guessed, ct);
            return (null, Problems.NotFoundHere);
        }

        var given = copy.Notice;
        for (var i = 0; i < MostCorrections && copy is { Notice.CorrectedBy: not null, Recipient: { } recipient } && await found.CorrectionOfAsync(copy.Notice.Id, recipient, ct) is { } c; i++)
            copy = new(c.Notice, c.Place, c.Recipient, c.Delivery, c.Mark, HasExpired: false, Corrected: given);
        return (copy, null);
    }

    /// <summary>As sent, for who names the recipient as the list does. Each look is counted, without a word on whose.</summary>
    public async Task<(ShownFigures? Figures, Refusal? Refusal)> ShowAsync(NoticeCopy copy, string name, Actor by, CancellationToken ct)
    {
        if (copy.HasExpired)
            return (null, new("copyExpired", "这份通知已过查看期限，请向发布单位查询。"));
        if (!copy.MayShowFigures || copy.Recipient is not { } recipient)
            return (null, new("figuresNotShown", "这份通知的个人内容不在网上显示，请向发布单位或村（社区）查询。"));
        var now = clock.Engine.GetUtcNow();
        var locked = false;
        // Counted before it is compared: names tried at once count too. The fifth may still be the right one.
        await marks.ChangeAsync(copy.Notice.Id, copy.Place, m =>
        {
            locked = m.LockedUntil > now;
            var wrong = m.LockedUntil is null ? m.WrongNames + 1 : 1;
            return locked ? m : m with { WrongNames = wrong, LockedUntil = wrong >= MostWrongNames ? now + LockedFor : null };
        }, ct);
        if (locked)
            return (null, new("nameLocked", "姓名输错次数过多，请一小时后再试，或拨打 12345。"));
        if (PersonName.Normal(name) is not { Length: > 0 } said || said != PersonName.Normal(recipient.Name!))
            return (null, Refusal.Of("wrongName", "name", "与名单上登记的姓名不一致。连续输错五次将锁定一小时。"));
        if (composer.Compose(copy.Notice, recipient, copy.Channel, copy.DeliveryId) is not { Why: null } text)
            return (null, new("figuresNotShown", "这份通知的个人内容不在网上显示，请向发布单位或村（社区）查询。"));
        await audit.AppendAsync(new(clock.GetUtcNow(), by, "viewNotice", copy.Notice.Id, "对象凭登记的姓名查看了本人的通知。"), ct);
        await marks.ChangeAsync(copy.Notice.Id, copy.Place, m => m with { Views = m.Views + 1, WrongNames = 0, LockedUntil = null }, ct);
        return (new(text.Subject, text.Body, composer.ValuesOf(copy.Notice, recipient, copy.Channel)), null);
    }

    /// <summary>“I have read it”; said again it stays as it was.</summary>
    public async Task<NoticeCopy> ReadByAsync(NoticeCopy copy, CancellationToken ct) =>
        copy with { Mark = await marks.ChangeAsync(copy.Notice.Id, copy.Place, m => m with { ReadAt = m.ReadAt ?? clock.GetUtcNow() }, ct) };

    /// <summary>“This is not me”: the contact is somebody else's, who is shown it no more.</summary>
    public async Task<NoticeCopy> NotMeAsync(NoticeCopy copy, CancellationToken ct) =>
        copy with { Mark = await marks.ChangeAsync(copy.Notice.Id, copy.Place, m => m with { NotMeAt = m.NotMeAt ?? clock.GetUtcNow() }, ct) };

    private async Task<NoticeCopy?> ReadAsync(DeliveryToken token, CancellationToken ct)
    {
        if ((await notices.ReadAsync(token.NoticeId, ct))?.Notice is not { StartedAt: not null, Frozen: { } frozen } notice
            || (await deliveries.LoadOneAsync(notice.Id, token.Place.Page, token.Place.Row, ct))?.Rows[token.Place.Row] is not { } delivery)
            return null;
        var recipient = await audiences.ReadRecipientAsync(notice.AudienceId, frozen.ListVersion, token.Place, ct);
        return new(notice, token.Place, recipient, delivery, await marks.ReadAsync(notice.Id, token.Place, ct), RecipientNotices.HasExpired(notice, clock.GetUtcNow()));
    }
}

/// <summary>Names as people write them, to be compared: no blanks, no dots between the parts of a name, one width and case.</summary>
public static class PersonName
{
    public static string Normal(string name)
    {
        var kept = new StringBuilder(name.Length);
        foreach (var c in HalfWidth.Of(name))
            if (!char.IsWhiteSpace(c) && c is not ('·' or '•' or '‧' or '・' or '．' or '.' or '\u200B' or '\uFEFF'))
                kept.Append(char.ToUpperInvariant(c));
        return kept.ToString();
    }
}
