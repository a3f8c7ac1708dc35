using System.Collections.Frozen;
using HotlinePush.Inbound.TwilioVoice;
using HotlinePush.Messaging;
using HotlinePush.Notices;
using HotlinePush.Notices.Sending;
using HotlinePush.Security;
using HotlinePush.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace HotlinePush.Channels.Twilio;

/// <summary>The auth tokens that may have signed a report; none: Twilio is not used, and every report is forged.</summary>
public sealed record TwilioTokens(IReadOnlyList<string> Tokens)
{
    public static TwilioTokens Of(TwilioSettings settings) => new([settings.AuthToken, .. settings.OtherAuthToken is { } other ? [other] : Array.Empty<string>()]);

    public override string ToString() => nameof(TwilioTokens);
}

/// <summary>
/// <c>POST /hooks/twilio/status?attempt=…</c>: what became of a text (twilio.com/docs/messaging/guides/track-outbound-message-status). Repeated,
/// late and in any order it does no harm. It goes to the bus before the answer, because Twilio does not ask again.
/// </summary>
public static class TwilioReports
{
    private const string Prefix = "/hooks";
    private const string Path = "/twilio/status";
    private const long MaxBytes = 64 * 1024;

    /// <summary>Twilio's words; null: it is on its way, which is no news.</summary>
    private static readonly FrozenDictionary<string, DeliveryState?> States = new Dictionary<string, DeliveryState?>(StringComparer.Ordinal)
    {
        ["accepted"] = null,
        ["scheduled"] = null,
        ["queued"] = null,
        ["sending"] = null,
        ["sent"] = DeliveryState.Sent,
        ["delivered"] = DeliveryState.Delivered,
        ["read"] = DeliveryState.Delivered,
        ["undelivered"] = DeliveryState.Failed,
        ["failed"] = DeliveryState.Failed,
        ["canceled"] = DeliveryState.Failed,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Where Twilio is asked to report an attempt.</summary>
    public static string AddressOf(SiteAddress site, string attemptId) => $"{site.Url}{Prefix}{Path}?attempt={attemptId}";

    public static void Map(RouteGroupBuilder hooks) =>
        hooks.MapPost(Path, TakeAsync).Public().TakesUpload(MaxBytes).TakesQuery("attempt", "发送尝试 (the attempt of a text; calls have none)")
            .WithTags("hooks").WithSummary("Twilio 短信和通话状态报告 (status callbacks)");

    private static async Task<object> TakeAsync(HttpContext http, TwilioTokens tokens, SiteAddress site, KeyRing keys, OptOuts optOuts, IMessageBus bus, MessageCatalogue catalogue, TwilioVoiceSettings voice, VoiceCalls calls)
    {
        var request = http.Request;
        var given = request.Headers[TwilioSignature.Header].ToString();
        if (given.Length == 0 || tokens.Tokens.Count + voice.Tokens.Count == 0)
            return Forged;
        if (!request.HasFormContentType)
            return new Refusal("badForm", "应为表单（application/x-www-form-urlencoded）。");
        var form = await request.ReadFormAsync(http.RequestAborted);
        var isCall = form.ContainsKey("CallStatus");
        // The address as Twilio was given it: a proxy in front may show another one here.
        if (!TwilioSignature.Holds(isCall ? voice.Tokens : tokens.Tokens, site.Url + Prefix + Path + request.QueryString.Value, [.. form], given))
            return Forged;
        if (isCall)
            return await CallAsync(form, calls, http.RequestAborted);
        var attempt = request.Query["attempt"].ToString();
        var word = form["MessageStatus"].ToString() is { Length: > 0 } status ? status : form["SmsStatus"].ToString();
        if (attempt.Length == 0 || word.Length == 0)
            return new Refusal("required", "缺少 attempt 或 MessageStatus。");
        var isNotice = AttemptId.Read(keys, attempt) is not null;
        // Nobody waits for the end of what the product itself tells people; that they want no more counts all the same.
        if (!isNotice && !TextReference.IsOurs(keys, attempt))
            return Forged;
        var code = form["ErrorCode"].ToString() is { Length: > 0 and <= 10 } digits && digits.All(char.IsAsciiDigit) ? digits : null;
        if (code == OptedOut && PhoneNumber.TryParse(form["To"].ToString(), out var phone))
            await optOuts.AddAsync(OptOuts.EveryOffice, phone, http.RequestAborted);
        // A word that Twilio adds one day is no news to us.
        if (isNotice && States.GetValueOrDefault(word) is { } state)
            await bus.SendAsync([catalogue.Message(SendingMessages.ReceiptType, $"{attempt}-{state}", new ReceiptCame(attempt, state, code)).ToOutgoing()], http.RequestAborted);
        return Results.NoContent();
    }

    private static async Task<object> CallAsync(IFormCollection form, VoiceCalls calls, CancellationToken ct)
    {
        var (call, parent) = (form["CallSid"].ToString(), form["ParentCallSid"].ToString());
        if (!TwilioSid.Is(call, "CA") || (parent.Length > 0 && !TwilioSid.Is(parent, "CA")))
            return Refusal.Of("badValue", "CallSid", "应为 CA 和 32 位十六进制数。");
        await calls.StatusAsync(call, parent.Length > 0 ? parent : null, form["CallStatus"].ToString(), ct);
        return Results.NoContent();
    }

    private static readonly string OptedOut = TwilioCodes.OptedOut.ToString(System.Globalization.CultureInfo.InvariantCulture);

    private static Refusal Forged => new("forged", "签名不符，或不是本系统发出的短信。");
}
