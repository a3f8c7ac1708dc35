using HotlinePush.Clocks;
using HotlinePush.Inbound.Open311;
using HotlinePush.Storage;
using HotlinePush.Supervision;
using HotlinePush.Tickets.Similar;

namespace HotlinePush.Tickets;

/// <summary>One row of an index: a pure function of the ticket's head.</summary>
public readonly record struct IndexKey(string Partition, string Row);

/// <summary>
/// The lists a ticket stands in. Rows hold nothing but their key: what is shown, and who may see it, is read from the head. Its
/// <see cref="TicketFact"/> alone has a value, which is a function of the head as well.
/// A list is ordered by its row key; every one of them is named in <c>docs/architecture.md</c>.
/// </summary>
public static class TicketIndexes
{
    public const string Table = "index";

    /// <summary>Open tickets of a unit by the unit's deadline, soonest first; closed ones newest first.</summary>
    public static string UnitPartition(string unitId) => Keys.Of("unit", unitId);

    /// <summary>Tickets received on one day (Asia/Shanghai), all of them and by state, newest first.</summary>
    public static string DayPartition(DateOnly day) => Keys.Of("day", day);

    /// <summary>One person's tickets under a keyed hash of phone or e-mail, newest first.</summary>
    public static string PersonPartition(string personHash) => Keys.Of("person", personHash);

    /// <summary>What waits for the desk, by kind, longest waiting first.</summary>
    public static readonly string DeskPartition = Keys.Of("desk");

    /// <summary>Parked cases, those to be looked at soonest first.</summary>
    public static readonly string ParkedPartition = Keys.Of("parked");

    /// <summary>Tickets attached to an incident, and those merged into them before: one row a caller.</summary>
    public static string IncidentPartition(string incidentId) => Keys.Of("incident", incidentId);

    public static KeyRange IncidentCallers => Keys.Under("caller");

    /// <summary>The days on which tickets were received, latest first.</summary>
    public static readonly string DaysPartition = Keys.Of("days");

    /// <summary>Appeals against a score: those that wait for a decision, and those that have one.</summary>
    public static readonly string AppealsPartition = Keys.Of("appeals");

    public static KeyRange UnitOpen => Keys.Under("open");

    /// <summary>Answers that wait for the unit's head.</summary>
    public static KeyRange UnitSignOff => Keys.Under("signoff");

    /// <summary>Open tickets whose deadline lies before a moment.</summary>
    public static KeyRange UnitDueBefore(DateTimeOffset until) => new(UnitOpen.From, Keys.Of("open", until));

    public static KeyRange UnitClosed => Keys.Under("closed");
    public static KeyRange DayAll => Keys.Under("all");
    public static KeyRange DayState(TicketState state) => Keys.Under("state", state.ToString());
    public static KeyRange Desk(string queue) => Keys.Under(queue);

    /// <summary>Open tickets of a unit whose deadline has passed.</summary>
    public static KeyRange UnitOverdue(DateTimeOffset now) => new(UnitOpen.From, Keys.Of("open", now));

    /// <summary>Parked cases after a row of theirs; all of them with none.</summary>
    public static KeyRange ParkedFrom(string? after) => new(after is null ? Keys.Of(DateTimeOffset.UnixEpoch) : Keys.After(after), Keys.Of(Ticket.NoMoment));

    public static string NumberOf(string rowKey) => rowKey[(rowKey.LastIndexOf(Keys.Separator) + 1)..];

    /// <summary>The day a row of <see cref="DaysPartition"/> stands for.</summary>
    public static DateOnly DayOfRow(string rowKey) =>
        DateOnly.ParseExact(new string([.. rowKey.Select(c => (char)('9' - (c - '0')))]), "yyyyMMdd", System.Globalization.CultureInfo.InvariantCulture);

