namespace HotlinePush.Clocks;

/// <summary>
/// Product time: what deadlines, schedules and people's words go by. It is engine time plus an offset that only a
/// demonstration moves. Locks, leases, backoff, rate limits and sessions go by engine time and take a plain <see cref="TimeProvider"/>.
/// </summary>
public sealed class ProductClock(TimeProvider engine) : TimeProvider
{
    private long _offsetTicks;

    public TimeProvider Engine => engine;

    /// <summary>How far product time is ahead of engine time; never negative.</summary>
    public TimeSpan Offset
    {
        get => new(Interlocked.Read(ref _offsetTicks));
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, TimeSpan.Zero);
            Interlocked.Exchange(ref _offsetTicks, value.Ticks);
        }
    }

    public override DateTimeOffset GetUtcNow() => engine.GetUtcNow() + Offset;

    /// <summary>The engine moment at which product time will be <paramref name="product"/>.</summary>
    public DateTimeOffset ToEngine(DateTimeOffset product) => product - Offset;

    public override long GetTimestamp() => engine.GetTimestamp();

    public override long TimestampFrequency => engine.TimestampFrequency;

    public override TimeZoneInfo LocalTimeZone => throw new NotSupportedException("Use the city's zone.");

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        engine.CreateTimer(callback, state, dueTime, period);
}
