using HotlinePush.Clocks;
using HotlinePush.Storage;

namespace HotlinePush.Tickets;

/// <summary>One row of an index: a pure function of the ticket's head.</summary>
public readonly record struct IndexKey(string Partition, string Row);

/// <summary>
/// The lists a ticket stands in. Rows hold nothing but their key: what is shown, and who may see it, is read from the head.
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

    /// <summary>The days on which tickets were received, latest first.</summary>
    public static readonly string DaysPartition = Keys.Of("days");

    public static KeyRange UnitOpen => Keys.Under("open");
    public static KeyRange UnitClosed => Keys.Under("closed");
    public static KeyRange DayAll => Keys.Under("all");
    public static KeyRange DayState(TicketState state) => Keys.Under("state", state.ToString());
    public static KeyRange Desk(string queue) => Keys.Under(queue);

    /// <summary>Open tickets of a unit whose deadline has passed.</summary>
    public static KeyRange UnitOverdue(DateTimeOffset now) => new(UnitOpen.From, Keys.Of("open", now));

    public static string NumberOf(string rowKey) => rowKey[(rowKey.LastIndexOf(Keys.Separator) + 1)..];

    /// <summary>The day a row of <see cref="DaysPartition"/> stands for.</summary>
    public static DateOnly DayOfRow(string rowKey) =>
        DateOnly.ParseExact(new string([.. rowKey.Select(c => (char)('9' - (c - '0')))]), "yyyyMMdd", System.Globalization.CultureInfo.InvariantCulture);

    public static List<IndexKey> KeysOf(Ticket ticket)
    {
        var keys = new List<IndexKey>(6);
        var day = DayPartition(CityZone.DateOf(ticket.ReceivedAt));
        var newest = KeyPart.Descending(ticket.ReceivedAt);
        keys.Add(new(day, Keys.Of("all", newest, ticket.Number)));
        keys.Add(new(day, Keys.Of("state", ticket.State.ToString(), newest, ticket.Number)));
        if (ticket.PersonHash is { } person)
            keys.Add(new(PersonPartition(person), Keys.Of(newest, ticket.Number)));
        if (ticket.LeadUnitId is { } lead)
            keys.Add(Unit(ticket, lead));
        foreach (var co in ticket.CoUnitIds)
            keys.Add(Unit(ticket, co));
        if (DeskQueues.Of(ticket) is { } queue)
            keys.Add(new(DeskPartition, Keys.Of(queue, ticket.Alarm is null ? 1 : 0, ticket.ReceivedAt, ticket.Number)));
        return keys;
    }

    private static IndexKey Unit(Ticket ticket, string unitId)
    {
        var row = ticket.State.IsOpen()
            ? Keys.Of("open", UnitDue(ticket), ticket.Number)
            : Keys.Of("closed", KeyPart.Descending(ticket.EndedAt ?? ticket.ReceivedAt), ticket.Number);
        return new(UnitPartition(unitId), row);
    }

    /// <summary>The deadline the unit's list is ordered by: its own clock; once that has stopped, none.</summary>
    public static DateTimeOffset UnitDue(Ticket ticket) => ticket.Latest(ClockKind.Unit)?.DueAt ?? ticket.ReceivedAt;
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
