using System.Net;
using System.Text;
using HotlinePush.Storage;
using HotlinePush.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;

namespace HotlinePush.Tests.Web;

/// <summary>The same pipeline under a real server, and without any.</summary>
public sealed class ServerTests
{
    [Fact]
    public async Task Kestrel_GivesTheSameAnswersOverTheWire()
    {
        await using var host = await WebHost.StartAsync(kestrel: true);
        var large = new StreamContent(new MemoryStream(Encoding.UTF8.GetBytes("{\"subject\":\"" + new string('a', 1024 * 1024) + "\"}")));
        large.Headers.ContentType = new("application/json");

        var head = await host.SendAsync(HttpMethod.Head, "/api/v1/things/7");
        Assert.Equal((HttpStatusCode.OK, ""), (head.Status, head.Text));
        Assert.False(head.Headers.ContainsKey("Server"));
        Assert.Equal(HttpStatusCode.NoContent, (await host.SendAsync(HttpMethod.Options, "/api/v1/things")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await host.SendAsync(HttpMethod.Head, "/api/v1/nothing")).Status);
        (await host.SendAsync(HttpMethod.Post, "/api/v1/echo", large, ("Transfer-Encoding", "chunked"))).IsProblem(413, "tooLarge");
        (await host.PostAsync("/api/v1/echo", "{")).IsProblem(400, "badJson");
        Assert.Equal(HttpStatusCode.OK, (await host.PostAsync("/api/v1/echo", """{"subject":"漏水"}""")).Status);
    }

    [Fact]
    public async Task Pipeline_AsABareDelegate_AnswersAGivenContext()
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseTestServer();
        builder.Services.AddHotlineWeb();
        builder.Services.AddSingleton<ITableStore>(new TableTwin());
        await using var app = builder.Build();
        app.UseHotline(routes => routes.MapHotlineGroup("/api/v1").MapPost("/echo", (JsonBody<Sample> body) => TypedResults.Ok(body.Value)).Public());
        var pipeline = ((IApplicationBuilder)app).Build();

        Assert.Equal(200, await AskAsync("""{"subject":"漏水"}"""));
        Assert.Equal(400, await AskAsync("""{"subject":1}"""));

        async Task<int> AskAsync(string json)
        {
            await using var scope = app.Services.CreateAsyncScope();
            var http = new DefaultHttpContext { RequestServices = scope.ServiceProvider };
            http.Request.Method = "POST";
            http.Request.Path = "/api/v1/echo";
            http.Request.ContentType = "application/json";
            http.Request.Body = new MemoryStream(Encoding.UTF8.GetBytes(json));
            await pipeline(http);
            return http.Response.StatusCode;
        }
    }
}
