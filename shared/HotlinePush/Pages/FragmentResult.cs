using System.Text;
using HotlinePush.Pages.Parts;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.AspNetCore.Http;

namespace HotlinePush.Pages;

/// <summary>
/// A piece of a page, for an element with <c>data-suggest</c> that shows it while its reader types. The page itself shows the same piece
/// when its form is sent, so nothing is only to be had with JavaScript.
/// </summary>
/// <param name="parameters">The component's, by name.</param>
public sealed class FragmentResult<TPart>(PageContext page, params (string Name, object? Value)[] parameters) : IResult
    where TPart : IComponent
{
    public async Task ExecuteAsync(HttpContext http)
    {
        RenderFragment body = builder =>
        {
            builder.OpenComponent<TPart>(0);
            builder.AddMultipleAttributes(1, parameters.Select(p => KeyValuePair.Create(p.Name, p.Value!)));
            builder.CloseComponent();
        };
        var frame = ParameterView.FromDictionary(new Dictionary<string, object?> { [nameof(Fragment.Page)] = page, [nameof(Fragment.Body)] = body });
        await using var renderer = new HtmlRenderer(http.RequestServices, http.RequestServices.GetRequiredService<ILoggerFactory>());
        var html = await renderer.Dispatcher.InvokeAsync(async () => (await renderer.RenderComponentAsync<Fragment>(frame)).ToHtmlString());
        var response = http.Response;
        response.ContentType = "text/html; charset=utf-8";
        response.Headers.CacheControl = "no-store";
        await response.Body.WriteAsync(Encoding.UTF8.GetBytes(html), http.RequestAborted);
    }
}
