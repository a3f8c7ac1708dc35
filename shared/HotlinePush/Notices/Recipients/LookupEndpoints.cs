using HotlinePush.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace HotlinePush.Notices.Recipients;

/// <summary><c>/api/v1/lookup</c>: somebody's own notices, by phone and one-time code.</summary>
public static class LookupEndpoints
{
    public static void Map(RouteGroupBuilder api)
    {
        var lookup = api.MapGroup("/lookup").WithTags("lookup");
        lookup.MapPost("", AskAsync).Public().WithSummary("索取验证码 (ask for a one-time code)");
        lookup.MapPost("verify", VerifyAsync).Public().WithSummary("凭验证码查看通知 (the notices of a phone)");
        lookup.MapPost("notices", AgainAsync).Public().WithSummary("再看一次 (the same again)");
        lookup.MapPost("figures", FiguresAsync).Public().WithSummary("凭姓名查看个人内容 (figures, by the name in the list)");
        lookup.MapGet("notices/{id}", NoticeAsync).Public().WithSummary("通知的公开内容 (a notice as everybody may read it)");
    }

    private static async Task<object> AskAsync(JsonBody<PhoneBody> body, HttpContext http, NoticeLookup lookup, CancellationToken ct) =>
        await lookup.AskAsync(body.Value.Phone, http.ClientAddressKey(), ct) is { } refusal ? refusal : TypedResults.Accepted((string?)null, new SentView(true));

    private static async Task<object> VerifyAsync(JsonBody<VerifyBody> body, HttpContext http, NoticeLookup lookup, CancellationToken ct) =>
        await lookup.VerifyAsync(body.Value.Phone, body.Value.Code, http.ClientAddressKey(), ct) is var (answer, refusal) && answer is not null ? TypedResults.Ok(answer) : refusal!;

    private static async Task<object> AgainAsync(JsonBody<TokenBody> body, NoticeLookup lookup, CancellationToken ct) =>
        await lookup.AgainAsync(body.Value.Token, ct) is var (answer, refusal) && answer is not null ? TypedResults.Ok(answer) : refusal!;

    private static async Task<object> FiguresAsync(JsonBody<FiguresBody> body, HttpContext http, NoticeCopies copies, LookupTokens tokens, CancellationToken ct)
    {
        var (copy, refusal) = await copies.OpenAsync(body.Value.Delivery, http.ClientAddressKey(), ct);
        if (copy is null)
            return refusal!;
        if (body.Value.Token is { } token && (tokens.Read(token) is not { } phone || phone != copy.Recipient?.Phone))
            return LookupTokens.Over;
        var (figures, no) = await copies.ShowAsync(copy, body.Value.Name, http.GetActor(), ct);
        return figures is null ? no! : TypedResults.Ok(new FiguresView(copy.Notice.Id, copy.Notice.Title, copy.Channel, copy.Notice.Corrects is not null, figures.Subject, figures.Body, figures.Fields));
    }

    private static async Task<object> NoticeAsync(string id, NoticeLookup lookup, CancellationToken ct) =>
        await lookup.PublicAsync(id, ct) is { } notice ? TypedResults.Ok(notice) : Problems.NotFoundHere;

    private sealed record PhoneBody(string Phone);
    private sealed record VerifyBody(string Phone, string Code);
    private sealed record TokenBody(string Token);

    /// <param name="Delivery">Of an item of the look-up, or of the link or QR code of a copy.</param>
    /// <param name="Token">Of the look-up; where it is given its phone must be the recipient's.</param>
    private sealed record FiguresBody(string Delivery, string Name, string? Token = null);

    private sealed record SentView(bool Sent);
}
