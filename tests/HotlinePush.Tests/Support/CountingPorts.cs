using System.Collections.Concurrent;
using HotlinePush.Messaging;
using HotlinePush.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace HotlinePush.Tests.Support;

/// <summary>Looks on at what a host writes and sends.</summary>
public sealed class PortLog
{
    private readonly ConcurrentQueue<Batch> _batches = new();
    private readonly ConcurrentQueue<OutgoingMessage> _messages = new();

    /// <summary>But the demonstration clock's own.</summary>
    public IEnumerable<Batch> Batches => _batches.Where(b => b.Table != "demo");

    public IEnumerable<OutgoingMessage> Messages => _messages;

    public void Clear()
    {
        _batches.Clear();
        _messages.Clear();
    }

    /// <summary>Puts itself between the host and its ports.</summary>
    public void Watch(IServiceCollection services)
    {
        var (store, bus) = (Factory(services, typeof(ITableStore)), Factory(services, typeof(IMessageBus)));
        services.Replace(ServiceDescriptor.Singleton<ITableStore>(s => new Store((ITableStore)store(s), this)));
        services.Replace(ServiceDescriptor.Singleton<IMessageBus>(s => new Bus((IMessageBus)bus(s), this)));
    }

    private static Func<IServiceProvider, object> Factory(IServiceCollection services, Type type) =>
        services.Last(d => d.ServiceType == type).ImplementationFactory ?? throw new InvalidOperationException($"{type.Name} is not registered by a factory.");

    private sealed class Store(ITableStore inner, PortLog log) : ITableStore
    {
        public Task<Row?> ReadAsync(string table, string partition, string row, CancellationToken ct = default) => inner.ReadAsync(table, partition, row, ct);

        public Task<RowPage> ReadRangeAsync(string table, string partition, KeyRange range, int limit, string? continuation = null, CancellationToken ct = default) =>
            inner.ReadRangeAsync(table, partition, range, limit, continuation, ct);

        public Task<CommitResult> CommitAsync(Batch batch, CancellationToken ct = default)
        {
            log._batches.Enqueue(batch);
            return inner.CommitAsync(batch, ct);
        }
    }

    private sealed class Bus(IMessageBus inner, PortLog log) : IMessageBus
    {
        public Task SendAsync(IReadOnlyCollection<OutgoingMessage> messages, CancellationToken ct = default)
        {
            foreach (var message in messages)
                log._messages.Enqueue(message);
            return inner.SendAsync(messages, ct);
        }

        public Task<IReadOnlyList<ReceivedMessage>> ReceiveAsync(string queue, int max, TimeSpan lockFor, TimeSpan wait, CancellationToken ct = default) =>
            inner.ReceiveAsync(queue, max, lockFor, wait, ct);

        public Task<bool> RenewAsync(ReceivedMessage message, TimeSpan lockFor, CancellationToken ct = default) => inner.RenewAsync(message, lockFor, ct);

        public Task<bool> SettleAsync(ReceivedMessage message, Settlement settlement, CancellationToken ct = default) => inner.SettleAsync(message, settlement, ct);

        public Task<IReadOnlyList<DeadLetter>> ReadDeadLettersAsync(int limit, string? after = null, CancellationToken ct = default) => inner.ReadDeadLettersAsync(limit, after, ct);

        public Task<bool> ReplayAsync(string deadLetterId, CancellationToken ct = default) => inner.ReplayAsync(deadLetterId, ct);

        public Task<QueueDepth> CountAsync(string queue, CancellationToken ct = default) => inner.CountAsync(queue, ct);
    }
}
