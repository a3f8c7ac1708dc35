namespace HotlinePush.Tests.Crash;

/// <summary>
/// One thread that runs everything, in an order drawn from a seed: continuations are drawn from those that are ready, and when none is,
/// time moves to the next timer. The same seed meets the same order, but for ids that are drawn elsewhere.
/// </summary>
internal sealed class Simulation(int seed) : SynchronizationContext
{
    private readonly List<(SendOrPostCallback Callback, object? State)> _ready = [];

    public Random Random { get; } = new(seed);

    public SimulatedTime Time { get; } = new(new(2026, 3, 2, 9, 0, 0, TimeSpan.FromHours(8)));

    /// <summary>Calls of ports fail, messages come twice, locks are lost.</summary>
    public bool Faults { get; set; } = true;

    public bool Chance(double probability) => Faults && Random.NextDouble() < probability;

    public override void Post(SendOrPostCallback d, object? state)
    {
        lock (_ready)
            _ready.Add((d, state));
    }

    public void Run(Func<Task> main)
    {
        var before = Current;
        SetSynchronizationContext(this);
        try
        {
            var task = main();
            while (!task.IsCompleted)
                if (!Step() && !Time.ToNextTimer())
                    throw new InvalidOperationException("Everybody waits for somebody else.");
            task.GetAwaiter().GetResult();
        }
        finally
        {
            SetSynchronizationContext(before);
        }
    }

    /// <summary>A pause of the caller: mostly a moment, now and then longer than a lock or a lease.</summary>
    public Task PauseAsync() => WaitAsync(!Faults ? TimeSpan.Zero : Random.Next(1000) switch
    {
        < 800 => TimeSpan.Zero,
        < 980 => TimeSpan.FromMilliseconds(Random.Next(60)),
        < 997 => TimeSpan.FromMilliseconds(Random.Next(5000)),
        _ => TimeSpan.FromSeconds(Random.Next(20, 50)),
    });

    public Task WaitAsync(TimeSpan wait)
    {
        var over = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        if (wait <= TimeSpan.Zero)
            Post(static s => ((TaskCompletionSource)s!).SetResult(), over);
        else
            Time.At(wait, over.SetResult);
        return over.Task;
    }

    private bool Step()
    {
        (SendOrPostCallback Callback, object? State) next;
        lock (_ready)
        {
            if (_ready.Count == 0)
                return false;
            var i = Random.Next(_ready.Count);
            next = _ready[i];
            _ready[i] = _ready[^1];
            _ready.RemoveAt(_ready.Count - 1);
        }

        next.Callback(next.State);
        return true;
    }
}

/// <summary>Time that stands still while anybody has something to do.</summary>
internal sealed class SimulatedTime(DateTimeOffset start) : TimeProvider
{
    private readonly PriorityQueue<Timer, (long Due, long Order)> _timers = new();
    private DateTimeOffset _now = start.ToUniversalTime();
    private long _order;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => _now;

    public override long GetTimestamp() => _now.UtcTicks;

    /// <summary>Passes over whatever would have happened meanwhile: a night on which nothing ran.</summary>
    public void Jump(TimeSpan by) => _now += by;

    public void At(TimeSpan wait, Action action) => new Timer(this, _ => action(), null).Change(wait, Timeout.InfiniteTimeSpan);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    public bool ToNextTimer()
    {
        while (_timers.TryDequeue(out var timer, out var at))
        {
            if (timer.Due != at.Due)
                continue;
            _now = at.Due > _now.UtcTicks ? new(at.Due, TimeSpan.Zero) : _now;
            timer.Fire();
            return true;
        }

        return false;
    }

    private sealed class Timer(SimulatedTime owner, TimerCallback callback, object? state) : ITimer
    {
        private const long Never = long.MaxValue;
        private TimeSpan _period;

        public long Due { get; private set; } = Never;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            _period = period;
            Due = dueTime == Timeout.InfiniteTimeSpan ? Never : owner._now.UtcTicks + dueTime.Ticks;
            if (Due != Never)
                owner._timers.Enqueue(this, (Due, owner._order++));
            return true;
        }

        public void Fire()
        {
            Change(_period > TimeSpan.Zero ? _period : Timeout.InfiniteTimeSpan, _period);
            callback(state);
        }

        public void Dispose() => Due = Never;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
