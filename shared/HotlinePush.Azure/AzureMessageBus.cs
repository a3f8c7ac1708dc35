using System.Collections.Concurrent;
using System.Globalization;
using Azure.Messaging.ServiceBus;
using HotlinePush.Messaging;

namespace HotlinePush.Azure;

/// <summary>
/// The bus on Service Bus queues without sessions. In the cloud the platform's triggers receive; <see cref="ReceiveAsync"/> serves tests and
/// tools. The queue's duplicate detection is the port's help against doubles, so its window has to be ten minutes.
/// </summary>
public sealed class AzureMessageBus(ServiceBusClient client, TimeProvider engine) : IMessageBus, IAsyncDisposable
{
    /// <summary>Messages looked at to count a queue or to find a dead letter: beyond that, a figure means "at least".</summary>
    private const int MostLooked = 1000;

    private const int LookAtOnce = 250;
    private static readonly TimeSpan NoWait = TimeSpan.FromMilliseconds(500);

    private readonly ConcurrentDictionary<string, ServiceBusSender> _senders = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, ServiceBusReceiver> _receivers = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, ServiceBusReceivedMessage> _locked = new(StringComparer.Ordinal);

    public async Task SendAsync(IReadOnlyCollection<OutgoingMessage> messages, CancellationToken ct = default)
    {
        foreach (var (queue, together) in CloudMessages.Group(messages).ToList())
            await AskAsync(() => SenderOf(queue).SendMessagesAsync(together.Select(m => Travelling(m, 0, m.NotBefore)), ct), ct);
    }

    public async Task<IReadOnlyList<ReceivedMessage>> ReceiveAsync(string queue, int max, TimeSpan lockFor, TimeSpan wait, CancellationToken ct = default)
    {
        var now = engine.GetUtcNow();
        foreach (var (token, message) in _locked)
            if (message.LockedUntil < now)
                _locked.TryRemove(token, out _);
        var received = await AskAsync(() => ReceiverOf(queue).ReceiveMessagesAsync(max, wait > NoWait ? wait : NoWait, ct), ct);
        foreach (var message in received)
            _locked[message.LockToken] = message;
        return [.. received.Select(m => ToReceived(queue, m))];
    }

    /// <summary>The platform's own lock length counts, whatever is asked for.</summary>
    public async Task<bool> RenewAsync(ReceivedMessage message, TimeSpan lockFor, CancellationToken ct = default) =>
        _locked.TryGetValue(message.LockToken, out var held) && await HeldAsync(() => ReceiverOf(message.Queue).RenewMessageLockAsync(held, ct), ct);

    public async Task<bool> SettleAsync(ReceivedMessage message, Settlement settlement, CancellationToken ct = default)
    {
        if (!_locked.TryRemove(message.LockToken, out var held))
            return false;
        var receiver = ReceiverOf(message.Queue);
        switch (settlement)
        {
            case Settlement.Retry { Delay: var delay }:
                // The copy first: a process that ends between the two leaves a repeat, not a loss.
                var copy = Travelling(new(message.Queue, message.MessageId, message.Type, message.Body), message.DeliveryCount, engine.GetUtcNow() + delay, message.DueAt);
                if (!await HeldAsync(() => receiver.RenewMessageLockAsync(held, ct), ct))
                    return false;
                await AskAsync(() => SenderOf(message.Queue).SendMessageAsync(copy, ct), ct);
                return await HeldAsync(() => receiver.CompleteMessageAsync(held, ct), ct);
            case Settlement.Dead { Reason: var reason }:
                return await HeldAsync(
                    () => receiver.DeadLetterMessageAsync(
                        held, new Dictionary<string, object> { [CloudMessages.DeadAt] = engine.GetUtcNow().UtcDateTime, [CloudMessages.Deliveries] = message.DeliveryCount - 1 }, CloudMessages.Reason(reason), null, ct), ct);
            default:
                return await HeldAsync(() => receiver.CompleteMessageAsync(held, ct), ct);
        }
    }

    public async Task<IReadOnlyList<DeadLetter>> ReadDeadLettersAsync(int limit, string? after = null, CancellationToken ct = default)
    {
        var dead = new List<DeadLetter>();
        foreach (var queue in Queues.All)
            dead.AddRange((await LookAsync(DeadOf(queue), ct)).Select(m => ToDead(queue, m)));
        var ordered = dead.OrderBy(d => d.DeadAt).ThenBy(d => d.Id, StringComparer.Ordinal).ToList();
        return [.. ordered.Skip(after is null ? 0 : ordered.FindIndex(d => d.Id == after) + 1).Take(limit)];
    }

