using System.Collections.Immutable;
using HotlinePush.Clocks;
using HotlinePush.Security;

namespace HotlinePush.Tickets;

/// <summary>Makes a ticket from its events: the one place that says what an event does.</summary>
public static partial class TicketFold
{
    public static Ticket Replay(IEnumerable<TicketEvent> events)
    {
        Ticket? ticket = null;
        foreach (var happened in events)
            ticket = ticket is null ? Begin((TicketReceived)happened) : Apply(ticket, happened);
        return ticket ?? throw new ArgumentException("A history holds at least its first event.");
    }

    public static Ticket Begin(TicketReceived e) => new()
    {
        Number = e.Number,
        Seq = e.Seq,
        ChangedAt = e.At,
        State = TicketState.Received,
        Type = e.Type,
        Priority = e.Priority,
        UrgentHint = e.UrgentHint,
        Channel = e.Channel,
        Source = e.Source,
        ExternalId = e.ExternalId,
        ExternalDueAt = e.ExternalDueAt,
        OccurredAt = e.OccurredAt,
        ReceivedAt = e.ReceivedAt,
        CategoryId = e.CategoryId,
        AreaId = e.AreaId,
        Subject = e.Subject,
        Description = e.Description,
        Location = e.Location,
        Contact = e.Contact,
        PersonHash = e.PersonHash,
        Anonymous = e.Anonymous,
        Confidential = e.Confidential,
        NamedUnitIds = e.NamedUnitIds,
        Imported = e.Imported,
        MasterOf = e.MasterOf,
        Alarm = e.Alarm,
        Alarmed = e.Alarm is not null,
        Limits = e.Limits,
        PolicyVersion = e.PolicyVersion,
        Clocks = e.Clocks,
    };

    public static Ticket Apply(Ticket ticket, TicketEvent happened)
    {
        if (happened.Seq != ticket.Seq + 1)
            throw new InvalidOperationException($"Ticket {ticket.Number}: event {happened.Seq} does not follow {ticket.Seq}.");
        var next = ticket with { Seq = happened.Seq, ChangedAt = happened.At, State = happened.To, Clocks = Replace(ticket.Clocks, happened.Clocks) };
        // An alarm stands until a person at the desk has acted on the ticket.
        if (next.Alarm is not null && happened.By.Role is Role.Desk or Role.Supervisor && happened is not (DuplicateJoined or DuplicateLeft or AttachmentAdded or TextPublished or TextWithdrawn))
            next = next with { Alarm = null };
        next = happened switch
        {
            TicketHeldForDesk e => next with
            {
                DeskReason = e.Reason,
                Suggestions = e.Suggestions,
                CategoryId = e.CategoryId ?? next.CategoryId,
                AreaId = e.AreaId ?? next.AreaId,
            },
            TicketDispatched e => next with
            {
                LeadUnitId = e.LeadUnitId,
                CoUnitIds = e.CoUnitIds,
                Final = e.Final,
                CategoryId = e.CategoryId ?? next.CategoryId,
                AreaId = e.AreaId ?? next.AreaId,
                DispatchRule = e.Rule,
                UnitText = e.UnitText ?? next.UnitText,
                DispatchedAt = e.At,
                DeskReason = null,
                Suggestions = [],
                ReturnRequest = null,
                ExtensionRequest = null,
                SuspensionRequest = null,
                Suspended = false,
                TelephoneUnit = false,
                Opinions = [.. next.Opinions.Where(o => e.CoUnitIds.Contains(o.UnitId))],
                Delegations = [],
                Draft = null,
            },
            TicketSigned => next with { TelephoneUnit = false },
            ReturnRequested e => next with { ReturnRequest = new(e.Reason, e.At, e.NeedsSupervisor) },
            ReturnDecided { Approved: true } => next with
            {
                ApprovedReturns = next.ApprovedReturns + 1,
                ReturnRequest = null,
                ExtensionRequest = null,
                SuspensionRequest = null,
                Suspended = false,
                TelephoneUnit = false,
                LeadUnitId = null,
                CoUnitIds = [],
                Opinions = [],
                Delegations = [],
                Draft = null,
                DeskReason = next.ApprovedReturns + 1 >= TicketRules.ReturnsToSupervisor ? DeskReasons.SupervisorNamesLead : DeskReasons.Returned,
            },
            ReturnDecided => next with { ReturnRequest = null },
            ExtensionRequested e => next with { ExtensionRequest = new(e.WorkingDays, e.Reason) },
            ExtensionDecided e => next with
            {
                ExtensionRequest = null,
                ExtendedDays = next.ExtendedDays + (e.Approved ? e.WorkingDays : 0),
            },
            SuspensionRequested e => next with { SuspensionRequest = e.Reason },
            SuspensionDecided e => next with { SuspensionRequest = null, Suspended = e.Approved },
            TicketResumed => next with { Suspended = false },
            AnswerGiven e => next with
            {
                Answer = new(e.At, e.UnitId, e.Outcome, e.Evidence) { Text = e.Note },
                AuditAccepted = false,
                ExtensionRequest = null,
                SuspensionRequest = null,
                ReturnRequest = null,
                Suspended = false,
                UnreachedDays = [],
                Draft = null,
            },
            AnswerAudited e => next with
            {
                AuditAccepted = e.Accepted,
                Audited = new(e.At, e.By.Id),
                SupervisorDue = false,
                EndedAt = e.To == TicketState.Closed ? e.At : next.EndedAt,
                EndReason = e.To == TicketState.Closed ? EndReasons.SupervisorClosed : next.EndReason,
            },
            CallbackMade e => Called(next, e),
            AnsweredAtDesk e => End(next with { Answer = new(e.At, Holders.Desk, null, []) { Text = e.Note } }, e, EndReasons.AnsweredAtDesk),
            TicketTakenOver e => End(next with { Answer = e.Note is null ? null : new(e.ClosedAt, e.UnitId ?? Holders.Desk, null, []) { Text = e.Note } }, e, EndReasons.TakenOver) with { EndedAt = e.ClosedAt },
            TicketMerged e => End(next with { MergedInto = e.Into }, e, EndReasons.Merged),
            DuplicateJoined e => next with { Joined = next.Joined.Add(e.Number) },
            DuplicateLeft e => next with { Joined = next.Joined.Remove(e.Number) },
            TicketDeclined e => End(next, e, e.Reason),
            TicketHandedOver e => End(next, e, e.Service),
            TicketTerminated e => End(next, e, e.Reason),
            FollowUpAdded => next with { FollowUps = next.FollowUps + 1 },
            TicketUrged => next with { Urges = next.Urges + 1 },
            AttachedToIncident e => End(next with { IncidentId = e.IncidentId }, e, EndReasons.Incident),
            AttachmentAdded e => next with { Attachments = next.Attachments.Add(new(e.Id, e.Kind, e.Size, e.Name, e.Public, e.At, e.By.Role, e.By.UnitId)) },
            ReminderFellDue { Kind: ClockKind.Sign, Step: Reminders.AtDeadline } when next.Priority == Priority.Urgent => next with { TelephoneUnit = true },
            ScoreAppealed e => next with { Appeals = next.Appeals.Add(new(e.Measure, e.Reason, e.At, e.By.UnitId!) { Text = e.Note }) },
            AppealDecided e => next with { Appeals = Appeals.Decided(next.Appeals, e) },
            _ => ApplyPart(next, happened),
        };
        return next;
    }

