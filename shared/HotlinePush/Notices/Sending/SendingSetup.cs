using Microsoft.Extensions.DependencyInjection.Extensions;

namespace HotlinePush.Notices.Sending;

public static class SendingSetup
{
    /// <summary>Sending stands on an <see cref="INoticeHeads"/>, a <see cref="ReadListPage"/>, a <see cref="FindLeftOut"/> and a <see cref="ComposeText"/>, and on the channels of the host.</summary>
    public static IServiceCollection AddNoticeSending(this IServiceCollection services)
    {
        services.TryAddSingleton<DeliveryStore>();
        services.TryAddSingleton<DeliveryChannels>();
        services.TryAddSingleton<SlotStore>();
        services.TryAddSingleton<BreakerStore>();
        services.TryAddSingleton<SendRuns>();
        services.TryAddSingleton<SendingParts>();
        services.TryAddSingleton<PageAlarms>();
        services.TryAddSingleton<PageSender>();
        services.TryAddSingleton<NoticeSending>();
        services.TryAddSingleton<DeliveryReceipts>();
        return services;
    }
}
