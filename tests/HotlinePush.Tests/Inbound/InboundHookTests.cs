using System.Net;
using System.Text;
using HotlinePush.Channels.Aliyun;
using HotlinePush.Channels.Twilio;
using HotlinePush.Inbound;
using HotlinePush.Inbound.WeChat;
using HotlinePush.Notices;
using HotlinePush.Storage;
using HotlinePush.Tests.BadInput;
using HotlinePush.Tests.Support;
using HotlinePush.Tests.Tickets;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Primitives;

namespace HotlinePush.Tests.Inbound;

/// <summary>Every way in from a provider: what proves a message, what a forged one leaves behind, and what nobody can break.</summary>
public sealed class InboundHookTests : IAsyncLifetime
{
    private const string AliyunKey = "the-report-key";
    private HotlineApp _app = null!;
    private WatchedStore _store = null!;
    private WeChatAccount _account = null!;
    private int _next;

    public async Task InitializeAsync()
    {
        _app = new HotlineApp
        {
            Change = services =>
            {
                services.Replace(ServiceDescriptor.Singleton(new SiteAddress(SmsConversation.Site))).Replace(ServiceDescriptor.Singleton(new TwilioTokens(["old", SmsConversation.Token])))
                    .Replace(ServiceDescriptor.Singleton(new AliyunReportKey(AliyunKey))).Replace(ServiceDescriptor.Singleton(new WeChatInbound(WeChatAccount.Token, null, WeChatAccount.AppId)));
                services.AddSingleton<IInboundMedia>(new Nothing(InboundChannels.Sms)).AddSingleton<IInboundMedia>(new Nothing(InboundChannels.WeChat));
                var store = services.Last(d => d.ServiceType == typeof(ITableStore));
                services.Remove(store);
                services.AddSingleton<ITableStore>(s => new WatchedStore((ITableStore)store.ImplementationFactory!(s)));
                services.AddSingleton<IStartupFilter, WatchedStore.Naming>();
            },
        };
        await _app.InitializeAsync();
        _store = (WatchedStore)_app.App.Services.GetRequiredService<ITableStore>();
        _account = new(_app);
    }

    public async Task DisposeAsync()
    {
        Assert.Empty(_app.Warnings);
        await _app.DisposeAsync();
    }

    [Fact]
    public async Task TwilioText_WhenForged_IsRefusedAndNothingIsStored()
    {
        var resident = SmsConversation.New(_app);
        var form = resident.Form("路灯不亮", SmsConversation.NewSid());
        var right = SmsConversation.Sign(form);

        Assert.Equal((403, 0), await TextAsync(form, null));
        Assert.Equal((403, 0), await TextAsync(form, ""));
        Assert.Equal((403, 0), await TextAsync(form, SmsConversation.Sign(form, "guessed")));
        // A byte of the signature, of a field, a field more.
        Assert.Equal((403, 0), await TextAsync(form, (right[0] == 'A' ? 'B' : 'A') + right[1..]));
        Assert.Equal((403, 0), await TextAsync(new(form) { ["Body"] = "路灯不亮。" }, right));
        Assert.Equal((403, 0), await TextAsync(new(form) { ["More"] = "" }, right));
        // Signed for the address that only this machine knows: what a proxy shows here is not what Twilio was given.
        Assert.Equal((403, 0), await TextAsync(form, SmsConversation.Sign(form, url: $"{_app.Address}hooks/twilio/sms")));
        Assert.Equal((403, 0), await TextAsync(form, SmsConversation.Sign(form, url: "https://other.example.gov.cn/hooks/twilio/sms")));
        Assert.Equal(200, (await TextAsync(form, right)).Status);
        Assert.Equal(200, (await TextAsync(form, SmsConversation.Sign(form, "old"))).Status);
        Assert.Single(await resident.TicketsAsync());
    }

    [Fact]
    public async Task TwilioText_WhenItCannotBeUnderstood_IsRefusedWithAReason()
    {
        var form = new Dictionary<string, string> { ["Body"] = "路灯不亮" };
        Assert.Equal((400, 0), await TextAsync(form, SmsConversation.Sign(form)));
    }

