using System.Collections.Immutable;

namespace HotlinePush.Tickets;

/// <summary>A telephone call that this ticket came of, or that was about it.</summary>
/// <param name="Id">Of the call; what is known of it is read there.</param>
/// <param name="At">When the call began.</param>
public sealed record LinkedCall(string Id, DateTimeOffset At);

/// <summary>The product's own, once somebody at the desk or the menu has filed or found the ticket in that call.</summary>
public sealed record LinkCall(string CallId, DateTimeOffset At) : TicketCommand;

/// <summary>Keeps a new ticket at the desk whatever routing would say, for a reason of <see cref="DeskReasons"/>.</summary>
public sealed record HoldForDesk(string Reason) : TicketCommand;

public sealed record CallLinked : TicketEvent
{
    public required string CallId { get; init; }
    public DateTimeOffset CalledAt { get; init; }
    public override string Action => "link-call";
}

public sealed partial record Ticket
{
    /// <summary>The calls that it came of or that were about it, at most <see cref="TicketRules.MostCalls"/>.</summary>
    public ImmutableArray<LinkedCall> Calls { get; init; } = [];
}

public static partial class TicketRules
{
    public const int MostCalls = 50;

    /// <summary>A call that is over may be linked to a ticket that is: the desk answered it on the spot.</summary>
    private static Decision Decide(Deciding d, LinkCall c) => d.Ticket.Calls.Any(l => l.Id == c.CallId) || d.Ticket.Calls.Length == MostCalls
        ? d.Done()
        : d.Add(new CallLinked { CallId = c.CallId, CalledAt = c.At }).Done();

    private static Decision Decide(Deciding d, HoldForDesk c) => d.Ticket is { State: TicketState.Received, DeskReason: null }
        ? d.Add(new TicketHeldForDesk { Reason = c.Reason, CategoryId = d.Ticket.CategoryId, AreaId = d.Ticket.AreaId }).Done()
        : WrongState(d.Ticket);
}
