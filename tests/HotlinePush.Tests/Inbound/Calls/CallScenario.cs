using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using HotlinePush.Inbound.Calls;

namespace HotlinePush.Tests.Inbound.Calls;

/// <summary>A call-centre system that reports its calls, signed.</summary>
public sealed class CallScenario(Uri host, string secret = "demo-calls", TimeProvider? clock = null)
{
    private static readonly JsonSerializerOptions Readable = new() { DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull };
    private readonly HttpClient _client = new() { BaseAddress = host };

    public async Task<string> SaysAsync(string callId, string state, string? caller = null, string? agent = null, string? called = "12345", DateTimeOffset? at = null, string? recordingUrl = null)
    {
        var (status, text) = await PostAsync(JsonSerializer.Serialize(new { callId, state, caller, called, agent, at, recordingUrl }, Readable));
        Assert.True(status == HttpStatusCode.OK, text);
        return JsonDocument.Parse(text).RootElement.GetProperty("id").GetString()!;
    }

    public async Task<(HttpStatusCode Status, string Text)> PostAsync(string body, string? signature = null, TimeSpan late = default)
    {
        var timestamp = ((clock ?? TimeProvider.System).GetUtcNow() - late).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/hooks/calls") { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.Add(CallSignature.TimestampHeader, timestamp);
        request.Headers.Add(CallSignature.SignatureHeader, signature ?? CallSignature.Of(secret, timestamp, Encoding.UTF8.GetBytes(body)));
        using var answer = await _client.SendAsync(request);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }
}
