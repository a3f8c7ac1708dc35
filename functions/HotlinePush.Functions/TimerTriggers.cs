using HotlinePush.Operations;

namespace HotlinePush.Functions;

/// <summary>One for each timed run. Schedules are in UTC; the platform runs each on one instance at a time.</summary>
public sealed class TimerTriggers(TimedRuns runs)
{
    [Function(TimedRuns.SweepPending)]
    public Task SweepPending([TimerTrigger("0 * * * * *")] TimerInfo timer, CancellationToken ct) => runs.RunAsync(TimedRuns.SweepPending, ct);

    [Function(TimedRuns.PassTimers)]
    public Task PassTimers([TimerTrigger("0 */5 * * * *")] TimerInfo timer, CancellationToken ct) => runs.RunAsync(TimedRuns.PassTimers, ct);

    [Function(TimedRuns.FindTopics)]
    public Task FindTopics([TimerTrigger("0 7 * * * *")] TimerInfo timer, CancellationToken ct) => runs.RunAsync(TimedRuns.FindTopics, ct);

    // Half past two at night in China.
    [Function(TimedRuns.KeepHouse)]
    public Task KeepHouse([TimerTrigger("0 30 18 * * *")] TimerInfo timer, CancellationToken ct) => runs.RunAsync(TimedRuns.KeepHouse, ct);

    [Function(TimedRuns.MeasureHealth)]
    public Task MeasureHealth([TimerTrigger("15 * * * * *")] TimerInfo timer, CancellationToken ct) => runs.RunAsync(TimedRuns.MeasureHealth, ct);

    [Function(TimedRuns.CollectChanges)]
    public Task CollectChanges([TimerTrigger("45 * * * * *")] TimerInfo timer, CancellationToken ct) => runs.RunAsync(TimedRuns.CollectChanges, ct);

    // What is kept for some days only, one after the other after the house is kept.
    [Function(TimedRuns.EraseCalls)]
    public Task EraseCalls([TimerTrigger("0 0 19 * * *")] TimerInfo timer, CancellationToken ct) => runs.RunAsync(TimedRuns.EraseCalls, ct);

    [Function(TimedRuns.PurgeInbound)]
    public Task PurgeInbound([TimerTrigger("0 20 19 * * *")] TimerInfo timer, CancellationToken ct) => runs.RunAsync(TimedRuns.PurgeInbound, ct);

    // How often is a setting: most of these find it is not their turn.
    [Function(TimedRuns.ReadBounces)]
    public Task ReadBounces([TimerTrigger("30 * * * * *")] TimerInfo timer, CancellationToken ct) => runs.RunAsync(TimedRuns.ReadBounces, ct);
}
