using System.Collections.Immutable;
using HotlinePush.Clocks;
using HotlinePush.Security;
using HotlinePush.Tickets.Attachments;

namespace HotlinePush.Tickets;

/// <summary>
/// One request of a resident 工单, as its events say it stands (<see cref="TicketFold"/>). Immutable.
/// Properties marked <see cref="PersonalAttribute"/> are sealed under the ticket's own data key wherever they are stored.
/// </summary>
public sealed partial record Ticket
{
    public required string Number { get; init; }

    /// <summary>Count of the ticket's events: its version towards clients.</summary>
    public int Seq { get; init; }

    /// <summary>When its latest event happened; the default for tickets last changed before this was kept.</summary>
    public DateTimeOffset ChangedAt { get; init; }

    public TicketState State { get; init; }
    public TicketType Type { get; init; }
    public Priority Priority { get; init; }

    /// <summary>The public asked for urgency: a hint for the desk, nothing more.</summary>
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

    /// <summary>Keyed hash of the phone or e-mail, for the person's list; null for anonymous tickets.</summary>
    public string? PersonHash { get; init; }

    public bool Anonymous { get; init; }
    public bool Confidential { get; init; }

    /// <summary>
    /// The reporter's own words, identity and exact point stay with the desk. An imported message without a phone was never given in
    /// confidence: it came from another platform, and there is no text but its own.
    /// </summary>
    public bool IsProtected => Confidential || (Anonymous && !Imported);

    /// <summary>Units whose name stands in a confidential text: never dispatched to by the desk.</summary>
    public ImmutableArray<string> NamedUnitIds { get; init; } = [];

    /// <summary>Taken over from elsewhere with its own past: nobody is told of what happened then.</summary>
    public bool Imported { get; init; }

    public string? LeadUnitId { get; init; }
    public ImmutableArray<string> CoUnitIds { get; init; } = [];

    /// <summary>The unit may not return it 指定承办.</summary>
    public bool Final { get; init; }

    /// <summary>What the unit sees in place of a confidential ticket's words 脱敏转办稿.</summary>
    [Personal] public string? UnitText { get; init; }

    public DateTimeOffset? DispatchedAt { get; init; }
    public string? DispatchRule { get; init; }
    public int ApprovedReturns { get; init; }
    public ReturnRequest? ReturnRequest { get; init; }

    /// <summary>Why the ticket waits for the desk: a stable code of <see cref="DeskReasons"/>; null where it does not.</summary>
    public string? DeskReason { get; init; }

    public ImmutableArray<Suggestion> Suggestions { get; init; } = [];
    public Alarm? Alarm { get; init; }

    /// <summary>Its words sounded like a live emergency when it came in; unlike <see cref="Alarm"/> this stays.</summary>
    public bool Alarmed { get; init; }

    /// <summary>An urgent ticket is unsigned at its limit: somebody at the desk telephones the unit.</summary>
    public bool TelephoneUnit { get; init; }

    public ExtensionRequest? ExtensionRequest { get; init; }
    public int ExtendedDays { get; init; }
    public string? SuspensionRequest { get; init; }
    public bool Suspended { get; init; }

    public TicketAnswer? Answer { get; init; }
    public bool AuditAccepted { get; init; }
    public int Redos { get; init; }

    /// <summary>Two redos did not satisfy the resident: a supervisor decides.</summary>
    public bool SupervisorDue { get; init; }

    /// <summary>The days (Asia/Shanghai) on which the resident could not be reached in the callback under way.</summary>
    public ImmutableArray<DateOnly> UnreachedDays { get; init; } = [];

    public bool? Resolved { get; init; }
    public bool? Satisfied { get; init; }

    /// <summary>Who last recorded the resident's word, and who last audited an answer: neither decides an appeal against it.</summary>
    public Recorded? Called { get; init; }
    public Recorded? Audited { get; init; }

