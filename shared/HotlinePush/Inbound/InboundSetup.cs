using HotlinePush.Messaging;
using HotlinePush.Operations;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace HotlinePush.Inbound;

/// <summary>What messages from residents need.</summary>
internal static class InboundSetup
{
    private static readonly RetryRule Quick = new(12, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(5));
    private static readonly RetryRule Patient = new(12, TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(30));

    public static IServiceCollection AddHotlineInbound(this IServiceCollection services)
    {
        services.AddSingleton<ConversationStore>();
        services.AddSingleton<Senders>();
        services.AddSingleton<InboundPlanning>();
        services.AddSingleton<InboundWork>();
        services.AddSingleton<InboundFiles>();
        services.AddSingleton<InboundGathering>();
        services.AddSingleton<IInboundTaker, WeChat.PhoneBinding>();
        services.AddSingleton(s => new InboundAnswers(
            s.GetRequiredService<Security.KeyRing>(), s.GetRequiredService<Channels.IChannel>(), s.GetServices<IInboundAnswer>(), s.GetService<Notices.SiteAddress>()));
        services.AddSingleton(s => new InboundDesk(
            s.GetRequiredService<ConversationStore>(), s.GetRequiredService<InboundPlanning>(), s.GetRequiredService<InboundWork>(), s.GetRequiredService<InboundFiles>(),
            s.GetRequiredService<InboundAnswers>(), s.GetServices<IInboundTaker>(), s.GetRequiredService<Tickets.TicketFiling>(), s.GetRequiredService<MessageCatalogue>(),
            s.GetRequiredService<Clocks.ProductClock>(), s.GetRequiredService<ILogger<InboundDesk>>()));
        services.AddSingleton(s => new TimedRun(TimedRuns.PurgeInbound, TimeSpan.FromDays(1), s.GetRequiredService<InboundDesk>().PurgeAsync));
        return services;
    }

    public static MessageCatalogue AddInboundMessages(this MessageCatalogue catalogue) => catalogue
        .Add<FinishHeard, InboundDesk>(InboundDesk.FinishType, Queues.Tickets, Quick, (h, m, ct) => h.HandleAsync(m, ct))
        .Add<AnswerHeard, InboundDesk>(InboundDesk.AnswerType, Queues.People, Patient, (h, m, ct) => h.HandleAsync(m, ct))
        .Add<TellGathered, InboundGathering>(InboundGathering.MessageType, Queues.Tickets, Quick, (h, m, ct) => h.HandleAsync(m, ct))
        .Add<FetchFiles, InboundFiles>(InboundFiles.MessageType, Queues.Jobs, Patient, (h, m, ct) => h.HandleAsync(m, ct));

    public static void MapInboundHooks(this RouteGroupBuilder hooks)
    {
        Sms.TwilioSms.Map(hooks);
        Sms.AliyunInbound.Map(hooks);
        WeChat.WeChatHook.Map(hooks);
    }
}
