using System.Text.Json.Serialization;
using HotlinePush.Tickets;

namespace HotlinePush.Supervision;

/// <summary>
/// What is measured, each a share of the tickets to which the question applies.
/// <list type="bullet">
/// <item><see cref="Response"/> 按时响应: first contact within the response limit. Of tickets that have been answered.</item>
/// <item><see cref="Resolution"/> 按期办结: answered before the resident's deadline, each time it was to be done. Of tickets that have been answered or whose deadline has passed.</item>
/// <item><see cref="Satisfaction"/> 满意: the resident's last word is that they are satisfied. Of tickets whose resident was reached; one closed unreached is never satisfied and stands in neither figure.</item>
/// <item><see cref="Resolved"/> 解决: the resident's last word is that the matter is resolved. Of the same tickets.</item>
/// </list>
/// Tickets that ended without an answer (merged, declined, handed over, terminated) count in none of them.
/// </summary>
[JsonConverter(typeof(JsonStringEnumConverter<Measure>))]
public enum Measure
{
    [JsonStringEnumMemberName("response")] Response,
    [JsonStringEnumMemberName("resolution")] Resolution,
    [JsonStringEnumMemberName("satisfaction")] Satisfaction,
    [JsonStringEnumMemberName("resolved")] Resolved,
}

public static class Measures
{
    public static readonly IReadOnlyList<Measure> All = Enum.GetValues<Measure>();

    /// <summary>What an appeal may be about.</summary>
    public static readonly IReadOnlyList<Measure> Contestable = [Measure.Response, Measure.Resolution, Measure.Satisfaction];

    /// <summary>True: the ticket counts and did well; false: it counts and did not; null: it does not count, or not yet.</summary>
    public static bool? Of(TicketFact fact, Measure measure, DateTimeOffset now)
    {
        if (fact.IsVoid)
            return null;
        return measure switch
        {
            Measure.Response => fact.Response is { StoppedAt: not null } response ? !response.IsMissed(now) : null,
            Measure.Resolution => fact.Resolve is null ? null
                : fact.Resolve.IsMissed(now) ? false
                : fact.Resolve.StoppedAt is not null ? true : null,
            Measure.Satisfaction => fact.EndReason == EndReasons.Unreachable ? null : fact.Satisfied,
            _ => fact.EndReason == EndReasons.Unreachable ? null : fact.Resolved,
        };
    }

    /// <summary>Since when the point is lost; null where none is.</summary>
    public static DateTimeOffset? LostAt(TicketFact fact, Measure measure, DateTimeOffset now) => Of(fact, measure, now) != false ? null : measure switch
    {
        Measure.Response => fact.Response!.DueAt,
        Measure.Resolution => fact.Resolve!.DueAt,
        _ => fact.CalledAt,
    };

    public static bool IsExcluded(TicketFact fact, Measure measure) => fact.Excluded?.Contains(measure) == true;

    /// <summary>Past one of its deadlines while nobody has answered it.</summary>
    public static bool IsOverdue(TicketFact fact, DateTimeOffset now) =>
        fact.State is TicketState.Received or TicketState.Dispatched or TicketState.InProgress
        && (fact.Resolve is { StoppedAt: null } resolve && resolve.IsMissed(now) || fact.SignDueAt < now || fact.UnitDueAt < now);

    /// <summary>When time alone next changes what is said of it; null where it does not.</summary>
    public static DateTimeOffset? NextChange(TicketFact fact, DateTimeOffset now)
    {
        if (!fact.IsOpen)
            return null;
        DateTimeOffset? next = null;
        foreach (var due in (ReadOnlySpan<DateTimeOffset?>)[fact.Resolve?.MissedIfNothingHappens, fact.SignDueAt, fact.UnitDueAt])
            if (due >= now && (next is null || due < next))
                next = due;
        return next;
    }
}