    public static List<IndexKey> KeysOf(Ticket ticket)
    {
        var keys = new List<IndexKey>(7);
        var day = DayPartition(CityZone.DateOf(ticket.ReceivedAt));
        var newest = KeyPart.Descending(ticket.ReceivedAt);
        keys.Add(new(day, Keys.Of("all", newest, ticket.Number)));
        keys.Add(new(day, Keys.Of("state", ticket.State.ToString(), newest, ticket.Number)));
        keys.Add(FactOf(ticket));
        if (ticket.PersonHash is { } person)
            keys.Add(new(PersonPartition(person), Keys.Of(newest, ticket.Number)));
        if (ticket.LeadUnitId is { } lead)
            keys.Add(Unit(ticket, lead));
        foreach (var co in ticket.CoUnitIds)
            keys.Add(Unit(ticket, co));
        foreach (var below in ticket.Delegations)
            if (Unit(ticket, below.UnitId) is var row && !keys.Contains(row))
                keys.Add(row);
        if (ticket is { Draft: { Refused: false } draft } && ticket.State.IsOpen())
            keys.Add(new(UnitPartition(draft.UnitId), Keys.Of("signoff", UnitDue(ticket, draft.UnitId), ticket.Number)));
        if (ticket.Parked is { } parked)
            keys.Add(new(ParkedPartition, Keys.Of(parked.ReviewAt, ticket.Number)));
        if (DeskQueues.Of(ticket) is { } queue)
            keys.Add(new(DeskPartition, Keys.Of(queue, ticket.Alarm is null ? 1 : 0, ticket.ReceivedAt, ticket.Number)));
        foreach (var appeal in ticket.Appeals)
            keys.Add(new(AppealsPartition, Keys.Of(appeal.Decision is null ? "open" : "closed", KeyPart.Descending(appeal.At), appeal.Measure.ToString(), ticket.Number)));
        keys.AddRange(PublishedTickets.KeysOf(ticket));
        if (NearRows.Of(ticket) is { } near)
            keys.Add(near);
        keys.AddRange(IncidentKeysOf(ticket));
        return keys;
    }

    public static IReadOnlyList<IndexKey> IncidentKeysOf(Ticket ticket) => ticket.IncidentId is { } incident
        ? [.. ticket.Joined.Prepend(ticket.Number).Select(n => new IndexKey(IncidentPartition(incident), Keys.Of("caller", n)))]
        : [];

    public static IndexKey FactOf(Ticket ticket) => new(DayPartition(CityZone.DateOf(ticket.ReceivedAt)), TicketFact.RowOf(ticket.Number));

    /// <summary>What a row of this ticket holds: a few bytes rather than none, and the fact its figures.</summary>
    public static byte[] ValueOf(Ticket ticket, IndexKey key) => TicketFact.IsRow(key.Row) ? TicketFact.Of(ticket).ToBytes() : Empty;

    private static readonly byte[] Empty = "{}"u8.ToArray();

    private static IndexKey Unit(Ticket ticket, string unitId)
    {
        var row = ticket.State.IsOpen()
            ? Keys.Of("open", UnitDue(ticket, unitId), ticket.Number)
            : Keys.Of("closed", KeyPart.Descending(ticket.EndedAt ?? ticket.ReceivedAt), ticket.Number);
        return new(UnitPartition(unitId), row);
    }

    /// <summary>The deadline a unit's list is ordered by: of its inner clock where it has one, else of the lead's.</summary>
    public static DateTimeOffset UnitDue(Ticket ticket, string unitId) => ticket.ClockOf(unitId)?.DueAt ?? ticket.ReceivedAt;
}

/// <summary>The desk's queues: a ticket stands in at most one.</summary>
public static class DeskQueues
{
    public const string Alarm = "alarm";
    public const string Dispatch = "dispatch";
    public const string Telephone = "telephone";
    public const string Return = "return";
    public const string Extension = "extension";
    public const string Suspension = "suspension";
    public const string Audit = "audit";
    public const string Callback = "callback";
    public const string Supervisor = "supervisor";

    /// <summary>The most pressing first.</summary>
    public static readonly string[] All = [Alarm, Telephone, Dispatch, Return, Callback, Audit, Suspension, Extension, Supervisor];

    public static string? Of(Ticket ticket) => ticket switch
    {
        { State: > TicketState.Answered } => null,
        { Alarm: not null } => Alarm,
        { State: TicketState.Received, DeskReason: not null } => Dispatch,
        { TelephoneUnit: true } => Telephone,
        { ReturnRequest: not null } => Return,
        { ExtensionRequest: not null } => Extension,
        { SuspensionRequest: not null } => Suspension,
        { SupervisorDue: true } => Supervisor,
        { State: TicketState.Answered, AuditAccepted: false } => Audit,
        { State: TicketState.Answered } => Callback,
        _ => null,
    };
}
