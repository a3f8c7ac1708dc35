using HotlinePush.Messaging;

namespace HotlinePush.Notices.Sending;

/// <summary>Sending of whole notices: what begins it, and how far it is.</summary>
public sealed class NoticeSending(INoticeHeads heads, DeliveryStore deliveries, SendRuns runs, IMessageBus bus, MessageCatalogue catalogue)
{
    /// <summary>Adds up to the recipients frozen at approval, always.</summary>
    public async Task<Progress> ProgressAsync(Notice notice, CancellationToken ct) =>
        notice is { Frozen: { } frozen, StartedAt: not null } ? await deliveries.ProgressAsync(notice.Id, frozen, ct) : Progress.AllQueued(notice.Frozen?.Recipients ?? 0);

    /// <summary>The deliveries of one page of the list, by place; those whose turn has not come have no attempts.</summary>
    public async Task<IReadOnlyList<Delivery>> ReadPageAsync(Notice notice, int page, CancellationToken ct)
    {
        if (notice.Frozen is not { } frozen || page < 0 || page >= frozen.Pages)
            return [];
        var loaded = await deliveries.LoadAsync(notice.Id, page, DeliveryPage.SizeOf(frozen, page), ct);
        return [.. loaded.Rows.Select((d, i) => d ?? new Delivery(i, loaded.Sum.Rest, 0, [], Why: loaded.Sum.Rest == DeliveryState.Skipped ? "cancelled" : null))];
    }

    internal async Task HandleAsync(WakeNotice message, CancellationToken ct)
    {
        if (await heads.ReadAsync(message.NoticeId, ct) is not { Frozen: { } frozen } notice)
            return;
        await heads.BegunAsync(notice, ct);
        var (pages, retry) = await runs.BeginAsync(notice.Id, frozen.Pages, message.Retry, ct);
        if (pages.Count == 0)
        {
            // Paused just when the last one was sent, and gone on with.
            await heads.AllSentAsync(notice.Id, ct);
            return;
        }

        foreach (var some in (notice.Trial is null ? pages : [0]).Chunk(100))
            await bus.SendAsync([.. some.Select(p => catalogue.Wake(notice.Id, p, retry))], ct);
    }
}
