using HotlinePush.Messaging;
using HotlinePush.Security;
using HotlinePush.Timers;
using HotlinePush.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace HotlinePush.Operations;

public static class OperationsEndpoints
{
    /// <summary>What <see cref="Map"/> needs besides store, bus, clock, audit log and outbox; and the checks behind <c>/readyz</c>.</summary>
    public static IServiceCollection AddHotlineOperations(this IServiceCollection services)
    {
        services.TryAddSingleton<LatenessLog>();
        services.TryAddSingleton<OperationsLog>();
        services.TryAddSingleton<PendingSweep>();
        services.TryAddSingleton<DeadLetters>();
        services.TryAddSingleton<SystemHealth>();
        services.TryAddSingleton<Housekeeping>();
        services.TryAddSingleton<HealthMetrics>();
        services.AddSingleton(s => new ReadyCheck("store", s.GetRequiredService<SystemHealth>().StoreAsync));
        services.AddSingleton(s => new ReadyCheck("bus", s.GetRequiredService<SystemHealth>().BusAsync));
        return services;
    }

    public static void Map(RouteGroupBuilder api)
    {
        DeadLetterEndpoints.Map(api);
        AuditEndpoints.Map(api);
        OutboxEndpoints.Map(api);
        api.MapGet("/health", async (SystemHealth health, CancellationToken ct) => TypedResults.Ok(await health.AllAsync(ct)))
            .RequireRole(Role.Admin).WithSummary("运行状况 (health)");
    }
}
