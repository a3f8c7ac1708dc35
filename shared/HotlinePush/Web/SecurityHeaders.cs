using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace HotlinePush.Web;

/// <summary>What every answer tells browsers: no foreign or inline script, no framing, no guessing of types, no referrer to other sites.</summary>
internal sealed class SecurityHeaders(RequestDelegate next)
{
    private const string Policy =
        "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'";

    public Task InvokeAsync(HttpContext http)
    {
        var headers = http.Response.Headers;
        headers.ContentSecurityPolicy = Policy;
        headers.XContentTypeOptions = "nosniff";
        // Not "no-referrer": under it browsers send "Origin: null" with a site's own forms. Other sites learn nothing either way,
        // which matters because links carry tracking codes.
        headers["Referrer-Policy"] = "same-origin";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        if (ProblemResult.IsMachinePath(http.Request.Path))
            headers.CacheControl = "no-store";
        return next(http);
    }
}

/// <summary>HEAD answers as GET does, without the body; the Allow of OPTIONS and 405 says so.</summary>
internal sealed class HeadAndOptions(RequestDelegate next)
{
    public async Task InvokeAsync(HttpContext http)
    {
        var isHead = HttpMethods.IsHead(http.Request.Method);
        var body = http.Response.Body;
        if (isHead)
        {
            http.Request.Method = HttpMethods.Get;
            http.Response.Body = Stream.Null;
        }

        try
        {
            await next(http);
        }
        finally
        {
            if (isHead)
            {
                http.Request.Method = HttpMethods.Head;
                http.Response.Body = body;
            }
        }
    }

    internal static string Complete(string allow)
    {
        var methods = allow.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).ToList();
        if (methods.Contains(HttpMethods.Get) && !methods.Contains(HttpMethods.Head))
            methods.Add(HttpMethods.Head);
        if (!methods.Contains(HttpMethods.Options))
            methods.Add(HttpMethods.Options);
        return string.Join(", ", methods);
    }
}
