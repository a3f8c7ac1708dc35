using System.Globalization;
using HotlinePush.Clocks;
using HotlinePush.Messaging;
using HotlinePush.Storage;
using HotlinePush.Timers;

namespace HotlinePush.Notices.Sending;

/// <summary>
/// What pages wait for in product time (the end of quiet hours, of a wave, of the day a receipt may take): moments beside those of tickets,
/// <c>w!moment!notice.page</c>, found by the same pass.
/// </summary>
public sealed class PageAlarms(ITableStore store, IMessageBus bus, MessageCatalogue catalogue, ProductClock clock, INoticeHeads heads)
{
    /// <summary>Whether a moment's owner is a notice or a page of one: their ids begin with a letter, numbers of tickets do not.</summary>
    public static bool IsOwner(string owner) => owner.StartsWith('n');

    /// <param name="moment">Product time.</param>
    public async Task SetAsync(string noticeId, int page, DateTimeOffset moment, CancellationToken ct)
    {
        var owner = string.Create(CultureInfo.InvariantCulture, $"{noticeId}.{page}");
        await store.CommitAsync(new Batch(WorkShard.Table, WorkShard.Of(owner).Partition).Upsert(Keys.Of("w", moment, owner), "{}"u8.ToArray()), ct);
        if (moment < clock.GetUtcNow() + TimerPass.Window)
            await bus.SendAsync([catalogue.Moment(clock, owner, moment).ToOutgoing()], ct);
    }

    public async Task HandleAsync(NoticeMoment message, CancellationToken ct)
    {
        if (message.Owner.Split('.') is not [var noticeId, var page])
        {
            await heads.MomentAsync(message.Owner, ct);
            return;
        }

        await bus.SendAsync([catalogue.Wake(noticeId, int.Parse(page, CultureInfo.InvariantCulture))], ct);
        await store.CommitAsync(new Batch(WorkShard.Table, WorkShard.Of(message.Owner).Partition).Delete(Keys.Of("w", message.Moment, message.Owner)), ct);
    }
}
