using HotlinePush.Notices.Sending;

namespace HotlinePush.Channels.WeComRobot;

/// <summary>What becomes of a message in one group: pure, and the same promises as to a person. There are no reports and no second channel.</summary>
public static class GroupRules
{
    /// <summary>Refusals for the moment before it is given up.</summary>
    public const int MaxTries = 5;

    /// <summary>An outage is waited out this long.</summary>
    public static readonly TimeSpan WaitFor = TimeSpan.FromHours(24);

    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);

    public static GroupDelivery Claim(GroupDelivery delivery, DateTimeOffset at, DateTimeOffset until) =>
        delivery with { State = DeliveryState.Sending, No = delivery.No + 1, At = at, ClaimedUntil = until, NotBefore = null, Why = null };

    /// <summary>The call was never begun: as good as refused.</summary>
    public static GroupDelivery Release(GroupDelivery delivery, DateTimeOffset now) => delivery with { State = DeliveryState.Queued, ClaimedUntil = null, NotBefore = now };

    /// <summary>What the call brought. A worker that was given up may still come back with it.</summary>
    /// <param name="now">Engine time.</param>
    public static GroupDelivery End(GroupDelivery delivery, int no, SendOutcome outcome, DateTimeOffset now)
    {
        if (delivery.No != no || delivery.State is not (DeliveryState.Sending or DeliveryState.Unknown))
            return delivery;
        var ended = delivery with { ClaimedUntil = null };
        return outcome switch
        {
            SendOutcome.Accepted accepted => ended with { State = accepted.Delivered ? DeliveryState.Delivered : DeliveryState.Sent, Why = null },
            SendOutcome.NotAccepted refused => Refused(ended, refused, now),
            SendOutcome.Unknown unknown => ended with { State = DeliveryState.Unknown, Why = unknown.Reason },
            _ => throw new ArgumentOutOfRangeException(nameof(outcome)),
        };
    }

    public static GroupDelivery Lose(GroupDelivery delivery) => delivery with { State = DeliveryState.Unknown, ClaimedUntil = null, Why = "workerLost" };

    public static GroupDelivery Fail(GroupDelivery delivery, string why) => delivery with { State = DeliveryState.Failed, NotBefore = null, Why = why };

    public static Progress ProgressOf(IReadOnlyCollection<GroupDelivery> deliveries) =>
        deliveries.Aggregate(Progress.AllQueued(deliveries.Count), (p, d) => p.Move(DeliveryState.Queued, d.State));

    private static GroupDelivery Refused(GroupDelivery delivery, SendOutcome.NotAccepted refused, DateTimeOffset now)
    {
        var tries = delivery.Tries + (refused.Retry.Outage ? 0 : 1);
        if (refused.Retry.Never || tries >= MaxTries || now - delivery.Since > WaitFor)
            return Fail(delivery, refused.Code) with { Tries = tries };
        // A provider that is down is asked less and less often.
        var wait = TimeSpan.FromSeconds(Math.Min(Longest.TotalSeconds, Math.Pow(2, Math.Min(delivery.No, 10))));
        return delivery with { State = DeliveryState.Queued, Tries = tries, NotBefore = now + (refused.Retry.Outage && wait > refused.Retry.After ? wait : refused.Retry.After), Why = refused.Code };
    }
}
