namespace HotlinePush.Messaging;

/// <summary>Drives the queues in a process of its own: receives, dispatches, renews locks, settles. In Azure the platform's triggers do.</summary>
public sealed class MessagePump(IMessageBus bus, MessageDispatcher dispatcher, TimeProvider engine, ILogger<MessagePump> log) : BackgroundService
{
    private static readonly TimeSpan Lock = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan RenewEvery = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(20);

    /// <summary>Messages of one queue under way at once.</summary>
    public static int Concurrency(string queue) => queue switch { Queues.Jobs => 1, Queues.UrgentTimers => 4, _ => 16 };

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(Queues.All.Select(q => PumpAsync(q, stoppingToken)));

    private async Task PumpAsync(string queue, CancellationToken stopping)
    {
        var batch = Concurrency(queue);
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                var messages = await bus.ReceiveAsync(queue, batch, Lock, Wait, stopping);
                if (messages.Count > 0)
                    await Task.WhenAll(messages.Select(m => HandleAsync(m, stopping)));
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                log.LogError(e, "Queue {Queue} cannot be received from; trying again in a second", queue);
                await Task.Delay(TimeSpan.FromSeconds(1), engine, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task HandleAsync(ReceivedMessage message, CancellationToken stopping)
    {
        using var done = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var handling = dispatcher.DispatchAsync(message, stopping);
        if (!handling.IsCompleted)
        {
            var renewing = RenewAsync(message, done.Token);
            await Task.WhenAny(handling, renewing);
        }

        var settlement = await handling;
        await done.CancelAsync();
        await bus.SettleAsync(message, settlement, CancellationToken.None);
    }

    private async Task RenewAsync(ReceivedMessage message, CancellationToken done)
    {
        while (!done.IsCancellationRequested)
        {
            await Task.Delay(RenewEvery, engine, done).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (done.IsCancellationRequested || !await bus.RenewAsync(message, Lock, CancellationToken.None))
                return;
        }
    }
}
