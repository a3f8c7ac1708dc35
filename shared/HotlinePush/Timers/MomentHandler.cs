using HotlinePush.Clocks;
using HotlinePush.Security;
using HotlinePush.Tickets;

namespace HotlinePush.Timers;

/// <summary>Fires what is due on a ticket, all of it in one batch. Stale and repeated messages find nothing due and do nothing.</summary>
public sealed class MomentHandler(TicketActions actions, TicketStore tickets, ProductClock clock)
{
    public async Task HandleAsync(MomentDue message, CancellationToken ct)
    {
        if (await tickets.ReadAsync(message.Number, ct) is not { Key: not null } stored || stored.Ticket.NextMoment > clock.GetUtcNow())
            return;
        await actions.ApplyAsync(message.Number, (ticket, context) => TicketRules.Decide(ticket, new FireReminders(), Actor.System, context), ct);
    }
}