    [Fact]
    public async Task AliyunTexts_WhenPushed_AreTakenOnceAndAnsweredByText()
    {
        var (a, b) = (TicketScenario.NewPhone(), TicketScenario.NewPhone());
        var batch = $$"""
            [{"phone_number":"{{a}}","send_time":"2026-03-02 09:59:01","content":"望江区鹤汀街道的路灯","sign_name":"12345","dest_code":"12345","sequence_id":9100000001},
             {"phone_number":"{{b}}","send_time":"2026-03-02 09:59:02","content":"小区停水了","sign_name":"12345","dest_code":"12345","sequence_id":"9100000002"},
             {"phone_number":"{{a}}","send_time":"2026-03-02 09:59:03","content":"坏了三天","sign_name":"12345","dest_code":"12345","sequence_id":9100000003},
             {"phone_number":"1069012345","send_time":"2026-03-02 09:59:04","content":"验证码1234","dest_code":"12345","sequence_id":9100000004}]
            """;

        for (var times = 0; times < 2; times++)
        {
            var (status, body, _) = await SendAsync(HttpMethod.Post, "/hooks/aliyun/sms-inbound?key=" + AliyunKey, batch, "application/json");
            Assert.Equal((200, """{"code":0,"msg":"接收成功"}"""), (status, body));
        }

        await _app.AdvanceAsync(TimeSpan.FromSeconds(2));
        var first = new SmsConversation(_app, "+86" + a);
        var number = Assert.Single(await first.TicketsAsync());
        Assert.Equal(["坏了三天"], await first.FollowUpsAsync(number));
        Assert.Equal(["ticketReceived", "inboundAdded"], (await first.ToldAsync()).Select(t => t.Purpose));
        Assert.Contains(Assert.Single(await new SmsConversation(_app, "+86" + b).TicketsAsync()), Assert.Single(await new SmsConversation(_app, "+86" + b).ToldAsync()).Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", 403)]
    [InlineData("?key=", 403)]
    [InlineData("?key=the-report-kex", 403)]
    public async Task AliyunTexts_WhenTheKeyIsNotInTheAddress_AreRefused(string query, int status) =>
        Assert.Equal((status, 0), await CodeAsync(HttpMethod.Post, "/hooks/aliyun/sms-inbound" + query, """[{"phone_number":"13900000001","content":"x"}]""", "application/json"));

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("[1]")]
    [InlineData("[{}]")]
    [InlineData("""[{"phone_number":"13900000001","content":"好"},{"phone_number":"13900000001"}]""")]
    [InlineData("""[{"phone_number":"13900000001","content":"\ud800"}]""")]
    [InlineData("[[[[")]
    public async Task AliyunTexts_WhenTheyCannotBeUnderstood_AreRefusedWhole(string body) =>
        Assert.Equal((400, 0), await CodeAsync(HttpMethod.Post, "/hooks/aliyun/sms-inbound?key=" + AliyunKey, body, "application/json"));

    /// <summary>Right requests spoilt at random, forged and rightly signed; <c>HOTLINE_FUZZ</c> sets how many of each.</summary>
    [Fact]
    public async Task Hooks_WhenSpoiltAtRandom_NeverFailAndStoreNothingOfWhatTheyRefuse()
    {
        var count = int.TryParse(Environment.GetEnvironmentVariable("HOTLINE_FUZZ"), out var set) ? set : 600;
        var (wrong, statuses) = (new List<string>(), new Dictionary<int, int>());
        for (var i = 0; i < count && wrong.Count < 10; i++)
        {
            var random = new Random(20260302 + i * 7919);
            var (method, target, body, type, signature) = Spoilt(random);
            var (status, text, stored) = await SendAsync(method, target, body, type, signature);
            statuses[status] = statuses.GetValueOrDefault(status) + 1;
            if (status >= 500 || (status >= 400 && (stored > 0 || !text.Contains("\"code\"", StringComparison.Ordinal))))
                wrong.Add($"request {i}: {method} {target} {body}\n  → {status} {text}, {stored} stored");
        }

        Wrong.None(wrong);
        Assert.True(statuses.GetValueOrDefault(200) > count / 20 && statuses.GetValueOrDefault(403) > count / 20 && statuses.GetValueOrDefault(400) > count / 50, string.Join(' ', statuses));
    }

    private (HttpMethod Method, string Target, string Body, string Type, string? Signature) Spoilt(Random random)
    {
        var words = Words(random);
        switch (random.Next(4))
        {
            case 0:
                var form = new SmsConversation(_app, $"+8613{random.Next(100_000_000, 999_999_999)}").Form(words, SmsConversation.NewSid(), new() { ["NumMedia"] = Words(random), ["MediaUrl0"] = Words(random) });
                if (random.Next(3) == 0)
                    form.Remove(form.Keys.ElementAt(random.Next(form.Count)));
                if (random.Next(3) == 0)
                    form[form.Keys.ElementAt(random.Next(form.Count))] = Words(random);
                var body = string.Join('&', form.Select(f => $"{Uri.EscapeDataString(f.Key)}={Uri.EscapeDataString(f.Value)}"));
                return (HttpMethod.Post, "/hooks/twilio/sms", random.Next(6) == 0 ? Noise(random, body) : body, "application/x-www-form-urlencoded", random.Next(3) == 0 ? Words(random) : SmsConversation.Sign(form));
            case 1:
                var json = System.Text.Json.JsonSerializer.Serialize(new[] { new { phone_number = random.Next(3) == 0 ? Words(random) : $"13{random.Next(100_000_000, 999_999_999)}", send_time = Words(random), content = words, dest_code = Words(random), sequence_id = random.NextInt64() } });
                return (HttpMethod.Post, $"/hooks/aliyun/sms-inbound?key={(random.Next(3) == 0 ? Uri.EscapeDataString(Words(random)) : AliyunKey)}", random.Next(3) == 0 ? Noise(random, json) : json, "application/json", null);
            case 2:
                return (HttpMethod.Get, $"/hooks/wechat?signature={Uri.EscapeDataString(Words(random))}&timestamp={random.NextInt64()}&echostr=x", "", "text/plain", null);
            default:
                var types = new[] { "text", "image", "voice", "video", "location", "link", "event", Words(random) };
                var xml = _account.Message(WeChatAccount.NewOpenId(), Xml(types[random.Next(types.Length)]),
                    [new("Content", Xml(words)), new("MediaId", Xml(Words(random))), new("Location_X", Xml(Words(random))), new("Event", Xml(random.Next(2) == 0 ? "CLICK" : Words(random))), new("EventKey", Xml(Words(random)))]);
                var (timestamp, nonce) = ($"{_account.Now.ToUnixTimeSeconds()}", "n");
                var signed = random.Next(3) == 0 ? Words(random) : WeChatCrypt.Sign(WeChatAccount.Token, timestamp, nonce);
                return (HttpMethod.Post, $"/hooks/wechat?signature={Uri.EscapeDataString(signed)}&timestamp={timestamp}&nonce={nonce}", random.Next(3) == 0 ? Noise(random, xml) : xml, "text/xml", null);
        }
    }

    private static string Xml(string text) => new([.. text.Where(c => System.Xml.XmlConvert.IsXmlChar(c) && !char.IsSurrogate(c))]);

    private static string Words(Random random) => random.Next(12) switch
    {
        0 => "",
        1 => "-1",
        2 => "99999999999999999999",
        3 => "\0\u0001\u001b",
        4 => "<script>&amp;]]>",
        5 => new string('长', random.Next(3000)),
        6 => "{{number}}{{code}}",
        7 => "1",
        8 => "TD",
        9 => "查询 26030212345678",
        10 => "👨‍👩‍👧‍👦\u202e\ufffe路灯不亮",
        _ => "小区路灯不亮" + random.Next(),
    };

    private static string Noise(Random random, string text)
    {
        var noisy = new StringBuilder(text);
        for (var n = 0; n < 1 + random.Next(4) && noisy.Length > 0; n++)
        {
            var at = random.Next(noisy.Length);
            if (random.Next(2) == 0)
                noisy.Remove(at, Math.Min(noisy.Length - at, 1 + random.Next(20)));
            else
                noisy.Insert(at, (char)random.Next(1, 0x3000));
        }

        return noisy.ToString();
    }

    private sealed class Nothing(string channel) : IInboundMedia
    {
        public string Channel => channel;

        public Task<Stream?> OpenAsync(string reference, CancellationToken ct) => Task.FromResult<Stream?>(null);
    }

    private async Task<(int Status, int Stored)> TextAsync(Dictionary<string, string> form, string? signature)
    {
        var body = string.Join('&', form.Select(f => $"{Uri.EscapeDataString(f.Key)}={Uri.EscapeDataString(f.Value)}"));
        var (status, _, stored) = await SendAsync(HttpMethod.Post, "/hooks/twilio/sms", body, "application/x-www-form-urlencoded", signature);
        return (status, status == 200 ? 0 : stored);
    }

    private async Task<(int Status, int Stored)> CodeAsync(HttpMethod method, string target, string body, string type)
    {
        var (status, _, stored) = await SendAsync(method, target, body, type);
        return (status, stored);
    }

    private async Task<(int Status, string Body, int Stored)> SendAsync(HttpMethod method, string target, string body, string type, string? signature = null)
    {
        var id = $"{Interlocked.Increment(ref _next)}";
        using var request = new HttpRequestMessage(method, target);
        if (method != HttpMethod.Get)
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)) { Headers = { ContentType = new(type) } };
        request.Headers.Add(WatchedStore.Header, id);
        if (signature is not null)
            request.Headers.TryAddWithoutValidation(TwilioSignature.Header, new string([.. signature.Where(c => c is > ' ' and < '\u007f')]));
        using var answer = await _app.Public.SendAsync(request);
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(), _store.StoredBy(id).Count);
    }
}

