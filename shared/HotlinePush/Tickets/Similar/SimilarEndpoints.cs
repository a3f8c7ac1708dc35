using HotlinePush.Routing;
using HotlinePush.Security;
using HotlinePush.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace HotlinePush.Tickets.Similar;

/// <summary>Likely duplicates of a ticket, and of a draft as it is typed.</summary>
public static class SimilarEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var tickets = routes.MapHotlineGroup("/api/v1/tickets").WithTags("tickets");
        tickets.MapGet("{number}/similar", OfTicketAsync).RequireRole(Role.Desk, Role.Supervisor, Role.Unit).WithSummary("疑似重复工单 (likely duplicates)");
        tickets.MapPost("similar", OfDraftAsync).RequireRole(Role.Desk, Role.Supervisor).WithSummary("录入时查重 (likely duplicates of a draft)");
    }

    private static async Task<object> OfTicketAsync(string number, HttpContext http, TicketReading reading, SimilarTickets similar, CancellationToken ct)
    {
        var (seen, refusal) = await reading.ReadAsync(number, http, ct);
        if (seen is not var (stored, actor, _, _))
            return refusal!;
        return Answer(await similar.FindLikeAsync(stored.Ticket, actor, ct: ct));
    }

    private static async Task<object> OfDraftAsync(JsonBody<Draft> body, SimilarTickets similar, CancellationToken ct)
    {
        var draft = body.Value;
        var text = PlainText.OfTicket(draft.Subject, draft.Description);
        var check = new Check()
            .Text("subject", draft.Subject)
            .Text("description", draft.Description)
            .That(!string.IsNullOrWhiteSpace(text), "description", "required", "请填写标题或内容。")
            .Range("location.lat", draft.Location?.Lat, -90, 90)
            .Range("location.lng", draft.Location?.Lng, -180, 180);
        if (check.Refusal is { } refusal)
            return refusal;
        var location = draft.Location is { } l ? new Location(l.Lat, l.Lng, l.Address) : null;
        return Answer(await similar.FindAsync(text, draft.AreaId, draft.CategoryId, location, ct: ct));
    }

    private static IResult Answer(IReadOnlyList<SimilarTicket> found) => TypedResults.Ok(new Page<SimilarView>([.. found.Select(SimilarView.Of)], null));

    private sealed record Draft(string? Subject = null, string? Description = null, string? AreaId = null, string? CategoryId = null, NewLocation? Location = null);

    private sealed record SimilarView(
        string Number, double Score, string Why, IReadOnlyList<string> Words, bool SameStreet, bool SameCategory, int DaysApart, int? Metres,
        string? Subject, TicketState State, string? CategoryId, string? AreaId, string? LeadUnitId, DateTimeOffset ReceivedAt, int Joined)
    {
        public static SimilarView Of(SimilarTicket s) => new(
            s.Ticket.Number, s.Score, s.Why, s.Words, s.SameStreet, s.SameCategory, s.DaysApart, s.Metres,
            s.Ticket.Subject, s.Ticket.State, s.Ticket.CategoryId, s.Ticket.AreaId, s.Ticket.LeadUnitId, s.Ticket.ReceivedAt, s.Ticket.Joined.Length);
    }
}
