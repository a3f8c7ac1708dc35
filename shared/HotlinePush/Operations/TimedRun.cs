using HotlinePush.Messaging;
using HotlinePush.Supervision.Topics;
using HotlinePush.Timers;

namespace HotlinePush.Operations;

/// <summary>Something a host does again and again: in the cloud by a timer trigger of that name, in the embedded host by its timetable.</summary>
/// <param name="Name">Stable: it is the trigger's name, by which it is watched and switched off.</param>
/// <param name="Run">Answers how many things it did. May run on several instances at once, and twice in a row.</param>
public sealed record TimedRun(string Name, TimeSpan Every, Func<CancellationToken, Task<int>> Run)
{
    /// <summary>Whether a setting says how often. A trigger's schedule cannot follow it: such a trigger comes each minute, and most of them find nothing due.</summary>
    public bool BySetting { get; init; }

    /// <summary>Whether it is its turn, counted from midnight and to the nearest minute: platforms fire a little early or late. The same on every instance.</summary>
    public bool IsDue(DateTimeOffset now)
    {
        if (!BySetting)
            return true;
        var minutes = Math.Max(1, (long)Math.Round(Every.TotalMinutes));
        return (long)Math.Round(now.UtcDateTime.TimeOfDay.TotalMinutes) % minutes == 0;
    }
}

/// <summary>The runs of this process by name. What a provider adds is there only where the provider is set.</summary>
public sealed class TimedRuns(IEnumerable<TimedRun> runs, TimeProvider engine)
{
    public const string SweepPending = "SweepPending";
    public const string PassTimers = "PassTimers";
    public const string FindTopics = "FindTopics";
    public const string KeepHouse = "KeepHouse";
    public const string MeasureHealth = "MeasureHealth";

    public const string CollectChanges = "CollectChanges";
    public const string EraseCalls = "EraseCalls";
    public const string PurgeInbound = "PurgeInbound";

    /// <summary>Mail that came back; with Providers:Imap only.</summary>
    public const string ReadBounces = "ReadBounces";

    public static IServiceCollection AddTo(IServiceCollection services) => services
        .AddSingleton<TimedRuns>()
        .AddSingleton(s => new TimedRun(SweepPending, PendingSweep.Every, s.GetRequiredService<PendingSweep>().RunAsync))
        .AddSingleton(s => new TimedRun(PassTimers, TimerPass.Every, s.GetRequiredService<TimerPass>().RunAsync))
        .AddSingleton(s => new TimedRun(FindTopics, TopicSearch.Every, s.GetRequiredService<TopicSearch>().RunAsync))
        .AddSingleton(s => new TimedRun(KeepHouse, Housekeeping.Every, s.GetRequiredService<Housekeeping>().RunAsync))
        .AddSingleton(s => new TimedRun(MeasureHealth, HealthMetrics.Every, s.GetRequiredService<HealthMetrics>().RunAsync));

    public IReadOnlyList<TimedRun> All { get; } = [.. runs];

    /// <returns>How many things were done; 0 where none of that name is set, or it is not its turn.</returns>
    public async Task<int> RunAsync(string name, CancellationToken ct) =>
        All.FirstOrDefault(r => r.Name == name) is { } run && run.IsDue(engine.GetUtcNow()) ? await run.Run(ct) : 0;
}
