using HotlinePush.Clocks;
using HotlinePush.Messaging;
using HotlinePush.Notices.Sending;
using HotlinePush.Storage;
using HotlinePush.Tickets;

namespace HotlinePush.Timers;

/// <summary>A ticket's moment has come, or will.</summary>
/// <param name="Seq">The ticket's version when this was scheduled; only names the message.</param>
public sealed record MomentDue(string Number, int Seq);

/// <summary>
/// Every five minutes: reads from each shard the moments due within ten and schedules a message for each. A commit whose next moment
/// lies inside that window schedules it itself, so between the two no moment is missed. Doubles are harmless: what fires is decided on the head.
/// </summary>
public sealed class TimerPass(TicketStore tickets, IMessageBus bus, MessageCatalogue catalogue, ProductClock clock, OperationsLog operations, ILogger<TimerPass> log)
{
    public const string MomentType = "ticket.moment.v1";
    public static readonly TimeSpan Every = TimeSpan.FromMinutes(5);
    public static readonly TimeSpan Window = TimeSpan.FromMinutes(10);
    private const int Page = 500;

    /// <summary>
    /// Keys hold whole milliseconds, moments finer ones: a message for the cut-off moment could come before the moment itself, find nothing due
    /// and be gone.
    /// </summary>
    public static readonly TimeSpan Grain = TimeSpan.FromMilliseconds(1);

    /// <returns>How many moments were scheduled.</returns>
    public async Task<int> RunAsync(CancellationToken ct)
    {
        var (scheduled, failed) = await RunAllAsync(clock.GetUtcNow() + Window, ct);
        // A pass that left a shard out is none: its age is what tells the operator.
        if (failed == 0)
            await operations.TimerPassedAsync(ct);
        return scheduled;
    }

    /// <param name="until">Moments before this product time are scheduled.</param>
    public async Task<int> RunAsync(DateTimeOffset until, CancellationToken ct) => (await RunAllAsync(until, ct)).Scheduled;

    private async Task<(int Scheduled, int Failed)> RunAllAsync(DateTimeOffset until, CancellationToken ct)
    {
        var (scheduled, failed) = (0, 0);
        foreach (var shard in WorkShard.All)
        {
            try
            {
                scheduled += await ScheduleAsync(shard, until, ct);
            }
            catch (Exception e) when (e is TableStoreException or MessageBusException)
            {
                // The shards behind it have moments too.
                failed++;
                log.LogError(e, "Moments of shard {Shard} could not be scheduled; the next pass tries again", shard.Partition);
            }
        }

        return (scheduled, failed);
    }

    private async Task<int> ScheduleAsync(WorkShard shard, DateTimeOffset until, CancellationToken ct)
    {
        var scheduled = 0;
        string? continuation = null;
        do
        {
            var (due, next) = await tickets.ReadMomentsAsync(shard, until, Page, continuation, ct);
            var urgent = await UrgentAsync(due, ct);
            var messages = due.Select((d, i) => PageAlarms.IsOwner(d.Number)
                ? catalogue.Moment(clock, d.Number, d.Moment).ToOutgoing()
                : Message(catalogue, clock, d.Number, 0, d.Moment, urgent[i]).ToOutgoing()).ToArray();
            if (messages.Length > 0)
                await bus.SendAsync(messages, ct);
            scheduled += messages.Length;
            continuation = next;
        }
        while (continuation is not null);
        return scheduled;
    }

    private async Task<bool[]> UrgentAsync(List<(DateTimeOffset Moment, string Number)> due, CancellationToken ct) =>
        await Task.WhenAll(due.Select(async d => !PageAlarms.IsOwner(d.Number) && await tickets.ReadAsync(d.Number, ct) is { Ticket.Priority: Priority.Urgent }));

    /// <summary>The message for a ticket's next moment; null where that lies beyond the window and a later pass will find it.</summary>
    public static PendingMessage? Message(MessageCatalogue catalogue, ProductClock clock, Ticket ticket) =>
        ticket.NextMoment < clock.GetUtcNow() + Window
            ? Message(catalogue, clock, ticket.Number, ticket.Seq, ticket.NextMoment, ticket.Priority == Priority.Urgent)
            : null;

    private static PendingMessage Message(MessageCatalogue catalogue, ProductClock clock, string number, int seq, DateTimeOffset moment, bool urgent)
    {
        // Named by the engine's moment: after a demonstration's jump the same product moment is another message.
        var at = clock.ToEngine(moment);
        return catalogue.Message(
            MomentType, $"{number}-{at.UtcTicks / TimeSpan.TicksPerMillisecond}", new MomentDue(number, seq), at + Grain, urgent ? Queues.UrgentTimers : Queues.Timers);
    }
}
