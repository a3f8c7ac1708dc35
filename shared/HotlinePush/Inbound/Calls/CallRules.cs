namespace HotlinePush.Inbound.Calls;

/// <summary>
/// Puts reports together. Pure, and the same whatever order they come in and however often: of each state the earliest time counts,
/// and an answer outweighs every report that nobody took the call.
/// </summary>
public static class CallRules
{
    public const int MostTickets = 20;

    /// <param name="caller">The caller as it is kept, with its hash.</param>
    public static Call Apply(Call call, CallReport report, (string? Phone, string? Hash) caller)
    {
        var agent = Agents.Normal(report.Agent);
        var newer = agent is not null && (call.AgentAt is null || report.At > call.AgentAt || (report.At == call.AgentAt && string.CompareOrdinal(agent, call.Agent) > 0));
        var next = call with
        {
            Caller = call.Caller ?? caller.Phone,
            PersonHash = call.PersonHash ?? caller.Hash,
            Called = call.Called ?? report.Called,
            Agent = newer ? agent : call.Agent,
            AgentAt = newer ? report.At : call.AgentAt,
            RecordingUrl = call.RecordingUrl ?? report.RecordingUrl,
            RingingAt = Earliest(call.RingingAt, CallState.Ringing),
            AnsweredAt = Earliest(call.AnsweredAt, CallState.Answered),
            EndedAt = Earliest(call.EndedAt, CallState.Ended),
            MissedAt = Earliest(call.MissedAt, CallState.Missed),
        };
        return next == call ? call : next with { Seq = call.Seq + 1 };

        DateTimeOffset? Earliest(DateTimeOffset? known, CallState state) => report.State != state || known <= report.At ? known : report.At;
    }

    /// <summary>A ticket came of it; one that is there already changes nothing.</summary>
    public static Call Link(Call call, string number) =>
        call.Tickets.Contains(number) || call.Tickets.Length == MostTickets ? call : call with { Tickets = call.Tickets.Add(number), Seq = call.Seq + 1 };
}

/// <summary>How agents are named: by user name or extension, in small letters.</summary>
public static class Agents
{
    public const int MaxLength = 64;

    public static string? Normal(string? agent) => string.IsNullOrWhiteSpace(agent) ? null : agent.Trim().ToLowerInvariant();
}
