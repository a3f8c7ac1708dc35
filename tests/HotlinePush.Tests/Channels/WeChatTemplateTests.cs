using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using HotlinePush.Channels;
using HotlinePush.Channels.WeChat;
using HotlinePush.Messaging;
using HotlinePush.Notices.Sending;
using HotlinePush.Security;
using HotlinePush.Tests.Support;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;

namespace HotlinePush.Tests.Channels;

/// <summary>Template messages against a server that answers as the platform documents: tokens that end, codes, and the network's faults.</summary>
public sealed class WeChatTemplateTests : IAsyncLifetime
{
    private const string Sent = """{"errcode":0,"errmsg":"ok","msgid":2859836394880212993}""";
    private static readonly DateTimeOffset Start = new(2026, 3, 2, 10, 0, 0, TimeSpan.FromHours(8));

    private readonly MemoryTableStore _store = new();
    private readonly KeyRing _keys = KeyRing.Create();
    private readonly ManualTimeProvider _time = new(Start);
    private readonly ConcurrentQueue<IDisposable> _made = new();
    private MemoryMessageBus _bus = null!;
    private ProviderServer _server = null!;

    // The platform's side: which token is good, and what becomes of a message.
    private int _tokens;
    private readonly HashSet<string> _ended = [];
    private Func<HttpContext, Call, Task> _send = (http, _) => ProviderServer.WriteAsync(http, Sent);
    private string? _tokenAnswer;

    public async Task InitializeAsync()
    {
        _bus = new(_time);
        _server = await ProviderServer.StartAsync();
        Serve();
    }

    public async Task DisposeAsync()
    {
        foreach (var made in _made)
            made.Dispose();
        await _server.DisposeAsync();
    }

    private void Serve() => _server.Answer = async (http, call) =>
    {
        if (call.Path == "/cgi-bin/stable_token")
        {
            await ProviderServer.WriteAsync(http, _tokenAnswer ?? $$"""{"access_token":"token-{{Interlocked.Increment(ref _tokens)}}","expires_in":7200}""");
            return;
        }

        if (_ended.Contains(call.Of("access_token")))
            await ProviderServer.WriteAsync(http, """{"errcode":42001,"errmsg":"access_token expired rid: 1"}""");
        else
            await _send(http, call);
    };

    private WeChatReceipts Receipts => new(_store, _bus, HotlineProduct.Catalogue(), _time);

    private WeChatTemplate Instance(Uri? address = null, TimeProvider? time = null)
    {
        var settings = new WeChatSettings("wx1", "secret-of-nobody", address ?? _server.Address, 100);
        var tokens = new WeChatTokens(_store, _keys, settings, time ?? _time);
        var channel = new WeChatTemplate(settings, tokens, Receipts, NullLogger<WeChatTemplate>.Instance);
        _made.Enqueue(channel);
        _made.Enqueue(tokens);
        return channel;
    }

    private static DeliveryText Text(int row = 0) => new(
        $"nabc-0-{row}-1-0123456789", ChannelKind.WeChat, "oABC_def-123", null, "正文", "nabc", "nabc-0-0", "TEMPLATE",
        new Dictionary<string, string> { ["first"] = "赵一\r\n\"您好\"", ["amount"] = "300.00" }, Link: "https://x.cn/n/abc");

    private static async Task<SendOutcome> SendAsync(WeChatTemplate channel, CancellationToken ct = default) => Assert.Single(await channel.SendAsync([Text()], ct));

    private int Fetches => _server.Calls.Count(c => c.Path == "/cgi-bin/stable_token");
    private int Messages => _server.Calls.Count(c => c.Path == "/cgi-bin/message/template/send");

