using HotlinePush.Channels;
using HotlinePush.Channels.Outbox;
using HotlinePush.Clocks;
using HotlinePush.Jobs;
using HotlinePush.Messaging;
using HotlinePush.Operations;
using HotlinePush.Pages;
using HotlinePush.Security;
using HotlinePush.Tickets;
using HotlinePush.Tickets.Import;
using HotlinePush.Timers;
using HotlinePush.Units;
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

        services.AddSingleton<TicketStore>();
        services.AddSingleton<TicketMessages>();
        services.AddSingleton<IndexSync>();
        services.AddSingleton<TicketActions>();
        services.AddSingleton<TicketFiling>();
        services.AddSingleton<TicketReading>();
        services.AddSingleton<TicketLists>();
        services.AddSingleton<TicketTelling>();
        services.AddSingleton<TicketRouting>();
        // Asked for when it is first needed: routing itself stands on filing's neighbours.
        services.AddSingleton<RouteIntake>(s => (intake, city) => s.GetRequiredService<TicketRouting>().Route(intake, city));
        services.AddSingleton<MomentHandler>();

        services.AddSingleton<LearnConfirmed>(s => (texts, ct) => s.GetRequiredService<TicketRouting>().LearnAsync(texts, ct));
        services.AddHotlineJobs();
        services.AddSingleton<CalendarRecompute>();

        services.AddSingleton<OutboxChannel>();
        services.AddSingleton<IChannel>(s => s.GetRequiredService<OutboxChannel>());

        services.AddSingleton(s => new ApiKeys(s.GetRequiredService<Storage.ITableStore>(), s.GetRequiredService<TimeProvider>(), allowFixed: demo));
        services.AddSingleton<AuditLog>();
        services.AddSingleton<Sessions>();
        services.AddSingleton<FindKeyHolder>(s => async (key, ct) => await s.GetRequiredService<ApiKeys>().FindAsync(key, ct));
        services.AddSingleton(s => Seal(s.GetRequiredService<KeyRing>()));
        services.AddHotlinePages();
        return services;
    }

    /// <summary>Every endpoint and page.</summary>
    public static void MapProduct(this IEndpointRouteBuilder routes)
    {
        TicketEndpoints.Map(routes);
        routes.MapSetup();
        var api = routes.MapHotlineGroup("/api/v1");
        ImportEndpoints.Map(api);
        JobEndpoints.Map(api);
        OperationsEndpoints.Map(api);
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
            .AddJobMessages();
        CalendarRecompute.AddTo(catalogue);
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
