namespace HotlinePush.Messaging;

/// <summary>Drives the queues in a process of its own: receives, dispatches, renews locks, settles. In Azure the platform's triggers do.</summary>
public sealed class MessagePump(IMessageBus bus, MessageDispatcher dispatcher, TimeProvider engine, ILogger<MessagePump> log) : BackgroundService
{
    private static readonly TimeSpan Lock = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan RenewEvery = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(20);

    /// <summary>Messages of one queue under way at once.</summary>
    public static int Concurrency(string queue) => queue switch { Queues.Jobs => 1, Queues.UrgentTimers or Queues.Notices => 4, _ => 16 };

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(Queues.All.Select(q => PumpAsync(q, stoppingToken)));

    private async Task PumpAsync(string queue, CancellationToken stopping)
    {
        var slots = Concurrency(queue);
        var busy = new HashSet<Task>();
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                // A slow message keeps its own slot, never those beside it.
                busy.RemoveWhere(t => t.IsCompleted);
                if (busy.Count == slots)
                    await Task.WhenAny(busy);
                else
                    foreach (var message in await bus.ReceiveAsync(queue, slots - busy.Count, Lock, Wait, stopping))
                        busy.Add(HandleAsync(message, stopping));
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                break;
            }
            catch (Exception e)
            {
                log.LogError(e, "Queue {Queue} cannot be received from; trying again in a second", queue);
                await Task.Delay(TimeSpan.FromSeconds(1), engine, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        await Task.WhenAll(busy);
    }

    /// <summary>Never throws: a delivery that could not be settled comes again when its lock ends.</summary>
    private async Task HandleAsync(ReceivedMessage message, CancellationToken stopping)
    {
        try
        {
            using var done = CancellationTokenSource.CreateLinkedTokenSource(stopping);
            var handling = dispatcher.DispatchAsync(message, stopping);
            if (!handling.IsCompleted)
                await Task.WhenAny(handling, RenewAsync(message, done.Token));
            var settlement = await handling;
            await done.CancelAsync();
            await bus.SettleAsync(message, settlement, CancellationToken.None);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Stopping: the message stays locked and is delivered to whoever runs next.
        }
        catch (Exception e)
        {
            log.LogError(e, "Message {MessageId} of kind {Type} could not be settled", message.MessageId, message.Type);
        }
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
