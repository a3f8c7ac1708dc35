using HotlinePush.Clocks;
using HotlinePush.Messaging;

namespace HotlinePush.Notices.Sending;

/// <summary>Begins a notice, or goes on with it after a pause, a trial, a cancellation.</summary>
/// <param name="Retry">Version of the notice by which a person ordered the failed to be sent again; 0: nobody did.</param>
public sealed record WakeNotice(string NoticeId, int Retry = 0);

/// <param name="Turn">Of the page when this was sent; null: whoever finds it takes the page over.</param>
public sealed record SendPage(string NoticeId, int Page, int? Turn = null, int Retry = 0);

/// <param name="State"><c>Sent</c>, <c>Delivered</c> or <c>Failed</c>.</param>
public sealed record ReceiptCame(string AttemptId, DeliveryState State, string? Code);

/// <param name="Owner">A notice's id, or <c>id.page</c>.</param>
public sealed record NoticeMoment(string Owner, DateTimeOffset Moment);

public static class SendingMessages
{
    public const string SendType = "notice.send.v1";
    public const string PageType = "notice.page.v1";
    public const string ReceiptType = "notice.receipt.v1";
    public const string MomentType = "notice.moment.v1";

    /// <summary>An outage of the store of an hour or more leaves a dead letter, to be replayed.</summary>
    public static readonly RetryRule Retry = new(20, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(5));

    public static MessageCatalogue AddSendingMessages(this MessageCatalogue catalogue) => catalogue
        .Add<WakeNotice, NoticeSending>(SendType, Queues.Notices, Retry, (h, m, ct) => h.HandleAsync(m, ct))
        .Add<SendPage, PageSender>(PageType, Queues.Notices, Retry, (h, m, ct) => h.HandleAsync(m, ct))
        .Add<ReceiptCame, DeliveryReceipts>(ReceiptType, Queues.Notices, Retry, (h, m, ct) => h.HandleAsync(m, ct))
        .Add<NoticeMoment, PageAlarms>(MomentType, Queues.Timers, Retry, (h, m, ct) => h.HandleAsync(m, ct));

    /// <summary>
    /// Goes into the batch that sends, resumes, cancels or goes on after a trial: every page that is not through looks at the notice anew.
    /// </summary>
    /// <param name="seq">Version of the notice after that change.</param>
    public static PendingMessage BeginSending(this MessageCatalogue catalogue, string noticeId, int seq) =>
        catalogue.Message(SendType, $"{noticeId}-{seq}", new WakeNotice(noticeId));

    /// <summary>Goes into the batch that has the failed sent again; they alone are, from their first channel on.</summary>
    /// <param name="seq">Version of the notice after that change.</param>
    public static PendingMessage RetryFailed(this MessageCatalogue catalogue, string noticeId, int seq) =>
        catalogue.Message(SendType, $"{noticeId}-{seq}", new WakeNotice(noticeId, seq));

    /// <summary>A page that is woken is taken over: the message has a name of its own, so that no earlier one hides it.</summary>
    public static OutgoingMessage Wake(this MessageCatalogue catalogue, string noticeId, int page, int retry = 0) =>
        catalogue.Message(PageType, $"{noticeId}-{page}-{Guid.NewGuid():N}", new SendPage(noticeId, page, null, retry)).ToOutgoing();

    public static OutgoingMessage Turn(this MessageCatalogue catalogue, DeliveryPage page, int retry, DateTimeOffset? notBefore) =>
        catalogue.Message(PageType, $"{page.NoticeId}-{page.Page}-{page.Sum.Turn}", new SendPage(page.NoticeId, page.Page, page.Sum.Turn, retry), notBefore).ToOutgoing();

    /// <summary>Named by the engine's moment, as tickets' are.</summary>
    public static PendingMessage Moment(this MessageCatalogue catalogue, ProductClock clock, string owner, DateTimeOffset moment)
    {
        var at = clock.ToEngine(moment);
        return catalogue.Message(MomentType, $"{owner}-{at.UtcTicks / TimeSpan.TicksPerMillisecond}", new NoticeMoment(owner, moment), at + Timers.TimerPass.Grain);
    }
}
