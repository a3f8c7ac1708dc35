using HotlinePush.Channels.WeChat;
using HotlinePush.Clocks;
using HotlinePush.Messaging;
using HotlinePush.Security;
using HotlinePush.Storage;

namespace HotlinePush.Notices.Sending;

/// <summary>What sending one page stands on.</summary>
public sealed record SendingParts(
    DeliveryStore Deliveries, INoticeHeads Heads, ReadListPage ReadPage, FindLeftOut LeftOut, ComposeText Compose, DeliveryChannels Channels,
    SlotStore Slots, BreakerStore Breakers, KeyRing Keys, ProductClock Clock, BoundOpenIds Bound);

/// <summary>
/// Sends one page of a notice, slice by slice, for a bounded time; then a message of the next turn carries it on. A page is taken over by
/// whoever bumps its turn: messages of former turns are repeats, and a worker that finds another turn stops.
/// </summary>
public sealed class PageSender(SendingParts parts, SendRuns runs, PageAlarms alarms, IMessageBus bus, MessageCatalogue catalogue, ILogger<PageSender> log)
{
    private const int MostTries = 20;

    internal async Task HandleAsync(SendPage message, CancellationToken ct)
    {
        if (await parts.Heads.ReadAsync(message.NoticeId, ct) is not { Frozen: { } frozen } notice || message.Page >= frozen.Pages)
            return;
        var page = await parts.Deliveries.LoadAsync(notice.Id, message.Page, DeliveryPage.SizeOf(frozen, message.Page), ct);
        if (message.Turn is { } turn && turn != page.Sum.Turn)
        {
            // The worker of this message may have died between the bump and the message that goes with it.
            if (turn == page.Sum.Turn - 1)
                await bus.SendAsync([catalogue.Turn(page, message.Retry, null)], ct);
            return;
        }

        if (message.Turn is null)
            page = await TakeAsync(page, ct);
        var run = new PageRun(parts, notice, page, message.Retry, log);
        if (await run.RunAsync(ct) is { } end)
            await EndAsync(run.Page, frozen.Pages, message.Retry, end, ct);
    }

    private async Task<DeliveryPage> TakeAsync(DeliveryPage page, CancellationToken ct)
    {
        for (var tries = 0; tries < MostTries; tries++)
        {
            if (await parts.Deliveries.CommitAsync(page, [], s => s with { Turn = s.Turn + 1 }, ct))
                return page;
            page = await parts.Deliveries.LoadAsync(page.NoticeId, page.Page, page.Size, ct);
        }

        throw new TableStoreException($"Page {page.Page} of notice {page.NoticeId} is changed by too many at once.", isTransient: true);
    }

    private async Task EndAsync(DeliveryPage page, int pages, int retry, PageEnd end, CancellationToken ct)
    {
        var (id, turn) = (page.NoticeId, page.Sum.Turn);
        if (end.TakenOver)
        {
            await bus.SendAsync([catalogue.Wake(id, page.Page, retry)], ct);
            return;
        }

        if (end.AlarmAt is { } alarm)
            await alarms.SetAsync(id, page.Page, alarm, ct);
        if (end.TrialEnded)
            await parts.Heads.TrialEndedAsync(id, ct);
        if (end.Walked)
        {
            // The next page first: a lane must not end with a process that dies between the two.
            if (await runs.NextAsync(id, pages, page.Page, ct) is ({ } next, var order))
                await bus.SendAsync([catalogue.Wake(id, next, order)], ct);
            if (await runs.MarkAsync(id, pages, page.Page, end.Settled, ct))
                await parts.Heads.AllSentAsync(id, ct);
        }

        if (end.AgainAt is not { } again)
            return;
        for (var tries = 0; tries < MostTries; tries++)
        {
            if (await parts.Deliveries.CommitAsync(page, [], s => s with { Turn = turn + 1 }, ct))
            {
                await bus.SendAsync([catalogue.Turn(page, retry, again)], ct);
                return;
            }

            page = await parts.Deliveries.LoadAsync(id, page.Page, page.Size, ct);
            if (page.Sum.Turn != turn)
                return;
        }

        throw new TableStoreException($"Page {page.Page} of notice {id} is changed by too many at once.", isTransient: true);
    }
}
