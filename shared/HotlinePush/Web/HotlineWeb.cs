using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace HotlinePush.Web;

/// <summary>The one HTTP pipeline, whatever host hands it a request.</summary>
public static class HotlineWeb
{
    private const int RetryAfterSeconds = 300;

    /// <summary>
    /// Everything below <see cref="UseHotline"/> needs. The host adds what is its own: an <c>ITableStore</c>, a <see cref="FindKeyHolder"/>,
    /// perhaps a <see cref="FindSession"/>, a <see cref="WriteErrorPage"/>, a <see cref="ReplySeal"/>, and <see cref="ReadyCheck"/>s.
    /// <see cref="TimeProvider"/> in the container is engine time.
    /// </summary>
    public static IServiceCollection AddHotlineWeb(this IServiceCollection services, Action<HotlineWebOptions>? configure = null)
    {
        services.AddRouting();
        services.AddOptions<HotlineWebOptions>();
        if (configure is not null)
            services.Configure(configure);
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<ClientAddress>();
        services.TryAddSingleton<CodeGuesses>();
        services.TryAddSingleton<Quotas>();
        services.TryAddSingleton<IdempotencyStore>();
        services.AddRateLimiter(_ => { });
        services.AddSingleton<IConfigureOptions<RateLimiterOptions>, RateLimits>();
        services.ConfigureHttpJsonOptions(o => WireJson.Apply(o.SerializerOptions));
        services.Configure<RouteHandlerOptions>(o => o.ThrowOnBadRequest = true);
        services.Configure<KestrelServerOptions>(o => o.AddServerHeader = false);
        services.AddHotlineOpenApi();
        return services;
    }

    /// <summary>
    /// The pipeline from the first header to the endpoints. Besides <paramref name="map"/>'s it maps <c>/healthz</c>, <c>/readyz</c> and <c>/openapi/v1.json</c>.
    /// </summary>
    /// <param name="first">Before routing, where a host may refuse: as a problem like any other.</param>
    public static IApplicationBuilder UseHotline(this IApplicationBuilder app, Action<IEndpointRouteBuilder> map, Func<HttpContext, Refusal?>? first = null)
    {
        app.UseMiddleware<SecurityHeaders>();
        app.UseMiddleware<HeadAndOptions>();
        app.UseMiddleware<ErrorAnswers>();
        if (first is not null)
            app.Use((HttpContext http, RequestDelegate next) => first(http) is { } refusal ? refusal.ToResult(RetryAfterSeconds).ExecuteAsync(http) : next(http));
        app.UseRouting();
        app.UseMiddleware<Access>();
        app.UseRateLimiter();
        app.UseMiddleware<BodyLimit>();
        app.UseEndpoints(routes =>
        {
            HealthEndpoints.Map(routes);
            routes.MapOpenApi("/openapi/{documentName}.json").Public();
            map(routes);
        });
        return app;
    }

    /// <summary>A group whose endpoints answer bad bodies and list parameters before they run, and may return a <see cref="Refusal"/>.</summary>
    public static RouteGroupBuilder MapHotlineGroup(this IEndpointRouteBuilder routes, string prefix) =>
        routes.MapGroup(prefix).AddEndpointFilter(AnswerRefusals);

    private static async ValueTask<object?> AnswerRefusals(EndpointFilterInvocationContext call, EndpointFilterDelegate next)
    {
        foreach (var argument in call.Arguments)
            if (argument is IBound { Refusal: { } refusal })
                return refusal.ToResult();
        var answer = await next(call);
        return answer is Refusal no ? no.ToResult() : answer;
    }
}
