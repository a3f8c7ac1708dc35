using System.Net;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using HotlinePush.Channels.Outbox;
using HotlinePush.Channels.WeChat;
using HotlinePush.Inbound;
using HotlinePush.Inbound.WeChat;
using HotlinePush.Tests.Channels;
using HotlinePush.Tests.Support;
using HotlinePush.Tests.Tickets;
using Microsoft.Extensions.DependencyInjection;

namespace HotlinePush.Tests.Inbound;

/// <summary>What residents say to the official account, what comes back, what is stored.</summary>
public sealed class WeChatTests : IAsyncLifetime
{
    private readonly HotlineApp _app = WeChatAccount.NewApp(more: s => s.AddSingleton<IInboundMedia>(new Stored()));
    private WeChatAccount _account = null!;

    public async Task InitializeAsync()
    {
        await _app.InitializeAsync();
        _account = new(_app);
    }

    public async Task DisposeAsync()
    {
        Assert.Empty(_app.Warnings);
        await _app.DisposeAsync();
    }

    [Fact]
    public async Task Address_WhenThePlatformVerifiesIt_EchoesWhatItWasSent()
    {
        var timestamp = $"{_account.Now.ToUnixTimeSeconds()}";
        var right = $"signature={WeChatCrypt.Sign(WeChatAccount.Token, timestamp, "n")}&timestamp={timestamp}&nonce=n&echostr=1616140317555161061";

        Assert.Equal("1616140317555161061", await _app.Public.GetStringAsync("/hooks/wechat?" + right));
        Assert.Equal(HttpStatusCode.Forbidden, (await _app.Public.GetAsync("/hooks/wechat?" + right.Replace("nonce=n", "nonce=m", StringComparison.Ordinal))).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await _app.Public.GetAsync("/hooks/wechat?echostr=1")).StatusCode);
    }

    [Fact]
    public async Task Text_WhenSaid_BecomesATicketOfThatOpenIdOnce()
    {
        var (me, id) = (WeChatAccount.NewOpenId(), WeChatAccount.NewId());

        var first = await _account.SayAsync(_account.Text(me, "望江区鹤汀街道的路灯坏了三天", id));
        var again = await _account.SayAsync(_account.Text(me, "望江区鹤汀街道的路灯坏了三天", id));
        var more = await _account.SayAsync(_account.Text(me, "就在公交站旁边"));

        var number = SmsConversation.NumberIn(first);
        Assert.Equal(first, again);
        Assert.Equal(number, SmsConversation.NumberIn(more));
        Assert.Equal(number, SmsConversation.NumberIn(await _account.SayAsync(_account.Text(me, "查询"))));
        Assert.Equal("wechat", (await TicketAsync(number))["channel"].GetString());
        Assert.Equal(["就在公交站旁边"], await FollowUpsAsync(number));
        // Somebody else's openid knows nothing of it.
        Assert.Contains("没有查到", await _account.SayAsync(_account.Text(WeChatAccount.NewOpenId(), number)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task PictureVoiceAndPlace_WhenSentAfterTheWords_GoIntoTheSameTicket()
    {
        var me = WeChatAccount.NewOpenId();
        var number = SmsConversation.NumberIn(await _account.SayAsync(_account.Text(me, "小区门口垃圾成堆")));

        await _account.SayAsync(_account.Message(me, "image", [new("PicUrl", "http://example.invalid/x"), new("MediaId", "media-png")]));
        await _account.SayAsync(_account.Message(me, "voice", [new("MediaId", "media-amr"), new("Format", "amr"), new("Recognition", "已经一个星期没人清理")]));
        await _account.SayAsync(_account.Message(me, "location", [new("Location_X", "30.523"), new("Location_Y", "114.31"), new("Scale", "16"), new("Label", "柳荫小区")]));
        await _app.AdvanceAsync(TimeSpan.FromSeconds(2));

        Assert.Equal(["（发来1个文件，没有文字）", "已经一个星期没人清理", "（位置：柳荫小区 30.523,114.31）"], await FollowUpsAsync(number));
        var files = (await TicketScenario.SendAsync(_app, TicketScenario.Desk, HttpMethod.Get, $"/api/v1/tickets/{number}/attachments")).Ok()["items"].EnumerateArray().Select(f => f.GetProperty("kind").GetString());
        Assert.Equal(["png", "amr"], files);
    }

    [Fact]
    public async Task Picture_WhenItIsGone_IsSaidInTheTicket()
    {
        var me = WeChatAccount.NewOpenId();
        var number = SmsConversation.NumberIn(await _account.SayAsync(_account.Message(me, "image", [new("MediaId", "gone")])));
        await _app.AdvanceAsync(TimeSpan.FromSeconds(2));

        Assert.Equal(["（一个附件已无法取得）"], await FollowUpsAsync(number));
    }

    [Fact]
    public async Task Video_WhenSent_IsDeclinedPolitely()
    {
        Assert.Contains("暂时不能接收视频", await _account.SayAsync(_account.Message(WeChatAccount.NewOpenId(), "video", [new("MediaId", "m"), new("ThumbMediaId", "t")])), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Events_WhenTheyCome_AreAnsweredAsTheyShould()
    {
        var me = WeChatAccount.NewOpenId();

        Assert.Contains("欢迎关注", await _account.SayAsync(_account.Event(me, "subscribe")), StringComparison.Ordinal);
        Assert.Contains("没有查到", await _account.SayAsync(_account.Event(me, "CLICK", new XElement("EventKey", "STATUS"))), StringComparison.Ordinal);
        Assert.Null(await _account.SayAsync(_account.Event(me, "LOCATION", new XElement("Latitude", "30.5"), new XElement("Longitude", "114.3"), new XElement("Precision", "20"))));
        Assert.Null(await _account.SayAsync(_account.Event(me, "VIEW", new XElement("EventKey", "https://example.com"))));
        Assert.Null(await _account.SayAsync(_account.Event(me, "TEMPLATESENDJOBFINISH", new XElement("MsgID", "200163836"), new XElement("Status", "success"))));
        Assert.Null(await _account.SayAsync(_account.Event(me, "unsubscribe")));
    }

    [Fact]
    public async Task Message_WhenForgedOrStale_IsRefusedAndNothingIsStored()
    {
        var me = WeChatAccount.NewOpenId();
        var xml = _account.Text(me, "路灯不亮");

        Assert.Equal(HttpStatusCode.Forbidden, (await _account.PostAsync(xml, change: q => q.Remove("signature"))).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await _account.PostAsync(xml, change: q => q["signature"] = q["signature"][..^1] + (q["signature"][^1] == '0' ? '1' : '0'))).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await _account.PostAsync(xml, change: q => q["nonce"] = "other")).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await _account.PostAsync(xml, at: _account.Now - WeChatHook.Fresh - TimeSpan.FromSeconds(5))).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await _account.PostAsync(xml, at: _account.Now + WeChatHook.Fresh + TimeSpan.FromSeconds(5))).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await _account.PostAsync("<xml><a></xml>")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await _account.PostAsync("<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]><xml><FromUserName>&e;</FromUserName></xml>")).Status);
        Assert.Contains("没有查到", await _account.SayAsync(_account.Text(me, "查询")), StringComparison.Ordinal);
        // A clock that is a little late or early is none the worse for it.
        Assert.Equal(HttpStatusCode.OK, (await _account.PostAsync(xml, at: _account.Now - TimeSpan.FromMinutes(4))).Status);
    }

    [Fact]
    public async Task Phone_WhenBoundByCode_MakesItsTicketsTheOpenIdsOwn()
    {
        var ticket = await TicketScenario.SignedAsync(_app);
        var (me, other) = (WeChatAccount.NewOpenId(), WeChatAccount.NewOpenId());
        Assert.Contains("没有查到", await _account.SayAsync(_account.Text(me, ticket.Number)), StringComparison.Ordinal);

        Assert.Contains("验证码已发送到", await _account.SayAsync(_account.Text(me, "绑定 " + ticket.Phone)), StringComparison.Ordinal);
        var code = await CodeAsync(ticket.Phone!);
        Assert.Contains("不对或已失效", await _account.SayAsync(_account.Text(other, "绑定码 " + code)), StringComparison.Ordinal);
        Assert.Contains("不对或已失效", await _account.SayAsync(_account.Text(me, code == "000000" ? "000001" : "000000")), StringComparison.Ordinal);
        Assert.Contains("已绑定", await _account.SayAsync(_account.Text(me, "绑定码 " + code)), StringComparison.Ordinal);
        Assert.Contains("不对或已失效", await _account.SayAsync(_account.Text(me, "绑定码 " + code)), StringComparison.Ordinal);

        Assert.Contains(ticket.Number, await _account.SayAsync(_account.Text(me, ticket.Number)), StringComparison.Ordinal);
        Assert.Equal(me, await _app.Services().GetRequiredService<WeChatBinding>().FindAsync(ticket.Phone!, CancellationToken.None));
        Assert.Contains("已解除", await _account.SayAsync(_account.Text(me, "解绑")), StringComparison.Ordinal);
        Assert.Contains("没有查到", await _account.SayAsync(_account.Text(me, ticket.Number)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Notice_WhenThePhoneOfItsListIsBound_ReachesTheOpenId()
    {
        var (me, phone) = (WeChatAccount.NewOpenId(), TicketScenario.NewPhone());
        await _account.SayAsync(_account.Text(me, "绑定" + phone));
        await _account.SayAsync(_account.Text(me, await CodeAsync("+86" + phone)));
        var publisher = new NoticeScenario(_app);
        var audience = await publisher.AudienceAsync($"recipient_id,name,phone\n1,甲,{phone}\n2,乙,{TicketScenario.NewPhone()}\n");

        var id = await publisher.SendAsync(new { title = "通知", field = "relief", audienceId = audience, channels = new[] { "wechat" }, texts = new { wechat = "您好" } });
        await _app.AdvanceAsync(TimeSpan.FromSeconds(5));

        Assert.Equal([me], (await _app.Services().TextsAsync(t => t.NoticeId == id)).Select(t => t.To));
        Assert.Equal(1, (await publisher.ProgressAsync(id)).GetProperty("skipped").GetInt32());
    }

    private async Task<string> CodeAsync(string phone) =>
        Regex.Match((await _app.Services().TextsToAsync(phone)).Last(t => t.Purpose == "code").Body!, @"\d{6}").Value;

    private async Task<Answer> TicketAsync(string number) => (await TicketScenario.SendAsync(_app, TicketScenario.Desk, HttpMethod.Get, $"/api/v1/tickets/{number}")).Ok();

    private Task<List<string>> FollowUpsAsync(string number) => new SmsConversation(_app, "").FollowUpsAsync(number);

    /// <summary>The platform's store of media.</summary>
    private sealed class Stored : IInboundMedia
    {
        private static readonly byte[] Png = Convert.FromBase64String("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==");

        public string Channel => InboundChannels.WeChat;

        public Task<Stream?> OpenAsync(string reference, CancellationToken ct) => Task.FromResult<Stream?>(reference switch
        {
            "media-png" => new MemoryStream(Png),
            "media-amr" => new MemoryStream([.. "#!AMR\n"u8, .. new byte[200]]),
            _ => null,
        });
    }
}

/// <summary>Safe mode, and a store that is slow.</summary>
public sealed class WeChatSafeModeTests
{
    [Fact]
    public async Task Message_InSafeMode_IsReadAndAnsweredSealed()
    {
        var app = WeChatAccount.NewApp(safe: true);
        await app.InitializeAsync();
        try
        {
            var account = new WeChatAccount(app, safe: true);
            var me = WeChatAccount.NewOpenId();

            var number = SmsConversation.NumberIn(await account.SayAsync(account.Text(me, "望江区鹤汀街道的路灯坏了三天")));

            Assert.Equal(number, SmsConversation.NumberIn(await account.SayAsync(account.Text(me, "查询"))));
            // Some accounts sign the sealed body alone.
            Assert.Equal(HttpStatusCode.OK, (await account.PostAsync(account.Text(me, "查询"), change: q => q.Remove("signature"))).Status);
            Assert.Equal(HttpStatusCode.Forbidden, (await account.PostAsync(account.Text(me, "伪造"), change: q => q["msg_signature"] = new string('0', 40))).Status);
            Assert.Equal(HttpStatusCode.Forbidden, (await account.PostAsync(account.Text(me, "伪造"), change: q => q.Remove("msg_signature"))).Status);
            // Plain words under a plain signature are no way round it.
            Assert.Equal(HttpStatusCode.Forbidden, (await new WeChatAccount(app).PostAsync(account.Text(me, "伪造"))).Status);
            Assert.Empty(app.Warnings);
        }
        finally
        {
            await app.DisposeAsync();
        }
    }
}
