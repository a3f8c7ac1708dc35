using HotlinePush.Messaging;
using HotlinePush.Storage;

namespace HotlinePush.Benchmarks;

/// <summary>What passes through the two ports: always counted, and kept whole while <see cref="Kept"/> is set.</summary>
internal sealed class PortCounts
{
    private long _batches, _rows, _deletes, _sends, _messages, _receives, _settles, _rowsRead;

    /// <summary>Where calls are kept, in the order of their commits; null while they are only counted.</summary>
    public List<WriteCall>? Kept { get; set; }

    public Counted Now => new(
        Interlocked.Read(ref _batches), Interlocked.Read(ref _rows), Interlocked.Read(ref _deletes),
        Interlocked.Read(ref _sends), Interlocked.Read(ref _messages), Interlocked.Read(ref _receives), Interlocked.Read(ref _settles));

    /// <summary>Rows that point reads and range reads gave back so far.</summary>
    public long RowsRead => Interlocked.Read(ref _rowsRead);

    public void Read(int rows) => Interlocked.Add(ref _rowsRead, rows);

    public void Batch(Batch batch)
    {
        Interlocked.Increment(ref _batches);
        var deletes = batch.Operations.Count(static o => o.Action is BatchAction.Delete or BatchAction.DeleteIf);
        Interlocked.Add(ref _rows, batch.Operations.Count - deletes);
        Interlocked.Add(ref _deletes, deletes);
        Keep(() => new WriteCall.Table(batch.Table, batch.Partition, [.. batch.Operations]));
    }

    public void Send(IReadOnlyCollection<OutgoingMessage> messages)
    {
        Interlocked.Increment(ref _sends);
        Interlocked.Add(ref _messages, messages.Count);
        Keep(() => new WriteCall.Send([.. messages]));
    }

    public void Receive() => Interlocked.Increment(ref _receives);

    public void Received(IReadOnlyList<ReceivedMessage> messages)
    {
        if (messages.Count > 0)
            Keep(() => new WriteCall.Lock([.. messages.Select(m => (m.Queue, m.MessageId))]));
    }

    public void Settle(ReceivedMessage message)
    {
        Interlocked.Increment(ref _settles);
        Keep(() => new WriteCall.Settle(message.Queue, message.MessageId));
    }

    private void Keep(Func<WriteCall> call)
    {
        if (Kept is { } kept)
            lock (kept)
                kept.Add(call());
    }
}

/// <summary>One job of the writer.</summary>
internal abstract record WriteCall
{
    internal sealed record Table(string Name, string Partition, BatchOperation[] Operations) : WriteCall;
    internal sealed record Send(OutgoingMessage[] Messages) : WriteCall;
    internal sealed record Lock((string Queue, string Id)[] Messages) : WriteCall;
    internal sealed record Settle(string Queue, string Id) : WriteCall;
}

/// <summary>Calls of the ports so far.</summary>
internal readonly record struct Counted(long Batches, long Rows, long Deletes, long Sends, long Messages, long Receives, long Settles)
{
    /// <summary>Everything the writer was asked to do.</summary>
    public long Jobs => Batches + Sends + Receives + Settles;

    public static Counted operator -(Counted a, Counted b) => new(
        a.Batches - b.Batches, a.Rows - b.Rows, a.Deletes - b.Deletes, a.Sends - b.Sends, a.Messages - b.Messages, a.Receives - b.Receives, a.Settles - b.Settles);
}

internal sealed class CountedStore(ITableStore inner, PortCounts counts) : ITableStore
{
    public async Task<Row?> ReadAsync(string table, string partition, string row, CancellationToken ct = default)
    {
        var read = await inner.ReadAsync(table, partition, row, ct);
        counts.Read(1);
        return read;
    }

    public async Task<RowPage> ReadRangeAsync(string table, string partition, KeyRange range, int limit, string? continuation = null, CancellationToken ct = default)
    {
        var page = await inner.ReadRangeAsync(table, partition, range, limit, continuation, ct);
        counts.Read(page.Rows.Count);
        return page;
    }

    public Task<CommitResult> CommitAsync(Batch batch, CancellationToken ct = default)
    {
        counts.Batch(batch);
        return inner.CommitAsync(batch, ct);
    }
}

internal sealed class CountedBus(IMessageBus inner, PortCounts counts) : IMessageBus, IDisposable
{
    public Task SendAsync(IReadOnlyCollection<OutgoingMessage> messages, CancellationToken ct = default)
    {
        counts.Send(messages);
        return inner.SendAsync(messages, ct);
    }

    public async Task<IReadOnlyList<ReceivedMessage>> ReceiveAsync(string queue, int max, TimeSpan lockFor, TimeSpan wait, CancellationToken ct = default)
    {
        counts.Receive();
        var messages = await inner.ReceiveAsync(queue, max, lockFor, wait, ct);
        counts.Received(messages);
        return messages;
    }

    public Task<bool> RenewAsync(ReceivedMessage message, TimeSpan lockFor, CancellationToken ct = default) => inner.RenewAsync(message, lockFor, ct);

    public Task<bool> SettleAsync(ReceivedMessage message, Settlement settlement, CancellationToken ct = default)
    {
        counts.Settle(message);
        return inner.SettleAsync(message, settlement, ct);
    }

    public Task<IReadOnlyList<DeadLetter>> ReadDeadLettersAsync(int limit, string? after = null, CancellationToken ct = default) => inner.ReadDeadLettersAsync(limit, after, ct);

    public Task<bool> ReplayAsync(string deadLetterId, CancellationToken ct = default) => inner.ReplayAsync(deadLetterId, ct);

    public Task<QueueDepth> CountAsync(string queue, CancellationToken ct = default) => inner.CountAsync(queue, ct);

    public void Dispose() => (inner as IDisposable)?.Dispose();
}
