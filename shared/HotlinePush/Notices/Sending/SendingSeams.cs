using HotlinePush.Audiences;
using HotlinePush.Channels;

namespace HotlinePush.Notices.Sending;

/// <summary>A notice as sending needs it, and what sending tells it. Each call may be repeated.</summary>
public interface INoticeHeads
{
    /// <summary>The notice as it now is: read before every slice, so that pause, cancel and stop hold at once.</summary>
    Task<Notice?> ReadAsync(string noticeId, CancellationToken ct);

    /// <summary>It begins, or goes on.</summary>
    Task BegunAsync(Notice notice, CancellationToken ct);

    /// <summary>The trial batch is through: paused until a person goes on, who clears <see cref="Notice.Trial"/>.</summary>
    Task TrialEndedAsync(string noticeId, CancellationToken ct);

    /// <summary>Nobody is queued or under way any more. Unknown ends may still be resolved.</summary>
    Task AllSentAsync(string noticeId, CancellationToken ct);

    /// <summary>The notice's own moment has come: a scheduled send.</summary>
    Task MomentAsync(string noticeId, CancellationToken ct);
}

/// <summary>One page of a frozen list.</summary>
public delegate Task<RecipientPage> ReadListPage(string audienceId, int version, int page, CancellationToken ct);

/// <summary>Rows of the page that the notice leaves out, each with the reason, a stable word: <c>optedOut</c>, <c>notReached</c> by what it corrects, …</summary>
public delegate Task<IReadOnlyDictionary<int, string>> FindLeftOut(Notice notice, RecipientPage page, CancellationToken ct);

/// <summary>The text of a notice for one recipient on one channel, or why the channel has none for them.</summary>
public delegate NoticeText ComposeText(Notice notice, Recipient recipient, ChannelKind channel, string deliveryId);

/// <summary>What a text is made of, besides whom it goes to.</summary>
/// <param name="Why">There is none: a stable word such as <c>sharedPhone</c>.</param>
/// <param name="TemplateCode">The registered template, where the channel binds texts to templates.</param>
/// <param name="Link">The recipient's own copy, for channels that open it by a tap on the message.</param>
public sealed record NoticeText(
    string? Subject, string Body, string? TemplateCode = null, IReadOnlyDictionary<string, string>? Values = null, string? UnsubscribeUrl = null,
    string? Why = null, string? Link = null);
