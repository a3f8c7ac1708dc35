using HotlinePush.Clocks;
using HotlinePush.Records;
using HotlinePush.Security;
using HotlinePush.Tickets.Attachments;
using HotlinePush.Units;

namespace HotlinePush.Tickets;

public sealed record DeadlinesView(DateTimeOffset? Sign, DateTimeOffset? Response, DateTimeOffset? Resolve, DateTimeOffset? Unit)
{
    /// <summary>What the platform demands that handed the ticket down; for staff. Null where there was none.</summary>
    public DateTimeOffset? External { get; init; }

    /// <summary>The earlier of that and the resident's deadline: by then it has to be done.</summary>
    public DateTimeOffset? Earliest { get; init; }

    public static DeadlinesView Of(Ticket t, bool staff = false) => new(
        t.Latest(ClockKind.Sign)?.DueAt, t.Latest(ClockKind.Response)?.DueAt, t.Latest(ClockKind.Resolve)?.DueAt, t.Latest(ClockKind.Unit)?.DueAt)
    {
        External = staff ? t.ExternalDueAt : null,
        Earliest = staff ? t.EarliestDueAt : null,
    };
}

public sealed record LinksView(string Self, string Page);

/// <summary>The answer to a new ticket.</summary>
public sealed record CreatedView(
    string Number, string TrackingCode, TicketState State, string? CategoryId, string? AreaId, string? LeadUnitId, DeadlinesView Deadlines, AlarmView? Alarm, LinksView Links);

/// <summary>The words that sound like a live emergency and the number to dial at once.</summary>
public sealed record AlarmView(string Words, string Dial);

public sealed record ContactView(string? Name, string? Phone, string? Email, bool Anonymous, bool Confidential);

/// <param name="Name">What an account's holder is called, for staff of the same house.</param>
public sealed record ActorView(
    Role Role, string Id, string? UnitId,
    [property: System.Text.Json.Serialization.JsonIgnore(Condition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull)] string? Name = null);

public sealed record AnswerView(DateTimeOffset At, string UnitId, string? Outcome, string? Text, IReadOnlyList<string> Evidence);

/// <summary>A ticket as one role may see it.</summary>
public sealed partial record TicketView(
    string Number,
    TicketType Type,
    TicketState State,
    IReadOnlyList<string> Marks,
    Priority Priority,
    bool UrgentHint,
    string? Subject,
    string? Description,
    string? UnitText,
    string? CategoryId,
    string? AreaId,
    Location? Location,
    ContactView? Contact,
    string Channel,
    string? Source,
    string? ExternalId,
    DateTimeOffset? ExternalDueAt,
    DateTimeOffset? OccurredAt,
    DateTimeOffset ReceivedAt,
    string? LeadUnitId,
    IReadOnlyList<string> CoUnitIds,
    bool Final,
    string? DispatchRule,
    string? DeskReason,
    IReadOnlyList<Suggestion> Suggestions,
    AlarmView? Alarm,
    ReturnRequest? ReturnRequest,
    ExtensionRequest? ExtensionRequest,
    string? SuspensionRequest,
    AnswerView? Answer,
    int Redos,
    int Urges,
    int FollowUps,
    bool? Resolved,
    bool? Satisfied,
    string? EndReason,
    DateTimeOffset? EndedAt,
    string? MergedInto,
    IReadOnlyList<string> Joined,
    string? IncidentId,
    string? MasterOf,
    IReadOnlyList<AttachmentView> Attachments,
    DeadlinesView Deadlines,
    LinksView Links)
{
    public static TicketView Of(Ticket t, Actor actor)
    {
        var words = TicketAccess.MayReadWords(t, actor);
        var desk = actor.Role is Role.Desk or Role.Supervisor or Role.Admin;
        return WithParts(new(
            t.Number, t.Type, t.State, MarksOf(t), t.Priority, t.UrgentHint,
            words ? t.Subject : null,
            words ? t.Description : null,
            t.UnitText,
            t.CategoryId, t.AreaId,
            LocationFor(t, actor, words),
            TicketAccess.MayReachResident(t, actor)
                ? new(t.Contact?.Name, t.Contact?.Phone is { } phone ? PhoneNumber.Mask(phone) : null, t.Contact?.Email is { } email ? PhoneNumber.MaskEmail(email) : null, t.Anonymous, t.Confidential)
                : new(null, null, null, t.Anonymous, t.Confidential),
            t.Channel, t.Source, words || desk ? t.ExternalId : null, t.ExternalDueAt, t.OccurredAt, t.ReceivedAt,
            t.LeadUnitId, t.CoUnitIds, t.Final, t.DispatchRule,
            t.DeskReason,
            desk ? t.Suggestions : [],
            t.Alarm is { } alarm ? new(words ? alarm.Words : "", alarm.Dial) : null,
            t.ReturnRequest, t.ExtensionRequest, t.SuspensionRequest,
            t.Answer is { } answer ? new(answer.At, answer.UnitId, answer.Outcome, answer.Text, answer.Evidence) : null,
            t.Redos, t.Urges, t.FollowUps, t.Resolved, t.Satisfied, t.EndReason, t.EndedAt, t.MergedInto,
            desk ? t.Joined : [],
            t.IncidentId, t.MasterOf,
            AttachmentView.Of(t, actor),
            DeadlinesView.Of(t, staff: true),
            LinksOf(t.Number))
        { Appeals = [.. t.Appeals.Select(a => AppealView.Of(t, a, actor))] }, t, actor);
    }

    /// <summary>The exact point of a confidential or anonymous reporter stays with the desk; where an anonymous one says the trouble is does not.</summary>
    private static Location? LocationFor(Ticket t, Actor actor, bool words) =>
        !words || t.Location is null ? null
        : actor.Role == Role.Unit && t.Anonymous ? new Location(Address: t.Location.Address)
        : t.Location;

    public static LinksView LinksOf(string number) => new($"/api/v1/tickets/{number}", $"/tickets/{number}");

    public static List<string> MarksOf(Ticket t)
    {
        var marks = new List<string>();
        if (t.Suspended)
            marks.Add("suspended");
        if (t.ReturnRequest is not null)
            marks.Add("returnRequested");
        if (t.Alarm is not null)
            marks.Add("alarm");
        if (t.Confidential)
            marks.Add("confidential");
        if (t.ExtensionRequest is not null)
            marks.Add("extensionRequested");
        if (t.SuspensionRequest is not null)
            marks.Add("suspensionRequested");
        if (t.TelephoneUnit)
            marks.Add("telephoneUnit");
        if (t.SupervisorDue)
            marks.Add("supervisorDue");
        AddPartMarks(t, marks);
        return marks;
    }
}

