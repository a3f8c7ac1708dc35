using HotlinePush.Clocks;
using HotlinePush.Security;
using HotlinePush.Units;

namespace HotlinePush.Tickets;

public static partial class TicketRules
{
    /// <summary>A ticket that a hotline closed before it was merged into this one: kept as it was, routed nowhere, nobody is told.</summary>
    /// <param name="closedAt">Not before its receipt.</param>
    /// <param name="unitId">The department whose hotline it was.</param>
    public static Decision TakeOver(Intake intake, DateTimeOffset closedAt, string? answer, string unitId, Actor by, RuleContext context)
    {
        var received = Receive(intake, null, null, by, context);
        if (received.Refusal is not null)
            return received;
        var ticket = TicketFold.Begin((TicketReceived)received.Events[0]);
        // Its clocks stood still when it was closed there, not when the file was read.
        var then = new ClockRules(context.City, closedAt, ticket.Priority == Priority.Urgent);
        var over = new Deciding(ticket, context, by).Add(
            new TicketTakenOver { ClosedAt = closedAt, UnitId = unitId, Note = answer }, TicketState.Closed, ticket.Clocks.Select(then.Stop)).Done();
        return new(received.Events.AddRange(over.Events), null);
    }
}
