using System.Collections.Immutable;
using HotlinePush.Clocks;
using HotlinePush.Incidents;
using HotlinePush.Messaging;
using HotlinePush.Timers;

namespace HotlinePush.Tickets;

/// <summary>Route a received ticket.</summary>
public sealed record RouteTicket(string Number);

/// <summary>Tell the people concerned of one event of a ticket.</summary>
public sealed record TellPeople(string Number, int Seq, string Purpose);

/// <summary>See that two tickets agree on whether one is merged into the other.</summary>
public sealed record SettleMerge(string Target, string Source);

/// <summary>Learn from a dispatch that a person confirmed.</summary>
public sealed record LearnDispatch(string Number);

/// <summary>What a commit of a ticket owes: index rows, words to people, its next moment, routing.</summary>
public sealed partial class TicketMessages(MessageCatalogue catalogue, ProductClock clock)
{
    public const string RouteType = "ticket.route.v1";
    public const string SyncType = "ticket.index.v1";
    public const string TellType = "ticket.tell.v1";
    public const string LearnType = "ticket.learn.v1";
    public const string MergeType = "ticket.merge.v1";
    public const string AttachedType = "incident.attached.v1";

    /// <summary>
    /// How long a request has between the target's acceptance and the source's end before somebody looks after it. A look that comes too early
    /// does no harm: the source's end owes another.
    /// </summary>
    private static readonly TimeSpan MergeBound = TimeSpan.FromSeconds(15);

    public (List<PendingMessage> Messages, List<IndexKey> Touched) After(Ticket? before, Ticket after, ImmutableArray<TicketEvent> events)
    {
        var messages = new List<PendingMessage>();
        var id = $"{after.Number}-{after.Seq}";
        var touched = IndexSync.Touched(before, after);
        if (touched.Count > 0)
            messages.Add(catalogue.Message(SyncType, $"{id}-index", new SyncIndexes(after.Number, touched)));
        if (after is { State: TicketState.Received, DeskReason: null } && before is null)
            messages.Add(catalogue.Message(RouteType, $"{id}-route", new RouteTicket(after.Number)));
        foreach (var happened in events)
        {
            foreach (var purpose in Purposes(before, after, happened))
                messages.Add(catalogue.Message(TellType, $"{after.Number}-{happened.Seq}-{purpose}", new TellPeople(after.Number, happened.Seq, purpose)));
            if (Confirms(after, happened))
                messages.Add(catalogue.Message(LearnType, $"{id}-learn", new LearnDispatch(after.Number)));
            if (happened is AttachedToIncident)
                messages.Add(catalogue.Message(AttachedType, $"{after.Number}-{happened.Seq}-incident", new CallerAttached(after.Number)));
            if (Settlement(after.Number, happened) is { } settlement)
                messages.Add(catalogue.Message(MergeType, $"{after.Number}-{happened.Seq}-merge", settlement, happened is DuplicateJoined ? clock.Engine.GetUtcNow() + MergeBound : null));
        }

        if (after.State.IsOpen() && after.NextMoment != before?.NextMoment && TimerPass.Message(catalogue, clock, after) is { } timer)
            messages.Add(timer);
        return (messages, touched);
    }

    /// <summary>A person at the desk dispatched a ticket whose category is known: that is a confirmation.</summary>
    private static bool Confirms(Ticket after, TicketEvent happened) =>
        happened is TicketDispatched { By.Role: Security.Role.Desk or Security.Role.Supervisor } && after is { CategoryId: not null, Confidential: false };

    /// <summary>Whoever changes one side of a merge owes a look at both: the last look comes after the last change.</summary>
    private static SettleMerge? Settlement(string number, TicketEvent happened) => happened switch
    {
        DuplicateJoined e => new(number, e.Number),
        DuplicateLeft e => new(number, e.Number),
        TicketMerged e => new(e.Into, number),
        _ => null,
    };

    private static IEnumerable<string> Purposes(Ticket? before, Ticket after, TicketEvent happened)
    {
        // What was received elsewhere and long ago is news to nobody; what happens to it from now on is.
        if (before is null && after.Imported)
            yield break;
        // A call about an incident is answered by one text that says both.
        if (happened is TicketReceived && after.IncidentId is not null)
            yield break;
        if (happened is TicketReceived { Told: true })
            yield break;
        // A call is no application: with the number comes where to make one.
        if (happened is TicketReceived { Type: TicketType.InformationRequest, Anonymous: false } && after.Disclosure is null)
            yield return TicketTexts.FormOffered;
        if (happened is ReminderFellDue)
            yield return TicketTexts.Reminder;
        foreach (var part in PartPurposes(happened))
            yield return part;
        if (happened is TicketDispatched && after.Priority == Priority.Urgent)
            yield return TicketTexts.Urgent;
        var purpose = happened switch
        {
            TicketReceived { Alarm: not null } => TicketTexts.Emergency,
            TicketReceived => TicketTexts.Received,
            AnswerAudited { Accepted: true, To: TicketState.Answered } => TicketTexts.Answered,
            ExtensionDecided { Approved: true } => TicketTexts.Extended,
            CallbackMade { Result: CallbackResult.Redo } => TicketTexts.Redo,
            AnswerAudited { Accepted: false } when before is { SupervisorDue: true } => TicketTexts.Redo,
            TicketMerged => TicketTexts.Merged,
            { To: TicketState.Closed or TicketState.Declined or TicketState.HandedOver or TicketState.Terminated } when happened.From != happened.To => TicketTexts.Closed,
            _ => null,
        };
        if (purpose is not null)
            yield return purpose;
    }
}
