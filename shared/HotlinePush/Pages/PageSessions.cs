using HotlinePush.Security;
using HotlinePush.Security.Accounts;
using HotlinePush.Web;
using Microsoft.AspNetCore.Http;

namespace HotlinePush.Pages;

/// <summary>The session cookie of the pages; where the host trusts it, the platform's sign-in.</summary>
public sealed class PageSessions(Sessions sessions, ApiKeys keys, AccountStore accounts, PlatformIdentity platform)
{
    public const string Cookie = "hp_session";

    /// <summary>A session ends with the key or the state of the account it was opened by.</summary>
    public async ValueTask<SessionFound> FindAsync(HttpContext http)
    {
        var id = http.Request.Cookies[Cookie];
        if (id is { Length: > 0 } && await sessions.FindAsync(id, http.RequestAborted) is { Actor: var actor } session)
        {
            if (!AccountStore.IsId(actor.Id))
            {
                if (await keys.IsLiveAsync(actor.Id, http.RequestAborted))
                    return new(true, actor);
            }
            else if (await accounts.HolderAsync(actor.Id, session.Stamp, http.RequestAborted) is { } holder)
                return new(true, holder.ToActor(), holder.MustChange);
        }

        // The platform's own cookie travels with requests that other sites cause, too.
        var told = platform.IsTold(http);
        return new(id is { Length: > 0 } || told, told ? (await platform.FindAsync(http))?.ToActor() : null);
    }

    public Task BeginAsync(HttpContext http, Actor actor) => BeginAsync(http, actor, null);

    public Task BeginAsync(HttpContext http, Account account) => BeginAsync(http, account.ToActor(), account.Stamp);

    public async Task EndAsync(HttpContext http)
    {
        await sessions.EndAsync(http.Request.Cookies[Cookie], http.RequestAborted);
        http.Response.Cookies.Delete(Cookie, Options(http));
        // The back button must not bring back what was read.
        http.Response.Headers["Clear-Site-Data"] = "\"cache\"";
    }

    private async Task BeginAsync(HttpContext http, Actor actor, string? stamp)
    {
        await sessions.EndAsync(http.Request.Cookies[Cookie], http.RequestAborted);
        http.Response.Cookies.Append(Cookie, await sessions.CreateAsync(actor, http.RequestAborted, stamp), Options(http));
    }

    private static CookieOptions Options(HttpContext http) =>
        new() { HttpOnly = true, SameSite = SameSiteMode.Lax, Secure = http.Request.IsHttps, Path = "/", IsEssential = true };
}
