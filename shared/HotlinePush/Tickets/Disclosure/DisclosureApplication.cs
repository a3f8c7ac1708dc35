using System.Collections.Immutable;
using HotlinePush.Clocks;
using HotlinePush.Security;

namespace HotlinePush.Tickets.Disclosure;

[CamelCaseWords]
public enum ApplicantKind { Person, Organisation }

/// <summary>By what the applicant proves who it is. The number is asked for nowhere and kept nowhere; a picture may be added as a file.</summary>
[CamelCaseWords]
public enum IdentityProof { ResidentCard, Passport, TravelPermit, OrganisationCode }

/// <summary>The form 形式 the information is wanted in, art. 29(3).</summary>
[CamelCaseWords]
public enum InformationForm { Paper, Electronic, Inspection }

/// <summary>How it is to reach the applicant 获取方式, art. 29(3).</summary>
[CamelCaseWords]
public enum InformationDelivery { Email, Post, Collect, Online }

/// <summary>
/// An application for government information 政府信息公开申请, with what art. 29 of the regulation (《政府信息公开条例》, State Council Order No. 711) demands. A call is
/// none; its resident is offered the form.
/// </summary>
/// <param name="At">When it was received: the limit of art. 33 counts from here.</param>
public sealed record DisclosureApplication(ApplicantKind Applicant, IdentityProof Proof, InformationForm Form, InformationDelivery Delivery, DateTimeOffset At)
{
    [Personal] public string? Name { get; init; }

    /// <summary>Name or features by which the information can be found, art. 29(2).</summary>
    [Personal] public string? Wanted { get; init; }

    [Personal] public string? DocumentNumber { get; init; }

    /// <summary>For delivery by post.</summary>
    [Personal] public string? Address { get; init; }
}

/// <summary>The one notice that something is unclear 补正, art. 30.</summary>
/// <param name="DueAt">Until when the applicant may answer.</param>
public sealed record ApplicationCorrection(DateTimeOffset AskedAt, DateTimeOffset DueAt, DateTimeOffset? ReceivedAt = null)
{
    [Personal] public string? Text { get; init; }
}

/// <summary>A third party whose rights the information touches was asked, art. 32. The time does not count, art. 33.</summary>
/// <param name="Agrees">Null while nothing is known, and where the time passed without a word.</param>
public sealed record ThirdPartyAsked(DateTimeOffset AskedAt, DateTimeOffset ReplyDueAt, DateTimeOffset? RepliedAt = null, bool? Agrees = null);

/// <summary>What the unit decided, art. 36 to 39.</summary>
public sealed record DisclosureDecision(string Decision, string? Ground, DateTimeOffset At);

/// <summary>Where an application stands besides the ticket's state.</summary>
public sealed record DisclosureCase(DisclosureApplication Application)
{
    public ApplicationCorrection? Correction { get; init; }
    public ImmutableArray<ThirdPartyAsked> ThirdParties { get; init; } = [];
    public DisclosureDecision? Decision { get; init; }
    public DateTimeOffset? DeliveredAt { get; init; }

    /// <summary>The article of the knowledge base that the answer was turned into.</summary>
    public string? ArticleId { get; init; }

    public bool AwaitsCorrection => Correction is { ReceivedAt: null };

    public ThirdPartyAsked? Consulted => ThirdParties is [.., { RepliedAt: null } last] ? last : null;

    /// <summary>Clocks stand still while others have to speak.</summary>
    public bool Waits => AwaitsCorrection || Consulted is not null;
}

/// <summary>Limits of the regulation, in working days.</summary>
public static class DisclosureLimits
{
    /// <summary>Within which a correction may be asked for, art. 30.</summary>
    public static readonly TimeLimit AskCorrection = TimeLimit.WorkingDays(7);

    /// <summary>A third party's time to answer, art. 32.</summary>
    public static readonly TimeLimit ThirdParty = TimeLimit.WorkingDays(15);

    /// <summary>What is a reasonable time to correct 合理的补正期限; the regulation names none.</summary>
    public const int LeastToCorrect = 5, MostToCorrect = 60;
}

/// <summary>The answers of art. 36 to 39, and the grounds of those that need one.</summary>
public static class DisclosureCodes
{
    public const string Open = "open", PartlyOpen = "partlyOpen", Abandoned = "abandoned";

    public static readonly ImmutableArray<string> Decisions =
        ["alreadyOpen", Open, PartlyOpen, "notOpen", "notExist", "otherAgency", "repeated", "specialLaw", "notProcessed", Abandoned];

    /// <summary>Why it is kept back: art. 14 (secrets of state, other laws, public safety), 15 (trade secrets, privacy), 16 (internal matters, drafts, files of enforcement), 32.</summary>
    public static readonly ImmutableArray<string> NotOpenGrounds =
        ["stateSecret", "lawForbids", "publicSecurity", "tradeSecret", "privacy", "internalAffairs", "processInformation", "enforcementFile"];

    /// <summary>Why it is not dealt with as an application: art. 35 (too many), 38 (would have to be made), 39 (a complaint, a publication).</summary>
    public static readonly ImmutableArray<string> NotProcessedGrounds = ["petition", "publication", "needsProcessing", "excessive"];

    /// <summary>Grounds a decision needs one of; empty where it needs none.</summary>
    public static ImmutableArray<string> GroundsOf(string decision) => decision switch
    {
        "notOpen" or PartlyOpen => NotOpenGrounds,
        "notProcessed" => NotProcessedGrounds,
        _ => [],
    };
}
