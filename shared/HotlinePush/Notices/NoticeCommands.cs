using System.Collections.Immutable;
using HotlinePush.Audiences;
using HotlinePush.Notices.Templates;
using HotlinePush.Security;
using HotlinePush.Units;

namespace HotlinePush.Notices;

/// <summary>What somebody asks of a notice; refused or turned into an event by <see cref="NoticeRules"/>.</summary>
public abstract record NoticeCommand(string Action);

public sealed record EditNotice(NoticeDraft Draft) : NoticeCommand("edit");
public sealed record SubmitNotice() : NoticeCommand("submit");

/// <param name="Checklist">Points of the secrecy review 保密审查 and the negative list 负面清单 the reviewer has ticked.</param>
public sealed record ReviewNotice(bool Approve, string? Note, ImmutableArray<string> Checklist) : NoticeCommand("review");

/// <param name="Trial">Only so many recipients first; then the notice stands paused until a person goes on.</param>
public sealed record SendNotice(int? Trial = null) : NoticeCommand("send");

public sealed record PauseNotice(string? Note = null) : NoticeCommand("pause");
public sealed record ResumeNotice() : NoticeCommand("resume");
public sealed record CancelNotice(string? Note = null) : NoticeCommand("cancel");

/// <summary>Those whose delivery failed are sent to again, and they alone.</summary>
public sealed record RetryFailed() : NoticeCommand("retry-failed");

// The product's own.
public sealed record BeginNotice() : NoticeCommand("begin");
public sealed record EndTrial() : NoticeCommand("end-trial");
public sealed record EndNotice() : NoticeCommand("end");
public sealed record MarkCorrected(string By) : NoticeCommand("corrected");

/// <summary>What a publisher writes.</summary>
public sealed record NoticeDraft(
    string Title, string Field, string AudienceId, ImmutableArray<Channels.ChannelKind> Channels, NoticeTexts Texts, string? MatterId = null, string? LegalBasis = null,
    bool Mandatory = false, ExpectedAmount? Expected = null, DateTimeOffset? SendAt = null, string? Script = null, int? PerHour = null,
    NoticeTemplates? Templates = null, bool SharedPhones = false);

/// <summary>What a decision is made against.</summary>
/// <param name="Audience">The notice's audience as it is now; null where it has gone.</param>
/// <param name="Templates">What the host's providers demand.</param>
/// <param name="DryRun">Of the audience's list with these texts, where the decision needs one.</param>
public sealed record NoticeContext(DateTimeOffset Now, City City, Audience? Audience, DryRun? DryRun = null, TemplateSet? Templates = null)
{
    public NoticePolicy Policy { get; init; } = new();

    /// <summary>The disclosure catalogue; null where the decision has nothing to do with it.</summary>
    public Matters.MatterCatalogue? Matters { get; init; }
}

/// <summary>The notice as it then is and what happened, or a refusal.</summary>
public readonly record struct NoticeDecision(Notice? Notice, NoticeEvent? Event, Refusal? Refusal)
{
    public static implicit operator NoticeDecision(Refusal refusal) => new(null, null, refusal);
}