    /// <summary>Appeals 申诉 against a score, oldest first; they come after the ticket's end as well.</summary>
    public ImmutableArray<Appeal> Appeals { get; init; } = [];

    public string? EndReason { get; init; }
    public DateTimeOffset? EndedAt { get; init; }
    public string? MergedInto { get; init; }

    /// <summary>The incident its resident's call was about; the ticket has ended with it.</summary>
    public string? IncidentId { get; init; }

    /// <summary>The incident that the lead unit works on by this ticket.</summary>
    public string? MasterOf { get; init; }

    /// <summary>Tickets merged into this one; their residents stay attached and are told.</summary>
    public ImmutableArray<string> Joined { get; init; } = [];

    /// <summary>Photos, recordings and documents, oldest first; who may see which: <see cref="AttachmentAccess"/>.</summary>
    public ImmutableArray<Attachment> Attachments { get; init; } = [];

    /// <summary>When its data key was destroyed; everything personal reads as null since.</summary>
    public DateTimeOffset? PersonalDataDeletedAt { get; init; }

    public int Urges { get; init; }
    public int FollowUps { get; init; }
    public required TicketLimits Limits { get; init; }
    public int PolicyVersion { get; init; }
    public ImmutableArray<Clock> Clocks { get; init; } = [];

    /// <summary>The ticket's one next moment over all its clocks, the review of a parked case, and the end of a third party's time; <see cref="NoMoment"/> where none is due.</summary>
    public DateTimeOffset NextMoment
    {
        get
        {
            var next = Parked?.RemindAt ?? NoMoment;
            foreach (var clock in Clocks)
                if (clock.NextReminderAt is { } at && at < next)
                    next = at;
            return Disclosure?.Consulted is { } asked && asked.ReplyDueAt < next ? asked.ReplyDueAt : next;
        }
    }

    /// <summary>Stands for "no moment is due"; open tickets keep a row under it, so every open ticket can be enumerated.</summary>
    public static readonly DateTimeOffset NoMoment = new(9999, 12, 31, 0, 0, 0, TimeSpan.Zero);

    /// <summary>The earlier of the resident's deadline and what the platform demands that handed the ticket down; null where none did.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public DateTimeOffset? EarliestDueAt => ExternalDueAt is not { } external ? null
        : Latest(ClockKind.Resolve) is { } resolve && resolve.DueAt < external ? resolve.DueAt : external;

    /// <summary>The clock of a kind that runs or stands suspended now; null where none does.</summary>
    public Clock? Running(ClockKind kind)
    {
        for (var i = Clocks.Length - 1; i >= 0; i--)
            if (Clocks[i].Kind == kind && Clocks[i].StoppedAt is null)
                return Clocks[i];
        return null;
    }

    /// <summary>The latest clock of a kind, running or not.</summary>
    public Clock? Latest(ClockKind kind) => Clocks.LastOrDefault(c => c.Kind == kind);
}

/// <param name="OpenId">Of the official account, for somebody who wrote there and left nothing else.</param>
public sealed record Contact(string? Name = null, string? Phone = null, string? Email = null, string? OpenId = null);

/// <summary>WGS 84 degrees; the address as the resident gave it.</summary>
public sealed record Location(double? Lat = null, double? Lng = null, string? Address = null);

public sealed record ReturnRequest(string Reason, DateTimeOffset At, bool NeedsSupervisor);

public sealed record ExtensionRequest(int WorkingDays, string Reason);

/// <summary>A live emergency in the words: which words, and the number to dial at once.</summary>
public sealed record Alarm(string Words, string Dial);

/// <param name="Why">Quotes words of the request.</param>
public sealed record Suggestion(string CategoryId, string CategoryName, string? UnitId, double Confidence, [property: Personal] string? Why);

public sealed record TicketAnswer(DateTimeOffset At, string UnitId, [property: Personal] string? Outcome, [property: Personal] ImmutableArray<string> Evidence)
{
    [Personal] public string? Text { get; init; }
}