/// <summary>A ticket in a list.</summary>
public sealed partial record TicketSummary(
    string Number, TicketType Type, TicketState State, IReadOnlyList<string> Marks, Priority Priority, string? Subject, string? CategoryId, string? AreaId,
    string? LeadUnitId, IReadOnlyList<string> CoUnitIds, string? DeskReason, DateTimeOffset ReceivedAt, DeadlinesView Deadlines)
{
    public static TicketSummary Of(Ticket t, Actor actor) => new(
        t.Number, t.Type, t.State, TicketView.MarksOf(t), t.Priority, TicketAccess.MayReadInList(t, actor) ? t.Subject : null,
        t.CategoryId, t.AreaId, t.LeadUnitId, t.CoUnitIds, t.DeskReason, t.ReceivedAt, DeadlinesView.Of(t, staff: true));
}

/// <summary>A ticket as its resident follows it: nothing personal, so that the page may be shown to a neighbour.</summary>
/// <param name="EndText">Why it was declined or terminated, and where to go instead: an anonymous resident learns it here alone.</param>
public sealed record PublicTicketView(
    string Number, TicketType Type, TicketState State, IReadOnlyList<string> Marks, DateTimeOffset ReceivedAt, string? LeadUnitName, string? MergedInto,
    IReadOnlyList<PublicEvent> Timeline, DeadlinesView Deadlines, IReadOnlyList<ClockView> Clocks, PublicAnswer? Answer, bool CanRate, string? EndReason, string? EndText,
    IReadOnlyList<AttachmentView> Attachments)
{
    /// <summary>Of the marks, those that concern the resident.</summary>
    private static readonly string[] Shown = ["suspended", "parked"];

    public static PublicTicketView Of(Ticket t, IReadOnlyList<TicketEvent> history, City city, DateTimeOffset now) => new(
        t.Number, t.Type, t.State, [.. TicketView.MarksOf(t).Intersect(Shown)], t.ReceivedAt,
        t.Confidential ? null : city.FindUnit(t.LeadUnitId)?.Name,
        t.MergedInto,
        [.. TimelineOf(history)],
        DeadlinesView.Of(t),
        [.. t.Clocks.Where(c => c.Kind is ClockKind.Response or ClockKind.Resolve).Select(c => ClockView.Of(c, city, now, staff: false))],
        t.Answer is { Text: { } text } answer && (t.AuditAccepted || t.State == TicketState.Closed) ? new(answer.At, text) : null,
        t is { State: TicketState.Answered, AuditAccepted: true, SupervisorDue: false },
        t.EndReason,
        history.LastOrDefault(e => e is TicketDeclined or TicketTerminated)?.Note,
        AttachmentView.Of(t, Actor.Resident))
    {
        Parked = t.Parked is { } parked ? new(parked.Reason, parked.ReviewAt) : null,
        NeedsApplication = t is { Type: TicketType.InformationRequest, Disclosure: null, State: < TicketState.Answered, Anonymous: false, Confidential: false },
        Correction = t.Disclosure is { AwaitsCorrection: true, Correction: { } asked } && t.State.IsOpen() ? new(asked.Text, asked.DueAt) : null,
    };

    /// <summary>A call for information is no application: the form is still to be filled in.</summary>
    public bool NeedsApplication { get; init; }

    /// <summary>What has to be made clear, and until when.</summary>
    public PublicCorrection? Correction { get; init; }

    /// <summary>Why it was put aside for now, and when it is looked at again.</summary>
    public PublicParked? Parked { get; init; }

    /// <summary>Of a history, what is everybody's to know.</summary>
    public static IEnumerable<PublicEvent> TimelineOf(IEnumerable<TicketEvent> history) => OpenToAll(history).Select(e => new PublicEvent(e.At, e.Action, e.From, e.To));

    /// <inheritdoc cref="TimelineOf"/>
    public static IEnumerable<TicketEvent> OpenToAll(IEnumerable<TicketEvent> history) => history.Where(IsPublic);

    private static bool IsPublic(TicketEvent e) => e is not (
        ScoreAppealed or AppealDecided or TicketRechecked or TicketHeldForDesk or ReturnRequested or ReturnDecided or ExtensionRequested or SuspensionRequested or ReminderFellDue or DuplicateJoined or DuplicateLeft
        or UnitsJoined or OpinionGiven or TicketDelegated or DelegateAnswered or DelegationRecalled or AnswerDrafted or DraftDecided or OrderGiven or ReviewFellDue or TextPublished or TextWithdrawn or ThirdPartyConsulted or ThirdPartyReplied or DisclosureDecided or MadeProactive)
        and not AttachmentAdded { By.Role: not Role.Resident, Public: false };
}

