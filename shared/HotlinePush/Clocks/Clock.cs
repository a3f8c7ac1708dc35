using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace HotlinePush.Clocks;

[JsonConverter(typeof(JsonStringEnumConverter<ClockKind>))]
public enum ClockKind
{
    [JsonStringEnumMemberName("sign")] Sign,
    [JsonStringEnumMemberName("response")] Response,
    [JsonStringEnumMemberName("resolve")] Resolve,
    [JsonStringEnumMemberName("unit")] Unit,
    [JsonStringEnumMemberName("callback")] Callback,

    /// <summary>The earlier date of a co-unit that was called in, or of a unit that the ticket was passed down to; one for each of them.</summary>
    [JsonStringEnumMemberName("inner")] Inner,

    /// <summary>A supervisor's order; each has its own.</summary>
    [JsonStringEnumMemberName("order")] Order,
}

[JsonConverter(typeof(JsonStringEnumConverter<ClockState>))]
public enum ClockState
{
    [JsonStringEnumMemberName("running")] Running,
    [JsonStringEnumMemberName("suspended")] Suspended,
    [JsonStringEnumMemberName("met")] Met,
    [JsonStringEnumMemberName("missed")] Missed,
}

/// <summary>A stretch of a clock's life with one holder: <see cref="Holders.Desk"/> or a unit id. Lateness falls on who held it.</summary>
public sealed record ClockSegment(DateTimeOffset From, DateTimeOffset? To, bool Running, string Holder, string Why);

public static class Holders
{
    public const string Desk = "desk";
}

/// <summary>One clock of a ticket. Immutable: events carry the clocks they changed as they stand after them.</summary>
/// <param name="Id">Counts the ticket's clocks from 1.</param>
/// <param name="ExtendedDays">Working days added by granted extensions.</param>
/// <param name="Step">The reminder armed next: 1 at 50%, 2 at 80%, 3 at the deadline, from 4 on each working day after it; 0 for none.</param>
/// <param name="NextReminderAt">When that reminder is due; null while suspended, stopped, or for clocks that do not remind.</param>
public sealed record Clock(
    int Id,
    ClockKind Kind,
    TimeLimit Limit,
    DateTimeOffset StartedAt,
    DateTimeOffset DueAt,
    bool Provisional,
    ImmutableArray<ClockSegment> Segments,
    DateTimeOffset? StoppedAt = null,
    int ExtendedDays = 0,
    int Step = 0,
    DateTimeOffset? NextReminderAt = null)
{
    [JsonIgnore] public bool IsSuspended => StoppedAt is null && !Segments[^1].Running;
    [JsonIgnore] public string Holder => Segments[^1].Holder;

    /// <summary>Missed as soon as its time has passed, stopped or not.</summary>
    public ClockState StateAt(DateTimeOffset now) =>
        (StoppedAt ?? (IsSuspended ? Segments[^1].From : now)) > DueAt ? ClockState.Missed
        : StoppedAt is not null ? ClockState.Met
        : IsSuspended ? ClockState.Suspended
        : ClockState.Running;
}
