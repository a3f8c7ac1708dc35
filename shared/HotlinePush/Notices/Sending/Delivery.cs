using System.Collections.Immutable;
using HotlinePush.Channels;

namespace HotlinePush.Notices.Sending;

/// <summary>How a recipient stands. <c>Queued</c> and <c>Sending</c> are on the way; the others are final unless a receipt says better.</summary>
[CamelCaseWords]
public enum DeliveryState { Queued, Sending, Sent, Delivered, Failed, Unknown, Skipped }

/// <summary>
/// One recipient of one notice: on which channel it is, and every attempt made. One row, which holds nothing of the person; a recipient
/// whose turn has not come has no row and is queued.
/// </summary>
/// <param name="Row">Place in its page.</param>
/// <param name="Channel">Index into the notice's channels of the one in use.</param>
/// <param name="NotBefore">Engine time of the next attempt; null: now.</param>
/// <param name="Why">Stable word: why it was skipped, failed or is unknown.</param>
public sealed record Delivery(
    int Row, DeliveryState State, int Channel, ImmutableArray<Attempt> Attempts, DateTimeOffset? NotBefore = null, string? Why = null)
{
    /// <summary>Indexes of the notice's channels this recipient can be reached by, as bits.</summary>
    public int Ways { get; init; }

    /// <summary>Those of them not tried yet, as bits; <see cref="Channel"/> is not among them.</summary>
    public int Left { get; init; }

    /// <summary>Attempts on the channel in use that the provider refused for the moment, outages not counted.</summary>
    public int Tries { get; init; }

    /// <summary>Attempts up to this number lie before a person had it sent again.</summary>
    public int Since { get; init; }

    /// <summary>Unknown for good: only a receipt or a person still changes it.</summary>
    public bool Final { get; init; }

    public Attempt? Last => Attempts.IsEmpty ? null : Attempts[^1];
}

/// <summary>One call to a provider 发送尝试.</summary>
/// <param name="No">1 for the first of this recipient.</param>
/// <param name="At">Product time of the claim.</param>
/// <param name="ClaimedUntil">Engine time: a row still <c>Sending</c> after it has lost its worker.</param>
/// <param name="Refused">There is proof that the provider did not accept it: it was never connected to, or answered so.</param>
/// <param name="ForGood">It will not accept it later either.</param>
public sealed record Attempt(
    int No, ChannelKind Channel, string Provider, DeliveryState State, DateTimeOffset At, DateTimeOffset? ClaimedUntil = null, string? ProviderId = null,
    string? Code = null, bool Refused = false, bool ForGood = false);

/// <summary>How far a notice is. The states always add up to <see cref="Total"/>.</summary>
public sealed record Progress(int Total, int Queued, int Sending, int Sent, int Delivered, int Failed, int Unknown, int Skipped)
{
    public static readonly Progress None = new(0, 0, 0, 0, 0, 0, 0, 0);

    public static Progress operator +(Progress a, Progress b) => new(
        a.Total + b.Total, a.Queued + b.Queued, a.Sending + b.Sending, a.Sent + b.Sent, a.Delivered + b.Delivered, a.Failed + b.Failed, a.Unknown + b.Unknown, a.Skipped + b.Skipped);

    public static Progress AllQueued(int total) => None with { Total = total, Queued = total };

    /// <summary>So many of them go from one state to another.</summary>
    public Progress Move(DeliveryState from, DeliveryState to, int count = 1) => from == to ? this : Add(from, -count).Add(to, count);

    private Progress Add(DeliveryState state, int n) => state switch
    {
        DeliveryState.Queued => this with { Queued = Queued + n },
        DeliveryState.Sending => this with { Sending = Sending + n },
        DeliveryState.Sent => this with { Sent = Sent + n },
        DeliveryState.Delivered => this with { Delivered = Delivered + n },
        DeliveryState.Failed => this with { Failed = Failed + n },
        DeliveryState.Unknown => this with { Unknown = Unknown + n },
        _ => this with { Skipped = Skipped + n },
    };
}
