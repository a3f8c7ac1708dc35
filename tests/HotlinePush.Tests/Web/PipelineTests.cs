using System.Net;
using HotlinePush.Storage;
using HotlinePush.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace HotlinePush.Tests.Web;

public sealed class PipelineTests
{
    [Theory]
    [InlineData("GET", "/api/v1/nothing", 404, "notFound")]
    [InlineData("GET", "/api/v1/things/abc", 404, "notFound")]
    [InlineData("DELETE", "/api/v1/things", 405, "methodNotAllowed")]
    [InlineData("GET", "/nothing", 404, "notFound")]
    [InlineData("GET", "/api/v1/desk", 401, "keyRequired")]
    [InlineData("GET", "/api/v1/any", 401, "keyRequired")]
    [InlineData("GET", "/api/v1/things?limit=0", 400, "outOfRange")]
    [InlineData("GET", "/api/v1/things?limit=201", 400, "outOfRange")]
    [InlineData("GET", "/api/v1/things?limit=99999999999999999999", 400, "outOfRange")]
    [InlineData("GET", "/api/v1/things?limit=x", 400, "wrongType")]
    [InlineData("GET", "/api/v1/things?limit=1&limit=2", 400, "badValue")]
    [InlineData("GET", "/api/v1/things?after=%00", 400, "badText")]
    [InlineData("GET", "/api/v1/things?after=%CB%AE%B9%DC", 400, "badEncoding")]
    [InlineData("GET", "/api/v1/page-bug", 500, "internalError")]
    public async Task Error_WhateverItsSource_HasACode(string method, string path, int status, string code)
    {
        await using var host = await WebHost.StartAsync();

        var answer = await host.SendAsync(new(method), path);

        answer.IsProblem(status, code);
        Assert.DoesNotContain("secret", answer.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/nothing", "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8", true)]
    [InlineData("/bug", "text/html", true)]
    [InlineData("/nothing", "*/*", false)]
    [InlineData("/nothing", "text/html;q=0", false)]
    [InlineData("/api/v1/nothing", "text/html", false)]
    [InlineData("/hooks/nothing", "text/html", false)]
    [InlineData("/open311/nothing", "text/html", false)]
    public async Task Error_WhenHtmlIsNamed_IsAPageOnlyOutsideTheMachinePaths(string path, string accept, bool page)
    {
        await using var host = await WebHost.StartAsync();

        var answer = await host.GetAsync(path, ("Accept", accept));

        Assert.Equal(page ? "text/html; charset=utf-8" : "application/problem+json", answer.Headers["Content-Type"]);
    }

    [Fact]
    public async Task Method_WhenNotAllowed_SaysWhichAre_AndOptionsAnswersThem()
    {
        await using var host = await WebHost.StartAsync();

        Assert.Equal("GET,HEAD,OPTIONS", (await host.SendAsync(HttpMethod.Delete, "/api/v1/things")).Headers["Allow"]);
        var options = await host.SendAsync(HttpMethod.Options, "/api/v1/things");
        Assert.Equal(HttpStatusCode.NoContent, options.Status);
        Assert.Equal("GET,HEAD,OPTIONS", options.Headers["Allow"]);
    }

    [Fact]
    public async Task Head_AnswersAsGetWithoutBody()
    {
        await using var host = await WebHost.StartAsync();

        var found = await host.SendAsync(HttpMethod.Head, "/api/v1/things/7");
        var missing = await host.SendAsync(HttpMethod.Head, "/api/v1/nothing");

        Assert.Equal((HttpStatusCode.OK, ""), (found.Status, found.Text));
        Assert.Equal((HttpStatusCode.NotFound, ""), (missing.Status, missing.Text));
    }

    [Fact]
    public async Task Query_WhenUnknown_IsIgnored()
    {
        await using var host = await WebHost.StartAsync();

        Assert.Equal(HttpStatusCode.OK, (await host.GetAsync("/api/v1/things?utm_source=x")).Status);
    }

    [Fact]
    public async Task Answers_CarrySecurityHeaders_AlsoErrors()
    {
        await using var host = await WebHost.StartAsync();

        foreach (var path in (string[])["/api/v1/things", "/api/v1/page-bug", "/api/v1/nothing"])
        {
            var headers = (await host.GetAsync(path)).Headers;
            Assert.Contains("frame-ancestors 'none'", headers["Content-Security-Policy"], StringComparison.Ordinal);
            Assert.DoesNotContain("unsafe", headers["Content-Security-Policy"], StringComparison.Ordinal);
            Assert.Equal("nosniff", headers["X-Content-Type-Options"]);
            Assert.Equal("no-store", headers["Cache-Control"]);
            Assert.False(headers.ContainsKey("Server"));
        }
    }

    [Fact]
    public async Task Store_WhenOutOfOrder_Is503WithRetryAfter()
    {
        await using var host = await WebHost.StartAsync(api => api.MapGet("/store", async (ITableStore store) =>
        {
            await store.ReadAsync("t", "p", "r");
            return TypedResults.Ok();
        }).Public());
        host.Store.Fail = true;

        var answer = await host.GetAsync("/api/v1/store");

        answer.IsProblem(503, "storeUnavailable");
        Assert.Equal("5", answer.Headers["Retry-After"]);
        Assert.NotEqual("", answer.Json.GetProperty("errorId").GetString());
    }

    [Fact]
    public async Task Refusal_WhenReturnedByAnEndpoint_IsAnsweredByTheTable()
    {
        await using var host = await WebHost.StartAsync(api => api.MapGet("/refuse", object () => new Refusal("wrongState", "已办结。")).Public());

        (await host.GetAsync("/api/v1/refuse")).IsProblem(409, "wrongState");
    }

    [Fact]
    public async Task Endpoint_WhenItStatesNoAccess_IsReportedAndNeverServed()
    {
        await using var host = await WebHost.StartAsync(api => api.MapGet("/open", () => "x"));

        Assert.Contains(AccessRule.Unstated(host.Sources), name => name.Contains("/open", StringComparison.Ordinal));
        (await host.GetAsync("/api/v1/open", ("Authorization", "Bearer admin"))).IsProblem(500, "internalError");
    }

    [Fact]
    public async Task Endpoints_OfThePipelineItself_AllStateTheirAccess()
    {
        await using var host = await WebHost.StartAsync();

        Assert.Empty(AccessRule.Unstated(host.Sources));
    }

    [Fact]
    public async Task Ready_WhenACheckHasAReason_Is503WithIt()
    {
        string? reason = "seeding";
        await using var host = await WebHost.StartAsync(services: s => s.AddSingleton(new ReadyCheck("demo", _ => new ValueTask<string?>(reason))));

        Assert.Equal(HttpStatusCode.OK, (await host.GetAsync("/healthz")).Status);
        var notYet = await host.GetAsync("/readyz");
        reason = null;

        notYet.IsProblem(503, "notReady");
        Assert.Equal("seeding", notYet.Json.GetProperty("errors").GetProperty("demo")[0].GetString());
        Assert.Equal(HttpStatusCode.OK, (await host.GetAsync("/readyz")).Status);
    }

    [Fact]
    public async Task Ready_WhenACheckBreaks_Is503NotAnError()
    {
        await using var host = await WebHost.StartAsync(services: s => s.AddSingleton(
            new ReadyCheck("store", _ => throw new TableStoreException("disk", isTransient: false))));

        (await host.GetAsync("/readyz")).IsProblem(503, "notReady");
    }

    [Fact]
    public async Task OpenApi_DescribesBodiesQueriesKeysAndProblems()
    {
        await using var host = await WebHost.StartAsync();

        var paths = (await host.GetAsync("/openapi/v1.json")).Json.GetProperty("paths");

        var echo = paths.GetProperty("/api/v1/echo").GetProperty("post");
        Assert.EndsWith("/Sample", echo.GetProperty("requestBody").GetProperty("content").GetProperty("application/json").GetProperty("schema").GetProperty("$ref").GetString(), StringComparison.Ordinal);
        Assert.True(echo.GetProperty("responses").GetProperty("400").GetProperty("content").TryGetProperty("application/problem+json", out _));
        Assert.True(paths.GetProperty("/api/v1/desk").GetProperty("get").GetProperty("security")[0].TryGetProperty("bearer", out _));
        Assert.Equal(["limit", "after"], paths.GetProperty("/api/v1/things").GetProperty("get").GetProperty("parameters").EnumerateArray().Select(p => p.GetProperty("name").GetString()!));
    }
}
