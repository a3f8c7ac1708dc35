using HotlinePush.Clocks;

namespace HotlinePush.Tickets;

/// <summary>What a ticket in a queue asks of the desk: since when, until when, and why.</summary>
/// <param name="Since">From when it waits for this.</param>
/// <param name="Clock">The clock that the desk's time is part of; null where none runs.</param>
/// <param name="Reason">A reason code where there is one: why it was not routed, why the unit returns it, asks for time, or wants the clocks stopped.</param>
/// <param name="NeedsSupervisor">The desk cannot decide it.</param>
public sealed record DeskTask(string Queue, DateTimeOffset Since, Clock? Clock, string? Reason, bool NeedsSupervisor)
{
    /// <summary>Null where nothing waits for the desk.</summary>
    public static DeskTask? Of(Ticket ticket) => DeskQueues.Of(ticket) is not { } queue ? null : new(
        queue,
        queue switch
        {
            DeskQueues.Return => ticket.ReturnRequest!.At,
            DeskQueues.Telephone => ticket.Latest(ClockKind.Sign)?.DueAt ?? ticket.ReceivedAt,
            DeskQueues.Audit => ticket.Answer!.At,
            DeskQueues.Callback => ticket.Latest(ClockKind.Callback)?.StartedAt ?? ticket.ReceivedAt,
            _ => ticket.ReceivedAt,
        },
        queue switch
        {
            DeskQueues.Telephone => ticket.Running(ClockKind.Sign),
            DeskQueues.Return => ticket.Running(ClockKind.Unit),
            DeskQueues.Callback => ticket.Running(ClockKind.Callback),
            DeskQueues.Alarm or DeskQueues.Dispatch => ticket.Running(ClockKind.Response) ?? ticket.Running(ClockKind.Resolve),
            _ => ticket.Running(ClockKind.Resolve),
        },
        queue switch
        {
            DeskQueues.Dispatch => ticket.DeskReason,
            DeskQueues.Return => ticket.ReturnRequest!.Reason,
            DeskQueues.Extension => ticket.ExtensionRequest!.Reason,
            DeskQueues.Suspension => ticket.SuspensionRequest,
            _ => null,
        },
        queue is DeskQueues.Extension or DeskQueues.Supervisor
        || ticket.DeskReason == DeskReasons.SupervisorNamesLead
        || (queue == DeskQueues.Return && (ticket.ReturnRequest!.NeedsSupervisor || ticket.State == TicketState.InProgress)));
}
