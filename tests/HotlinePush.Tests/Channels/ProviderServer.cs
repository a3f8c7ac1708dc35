using System.Collections.Concurrent;
using System.Net;
using HotlinePush.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace HotlinePush.Tests.Channels;

/// <summary>What came over the wire.</summary>
public sealed record Call(string Method, string Path, string Query, IReadOnlyDictionary<string, string> Headers, string Body, string Connection)
{
    public string Of(string parameter) => Query.TrimStart('?').Split('&').Select(p => p.Split('=')).Where(p => p[0] == parameter).Select(p => Uri.UnescapeDataString(p[1])).Single();
}

/// <summary>A provider on 127.0.0.1 that writes down every request before it answers, and never de-duplicates.</summary>
public sealed class ProviderServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<Call> _calls = new();

    private ProviderServer(WebApplication app) => _app = app;

    public Uri Address { get; private set; } = null!;
    public IReadOnlyList<Call> Calls => [.. _calls];

    /// <summary>What it does with a request it has read.</summary>
    public Func<HttpContext, Call, Task> Answer { get; set; } = (_, _) => Task.CompletedTask;

    /// <summary>Cuts the connection before it reads anything of the request's body.</summary>
    public bool CutsAtOnce { get; set; }

    public static async Task<ProviderServer> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var server = new ProviderServer(app);
        app.Run(server.TakeAsync);
        await app.StartAsync();
        server.Address = new(app.Urls.Single());
        return server;
    }

    public void Says(string json, int status = 200) => Answer = (http, _) => WriteAsync(http, json, status);

    public static async Task WriteAsync(HttpContext http, string text, int status = 200)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/json; charset=utf-8";
        await http.Response.WriteAsync(text);
    }

    private async Task TakeAsync(HttpContext http)
    {
        var body = CutsAtOnce ? "" : await new StreamReader(http.Request.Body).ReadToEndAsync();
        var raw = http.Features.Get<IHttpRequestFeature>()!.RawTarget;
        var at = raw.IndexOf('?', StringComparison.Ordinal);
        var call = new Call(
            http.Request.Method, at < 0 ? raw : raw[..at], at < 0 ? "" : raw[at..], http.Request.Headers.ToDictionary(h => h.Key.ToLowerInvariant(), h => h.Value.ToString()), body, http.Connection.Id);
        _calls.Enqueue(call);
        if (CutsAtOnce)
            http.Abort();
        else
            await Answer(http, call);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(new CancellationToken(true));
        await _app.DisposeAsync();
    }
}

/// <summary>Faults of the network and of servers, which end the same for every provider.</summary>
internal static class WireFaults
{
    /// <param name="right">An accepting answer.</param>
    /// <param name="send">One text, to that address.</param>
    public static async Task AssertAsync(ProviderServer server, string right, Func<Uri, CancellationToken, Task<SendOutcome>> send)
    {
        async Task Unknown(string reason, int calls = 1, CancellationToken ct = default)
        {
            var before = server.Calls.Count;
            Assert.Equal(new SendOutcome.Unknown(reason), await send(server.Address, ct));
            Assert.Equal(calls, server.Calls.Count - before);
        }

        server.Says("<html>502</html>", 502);
        await Unknown("http5xx");
        server.Says(right, 500);
        await Unknown("http5xx");
        foreach (var garbage in (string[])["", "ok", "[]", "{\"", "null", "<html>", "{}", new string(' ', 100_000)])
        {
            server.Says(garbage);
            var outcome = Assert.IsType<SendOutcome.Unknown>(await send(server.Address, default));
            Assert.Contains(outcome.Reason, (string[])["unreadableAnswer", "unknownAnswer", "connectionLost"]);
        }

        server.Says("", 302);
        Assert.IsType<SendOutcome.Unknown>(await send(server.Address, default));

        // Read whole, then cut: on a fresh connection and on one that has served before.
        server.Says(right);
        Assert.IsType<SendOutcome.Accepted>(await send(server.Address, default));
        server.Answer = (http, _) =>
        {
            http.Abort();
            return Task.CompletedTask;
        };
        await Unknown("connectionLost");
        await Unknown("connectionLost");
        server.CutsAtOnce = true;
        await Unknown("connectionLost");
        server.CutsAtOnce = false;

        // Too slow: cancelled in mid-call.
        using var cut = new CancellationTokenSource();
        server.Answer = async (http, _) =>
        {
            await cut.CancelAsync();
            await Task.Delay(Timeout.Infinite, http.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        };
        await Unknown("timeout", ct: cut.Token);
        Assert.IsType<SendOutcome.NotAccepted>(await send(server.Address, cut.Token));

        // Nobody there: proof that nothing was sent.
        foreach (var nobody in (Uri[])[Closed(), new("http://nobody.invalid/")])
        {
            var refused = Assert.IsType<SendOutcome.NotAccepted>(await send(nobody, default));
            Assert.Equal(("notConnected", true), (refused.Code, refused.Retry.Outage));
        }
    }

    private static Uri Closed()
    {
        using var listener = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return new($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/");
    }
}
