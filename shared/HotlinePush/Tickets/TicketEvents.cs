using System.Collections.Immutable;
using System.Text.Json.Serialization;
using HotlinePush.Clocks;
using HotlinePush.Records;
using HotlinePush.Security;

namespace HotlinePush.Tickets;

/// <summary>
/// What happened to a ticket: who, when, why. Events are appended and never changed; <see cref="TicketFold"/> makes the ticket
/// from them. The discriminator is stored for good: rename a record, never its name here.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "event")]
[JsonDerivedType(typeof(TicketReceived), "received")]
[JsonDerivedType(typeof(TicketHeldForDesk), "heldForDesk")]
[JsonDerivedType(typeof(TicketDispatched), "dispatched")]
[JsonDerivedType(typeof(TicketSigned), "signed")]
[JsonDerivedType(typeof(ReturnRequested), "returnRequested")]
[JsonDerivedType(typeof(ReturnDecided), "returnDecided")]
[JsonDerivedType(typeof(ResidentContacted), "residentContacted")]
[JsonDerivedType(typeof(ExtensionRequested), "extensionRequested")]
[JsonDerivedType(typeof(ExtensionDecided), "extensionDecided")]
[JsonDerivedType(typeof(SuspensionRequested), "suspensionRequested")]
[JsonDerivedType(typeof(SuspensionDecided), "suspensionDecided")]
[JsonDerivedType(typeof(TicketResumed), "resumed")]
[JsonDerivedType(typeof(UnitsJoined), "unitsJoined")]
[JsonDerivedType(typeof(OpinionGiven), "opinionGiven")]
[JsonDerivedType(typeof(TicketDelegated), "delegated")]
[JsonDerivedType(typeof(DelegateAnswered), "delegateAnswered")]
[JsonDerivedType(typeof(DelegationRecalled), "recalled")]
[JsonDerivedType(typeof(AnswerDrafted), "answerDrafted")]
[JsonDerivedType(typeof(DraftDecided), "draftDecided")]
[JsonDerivedType(typeof(OrderGiven), "orderGiven")]
[JsonDerivedType(typeof(TicketParked), "parked")]
[JsonDerivedType(typeof(ParkReviewed), "parkReviewed")]
[JsonDerivedType(typeof(TicketUnparked), "unparked")]
[JsonDerivedType(typeof(ReviewFellDue), "reviewFellDue")]
[JsonDerivedType(typeof(AnswerGiven), "answerGiven")]
[JsonDerivedType(typeof(AnswerAudited), "answerAudited")]
[JsonDerivedType(typeof(CallbackMade), "callbackMade")]
[JsonDerivedType(typeof(AnsweredAtDesk), "answeredAtDesk")]
[JsonDerivedType(typeof(TicketMerged), "merged")]
[JsonDerivedType(typeof(DuplicateJoined), "duplicateJoined")]
[JsonDerivedType(typeof(DuplicateLeft), "duplicateLeft")]
[JsonDerivedType(typeof(TicketDeclined), "declined")]
[JsonDerivedType(typeof(TicketHandedOver), "handedOver")]
[JsonDerivedType(typeof(TicketTerminated), "terminated")]
[JsonDerivedType(typeof(FollowUpAdded), "followUpAdded")]
[JsonDerivedType(typeof(TicketUrged), "urged")]
[JsonDerivedType(typeof(AttachmentAdded), "attachmentAdded")]
[JsonDerivedType(typeof(AttachedToIncident), "attachedToIncident")]
[JsonDerivedType(typeof(ReminderFellDue), "reminderFellDue")]
[JsonDerivedType(typeof(DeadlinesRecomputed), "deadlinesRecomputed")]
[JsonDerivedType(typeof(DisclosureApplied), "disclosureApplied")]
[JsonDerivedType(typeof(CorrectionAsked), "correctionAsked")]
[JsonDerivedType(typeof(ApplicationCorrected), "applicationCorrected")]
[JsonDerivedType(typeof(ThirdPartyConsulted), "thirdPartyConsulted")]
[JsonDerivedType(typeof(ThirdPartyReplied), "thirdPartyReplied")]
[JsonDerivedType(typeof(DisclosureDecided), "disclosureDecided")]
[JsonDerivedType(typeof(InformationDelivered), "informationDelivered")]
[JsonDerivedType(typeof(MadeProactive), "madeProactive")]
[JsonDerivedType(typeof(TicketTakenOver), "takenOver")]
[JsonDerivedType(typeof(TextPublished), "textPublished")]
[JsonDerivedType(typeof(TextWithdrawn), "textWithdrawn")]
[JsonDerivedType(typeof(ScoreAppealed), "scoreAppealed")]
[JsonDerivedType(typeof(AppealDecided), "appealDecided")]
[JsonDerivedType(typeof(TicketRechecked), "rechecked")]
[JsonDerivedType(typeof(PersonalDataDeleted), "personalDataDeleted")]
[JsonDerivedType(typeof(CallLinked), "callLinked")]
public abstract record TicketEvent
{
    /// <summary>1 for the first event of a ticket.</summary>
    public int Seq { get; init; }

