using HotlinePush.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace HotlinePush.Pages;

/// <summary>Signing in with a key, and out.</summary>
internal static class SignInPages
{
    public static void Map(RouteGroupBuilder pages)
    {
        pages.MapGet("/sign-in", (Delegate)FormAsync).Public();
        pages.MapPost("/sign-in", SignInAsync).Public();
        pages.MapPost("/sign-out", SignOutAsync).Public();
    }

    private static async Task<IResult> FormAsync(HttpContext http)
    {
        var to = http.Request.Query["to"].ToString();
        return Page(await PageContext.OfAsync(http), FormState.Empty("sign-in") with { Values = new Dictionary<string, string> { ["to"] = LocalAddress.IsLocal(to) ? to : "" } });
    }

    private static async Task<IResult> SignInAsync(HttpContext http, FindKeyHolder find, PageSessions sessions, CancellationToken ct)
    {
        var page = await PageContext.OfAsync(http);
        var form = await FormState.ReadAsync(http, "sign-in");
        page.Here = PageLinks.SignIn(form["to"]);
        if (form.Refusal is null)
        {
            var actor = form.Filled("key") is { Length: <= 256 } key ? await find(key, ct) : null;
            if (actor is not null)
            {
                await sessions.BeginAsync(http, actor);
                return ResidentPages.SeeOther(LocalAddress.IsLocal(form["to"]) ? form["to"] : "/unit");
            }

            form = form.Refused(form.Filled("key") is null ? new Check().Missing("key").Refusal! : Refusal.Of("badKey", "key", "密钥不对，或已被吊销。"));
        }

        return Page(page, form);
    }

    private static async Task<IResult> SignOutAsync(HttpContext http, PageSessions sessions)
    {
        var form = await FormState.ReadAsync(http, "sign-out");
        if (form.Refusal is { } refusal)
            return refusal.ToResult();
        await sessions.EndAsync(http);
        return ResidentPages.SeeOther("/");
    }

    private static PageResult<SignInPage> Page(PageContext page, FormState form) =>
        new(page, (form.Refusal is null ? "" : page.Texts["error.title"]) + page.Texts["signIn.heading"], form.Status, ("Form", form));
}
