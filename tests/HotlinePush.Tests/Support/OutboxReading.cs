using HotlinePush.Channels.Outbox;
using Microsoft.Extensions.DependencyInjection;

namespace HotlinePush.Tests.Support;

public static class OutboxReading
{
    public static IServiceProvider Services(this HotlineApp app) => app.App.Services;

    /// <summary>What that address was told, in order.</summary>
    public static async Task<List<OutboxEntry>> TextsToAsync(this IServiceProvider services, string to) =>
        await services.GetRequiredService<OutboxChannel>().ReadAsync(null, 1000, e => e.To == to, CancellationToken.None);
}