    public DateTimeOffset At { get; init; }
    public Actor By { get; init; } = Actor.System;

    /// <summary>The unit on paper for which the desk wrote down what it did 代录; null where whoever acted wrote for itself.</summary>
    public string? RecordedFor { get; init; }

    public TicketState From { get; init; }
    public TicketState To { get; init; }

    /// <summary>Words written down with it: a note, a reason, an answer.</summary>
    [Personal] public string? Note { get; init; }

    /// <summary>Of a message that brought it: with this id it happens once, however often the message is worked on.</summary>
    public string? MessageId { get; init; }

    /// <summary>When that message was said; it may have come late, and after later ones.</summary>
    public DateTimeOffset? SaidAt { get; init; }

    /// <summary>The clocks it changed, as they stand after it.</summary>
    public ImmutableArray<Clock> Clocks { get; init; } = [];

    /// <summary>The action of the contract it stands for, such as <c>sign</c>.</summary>
    [JsonIgnore] public abstract string Action { get; }
}

public sealed record TicketReceived : TicketEvent
{
    public required string Number { get; init; }
    public TicketType Type { get; init; }
    public Priority Priority { get; init; }
    public bool UrgentHint { get; init; }
    public required string Channel { get; init; }
    public string? Source { get; init; }
    public string? ExternalId { get; init; }
    public DateTimeOffset? ExternalDueAt { get; init; }
    public DateTimeOffset? OccurredAt { get; init; }
    public DateTimeOffset ReceivedAt { get; init; }
    public string? CategoryId { get; init; }
    public string? AreaId { get; init; }
    [Personal] public string? Subject { get; init; }
    [Personal] public string? Description { get; init; }
    [Personal] public Location? Location { get; init; }
    [Personal] public Contact? Contact { get; init; }
    public string? PersonHash { get; init; }
    public bool Anonymous { get; init; }
    public bool Confidential { get; init; }
    public ImmutableArray<string> NamedUnitIds { get; init; } = [];
    public bool Imported { get; init; }
    public string? MasterOf { get; init; }

    /// <summary>Whoever took it in tells the resident: the answer to a message is no message of its own.</summary>
    public bool Told { get; init; }

    public Alarm? Alarm { get; init; }
    public required TicketLimits Limits { get; init; }
    public int PolicyVersion { get; init; }
    public override string Action => "receive";
}

/// <summary>Routing could not name a unit: the desk does, from up to three suggestions.</summary>
public sealed record TicketHeldForDesk : TicketEvent
{
    public required string Reason { get; init; }
    public string? CategoryId { get; init; }
    public string? AreaId { get; init; }
    public ImmutableArray<Suggestion> Suggestions { get; init; } = [];
    public override string Action => "hold-for-desk";
}

public sealed record TicketDispatched : TicketEvent
{
    public required string LeadUnitId { get; init; }
    public ImmutableArray<string> CoUnitIds { get; init; } = [];
    public bool Final { get; init; }
    public string? CategoryId { get; init; }
    public string? AreaId { get; init; }
    public string? Rule { get; init; }
    public double? Confidence { get; init; }
    public bool Reassigned { get; init; }
    [Personal] public string? UnitText { get; init; }
    public override string Action => Reassigned ? "reassign" : "dispatch";
}

public sealed record TicketSigned : TicketEvent
{
    public override string Action => "sign";
}

public sealed record ReturnRequested : TicketEvent
{
    public required string Reason { get; init; }
    public bool NeedsSupervisor { get; init; }
    public override string Action => "return";
}

/// <summary>Approved: the ticket is back at the desk, or a <see cref="TicketDispatched"/> follows. Refused: the mark goes, nothing else.</summary>
public sealed record ReturnDecided : TicketEvent
{
    public bool Approved { get; init; }
    public override string Action => "decide-return";
}

