using System.Collections.Immutable;
using HotlinePush.Clocks;
using HotlinePush.Security;
using HotlinePush.Tickets.Attachments;
using HotlinePush.Units;

namespace HotlinePush.Tickets;

/// <summary>What somebody asks of a ticket. Imperative; refused or turned into events by <see cref="TicketRules"/>.</summary>
public abstract record TicketCommand;

public sealed record AnswerAtDesk(string Text, string? ArticleId = null) : TicketCommand;
/// <param name="CategoryId">The desk's word on what it is about; null leaves it, or takes the suggestion that named this unit.</param>
public sealed record Dispatch(string LeadUnitId, ImmutableArray<string> CoUnitIds, bool Final = false, string? UnitText = null, string? CategoryId = null) : TicketCommand;
public sealed record Sign : TicketCommand;
public sealed record ReturnTicket(string Reason, string Text) : TicketCommand;
public sealed record DecideReturn(bool Approve, string? Note = null, string? LeadUnitId = null) : TicketCommand;
public sealed record Reassign(string LeadUnitId, string Note) : TicketCommand;
public sealed record ContactResident(string? Note = null) : TicketCommand;
public sealed record Extend(int WorkingDays, string Reason) : TicketCommand;
public sealed record DecideExtension(bool Approve, string? Note = null) : TicketCommand;
public sealed record Suspend(string Reason) : TicketCommand;
public sealed record DecideSuspension(bool Approve, string? Note = null) : TicketCommand;
public sealed record Resume : TicketCommand;
public sealed record AnswerTicket(string Text, string? Outcome, ImmutableArray<string> Evidence) : TicketCommand;
public sealed record Audit(bool Accept, string? Note = null) : TicketCommand;
public sealed record CallBack(bool Reached, bool? Resolved = null, bool? Satisfied = null, string? Note = null) : TicketCommand;
public sealed record MergeInto(string Into) : TicketCommand;
public sealed record Decline(string Reason, string Text) : TicketCommand;
public sealed record HandOver(string Service, string TakenBy) : TicketCommand;
public sealed record Terminate(string Reason, string Text) : TicketCommand;
public sealed record FollowUp(string Text) : TicketCommand;
public sealed record Urge : TicketCommand;

public sealed record JoinUnits(ImmutableArray<string> UnitIds, string Note) : TicketCommand;
public sealed record GiveOpinion(string Text) : TicketCommand;
/// <param name="WorkingDays">Null: one working day less than the unit that passes it down has left.</param>
public sealed record DelegateTicket(string UnitId, int? WorkingDays, string Note) : TicketCommand;
public sealed record Recall(string Note) : TicketCommand;
public sealed record SignOff(bool Accept, string? Note = null) : TicketCommand;
public sealed record Supervise(string Text, int WorkingDays) : TicketCommand;
public sealed record Park(string Reason, string Text, DateTimeOffset ReviewAt) : TicketCommand;
public sealed record ReviewParked(string Note, DateTimeOffset ReviewAt) : TicketCommand;
public sealed record Unpark(string Text, ImmutableArray<string> Evidence) : TicketCommand;

/// <param name="WithPlace">Show address and point too, where the reporter gave a name.</param>
public sealed record PublishText(string Text, bool WithPlace = false) : TicketCommand;
public sealed record WithdrawText(string? Note = null) : TicketCommand;

public sealed record AttachToIncident(string IncidentId) : TicketCommand;

/// <param name="Files">Their contents are stored. None asks whether files may be added at all.</param>
public sealed record AddAttachments(ImmutableArray<Attachment> Files) : TicketCommand;

// The product's own.
/// <param name="Settling">The duplicate is merged already: the target takes it in whatever its state.</param>
public sealed record AcceptDuplicate(string Number, bool Settling = false) : TicketCommand;
public sealed record ReleaseDuplicate(string Number) : TicketCommand;
public sealed record FireReminders : TicketCommand;
public sealed record RecomputeDeadlines : TicketCommand;

