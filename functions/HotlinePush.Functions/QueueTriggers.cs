using Azure.Messaging.ServiceBus;
using HotlinePush.Messaging;
using HotlinePush.Storage;

namespace HotlinePush.Functions;

/// <summary>One for each queue. The platform receives and renews locks; what becomes of a message is settled here.</summary>
public sealed class QueueTriggers(QueueSettler settler)
{
    [Function(nameof(HandleTickets))]
    public Task HandleTickets(
        [ServiceBusTrigger(Queues.Tickets, Connection = CloudSettings.BusConnection, AutoCompleteMessages = false)] ServiceBusReceivedMessage message, ServiceBusMessageActions actions, CancellationToken ct) =>
        settler.HandleAsync(Queues.Tickets, message, actions, ct);

    [Function(nameof(HandleUrgentTimers))]
    public Task HandleUrgentTimers(
        [ServiceBusTrigger(Queues.UrgentTimers, Connection = CloudSettings.BusConnection, AutoCompleteMessages = false)] ServiceBusReceivedMessage message, ServiceBusMessageActions actions, CancellationToken ct) =>
        settler.HandleAsync(Queues.UrgentTimers, message, actions, ct);

    [Function(nameof(HandleTimers))]
    public Task HandleTimers(
        [ServiceBusTrigger(Queues.Timers, Connection = CloudSettings.BusConnection, AutoCompleteMessages = false)] ServiceBusReceivedMessage message, ServiceBusMessageActions actions, CancellationToken ct) =>
        settler.HandleAsync(Queues.Timers, message, actions, ct);

    [Function(nameof(HandlePeople))]
    public Task HandlePeople(
        [ServiceBusTrigger(Queues.People, Connection = CloudSettings.BusConnection, AutoCompleteMessages = false)] ServiceBusReceivedMessage message, ServiceBusMessageActions actions, CancellationToken ct) =>
        settler.HandleAsync(Queues.People, message, actions, ct);

    [Function(nameof(HandleJobs))]
    public Task HandleJobs(
        [ServiceBusTrigger(Queues.Jobs, Connection = CloudSettings.BusConnection, AutoCompleteMessages = false)] ServiceBusReceivedMessage message, ServiceBusMessageActions actions, CancellationToken ct) =>
        settler.HandleAsync(Queues.Jobs, message, actions, ct);

    [Function(nameof(HandleNotices))]
    public Task HandleNotices(
        [ServiceBusTrigger(Queues.Notices, Connection = CloudSettings.BusConnection, AutoCompleteMessages = false)] ServiceBusReceivedMessage message, ServiceBusMessageActions actions, CancellationToken ct) =>
        settler.HandleAsync(Queues.Notices, message, actions, ct);
}