    /// <summary>The platform takes nothing out of the middle: messages are locked one after the other until it is met, and given back.</summary>
    public async Task<bool> ReplayAsync(string deadLetterId, CancellationToken ct = default)
    {
        if (deadLetterId.Split(':') is not [var queue, var number] || !Queues.All.Contains(queue) || !long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var sequence))
            return false;
        var receiver = DeadOf(queue);
        var others = new List<ServiceBusReceivedMessage>();
        try
        {
            while (others.Count < MostLooked && await AskAsync(() => receiver.ReceiveMessagesAsync(LookAtOnce, NoWait, ct), ct) is { Count: > 0 } some)
            {
                others.AddRange(some.Where(m => m.SequenceNumber != sequence));
                if (some.FirstOrDefault(m => m.SequenceNumber == sequence) is not { } found)
                    continue;
                var message = ToReceived(queue, found);
                // Another id: the one before may still be in the queue's memory of doubles.
                var again = Travelling(new(queue, $"{message.MessageId}~{sequence}", message.Type, message.Body), 0, null);
                await AskAsync(() => SenderOf(queue).SendMessageAsync(again, ct), ct);
                return await HeldAsync(() => receiver.CompleteMessageAsync(found, ct), ct);
            }

            return false;
        }
        finally
        {
            foreach (var other in others)
                await HeldAsync(() => receiver.AbandonMessageAsync(other, null, CancellationToken.None), CancellationToken.None);
        }
    }

    public async Task<QueueDepth> CountAsync(string queue, CancellationToken ct = default)
    {
        var (alive, dead) = (await LookAsync(ReceiverOf(queue), ct), await LookAsync(DeadOf(queue), ct));
        var ready = alive.Where(m => m.State == ServiceBusMessageState.Active).ToList();
        // Which of them are locked is not told.
        return new(ready.Count, 0, alive.Count - ready.Count, dead.Count, ready.Count == 0 ? null : ready.Min(m => m.EnqueuedTime));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var receiver in _receivers.Values)
            await receiver.DisposeAsync();
        foreach (var sender in _senders.Values)
            await sender.DisposeAsync();
    }

    /// <summary>As the dispatcher wants it, from what a trigger or a receiver was given.</summary>
    public static ReceivedMessage ToReceived(string queue, ServiceBusReceivedMessage message) => new(
        queue, message.MessageId, Text(message, CloudMessages.Type) ?? "", message.Body.ToString(),
        Number(message, CloudMessages.Deliveries) + message.DeliveryCount,
        message.ApplicationProperties.GetValueOrDefault(CloudMessages.Due) is DateTime due ? new(DateTime.SpecifyKind(due, DateTimeKind.Utc)) : message.EnqueuedTime,
        message.LockToken, message.LockedUntil);

    /// <param name="deliveries">Before this copy.</param>
    /// <param name="due">Of the first copy; null where this is the first.</param>
    public static ServiceBusMessage Travelling(OutgoingMessage message, int deliveries, DateTimeOffset? notBefore, DateTimeOffset? due = null)
    {
        var travelling = new ServiceBusMessage(message.Body) { MessageId = deliveries == 0 ? message.MessageId : CloudMessages.IdOfCopy(message.MessageId, deliveries), ContentType = "application/json" };
        travelling.ApplicationProperties[CloudMessages.Type] = message.Type;
        if (deliveries > 0)
            travelling.ApplicationProperties[CloudMessages.Deliveries] = deliveries;
        if ((due ?? notBefore) is { } first)
            travelling.ApplicationProperties[CloudMessages.Due] = first.UtcDateTime;
        if (notBefore is { } later)
            travelling.ScheduledEnqueueTime = later;
        return travelling;
    }

    private static DeadLetter ToDead(string queue, ServiceBusReceivedMessage message)
    {
        var received = ToReceived(queue, message);
        return new(
            string.Create(CultureInfo.InvariantCulture, $"{queue}:{message.SequenceNumber}"), queue, received.MessageId, received.Type, received.Body,
            message.DeadLetterReason ?? "", Number(message, CloudMessages.Deliveries) + 1,
            message.ApplicationProperties.GetValueOrDefault(CloudMessages.DeadAt) is DateTime at ? new(DateTime.SpecifyKind(at, DateTimeKind.Utc)) : message.EnqueuedTime);
    }

    private static string? Text(ServiceBusReceivedMessage message, string name) => message.ApplicationProperties.GetValueOrDefault(name) as string;

    private static int Number(ServiceBusReceivedMessage message, string name) => message.ApplicationProperties.GetValueOrDefault(name) is int number ? number : 0;

    private static async Task<List<ServiceBusReceivedMessage>> LookAsync(ServiceBusReceiver receiver, CancellationToken ct)
    {
        var seen = new List<ServiceBusReceivedMessage>();
        while (seen.Count < MostLooked)
        {
            var from = seen.Count == 0 ? 0 : seen[^1].SequenceNumber + 1;
            if (await AskAsync(() => receiver.PeekMessagesAsync(LookAtOnce, from, ct), ct) is not { Count: > 0 } some)
                break;
            seen.AddRange(some);
        }

        return seen;
    }

    private ServiceBusSender SenderOf(string queue) => _senders.GetOrAdd(queue, client.CreateSender);

    private ServiceBusReceiver ReceiverOf(string queue) => _receivers.GetOrAdd(queue, q => client.CreateReceiver(q));

    private ServiceBusReceiver DeadOf(string queue) => _receivers.GetOrAdd($"{queue}/dead", _ => client.CreateReceiver(queue, new ServiceBusReceiverOptions { SubQueue = SubQueue.DeadLetter }));

    /// <summary>False where the lock is lost: somebody else has the message.</summary>
    private static async Task<bool> HeldAsync(Func<Task> act, CancellationToken ct)
    {
        try
        {
            await act();
            return true;
        }
        catch (ServiceBusException e) when (e.Reason == ServiceBusFailureReason.MessageLockLost)
        {
            return false;
        }
        catch (Exception e) when (Failures.IsOfTheCloud(e, ct))
        {
            throw Failures.OfBus(e);
        }
    }

    private static async Task<T> AskAsync<T>(Func<Task<T>> ask, CancellationToken ct)
    {
        try
        {
            return await ask();
        }
        catch (Exception e) when (Failures.IsOfTheCloud(e, ct))
        {
            throw Failures.OfBus(e);
        }
    }

    private static Task AskAsync(Func<Task> ask, CancellationToken ct) => AskAsync(
        async () =>
        {
            await ask();
            return true;
        },
        ct);
}
