using System.Globalization;
using System.Security;
using HotlinePush.Channels.Twilio;
using HotlinePush.Notices;
using HotlinePush.Security;
using HotlinePush.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace HotlinePush.Inbound.Sms;

/// <summary>
/// <c>POST /hooks/twilio/sms</c>: a text that somebody sent to one of our numbers (twilio.com/docs/messaging/guides/webhook-request). The answer is TwiML; long texts
/// arrive joined. Twilio repeats nothing by itself, so a failure is answered as one: its fallback address, or its log, has the message then.
/// </summary>
public static class TwilioSms
{
    private const string Path = "/hooks/twilio/sms";
    private const long MaxBytes = 64 * 1024;
    private const int MostMedia = 10;

    public static void Map(RouteGroupBuilder hooks) =>
        hooks.MapPost("/twilio/sms", TakeAsync).Public().TakesUpload(MaxBytes).WithTags("hooks").WithSummary("Twilio 上行短信 (a text to one of our numbers)");

    private static async Task<object> TakeAsync(HttpContext http, TwilioTokens tokens, SiteAddress site, InboundDesk desk, TimeProvider engine)
    {
        var request = http.Request;
        var given = request.Headers[TwilioSignature.Header].ToString();
        if (given.Length == 0 || tokens.Tokens.Count == 0)
            return Forged;
        if (!request.HasFormContentType)
            return new Refusal("badForm", "应为表单（application/x-www-form-urlencoded）。");
        var form = await request.ReadFormAsync(http.RequestAborted);
        // The address as Twilio was given it: a proxy in front may show another one here.
        if (!TwilioSignature.Holds(tokens.Tokens, site.Url + Path + request.QueryString.Value, [.. form], given))
            return Forged;
        if (Read(form, engine.GetUtcNow()) is not { } message)
            return new Refusal("required", "缺少 MessageSid 或 From。");
        var reply = await desk.ReceiveAsync(message, http.RequestAborted);
        // Twilio has answered STOP and START itself where it says so; a second answer would be refused.
        return Answer(form["OptOutType"].ToString().Length > 0 ? null : reply.Text);
    }

    /// <summary>Null where it has neither id nor sender.</summary>
    internal static InboundMessage? Read(IFormCollection form, DateTimeOffset now)
    {
        var id = form["MessageSid"].ToString() is { Length: > 0 } sid ? sid : form["SmsMessageSid"].ToString();
        var (from, to) = (form["From"].ToString(), form["To"].ToString());
        if (id.Length is 0 or > 64 || from.Length == 0)
            return null;
        // Short codes and named senders are machines; what comes from our own number is our own.
        var isPerson = PhoneNumber.TryParse(from, out var phone) && from != to;
        var sender = isPerson ? phone : from.Length <= 100 ? from : from[..100];
        return new(InboundChannels.Sms, to, sender, id, now, form["Body"].ToString())
        {
            Automatic = !isPerson,
            AnsweredByCaller = true,
            Media = Media(form),
        };
    }

    private static List<InboundMedia> Media(IFormCollection form)
    {
        var media = new List<InboundMedia>();
        if (int.TryParse(form["NumMedia"].ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var count))
            for (var i = 0; i < Math.Min(count, MostMedia); i++)
                if (form[$"MediaUrl{i}"].ToString() is { Length: > 0 and <= 500 } url)
                    media.Add(new($"彩信{i + 1}", form[$"MediaContentType{i}"].ToString(), url));
        return media;
    }

    private static Reply Answer(string? text) => new(
        StatusCodes.Status200OK,
        System.Text.Encoding.UTF8.GetBytes($"<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response>{(text is null ? "" : $"<Message>{SecurityElement.Escape(text)}</Message>")}</Response>"),
        "text/xml; charset=utf-8");

    private static Refusal Forged => new("forged", "签名不符，不是 Twilio 发来的短信。");
}
