using System.Globalization;
using System.Text.Json;
using HotlinePush.Channels;
using HotlinePush.Channels.WeComRobot;

namespace HotlinePush.Tests.Channels;

/// <summary>Group robots against a server that answers as WeCom documents, and the platform's limits in bytes.</summary>
public sealed class WeComRobotTests : IAsyncLifetime
{
    private const string Key = "693a91f6-7ccc-4bc4-97a0-0ec2a1fa5aaa";
    private const string Posted = """{"errcode":0,"errmsg":"ok"}""";
    private static readonly GroupContent Hello = new(GroupMessageKind.Text, "明日停水\n请储水 \"备用\"", Articles: []);
    private ProviderServer _server = null!;

    public async Task InitializeAsync() => _server = await ProviderServer.StartAsync();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    private static async Task<SendOutcome> SendAsync(Uri address, GroupContent content, CancellationToken ct = default)
    {
        using var channel = new WeComRobotChannel(new(true, address));
        return await channel.SendAsync(new("g1-0-1", "g1-0", "东街群", Key, content, null), ct);
    }

    [Fact]
    public async Task Message_OfEachKind_GoesAsDocumented()
    {
        _server.Says(Posted);
        Assert.Equal(new SendOutcome.Accepted(null), await SendAsync(_server.Address, Hello));
        await SendAsync(_server.Address, new(GroupMessageKind.Markdown, Markdown: "# 停水\n> 东街", Articles: []));
        await SendAsync(_server.Address, new(GroupMessageKind.News, Articles: [new("停水通知", "https://x.cn/1", "东街", "https://x.cn/1.png"), new("解释", "https://x.cn/2")]));

        Assert.All(_server.Calls, c => Assert.Equal(("POST", "/cgi-bin/webhook/send", "?key=" + Key), (c.Method, c.Path, c.Query)));
        var bodies = _server.Calls.Select(c => JsonDocument.Parse(c.Body).RootElement).ToList();
        Assert.Equal(("text", "明日停水\n请储水 \"备用\""), (bodies[0].GetProperty("msgtype").GetString(), bodies[0].GetProperty("text").GetProperty("content").GetString()));
        Assert.Equal(("markdown", "# 停水\n> 东街"), (bodies[1].GetProperty("msgtype").GetString(), bodies[1].GetProperty("markdown").GetProperty("content").GetString()));
        var articles = bodies[2].GetProperty("news").GetProperty("articles");
        Assert.Equal((2, "停水通知", "https://x.cn/1.png"), (articles.GetArrayLength(), articles[0].GetProperty("title").GetString(), articles[0].GetProperty("picurl").GetString()));
        Assert.DoesNotContain("\\u", _server.Calls[0].Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(93000, "never")]
    [InlineData(40058, "never")]
    [InlineData(45002, "never")]
    [InlineData(45009, "outage")]
    [InlineData(-1, "unknown")]
    [InlineData(123456, "unknown")]
    public async Task Answer_OfEachCode_SaysWhatItProves(int code, string proves)
    {
        _server.Says(string.Create(CultureInfo.InvariantCulture, $$"""{"errcode":{{code}},"errmsg":"invalid webhook url, key {{Key}}, hint: [1]"}"""));

        var outcome = await SendAsync(_server.Address, Hello);

        Assert.Equal(proves, outcome switch { SendOutcome.NotAccepted { Retry.Never: true } => "never", SendOutcome.NotAccepted { Retry.Outage: true } => "outage", _ => "unknown" });
        Assert.Single(_server.Calls);
        Assert.DoesNotContain(Key, outcome.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public Task Call_WhenTheWireFails_EndsAsWhatIsProven() => WireFaults.AssertAsync(_server, Posted, (address, ct) => SendAsync(address, Hello, ct));

    private static GroupMessageBody Text(string text) => new(["g1"], GroupMessageKind.Text, text);
    private static GroupMessageBody Markdown(string text) => new(["g1"], GroupMessageKind.Markdown, Markdown: text);
    private static GroupMessageBody News(params GroupArticle[] articles) => new(["g1"], GroupMessageKind.News, Articles: articles);
    private static GroupArticle Article(string title = "题", string description = "述", string url = "https://x.cn/") => new(title, url, description);

    [Fact]
    public void Limits_AreInBytes()
    {
        static void Fits(GroupMessageBody body) => Assert.Null(GroupMessageChecks.Of(body));
        static void TooLong(GroupMessageBody body, string field) => Assert.StartsWith("tooLong", GroupMessageChecks.Of(body)!.Errors![field].Single(), StringComparison.Ordinal);

        Fits(Text(new string('汉', 682) + "ab"));
        TooLong(Text(new string('汉', 682) + "abc"), "text");
        Fits(Text(string.Concat(Enumerable.Repeat("😀", 512))));
        TooLong(Text(string.Concat(Enumerable.Repeat("😀", 512)) + "x"), "text");
        Fits(Markdown(new string('x', 4_096)));
        TooLong(Markdown(new string('x', 4_097)), "markdown");
        // Line ends count as they are sent.
        Fits(Text(string.Concat(Enumerable.Repeat("a\r\n", 1_024))));
        Fits(News(Article(new string('汉', 42) + "ab", new string('汉', 170) + "ab")));
        TooLong(News(Article(new string('汉', 43))), "articles[0].title");
        TooLong(News(Article(description: new string('汉', 171))), "articles[0].description");
        Fits(News([.. Enumerable.Repeat(Article(), 8)]));
        Assert.Contains("articles", GroupMessageChecks.Of(News([.. Enumerable.Repeat(Article(), 9)]))!.Errors!.Keys);
        Assert.Contains("articles", GroupMessageChecks.Of(News())!.Errors!.Keys);
    }

    [Theory]
    [InlineData("您好{{姓名}}", "recipientPlaceholder")]
    [InlineData("{{", "recipientPlaceholder")]
    [InlineData("<@all>", "mentionRefused")]
    [InlineData("< @zhang>看这里", "mentionRefused")]
    [InlineData("@ALL 请看", "mentionRefused")]
    [InlineData("请@all看", "mentionRefused")]
    [InlineData("控制\u0007", "badText")]
    [InlineData("   ", "required")]
    public void Words_ThatAGroupMustNotGet_AreRefused(string text, string code)
    {
        Assert.StartsWith(code, GroupMessageChecks.Of(Text(text))!.Errors!["text"].First(), StringComparison.Ordinal);
        Assert.NotNull(GroupMessageChecks.Of(Markdown(text)));
        Assert.NotNull(GroupMessageChecks.Of(News(Article(text))));
    }

    [Fact]
    public void HalfACharacter_IsRefused() => Assert.StartsWith("badText", GroupMessageChecks.Of(Text("半个" + "😀"[0]))!.Errors!["text"].First(), StringComparison.Ordinal);

    [Fact]
    public void Words_ThatOnlyLookLikeAMention_AreTaken() => Assert.Null(GroupMessageChecks.Of(Text("请写信到 office@allcity.gov.cn 或 a<b@c")));

    [Fact]
    public void Fields_OfAnotherKind_AreRefusedRatherThanDropped()
    {
        Assert.Equal(["markdown"], GroupMessageChecks.Of(Text("a") with { Markdown = "b" })!.Errors!.Keys);
        Assert.Equal(["text", "articles"], GroupMessageChecks.Of(Text("a") with { Kind = GroupMessageKind.News })!.Errors!.Keys);
        Assert.Contains("articles[0].url", GroupMessageChecks.Of(News(Article(url: "javascript:alert(1)")))!.Errors!.Keys);
        Assert.Contains("robotIds", GroupMessageChecks.Of(Text("a") with { RobotIds = [] })!.Errors!.Keys);
        Assert.Contains("robotIds", GroupMessageChecks.Of(Text("a") with { RobotIds = ["g1", "g1"] })!.Errors!.Keys);
        Assert.Contains("robotIds", GroupMessageChecks.Of(Text("a") with { RobotIds = [.. Enumerable.Range(0, 41).Select(i => $"g{i}")] })!.Errors!.Keys);
    }

    [Theory]
    [InlineData(Key, true)]
    [InlineData("https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=" + Key, true)]
    [InlineData("https://qyapi.weixin.qq.com/cgi-bin/webhook/send?debug=1&key=" + Key, true)]
    [InlineData("https://qyapi.weixin.qq.com.evil.cn/cgi-bin/webhook/send?key=" + Key, false)]
    [InlineData("https://a@qyapi.weixin.qq.com/cgi-bin/webhook/send?key=" + Key, false)]
    [InlineData("http://169.254.169.254/cgi-bin/webhook/send?key=" + Key, false)]
    [InlineData("https://qyapi.weixin.qq.com/cgi-bin/gettoken?key=" + Key, false)]
    [InlineData("https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=../../" + Key, false)]
    [InlineData("693a91f6&x=1", false)]
    [InlineData("short", false)]
    [InlineData("", false)]
    public void Webhook_OfAnotherHost_IsNone(string text, bool right) => Assert.Equal(right ? Key : null, RobotKey.Of(text, WeComSettings.Off.Endpoint));
}
