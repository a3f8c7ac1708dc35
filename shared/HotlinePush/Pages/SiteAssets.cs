using System.Buffers.Text;
using System.Collections.Frozen;
using System.Security.Cryptography;
using HotlinePush.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace HotlinePush.Pages;

/// <summary>
/// The style sheet, the script and the icon: embedded, served under a name that changes with their content, kept by browsers for a year.
/// The style sheet is written in parts and served as one: <c>site.css</c> first, with the tokens all others use.
/// </summary>
public static class SiteAssets
{
    private sealed record Asset(string Address, string ContentType, byte[] Content);

    private static readonly Asset SiteStyle = Named("site.css", "text/css; charset=utf-8", Styles());
    private static readonly Asset SiteScript = Load("site.js", "text/javascript; charset=utf-8");
    private static readonly Asset SiteIcon = Load("icon.svg", "image/svg+xml");

    private static readonly FrozenDictionary<string, Asset> ByAddress =
        new[] { SiteStyle, SiteScript, SiteIcon }.ToFrozenDictionary(a => a.Address, StringComparer.Ordinal);

    public static string Style => SiteStyle.Address;
    public static string Script => SiteScript.Address;
    public static string Icon => SiteIcon.Address;

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/assets/{name}", (HttpContext http) => Serve(http)).Public().ExcludeFromDescription();

    private static IResult Serve(HttpContext http)
    {
        if (!ByAddress.TryGetValue(http.Request.Path.Value ?? "", out var asset))
            return Problems.NotFoundHere.ToResult();
        http.Response.Headers.CacheControl = "public, max-age=31536000, immutable";
        return TypedResults.Bytes(asset.Content, asset.ContentType);
    }

    private static byte[] Styles()
    {
        const string folder = "Styles/";
        const string first = folder + "site.css";
        var parts = typeof(SiteAssets).Assembly.GetManifestResourceNames().Where(n => n.StartsWith(folder, StringComparison.Ordinal));
        return [.. parts.OrderBy(n => n != first).ThenBy(n => n, StringComparer.Ordinal).SelectMany(Read)];
    }

    private static Asset Load(string name, string contentType) => Named(name, contentType, Read("HotlinePush.Pages." + name));

    private static Asset Named(string name, string contentType, byte[] content)
    {
        var hash = Base64Url.EncodeToString(SHA256.HashData(content).AsSpan(0, 9));
        return new($"/assets/{Path.GetFileNameWithoutExtension(name)}-{hash}{Path.GetExtension(name)}", contentType, content);
    }

    private static byte[] Read(string resource)
    {
        using var stream = typeof(SiteAssets).Assembly.GetManifestResourceStream(resource) ?? throw new InvalidOperationException($"{resource} is not embedded.");
        var content = new byte[stream.Length];
        stream.ReadExactly(content);
        return content;
    }
}