    private static Ticket Called(Ticket ticket, CallbackMade e)
    {
        if (e.Reached)
            ticket = ticket with { Called = new(e.At, e.By.Id) };
        ticket = ticket with { Resolved = e.Resolved ?? ticket.Resolved, Satisfied = e.Satisfied ?? ticket.Satisfied };
        return e.Result switch
        {
            CallbackResult.Closed => End(ticket, e, EndReasons.Satisfied),
            CallbackResult.Unreachable => End(ticket with { Resolved = null, Satisfied = null }, e, EndReasons.Unreachable),
            CallbackResult.Redo => ticket with { Redos = ticket.Redos + 1, AuditAccepted = false, UnreachedDays = [] },
            CallbackResult.Supervisor => ticket with { SupervisorDue = true },
            // A second try on one day is no second day.
            _ => ticket with { UnreachedDays = [.. ticket.UnreachedDays.Append(CityZone.DateOf(e.At)).Distinct()] },
        };
    }

    private static Ticket End(Ticket ticket, TicketEvent e, string reason) => ticket with
    {
        EndReason = reason,
        EndedAt = e.At,
        DeskReason = null,
        Suggestions = [],
        Alarm = null,
        TelephoneUnit = false,
        ReturnRequest = null,
        ExtensionRequest = null,
        SuspensionRequest = null,
        Suspended = false,
        Draft = null,
        Parked = null,
        Delegations = End(ticket.Delegations, e.At),
    };

    private static ImmutableArray<Clock> Replace(ImmutableArray<Clock> clocks, ImmutableArray<Clock> changed)
    {
        foreach (var clock in changed)
            clocks = clock.Id > clocks.Length ? clocks.Add(clock) : clocks.SetItem(clock.Id - 1, clock);
        return clocks;
    }
}
