using HotlinePush.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace HotlinePush.Web;

/// <summary>The holder of a key, or null where it is unknown or revoked.</summary>
public delegate ValueTask<Actor?> FindKeyHolder(string plainKey, CancellationToken ct);

/// <summary>Whose session the request's cookie names: <see cref="SessionFound.Present"/> is false where there is no session cookie.</summary>
public delegate ValueTask<SessionFound> FindSession(HttpContext http);

/// <param name="Actor">Null where the session is over; such a request goes on as the public.</param>
/// <param name="MustChange">The account's password was given by an administrator: nothing but changing it is allowed.</param>
public readonly record struct SessionFound(bool Present, Actor? Actor, bool MustChange = false);

/// <summary>Marks what somebody may call whose password has to be changed first.</summary>
public sealed record BeforePasswordChange;

/// <summary>Who may call an endpoint. Every endpoint states it; an admin may what an endpoint lists for admins, nothing by rank.</summary>
/// <param name="Roles">Empty with <paramref name="NeedsKey"/>: any staff role.</param>
public sealed record AccessRule(bool NeedsKey, IReadOnlyList<Role> Roles)
{
    public bool Allows(Actor actor) => !NeedsKey || (Roles.Count == 0 ? actor.IsStaff : Roles.Contains(actor.Role));

    /// <summary>Routes that state no rule: they would answer 500.</summary>
    public static IEnumerable<string> Unstated(IEnumerable<EndpointDataSource> sources) =>
        from source in sources
        from endpoint in source.Endpoints
        where endpoint is RouteEndpoint && endpoint.Metadata.GetMetadata<AccessRule>() is null
        select endpoint.DisplayName ?? "?";
}

public static class AccessExtensions
{
    public static TBuilder RequireRole<TBuilder>(this TBuilder builder, params Role[] roles) where TBuilder : IEndpointConventionBuilder =>
        builder.WithMetadata(new AccessRule(true, roles));

    /// <summary>Any member of staff, by key or session.</summary>
    public static TBuilder AnyKey<TBuilder>(this TBuilder builder) where TBuilder : IEndpointConventionBuilder =>
        builder.WithMetadata(new AccessRule(true, []));

    public static TBuilder Public<TBuilder>(this TBuilder builder) where TBuilder : IEndpointConventionBuilder =>
        builder.WithMetadata(new AccessRule(false, []));

    /// <summary>Who calls: the holder of the key or session, else <see cref="Actor.Public"/>.</summary>
    public static Actor GetActor(this HttpContext http) => http.Features.Get<Actor>() ?? Actor.Public;
}

/// <summary>Finds out who calls and lets pass whom the endpoint allows.</summary>
internal sealed class Access(RequestDelegate next)
{
    private const string Scheme = "Bearer ";

    public async Task InvokeAsync(HttpContext http)
    {
        // Routing's own endpoints for 404, 405 and the like are no routes and have nothing to protect.
        var endpoint = http.GetEndpoint() as RouteEndpoint;
        var refusal = await IdentifyAsync(http);
        if (refusal is null && endpoint is not null)
        {
            var rule = endpoint.Metadata.GetMetadata<AccessRule>()
                ?? throw new InvalidOperationException($"{endpoint.DisplayName} does not state who may call it.");
            var actor = http.GetActor();
            if (!rule.Allows(actor))
                refusal = actor.IsStaff ? new("roleLacking", "您的角色不能办理此事项。") : new("keyRequired", "请登录，或在 Authorization 中提供密钥。");
        }

        if (refusal is null)
        {
            await next(http);
            return;
        }

        if (Problems.KindOf(refusal.Code).Status == StatusCodes.Status401Unauthorized)
            http.Response.Headers.WWWAuthenticate = refusal.Code == "badKey" ? "Bearer realm=\"hotline\", error=\"invalid_token\"" : "Bearer realm=\"hotline\"";
        await refusal.ToResult().ExecuteAsync(http);
    }

    private static async ValueTask<Refusal?> IdentifyAsync(HttpContext http)
    {
        var header = http.Request.Headers.Authorization;
        if (header.Count > 0)
        {
            var find = http.RequestServices.GetService<FindKeyHolder>();
            var actor = find is not null && KeyOf(header.ToString()) is { } key ? await find(key, http.RequestAborted) : null;
            if (actor is null)
                return new("badKey", "密钥无效或已吊销。");
            http.Features.Set(actor);
            return null;
        }

        if (http.RequestServices.GetService<FindSession>() is not { } sessions)
            return null;
        var session = await sessions(http);
        if (session.Present && !SameSite.Allows(http.Request))
            return new("crossSite", "请在本站页面上操作。");
        if (session.Actor is not { } holder)
            return null;
        if (session.MustChange && http.GetEndpoint() is RouteEndpoint endpoint && endpoint.Metadata.GetMetadata<BeforePasswordChange>() is null)
            // What is open to everybody stays open, as to everybody.
            return endpoint.Metadata.GetMetadata<AccessRule>() is { NeedsKey: true } ? new("passwordChangeNeeded", "请先修改初始密码。") : null;
        http.Features.Set(holder);
        return null;
    }

    private static string? KeyOf(string header)
    {
        if (!header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
            return null;
        var key = header[Scheme.Length..].Trim();
        if (key.Length is 0 or > 256)
            return null;
        foreach (var c in key)
            if (c is <= ' ' or > '~')
                return null;
        return key;
    }
}

/// <summary>
/// A cookie travels with requests that other sites cause. Browsers say where a request comes from (Sec-Fetch-Site, Origin);
/// a writing request with a cookie must come from this site.
/// </summary>
internal static class SameSite
{
    public static bool Allows(HttpRequest request)
    {
        if (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) || HttpMethods.IsOptions(request.Method))
            return true;
        var site = request.Headers["Sec-Fetch-Site"].ToString();
        if (site.Length > 0)
            return site is "same-origin" or "none";
        // Older browsers send Origin alone. Compared by host and port: behind a proxy the scheme seen here may be another.
        return Uri.TryCreate(request.Headers.Origin.ToString(), UriKind.Absolute, out var origin)
            && string.Equals(origin.Authority, request.Host.Value, StringComparison.OrdinalIgnoreCase);
    }
}
