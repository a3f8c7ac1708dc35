using System.Globalization;
using System.Text;
using HotlinePush.Channels.WeChat;
using HotlinePush.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

namespace HotlinePush.Inbound.WeChat;

/// <summary>
/// <c>GET</c> and <c>POST /hooks/wechat</c>: the official account's server (developers.weixin.qq.com, 接入指南, 接收普通消息, 接收事件推送, 被动回复用户消息). The platform waits five seconds; what takes
/// longer is answered “being handled”, and the answer follows by a customer-service message.
/// </summary>
public static class WeChatHook
{
    private const long MaxBytes = 64 * 1024;

    /// <summary>A signature is good for so long before and after its timestamp.</summary>
    public static readonly TimeSpan Fresh = TimeSpan.FromMinutes(5);

    /// <summary>Leaves a second for the way back.</summary>
    public static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(4);

    /// <summary>What is still not done then has failed; the resident was told to say it again.</summary>
    private static readonly TimeSpan GiveUpAfter = TimeSpan.FromSeconds(50);

    private const string Later = "【12345】已收到，正在处理，编号稍后发给您。如五分钟内没有收到，请再发一次；紧急情况请拨打110、119、120。";

    public static void Map(RouteGroupBuilder hooks)
    {
        hooks.MapGet("/wechat", Verify).Public().TakesQuery("signature", "签名").TakesQuery("timestamp", "时间戳").TakesQuery("nonce", "随机数").TakesQuery("echostr", "原样返回")
            .WithTags("hooks").WithSummary("公众号接入验证 (verification of the address)");
        hooks.MapPost("/wechat", TakeAsync).Public().TakesUpload(MaxBytes).TakesQuery("signature", "签名").TakesQuery("timestamp", "时间戳").TakesQuery("nonce", "随机数")
            .TakesQuery("encrypt_type", "aes：安全模式").TakesQuery("msg_signature", "安全模式的签名").WithTags("hooks").WithSummary("公众号消息与事件 (messages and events)");
    }

    private static object Verify(HttpContext http, WeChatInbound account, TimeProvider engine)
    {
        var query = http.Request.Query;
        if (!IsFresh(query, engine) || !Signed(account, query))
            return Forged;
        return Results.Text(query["echostr"].ToString(), "text/plain", Encoding.UTF8);
    }

    private static async Task<object> TakeAsync(
        HttpContext http, WeChatInbound account, InboundDesk desk, WeChatReceipts receipts, [FromServices] WeChatBinding bindings, TimeProvider engine, ILogger<WeChatInbound> log)
    {
        var began = engine.GetTimestamp();
        var query = http.Request.Query;
        var given = query["signature"].ToString();
        // Safe mode signs the body too; beside that the plain signature may be missing, never wrong.
        if (!IsFresh(query, engine) || !(Signed(account, query) || (account.Key is not null && account.Token is not null && given.Length == 0)))
            return Forged;
        var body = WeChatXml.Decode((await RequestBytes.ReadAsync(http)).Span);
        if (WeChatXml.Read(body) is not { } xml)
            return BadXml;
        if (account.Key is { } key)
        {
            if (!xml.TryGetValue("Encrypt", out var box) || !WeChatCrypt.Holds(query["msg_signature"].ToString(), account.Token!, query["timestamp"].ToString(), query["nonce"].ToString(), box)
                || WeChatCrypt.Decrypt(key, account.AppId, box) is not { } plain)
                return Forged;
            if (WeChatXml.Read(plain) is not { } inner)
                return BadXml;
            xml = inner;
        }

        if (WeChatHeard.Read(xml, engine.GetUtcNow()) is not { } heard)
            return BadXml;
        if (heard.Receipt is var (id, status))
            await receipts.ApplyAsync(id, status, http.RequestAborted);
        if (heard.Left && await bindings.PhoneOfAsync(heard.From, http.RequestAborted) is { } phone)
            await bindings.UnbindAsync(phone, http.RequestAborted);
        var reply = heard.Message is { } message ? await AskAsync(desk, message, began, engine, log) : heard.Reply;
        return Answer(account, heard, reply, engine.GetUtcNow());
    }

    private static async Task<string?> AskAsync(InboundDesk desk, InboundMessage message, long began, TimeProvider engine, ILogger log)
    {
        // Not the request's own end: what is told to be handled is handled after the platform has hung up.
        var bound = new CancellationTokenSource(GiveUpAfter, engine);
        // On a thread of its own: what blocks there does not block the answer.
        var asked = Task.Run(() => desk.ReceiveAsync(message, bound.Token), CancellationToken.None);
        using var waited = new CancellationTokenSource();
        var left = AnswerWithin - engine.GetElapsedTime(began);
        if (await Task.WhenAny(asked, Task.Delay(left > TimeSpan.Zero ? left : TimeSpan.Zero, engine, waited.Token)) == asked)
        {
            await waited.CancelAsync();
            bound.Dispose();
            return (await asked).Text;
        }

        _ = FollowAsync(desk, message, asked, bound, log);
        return Later;
    }

    private static async Task FollowAsync(InboundDesk desk, InboundMessage message, Task<InboundReply> asked, CancellationTokenSource bound, ILogger log)
    {
        try
        {
            await asked;
            await desk.AnswerLaterAsync(message, bound.Token);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            log.LogError(e, "A message from WeChat that was slow could not be handled; its sender was asked to say it again");
        }
        finally
        {
            bound.Dispose();
        }
    }

    /// <summary>An empty answer is spelt <c>success</c>: the platform then neither repeats the message nor tells of a fault.</summary>
    private static IResult Answer(WeChatInbound account, WeChatHeard heard, string? reply, DateTimeOffset now)
    {
        if (reply is null)
            return Results.Text("success", "text/plain", Encoding.UTF8);
        var text = WeChatXml.Text(heard.From, heard.To, now, reply);
        if (account.Key is { } key)
        {
            var (box, timestamp, nonce) = (WeChatCrypt.Encrypt(key, account.AppId, text), now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture), Guid.NewGuid().ToString("N")[..10]);
            text = WeChatXml.Sealed(box, WeChatCrypt.Sign(account.Token!, timestamp, nonce, box), timestamp, nonce);
        }

        return Results.Text(text, "text/xml", Encoding.UTF8);
    }

    private static bool Signed(WeChatInbound account, IQueryCollection query) =>
        account.Token is { } token && WeChatCrypt.Holds(query["signature"].ToString(), token, query["timestamp"].ToString(), query["nonce"].ToString());

    private static bool IsFresh(IQueryCollection query, TimeProvider engine) =>
        WeChatXml.Moment(query["timestamp"].ToString()) is { } at && (engine.GetUtcNow() - at).Duration() <= Fresh;

    private static Refusal Forged => new("forged", "签名不符或已过时，不是公众平台发来的消息。");
    private static Refusal BadXml => new("badRequest", "不是公众平台的消息格式。");
}
