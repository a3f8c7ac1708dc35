using System.Security.Cryptography;
using System.Text;
using HotlinePush.Knowledge;
using HotlinePush.Security;
using HotlinePush.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace HotlinePush.Tickets.Disclosure;

/// <summary>The answer to one applicant made everybody's 转为主动公开, art. 44: a draft of the knowledge base, which goes its own way through review.</summary>
public static class ProactiveEndpoints
{
    private const string Basis = "《政府信息公开条例》第四十四条";

    private sealed record Body(string Title, string Text);

    private sealed record Made(string ArticleId, ArticleState State);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapHotlineGroup("/api/v1/tickets").WithTags("tickets").MapPost("{number}/proactive", MakeAsync).RequireRole(Role.Desk, Role.Supervisor)
            .WithSummary("转为主动公开 (make the answer everybody's)");

    // The id is made from the number: asked twice, it is one draft.
    private static async Task<object> MakeAsync(
        string number, JsonBody<Body> body, HttpContext http, TicketReading reading, TicketActions actions, KnowledgeActions knowledge, CancellationToken ct)
    {
        var (seen, refusal) = await reading.ReadAsync(number, http, ct);
        if (seen is not var (stored, actor, _, _))
            return refusal!;
        var ticket = stored.Ticket;
        if (TicketRules.MayBeProactive(ticket, body.Value.Title + "\n" + body.Value.Text) is { } no)
            return no;
        var id = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes("proactive " + number)).AsSpan(0, 16));
        var (article, wrong) = await knowledge.CreateAsync(id, new(body.Value.Title, body.Value.Text, CategoryId: ticket.CategoryId, UnitId: ticket.LeadUnitId, Basis: Basis), actor, ct);
        if (article is null)
            return wrong!;
        var noted = await actions.ActAsync(number, new NoteProactive(id), actor, null, ct);
        return noted.Refusal is not null ? noted.Refusal : Reply.Created(new Made(id, article.State), "/api/v1/knowledge/" + id);
    }
}
