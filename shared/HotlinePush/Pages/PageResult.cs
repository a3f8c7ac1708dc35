using System.Text;
using HotlinePush.Pages.Parts;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.AspNetCore.Http;

namespace HotlinePush.Pages;

/// <summary>
/// One Razor component as a whole page. Rendered to the end before the first byte leaves, so that what goes wrong still becomes an error
/// page, and without the framework's endpoints, so that any host that hands over an <see cref="HttpContext"/> serves it.
/// </summary>
/// <param name="title">Begins the document's title.</param>
/// <param name="parameters">The component's, by name.</param>
public sealed class PageResult<TPage>(PageContext page, string title, int status = StatusCodes.Status200OK, params (string Name, object? Value)[] parameters) : IResult
    where TPage : IComponent
{
    /// <summary>Whether the browser may show the page again when its reader goes back: only where nothing personal stands on it.</summary>
    public bool MayBeShownAgain { get; init; }

    public async Task ExecuteAsync(HttpContext http)
    {
        RenderFragment body = builder =>
        {
            builder.OpenComponent<TPage>(0);
            builder.AddMultipleAttributes(1, parameters.Select(p => KeyValuePair.Create(p.Name, p.Value!)));
            builder.CloseComponent();
        };
        var shell = ParameterView.FromDictionary(new Dictionary<string, object?> { [nameof(Shell.Page)] = page, [nameof(Shell.Title)] = title, [nameof(Shell.Body)] = body });
        await using var renderer = new HtmlRenderer(http.RequestServices, http.RequestServices.GetRequiredService<ILoggerFactory>());
        var html = await renderer.Dispatcher.InvokeAsync(async () => (await renderer.RenderComponentAsync<Shell>(shell)).ToHtmlString());

        var bytes = Encoding.UTF8.GetBytes("<!DOCTYPE html>\n" + html);
        var response = http.Response;
        response.StatusCode = status;
        response.ContentType = "text/html; charset=utf-8";
        response.ContentLength = bytes.Length;
        response.Headers.ContentLanguage = page.Language.Tag();
        response.Headers.Vary = "Cookie";
        response.Headers.CacheControl = MayBeShownAgain ? "private, no-cache" : "no-store";
        response.Headers.Pragma = default;
        await response.Body.WriteAsync(bytes, http.RequestAborted);
    }
}
