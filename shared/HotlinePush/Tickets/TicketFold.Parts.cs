using System.Collections.Immutable;
using HotlinePush.Records;

namespace HotlinePush.Tickets;

public static partial class TicketFold
{
    /// <summary>What those who share the work, the unit's head and the supervisor do to a ticket.</summary>
    private static Ticket ApplyPart(Ticket ticket, TicketEvent happened) => happened switch
    {
        UnitsJoined e => ticket with { CoUnitIds = [.. ticket.CoUnitIds.Union(e.UnitIds)] },
        OpinionGiven e => ticket with { Opinions = [.. ticket.Opinions.Where(o => o.UnitId != e.UnitId), new(e.UnitId, e.At, e.Seq)] },
        TicketDelegated e => ticket with { Delegations = ticket.Delegations.Add(new(e.UnitId, e.ByUnitId, e.At, e.ClockId)), Draft = null },
        DelegateAnswered e => ticket with
        {
            Delegations = [.. ticket.Delegations.Select(d => d.EndedAt is null && d.UnitId == e.UnitId ? d with { EndedAt = e.At, AnsweredSeq = e.Seq } : d)],
            Draft = null,
        },
        DelegationRecalled e => ticket with
        {
            Delegations = [.. ticket.Delegations.Select(d => d.EndedAt is null && e.UnitIds.Contains(d.UnitId) ? d with { EndedAt = e.At } : d)],
            Draft = null,
        },
        AnswerDrafted e => ticket with { Draft = new(e.At, e.UnitId, e.Outcome, e.Evidence) { Text = e.Note } },
        // Accepted, it stands until the answer that follows takes it away.
        DraftDecided { Accepted: false } => ticket with { Draft = ticket.Draft! with { Refused = true } },
        OrderGiven => ticket with { Orders = ticket.Orders + 1 },
        TicketParked e => ticket with { Parked = new(e.Reason, e.At, e.ReviewAt, e.RemindAt), Suspended = false, SuspensionRequest = null },
        ParkReviewed e => ticket with { Parked = ticket.Parked! with { ReviewAt = e.ReviewAt, RemindAt = e.RemindAt } },
        ReviewFellDue e => ticket with { Parked = ticket.Parked! with { RemindAt = e.RemindAt } },
        TicketUnparked => ticket with { Parked = null },
        PersonalDataDeleted e => ticket with { PersonHash = null, PersonalDataDeletedAt = e.At },
        CallLinked e => ticket with { Calls = ticket.Calls.Add(new(e.CallId, e.CalledAt)) },
        TextPublished e => ticket with { Published = new(e.At, e.WithPlace) { Text = e.Note } },
        TextWithdrawn => ticket with { Published = null },
        _ => ApplyDisclosure(ticket, happened),
    };

    private static ImmutableArray<Delegation> End(ImmutableArray<Delegation> delegations, DateTimeOffset at) =>
        [.. delegations.Select(d => d.EndedAt is null ? d with { EndedAt = at } : d)];
}
