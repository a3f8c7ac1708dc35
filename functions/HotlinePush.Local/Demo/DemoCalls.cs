using HotlinePush.Clocks;
using HotlinePush.Inbound.Calls;

namespace HotlinePush.Local.Demo;

/// <summary>The telephone: two callers who were not answered, one call at the desk's account and one that waits. With tickets only: bare set-ups stay bare.</summary>
internal static class DemoCalls
{
    private const string Hotline = "12345";

    /// <summary>The desk's account: it pops up for whoever signs in by it.</summary>
    private const string Agent = "desk";

    public static async Task SeedAsync(IServiceProvider services, CancellationToken ct)
    {
        if (services.GetRequiredService<DemoSeedOptions>().Tickets == 0)
            return;
        var desk = services.GetRequiredService<CallDesk>();
        var now = services.GetRequiredService<ProductClock>().GetUtcNow();
        await SayAsync("demo-1", CallState.Missed, 52, "19900007701");
        await SayAsync("demo-2", CallState.Missed, 31, "19900007701");
        await SayAsync("demo-3", CallState.Missed, 18, "19900008802", "12319");
        await SayAsync("demo-4", CallState.Answered, 44, "19900007703", agent: Agent);
        await SayAsync("demo-4", CallState.Ended, 40, "19900007703");
        await SayAsync("demo-5", CallState.Ringing, 0, "19900007704", agent: Agent);
        await SayAsync("demo-6", CallState.Ringing, 0, "19900008803");

        Task<Call> SayAsync(string id, CallState state, int minutesAgo, string caller, string called = Hotline, string? agent = null) =>
            desk.ReportAsync(CallHook.Source, new(id, state, now.AddMinutes(-minutesAgo), caller, called, agent), ct);
    }
}
