using HotlinePush.Security;
using HotlinePush.Web;
using Microsoft.AspNetCore.Routing;

namespace HotlinePush.Supervision;

/// <summary><c>/api/v1/supervision</c>: figures, what is late and who holds it, appeals, re-checks, reports.</summary>
public static class SupervisionEndpoints
{
    /// <summary>Who reads figures; what changes something names its own.</summary>
    internal static readonly Role[] Readers = [Role.Desk, Role.Supervisor, Role.Admin];

    internal static readonly Role[] Supervisors = [Role.Supervisor, Role.Admin];

    public static IServiceCollection AddHotlineSupervision(this IServiceCollection services)
    {
        services.AddSingleton<FactStore>();
        services.AddSingleton<ScoreRules>();
        services.AddSingleton<Figures>();
        services.AddSingleton<FactScan>();
        services.AddSingleton<Deductions>();
        services.AddSingleton<OverdueTickets>();
        services.AddSingleton<AppealList>();
        services.AddSingleton<FrozenPeriods>();
        services.AddSingleton<Rechecks>();
        services.AddSingleton<Reports>();
        return services;
    }

    public static void Map(RouteGroupBuilder api)
    {
        ScoreEndpoints.Map(api);
        Deductions.Map(api);
        OverdueTickets.Map(api);
        AppealList.Map(api);
        PeriodEndpoints.Map(api);
        RecheckEndpoints.Map(api);
        CsvExport.Map(api);
        Reports.Map(api);
    }
}