public sealed record PublicCorrection(string? Text, DateTimeOffset DueAt);

public sealed record PublicParked(string Reason, DateTimeOffset ReviewAt);

public sealed record PublicEvent(DateTimeOffset At, string Action, TicketState From, TicketState To);

public sealed record PublicAnswer(DateTimeOffset At, string Text);

public sealed partial record EventView(int Seq, DateTimeOffset At, ActorView By, string Action, TicketState From, TicketState To, string? Note, IReadOnlyDictionary<string, object?>? Details)
{
    /// <param name="names">By actor id, from <c>StaffNames</c>: what this reader may know.</param>
    public static EventView Of(Ticket t, TicketEvent e, Actor actor, IReadOnlyDictionary<string, string>? names = null) => new(
        e.Seq, e.At, new(e.By.Role, e.By.Id, e.By.UnitId, names?.GetValueOrDefault(e.By.Id)), e.Action, e.From, e.To,
        TicketAccess.MayReadNote(t, e, actor) ? e.Note : null,
        DetailsOf(t, e, actor))
    {
        RecordedFor = e.RecordedFor,
    };

    private static Dictionary<string, object?>? DetailsOf(Ticket t, TicketEvent e, Actor actor) => e switch
    {
        TicketReceived r => new() { ["channel"] = r.Channel, ["priority"] = r.Priority, ["policyVersion"] = r.PolicyVersion },
        TicketHeldForDesk h => new() { ["reason"] = h.Reason },
        TicketDispatched d => new() { ["leadUnitId"] = d.LeadUnitId, ["coUnitIds"] = d.CoUnitIds, ["final"] = d.Final, ["rule"] = d.Rule, ["confidence"] = d.Confidence },
        ReturnRequested r => new() { ["reason"] = r.Reason, ["needsSupervisor"] = r.NeedsSupervisor },
        ReturnDecided r => new() { ["approved"] = r.Approved },
        ExtensionRequested x => new() { ["workingDays"] = x.WorkingDays, ["reason"] = x.Reason },
        ExtensionDecided x => new() { ["approved"] = x.Approved, ["workingDays"] = x.WorkingDays, ["reason"] = x.Reason },
        SuspensionRequested s => new() { ["reason"] = s.Reason },
        SuspensionDecided s => new() { ["approved"] = s.Approved, ["reason"] = s.Reason },
        AnswerGiven a => new() { ["unitId"] = a.UnitId, ["outcome"] = a.Outcome, ["evidence"] = a.Evidence },
        AnswerAudited a => new() { ["accepted"] = a.Accepted },
        CallbackMade c => new() { ["reached"] = c.Reached, ["resolved"] = c.Resolved, ["satisfied"] = c.Satisfied, ["result"] = c.Result },
        AnsweredAtDesk a => new() { ["articleId"] = a.ArticleId },
        TicketMerged m => new() { ["into"] = m.Into },
        AttachedToIncident x => new() { ["incidentId"] = x.IncidentId },
        AttachmentAdded a when t.Attachments.FirstOrDefault(x => x.Id == a.Id) is { } file && AttachmentAccess.MaySee(t, file, actor) =>
            new() { ["attachmentId"] = a.Id, ["kind"] = a.Kind, ["size"] = a.Size, ["name"] = a.Name, ["public"] = a.Public },
        FollowUpAdded { SaidAt: { } said } => new() { ["saidAt"] = said },
        DuplicateJoined d => new() { ["number"] = d.Number },
        DuplicateLeft d => new() { ["number"] = d.Number },
        TicketDeclined d => new() { ["reason"] = d.Reason },
        TicketHandedOver h => new() { ["service"] = h.Service, ["takenBy"] = TicketAccess.MayReadWords(t, actor) ? h.TakenBy : null },
        TicketTerminated x => new() { ["reason"] = x.Reason },
        ScoreAppealed a => new() { ["measure"] = a.Measure, ["reason"] = a.Reason },
        AppealDecided a => new() { ["measure"] = a.Measure, ["approved"] = a.Approved },
        PersonalDataDeleted p => new() { ["reason"] = p.Reason, ["files"] = p.Files },
        TicketRechecked c => new() { ["reached"] = c.Reached, ["resolved"] = c.Resolved, ["satisfied"] = c.Satisfied },
        ReminderFellDue r => new() { ["clock"] = r.Kind, ["step"] = r.Step, ["level"] = r.Level, ["holder"] = r.Holder },
        CallLinked c => new() { ["callId"] = actor.Role is Role.Desk or Role.Supervisor ? c.CallId : null, ["calledAt"] = c.CalledAt },
        _ => DetailsOfPart(t, e, actor),
    };
}

