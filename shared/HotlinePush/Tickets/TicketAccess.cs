using HotlinePush.Security;
using HotlinePush.Units;

namespace HotlinePush.Tickets;

/// <summary>Who may see a ticket, and how much of it. Checked on the head, never on an index.</summary>
public static class TicketAccess
{
    /// <summary>Units that take part, and those above them: these look on. Whom a confidential ticket complains of does not.</summary>
    public static bool MaySee(Ticket ticket, Actor actor, City city) => actor.Role switch
    {
        Role.Desk or Role.Supervisor or Role.Admin => true,
        Role.Unit => actor.UnitId is { } unit && (ticket.TakesPart(unit) || (!ticket.NamedUnitIds.Contains(unit) && LooksOn(ticket, unit, city))),
        _ => false,
    };

    private static bool LooksOn(Ticket ticket, string unit, City city) =>
        city.IsAbove(unit, ticket.LeadUnitId) || ticket.CoUnitIds.Any(co => city.IsAbove(unit, co)) || ticket.Delegations.Any(d => city.IsAbove(unit, d.UnitId));

    /// <summary>Co-units' opinions are for the lead, for each other and for the desk.</summary>
    public static bool MayReadOpinions(Ticket ticket, Actor actor) =>
        actor.Role is Role.Desk or Role.Supervisor
        || (actor is { Role: Role.Unit, UnitId: { } unit } && (unit == ticket.LeadUnitId || ticket.CoUnitIds.Contains(unit)));

    /// <summary>The resident's own words. A unit works on a protected reporter's ticket from the redacted text, or from what it is about and where.</summary>
    public static bool MayReadWords(Ticket ticket, Actor actor) =>
        actor.Role is Role.Desk or Role.Supervisor || (actor.Role == Role.Unit && !ticket.IsProtected);

    /// <summary>In a list nobody reads a confidential ticket's words: each look at them is an audit event, and a list is no look.</summary>
    public static bool MayReadInList(Ticket ticket, Actor actor) => !ticket.Confidential && MayReadWords(ticket, actor);

    /// <summary>Name, masked phone and e-mail; the whole of them only by an audited reveal.</summary>
    public static bool MayReachResident(Ticket ticket, Actor actor) =>
        actor.Role is Role.Desk or Role.Supervisor || (actor is { Role: Role.Unit, UnitId: { } unit } && ticket is { Confidential: false, Anonymous: false } && ticket.TakesPart(unit));

    /// <summary>Looking at a confidential ticket is itself an event.</summary>
    public static bool LookIsAudited(Ticket ticket, Actor actor) => ticket.Confidential && actor.Role is (Role.Desk or Role.Supervisor or Role.Admin);

    /// <summary>
    /// Whether a note of a history may be read. On a confidential ticket a unit reads what it wrote itself and what the desk decided
    /// about its work; what the resident said stays with the desk.
    /// </summary>
    public static bool MayReadNote(Ticket ticket, TicketEvent happened, Actor actor) => happened switch
    {
        OpinionGiven => MayReadOpinions(ticket, actor),
        // What is not yet signed, and what is said of it, stays inside the unit.
        AnswerDrafted e => actor.UnitId == e.UnitId,
        DraftDecided e => actor.UnitId == e.UnitId,
        _ => MayReadWords(ticket, actor) || (actor is { Role: Role.Unit, UnitId: { } unit } && MayReadNoteOfProtected(ticket, happened, unit)),
    };

    private static bool MayReadNoteOfProtected(Ticket ticket, TicketEvent happened, string unit) =>
        happened.By.UnitId == unit || happened.RecordedFor == unit
        || happened is ReturnDecided or ExtensionDecided or SuspensionDecided or AnswerAudited or AppealDecided or OrderGiven or TicketParked or ParkReviewed or TicketUnparked
        || (happened is UnitsJoined or TicketDelegated or DelegateAnswered or DelegationRecalled && ticket.TakesPart(unit));
}
