using System.Globalization;
using HotlinePush.Channels.Twilio;
using HotlinePush.Notices;
using HotlinePush.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace HotlinePush.Inbound.TwilioVoice;

/// <summary>
/// <c>POST /hooks/twilio/voice</c>, what a caller hears next, and <c>/recording</c>, recordings and what was understood of them. Signed as Twilio signs
/// (<see cref="TwilioSignature"/>), over the public address; a call's progress comes to <c>/hooks/twilio/status</c>.
/// </summary>
public static class VoiceHooks
{
    private const string Root = "/hooks/twilio";
    private const long MaxBytes = 64 * 1024;
    private const int MostTurns = 1_000;

    public static void Map(RouteGroupBuilder hooks)
    {
        hooks.MapPost("/twilio/voice", VoiceAsync).Public().TakesUpload(MaxBytes).TakesQuery("turn", "第几步 (which turn)", "integer").WithTags("hooks").WithSummary("Twilio 语音菜单 (the telephone menu)");
        hooks.MapPost("/twilio/recording", RecordingAsync).Public().TakesUpload(MaxBytes).WithTags("hooks").WithSummary("Twilio 录音与转写 (recordings and transcripts)");
    }

    private static async Task<object> VoiceAsync(HttpContext http, VoiceCalls calls, TwilioVoiceSettings settings, SiteAddress site)
    {
        var (form, refusal) = await ReadAsync(http, settings, site, "/voice");
        if (form is null)
            return refusal!;
        var callSid = form["CallSid"].ToString();
        var query = new QueryFields(http.Request);
        var turn = query.Number("turn", 0, MostTurns) ?? 0;
        query.Check.That(TwilioSid.Is(callSid, "CA"), "CallSid", "badValue", "应为 CA 和 32 位十六进制数。");
        if (query.Refusal is { } wrong)
            return wrong;
        var recording = form["RecordingSid"].ToString();
        var input = new VoiceInput(
            form["Digits"].ToString() is { Length: 1 } key ? key : "",
            TwilioSid.Is(recording, "RE") ? recording : null,
            // What became of the desk's leg, or of the queue.
            form["DialCallStatus"].ToString() is { Length: > 0 } dialled ? dialled is "completed" or "answered" : form["QueueResult"].ToString() == "bridged");
        var answer = await calls.AnswerAsync(callSid, Short(form["From"]), Short(form["To"]), (int)turn, input, http.RequestAborted);
        return Results.Content(answer, "text/xml; charset=utf-8");
    }

    private static async Task<object> RecordingAsync(HttpContext http, VoiceRecordings recordings, TwilioVoiceSettings settings, SiteAddress site)
    {
        var (form, refusal) = await ReadAsync(http, settings, site, "/recording");
        if (form is null)
            return refusal!;
        var (callSid, recordingSid) = (form["CallSid"].ToString(), form["RecordingSid"].ToString());
        var check = new Check()
            .That(TwilioSid.Is(callSid, "CA"), "CallSid", "badValue", "应为 CA 和 32 位十六进制数。")
            .That(TwilioSid.Is(recordingSid, "RE"), "RecordingSid", "badValue", "应为 RE 和 32 位十六进制数。");
        if (check.Refusal is { } wrong)
            return wrong;
        if (form["TranscriptionStatus"].ToString() == "completed")
            await recordings.TranscribedAsync(callSid, recordingSid, form["TranscriptionText"].ToString(), http.RequestAborted);
        else if (form["RecordingStatus"].ToString() == "completed")
            await recordings.RecordedAsync(callSid, recordingSid, http.RequestAborted);
        return Results.NoContent();
    }

    /// <summary>The form, where Twilio signed it.</summary>
    private static async Task<(IFormCollection? Form, Refusal? Refusal)> ReadAsync(HttpContext http, TwilioVoiceSettings settings, SiteAddress site, string path)
    {
        var request = http.Request;
        var given = request.Headers[TwilioSignature.Header].ToString();
        if (given.Length == 0 || settings.Tokens.Count == 0)
            return (null, Forged);
        if (!request.HasFormContentType)
            return (null, new("badForm", "应为表单（application/x-www-form-urlencoded）。"));
        var form = await request.ReadFormAsync(http.RequestAborted);
        // The address as Twilio was given it: a proxy in front may show another one here.
        return TwilioSignature.Holds(settings.Tokens, site.Url + Root + path + request.QueryString.Value, [.. form], given) ? (form, null) : (null, Forged);
    }

    private static string? Short(Microsoft.Extensions.Primitives.StringValues value) =>
        value.ToString() is { Length: > 0 and <= 40 } text && Characters.AreAllowed(text) ? text : null;

    private static Refusal Forged => new("forged", "签名不符。");
}
