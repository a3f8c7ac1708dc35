using System.Collections.Immutable;
using HotlinePush.Security;

namespace HotlinePush.Inbound.Calls;

/// <summary>How far a call has come. <see cref="Missed"/>: it ended before anybody took it, because nobody did or the caller gave up.</summary>
[CamelCaseWords]
public enum CallState { Ringing, Answered, Ended, Missed }

/// <summary>What a telephone system says of a call: one state of it, and what it knows by then.</summary>
/// <param name="CallId">As the telephone system calls it.</param>
/// <param name="At">When the call came into this state.</param>
/// <param name="Caller">As it was sent; null or blank where it is withheld.</param>
/// <param name="Called">The number that was dialled: which of several hotlines it came by.</param>
/// <param name="Agent">User name or extension of whom it rings at.</param>
/// <param name="RecordingUrl">Where the telephone system keeps the recording.</param>
public sealed record CallReport(
    string CallId, CallState State, DateTimeOffset At, string? Caller = null, string? Called = null, string? Agent = null, string? RecordingUrl = null);

/// <summary>A call as its reports say it stands (<see cref="CallRules"/>). Immutable; personal fields are sealed under a key of its own.</summary>
public sealed record Call
{
    public required string Id { get; init; }

    /// <summary>Which way in reported it: <c>calls</c> or <c>twilio</c>.</summary>
    public required string Source { get; init; }

    public required string CallId { get; init; }

    /// <summary>Count of the reports that changed it.</summary>
    public int Seq { get; init; }

    /// <summary>E.164 where it is a number one can be reached at; else as it was sent.</summary>
    [Personal] public string? Caller { get; init; }

    /// <summary>Keyed hash of the caller; null where nobody could be called back.</summary>
    public string? PersonHash { get; init; }

    public string? Called { get; init; }

    /// <summary>Who has it, in small letters.</summary>
    public string? Agent { get; init; }

    /// <summary>What <see cref="Agent"/> was taken from: a later state knows better.</summary>
    public DateTimeOffset? AgentAt { get; init; }

    [Personal] public string? RecordingUrl { get; init; }

    /// <summary>Product time at which it was first heard of.</summary>
    public DateTimeOffset HeardAt { get; init; }

    public DateTimeOffset? RingingAt { get; init; }
    public DateTimeOffset? AnsweredAt { get; init; }
    public DateTimeOffset? EndedAt { get; init; }
    public DateTimeOffset? MissedAt { get; init; }

    /// <summary>Tickets that came of it.</summary>
    public ImmutableArray<string> Tickets { get; init; } = [];

    public CallState State => this switch
    {
        { AnsweredAt: null, MissedAt: not null } => CallState.Missed,
        { EndedAt: not null } => CallState.Ended,
        { AnsweredAt: not null } => CallState.Answered,
        _ => CallState.Ringing,
    };

    public bool IsLive => !InMenu && State is (CallState.Ringing or CallState.Answered);

    /// <summary>Heard of, but it has not come to a person yet: its caller is in the menu, or was.</summary>
    public bool InMenu => (RingingAt ?? AnsweredAt ?? EndedAt ?? MissedAt) is null;

    /// <summary>When it began, as far as is known.</summary>
    public DateTimeOffset BeganAt => new[] { RingingAt, AnsweredAt, MissedAt, EndedAt }.Min() ?? HeardAt;
}
