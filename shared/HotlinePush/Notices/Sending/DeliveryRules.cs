using System.Collections.Immutable;
using System.Numerics;
using HotlinePush.Channels;

namespace HotlinePush.Notices.Sending;

/// <summary>
/// What becomes of one recipient: pure. A second attempt on a channel needs proof that the first was refused; an attempt without a known
/// end only ever leads to another channel, and only by <see cref="Expire"/>. Whatever comes late or twice changes nothing.
/// </summary>
public static class DeliveryRules
{
    /// <summary>Refusals for the moment, on one channel, before the next one is tried.</summary>
    public const int MaxTries = 5;

    /// <summary>Attempts kept in the row; older ones that were refused are forgotten, so that a long outage does not swell it.</summary>
    public const int MaxKept = 20;

    /// <summary>Product time after which an unknown end is final.</summary>
    public static readonly TimeSpan UnknownFor = TimeSpan.FromHours(24);

    /// <summary>Somebody whose turn has not come.</summary>
    /// <param name="ways">Indexes of the channels that can reach them, as bits.</param>
    public static Delivery Fresh(int row, int ways) =>
        Start(new Delivery(row, DeliveryState.Queued, 0, []) { Ways = ways });

    public static Delivery Skip(Delivery delivery, string why) => delivery with { State = DeliveryState.Skipped, Why = why, NotBefore = null };

    /// <param name="at">Product time.</param>
    /// <param name="until">Engine time after which the worker counts as lost.</param>
    public static Delivery Claim(Delivery delivery, ChannelKind channel, string provider, DateTimeOffset at, DateTimeOffset until)
    {
        var attempts = delivery.Attempts;
        if (attempts.Length >= MaxKept && attempts.FirstOrDefault(a => a.Refused) is { } oldest)
            attempts = attempts.Remove(oldest);
        return delivery with
        {
            State = DeliveryState.Sending,
            NotBefore = null,
            Why = null,
            Attempts = attempts.Add(new(NextNo(delivery), channel, provider, DeliveryState.Sending, at, until)),
        };
    }

    public static int NextNo(Delivery delivery) => (delivery.Last?.No ?? 0) + 1;

    /// <summary>The call was never begun: as good as refused.</summary>
    public static Delivery Release(Delivery delivery, int no, DateTimeOffset now) =>
        Find(delivery, no) is { State: DeliveryState.Sending or DeliveryState.Unknown } attempt
            ? Stand(Put(delivery, attempt with { State = DeliveryState.Failed, Refused = true, Code = "notBegun", ClaimedUntil = null }), no, d => d with { State = DeliveryState.Queued, NotBefore = now })
            : delivery;

    /// <summary>What the call brought, as the worker knows it. A receipt may have been faster; a lost worker may still come back with it.</summary>
    /// <param name="now">Engine time.</param>
    /// <param name="another">Another provider of the same channel takes this address and has not refused it.</param>
    public static Delivery End(Delivery delivery, int no, SendOutcome outcome, DateTimeOffset now, bool another)
    {
        if (Find(delivery, no) is not { } attempt)
            return delivery;
        if (attempt.State is not (DeliveryState.Sending or DeliveryState.Unknown))
            return outcome is SendOutcome.Accepted { ProviderId: { } id } && attempt.ProviderId is null ? Put(delivery, attempt with { ProviderId = id }) : delivery;
        attempt = attempt with { ClaimedUntil = null };
        switch (outcome)
        {
            case SendOutcome.Accepted accepted:
                var state = accepted.Delivered ? DeliveryState.Delivered : DeliveryState.Sent;
                return Stand(Put(delivery, attempt with { State = state, ProviderId = accepted.ProviderId, Code = null }), no, d => d with { State = state, Why = null, Final = false });
            case SendOutcome.NotAccepted refused:
                return Stand(Put(delivery, attempt with { State = DeliveryState.Failed, Refused = true, ForGood = refused.Retry.Never, Code = refused.Code }), no, d => Refused(d, refused, now, another));
            case SendOutcome.Unknown unknown:
                return Stand(Put(delivery, attempt with { State = DeliveryState.Unknown, Code = unknown.Reason }), no, d => d with { State = DeliveryState.Unknown, Why = unknown.Reason });
            default:
                throw new ArgumentOutOfRangeException(nameof(outcome));
        }
    }

    /// <summary>
    /// What the provider reports later. Only forward: an accepted attempt ends delivered or failed; delivered is never undone, because
    /// reports come in any order; a failure sends the recipient to the next channel, for it proves nothing about this one.
    /// </summary>
    /// <param name="state"><c>Sent</c>, <c>Delivered</c> or <c>Failed</c>.</param>
    public static Delivery Receive(Delivery delivery, int no, DeliveryState state, string? code)
    {
        if (Find(delivery, no) is not { } attempt || attempt.State == DeliveryState.Delivered)
            return delivery;
        switch (state)
        {
            case DeliveryState.Delivered:
                var reached = Put(delivery, attempt with { State = DeliveryState.Delivered, Code = code, Refused = false, ForGood = false, ClaimedUntil = null });
                // Another attempt is under way: its end will find that the person was reached.
                return delivery.State == DeliveryState.Sending && delivery.Last!.No != no ? reached : Reached(reached);
            case DeliveryState.Sent when attempt.State is DeliveryState.Sending or DeliveryState.Unknown:
                return Stand(Put(delivery, attempt with { State = DeliveryState.Sent, Code = code, ClaimedUntil = null }), no, d => d with { State = DeliveryState.Sent, Why = null, Final = false });
            case DeliveryState.Failed when attempt.State is DeliveryState.Sending or DeliveryState.Unknown or DeliveryState.Sent:
                return Stand(Put(delivery, attempt with { State = DeliveryState.Failed, Code = code, ClaimedUntil = null }), no, d => NextChannel(d, code ?? "failed"));
            default:
                return delivery;
        }
    }

