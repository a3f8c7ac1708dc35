using HotlinePush.Notices.Recipients;
using HotlinePush.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace HotlinePush.Pages.Recipients;

/// <summary>
/// The way out. A POST ends the notices with nothing but the address, as RFC 8058 wants it of mail programs: no form token, no cookie, no question.
/// Whoever opens the address sees a page with that one button; a GET alone changes nothing, for mail filters open links.
/// </summary>
internal static class UnsubscribePages
{
    public static void Map(RouteGroupBuilder pages)
    {
        pages.MapGet("/unsubscribe/{token}", (string token, HttpContext http, Unsubscribing unsubscribing, CancellationToken ct) => AnswerAsync(token, null, http, unsubscribing, null, ct)).Public();
        pages.MapPost("/unsubscribe/{token}", (string token, HttpContext http, Unsubscribing unsubscribing, CancellationToken ct) => AnswerAsync(token, "ended", http, unsubscribing, unsubscribing.EndAsync, ct)).Public();
        pages.MapPost("/unsubscribe/{token}/start", StartAsync).Public();
    }

    private static async Task<IResult> StartAsync(string token, HttpContext http, Unsubscribing unsubscribing, CancellationToken ct)
    {
        if ((await unsubscribing.FindAsync(token, http.ClientAddressKey(), ct)).Refusal is { } unknown)
            return unknown.ToResult();
        if ((await FormState.ReadAsync(http, "start")).Refusal is { } stale)
            return stale.ToResult();
        return await AnswerAsync(token, "started", http, unsubscribing, unsubscribing.StartAgainAsync, ct);
    }

    private static async Task<IResult> AnswerAsync(
        string token, string? done, HttpContext http, Unsubscribing unsubscribing, Func<Unsubscription, CancellationToken, Task>? act, CancellationToken ct)
    {
        var (found, refusal) = await unsubscribing.FindAsync(token, http.ClientAddressKey(), ct);
        if (found is null)
            return refusal!.ToResult();
        if (act is not null)
            await act(found, ct);
        var page = await PageContext.OfAsync(http);
        page.Here = "/unsubscribe/" + token;
        return new PageResult<UnsubscribePage>(
            page, page.Texts["rec.out.heading"], StatusCodes.Status200OK, ("Token", token), ("Title", found.Notice.Title), ("Office", page.City!.FindUnit(found.Notice.UnitId)?.Name ?? found.Notice.UnitId),
            ("Basis", found.Notice.Mandatory ? found.Notice.LegalBasis : null), ("Done", done));
    }
}
