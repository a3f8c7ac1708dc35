using HotlinePush.Security;
using HotlinePush.Units;

namespace HotlinePush.Comments;

/// <summary>A consultation as everybody may read it once it is open.</summary>
/// <param name="Unit">The office's name.</param>
/// <param name="Days">How long it is open, the day of opening not counted; null in a draft without dates.</param>
/// <param name="UsualDays">What the law has as a rule, to compare with.</param>
/// <param name="Received">Comments that came in, shown or not.</param>
/// <param name="Figures">For its office and supervisors; everybody reads them in the summary.</param>
public sealed record ConsultationView(
    string Id, string Title, ConsultationState State, string UnitId, string Unit, IReadOnlyList<ConsultationSection> Text, DateTimeOffset? OpensAt, DateTimeOffset? ClosesAt, int MinDays, int? Days, int UsualDays,
    string? ShortReason, bool ConfirmByCode, IReadOnlyList<Amendment> Amendments, WithdrawalView? Withdrawn, int Received, int Published, DateTimeOffset? SummaryAt, CommentFigures? Figures, ConsultationLinks Links)
{
    public static ConsultationView Of(Consultation c, IReadOnlyList<ConsultationSection> text, CommentFigures figures, bool all, City city, DateTimeOffset now) => new(
        c.Id, c.Title, c.StateAt(now), c.UnitId, UnitName(c, city), text, c.OpensAt, c.ClosesAt, c.MinDays, DaysOf(c), ConsultationRules.UsualDays, c.ShortReason, c.ConfirmByCode, c.Amendments,
        c.Withdrawn is { } w ? new(w.At, w.Reason) : null, figures.Received, figures.Published, c.Summary?.At, all ? figures : null, new($"/api/v1/consultations/{c.Id}", $"/consultations/{c.Id}"));

    public static string UnitName(Consultation c, City city) => city.FindUnit(c.UnitId)?.Name ?? c.UnitId;

    public static int? DaysOf(Consultation c) => c is { OpensAt: { } from, ClosesAt: { } to } ? ConsultationRules.DaysBetween(from, to) : null;
}

public sealed record WithdrawalView(DateTimeOffset At, string Reason);
public sealed record ConsultationLinks(string Self, string Page);

/// <summary>A consultation in a list.</summary>
public sealed record ConsultationRow(string Id, string Title, ConsultationState State, string UnitId, string Unit, DateTimeOffset? OpensAt, DateTimeOffset? ClosesAt, int? Days, DateTimeOffset? SummaryAt)
{
    public static ConsultationRow Of(Consultation c, City city, DateTimeOffset now) => new(
        c.Id, c.Title, c.StateAt(now), c.UnitId, ConsultationView.UnitName(c, city), c.OpensAt, c.ClosesAt, ConsultationView.DaysOf(c), c.Summary?.At);
}

/// <summary>What became of the comments 意见采纳情况.</summary>
/// <param name="PublishedAt">Null until the office has published it; then neither text nor figures of answers are there.</param>
/// <param name="Figures">As they stood when it was published; before, how many came in and are shown, and nothing else.</param>
public sealed record SummaryView(string Id, string Title, ConsultationState State, DateTimeOffset? PublishedAt, string? Text, CommentFigures Figures)
{
    public static SummaryView Of(Consultation c, CommentFigures figures, DateTimeOffset now) => new(
        c.Id, c.Title, c.StateAt(now), c.Summary?.At, c.Summary?.Text, c.Summary?.Figures ?? CommentFigures.None with { Received = figures.Received, Published = figures.Published });
}

/// <summary>A published comment. Nothing of its writer stands in it.</summary>
/// <param name="SectionId">Null: the whole.</param>
/// <param name="Response">The office's answer, where there is one.</param>
public sealed record PublicCommentView(string Id, string? SectionId, string Text, DateTimeOffset ReceivedAt, ResponseView? Response)
{
    public static PublicCommentView? Of(Comment c, Consultation of, string? text) =>
        c.State == CommentState.Published && text is not null ? new(c.Id, of.SectionAt(c.Section)?.Id, text, c.ReceivedAt, ResponseView.Of(c.Response)) : null;
}

public sealed record ResponseView(Adoption Adopted, string Text, DateTimeOffset At)
{
    public static ResponseView? Of(CommentResponse? r) => r is null ? null : new(r.Adopted, r.Text, r.At);
}

/// <summary>A comment as its office and supervisors read it.</summary>
/// <param name="Text">Null once erased.</param>
/// <param name="Name">The first character alone; of one comment asked for by itself.</param>
/// <param name="Phone">Masked; of one comment asked for by itself.</param>
public sealed record CommentView(
    string Id, string? SectionId, CommentState State, string? Text, DateTimeOffset ReceivedAt, CommentChannel Channel, string GroupId, Moderation? Moderation, CommentResponse? Response, bool HasContact,
    string? Name = null, string? Phone = null)
{
    public static CommentView Of(Comment c, Consultation of, string? text, CommentContact? contact = null) => new(
        c.Id, of.SectionAt(c.Section)?.Id, c.State, text, c.ReceivedAt, c.Channel, c.GroupId, c.Moderation, c.Response, c.HasContact, MaskedName(contact?.Name),
        contact?.Phone is { } phone ? PhoneNumber.Mask(phone) : null);

    public static string? MaskedName(string? name) => string.IsNullOrEmpty(name) ? null : name.EnumerateRunes().First() + "**";
}

/// <summary>The answer to somebody who has commented.</summary>
/// <param name="State"><c>held</c>: it waits for moderation; <c>unconfirmed</c>: for the code that was sent.</param>
/// <param name="Alarm">Where the words cry for help: what to dial at once. A ticket is with the desk.</param>
public sealed record TakenView(string Id, CommentState State, string? SectionId, DateTimeOffset ReceivedAt, CommentAlarmView? Alarm)
{
    public static TakenView Of(Comment c, Consultation of, CommentAlarmView? alarm) => new(c.Id, c.State, of.SectionAt(c.Section)?.Id, c.ReceivedAt, alarm);
}

public sealed record CommentAlarmView(string Words, string Dial);

/// <param name="Text">Of the first that can be read.</param>
public sealed record GroupView(string Id, int Count, int Held, int Published, int Refused, int Unanswered, string? Text, Moderation? Moderation, CommentResponse? Response);
