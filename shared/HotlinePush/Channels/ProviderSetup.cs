using HotlinePush.Channels.Aliyun;
using HotlinePush.Channels.Twilio;
using HotlinePush.Channels.WeChat;
using HotlinePush.Channels.WeComRobot;
using HotlinePush.Inbound;
using HotlinePush.Inbound.Calls;
using HotlinePush.Inbound.TwilioVoice;
using HotlinePush.Inbound.WeChat;
using HotlinePush.Notices;
using HotlinePush.Notices.Templates;
using HotlinePush.Web;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace HotlinePush.Channels;

/// <summary>
/// The providers that need no SDK. A host calls this with its configuration; one whose settings are given takes the outbox's place on its
/// channel. A further provider is one more <see cref="IDeliveryChannel"/> in the container, from whatever project: of several on one
/// channel the first that takes an address is tried, the next after its definite refusal.
/// </summary>
public static class ProviderSetup
{
    /// <summary>What each of them asks for.</summary>
    public static IReadOnlyList<(string Provider, Func<ProviderSettings, object> Read)> Settings { get; } =
        [(AliyunSettings.Provider, AliyunSettings.Read), (WeChatSettings.Provider, WeChatSettings.Read), (WeComSettings.Provider, WeComSettings.Read), (CallSettings.Provider, CallSettings.Read),
        (TwilioVoiceSettings.Provider, s => TwilioVoiceSettings.Read(s, new("https://12345.example.gov.cn")))];

    /// <exception cref="ProviderSettingsException">A setting is missing or wrong.</exception>
    public static IServiceCollection AddHotlineProviders(this IServiceCollection services, IConfiguration configuration)
    {
        if (Given(configuration, AliyunSettings.Provider, AliyunSettings.Read) is { } aliyun)
        {
            services.AddSingleton<IDeliveryChannel>(s => new AliyunSms(aliyun, s.GetRequiredService<TimeProvider>()));
            services.AddSingleton(new AliyunReportKey(aliyun.ReportKey));
            services.AddSingleton(new TemplateDemand(ChannelKind.Sms, aliyun.SignName));
        }

        if (Given(configuration, WeChatSettings.Provider, WeChatSettings.Read) is { } weChat)
        {
            services.AddSingleton(weChat);
            services.AddSingleton(WeChatInbound.Of(weChat));
            services.AddSingleton<IInboundAnswer, CustomerMessages>();
            services.AddSingleton<IInboundMedia, WeChatMedia>();
            services.AddSingleton<WeChatTokens>();
            services.AddSingleton<IDeliveryChannel, WeChatTemplate>();
            services.AddSingleton(new TemplateDemand(ChannelKind.WeChat));
        }

        if (Given(configuration, WeComSettings.Provider, WeComSettings.Read) is { } weCom)
        {
            services.AddSingleton(weCom);
            if (weCom.Enabled)
                services.AddSingleton<IGroupChannel, WeComRobotChannel>();
        }

        // After what stands in for it: the last one registered counts.
        if (Given(configuration, CallSettings.Provider, CallSettings.Read) is { } calls)
            services.AddSingleton(calls);
        if (Given(configuration, TwilioVoiceSettings.Provider, s => TwilioVoiceSettings.Read(s, SiteOf(services))) is { } voice)
            services.AddSingleton(voice);

        return services;
    }

    /// <summary>What stands in for providers that are not set.</summary>
    internal static IServiceCollection AddHotlineChannels(this IServiceCollection services)
    {
        services.TryAddSingleton(new AliyunReportKey(null));
        services.TryAddSingleton(new TwilioTokens([]));
        services.TryAddSingleton<WeChatReceipts>();
        services.TryAddSingleton<WeChatBinding>();
        services.TryAddSingleton<BoundOpenIds>();
        services.TryAddSingleton(WeChatInbound.Off);
        services.TryAddSingleton(WeComSettings.Off);
        services.TryAddSingleton<IGroupChannel, GroupOutbox>();
        services.TryAddSingleton<GroupRobotStore>();
        services.TryAddSingleton<GroupMessageStore>();
        services.TryAddSingleton<GroupSending>();
        return services;
    }

    public static void MapChannels(this RouteGroupBuilder api)
    {
        GroupRobotEndpoints.Map(api);
        GroupMessageEndpoints.Map(api);
    }

    /// <summary>Where providers report to, outside <c>/api</c>: their requests have no key.</summary>
    public static void MapHooks(this IEndpointRouteBuilder routes)
    {
        var hooks = routes.MapHotlineGroup("/hooks");
        AliyunReports.Map(hooks);
        TwilioReports.Map(hooks);
        CallHook.Map(hooks);
        VoiceHooks.Map(hooks);
        hooks.MapInboundHooks();
    }

    /// <summary>The address that the host has registered before it asks for providers.</summary>
    private static SiteAddress SiteOf(IServiceCollection services) =>
        services.LastOrDefault(s => s.ServiceType == typeof(SiteAddress))?.ImplementationInstance as SiteAddress ?? new("http://127.0.0.1:7071");

    internal static T? Given<T>(IConfiguration configuration, string provider, Func<ProviderSettings, T> read) where T : class
    {
        var settings = new ProviderSettings(configuration, provider);
        if (!settings.IsGiven)
            return null;
        var found = read(settings);
        settings.Check();
        return found;
    }
}
