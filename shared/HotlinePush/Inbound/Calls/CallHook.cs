using System.Globalization;
using HotlinePush.Clocks;
using HotlinePush.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace HotlinePush.Inbound.Calls;

/// <summary>
/// <c>POST /hooks/calls</c>: what any call-centre system says of its calls, signed (<see cref="CallSignature"/>). States may come in any order and
/// as often as they like; the answer is the same each time.
/// </summary>
public static class CallHook
{
    public const string Source = "calls";
    private const int MaxCallId = 200, MaxNumber = 40, MaxUrl = 2_000;

    /// <summary>How far the time of a state may lie back, or ahead by a clock that is wrong.</summary>
    private static readonly TimeSpan Oldest = TimeSpan.FromDays(7), Newest = TimeSpan.FromHours(1);

    /// <param name="At">Null: when it was signed, which a repeat does not change.</param>
    private sealed record CallBody(
        string CallId, CallState State, DateTimeOffset? At = null, string? Caller = null, string? Called = null, string? Agent = null, string? RecordingUrl = null);

    /// <param name="Id">The call here.</param>
    private sealed record Taken(string Id, string CallId);

    public static void Map(RouteGroupBuilder hooks) =>
        hooks.MapPost("/calls", TakeAsync).Public().WithTags("hooks").WithSummary("话务系统来电通知，HMAC 签名 (calls of any call-centre system, signed)");

    private static async Task<object> TakeAsync(HttpContext http, CallSettings settings, CallDesk desk, ProductClock clock, TimeProvider engine)
    {
        var bytes = await RequestBytes.ReadAsync(http);
        var headers = http.Request.Headers;
        if (!CallSignature.Holds(settings.Secrets, headers[CallSignature.TimestampHeader], headers[CallSignature.SignatureHeader], bytes.Span, engine.GetUtcNow(), settings.Window))
            return new Refusal("forged", "签名不符，或时间戳与本系统的时钟相差过大。");
        var body = JsonBody<CallBody>.Parse(bytes);
        if (body.Refusal is { } unread)
            return unread;
        var now = clock.GetUtcNow();
        var given = body.Value;
        var at = given.At ?? SignedAt(headers[CallSignature.TimestampHeader].ToString(), now - engine.GetUtcNow());
        var check = new Check()
            .Text("callId", given.CallId, required: true, max: MaxCallId)
            .Text("caller", given.Caller, max: MaxNumber)
            .Text("called", given.Called, max: MaxNumber)
            .Text("agent", given.Agent, max: Agents.MaxLength)
            .Text("recordingUrl", given.RecordingUrl, max: MaxUrl)
            .That(at > now - Oldest && at < now + Newest, "at", "badTime", "应在过去 7 天内，至多比现在晚 1 小时。")
            .That(given.RecordingUrl is not { Length: > 0 } url || IsWeb(url), "recordingUrl", "badValue", "应为 https 地址。");
        if (check.Refusal is { } refusal)
            return refusal;
        var call = await desk.ReportAsync(
            Source, new(given.CallId, given.State, at, Blank(given.Caller), Blank(given.Called), Blank(given.Agent), Blank(given.RecordingUrl)), http.RequestAborted);
        return TypedResults.Ok(new Taken(call.Id, given.CallId));
    }

    /// <param name="ahead">How far product time is before engine time, which signatures go by: whole seconds, so that two readings of the clocks make no difference.</param>
    private static DateTimeOffset SignedAt(string timestamp, TimeSpan ahead) =>
        DateTimeOffset.FromUnixTimeSeconds(long.Parse(timestamp, CultureInfo.InvariantCulture)) + TimeSpan.FromSeconds(Math.Round(ahead.TotalSeconds));

    // Nothing but a link that a browser opens as a page: no script, no file, no name or password in it.
    private static bool IsWeb(string url) => Uri.TryCreate(url, UriKind.Absolute, out var address) && address.Scheme == Uri.UriSchemeHttps && address.UserInfo.Length == 0;

    private static string? Blank(string? text) => string.IsNullOrWhiteSpace(text) ? null : text;
}
