using HotlinePush.Messaging;

namespace HotlinePush.Sqlite;

internal abstract class BusJob : WriteJob
{
    private readonly TaskCompletionSource<bool> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<bool> Done => _done.Task;

    protected bool Answer { get; set; }

    public override void Complete() => _done.SetResult(Answer);

    public override void Fail(Exception failure, bool isTransient) => _done.SetException(SqliteFailure.ForBus(failure, isTransient));
}

internal sealed class SendJob(IReadOnlyCollection<OutgoingMessage> messages, long now) : BusJob
{
    public override void Apply(WriteSession session)
    {
        foreach (var message in messages)
            session.Bus.Send(message, now);
    }
}

internal sealed class RenewJob(string queue, LockToken token, long until, long now) : BusJob
{
    public override void Apply(WriteSession session) => Answer = session.Bus.Renew(queue, token, until, now);
}

internal sealed class SettleJob(string queue, LockToken token, Settlement settlement, long now) : BusJob
{
    public override void Apply(WriteSession session) => Answer = session.Bus.Settle(queue, token, settlement, now);
}

internal sealed class ReplayJob(long id, long now) : BusJob
{
    public override void Apply(WriteSession session) => Answer = session.Bus.Replay(id, now);
}

/// <summary>A moment has come that receivers wait for.</summary>
internal sealed class TickJob : WriteJob
{
    public override void Apply(WriteSession session) => session.Bus.TouchAll();

    public override void Complete()
    {
    }

    public override void Fail(Exception failure, bool isTransient)
    {
    }
}

/// <summary>One lock of one message; never given twice.</summary>
internal readonly record struct LockToken(long Seq, long Number)
{
    public override string ToString() => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Seq}.{Number}");

    public static LockToken? Parse(string text)
    {
        var dot = text.IndexOf('.', StringComparison.Ordinal);
        return dot > 0 && long.TryParse(text.AsSpan(0, dot), out var seq) && long.TryParse(text.AsSpan(dot + 1), out var number) ? new(seq, number) : null;
    }
}

/// <summary>
/// A receiver. With nothing to receive it is parked with the writer, which serves it in the very transaction that
/// makes a message available; its wait ends on the thread that ends it, whatever the writer does meanwhile.
/// </summary>
internal sealed class ReceiveJob(SqliteMessageBus bus, string queue, int max, TimeSpan lockFor, bool mayWait) : WriteJob
{
    private const int Open = 0, Taken = 1, Over = 2;

    private readonly TaskCompletionSource<IReadOnlyList<ReceivedMessage>> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _state;

    public SqliteMessageBus Bus => bus;
    public string Queue => queue;
    public int Max => max;
    public TimeSpan LockFor => lockFor;
    public Task<IReadOnlyList<ReceivedMessage>> Done => _done.Task;
    public IReadOnlyList<ReceivedMessage> Messages { get; set; } = [];
    public bool IsOpen => Volatile.Read(ref _state) == Open;

    /// <summary>By the writer, before it locks messages for this receiver.</summary>
    public bool TryTake() => Interlocked.CompareExchange(ref _state, Taken, Open) == Open;

    public void EndWait()
    {
        if (TryEnd())
            _done.SetResult([]);
    }

    public void Cancel(CancellationToken ct)
    {
        if (TryEnd())
            _done.SetCanceled(ct);
    }

    private bool TryEnd() => Interlocked.CompareExchange(ref _state, Over, Open) == Open;

    public override void Apply(WriteSession session)
    {
        if (!session.Bus.TryServe(this) && mayWait && IsOpen)
            session.Bus.Park(this);
    }

    /// <summary>Its group is committed: it has its messages, or is parked, or has nothing to wait for.</summary>
    public override void Complete()
    {
        if (Volatile.Read(ref _state) == Taken)
            _done.TrySetResult(Messages);
        else if (!mayWait)
            EndWait();
    }

    public override void Fail(Exception failure, bool isTransient)
    {
        if (Interlocked.Exchange(ref _state, Over) != Over)
            _done.TrySetException(SqliteFailure.ForBus(failure, isTransient));
    }
}
