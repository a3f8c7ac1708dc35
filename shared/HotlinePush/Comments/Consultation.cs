using HotlinePush.Security;

namespace HotlinePush.Comments;

/// <summary>Where a consultation 意见征集 stands; it follows from its dates, and no timer moves it.</summary>
[CamelCaseWords]
public enum ConsultationState
{
    /// <summary>Without dates: it does not open by itself.</summary>
    Draft,

    /// <summary>Opens at a moment to come; nobody but its office and supervisors sees it yet.</summary>
    Planned,

    Open,

    /// <summary>Takes no more comments; what became of them is not published yet.</summary>
    Closed,

    /// <summary>The summary of what was adopted 意见采纳情况 is published.</summary>
    Answered,

    Withdrawn,
}

/// <summary>One section of a draft, to be commented on by itself.</summary>
/// <param name="Id">1–64 characters, once in a draft.</param>
public sealed record ConsultationSection(string Id, string Heading, string Body);

/// <param name="Id">As of <see cref="ConsultationSection"/>.</param>
public sealed record SectionHead(string Id, string Heading);

/// <summary>What was changed while people were commenting. The words themselves never are: comments refer to them as they stood.</summary>
public sealed record Amendment(DateTimeOffset At, DateTimeOffset ClosedBefore, DateTimeOffset ClosesAt, string Reason);

/// <param name="Figures">As they stood when it was published.</param>
public sealed record PublishedSummary(string Text, DateTimeOffset At, string By, CommentFigures Figures);

/// <param name="Reason">Shown to everybody where the consultation was open.</param>
public sealed record Withdrawal(DateTimeOffset At, string By, string Reason);

/// <summary>A draft that is open for comments between two moments. The sections' texts lie in rows of their own.</summary>
public sealed record Consultation
{
    public required string Id { get; init; }
    public required string UnitId { get; init; }
    public required string Title { get; init; }

    /// <summary>Fixed once it is open: comments name a section by its place.</summary>
    public required IReadOnlyList<SectionHead> Sections { get; init; }

    public DateTimeOffset? OpensAt { get; init; }
    public DateTimeOffset? ClosesAt { get; init; }

    /// <summary>The least days it has to be open by what it is about, from the day after opening; see <see cref="ConsultationRules.UsualDays"/>.</summary>
    public required int MinDays { get; init; }

    /// <summary>Why it is shorter than that; everybody reads it.</summary>
    public string? ShortReason { get; init; }

    /// <summary>Whether comments from the web are confirmed by a one-time code to a phone.</summary>
    public bool ConfirmByCode { get; init; }

    public IReadOnlyList<Amendment> Amendments { get; init; } = [];
    public PublishedSummary? Summary { get; init; }
    public Withdrawal? Withdrawn { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required string CreatedBy { get; init; }

    /// <summary>Counts its events; the version towards clients.</summary>
    public required int Seq { get; init; }

    public ConsultationState StateAt(DateTimeOffset now) => this switch
    {
        { Withdrawn: not null } => ConsultationState.Withdrawn,
        { OpensAt: null } or { ClosesAt: null } => ConsultationState.Draft,
        _ when now < OpensAt => ConsultationState.Planned,
        _ when now < ClosesAt => ConsultationState.Open,
        { Summary: null } => ConsultationState.Closed,
        _ => ConsultationState.Answered,
    };

    /// <summary>Whether everybody may read it: from its opening on, and for good.</summary>
    public bool IsPublicAt(DateTimeOffset now) => OpensAt is { } opens && ClosesAt is not null && (Withdrawn?.At ?? now) >= opens && now >= opens;

    /// <summary>The section's place; null where there is none of that id.</summary>
    public int? PlaceOf(string sectionId)
    {
        for (var i = 0; i < Sections.Count; i++)
            if (Sections[i].Id == sectionId)
                return i;
        return null;
    }

    public SectionHead? SectionAt(int? place) => place is { } at && at < Sections.Count ? Sections[at] : null;
}

/// <summary>One thing that happened to a consultation, for its office.</summary>
/// <param name="Action"><c>create, edit, extend, withdraw, summary</c>.</param>
public sealed record ConsultationEvent(int Seq, DateTimeOffset At, Actor By, string Action, string? Note = null);

/// <summary>What an office writes of a consultation.</summary>
/// <param name="Note">Why it closes later, where it is open already.</param>
public sealed record ConsultationDraft(
    string Title, IReadOnlyList<ConsultationSection> Text, DateTimeOffset? OpensAt, DateTimeOffset? ClosesAt, int MinDays, string? ShortReason, bool ConfirmByCode, string? Note = null);
