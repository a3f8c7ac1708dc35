using HotlinePush.Messaging;
using HotlinePush.Operations;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace HotlinePush.Inbound.Calls;

/// <summary>Telephone calls 来电: what systems report, what the desk sees of it, who is to be called back.</summary>
public static class CallSetup
{
    public static IServiceCollection AddHotlineCalls(this IServiceCollection services, bool demo)
    {
        services.TryAddSingleton(demo ? CallSettings.Demo : CallSettings.Off);
        services.AddSingleton<CallStore>();
        services.AddSingleton<MissedCallers>();
        services.AddSingleton<CallDesk>();
        services.AddSingleton<AgentLines>();
        services.AddSingleton<CallLists>();
        services.AddSingleton<CallErasure>();
        services.AddSingleton(s => new TimedRun(TimedRuns.EraseCalls, CallErasure.Every, s.GetRequiredService<CallErasure>().RunAsync));
        return services;
    }

    public static MessageCatalogue AddCallMessages(this MessageCatalogue catalogue)
    {
        var quick = new RetryRule(10, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(5));
        return catalogue
            .Add<FollowCall, CallDesk>(CallDesk.FollowType, Queues.Tickets, quick, (h, m, ct) => h.FollowAsync(m, ct))
            .Add<ListCaller, MissedCallers>(MissedCallers.ListType, Queues.Tickets, quick, (h, m, ct) => h.ListAsync(m, ct));
    }

    public static void MapCalls(this RouteGroupBuilder api) => CallEndpoints.Map(api);
}
