using System.Globalization;
using System.Text.RegularExpressions;

namespace HotlinePush.Messaging;

/// <summary>What becomes of a delivery on a bus that can complete, send a copy due later, and dead-letter, but not wait.</summary>
public abstract record Ending
{
    public static readonly Ending Complete = new Completed();

    public sealed record Completed : Ending;

    /// <summary>A copy first, then complete: a process that ends between the two leaves a repeat, never a loss.</summary>
    /// <param name="MessageId">What the copy's id is made of; never one that the queue may remember as a double.</param>
    /// <param name="Deliveries">Before the copy.</param>
    /// <param name="Due">When the first copy was due: lateness goes on being measured from there.</param>
    public sealed record Again(string MessageId, int Deliveries, DateTimeOffset NotBefore, DateTimeOffset Due) : Ending;

    public sealed record Dead(string Reason, int Deliveries) : Ending;
}

/// <summary>From what the dispatcher says to what the platform is told.</summary>
public static partial class Settling
{
    /// <summary>Before a message that found no place comes again, to whatever instance has one.</summary>
    public static readonly TimeSpan Elsewhere = TimeSpan.FromSeconds(5);

    public static Ending Of(ReceivedMessage message, Settlement settlement, DateTimeOffset now) => settlement switch
    {
        Settlement.Complete => Ending.Complete,
        Settlement.Retry retry => new Ending.Again(message.MessageId, message.DeliveryCount, now + retry.Delay, message.DueAt),
        Settlement.Dead dead => new Ending.Dead(dead.Reason, message.DeliveryCount - 1),
        _ => throw new ArgumentException($"No ending for {settlement.GetType().Name}."),
    };

    /// <summary>For a message that was never tried, because this instance had no place for it: the delivery does not count.</summary>
    /// <param name="sequence">The message's number in its queue: with it the copy's id is another each time.</param>
    public static Ending HandBack(ReceivedMessage message, long sequence, DateTimeOffset now) => new Ending.Again(
        string.Create(CultureInfo.InvariantCulture, $"{Marks().Replace(message.MessageId, "")}!{sequence}"), message.DeliveryCount - 1, now + Elsewhere, message.DueAt);

    // Of earlier copies; ids may have 128 characters.
    [GeneratedRegex("([!~][0-9]+)+$")]
    private static partial Regex Marks();
}
