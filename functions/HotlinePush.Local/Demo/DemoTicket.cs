using HotlinePush.Tickets;

namespace HotlinePush.Local.Demo;

/// <summary>How far a sample request has come when the demo starts.</summary>
public enum DemoLife
{
    /// <summary>Received; a person at the desk has to choose: leave the category out when seeding, or it routes itself.</summary>
    WaitingAtDesk,
    AnsweredAtDesk,
    Dispatched,
    /// <summary>Dispatched, and the unit objects: code is the return reason, reply its text.</summary>
    ReturnRequested,
    InProgress,
    /// <summary>In progress, and the unit asks for more time: code is the reason.</summary>
    ExtensionAsked,
    /// <summary>In progress with the clock stopped: code is the reason.</summary>
    Suspended,
    /// <summary>In progress long past its deadline.</summary>
    Overdue,
    /// <summary>Answered by the unit, not yet audited: code is the outcome.</summary>
    Answered,
    ClosedSatisfied,
    /// <summary>The resident was not satisfied at first, the unit answered again.</summary>
    ClosedAfterRedo,
    /// <summary>Answered, accepted, then three calls on three days that nobody took.</summary>
    ClosedUnreachable,
    /// <summary>Code is the subject of the request it joins.</summary>
    Merged,
    /// <summary>Code is the reason, reply the text to the resident.</summary>
    Declined,
    /// <summary>Code is the service: 110, 119, 120 or 122.</summary>
    HandedOver,
    /// <summary>Code is the reason, reply the text to the resident.</summary>
    Terminated,
}

/// <summary>Who asks. An anonymous resident has neither name nor number nor e-mail.</summary>
public sealed record DemoContact(string? Name, string? Phone, string? Email, bool Anonymous, bool Confidential);

/// <summary>One written sample request and the life it has had.</summary>
/// <param name="Channel">phone, web, wechat, sms, email or app.</param>
/// <param name="DaysAgo">Days between receipt and the start of the demo.</param>
/// <param name="Reply">The text that answers, declines, terminates or objects; null where nothing has been said yet.</param>
/// <param name="Code">What <see cref="Life"/> needs besides: an outcome, a reason, a service or the subject of the merge target.</param>
/// <param name="Movable">The text names its place only where it was filled in, so the request could come from elsewhere.</param>
public sealed record DemoTicket(
    TicketType Type,
    string Subject,
    string Description,
    string CategoryId,
    string AreaId,
    DemoContact Contact,
    Priority Priority,
    string Channel,
    DemoLife Life,
    int DaysAgo,
    string? Reply,
    string? Code,
    bool Movable)
{
    /// <summary>The redacted text 脱敏转办稿 of a confidential request: what it is about, in nobody's own words. Null if not confidential.</summary>
    public string? UnitText => Contact.Confidential ? $"据反映：{Subject}。请依法核查处理，并将结果报热线，不得打听反映人身份。" : null;
}
