using HotlinePush.Channels;
using HotlinePush.Notices.Sending;
using HotlinePush.Notices.Texts;
using HotlinePush.Security;
using HotlinePush.Units;

namespace HotlinePush.Notices.Recipients;

/// <summary>How the figures of a copy are come by.</summary>
[CamelCaseWords]
public enum FiguresBy { Name, Never }

/// <summary>A notice in the list of one phone: no figure, no name.</summary>
/// <param name="IsCorrection">It corrects 更正 an earlier one, which is no longer shown.</param>
/// <param name="Delivery">What names this copy in further calls; null for a phone that more than three recipients share.</param>
/// <param name="Copy">The page of the copy, or of the notice as everybody may read it.</param>
public sealed record LookupItem(
    string NoticeId, string Title, string Field, string? FieldName, string UnitId, string? UnitName, DateTimeOffset? SentAt, ChannelKind Channel, DeliveryState State, bool IsCorrection, bool Mandatory,
    FiguresBy Figures, bool Read, string? Delivery, string Copy)
{
    public static LookupItem Of(FoundNotice f, City city, KeyRing keys)
    {
        var token = f.Recipient.SharedPhone ? null : DeliveryToken.Write(keys, f.DeliveryId);
        return new(
            f.Notice.Id, f.Notice.Title, f.Notice.Field, DisclosureFields.NameOf(f.Notice.Field), f.Notice.UnitId, city.FindUnit(f.Notice.UnitId)?.Name, f.Delivery.Last?.At ?? f.Notice.StartedAt,
            RecipientNotices.ChannelOf(f.Notice, f.Delivery), f.Delivery.State, f.Notice.Corrects is not null, f.Notice.Mandatory, token is null || string.IsNullOrWhiteSpace(f.Recipient.Name) ? FiguresBy.Never : FiguresBy.Name,
            f.Mark.ReadAt is not null, token, token is null ? "/notices/" + f.Notice.Id : "/n/" + token);
    }
}

/// <param name="LookedBack">How far back notices were looked at; null where all were.</param>
/// <param name="Token">Shows for half an hour whose phone it is: <c>POST /api/v1/lookup/notices</c> asks again with it.</param>
public sealed record LookupAnswer(IReadOnlyList<LookupItem> Items, DateTimeOffset? LookedBack, string Token);

/// <summary>A recipient's copy without figures.</summary>
/// <param name="Text">The text of its channel; where a value of the recipient's stands in it, 〔…〕.</param>
/// <param name="Corrected">Title of the notice that this one corrects, where the link was given for that one.</param>
/// <param name="ShownUntil">Null while it is still being sent to others.</param>
public sealed record CopyView(
    string NoticeId, string Title, string Field, string? FieldName, string UnitId, string? UnitName, string? LegalBasis, bool Mandatory, DateTimeOffset? SentAt, ChannelKind Channel, DeliveryState State,
    string? Subject, string? Text, bool IsCorrection, string? Corrected, FiguresBy Figures, DateTimeOffset? ReadAt, DateTimeOffset? NotMeAt, bool Expired, DateTimeOffset? ShownUntil)
{
    public static CopyView Of(NoticeCopy c, City city, SiteAddress site)
    {
        var n = c.Notice;
        var text = c.HasExpired || c.Mark.NotMeAt is not null ? null : NoticeTexting.Neutral(n, c.Channel, site.Notice(n.Id));
        return new(
            n.Id, n.Title, n.Field, DisclosureFields.NameOf(n.Field), n.UnitId, city.FindUnit(n.UnitId)?.Name, n.LegalBasis, n.Mandatory, c.Delivery.Last?.At ?? n.StartedAt, c.Channel, c.Delivery.State,
            text?.Subject, text?.Body, n.Corrects is not null, c.Corrected?.Title, c.MayShowFigures ? FiguresBy.Name : FiguresBy.Never, c.Mark.ReadAt, c.Mark.NotMeAt, c.HasExpired,
            n.EndedAt + RecipientNotices.ShownFor);
    }
}

/// <summary>A copy with the recipient's own values, after the second factor.</summary>
public sealed record FiguresView(string NoticeId, string Title, ChannelKind Channel, bool IsCorrection, string? Subject, string Body, IReadOnlyDictionary<string, string> Fields);

/// <summary>A notice as everybody may read it: what it is about, by what law, in which words; never whom it went to, or any value.</summary>
public sealed record PublicNoticeView(
    string Id, string Title, string Field, string? FieldName, string UnitId, string? UnitName, string? LegalBasis, bool Mandatory, DateTimeOffset? StartedAt, DateTimeOffset? EndedAt, NoticeState State,
    IReadOnlyList<PublicTextView> Texts, string? Corrects, IReadOnlyList<string> CorrectedBy)
{
    public static PublicNoticeView Of(Notice n, IReadOnlyList<string> correctedBy, City city, SiteAddress site) => new(
        n.Id, n.Title, n.Field, DisclosureFields.NameOf(n.Field), n.UnitId, city.FindUnit(n.UnitId)?.Name, n.LegalBasis, n.Mandatory, n.StartedAt, n.EndedAt, n.State,
        [.. n.Channels.Select(c => NoticeTexting.Neutral(n, c, site.Notice(n.Id)) is var (subject, body) ? new PublicTextView(c, subject, body) : null).OfType<PublicTextView>()], n.Corrects, correctedBy);
}

public sealed record PublicTextView(ChannelKind Channel, string? Subject, string Text);
