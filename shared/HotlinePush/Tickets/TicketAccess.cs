using HotlinePush.Security;

namespace HotlinePush.Tickets;

/// <summary>Who may see a ticket, and how much of it. Checked on the head, never on an index.</summary>
public static class TicketAccess
{
    public static bool MaySee(Ticket ticket, Actor actor) => actor.Role switch
    {
        Role.Desk or Role.Supervisor or Role.Admin => true,
        Role.Unit => actor.UnitId is { } unit && (unit == ticket.LeadUnitId || ticket.CoUnitIds.Contains(unit)),
        _ => false,
    };

    /// <summary>The resident's own words. A unit works on a protected reporter's ticket from the redacted text, or from what it is about and where.</summary>
    public static bool MayReadWords(Ticket ticket, Actor actor) =>
        actor.Role is Role.Desk or Role.Supervisor || (actor.Role == Role.Unit && !ticket.IsProtected);

    /// <summary>In a list nobody reads a confidential ticket's words: each look at them is an audit event, and a list is no look.</summary>
    public static bool MayReadInList(Ticket ticket, Actor actor) => !ticket.Confidential && MayReadWords(ticket, actor);

    /// <summary>Name, masked phone and e-mail; the whole of them only by an audited reveal.</summary>
    public static bool MayReachResident(Ticket ticket, Actor actor) =>
        actor.Role is Role.Desk or Role.Supervisor || (actor.Role == Role.Unit && ticket is { Confidential: false, Anonymous: false });

    /// <summary>Looking at a confidential ticket is itself an event.</summary>
    public static bool LookIsAudited(Ticket ticket, Actor actor) => ticket.Confidential && actor.Role is (Role.Desk or Role.Supervisor or Role.Admin);

    /// <summary>
    /// Whether a note of a history may be read. On a confidential ticket a unit reads what it wrote itself and what the desk decided
    /// about its work; what the resident said stays with the desk.
    /// </summary>
    public static bool MayReadNote(Ticket ticket, TicketEvent happened, Actor actor) =>
        MayReadWords(ticket, actor)
        || (actor.Role == Role.Unit && (happened.By.UnitId == actor.UnitId || happened is ReturnDecided or ExtensionDecided or SuspensionDecided or AnswerAudited));
}
