using HotlinePush.Channels.Outbox;
using Microsoft.Extensions.DependencyInjection;

namespace HotlinePush.Tests.Support;

public static class OutboxReading
{
    public static IServiceProvider Services(this HotlineApp app) => app.App.Services;

    /// <summary>What that address was told, in order.</summary>
    public static Task<List<OutboxEntry>> TextsToAsync(this IServiceProvider services, string to) => services.TextsAsync(e => e.To == to);

    public static async Task<List<OutboxEntry>> TextsAsync(this IServiceProvider services, Func<OutboxEntry, bool> wanted)
    {
        var texts = new List<OutboxEntry>();
        string? after = null;
        do
        {
            var page = await services.GetRequiredService<OutboxChannel>().ReadAsync(after, 1000, wanted, CancellationToken.None);
            texts.AddRange(page.Items);
            after = page.Next;
        }
        while (after is not null);
        return texts;
    }
}
