using HotlinePush.Security;
using HotlinePush.Supervision;
using HotlinePush.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace HotlinePush.Tickets;

/// <summary><c>POST /api/v1/tickets/{number}/actions/{action}</c>: each action's body is its command.</summary>
public static partial class TicketActionEndpoints
{
    private static readonly Role[] Desk = [Role.Desk, Role.Supervisor];
    private static readonly Role[] Unit = [Role.Unit];

    /// <summary>The unit, or the desk for a unit on paper: which of the two, the rules say.</summary>
    private static readonly Role[] UnitOrDesk = [Role.Unit, Role.Desk, Role.Supervisor];

    public static void Map(RouteGroupBuilder tickets)
    {
        Action<AnswerAtDeskBody>("answer-at-desk", Desk, b => new AnswerAtDesk(b.Text, b.ArticleId));
        Action<DispatchBody>("dispatch", Desk, b => new Dispatch(b.LeadUnitId, [.. b.CoUnitIds ?? []], b.Final, b.UnitText, b.CategoryId));
        Action<NoBody>("sign", UnitOrDesk, _ => new Sign());
        Action<ReasonAndText>("return", UnitOrDesk, b => new ReturnTicket(b.Reason, b.Text));
        Action<DecideReturnBody>("decide-return", Desk, b => new DecideReturn(b.Approve, b.Note, b.LeadUnitId));
        Action<ReassignBody>("reassign", Desk, b => new Reassign(b.LeadUnitId, b.Note));
        Action<NoteBody>("contact", [.. Unit, .. Desk], b => new ContactResident(b.Note));
        Action<ExtendBody>("extend", UnitOrDesk, b => new Extend(b.WorkingDays, b.Reason));
        Action<ApproveBody>("decide-extension", [Role.Supervisor], b => new DecideExtension(b.Approve, b.Note));
        Action<ReasonBody>("suspend", UnitOrDesk, b => new Suspend(b.Reason));
        Action<ApproveBody>("decide-suspension", Desk, b => new DecideSuspension(b.Approve, b.Note));
        Action<NoBody>("resume", [Role.Unit, .. Desk], _ => new Resume());
        Action<AnswerBody>("answer", UnitOrDesk, b => new AnswerTicket(b.Text, b.Outcome, [.. b.Evidence ?? []]));
        Action<AuditBody>("audit", Desk, b => new Audit(b.Accept, b.Note));
        Action<CallbackBody>("callback", Desk, b => new CallBack(b.Reached, b.Resolved, b.Satisfied, b.Note));
        Action<MergeBody>("merge", Desk, b => new MergeInto(b.Into));
        Action<AttachBody>("attach", Desk, b => new AttachToIncident(b.IncidentId));
        Action<PublishBody>("publish", Desk, b => new PublishText(b.Text, b.WithPlace));
        Action<NoteBody>("withdraw", Desk, b => new WithdrawText(b.Note));
        Action<ReasonAndText>("decline", Desk, b => new Decline(b.Reason, b.Text));
        Action<HandOverBody>("handover", Desk, b => new HandOver(b.Service, b.TakenBy));
        Action<ReasonAndText>("terminate", Desk, b => new Terminate(b.Reason, b.Text));
        Action<AppealBody>("appeal", Unit, b => new AppealScore(b.Measure, b.Reason, b.Text));
        Action<DecideAppealBody>("decide-appeal", [Role.Supervisor], b => new DecideAppeal(b.Approve, b.Note, b.Measure));
        Action<FollowUpBody>("follow-up", [], b => new FollowUp(b.Text));
        Action<NoBody>("urge", [], _ => new Urge());
        MapParts(tickets);

        void Action<TBody>(string action, Role[] roles, Func<TBody, TicketCommand> command) => MapAction(tickets, action, roles, command);
    }

    // What the path names as an action and is none is not found, by any method's body.
    private static void MapAction<TBody>(RouteGroupBuilder tickets, string action, Role[] roles, Func<TBody, TicketCommand> command)
    {
        var endpoint = tickets.MapPost("{number}/actions/" + action,
            (string number, JsonBody<TBody> body, HttpContext http, TicketReading reading, TicketActions actions, CancellationToken ct) =>
                ActAsync(number, command(body.Value), http, reading, actions, ct));
        if (roles.Length == 0)
            endpoint.Public();
        else
            endpoint.RequireRole(roles);
    }

    private static async Task<object> ActAsync(string number, TicketCommand command, HttpContext http, TicketReading reading, TicketActions actions, CancellationToken ct)
    {
        var (seen, refusal) = await reading.ReadAsync(number, http, ct);
        if (seen is not var (stored, actor, history, city))
            return refusal!;
        var condition = http.Request.IfMatch();
        if (condition.Check(stored.Ticket.Seq) is { } conflict)
            return conflict;
        var done = await actions.ActAsync(number, command, actor, condition.IsGiven ? stored.Ticket.Seq : null, ct);
        if (done.Refusal is not null)
            return done.Refusal;
        var ticket = done.Stored!.Ticket;
        http.Response.SetVersion(ticket.Seq);
        return actor.Role == Role.Resident
            ? TypedResults.Ok(PublicTicketView.Of(ticket, await history(), city, reading.Now))
            : TypedResults.Ok(TicketView.Of(ticket, actor));
    }

    private sealed record NoBody;
    private sealed record NoteBody(string? Note = null);
    private sealed record ReasonBody(string Reason);
    private sealed record ReasonAndText(string Reason, string Text);
    private sealed record ApproveBody(bool Approve, string? Note = null);
    private sealed record AnswerAtDeskBody(string Text, string? ArticleId = null);
    private sealed record DispatchBody(string LeadUnitId, IReadOnlyList<string>? CoUnitIds = null, bool Final = false, string? UnitText = null, string? CategoryId = null);
    private sealed record DecideReturnBody(bool Approve, string? Note = null, string? LeadUnitId = null);
    private sealed record ReassignBody(string LeadUnitId, string Note);
    private sealed record ExtendBody(int WorkingDays, string Reason);
    private sealed record AnswerBody(string Text, string? Outcome = null, IReadOnlyList<string>? Evidence = null);
    private sealed record AuditBody(bool Accept, string? Note = null);
    private sealed record CallbackBody(bool Reached, bool? Resolved = null, bool? Satisfied = null, string? Note = null);
    private sealed record MergeBody(string Into);
    private sealed record PublishBody(string Text, bool WithPlace = false);
    private sealed record AttachBody(string IncidentId);
    private sealed record HandOverBody(string Service, string TakenBy);
    private sealed record AppealBody(Measure Measure, string Reason, string Text);
    private sealed record DecideAppealBody(bool Approve, string? Note = null, Measure? Measure = null);
    private sealed record FollowUpBody(string Text);
}