/// <summary>WeChat waits five seconds, however long the store takes.</summary>
public sealed class WeChatSlowStoreTests
{
    [Fact]
    public async Task Message_WhenTheStoreIsSlow_IsAnsweredInTimeAndTheNumberFollowsOnce()
    {
        var (gate, told) = (new Gate(), new Told());
        var app = WeChatAccount.NewApp(more: services =>
        {
            var store = services.Last(d => d.ServiceType == typeof(ITableStore));
            services.Remove(store);
            services.AddSingleton<ITableStore>(s => gate.Before((ITableStore)store.ImplementationFactory!(s)));
            services.AddSingleton<IInboundAnswer>(told);
        });
        await app.InitializeAsync();
        try
        {
            var account = new WeChatAccount(app);
            var (me, id) = (WeChatAccount.NewOpenId(), WeChatAccount.NewId());
            // The first of a process takes longer: that is not the store's doing.
            await account.SayAsync(account.Text(WeChatAccount.NewOpenId(), "小区停水了"));
            gate.Close();
            var began = System.Diagnostics.Stopwatch.GetTimestamp();

            var first = await account.SayAsync(account.Text(me, "望江区鹤汀街道的路灯坏了三天", id));

            Assert.InRange(System.Diagnostics.Stopwatch.GetElapsedTime(began), TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(4.9));
            Assert.Contains("正在处理", first, StringComparison.Ordinal);
            Assert.Empty(told.Answers);
            gate.Open();
            var (to, text) = await told.First.WaitAsync(TimeSpan.FromSeconds(20));
            Assert.Equal(me, to);
            var number = SmsConversation.NumberIn(text);
            // The same message again says nothing more: it was answered.
            Assert.Null(await account.SayAsync(account.Text(me, "望江区鹤汀街道的路灯坏了三天", id)));
            Assert.Equal(number, SmsConversation.NumberIn(await account.SayAsync(account.Text(me, "查询"))));
            Assert.Single(told.Answers);
            Assert.Empty(app.Warnings);
        }
        finally
        {
            gate.Open();
            await app.DisposeAsync();
        }
    }

