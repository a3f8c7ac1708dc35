using Azure;
using Azure.Messaging.ServiceBus;
using HotlinePush.Messaging;
using HotlinePush.Storage;

namespace HotlinePush.Azure;

/// <summary>What the SDKs throw, in the words of the ports.</summary>
internal static class Failures
{
    /// <summary>Whether the cloud failed, or the way to it: not a bug of the caller, and not the caller's own end.</summary>
    public static bool IsOfTheCloud(Exception e, CancellationToken ct) => e switch
    {
        RequestFailedException or ServiceBusException or UnauthorizedAccessException or TimeoutException => true,
        // The SDK's tries in a row, and its own time limit.
        AggregateException => true,
        OperationCanceledException => !ct.IsCancellationRequested,
        HttpRequestException or System.Net.Sockets.SocketException => true,
        IOException => e is not (TableStoreException or MessageBusException),
        _ => e.GetType().FullName == "Azure.Identity.AuthenticationFailedException",
    };

    /// <summary>Timeouts, throttling and the service's own faults pass; a refusal does not.</summary>
    public static TableStoreException OfStore(Exception e) => new(
        e is RequestFailedException { Status: not 0 } refused ? $"The storage account answered {refused.Status} {refused.ErrorCode}." : $"The storage account could not be reached ({e.GetType().Name}).",
        e is not RequestFailedException { Status: not (0 or 408 or 429 or >= 500) },
        e);

    public static MessageBusException OfBus(Exception e) => new(
        e is ServiceBusException bus ? $"The Service Bus answered {bus.Reason}." : $"The Service Bus could not be reached ({e.GetType().Name}).", e);
}
