using System.Net;
using System.Text;
using System.Text.Json;
using HotlinePush.Security;
using HotlinePush.Storage;
using HotlinePush.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace HotlinePush.Tests.Web;

/// <summary>The pipeline with a handful of endpoints that stand for the product's.</summary>
internal sealed class WebHost : IAsyncDisposable
{
    private readonly WebApplication _app;

    private WebHost(WebApplication app, TableTwin store, ManualTime time, bool kestrel)
    {
        (_app, Store, Time) = (app, store, time);
        Client = kestrel ? new() { BaseAddress = new(app.Urls.First()) } : app.GetTestClient();
    }

    public HttpClient Client { get; }
    public TableTwin Store { get; }
    public ManualTime Time { get; }
    public IServiceProvider Services => _app.Services;
    public IEnumerable<EndpointDataSource> Sources => _app.Services.GetRequiredService<IEnumerable<EndpointDataSource>>();
    public TestServer Server => _app.GetTestServer();

    public static async Task<WebHost> StartAsync(
        Action<RouteGroupBuilder>? map = null, Action<HotlineWebOptions>? options = null, Action<IServiceCollection>? services = null, bool kestrel = false)
    {
        var store = new TableTwin();
        var time = new ManualTime(new(2026, 11, 23, 1, 0, 0, TimeSpan.Zero));
        var builder = WebApplication.CreateEmptyBuilder(new() { EnvironmentName = "Production" });
        if (kestrel)
            builder.WebHost.UseKestrel().UseUrls("http://127.0.0.1:0");
        else
            builder.WebHost.UseTestServer();
        builder.Logging.ClearProviders();
        builder.Services.AddHotlineWeb(options);
        builder.Services.AddSingleton<ITableStore>(store);
        builder.Services.AddSingleton<TimeProvider>(time);
        builder.Services.AddSingleton<FindKeyHolder>((key, _) => ValueTask.FromResult<Actor?>(key switch
        {
            "desk" => new(Role.Desk, "k-desk"),
            "unit" => new(Role.Unit, "k-unit", "water"),
            "admin" => new(Role.Admin, "k-admin"),
            _ => null,
        }));
        builder.Services.AddSingleton<FindSession>(http => ValueTask.FromResult(
            http.Request.Cookies["session"] is { } id ? new SessionFound(true, id == "live" ? new(Role.Desk, "s-desk") : null) : default));
        services?.Invoke(builder.Services);
        var app = builder.Build();
        app.UseHotline(routes =>
        {
            var api = routes.MapHotlineGroup("/api/v1");
            api.MapPost("/echo", (JsonBody<Sample> body) => TypedResults.Ok(body.Value)).Public();
            api.MapGet("/desk", (HttpContext http) => TypedResults.Ok(http.GetActor())).RequireRole(Role.Desk, Role.Supervisor);
            api.MapPost("/desk", (JsonBody<Nothing> body, HttpContext http) => TypedResults.Ok(http.GetActor())).RequireRole(Role.Desk);
            api.MapGet("/any", () => TypedResults.Ok()).AnyKey();
            api.MapGet("/things", (ListQuery list) => TypedResults.Ok(new Page<int>([list.Limit], null))).Public();
            api.MapGet("/things/{id:int}", (int id) => TypedResults.Ok(new { id })).Public();
            api.MapGet("/page-bug", IResult () => throw new NotSupportedException("secret")).Public();
            map?.Invoke(api);
            routes.MapGet("/bug", IResult () => throw new NotSupportedException("secret")).Public();
        });
        await app.StartAsync();
        return new(app, store, time, kestrel);
    }

    public async Task<Answer> SendAsync(HttpMethod method, string path, HttpContent? body = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body };
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        using var response = await Client.SendAsync(request);
        var headersOut = response.Headers.Concat(response.Content.Headers).ToDictionary(h => h.Key, h => string.Join(",", h.Value), StringComparer.OrdinalIgnoreCase);
        return new(response.StatusCode, await response.Content.ReadAsStringAsync(), headersOut);
    }

    public Task<Answer> GetAsync(string path, params (string, string)[] headers) => SendAsync(HttpMethod.Get, path, null, headers);

    public Task<Answer> PostAsync(string path, string json, params (string, string)[] headers) =>
        SendAsync(HttpMethod.Post, path, new StringContent(json, Encoding.UTF8, "application/json"), headers);

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}

internal sealed record Answer(HttpStatusCode Status, string Text, IReadOnlyDictionary<string, string> Headers)
{
    public JsonElement Json => JsonDocument.Parse(Text).RootElement;

    public string? Code => Json.GetProperty("code").GetString();

    public string[] Fields => Json.TryGetProperty("errors", out var errors) ? [.. errors.EnumerateObject().Select(e => e.Name)] : [];

    public void IsProblem(int status, string code)
    {
        Assert.Equal(status, (int)Status);
        Assert.Equal("application/problem+json", Headers["Content-Type"]);
        Assert.Equal(code, Code);
        Assert.Equal(status, Json.GetProperty("status").GetInt32());
        Assert.NotEqual("", Json.GetProperty("title").GetString());
        Assert.NotEqual("", Json.GetProperty("detail").GetString());
    }
}

internal sealed record Nothing;

public enum Colour { Red, DarkBlue }

[CamelCaseWords]
public enum Pace { Normal, VeryUrgent }

public sealed record Inner(string Id, int Count = 0);

public sealed record Sample(
    string Subject, Colour? Colour = null, Pace? Pace = null, Inner? Inner = null, IReadOnlyList<Inner>? Items = null,
    DateTimeOffset? At = null, DateOnly? Day = null, double? Lat = null, bool? Final = null, IReadOnlyDictionary<string, string>? Texts = null);