    /// <summary>Stands before what conversations commit.</summary>
    private sealed class Gate
    {
        private volatile TaskCompletionSource? _closed;

        public void Close() => _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Open() => Interlocked.Exchange(ref _closed, null)?.SetResult();

        public ITableStore Before(ITableStore inner) => new Gated(this, inner);

        private sealed class Gated(Gate gate, ITableStore inner) : ITableStore
        {
            public Task<Row?> ReadAsync(string table, string partition, string row, CancellationToken ct = default) => inner.ReadAsync(table, partition, row, ct);

            public Task<RowPage> ReadRangeAsync(string table, string partition, KeyRange range, int limit, string? continuation = null, CancellationToken ct = default) =>
                inner.ReadRangeAsync(table, partition, range, limit, continuation, ct);

            public async Task<CommitResult> CommitAsync(Batch batch, CancellationToken ct = default)
            {
                if (gate._closed is { } closed && batch.Operations.Any(o => o.Row.StartsWith("v!", StringComparison.Ordinal)))
                    await closed.Task.WaitAsync(ct);
                return await inner.CommitAsync(batch, ct);
            }
        }
    }

    private sealed class Told : IInboundAnswer
    {
        private readonly TaskCompletionSource<(string, string)> _first = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public System.Collections.Concurrent.ConcurrentQueue<(string To, string Text)> Answers { get; } = [];
        public Task<(string To, string Text)> First => _first.Task;
        public string Channel => InboundChannels.WeChat;

        public Task SendAsync(string id, string to, string text, CancellationToken ct)
        {
            Answers.Enqueue((to, text));
            _first.TrySetResult((to, text));
            return Task.CompletedTask;
        }
    }
}
