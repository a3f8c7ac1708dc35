namespace HotlinePush.Messaging;

/// <summary>
/// Queues with the semantics of Azure Service Bus: send now or at a time, at-least-once delivery under a lock, redelivery
/// after the lock ends, dead letters with a reason, replay. Nothing is ever cancelled. Times are engine time.
/// </summary>
/// <remarks>Throws <see cref="MessageBusException"/> when the bus is broken or out of reach; what was being sent may then have been sent.</remarks>
public interface IMessageBus
{
    /// <summary>
    /// Durable on return. Not atomic over queues. A <see cref="OutgoingMessage.MessageId"/> seen in the same queue within the last ten minutes
    /// is dropped silently: a help against doubles, never a guarantee.
    /// </summary>
    /// <exception cref="ArgumentException">A body over 64 KiB: a bug of the caller, ids belong in messages rather than contents.</exception>
    Task SendAsync(IReadOnlyCollection<OutgoingMessage> messages, CancellationToken ct = default);

    /// <summary>
    /// Up to <paramref name="max"/> messages that are due and unlocked, earliest due first, equal due times in order of sending, each locked
    /// for <paramref name="lockFor"/>. Waits up to <paramref name="wait"/> for the first; empty when none came.
    /// </summary>
    Task<IReadOnlyList<ReceivedMessage>> ReceiveAsync(string queue, int max, TimeSpan lockFor, TimeSpan wait, CancellationToken ct = default);

    /// <summary>Prolongs the lock from now; false where it is lost: somebody else has the message.</summary>
    Task<bool> RenewAsync(ReceivedMessage message, TimeSpan lockFor, CancellationToken ct = default);

    /// <summary>Ends this delivery as told; false where the lock is lost, and then nothing happens.</summary>
    Task<bool> SettleAsync(ReceivedMessage message, Settlement settlement, CancellationToken ct = default);

    /// <summary>Dead letters, oldest first, at most <paramref name="limit"/>; <paramref name="after"/> is the id of the last one seen.</summary>
    Task<IReadOnlyList<DeadLetter>> ReadDeadLettersAsync(int limit, string? after = null, CancellationToken ct = default);

    /// <summary>Puts a dead letter back into its queue, due now, its delivery count at zero; false where there is none of that id.</summary>
    Task<bool> ReplayAsync(string deadLetterId, CancellationToken ct = default);

    Task<QueueDepth> CountAsync(string queue, CancellationToken ct = default);
}

/// <param name="Type">Stable name and version of what the body is, such as <c>ticket.route.v1</c>.</param>
/// <param name="Body">JSON, at most 64 KiB.</param>
/// <param name="NotBefore">Engine time before which it is not delivered; null for now.</param>
public sealed record OutgoingMessage(string Queue, string MessageId, string Type, string Body, DateTimeOffset? NotBefore = null)
{
    public const int MaxBodyBytes = 64 * 1024;
}

/// <param name="DeliveryCount">1 at the first delivery.</param>
/// <param name="DueAt">When it became due: lateness is measured from here.</param>
public sealed record ReceivedMessage(
    string Queue, string MessageId, string Type, string Body, int DeliveryCount, DateTimeOffset DueAt, string LockToken, DateTimeOffset LockedUntil);

/// <summary>How a delivery ends.</summary>
public abstract record Settlement
{
    public static readonly Settlement Done = new Complete();

    public sealed record Complete : Settlement;

    /// <summary>Delivered again after the delay; the delivery count goes on.</summary>
    public sealed record Retry(TimeSpan Delay, string Reason) : Settlement;

    public sealed record Dead(string Reason) : Settlement;
}

public sealed record DeadLetter(string Id, string Queue, string MessageId, string Type, string Body, string Reason, int DeliveryCount, DateTimeOffset DeadAt);

/// <param name="Ready">Due and unlocked.</param>
/// <param name="Locked">Being handled.</param>
/// <param name="Scheduled">Due later.</param>
/// <param name="OldestReadyAt">When the oldest ready message became due; null when there is none.</param>
public sealed record QueueDepth(long Ready, long Locked, long Scheduled, long Dead, DateTimeOffset? OldestReadyAt);

/// <summary>The bus is broken or out of reach.</summary>
public class MessageBusException(string message, Exception? inner = null) : IOException(message, inner);
