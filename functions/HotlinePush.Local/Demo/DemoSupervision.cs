using HotlinePush.Clocks;
using HotlinePush.Security;
using HotlinePush.Supervision;

namespace HotlinePush.Local.Demo;

/// <summary>Last month's figures frozen 定格, and a random re-check 抽查 of what was closed since.</summary>
internal static class DemoSupervision
{
    private const string RecheckId = "20260101000000000-00000000000000d1";
    private const int Drawn = 8;
    private static readonly Actor Supervisor = new(Role.Supervisor, "demo-supervisor");

    public static async Task SeedAsync(IServiceProvider services, CancellationToken ct)
    {
        if (services.GetRequiredService<DemoSeedOptions>().Tickets == 0)
            return;
        var today = CityZone.DateOf(services.GetRequiredService<ProductClock>().GetUtcNow());
        await services.GetRequiredService<FrozenPeriods>().FreezeAsync(today.AddMonths(-1).ToString("yyyy-MM", null), Supervisor, ct);
        await services.GetRequiredService<Rechecks>().DrawAsync(RecheckId, new(today.AddDays(-30), today, Drawn), Supervisor, ct);
    }
}
