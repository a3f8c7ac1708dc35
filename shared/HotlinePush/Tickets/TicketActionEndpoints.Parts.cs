using HotlinePush.Security;
using Microsoft.AspNetCore.Routing;

namespace HotlinePush.Tickets;

/// <summary>Actions of those who share a ticket's work, of a unit's head, and of supervisors.</summary>
public static partial class TicketActionEndpoints
{
    private static readonly Role[] Supervisor = [Role.Supervisor];

    private static void MapParts(RouteGroupBuilder tickets)
    {
        Action<JoinBody>("join", UnitOrDesk, b => new JoinUnits([.. b.UnitIds], b.Note));
        Action<OpinionBody>("opinion", Unit, b => new GiveOpinion(b.Text));
        Action<DelegateBody>("delegate", Unit, b => new DelegateTicket(b.UnitId, b.WorkingDays, b.Note));
        Action<RecallBody>("recall", Unit, b => new Recall(b.Note));
        Action<SignOffBody>("sign-off", Unit, b => new SignOff(b.Accept, b.Note));
        Action<SuperviseBody>("supervise", Supervisor, b => new Supervise(b.Text, b.WorkingDays));
        Action<ParkBody>("park", Supervisor, b => new Park(b.Reason, b.Text, b.ReviewAt));
        Action<ReviewBody>("review", Supervisor, b => new ReviewParked(b.Note, b.ReviewAt));
        Action<UnparkBody>("unpark", Supervisor, b => new Unpark(b.Text, [.. b.Evidence ?? []]));

        Action<NewApplication>("apply", [], b => new Apply(b));
        Action<AskCorrectionBody>("ask-correction", UnitOrDesk, b => new AskCorrection(b.Text, b.WorkingDays));
        Action<OpinionBody>("correct", [], b => new CorrectApplication(b.Text));
        Action<NoteBody>("ask-third-party", UnitOrDesk, b => new AskThirdParty(b.Note));
        Action<ThirdPartyBody>("third-party-replied", UnitOrDesk, b => new RecordThirdParty(b.Agrees, b.Note));
        Action<DecideDisclosureBody>("decide-disclosure", UnitOrDesk, b => new DecideDisclosure(b.Decision, b.Ground, b.Note));
        Action<DeliverBody>("deliver", UnitOrDesk, b => new DeliverInformation(b.Delivery, b.Note));

        void Action<TBody>(string action, Role[] roles, Func<TBody, TicketCommand> command) => MapAction(tickets, action, roles, command);
    }

    private sealed record AskCorrectionBody(string Text, int WorkingDays);
    private sealed record ThirdPartyBody(bool Agrees, string? Note = null);
    private sealed record DecideDisclosureBody(string Decision, string? Ground = null, string? Note = null);
    private sealed record DeliverBody(Disclosure.InformationDelivery Delivery, string? Note = null);
    private sealed record JoinBody(IReadOnlyList<string> UnitIds, string Note);
    private sealed record OpinionBody(string Text);
    private sealed record DelegateBody(string UnitId, string Note, int? WorkingDays = null);
    private sealed record RecallBody(string Note);
    private sealed record SignOffBody(bool Accept, string? Note = null);
    private sealed record SuperviseBody(string Text, int WorkingDays);
    private sealed record ParkBody(string Reason, string Text, DateTimeOffset ReviewAt);
    private sealed record ReviewBody(string Note, DateTimeOffset ReviewAt);
    private sealed record UnparkBody(string Text, IReadOnlyList<string>? Evidence = null);
}
