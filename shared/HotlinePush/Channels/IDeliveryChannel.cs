namespace HotlinePush.Channels;

/// <summary>What one attempt hands to a provider.</summary>
/// <param name="AttemptId">Names this attempt for good; goes to the provider as its client reference, comes back with receipts. ASCII, at most 64.</param>
/// <param name="To">E.164 phone, e-mail address, openid, or postal address.</param>
/// <param name="TemplateCode">The registered template 报备模板 the text was made from, where the channel binds texts to templates.</param>
/// <param name="Values">The values of that template's variables.</param>
/// <param name="No">Which attempt for this recipient it is, from 1.</param>
/// <param name="Link">The recipient's own copy of the notice.</param>
public sealed record DeliveryText(
    string AttemptId, ChannelKind Kind, string To, string? Subject, string Body, string NoticeId, string DeliveryId,
    string? TemplateCode = null, IReadOnlyDictionary<string, string>? Values = null, string? UnsubscribeUrl = null, string? Name = null, int No = 1,
    string? Link = null);

/// <summary>What is known after one call.</summary>
public abstract record SendOutcome
{
    /// <summary>The provider has it.</summary>
    /// <param name="Delivered">The channel knows at once that it reached its goal (letters printed, the outbox).</param>
    public sealed record Accepted(string? ProviderId, bool Delivered = false) : SendOutcome;

    /// <summary>Proof that nothing was accepted: an answer the channel lists as definite refusal, or no connection was ever made.</summary>
    /// <param name="Code">The provider's own, or a stable word of ours.</param>
    /// <param name="Retry">When another attempt on this channel makes sense.</param>
    public sealed record NotAccepted(string Code, string Reason, RetryAdvice Retry) : SendOutcome;

    /// <summary>The call was made and its end is not known: a timeout, a cut connection, an answer nobody documents.</summary>
    public sealed record Unknown(string Reason) : SendOutcome;
}

/// <summary>After proof of non-acceptance.</summary>
/// <param name="Never">The recipient cannot be reached by this channel: the next one is tried.</param>
/// <param name="After">Otherwise: not before this long.</param>
/// <param name="Outage">The provider as a whole is out of reach or throttles: counts for the breaker.</param>
public sealed record RetryAdvice(bool Never, TimeSpan After, bool Outage)
{
    public static readonly RetryAdvice No = new(true, TimeSpan.Zero, false);
    public static RetryAdvice Later(TimeSpan after) => new(false, after, false);
    public static RetryAdvice WhenBack(TimeSpan after) => new(false, after, true);
}

/// <summary>How many calls a provider takes.</summary>
/// <param name="Calls">In each window, over all instances.</param>
/// <param name="AtOnce">Calls in flight of one page of a notice: the concurrency window. At most 50.</param>
public sealed record ChannelLimits(int Calls, TimeSpan Window, int AtOnce)
{
    public static readonly ChannelLimits None = new(int.MaxValue, TimeSpan.FromSeconds(1), 50);
}

/// <summary>A provider for notices on one channel. Settings are checked when the host starts.</summary>
public interface IDeliveryChannel
{
    ChannelKind Kind { get; }

    /// <summary>Stable word, such as <c>outbox, aliyun, twilio, smtp</c>.</summary>
    string Provider { get; }

    ChannelLimits Limits { get; }

    /// <summary>Whether this provider sends to the address: of several for one channel, the first that does is taken, the next after its definite refusal.</summary>
    bool Takes(string to) => true;

    /// <summary>Whether it keeps silent from 21:00 to 08:00. Letters make no noise.</summary>
    bool KeepsQuietHours => Kind != ChannelKind.Letter;

    /// <summary>
    /// One call for each text; outcomes in the same order. Never throws for what a provider or a network does, and never tries a text a
    /// second time by itself. Cancelled: <see cref="SendOutcome.Unknown"/> for each text whose call had begun.
    /// </summary>
    /// <param name="texts">At most <see cref="ChannelLimits.AtOnce"/>.</param>
    Task<IReadOnlyList<SendOutcome>> SendAsync(IReadOnlyList<DeliveryText> texts, CancellationToken ct);
}