public sealed record ResidentContacted : TicketEvent
{
    public override string Action => "contact";
}

public sealed record ExtensionRequested : TicketEvent
{
    public int WorkingDays { get; init; }
    public required string Reason { get; init; }
    public override string Action => "extend";
}

public sealed record ExtensionDecided : TicketEvent
{
    public bool Approved { get; init; }
    public int WorkingDays { get; init; }
    public required string Reason { get; init; }
    public override string Action => "decide-extension";
}

public sealed record SuspensionRequested : TicketEvent
{
    public required string Reason { get; init; }
    public override string Action => "suspend";
}

public sealed record SuspensionDecided : TicketEvent
{
    public bool Approved { get; init; }
    public required string Reason { get; init; }
    public override string Action => "decide-suspension";
}

public sealed record TicketResumed : TicketEvent
{
    public override string Action => "resume";
}

/// <summary>The unit's reply; its text is the note.</summary>
public sealed record AnswerGiven : TicketEvent
{
    public required string UnitId { get; init; }
    [Personal] public string? Outcome { get; init; }
    [Personal] public ImmutableArray<string> Evidence { get; init; } = [];
    public override string Action => "answer";
}

public sealed record AnswerAudited : TicketEvent
{
    public bool Accepted { get; init; }
    public override string Action => "audit";
}

/// <summary>The resident's word, by the desk's call or the resident's own rating.</summary>
public sealed record CallbackMade : TicketEvent
{
    public bool Reached { get; init; }
    public bool? Resolved { get; init; }
    public bool? Satisfied { get; init; }
    public CallbackResult Result { get; init; }
    public override string Action => "callback";
}

/// <summary>What a callback leads to.</summary>
public enum CallbackResult { Closed, Redo, Supervisor, TryAgain, Unreachable }

public sealed record AnsweredAtDesk : TicketEvent
{
    public string? ArticleId { get; init; }
    public override string Action => "answer-at-desk";
}

public sealed record TicketMerged : TicketEvent
{
    public required string Into { get; init; }
    public override string Action => "merge";
}

/// <summary>On the target: a duplicate's residents are attached from now on.</summary>
public sealed record DuplicateJoined : TicketEvent
{
    public required string Number { get; init; }
    public override string Action => "accept-duplicate";
}

/// <summary>The duplicate could not be merged after all.</summary>
public sealed record DuplicateLeft : TicketEvent
{
    public required string Number { get; init; }
    public override string Action => "release-duplicate";
}

public sealed record TicketDeclined : TicketEvent
{
    public required string Reason { get; init; }
    public override string Action => "decline";
}

public sealed record TicketHandedOver : TicketEvent
{
    public required string Service { get; init; }
    [Personal] public string? TakenBy { get; init; }
    public override string Action => "handover";
}

public sealed record TicketTerminated : TicketEvent
{
    public required string Reason { get; init; }
    public override string Action => "terminate";
}

public sealed record FollowUpAdded : TicketEvent
{
    public override string Action => "follow-up";
}

public sealed record TicketUrged : TicketEvent
{
    public override string Action => "urge";
}

/// <summary>The call is about an incident: it ends here, and its resident is told when the incident is over.</summary>
public sealed record AttachedToIncident : TicketEvent
{
    public required string IncidentId { get; init; }
    public override string Action => "attach";
}

/// <summary>A file whose content lies in the file store already.</summary>
public sealed record AttachmentAdded : TicketEvent
{
    public required string Id { get; init; }

    /// <summary>What it is, by its content.</summary>
    public required string Kind { get; init; }

    public long Size { get; init; }
    [Personal] public string? Name { get; init; }
    public bool Public { get; init; }
    public override string Action => "add-attachment";
}

/// <summary>A reminder of a clock, to be sent once. <paramref name="Level"/>: 0 the unit, 1 its head, 2 the supervisor.</summary>
public sealed record ReminderFellDue : TicketEvent
{
    public int ClockId { get; init; }
    public ClockKind Kind { get; init; }
    public int Step { get; init; }
    public int Level { get; init; }
    public required string Holder { get; init; }
    public DateTimeOffset ClockDueAt { get; init; }
    public override string Action => "remind";
}

/// <summary>A calendar notice was published or amended: open deadlines were computed again.</summary>
public sealed record DeadlinesRecomputed : TicketEvent
{
    public override string Action => "recompute";
}