    [Fact]
    public async Task Message_WhenAccepted_WentWithItsValuesAndItsReportFindsTheAttempt()
    {
        Assert.Equal(new SendOutcome.Accepted("2859836394880212993"), await SendAsync(Instance()));

        var call = _server.Calls.Single(c => c.Path == "/cgi-bin/message/template/send");
        using var body = JsonDocument.Parse(call.Body);
        var root = body.RootElement;
        Assert.Equal(("oABC_def-123", "TEMPLATE", "https://x.cn/n/abc"), (root.GetProperty("touser").GetString(), root.GetProperty("template_id").GetString(), root.GetProperty("url").GetString()));
        Assert.Equal("赵一\r\n\"您好\"", root.GetProperty("data").GetProperty("first").GetProperty("value").GetString());
        Assert.Equal((32, WeChatTemplate.ClientId("nabc-0-0-1-0123456789")), (root.GetProperty("client_msg_id").GetString()!.Length, root.GetProperty("client_msg_id").GetString()));
        // Characters as they are: the platform refuses \uXXXX.
        Assert.Contains("赵一", call.Body, StringComparison.Ordinal);

        Assert.Equal(ReceiptResult.Forged, await Receipts.ApplyAsync("2859836394880212993'", "success", default));
        Assert.Equal(ReceiptResult.Applied, await Receipts.ApplyAsync("2859836394880212993", "success", default));
        var came = Assert.Single(await _bus.ReceiveAsync(Queues.Notices, 10, TimeSpan.FromMinutes(1), TimeSpan.Zero));
        Assert.Contains("nabc-0-0-1-0123456789", came.Body, StringComparison.Ordinal);
        Assert.Contains("Delivered", came.Body, StringComparison.Ordinal);
        Assert.Equal(ReceiptResult.Nothing, await Receipts.ApplyAsync("2859836394880212993", "success", default));
    }

