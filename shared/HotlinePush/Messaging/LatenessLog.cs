namespace HotlinePush.Messaging;

/// <param name="Count">Of the timers below; at most <see cref="LatenessLog.Kept"/>.</param>
public sealed record Lateness(int Count, double P50Ms, double P99Ms, double MaxMs)
{
    public static readonly Lateness None = new(0, 0, 0, 0);
}

/// <summary>How late this process came with its last timers: from the moment a message was due to the end of its handling. Engine time.</summary>
public sealed class LatenessLog(TimeProvider engine)
{
    public const int Kept = 4096;

    private readonly Lock _lock = new();
    private readonly double[] _last = new double[Kept];
    private long _count;

    /// <summary>Counts first deliveries of timers; what follows a failure is late for another reason.</summary>
    public void Handled(ReceivedMessage message)
    {
        if (message is not { Queue: Queues.Timers or Queues.UrgentTimers, DeliveryCount: 1 })
            return;
        var late = Math.Max(0, (engine.GetUtcNow() - message.DueAt).TotalMilliseconds);
        lock (_lock)
            _last[_count++ % Kept] = late;
    }

    public Lateness Read()
    {
        double[] last;
        lock (_lock)
            last = _last[..(int)Math.Min(_count, Kept)];
        if (last.Length == 0)
            return Lateness.None;
        Array.Sort(last);
        return new(last.Length, Percentile(last, 50), Percentile(last, 99), last[^1]);
    }

    private static double Percentile(double[] sorted, int percent) => sorted[Math.Max(0, (int)Math.Ceiling(sorted.Length * percent / 100.0) - 1)];
}
