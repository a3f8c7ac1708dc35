using HotlinePush.Security;
using HotlinePush.Tickets;
using HotlinePush.Units;
using HotlinePush.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace HotlinePush.Notices.Recipients;

/// <summary><c>/api/v1/copies/{token}</c>: what the holder of a link or QR code may do with a copy of a notice.</summary>
public static class CopyEndpoints
{
    public static void Map(RouteGroupBuilder api)
    {
        var copies = api.MapGroup("/copies/{token}").WithTags("lookup");
        copies.MapGet("", (string token, HttpContext http, NoticeCopies open, CancellationToken ct) => ViewAsync(token, http, open, null, ct)).Public().WithSummary("一份通知 (a copy, without figures)");
        copies.MapPost("read", (string token, JsonBody<NoBody> body, HttpContext http, NoticeCopies open, CancellationToken ct) => ViewAsync(token, http, open, open.ReadByAsync, ct))
            .Public().WithSummary("我已阅读 (I have read it)");
        copies.MapPost("not-me", (string token, JsonBody<NoBody> body, HttpContext http, NoticeCopies open, CancellationToken ct) => ViewAsync(token, http, open, open.NotMeAsync, ct))
            .Public().WithSummary("这不是我 (this is not me)");
        copies.MapPost("questions", AskAsync).Public().WithSummary("我有疑问 (a question, as a ticket)");
    }

    private static async Task<object> ViewAsync(string token, HttpContext http, NoticeCopies copies, Func<NoticeCopy, CancellationToken, Task<NoticeCopy>>? act, CancellationToken ct)
    {
        var (copy, refusal) = await copies.OpenAsync(token, http.ClientAddressKey(), ct);
        if (copy is null)
            return refusal!;
        if (act is not null)
            copy = await act(copy, ct);
        var city = await http.RequestServices.GetRequiredService<CitySource>().GetAsync(ct);
        return TypedResults.Ok(CopyView.Of(copy, city, http.RequestServices.GetRequiredService<SiteAddress>()));
    }

    private static async Task<IResult> AskAsync(
        string token, JsonBody<QuestionBody> body, HttpContext http, NoticeCopies copies, NoticeQuestions questions, TicketFiling filing, KeyRing keys, CancellationToken ct)
    {
        var (copy, refusal) = await copies.OpenAsync(token, http.ClientAddressKey(), ct);
        if (copy is null)
            return refusal!.ToResult();
        return await IdempotentCreate.RunAsync(
            http, filing.ReserveNumbers,
            async reserved => await questions.AskAsync(copy, body.Value.Text, body.Value.Phone, reserved, ct) is var (ticket, no) && ticket is not null ? Answer(ticket, keys) : Reply.Refused(no!),
            _ => Task.FromResult<Reply?>(null));
    }

    private static Reply Answer(Ticket ticket, KeyRing keys) => Reply.Created(
        new CreatedView(
            ticket.Number, keys.Token(TicketTelling.TrackingPurpose, ticket.Number), ticket.State, ticket.CategoryId, ticket.AreaId, ticket.LeadUnitId, DeadlinesView.Of(ticket),
            ticket.Alarm is { } alarm ? new(alarm.Words, alarm.Dial) : null, TicketView.LinksOf(ticket.Number)),
        $"/api/v1/tickets/{ticket.Number}", ticket.Seq);

    private sealed record NoBody;

    /// <param name="Phone">Where to answer; without, to the phone in the list.</param>
    private sealed record QuestionBody(string Text, string? Phone = null);
}
