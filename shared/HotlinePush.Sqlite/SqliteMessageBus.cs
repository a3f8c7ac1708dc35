using System.Globalization;
using System.Text;
using HotlinePush.Messaging;

namespace HotlinePush.Sqlite;

/// <summary>
/// The message bus in the same file as the rows. Receivers are woken by the writer in the commit that brings a message, and by one
/// timer for the next due time or end of a lock; nothing polls. Locks end with the process that held them: after a restart
/// their messages are due again at once, with their delivery count kept.
/// </summary>
/// <param name="engine">Engine time. All buses on one database must go by the same.</param>
public sealed class SqliteMessageBus(SqliteDatabase database, TimeProvider engine) : IMessageBus, IDisposable
{
    private static readonly TimeSpan LongestTimer = TimeSpan.FromHours(1);

    private readonly Lock _arming = new();
    private ITimer? _timer;
    private long _armedFor = long.MaxValue;

    internal long Now => engine.GetUtcNow().UtcTicks;

    public async Task SendAsync(IReadOnlyCollection<OutgoingMessage> messages, CancellationToken ct = default)
    {
        ct.ThrowIfCancellationRequested();
        foreach (var message in messages)
        {
            if (Encoding.UTF8.GetByteCount(message.Body) > OutgoingMessage.MaxBodyBytes)
                throw new ArgumentException($"Message {message.MessageId} has a body over {OutgoingMessage.MaxBodyBytes} bytes.");
        }

        if (messages.Count == 0)
            return;
        await RunAsync(new SendJob(messages, Now)).ConfigureAwait(false);
    }

    public async Task<IReadOnlyList<ReceivedMessage>> ReceiveAsync(string queue, int max, TimeSpan lockFor, TimeSpan wait, CancellationToken ct = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(max, 1);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(lockFor, TimeSpan.Zero);
        ct.ThrowIfCancellationRequested();
        var job = new ReceiveJob(this, queue, max, lockFor, mayWait: wait > TimeSpan.Zero);
        database.Writer.Enqueue(job);
        if (wait <= TimeSpan.Zero || job.Done.IsCompleted)
            return await job.Done.ConfigureAwait(false);
        await using var timer = engine.CreateTimer(static j => ((ReceiveJob)j!).EndWait(), job, wait, Timeout.InfiniteTimeSpan).ConfigureAwait(false);
        await using var cancel = ct.UnsafeRegister(static (j, token) => ((ReceiveJob)j!).Cancel(token), job).ConfigureAwait(false);
        return await job.Done.ConfigureAwait(false);
    }

    public Task<bool> RenewAsync(ReceivedMessage message, TimeSpan lockFor, CancellationToken ct = default)
    {
        ct.ThrowIfCancellationRequested();
        return LockToken.Parse(message.LockToken) is { } token
            ? RunAsync(new RenewJob(message.Queue, token, Now + lockFor.Ticks, Now))
            : Task.FromResult(false);
    }

    public Task<bool> SettleAsync(ReceivedMessage message, Settlement settlement, CancellationToken ct = default)
    {
        ct.ThrowIfCancellationRequested();
        return LockToken.Parse(message.LockToken) is { } token
            ? RunAsync(new SettleJob(message.Queue, token, settlement, Now))
            : Task.FromResult(false);
    }

    public Task<IReadOnlyList<DeadLetter>> ReadDeadLettersAsync(int limit, string? after = null, CancellationToken ct = default)
    {
        ct.ThrowIfCancellationRequested();
        return Task.FromResult(Read(reader => reader.DeadLetters(limit, after is null ? 0 : ParseId(after) ?? long.MaxValue)));
    }

    public Task<bool> ReplayAsync(string deadLetterId, CancellationToken ct = default)
    {
        ct.ThrowIfCancellationRequested();
        return ParseId(deadLetterId) is { } id ? RunAsync(new ReplayJob(id, Now)) : Task.FromResult(false);
    }

    public Task<QueueDepth> CountAsync(string queue, CancellationToken ct = default)
    {
        ct.ThrowIfCancellationRequested();
        return Task.FromResult(Read(reader => reader.Depth(queue, Now)));
    }

    public void Dispose()
    {
        lock (_arming)
            _timer?.Dispose();
    }

    /// <summary>By the writer: a receiver of this bus waits for that moment.</summary>
    internal void WakeAt(long moment)
    {
        lock (_arming)
        {
            if (moment >= _armedFor)
                return;
            _armedFor = moment;
            _timer ??= engine.CreateTimer(static b => ((SqliteMessageBus)b!).Tick(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            // Timers count whole milliseconds: one that fires early would find nothing and be armed anew.
            var delay = TimeSpan.FromMilliseconds(Math.Ceiling(Math.Max(0, new TimeSpan(moment - Now).TotalMilliseconds)));
            _timer.Change(delay < LongestTimer ? delay : LongestTimer, Timeout.InfiniteTimeSpan);
        }
    }

    private void Tick()
    {
        lock (_arming)
            _armedFor = long.MaxValue;
        database.Writer.Enqueue(new TickJob());
    }

    private Task<bool> RunAsync(BusJob job)
    {
        database.Writer.Enqueue(job);
        return job.Done;
    }

    private T Read<T>(Func<Reader, T> read)
    {
        try
        {
            return database.Readers.Read(read);
        }
        catch (Exception e) when (e is SqliteError or ObjectDisposedException)
        {
            throw SqliteFailure.OfBusRead(e);
        }
    }

    private static long? ParseId(string id) =>
        long.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
