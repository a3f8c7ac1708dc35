using HotlinePush.Audiences;
using HotlinePush.Changes;
using HotlinePush.Channels;
using HotlinePush.Channels.Outbox;
using HotlinePush.Channels.WeChat;
using HotlinePush.Channels.WeComRobot;
using HotlinePush.Clocks;
using HotlinePush.Comments;
using HotlinePush.Inbound;
using HotlinePush.Inbound.Calls;
using HotlinePush.Inbound.Merged;
using HotlinePush.Inbound.Open311;
using HotlinePush.Inbound.TwilioVoice;
using HotlinePush.Incidents;
using HotlinePush.Jobs;
using HotlinePush.Knowledge;
using HotlinePush.Messaging;
using HotlinePush.Notices;
using HotlinePush.Notices.Matters;
using HotlinePush.Notices.Recipients;
using HotlinePush.Notices.Sending;
using HotlinePush.Notices.Templates;
using HotlinePush.Operations;
using HotlinePush.Pages;
using HotlinePush.Records;
using HotlinePush.Security;
using HotlinePush.Security.Accounts;
using HotlinePush.Supervision;
using HotlinePush.Supervision.Topics;
using HotlinePush.Tickets;
using HotlinePush.Tickets.Attachments;
using HotlinePush.Tickets.Disclosure;
using HotlinePush.Tickets.Import;
using HotlinePush.Tickets.Similar;
using HotlinePush.Timers;
using HotlinePush.Units;
using HotlinePush.Units.Roster;
using HotlinePush.Web;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace HotlinePush;

