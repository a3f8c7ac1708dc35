using HotlinePush.Messaging;
using HotlinePush.Security;
using HotlinePush.Storage;
using HotlinePush.Tests.Support;
using HotlinePush.Tickets;
using HotlinePush.Timers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace HotlinePush.Tests.Crash;

/// <summary>One instance of the product, with caches of its own, over a store and a bus that others use too. Each call of a port may pause or fail.</summary>
internal sealed class Instance : IDisposable
{
    private static readonly TimeSpan Lock = TimeSpan.FromSeconds(30);

    private readonly Simulation _simulation;
    private readonly ServiceProvider _services;

    public Instance(Simulation simulation, MemoryTableStore tables, SimulatedBus bus, KeyRing keys, RouteIntake? route = null, Action<IServiceCollection, Instance>? change = null)
    {
        _simulation = simulation;
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton<TimeProvider>(simulation.Time);
        services.AddSingleton(keys);
        services.AddSingleton<ITableStore>(new Tables(this, tables));
        services.AddSingleton<IMessageBus>(new Bus(this, bus));
        services.AddHotlineProduct(demo: false);
        if (route is not null)
            services.Replace(ServiceDescriptor.Singleton(route));
        change?.Invoke(services, this);
        _services = services.BuildServiceProvider();
    }

    /// <summary>Killed: whatever it still tries fails, and what it says nobody hears.</summary>
    public bool IsDead { get; private set; }

    public T Get<T>() where T : notnull => _services.GetRequiredService<T>();

    public void Kill() => IsDead = true;

    public void Dispose() => _services.Dispose();

    /// <summary>Queues, sweeps and timer passes, until it is killed or the end has come.</summary>
    public Task RunAsync(Func<bool> ended) => Task.WhenAll(Queues.All.Select(q => PumpAsync(q, ended)).Append(TimetableAsync(ended)));

    private async Task PumpAsync(string queue, Func<bool> ended)
    {
        var (bus, dispatcher) = (Get<IMessageBus>(), Get<MessageDispatcher>());
        while (!IsDead && !ended())
        {
            try
            {
                var messages = await bus.ReceiveAsync(queue, 8, Lock, TimeSpan.Zero);
                if (messages.Count == 0)
                    await _simulation.WaitAsync(TimeSpan.FromMilliseconds(_simulation.Random.Next(500, 6000)));
                await Task.WhenAll(messages.Select(async m => await bus.SettleAsync(m, await dispatcher.DispatchAsync(m, CancellationToken.None))));
            }
            catch (IOException)
            {
                await _simulation.WaitAsync(TimeSpan.FromSeconds(1));
            }
        }
    }

    private async Task TimetableAsync(Func<bool> ended)
    {
        while (!IsDead && !ended())
        {
            try
            {
                await (_simulation.Random.Next(2) == 0 ? Get<PendingSweep>().RunAsync(CancellationToken.None) : Get<TimerPass>().RunAsync(CancellationToken.None));
            }
            catch (IOException)
            {
                // The next run does it.
            }

            await _simulation.WaitAsync(TimeSpan.FromSeconds(_simulation.Random.Next(20, 120)));
        }
    }

    private async Task<T> CallAsync<T>(Func<T> call, Func<string, Exception> failure, CancellationToken ct)
    {
        await _simulation.PauseAsync();
        ct.ThrowIfCancellationRequested();
        if (IsDead || _simulation.Chance(0.004))
            throw failure("before it was done");
        var answer = call();
        await _simulation.PauseAsync();
        return IsDead || _simulation.Chance(0.004) ? throw failure("its answer was lost") : answer;
    }

    private sealed class Tables(Instance me, MemoryTableStore inner) : ITableStore
    {
        public Task<Row?> ReadAsync(string table, string partition, string row, CancellationToken ct = default) =>
            me.CallAsync(() => inner.ReadAsync(table, partition, row, CancellationToken.None).Result, Failed, ct);

        public Task<RowPage> ReadRangeAsync(string table, string partition, KeyRange range, int limit, string? continuation = null, CancellationToken ct = default) =>
            me.CallAsync(() => inner.ReadRangeAsync(table, partition, range, limit, continuation, CancellationToken.None).Result, Failed, ct);

        public Task<CommitResult> CommitAsync(Batch batch, CancellationToken ct = default) =>
            me.CallAsync(() => inner.CommitAsync(batch, CancellationToken.None).Result, Failed, ct);

        private static TableStoreException Failed(string how) => new($"The store failed: {how}.", isTransient: true);
    }

    private sealed class Bus(Instance me, SimulatedBus inner) : IMessageBus
    {
        public Task SendAsync(IReadOnlyCollection<OutgoingMessage> messages, CancellationToken ct = default) => me.CallAsync(
            () =>
            {
                inner.Send(messages);
                return true;
            },
            Failed,
            ct);

        public Task<IReadOnlyList<ReceivedMessage>> ReceiveAsync(string queue, int max, TimeSpan lockFor, TimeSpan wait, CancellationToken ct = default) =>
            me.CallAsync<IReadOnlyList<ReceivedMessage>>(() => inner.Receive(queue, max, lockFor), Failed, ct);

        public Task<bool> SettleAsync(ReceivedMessage message, Settlement settlement, CancellationToken ct = default) =>
            me.CallAsync(() => inner.Settle(message, settlement), Failed, ct);

        public Task<bool> RenewAsync(ReceivedMessage message, TimeSpan lockFor, CancellationToken ct = default) => throw new NotSupportedException();

        public Task<IReadOnlyList<DeadLetter>> ReadDeadLettersAsync(int limit, string? after = null, CancellationToken ct = default) => throw new NotSupportedException();

        public Task<bool> ReplayAsync(string deadLetterId, CancellationToken ct = default) => throw new NotSupportedException();

        public Task<QueueDepth> CountAsync(string queue, CancellationToken ct = default) => throw new NotSupportedException();

        private static MessageBusException Failed(string how) => new($"The bus failed: {how}.");
    }
}
