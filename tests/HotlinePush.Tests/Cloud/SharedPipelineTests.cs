using System.Net;
using System.Text.Json;
using HotlinePush.Security;
using HotlinePush.Storage;
using HotlinePush.Tests.Web;
using HotlinePush.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace HotlinePush.Tests.Cloud;

/// <summary>The shared pipeline behind a host that routes to triggers first, as the platform's worker does.</summary>
public sealed class SharedPipelineTests : IAsyncLifetime
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly HashSet<string> _off = [];
    private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private WebApplication _app = null!;
    private HttpClient _client = null!;
    private int _invocations;
    private Task? _last;

    public async Task InitializeAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new() { EnvironmentName = "Production" });
        builder.WebHost.UseTestServer();
        builder.Services.AddHotlineWeb(PlatformNetworks.TrustUnlessTold);
        builder.Services.AddSingleton<ITableStore>(new TableTwin());
        builder.Services.AddSingleton<FindKeyHolder>((_, _) => ValueTask.FromResult<Actor?>(null));
        _app = builder.Build();
        SharedPipeline? pipeline = null;
        _app.UseRouting();
        _app.UseEndpoints(triggers =>
        {
            foreach (var route in Intakes.All.Select(i => i.Route).Append(Intakes.Pages))
                triggers.Map("/" + route, http =>
                {
                    Interlocked.Increment(ref _invocations);
                    return _last = pipeline!.AnswerAsync(http, _stopping.Token);
                });
        });
        pipeline = new(_app.Services, Map, _off);
        await _app.StartAsync();
        _client = _app.GetTestClient();
    }

    public async Task DisposeAsync()
    {
        await _app.DisposeAsync();
        _stopping.Dispose();
    }

    [Theory]
    [InlineData("/healthz")]
    [InlineData("/")]
    [InlineData("/api/v1/tickets/7")]
    [InlineData("/api/v1/tickets")]
    public async Task Request_WhenATriggerHandsItOver_IsAnsweredOnce(string path)
    {
        using var answer = await _client.GetAsync(path);

        Assert.Equal((HttpStatusCode.OK, 1), (answer.StatusCode, _invocations));
    }

    [Fact]
    public async Task RouteValues_WhenTheTriggerHadItsOwn_AreTheEndpointsAlone()
    {
        Assert.Equal("number=7", await _client.GetStringAsync("/api/v1/tickets/7"));
    }

    [Fact]
    public async Task UnknownPath_WhenHandedOver_IsAProblemWithTheUsualHeaders()
    {
        using var answer = await _client.GetAsync("/nowhere");

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
        Assert.True(answer.Headers.Contains("X-Content-Type-Options"));
    }

    [Theory]
    [InlineData("/api/v1/tickets")]
    [InlineData("/api/v1/tickets/7")]
    [InlineData("/API/V1/Tickets/7")]
    public async Task Path_WhenItsOwnTriggerIsSwitchedOff_IsRefusedByTheOthers(string path)
    {
        _off.Add(nameof(Intakes.IngestTickets));

        using var answer = await _client.GetAsync(path);
        using var problem = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Equal("intakeOff", problem.RootElement.GetProperty("code").GetString());
        Assert.NotNull(answer.Headers.RetryAfter);
        Assert.Equal(HttpStatusCode.OK, (await _client.GetAsync("/healthz")).StatusCode);
    }

    [Fact]
    public async Task Request_WhenTheHostStops_EndsWithoutAnError()
    {
        var asking = _client.GetAsync("/slow");
        await _begun.Task;

        await _stopping.CancelAsync();
        using var answer = await asking.WaitAsync(TimeSpan.FromSeconds(30));

        Assert.Equal(499, (int)answer.StatusCode);
        await _last!;
    }

    [Theory]
    [InlineData("10.0.0.5", "203.0.113.9:4711, 169.254.1.1", "203.0.113.9")]
    [InlineData("203.0.113.9", "1.2.3.4", "203.0.113.9")]
    [InlineData("127.0.0.1", "", "127.0.0.1")]
    public async Task ClientAddress_WhenThePlatformForwards_IsTheLastThatIsNotItsOwn(string connection, string forwarded, string expected)
    {
        var http = await _app.GetTestServer().SendAsync(c =>
        {
            c.Connection.RemoteIpAddress = IPAddress.Parse(connection);
            c.Request.Path = "/address";
            c.Request.Headers["X-Forwarded-For"] = forwarded;
        });

        using var reader = new StreamReader(http.Response.Body);
        Assert.Equal(expected, await reader.ReadToEndAsync());
    }

    [Theory]
    [InlineData("AzureWebJobs.InboundTwilio.Disabled", "true", true)]
    [InlineData("AzureWebJobs:InboundTwilio:Disabled", "1", true)]
    [InlineData("AzureWebJobs.InboundTwilio.Disabled", "false", false)]
    [InlineData("AzureWebJobs.Else.Disabled", "true", false)]
    public void Switch_WhenThePlatformsSettingSaysSo_IsOff(string setting, string value, bool off) => Assert.Equal(
        off ? [nameof(Intakes.InboundTwilio)] : [],
        Intakes.SwitchedOff(new ConfigurationBuilder().AddInMemoryCollection([new(setting, value)]).Build()));

    private void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/", () => "page").Public();
        routes.MapGet("/api/v1/tickets", () => "tickets").Public();
        routes.MapGet("/api/v1/tickets/{number}", (HttpContext http) => string.Join("&", http.Request.RouteValues.Select(v => $"{v.Key}={v.Value}"))).Public();
        routes.MapGet("/address", (HttpContext http) => http.ClientAddressKey()).Public();
        routes.MapGet("/slow", async (CancellationToken ct) =>
        {
            _begun.SetResult();
            await Task.Delay(Timeout.Infinite, ct);
        }).Public();
    }
}