/// <summary>The product, put together once for every host. A host adds the three ports, the keys, and what drives queues and timers.</summary>
public static class HotlineProduct
{
    public static IServiceCollection AddHotlineProduct(this IServiceCollection services, bool demo)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(s => new ProductClock(s.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton(new OutboxOptions(TimeSpan.Zero, demo));

        services.AddSingleton(Catalogue());
        services.AddSingleton<PendingMessages>();
        services.AddSingleton<MessageDispatcher>();
        services.AddHotlineOperations();
        services.AddSingleton<TimerPass>();

        services.AddSingleton<SetupStore>();
        services.AddSingleton<CitySource>();
        services.AddSingleton<DutyRoster>();
        services.AddSingleton<UnitUse>();

        services.AddSingleton<TicketStore>();
        services.AddSingleton<TicketMessages>();
        services.AddSingleton<IndexSync>();
        services.AddSingleton<TicketActions>();
        services.AddSingleton<TicketFiling>();
        services.AddSingleton<TicketReading>();
        services.AddSingleton<TicketLists>();
        services.AddSingleton<DeskLists>();
        services.AddSingleton<PersonTickets>();
        services.AddSingleton<SimilarTickets>();
        services.AddSingleton<IncidentStore>();
        services.AddSingleton<IncidentFollowing>();
        services.AddSingleton<IncidentDesk>();
        services.AddSingleton<AttachmentFiles>();
        services.AddSingleton<TicketTelling>();
        services.AddSingleton<TicketRouting>();
        // Asked for when it is first needed: routing itself stands on filing's neighbours.
        services.AddSingleton<RouteIntake>(s => (intake, city) => s.GetRequiredService<TicketRouting>().Route(intake, city));
        services.AddSingleton<MomentHandler>();

        services.AddSingleton<LearnConfirmed>(s => (texts, ct) => s.GetRequiredService<TicketRouting>().LearnAsync(texts, ct));
        services.AddHotlineJobs();
        services.AddHotlineSupervision();
        services.AddHotlineAudiences();
        services.AddSingleton<CalendarRecompute>();

        services.AddSingleton<OutboxChannel>();
        services.AddSingleton<IChannel, TextChannel>();
        services.AddOutboxDeliveries();
        services.AddHotlineChannels();
        services.AddHotlineInbound();
        services.AddHotlineNotices();

        services.AddSingleton(s => new ApiKeys(s.GetRequiredService<Storage.ITableStore>(), s.GetRequiredService<TimeProvider>(), allowFixed: demo));
        services.AddSingleton(s => new AccountStore(s.GetRequiredService<Storage.ITableStore>(), s.GetRequiredService<TimeProvider>(), allowFixed: demo));
        services.AddSingleton<AccountSignIn>();
        services.AddSingleton<PlatformIdentity>();
        services.AddSingleton<StaffNames>();
        services.AddSingleton<AccountActions>();
        services.AddSingleton<KeyActions>();
        services.AddSingleton<AuditLog>();
        services.AddSingleton<Sessions>();
        services.AddSingleton<FindKeyHolder>(s => async (key, ct) => await s.GetRequiredService<ApiKeys>().FindAsync(key, ct));
        services.AddSingleton(s => Seal(s.GetRequiredService<KeyRing>()));
        services.AddHotlineKnowledge();
        services.AddHotlineRecords();
        services.AddHotlineCalls(demo);
        services.AddHotlineVoice();
        services.AddHotlineComments();
        services.AddOpen311(demo);
        services.AddChanges();
        services.AddSingleton<TopicSearch>();
        TimedRuns.AddTo(services);
        services.AddHotlinePages();
        return services;
    }

    /// <summary>Every endpoint and page.</summary>
    public static void MapProduct(this IEndpointRouteBuilder routes)
    {
        TicketEndpoints.Map(routes);
        SimilarEndpoints.Map(routes);
        ProactiveEndpoints.Map(routes);
        IncidentEndpoints.Map(routes);
        RosterEndpoints.Map(routes);
        AttachmentEndpoints.Map(routes);
        routes.MapSetup();
        var api = routes.MapHotlineGroup("/api/v1");
        ImportEndpoints.Map(api);
        MergedEndpoints.Map(api);
        JobEndpoints.Map(api);
        AudienceEndpoints.Map(api);
        NoticeEndpoints.Map(api);
        TemplateEndpoints.Map(api);
        api.MapChannels();
        MatterEndpoints.Map(api);
        RecipientSide.Map(api);
        DeliveryEndpoints.Map(api);
        OperationsEndpoints.Map(api);
        KnowledgeEndpoints.Map(api);
        SupervisionEndpoints.Map(api);
        AccountEndpoints.Map(api);
        KeyEndpoints.Map(api);
        TopicEndpoints.Map(api);
        RecordEndpoints.Map(api);
        api.MapCalls();
        ConsultationEndpoints.Map(api);
        ChangeEndpoints.Map(api);
        routes.MapHooks();
        Open311Endpoints.Map(routes);
        routes.MapHotlinePages();
    }

    /// <summary>Every kind of message: what it is called, where it waits, what is retried and for how long before it lies dead.</summary>
    public static MessageCatalogue Catalogue()
    {
        var quick = new RetryRule(10, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(5));
        var patient = new RetryRule(12, TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(30));
        var catalogue = new MessageCatalogue()
            .Add<RouteTicket, TicketRouting>(TicketMessages.RouteType, Queues.Tickets, quick, (h, m, ct) => h.HandleAsync(m, ct))
            .Add<SyncIndexes, IndexSync>(TicketMessages.SyncType, Queues.Tickets, quick, (h, m, ct) => h.RunAsync(m, ct))
            .Add<SettleMerge, TicketActions>(TicketMessages.MergeType, Queues.Tickets, quick, (h, m, ct) => h.HandleAsync(m, ct))
            .Add<LearnDispatch, TicketRouting>(TicketMessages.LearnType, Queues.Jobs, quick, (h, m, ct) => h.LearnAsync(m, ct))
            .Add<TellPeople, TicketTelling>(TicketMessages.TellType, Queues.People, patient, (h, m, ct) => h.HandleAsync(m, ct))
            .Add<MomentDue, MomentHandler>(TimerPass.MomentType, Queues.Timers, quick, (h, m, ct) => h.HandleAsync(m, ct))
            .Add<FindTopics, TopicSearch>(TopicSearch.MessageType, Queues.Jobs, TopicSearch.Retry, (h, m, ct) => h.HandleAsync(m, ct))
            .AddJobMessages()
            .AddAudienceMessages()
            .AddSendingMessages()
            .AddLookupMessages()
            .AddCallMessages()
            .AddVoiceMessages()
            .AddCommentMessages()
            .AddInboundMessages();
        CalendarRecompute.AddTo(catalogue);
        IncidentFollowing.AddTo(catalogue);
        WeChatReceipts.AddTo(catalogue);
        GroupSending.AddTo(catalogue);
        return catalogue;
    }

    /// <summary>Kept answers hold tracking codes: each under a data key of its own.</summary>
    private static ReplySeal Seal(KeyRing keys) => new(
        plain =>
        {
            var key = keys.NewDataKey();
            var wrapped = keys.Wrap(key);
            var id = System.Text.Encoding.ASCII.GetBytes(wrapped.KeyId);
            return [(byte)id.Length, .. id, (byte)wrapped.Value.Length, .. wrapped.Value, .. key.Seal(plain.Span, "reply"u8)];
        },
        box =>
        {
            try
            {
                var bytes = box.Span;
                var id = System.Text.Encoding.ASCII.GetString(bytes.Slice(1, bytes[0]));
                var wrapped = bytes.Slice(2 + bytes[0], bytes[1 + bytes[0]]).ToArray();
                return keys.Unwrap(new(id, wrapped)).Open(bytes[(2 + bytes[0] + wrapped.Length)..], "reply"u8);
            }
            catch (System.Security.Cryptography.CryptographicException)
            {
                return null;
            }
        });
}
