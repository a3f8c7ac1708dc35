using HotlinePush.Tickets.Disclosure;

namespace HotlinePush.Tickets;

public sealed record DisclosureApplied : TicketEvent
{
    public required DisclosureApplication Application { get; init; }
    public override string Action => "apply";
}

/// <summary>The note says what is unclear.</summary>
public sealed record CorrectionAsked : TicketEvent
{
    public DateTimeOffset DueAt { get; init; }
    public override string Action => "ask-correction";
}

/// <summary>What the applicant made clear is the note; the limit begins anew.</summary>
public sealed record ApplicationCorrected : TicketEvent
{
    public override string Action => "correct";
}

public sealed record ThirdPartyConsulted : TicketEvent
{
    public DateTimeOffset ReplyDueAt { get; init; }
    public override string Action => "ask-third-party";
}

/// <param name="RepliedAt">Not later than the time it had: what is recorded afterwards does not make the pause longer.</param>
public sealed record ThirdPartyReplied : TicketEvent
{
    public DateTimeOffset RepliedAt { get; init; }
    public bool? Agrees { get; init; }
    public override string Action => "third-party-replied";
}

public sealed record DisclosureDecided : TicketEvent
{
    public required string Decision { get; init; }
    public string? Ground { get; init; }
    public override string Action => "decide-disclosure";
}

public sealed record InformationDelivered : TicketEvent
{
    public InformationDelivery Delivery { get; init; }
    public override string Action => "deliver";
}

/// <summary>The answer became a draft that everybody may read once it is published, art. 44.</summary>
public sealed record MadeProactive : TicketEvent
{
    public required string ArticleId { get; init; }
    public override string Action => "make-proactive";
}
