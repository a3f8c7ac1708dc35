using HotlinePush.Audiences;
using HotlinePush.Channels;
using HotlinePush.Clocks;
using HotlinePush.Notices.Sending;

namespace HotlinePush.Notices.Recipients;

/// <summary>A notice and one of those it went to.</summary>
public sealed record FoundNotice(Notice Notice, Place Place, Recipient Recipient, Delivery Delivery, DeliveryMark Mark)
{
    public string DeliveryId => AttemptId.DeliveryId(Notice.Id, Place.Page, Place.Row);
}

/// <param name="Items">Newest first.</param>
/// <param name="Back">How far back notices were looked at; null where all were.</param>
public sealed record FoundNotices(IReadOnlyList<FoundNotice> Items, DateTimeOffset? Back);

/// <summary>What a person's phone is written to: looked up in the frozen list of each notice that has gone out.</summary>
public sealed class RecipientNotices(SentNotices sent, NoticeStore notices, AudienceStore audiences, DeliveryStore deliveries, DeliveryMarks marks, ProductClock clock)
{
    /// <summary>How long after the last delivery a recipient's copy can be looked at.</summary>
    public static readonly TimeSpan ShownFor = TimeSpan.FromDays(90);

    /// <summary>Of one notice: a phone that more share gets no figures anyway.</summary>
    private const int MostOfOne = 10;

    private const int AtOnce = 16;

    /// <summary>All that went to it, those it was said to be the wrong phone for too.</summary>
    /// <param name="phone">E.164.</param>
    public async Task<FoundNotices> FindAsync(string phone, CancellationToken ct)
    {
        var (all, back) = await sent.ReadAsync(ct);
        var found = new List<FoundNotice>();
        var gate = new Lock();
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = ct };
        // Several notices to one list are looked up once.
        await Parallel.ForEachAsync(all.GroupBy(n => (n.AudienceId, n.ListVersion)), parallel, async (list, token) =>
        {
            var people = await audiences.FindByPhoneAsync(list.Key.AudienceId, list.Key.ListVersion, phone, token);
            foreach (var notice in list)
                foreach (var (place, recipient) in people.Take(MostOfOne))
                    if (await OneAsync(notice.Id, place, recipient, token) is { } one)
                        lock (gate)
                            found.Add(one);
        });
        return new([.. found.OrderByDescending(f => f.Notice.StartedAt).ThenBy(f => f.DeliveryId, StringComparer.Ordinal)], back);
    }

    /// <summary>What is shown to the person: what a correction has replaced, and what is not theirs, is left out.</summary>
    public static IReadOnlyList<FoundNotice> ShownOf(FoundNotices found) =>
        [.. found.Items.Where(f => f.Mark.NotMeAt is null && !found.Items.Any(c => c.Notice.Corrects == f.Notice.Id && c.Recipient.Id == f.Recipient.Id && IsReached(c.Delivery)))];

    /// <summary>The newest correction of it that went to the same recipient; null where there is none.</summary>
    public async Task<FoundNotice?> CorrectionOfAsync(string noticeId, Recipient recipient, CancellationToken ct)
    {
        foreach (var notice in (await sent.ReadAsync(ct)).Notices.Where(n => n.Corrects == noticeId))
            if (await audiences.FindByIdAsync(notice.AudienceId, notice.ListVersion, recipient.Id, ct) is var (place, same)
                && await OneAsync(notice.Id, place, same, ct) is { } one && IsReached(one.Delivery))
                return one;
        return null;
    }

    public static bool HasExpired(Notice notice, DateTimeOffset now) => notice.EndedAt is { } ended && now - ended > ShownFor;

    /// <summary>What may be looked at: what was or is being sent, or could only not be. Not what may still be stopped.</summary>
    public static bool IsShown(Delivery? delivery) => delivery is
    { State: DeliveryState.Sending or DeliveryState.Sent or DeliveryState.Delivered or DeliveryState.Unknown or DeliveryState.Failed }
        or { State: DeliveryState.Skipped, Why: "optedOut" or "noContact" };

    /// <summary>The channel the recipient was, or would have been, reached on.</summary>
    public static ChannelKind ChannelOf(Notice notice, Delivery delivery) =>
        delivery.Attempts.LastOrDefault(a => a.State is DeliveryState.Sent or DeliveryState.Delivered)?.Channel ?? delivery.Last?.Channel ?? notice.Channels[delivery.Channel];

    private static bool IsReached(Delivery delivery) => delivery.State is DeliveryState.Sent or DeliveryState.Delivered or DeliveryState.Unknown;

    private async Task<FoundNotice?> OneAsync(string noticeId, Place place, Recipient recipient, CancellationToken ct)
    {
        if ((await deliveries.LoadOneAsync(noticeId, place.Page, place.Row, ct))?.Rows[place.Row] is not { } delivery || !IsShown(delivery)
            || (await notices.ReadAsync(noticeId, ct))?.Notice is not { StartedAt: not null } notice || HasExpired(notice, clock.GetUtcNow()))
            return null;
        return new(notice, place, recipient, delivery, await marks.ReadAsync(noticeId, place, ct));
    }
}
