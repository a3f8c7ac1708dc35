using HotlinePush.Security;
using HotlinePush.Web;
using Microsoft.AspNetCore.Http;

namespace HotlinePush.Pages;

/// <summary>The session cookie of the pages.</summary>
public sealed class PageSessions(Sessions sessions, ApiKeys keys)
{
    public const string Cookie = "hp_session";

    /// <summary>A session ends with the key it was opened by.</summary>
    public async ValueTask<SessionFound> FindAsync(HttpContext http)
    {
        if (http.Request.Cookies[Cookie] is not { Length: > 0 } id)
            return default;
        var session = await sessions.FindAsync(id, http.RequestAborted);
        return new(true, session is not null && await keys.IsLiveAsync(session.Actor.Id, http.RequestAborted) ? session.Actor : null);
    }

    public async Task BeginAsync(HttpContext http, Actor actor)
    {
        await sessions.EndAsync(http.Request.Cookies[Cookie], http.RequestAborted);
        http.Response.Cookies.Append(Cookie, await sessions.CreateAsync(actor, http.RequestAborted), Options(http));
    }

    public async Task EndAsync(HttpContext http)
    {
        await sessions.EndAsync(http.Request.Cookies[Cookie], http.RequestAborted);
        http.Response.Cookies.Delete(Cookie, Options(http));
        // The back button must not bring back what was read.
        http.Response.Headers["Clear-Site-Data"] = "\"cache\"";
    }

    private static CookieOptions Options(HttpContext http) =>
        new() { HttpOnly = true, SameSite = SameSiteMode.Lax, Secure = http.Request.IsHttps, Path = "/", IsEssential = true };
}
