using HotlinePush.Clocks;
using HotlinePush.Knowledge;
using HotlinePush.Security.Accounts;

namespace HotlinePush.Local.Demo;

/// <summary>What the demonstration has besides tickets, a part for each capability. Each may run again after a start that was cut off.</summary>
internal static class DemoParts
{
    public static readonly IReadOnlyList<Func<IServiceProvider, CancellationToken, Task>> BeforeTickets =
    [
        (s, ct) => DemoKnowledge.SeedAsync(s.GetRequiredService<KnowledgeStore>(), s.GetRequiredService<ProductClock>().GetUtcNow(), ct),
        DemoMerged.SeedAsync,
        (s, ct) => DemoAccounts.CreateAsync(s.GetRequiredService<AccountStore>(), s.GetRequiredService<AccountSignIn>(), s.GetRequiredService<TimeProvider>(), ct),
    ];

    public static readonly IReadOnlyList<Func<IServiceProvider, CancellationToken, Task>> AfterTickets =
    [
        DemoMedia.SeedAsync,
        DemoPublished.SeedAsync,
        DemoDisclosure.SeedAsync,
        DemoSupervision.SeedAsync,
        (s, ct) => s.GetRequiredService<DemoSeedOptions>().Tickets == 0 ? Task.CompletedTask : s.GetRequiredService<DemoAudience>().SeedAsync(ct),
        DemoMatters.SeedAsync,
        DemoNotices.SeedAsync,
        DemoCalls.SeedAsync,
        DemoConsultations.SeedAsync,
    ];
}
