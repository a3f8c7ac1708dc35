using System.Globalization;
using System.Net;
using System.Text;
using System.Xml.Linq;
using HotlinePush.Inbound.WeChat;
using HotlinePush.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace HotlinePush.Tests.Inbound;

/// <summary>The platform as it calls the official account's server, in plain or in safe mode.</summary>
internal sealed class WeChatAccount(HotlineApp app, bool safe = false)
{
    public const string Token = "pamtest", AppId = "wxb11529c136998cb6", Ours = "gh_7f083739789a";
    private static readonly byte[] Key = WeChatCrypt.Key("abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG")!;
    private static long _ids = 6_000_000_000_000_000_000;

    public static HotlineApp NewApp(bool safe = false, Action<IServiceCollection>? more = null) => new()
    {
        Change = services =>
        {
            services.Replace(ServiceDescriptor.Singleton(new WeChatInbound(Token, safe ? Key : null, AppId)));
            more?.Invoke(services);
        },
    };

    public static long NewId() => Interlocked.Increment(ref _ids);

    public static string NewOpenId() => "o" + Guid.NewGuid().ToString("N")[..27];

    public DateTimeOffset Now => app.App.Services.GetRequiredService<TimeProvider>().GetUtcNow();

    public string Text(string openId, string content, long? id = null) => Message(openId, "text", new XElement("Content", content), id);

    public string Message(string openId, string type, IEnumerable<XElement> parts, long? id = null, DateTimeOffset? at = null) => new XElement(
        "xml", new XElement("ToUserName", Ours), new XElement("FromUserName", openId), new XElement("CreateTime", (at ?? Now).ToUnixTimeSeconds()), new XElement("MsgType", type), parts,
        new XElement("MsgId", id ?? NewId())).ToString();

    public string Message(string openId, string type, XElement part, long? id = null) => Message(openId, type, [part], id);

    public string Event(string openId, string name, params XElement[] parts) => new XElement(
        "xml", new XElement("ToUserName", Ours), new XElement("FromUserName", openId), new XElement("CreateTime", Now.ToUnixTimeSeconds()), new XElement("MsgType", "event"),
        new XElement("Event", name), parts).ToString();

    /// <summary>Sends it as the platform does; the text of the passive answer, null for none.</summary>
    public async Task<string?> SayAsync(string xml)
    {
        var (status, body) = await PostAsync(xml);
        Assert.True(status == HttpStatusCode.OK, $"{status}: {body}");
        return Reply(body);
    }

    public string? Reply(string body)
    {
        if (body is "success" or "")
            return null;
        var xml = XDocument.Parse(body).Root!;
        if (safe)
        {
            var box = xml.Element("Encrypt")!.Value;
            Assert.True(WeChatCrypt.Holds(xml.Element("MsgSignature")!.Value, Token, xml.Element("TimeStamp")!.Value, xml.Element("Nonce")!.Value, box));
            xml = XDocument.Parse(WeChatCrypt.Decrypt(Key, AppId, box)!).Root!;
        }

        Assert.Equal("text", xml.Element("MsgType")!.Value);
        Assert.Equal(Ours, xml.Element("FromUserName")!.Value);
        return xml.Element("Content")!.Value;
    }

    public Task<(HttpStatusCode Status, string Body)> PostAsync(string xml, DateTimeOffset? at = null, Action<Dictionary<string, string>>? change = null)
    {
        var (timestamp, nonce) = ((at ?? Now).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture), "415670741");
        var query = new Dictionary<string, string> { ["signature"] = WeChatCrypt.Sign(Token, timestamp, nonce), ["timestamp"] = timestamp, ["nonce"] = nonce };
        if (safe)
        {
            var box = WeChatCrypt.Encrypt(Key, AppId, xml);
            query["encrypt_type"] = "aes";
            query["msg_signature"] = WeChatCrypt.Sign(Token, timestamp, nonce, box);
            xml = new XElement("xml", new XElement("ToUserName", Ours), new XElement("Encrypt", box)).ToString();
        }

        change?.Invoke(query);
        return SendAsync(xml, query);
    }

    public async Task<(HttpStatusCode Status, string Body)> SendAsync(string body, Dictionary<string, string> query)
    {
        using var answer = await app.Public.PostAsync(
            "/hooks/wechat?" + string.Join('&', query.Select(q => $"{q.Key}={Uri.EscapeDataString(q.Value)}")), new StringContent(body, Encoding.UTF8, "text/xml"));
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }
}
