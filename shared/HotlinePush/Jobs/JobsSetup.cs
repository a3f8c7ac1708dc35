using HotlinePush.Inbound.Merged;
using HotlinePush.Messaging;
using HotlinePush.Tickets.Import;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace HotlinePush.Jobs;

public static class JobsSetup
{
    /// <summary>
    /// Jobs and imports. The host adds an <c>IFileStore</c>, and where it has them a <c>RouteIntake</c> and a <c>LearnConfirmed</c>.
    /// </summary>
    public static IServiceCollection AddHotlineJobs(this IServiceCollection services)
    {
        services.TryAddSingleton<JobStore>();
        services.TryAddSingleton<MergedHotlines>();
        services.TryAddSingleton<TicketImport>();
        services.TryAddSingleton<ImportHandler>();
        return services;
    }

    public static MessageCatalogue AddJobMessages(this MessageCatalogue catalogue) =>
        catalogue.Add<ImportTickets, ImportHandler>(TicketImport.MessageType, Queues.Jobs, ImportHandler.Retry, (handler, message, ct) => handler.RunAsync(message, ct));
}
