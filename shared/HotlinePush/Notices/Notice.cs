using System.Collections.Immutable;
using HotlinePush.Audiences;
using HotlinePush.Channels;
using HotlinePush.Notices.Templates;
using HotlinePush.Security;

namespace HotlinePush.Notices;

[CamelCaseWords]
public enum NoticeState { Draft, InReview, Approved, Scheduled, Sending, Paused, Sent, Rejected, Cancelled }

/// <summary>A message to a group about one matter 定向通知, as its events left it. Holds nothing of any recipient.</summary>
public sealed record Notice
{
    public required string Id { get; init; }

    /// <summary>Count of its events: its version towards clients.</summary>
    public int Seq { get; init; }

    public NoticeState State { get; init; }
    public required string Title { get; init; }

    /// <summary>A field of the disclosure catalogue, such as <c>relocation</c>.</summary>
    public required string Field { get; init; }

    public string? MatterId { get; init; }

    /// <summary>The publishing office.</summary>
    public required string UnitId { get; init; }

    public required string AudienceId { get; init; }

    /// <summary>The channels in the order they are tried for each recipient.</summary>
    public ImmutableArray<ChannelKind> Channels { get; init; } = [];

    public required NoticeTexts Texts { get; init; }
    public string? LegalBasis { get; init; }

    /// <summary>A legal notice: ignores opt-out by an explicit mark, which names its basis.</summary>
    public bool Mandatory { get; init; }

    /// <summary>What the approval document says: a mismatch blocks.</summary>
    public ExpectedAmount? Expected { get; init; }

    public DateTimeOffset? SendAt { get; init; }

    /// <summary>The desk's answer when recipients call 答复口径.</summary>
    public string? Script { get; init; }

    /// <summary>At most this many recipients an hour, so that the desk can answer; null: no wave.</summary>
    public int? PerHour { get; init; }

    /// <summary>The notice this one corrects 更正.</summary>
    public string? Corrects { get; init; }

    public string? CorrectedBy { get; init; }
    public required Actor DraftedBy { get; init; }
    public Actor? ReviewedBy { get; init; }
    public ImmutableArray<string> Checklist { get; init; } = [];
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>What the approval froze; null before.</summary>
    public Frozen? Frozen { get; init; }

    public DateTimeOffset? StartedAt { get; init; }
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Registered templates 报备模板 the texts were made from, where a channel binds texts to templates.</summary>
    public NoticeTemplates? Templates { get; init; }

    /// <summary>Which placeholders fill the templates' variables, found when it was handed in and approved; null where no channel demands templates.</summary>
    public TemplateBindings? Bindings { get; init; }

    /// <summary>Somebody looked at the phones that more than three recipients share and lets them be sent to, without figures.</summary>
    public bool SharedPhones { get; init; }

    /// <summary>A trial batch: only so many recipients until a person goes on; null: all.</summary>
    public int? Trial { get; init; }
}

/// <summary>The texts as written, with placeholders; null for channels the notice does not take.</summary>
public sealed record NoticeTexts(string? Sms = null, EmailText? Email = null, string? Wechat = null, string? Letter = null);

/// <summary>Codes of registered templates.</summary>
public sealed record NoticeTemplates(string? Sms = null, string? Wechat = null);

public sealed record EmailText(string Subject, string Body);

/// <param name="Column">A further column of the list; its count of filled cells and its sum must be these.</param>
public sealed record ExpectedAmount(string Column, int Count, decimal Total);

/// <summary>Recipients, values and texts as approved: sending goes by these alone.</summary>
/// <param name="ListVersion">Version of the audience's list.</param>
/// <param name="ListHash"><see cref="AudienceList.Hash"/>.</param>
/// <param name="TextHash">SHA-256 of the texts and channels, lower-case hex.</param>
/// <param name="Recipients">The total of every progress from now on.</param>
public sealed record Frozen(int ListVersion, string ListHash, string TextHash, int Recipients, int Pages, DateTimeOffset At);