/// <summary>The reason codes of the contract, and where each stands in the law or in practice.</summary>
public static class ReasonCodes
{
    public static readonly ImmutableArray<string> Return = ["notOurDuty", "wrongArea", "insufficientInfo", "otherLegalChannel"];
    public static readonly ImmutableArray<string> Suspend = ["thirdParty", "materialAwaited", "legalProcedure"];
    public static readonly ImmutableArray<string> Extend = ["complex", "jointHandling", "forceMajeure"];
    public static readonly ImmutableArray<string> Decline = ["otherLegalChannel", "notGovernment", "vague", "abusive"];
    public static readonly ImmutableArray<string> Terminate = ["callerWithdrew", "callerUncooperative", "repeated"];
    public static readonly ImmutableArray<string> Appeal = ["wrongRecord", "beyondDuty", "unreasonableDemand", "forceMajeure", "systemFault"];
    public static readonly ImmutableArray<string> Park = ["policyGap", "historyLeft", "fundingAwaited", "legalProcedure"];
    public static readonly ImmutableArray<string> Services = ["110", "119", "120", "122"];
}

/// <summary>What a decision is made against.</summary>
/// <param name="ArmAfter">Set when a past life is told in hindsight: no reminder before this moment is armed.</param>
public sealed record RuleContext(City City, DateTimeOffset Now, DateTimeOffset? ArmAfter = null)
{
    /// <summary>The message by which somebody acts, and when it was said.</summary>
    public string? MessageId { get; init; }

    public DateTimeOffset? SaidAt { get; init; }

    public ClockRules Clocks(Ticket ticket) => Clocks(ticket.Priority);

    public ClockRules Clocks(Priority priority) => new(City, Now, priority == Priority.Urgent, ArmAfter);
}

/// <summary>Either events, in order, or a refusal.</summary>
public readonly record struct Decision(ImmutableArray<TicketEvent> Events, Refusal? Refusal)
{
    public static implicit operator Decision(Refusal refusal) => new([], refusal);
}

/// <summary>Collects the events of one decision; each sees the ticket as the one before it left it.</summary>
internal sealed class Deciding(Ticket ticket, RuleContext context, Actor by)
{
    private readonly ImmutableArray<TicketEvent>.Builder _events = ImmutableArray.CreateBuilder<TicketEvent>();

    public Ticket Ticket { get; private set; } = ticket;
    public RuleContext Context => context;
    public Actor By => by;
    public ClockRules Clocks => context.Clocks(Ticket);

    /// <summary>The unit for which the desk records this; stands in every event of the decision.</summary>
    public string? RecordedFor { get; init; }

    /// <summary>The unit that acts: the actor's own, or the one recorded for.</summary>
    public string ActingUnit => by.UnitId ?? RecordedFor ?? throw new InvalidOperationException("No unit acts.");

    public Deciding Add(TicketEvent happened, TicketState? to = null, params IEnumerable<Clock> clocks)
    {
        happened = happened with
        {
            Seq = Ticket.Seq + 1,
            At = context.Now,
            By = by,
            RecordedFor = RecordedFor,
            MessageId = context.MessageId,
            SaidAt = context.SaidAt,
            From = Ticket.State,
            To = to ?? Ticket.State,
            Clocks = Changed(clocks),
        };
        _events.Add(happened);
        Ticket = TicketFold.Apply(Ticket, happened);
        return this;
    }

    public Decision Done() => new(_events.ToImmutable(), null);

    private ImmutableArray<Clock> Changed(IEnumerable<Clock> clocks)
    {
        var changed = ImmutableArray.CreateBuilder<Clock>();
        foreach (var clock in clocks)
            if (clock.Id > Ticket.Clocks.Length || !ReferenceEquals(Ticket.Clocks[clock.Id - 1], clock))
                changed.Add(clock);
        return changed.ToImmutable();
    }
}