    [Fact]
    public async Task Report_ThatIsFasterThanTheAnswer_IsLookedAtAgain()
    {
        Assert.Equal(ReceiptResult.Nothing, await Receipts.ApplyAsync("77", "failed:user block", default));
        await Receipts.RememberAsync("77", "nabc-0-0-1-0123456789", default);
        _time.Advance(TimeSpan.FromSeconds(31));
        var again = Assert.Single(await _bus.ReceiveAsync(Queues.Notices, 10, TimeSpan.FromMinutes(1), TimeSpan.Zero));
        Assert.Equal(WeChatReceipts.MessageType, again.Type);

        await Receipts.HandleAsync(JsonSerializer.Deserialize<WeChatReceiptCame>(again.Body, MessageJson.Options)!, default);

        var came = Assert.Single(await _bus.ReceiveAsync(Queues.Notices, 10, TimeSpan.FromMinutes(1), TimeSpan.Zero));
        Assert.Contains("userBlock", came.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Token_WhileGood_IsFetchedOnceForAllInstances()
    {
        var instances = Enumerable.Range(0, 4).Select(_ => Instance(time: TimeProvider.System)).ToList();

        await Task.WhenAll(Enumerable.Range(0, 40).Select(i => SendAsync(instances[i % 4])));

        Assert.Equal((1, 40), (Fetches, Messages));
        Assert.All(_server.Calls.Where(c => c.Path.EndsWith("send", StringComparison.Ordinal)), c => Assert.Equal("token-1", c.Of("access_token")));
        var row = Assert.Single((await _store.ReadRangeAsync(WeChatTokens.Table, "wechat!wx1", new("!", "~"), 10)).Rows);
        Assert.DoesNotContain("token-1", System.Text.Encoding.UTF8.GetString(row.Value.Span), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Token_InItsLastMinutes_IsReplacedEarlyAndTheFormerOneServesMeanwhile()
    {
        var (one, other) = (Instance(), Instance());
        await SendAsync(one);
        _time.Advance(TimeSpan.FromMinutes(115));
        await SendAsync(one);
        Assert.Equal(1, Fetches);
        _time.Advance(TimeSpan.FromMinutes(2));
        _tokenAnswer = """{"errcode":-1,"errmsg":"system error"}""";
        await SendAsync(one);
        _tokenAnswer = null;
        await SendAsync(other);
        await SendAsync(one);

        Assert.Equal(["token-1", "token-1", "token-1", "token-2", "token-2"], _server.Calls.Where(c => c.Path.EndsWith("send", StringComparison.Ordinal)).Select(c => c.Of("access_token")));
    }

    [Fact]
    public async Task Token_ThatThePlatformRefuses_IsFetchedAnewOnceAndTheMessageGoes()
    {
        var channel = Instance();
        await SendAsync(channel);
        _ended.Add("token-1");

        Assert.All(await channel.SendAsync([Text(1), Text(2), Text(3)], default), o => Assert.IsType<SendOutcome.Accepted>(o));
        Assert.Equal(2, Fetches);

        // Another instance still holds the ended one: it finds the fresh one in the store.
        _ended.Add("token-2");
        _ended.Add("token-3");
        var refused = Assert.IsType<SendOutcome.NotAccepted>(await SendAsync(channel));
        Assert.Equal(("credential", true), (refused.Code, refused.Retry.Outage));
        Assert.Equal(3, Fetches);
    }

    [Theory]
    [InlineData("""{"errcode":40125,"errmsg":"invalid appsecret"}""", "40125")]
    [InlineData("""{"errcode":40164,"errmsg":"invalid ip 1.2.3.4 not in whitelist"}""", "40164")]
    [InlineData("garbage", "noToken")]
    [InlineData("{}", "noToken")]
    public async Task Token_ThatIsNotToBeHad_ProvesThatNothingWasSent(string answer, string code)
    {
        _tokenAnswer = answer;

        var refused = Assert.IsType<SendOutcome.NotAccepted>(await SendAsync(Instance()));

        Assert.Equal((code, true, 0), (refused.Code, refused.Retry.Outage, Messages));
        // The lease is given back: the next one need not wait.
        _tokenAnswer = null;
        Assert.IsType<SendOutcome.Accepted>(await SendAsync(Instance()));
    }

    [Theory]
    [InlineData(43004, "never")]
    [InlineData(40003, "never")]
    [InlineData(40037, "never")]
    [InlineData(47003, "never")]
    [InlineData(43117, "later")]
    [InlineData(45009, "outage")]
    [InlineData(45011, "outage")]
    [InlineData(48001, "outage")]
    [InlineData(-1, "unknown")]
    [InlineData(99999, "unknown")]
    public async Task Answer_OfEachCode_SaysWhatItProves(int code, string proves)
    {
        _send = (http, _) => ProviderServer.WriteAsync(http, string.Create(CultureInfo.InvariantCulture, $$"""{"errcode":{{code}},"errmsg":"oABC_def-123 is refused"}"""));

        var outcome = await SendAsync(Instance());

        Assert.Equal(proves, outcome switch
        {
            SendOutcome.NotAccepted { Retry.Never: true } => "never",
            SendOutcome.NotAccepted { Retry.Outage: true } => "outage",
            SendOutcome.NotAccepted => "later",
            _ => "unknown",
        });
        Assert.Equal(1, Messages);
        Assert.DoesNotContain("oABC_def-123", outcome.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Call_WhenTheWireFails_EndsAsWhatIsProven()
    {
        await SendAsync(Instance());
        // From here on the token is in the store: the wire's faults meet the message itself.
        await WireFaults.AssertAsync(_server, Sent, (address, ct) => SendAsync(Instance(address), ct));
    }

    [Fact]
    public async Task Binding_WhenMadeAndEnded_IsFoundByThePhoneAlone()
    {
        var binding = new WeChatBinding(_store, _keys);
        await binding.BindAsync("+8613800138000", "oOne", default);
        await binding.BindAsync("+8613800138000", "oTwo", default);
        var rotated = new WeChatBinding(_store, _keys.Rotate(KeyKind.Index));
        Assert.Equal("oTwo", await rotated.FindAsync("+8613800138000", default));
        Assert.Null(await binding.FindAsync("+8613800138001", default));

        await rotated.UnbindAsync("+8613800138000", default);
        Assert.Null(await binding.FindAsync("+8613800138000", default));
    }
}
