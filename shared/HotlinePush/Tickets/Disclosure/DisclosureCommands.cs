using HotlinePush.Tickets.Disclosure;

namespace HotlinePush.Tickets;

public sealed record Apply(NewApplication Application) : TicketCommand;
public sealed record AskCorrection(string Text, int WorkingDays) : TicketCommand;
public sealed record CorrectApplication(string Text) : TicketCommand;
public sealed record AskThirdParty(string? Note = null) : TicketCommand;
public sealed record RecordThirdParty(bool Agrees, string? Note = null) : TicketCommand;
public sealed record DecideDisclosure(string Decision, string? Ground = null, string? Note = null) : TicketCommand;
public sealed record DeliverInformation(InformationDelivery Delivery, string? Note = null) : TicketCommand;

/// <summary>The product's own, once the draft is stored.</summary>
public sealed record NoteProactive(string ArticleId) : TicketCommand;

/// <summary>What the API takes for an application. No number of a document of identity: it is not kept.</summary>
public sealed record NewApplication(
    ApplicantKind Applicant, string Name, IdentityProof Proof, string Wanted, InformationForm Form, InformationDelivery Delivery, string? DocumentNumber = null, string? Address = null);
