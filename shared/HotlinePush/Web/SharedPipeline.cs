using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace HotlinePush.Web;

/// <summary>The one pipeline for a host that has routed the request already, to a trigger of its own: built once, handed every request.</summary>
public sealed class SharedPipeline
{
    private readonly RequestDelegate _pipeline;

    /// <param name="off">Names of <see cref="Intakes"/> that take nothing for now: what comes for them is answered 503, whatever trigger brought it.</param>
    public SharedPipeline(IServiceProvider services, Action<IEndpointRouteBuilder> map, IReadOnlySet<string> off)
    {
        var app = new ApplicationBuilder(services);
        app.UseHotline(map, http => Intakes.Of(http.Request.Path) is { } intake && off.Contains(intake.Name)
            ? new("intakeOff", "此渠道暂停受理，请改用其他渠道，或稍后再试。")
            : null);
        _pipeline = app.Build();
    }

    /// <param name="stopping">The host ends or gives the call up: counts like a caller who has gone.</param>
    public async Task AnswerAsync(HttpContext http, CancellationToken stopping)
    {
        // The host's endpoint would be taken for ours, and its end run again, without end.
        http.SetEndpoint(null);
        http.Request.RouteValues = [];
        using var either = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, stopping);
        http.RequestAborted = either.Token;
        await _pipeline(http);
    }
}
