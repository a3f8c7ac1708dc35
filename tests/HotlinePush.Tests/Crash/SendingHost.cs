using System.Globalization;
using HotlinePush.Audiences;
using HotlinePush.Channels;
using HotlinePush.Messaging;
using HotlinePush.Notices;
using HotlinePush.Notices.Sending;
using HotlinePush.Security;
using HotlinePush.Tests.Notices.Sending;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace HotlinePush.Tests.Crash;

/// <summary>
/// A host that sends one notice through the fake provider, on real SQLite, until nobody is queued or under way. Started again it goes on.
/// Its clock is some time ahead of the last one's, so that claims of a killed process lapse without waiting for them.
/// </summary>
internal static class SendingHost
{
    public const string NoticeId = "n1";

    public static async Task<int> RunAsync(string folder, string provider, string recipients, string ahead)
    {
        var count = int.Parse(recipients, CultureInfo.InvariantCulture);
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Logging.AddConsole(c => c.LogToStandardErrorThreshold = LogLevel.Trace).SetMinimumLevel(LogLevel.Warning);
        var services = builder.Services;
        var notices = new HeldNotices { [NoticeId] = HeldNotices.New(NoticeId, count, ChannelKind.Sms) };
        services.AddSingleton<TimeProvider>(new AheadTime(TimeSpan.FromSeconds(int.Parse(ahead, CultureInfo.InvariantCulture))));
        services.AddSqliteStorage(Path.Combine(folder, "data"));
        services.AddSingleton(KeyFile.LoadOrCreate(Path.Combine(folder, "keys.json")));
        services.AddHotlineProduct(demo: false);
        services.RemoveAll<IDeliveryChannel>();
        services.AddSingleton<IDeliveryChannel>(new FakeProviderChannel(int.Parse(provider, CultureInfo.InvariantCulture)));
        services.AddSingleton<INoticeHeads>(notices);
        services.AddSingleton<ReadListPage>((_, _, page, _) => Task.FromResult(new RecipientPage(page, [.. Enumerable.Range(0, DeliveryPage.SizeOf(notices[NoticeId].Frozen!, page))
            .Select(i => SendingBench.Person((page * Place.PageSize) + i))])));
        services.AddSingleton<FindLeftOut>((_, _, _) => Task.FromResult<IReadOnlyDictionary<int, string>>(new Dictionary<int, string>()));
        services.AddSingleton<ComposeText>((notice, _, _, _) => new(null, notice.Title));
        services.AddHostedService<MessagePump>();
        using var host = builder.Build();
        var bus = host.Services.GetRequiredService<IMessageBus>();
        // Begun once; a message that was taken by a killed process comes again by itself. One more does no harm, either.
        await bus.SendAsync([host.Services.GetRequiredService<MessageCatalogue>().BeginSending(NoticeId, 1).ToOutgoing()]);
        await host.StartAsync();
        Console.WriteLine("ready");
        while (await host.Services.GetRequiredService<NoticeSending>().ProgressAsync(notices[NoticeId], CancellationToken.None) is not { Queued: 0, Sending: 0 })
            await Task.Delay(50);
        await host.StopAsync();
        return 0;
    }

    private sealed class AheadTime(TimeSpan by) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + by;
    }
}
