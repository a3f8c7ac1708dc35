using System.Collections.Concurrent;
using Azure.Messaging.ServiceBus;
using Grpc.Core;
using HotlinePush.Azure;
using HotlinePush.Messaging;

namespace HotlinePush.Functions;

/// <summary>Takes a message to its handler and tells the platform how it ends: complete, a copy due later and complete, or dead with the reason.</summary>
public sealed class QueueSettler(MessageDispatcher dispatcher, QueuePlaces places, ServiceBusClient client, TimeProvider engine, ILogger<QueueSettler> log) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, ServiceBusSender> _senders = new(StringComparer.Ordinal);

    public async Task HandleAsync(string queue, ServiceBusReceivedMessage message, ServiceBusMessageActions actions, CancellationToken ct)
    {
        var received = AzureMessageBus.ToReceived(queue, message);
        using var place = await places.EnterAsync(queue, QueuePlaces.Patience, ct);
        var ending = place is null
            ? Settling.HandBack(received, message.SequenceNumber, engine.GetUtcNow())
            : Settling.Of(received, await dispatcher.DispatchAsync(received, ct), engine.GetUtcNow());
        // From here on to the end: what was done is told, even while the host stops.
        try
        {
            await EndAsync(message, received, ending, actions);
        }
        catch (RpcException e)
        {
            // The lock is lost: somebody else has the message, and handlers may run twice.
            log.LogWarning(e, "Message {MessageId} of kind {Type} could not be settled as {Ending}; it comes again", received.MessageId, received.Type, ending.GetType().Name);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var sender in _senders.Values)
            await sender.DisposeAsync();
    }

    private async Task EndAsync(ServiceBusReceivedMessage message, ReceivedMessage received, Ending ending, ServiceBusMessageActions actions)
    {
        switch (ending)
        {
            case Ending.Again again:
                // Only who still has the message makes a copy of it.
                await actions.RenewMessageLockAsync(message, CancellationToken.None);
                var copy = AzureMessageBus.Travelling(new(received.Queue, again.MessageId, received.Type, received.Body), again.Deliveries, again.NotBefore, again.Due);
                await _senders.GetOrAdd(received.Queue, client.CreateSender).SendMessageAsync(copy, CancellationToken.None);
                await actions.CompleteMessageAsync(message, CancellationToken.None);
                break;
            case Ending.Dead dead:
                var properties = new Dictionary<string, object> { [CloudMessages.DeadAt] = engine.GetUtcNow().UtcDateTime, [CloudMessages.Deliveries] = dead.Deliveries };
                await actions.DeadLetterMessageAsync(message, properties, CloudMessages.Reason(dead.Reason), null, CancellationToken.None);
                break;
            default:
                await actions.CompleteMessageAsync(message, CancellationToken.None);
                break;
        }
    }
}
