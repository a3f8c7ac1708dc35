using System.Collections.Immutable;
using HotlinePush.Security;

namespace HotlinePush.Tickets;

/// <summary>Further units were asked for their opinion.</summary>
public sealed record UnitsJoined : TicketEvent
{
    public ImmutableArray<string> UnitIds { get; init; } = [];
    public override string Action => "join";
}

/// <summary>A co-unit's word to the lead; the note.</summary>
public sealed record OpinionGiven : TicketEvent
{
    public required string UnitId { get; init; }
    public override string Action => "opinion";
}

public sealed record TicketDelegated : TicketEvent
{
    public required string UnitId { get; init; }
    public required string ByUnitId { get; init; }
    public int ClockId { get; init; }
    public override string Action => "delegate";
}

/// <summary>The unit it was passed down to answers the one above; its text is the note. Towards the resident nothing is answered yet.</summary>
public sealed record DelegateAnswered : TicketEvent
{
    public required string UnitId { get; init; }
    public required string ToUnitId { get; init; }
    [Personal] public string? Outcome { get; init; }
    [Personal] public ImmutableArray<string> Evidence { get; init; } = [];
    public override string Action => "report";
}

/// <summary>Taken back by a unit that had passed it down, from everybody below it.</summary>
public sealed record DelegationRecalled : TicketEvent
{
    public required string ByUnitId { get; init; }
    public ImmutableArray<string> UnitIds { get; init; } = [];
    public override string Action => "recall";
}

/// <summary>A clerk's answer, for the unit's head to sign; its text is the note.</summary>
public sealed record AnswerDrafted : TicketEvent
{
    public required string UnitId { get; init; }
    [Personal] public string? Outcome { get; init; }
    [Personal] public ImmutableArray<string> Evidence { get; init; } = [];
    public override string Action => "draft";
}

/// <summary>Accepted: the answer follows. Refused: the note says what to change.</summary>
public sealed record DraftDecided : TicketEvent
{
    public required string UnitId { get; init; }
    public bool Accepted { get; init; }
    public override string Action => "sign-off";
}

/// <summary>A supervisor's order; its text is the note.</summary>
public sealed record OrderGiven : TicketEvent
{
    public int WorkingDays { get; init; }

    /// <summary>Who is to carry it out: a unit, or the desk.</summary>
    public required string Holder { get; init; }

    public override string Action => "supervise";
}

public sealed record TicketParked : TicketEvent
{
    public required string Reason { get; init; }
    public DateTimeOffset ReviewAt { get; init; }
    public DateTimeOffset RemindAt { get; init; }
    public override string Action => "park";
}

public sealed record ParkReviewed : TicketEvent
{
    public DateTimeOffset ReviewAt { get; init; }
    public DateTimeOffset RemindAt { get; init; }
    public override string Action => "review";
}

/// <summary>Cleared 销号; the note says by what.</summary>
public sealed record TicketUnparked : TicketEvent
{
    [Personal] public ImmutableArray<string> Evidence { get; init; } = [];
    public override string Action => "unpark";
}

/// <summary>A parked case is to be looked at again.</summary>
/// <remarks>Said at the moment itself and then each working day, to the lead unit's head and to the supervisors, until somebody has looked.</remarks>
public sealed record ReviewFellDue : TicketEvent
{
    public DateTimeOffset ReviewAt { get; init; }

    /// <summary>When it is said again.</summary>
    public DateTimeOffset RemindAt { get; init; }

    public override string Action => "review-due";
}

/// <summary>The desk lets everybody read this text 公开脱敏文本; a later one replaces it. The text is the note.</summary>
public sealed record TextPublished : TicketEvent
{
    public bool WithPlace { get; init; }
    public override string Action => "publish";
}

public sealed record TextWithdrawn : TicketEvent
{
    public override string Action => "withdraw";
}

/// <summary>It had its whole life at a hotline that was merged into this one; the note is the answer given there.</summary>
public sealed record TicketTakenOver : TicketEvent
{
    public DateTimeOffset ClosedAt { get; init; }
    public string? UnitId { get; init; }
    public override string Action => "take-over";
}