    /// <summary>The worker did not come back in time: what it did is not known.</summary>
    public static Delivery Lose(Delivery delivery) =>
        Stand(
            Put(delivery, delivery.Last! with { State = DeliveryState.Unknown, Code = "workerLost", ClaimedUntil = null }), delivery.Last!.No,
            d => d with { State = DeliveryState.Unknown, Why = "workerLost" });

    /// <summary>Product time at which an unknown end becomes final; null where it is none, or final already.</summary>
    public static DateTimeOffset? ExpiresAt(Delivery delivery) =>
        delivery is { State: DeliveryState.Unknown, Final: false } ? delivery.Last!.At + UnknownFor : null;

    /// <summary>Nobody told the end in time. A mandatory notice goes on by the next channel; others stay as they are, for good.</summary>
    public static Delivery Expire(Delivery delivery, bool mandatory) =>
        mandatory && delivery.Left != 0 ? NextChannel(delivery, "unknown") : delivery with { Final = true };

    /// <summary>A person has it sent again, from the first channel on.</summary>
    public static Delivery Again(Delivery delivery) => Start(delivery with { Since = delivery.Last?.No ?? 0, Final = false, Why = null });

    /// <summary>No text or no provider for the channel in use: the next one, without an attempt.</summary>
    public static Delivery NextChannel(Delivery delivery, string why)
    {
        if (delivery.Left != 0)
        {
            var next = BitOperations.TrailingZeroCount(delivery.Left);
            return delivery with { State = DeliveryState.Queued, Channel = next, Left = delivery.Left & ~(1 << next), Tries = 0, NotBefore = null, Why = null, Final = false };
        }

        // What an earlier channel may have brought weighs more than the last one's refusal.
        var tried = delivery.Attempts.Where(a => a.No > delivery.Since).ToList();
        return tried.Exists(a => a.State == DeliveryState.Delivered) ? Reached(delivery)
            : tried.Exists(a => a.State == DeliveryState.Sent) ? delivery with { State = DeliveryState.Sent, Why = null, NotBefore = null }
            : tried.Exists(a => a.State == DeliveryState.Unknown) ? delivery with { State = DeliveryState.Unknown, Why = why, Final = true, NotBefore = null }
            : delivery with { State = DeliveryState.Failed, Why = why, NotBefore = null };
    }

    /// <summary>Whether this provider refused the recipient on the channel in use, for good.</summary>
    public static bool IsRefusedBy(Delivery delivery, ChannelKind channel, string provider) =>
        delivery.Attempts.Any(a => a.No > delivery.Since && a.ForGood && a.Channel == channel && a.Provider == provider);

    private static Delivery Refused(Delivery delivery, SendOutcome.NotAccepted refused, DateTimeOffset now, bool another)
    {
        if (!refused.Retry.Never)
        {
            var tries = delivery.Tries + (refused.Retry.Outage ? 0 : 1);
            if (tries < MaxTries)
                return delivery with { State = DeliveryState.Queued, NotBefore = now + refused.Retry.After, Tries = tries };
        }
        else if (another)
        {
            return delivery with { State = DeliveryState.Queued, NotBefore = null };
        }

        return NextChannel(delivery, refused.Code);
    }

    /// <summary>The row follows its last attempt; one before it moves nothing, unless it reached the person.</summary>
    private static Delivery Stand(Delivery delivery, int no, Func<Delivery, Delivery> follow)
    {
        if (delivery.Last!.No != no || delivery.State is not (DeliveryState.Sending or DeliveryState.Unknown or DeliveryState.Sent))
            return delivery.State == DeliveryState.Sending || Find(delivery, no)!.State != DeliveryState.Delivered ? delivery : Reached(delivery);
        return delivery.Attempts.Any(a => a.No > delivery.Since && a.State == DeliveryState.Delivered) ? Reached(delivery) : follow(delivery);
    }

    private static Delivery Reached(Delivery delivery) => delivery with { State = DeliveryState.Delivered, Why = null, NotBefore = null, Final = false };

    private static Delivery Start(Delivery delivery)
    {
        if (delivery.Ways == 0)
            return delivery;
        var first = BitOperations.TrailingZeroCount(delivery.Ways);
        return delivery with { State = DeliveryState.Queued, Channel = first, Left = delivery.Ways & ~(1 << first), Tries = 0, NotBefore = null };
    }

    private static Attempt? Find(Delivery delivery, int no)
    {
        foreach (var attempt in delivery.Attempts)
            if (attempt.No == no)
                return attempt;
        return null;
    }

    private static Delivery Put(Delivery delivery, Attempt attempt)
    {
        for (var i = 0; i < delivery.Attempts.Length; i++)
            if (delivery.Attempts[i].No == attempt.No)
                return delivery with { Attempts = delivery.Attempts.SetItem(i, attempt) };
        return delivery;
    }
}
