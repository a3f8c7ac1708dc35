using System.Net.Sockets;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace HotlinePush.Channels;

/// <summary>What came of one HTTP call to a provider: its JSON, or an end that is the same for every provider.</summary>
/// <param name="End">Not null: there is no answer to look at.</param>
internal readonly record struct ProviderAnswer(int Status, JsonElement Json, SendOutcome? End)
{
    /// <summary>A member's text; null where it is none.</summary>
    public string? Text(string name) => Json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    /// <summary>A number, or one that was written as text.</summary>
    public long? Number(string name) => !Json.TryGetProperty(name, out var value) ? null
        : value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) ? number
        : value.ValueKind == JsonValueKind.String && long.TryParse(value.GetString(), out number) ? number
        : null;
}

/// <summary>
/// HTTP to providers, told apart by what it proves. Never connected: nothing was sent. Anything that goes wrong after that (a cut
/// connection, a timeout, 5xx, an answer that cannot be read) leaves the end open. One call is one request on the wire.
/// </summary>
internal static class ProviderHttp
{
    private const int MaxAnswer = 64 * 1024;
    private static readonly TimeSpan ConnectWithin = TimeSpan.FromSeconds(5);

    /// <summary>Servers close idle connections at times of their own; a request that meets this has no known end, so ours go first.</summary>
    private static readonly TimeSpan IdleFor = TimeSpan.FromSeconds(10);

    /// <summary>Characters as they are: WeChat takes no <c>\uXXXX</c>.</summary>
    public static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static HttpClient NewClient(Uri address) => new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        ConnectTimeout = ConnectWithin + ConnectWithin,
        ConnectCallback = ConnectAsync,
        PooledConnectionIdleTimeout = IdleFor,
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
    })
    {
        BaseAddress = address,
        // HTTP/2 sends a refused stream again by itself.
        DefaultRequestVersion = System.Net.HttpVersion.Version11,
        DefaultVersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
        MaxResponseContentBufferSize = MaxAnswer,
        Timeout = Timeout.InfiniteTimeSpan,
    };

    /// <param name="request">Has a content, if an empty one: a request without is sent again where the server closes an idle connection.</param>
    public static async Task<ProviderAnswer> CallAsync(HttpClient client, HttpRequestMessage request, CancellationToken ct)
    {
        request.Content ??= new ByteArrayContent([]);
        if (ct.IsCancellationRequested)
            return End(new SendOutcome.NotAccepted("notBegun", "The call was not begun.", RetryAdvice.Later(TimeSpan.Zero)));
        try
        {
            using var response = await client.SendAsync(request, ct);
            var status = (int)response.StatusCode;
            if (status >= 500)
                return End(new SendOutcome.Unknown("http5xx"));
            using var json = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync(ct));
            return json.RootElement.ValueKind == JsonValueKind.Object ? new(status, json.RootElement.Clone(), null) : End(new SendOutcome.Unknown("unreadableAnswer"));
        }
        catch (HttpRequestException e) when (e.HttpRequestError is HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError
            or HttpRequestError.SecureConnectionError or HttpRequestError.ProxyTunnelError)
        {
            return End(new SendOutcome.NotAccepted("notConnected", "No connection was made.", RetryAdvice.WhenBack(TimeSpan.FromSeconds(5))));
        }
        catch (JsonException)
        {
            return End(new SendOutcome.Unknown("unreadableAnswer"));
        }
        catch (OperationCanceledException)
        {
            return End(new SendOutcome.Unknown("timeout"));
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return End(new SendOutcome.Unknown("connectionLost"));
        }
    }

    /// <summary>JSON as UTF-8, characters as they are.</summary>
    public static ByteArrayContent Body(object body) => new(JsonSerializer.SerializeToUtf8Bytes(body, body.GetType(), Json)) { Headers = { ContentType = new("application/json") } };

    private static ProviderAnswer End(SendOutcome end) => new(0, default, end);

    /// <summary>A connection that does not come about in time is a failure to connect, not a call that was cut.</summary>
    private static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken ct)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        using var cut = CancellationTokenSource.CreateLinkedTokenSource(ct);
        cut.CancelAfter(ConnectWithin);
        try
        {
            await socket.ConnectAsync(context.DnsEndPoint, cut.Token);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            socket.Dispose();
            throw new SocketException((int)SocketError.TimedOut);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
