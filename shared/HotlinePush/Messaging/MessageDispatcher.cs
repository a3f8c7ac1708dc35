using System.Text.Json;
using HotlinePush.Operations;

namespace HotlinePush.Messaging;

/// <summary>
/// Takes one delivery to its handler and says how it ends. Handlers are idempotent; a handler that throws is tried again by its
/// kind's rule and then lies dead, with the reason, until somebody replays it.
/// </summary>
public sealed class MessageDispatcher(MessageCatalogue catalogue, IServiceProvider services, ILogger<MessageDispatcher> log, LatenessLog? lateness = null)
{
    public async Task<Settlement> DispatchAsync(ReceivedMessage message, CancellationToken ct)
    {
        var begun = TimeProvider.System.GetTimestamp();
        using var activity = Telemetry.Handling(message);
        var settlement = await HandleAsync(message, ct);
        var outcome = settlement switch { Settlement.Retry => "retry", Settlement.Dead => "dead", _ => "done" };
        activity?.SetTag("hotline.outcome", outcome);
        Telemetry.MessageHandled(message.Type, outcome, TimeProvider.System.GetElapsedTime(begun));
        return settlement;
    }

    private async Task<Settlement> HandleAsync(ReceivedMessage message, CancellationToken ct)
    {
        if (catalogue.Find(message.Type) is not { } kind)
            return new Settlement.Dead($"No handler for {message.Type}.");
        // A worker that died under the message never reported; the count alone tells.
        if (message.DeliveryCount > kind.Retry.MaxDeliveries)
            return new Settlement.Dead($"Given up after {message.DeliveryCount - 1} deliveries without an outcome.");
        try
        {
            await kind.Handle(services, message.Body, ct);
            lateness?.Handled(message);
            return Settlement.Done;
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            throw;
        }
        catch (JsonException e)
        {
            return new Settlement.Dead($"The body cannot be read: {e.Message}");
        }
        catch (Exception e)
        {
            if (message.DeliveryCount >= kind.Retry.MaxDeliveries)
            {
                log.LogError(e, "Message {MessageId} of kind {Type} is dead after {Deliveries} deliveries", message.MessageId, message.Type, message.DeliveryCount);
                return new Settlement.Dead($"{e.GetType().Name}: {e.Message}");
            }

            var delay = kind.Retry.DelayAfter(message.DeliveryCount);
            log.LogWarning(e, "Message {MessageId} of kind {Type} failed on delivery {Deliveries}; again in {Delay}", message.MessageId, message.Type, message.DeliveryCount, delay);
            return new Settlement.Retry(delay, $"{e.GetType().Name}: {e.Message}");
        }
    }
}