/// <summary>A clock that explains itself: the days that count, those that do not and why, and who held it when.</summary>
public sealed record ClockView(
    ClockKind Kind, DateTimeOffset StartedAt, DateTimeOffset DueAt, ClockState State, bool Provisional, TimeLimit Limit, int ExtendedDays, DateTimeOffset? StoppedAt,
    IReadOnlyList<ClockSegment> Segments, IReadOnlyList<DateOnly> Counted, IReadOnlyList<SkippedDay> Skipped)
{
    /// <summary>On the resident's clock of a ticket that another platform handed down: what that one demands; for staff.</summary>
    public DateTimeOffset? ExternalDueAt { get; init; }

    /// <summary>The earlier of both: by then it has to be done.</summary>
    public DateTimeOffset? EarliestDueAt { get; init; }

    public static ClockView OfStaff(Ticket t, Clock c, City city, DateTimeOffset now) => c.Kind != ClockKind.Resolve || t.ExternalDueAt is not { } external
        ? Of(c, city, now, staff: true)
        : Of(c, city, now, staff: true) with { ExternalDueAt = external, EarliestDueAt = external < c.DueAt ? external : c.DueAt };

    /// <param name="staff">Residents see no holders: which unit had it is the hotline's business.</param>
    public static ClockView Of(Clock c, City city, DateTimeOffset now, bool staff)
    {
        var (counted, skipped) = new ClockRules(city, now, false).Explain(c);
        return new(
            c.Kind, c.StartedAt, c.DueAt, c.StateAt(now), c.Provisional, c.Limit, c.ExtendedDays, c.StoppedAt,
            staff ? c.Segments : [.. c.Segments.Select(s => s with { Holder = "" })],
            counted, skipped);
    }
}
