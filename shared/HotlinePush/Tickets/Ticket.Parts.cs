using System.Collections.Immutable;
using System.Text.Json.Serialization;
using HotlinePush.Clocks;
using HotlinePush.Security;

namespace HotlinePush.Tickets;

/// <summary>Who else works on a ticket, what its unit's head has to sign, what its supervisor has ordered or put aside.</summary>
public sealed partial record Ticket
{
    /// <summary>The latest opinion of each co-unit that gave one.</summary>
    public ImmutableArray<Opinion> Opinions { get; init; } = [];

    /// <summary>To whom it was passed down since its dispatch, in order; those that have not ended are the chain it stands in now.</summary>
    public ImmutableArray<Delegation> Delegations { get; init; } = [];

    /// <summary>A clerk's answer that waits for the unit's head, or that the head gave back.</summary>
    public Draft? Draft { get; init; }

    /// <summary>How many orders supervisors have given.</summary>
    public int Orders { get; init; }

    public Parked? Parked { get; init; }

    /// <summary>An application for information 依申请公开; null where none was made, a call being none.</summary>
    public Disclosure.DisclosureCase? Disclosure { get; init; }

    /// <summary>What the desk lets everybody read of it, in words without persons; null where nothing.</summary>
    public PublishedText? Published { get; init; }

    /// <summary>The unit that works on it now: the last it was passed down to, else the lead.</summary>
    [JsonIgnore]
    public string? HeldBy
    {
        get
        {
            for (var i = Delegations.Length - 1; i >= 0; i--)
                if (Delegations[i].EndedAt is null)
                    return Delegations[i].UnitId;
            return LeadUnitId;
        }
    }

    /// <summary>Whether the unit is the lead, or stands in the chain it was passed down by.</summary>
    public bool IsInChain(string? unitId) => unitId is not null && (unitId == LeadUnitId || Delegation(unitId) is not null);

    /// <summary>Whether the unit leads, contributes, or has had it passed down since its dispatch.</summary>
    public bool TakesPart(string unitId) => unitId == LeadUnitId || CoUnitIds.Contains(unitId) || Delegations.Any(d => d.UnitId == unitId);

    /// <summary>The delegation by which a unit has the ticket now.</summary>
    public Delegation? Delegation(string unitId) => Delegations.FirstOrDefault(d => d.UnitId == unitId && d.EndedAt is null);

    /// <summary>The inner clock that runs for a unit.</summary>
    public Clock? InnerOf(string unitId) => Clocks.FirstOrDefault(c => c.Kind == ClockKind.Inner && c.StoppedAt is null && c.Holder == unitId);

    /// <summary>The clock a unit works against: its own inner one where it has or had one, else the lead's.</summary>
    public Clock? ClockOf(string unitId) =>
        (unitId == LeadUnitId ? null : Clocks.LastOrDefault(c => c.Kind == ClockKind.Inner && c.Holder == unitId && c.StartedAt >= DispatchedAt)) ?? Latest(ClockKind.Unit);

    /// <summary>Whether a unit has done its own part while others still work.</summary>
    public bool HasDoneItsPart(string unitId) =>
        unitId != LeadUnitId && Delegation(unitId) is null && InnerOf(unitId) is null && (!CoUnitIds.Contains(unitId) || Opinions.Any(o => o.UnitId == unitId));
}

/// <param name="Seq">The event that holds the words: a head stays small however many contribute.</param>
public sealed record Opinion(string UnitId, DateTimeOffset At, int Seq);

/// <param name="ClockId">The inner clock by which the unit answers.</param>
/// <param name="EndedAt">When it answered, or the ticket was taken back from it.</param>
/// <param name="AnsweredSeq">The event with its answer; null where it has not answered.</param>
public sealed record Delegation(string UnitId, string ByUnitId, DateTimeOffset At, int ClockId, DateTimeOffset? EndedAt = null, int? AnsweredSeq = null);

/// <param name="Refused">The head gave it back to the clerk, with a note.</param>
public sealed record Draft(DateTimeOffset At, string UnitId, [property: Personal] string? Outcome, [property: Personal] ImmutableArray<string> Evidence, bool Refused = false)
{
    [Personal] public string? Text { get; init; }
}

/// <summary>A hard case put aside 挂账.</summary>
/// <param name="Reason">One of <see cref="ReasonCodes.Park"/>.</param>
/// <param name="ReviewAt">When it is looked at again.</param>
/// <param name="RemindAt">When somebody is next reminded of that: at the moment itself, then each working day until it was looked at.</param>
public sealed record Parked(string Reason, DateTimeOffset Since, DateTimeOffset ReviewAt, DateTimeOffset RemindAt);

/// <param name="WithPlace">Its place may be shown as well.</param>
public sealed record PublishedText(DateTimeOffset At, bool WithPlace)
{
    // Sealed like the rest: when the ticket's key is destroyed, this goes with it.
    [Personal] public string? Text { get; init; }
}
