using HotlinePush.Channels;
using HotlinePush.Notices.Sending;
using HotlinePush.Security;

namespace HotlinePush.Notices;

/// <summary>A notice as the publishing office and supervisors read it. Nothing of any recipient stands in it.</summary>
public sealed record NoticeView(
    string Id, NoticeState State, string Title, string Field, string? FieldName, string? MatterId, string UnitId, string AudienceId, IReadOnlyList<ChannelKind> Channels, NoticeTexts Texts,
    string? LegalBasis, bool Mandatory, ExpectedAmount? Expected, DateTimeOffset? SendAt, string? Script, int? PerHour, NoticeTemplates? Templates, bool SharedPhones, int? Trial, string? Corrects, string? CorrectedBy,
    string DraftedBy, string? ReviewedBy, IReadOnlyList<string> Checklist, Frozen? Frozen, DateTimeOffset CreatedAt, DateTimeOffset? StartedAt, DateTimeOffset? EndedAt, Progress Progress,
    NoticeLinks Links)
{
    public static NoticeView Of(Notice n, Progress progress) => new(
        n.Id, n.State, n.Title, n.Field, DisclosureFields.NameOf(n.Field), n.MatterId, n.UnitId, n.AudienceId, n.Channels, n.Texts, n.LegalBasis, n.Mandatory, n.Expected, n.SendAt, n.Script,
        n.PerHour, n.Templates, n.SharedPhones, n.Trial, n.Corrects, n.CorrectedBy, n.DraftedBy.Id, n.ReviewedBy?.Id, n.Checklist, n.Frozen, n.CreatedAt, n.StartedAt, n.EndedAt, progress,
        new($"/api/v1/notices/{n.Id}", $"/notices/{n.Id}"));
}

public sealed record NoticeLinks(string Self, string Page);

/// <summary>A notice in a list.</summary>
public sealed record NoticeSummary(
    string Id, NoticeState State, string Title, string Field, string UnitId, int? Recipients, DateTimeOffset? SendAt, DateTimeOffset CreatedAt, string? Corrects)
{
    public static NoticeSummary Of(Notice n) => new(n.Id, n.State, n.Title, n.Field, n.UnitId, n.Frozen?.Recipients, n.SendAt, n.CreatedAt, n.Corrects);
}

public sealed record NoticeEventView(int Seq, DateTimeOffset At, string By, Role Role, string Action, NoticeState From, NoticeState To, string? Note, IReadOnlyDictionary<string, string>? Details)
{
    public static NoticeEventView Of(NoticeEvent e) => new(e.Seq, e.At, e.By.Id, e.By.Role, e.Action, e.From, e.To, e.Note, e.Details);
}
