namespace HotlinePush.Tickets;

public static partial class TicketRules
{
    private static Decision Decide(Deciding d, AttachToIncident c)
    {
        if (!d.Ticket.State.IsOpen())
            return WrongState(d.Ticket);
        if (d.Ticket.Confidential)
            return Refuse("invalid", "保密件不能并入突发事件。", "incidentId", "confidential");
        if (d.Ticket.MasterOf is not null)
            return Refuse("invalid", "突发事件的主单不能并入突发事件。", "incidentId", "isMaster");
        return d.Add(new AttachedToIncident { IncidentId = c.IncidentId }, TicketState.Merged, StopAll(d)).Done();
    }
}
