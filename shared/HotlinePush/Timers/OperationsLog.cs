namespace HotlinePush.Timers;

/// <summary>What this process last did on its own, for the health page and its alerts. Engine time.</summary>
public sealed class OperationsLog(TimeProvider engine)
{
    private long _lastTimerPass;
    private long _lastSweep;

    public DateTimeOffset? LastTimerPass => Read(ref _lastTimerPass);
    public DateTimeOffset? LastSweep => Read(ref _lastSweep);

    public void TimerPassed() => Interlocked.Exchange(ref _lastTimerPass, engine.GetUtcNow().UtcTicks);
    public void Swept() => Interlocked.Exchange(ref _lastSweep, engine.GetUtcNow().UtcTicks);

    private static DateTimeOffset? Read(ref long ticks) => Interlocked.Read(ref ticks) is var t and > 0 ? new DateTimeOffset(t, TimeSpan.Zero) : null;
}
