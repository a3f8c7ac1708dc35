using HotlinePush.Channels;
using HotlinePush.Channels.Twilio;
using HotlinePush.Channels.WeChat;
using HotlinePush.Inbound;
using HotlinePush.Inbound.Sms;
using HotlinePush.Inbound.WeChat;
using HotlinePush.Security;
using HotlinePush.Tests.Channels;
using HotlinePush.Tests.Support;
using HotlinePush.Tests.Tickets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace HotlinePush.Tests.Inbound;

/// <summary>What is fetched from providers and sent to them for a message: whom it is asked of, with whose credentials, how often.</summary>
public sealed class InboundProviderTests : IAsyncLifetime
{
    private static readonly byte[] Png = Convert.FromBase64String("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==");
    private ProviderServer _server = null!;

    public async Task InitializeAsync() => _server = await ProviderServer.StartAsync();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    private TwilioSettings Twilio => new("AC" + new string('0', 32), "secret", null, "+8675512345", null, null, _server.Address, 10);

    [Fact]
    public async Task Picture_OfAText_IsFetchedWithTheAccountsCredentialsIntoTheTicket()
    {
        using var media = new TwilioMedia(Twilio);
        // Sent on, as Twilio does: without the credentials there.
        _server.Answer = async (http, call) =>
        {
            if (call.Path == "/stored")
            {
                await http.Response.Body.WriteAsync(Png);
                return;
            }

            http.Response.Redirect("/stored");
        };
        var app = SmsConversation.NewApp(s => s.AddSingleton<IInboundMedia>(media));
        await app.InitializeAsync();
        try
        {
            var resident = SmsConversation.New(app);

            var number = SmsConversation.NumberIn(await resident.SayAsync("路面塌了一块", more: new() { ["NumMedia"] = "1", ["MediaUrl0"] = $"{_server.Address}2010-04-01/Accounts/AC0/Messages/MM0/Media/ME0", ["MediaContentType0"] = "image/png" }));
            await app.AdvanceAsync(TimeSpan.FromSeconds(2));

            var files = (await resident.TicketAsync(number, "/attachments")).Ok()["items"].EnumerateArray().ToList();
            Assert.Equal("png", Assert.Single(files).GetProperty("kind").GetString());
            Assert.Equal(["/2010-04-01/Accounts/AC0/Messages/MM0/Media/ME0", "/stored"], _server.Calls.Select(c => c.Path));
            Assert.StartsWith("Basic ", _server.Calls[0].Headers["authorization"], StringComparison.Ordinal);
            Assert.False(_server.Calls[1].Headers.ContainsKey("authorization"));
            Assert.Empty(app.Warnings);
        }
        finally
        {
            await app.DisposeAsync();
        }
    }

    [Theory]
    [InlineData("https://attacker.example.com/2010-04-01/Accounts/AC0/Messages/MM0/Media/ME0")]
    [InlineData("http://169.254.169.254/latest/meta-data")]
    [InlineData("file:///etc/passwd")]
    [InlineData("/relative")]
    [InlineData("")]
    public async Task Picture_AtAnotherHost_IsNotAskedFor(string url)
    {
        using var media = new TwilioMedia(Twilio);

        Assert.Null(await media.OpenAsync(url, CancellationToken.None));

        Assert.Empty(_server.Calls);
    }

    [Fact]
    public async Task Picture_WhenSentOnElsewhereOrGone_IsGone()
    {
        using var media = new TwilioMedia(Twilio);
        var url = $"{_server.Address}2010-04-01/Media/ME0";
        _server.Answer = (http, _) =>
        {
            http.Response.Redirect("http://127.0.0.1:1/inside");
            return Task.CompletedTask;
        };
        Assert.Null(await media.OpenAsync(url, CancellationToken.None));
        _server.Says("{}", 404);
        Assert.Null(await media.OpenAsync(url, CancellationToken.None));
        _server.Says("{}", 503);
        await Assert.ThrowsAsync<IOException>(() => media.OpenAsync(url, CancellationToken.None));
    }

    [Fact]
    public async Task CustomerMessage_HandedOverTwice_IsSentOnceAndAFreshTokenIsTakenWhereOneHasEnded()
    {
        var (store, time) = (new MemoryTableStore(), new ManualTimeProvider(new(2026, 3, 2, 10, 0, 0, TimeSpan.FromHours(8))));
        var settings = new WeChatSettings("wx0", "secret", _server.Address, 30);
        using var tokens = new WeChatTokens(store, KeyRing.Create(), settings, time);
        using var messages = new CustomerMessages(settings, tokens, store, time, NullLogger<CustomerMessages>.Instance);
        var (given, sent) = (0, new List<string>());
        _server.Answer = async (http, call) =>
        {
            if (call.Path == "/cgi-bin/stable_token")
            {
                await ProviderServer.WriteAsync(http, $$"""{"access_token":"token-{{++given}}","expires_in":7200}""");
                return;
            }

            if (call.Of("access_token") == "token-1")
            {
                await ProviderServer.WriteAsync(http, """{"errcode":40001,"errmsg":"invalid credential"}""");
                return;
            }

            sent.Add(call.Body);
            await ProviderServer.WriteAsync(http, """{"errcode":0,"errmsg":"ok"}""");
        };

        await messages.SendAsync("inbound-1", "openid", "编号26030212345678", CancellationToken.None);
        await messages.SendAsync("inbound-1", "openid", "编号26030212345678", CancellationToken.None);

        Assert.Equal("""{"touser":"openid","msgtype":"text","text":{"content":"编号26030212345678"}}""", Assert.Single(sent));

        // Busy for the moment: it is handed over again, and goes then.
        var busy = true;
        _server.Answer = (http, call) => ProviderServer.WriteAsync(http, busy ? """{"errcode":45011,"errmsg":"api minute-quota reach limit"}""" : """{"errcode":0,"errmsg":"ok"}""");
        await Assert.ThrowsAsync<ChannelException>(() => messages.SendAsync("inbound-2", "openid", "好", CancellationToken.None));
        busy = false;
        await messages.SendAsync("inbound-2", "openid", "好", CancellationToken.None);
        // Too late for the platform: nobody tries for ever.
        _server.Says("""{"errcode":45015,"errmsg":"response out of time limit"}""");
        await messages.SendAsync("inbound-3", "openid", "好", CancellationToken.None);
    }

    [Fact]
    public async Task Recording_OfThePlatform_IsFetchedByItsIdUntilItIsGone()
    {
        var (store, time) = (new MemoryTableStore(), new ManualTimeProvider(new(2026, 3, 2, 10, 0, 0, TimeSpan.FromHours(8))));
        var settings = new WeChatSettings("wx0", "secret", _server.Address, 30);
        using var tokens = new WeChatTokens(store, KeyRing.Create(), settings, time);
        using var media = new WeChatMedia(settings, tokens);
        _server.Answer = async (http, call) =>
        {
            if (call.Path == "/cgi-bin/stable_token")
                await ProviderServer.WriteAsync(http, """{"access_token":"token","expires_in":7200}""");
            else if (call.Of("media_id") == "gone")
                await ProviderServer.WriteAsync(http, """{"errcode":40007,"errmsg":"invalid media_id"}""");
            else if (call.Of("media_id") == "busy")
                await ProviderServer.WriteAsync(http, """{"errcode":-1,"errmsg":"system error"}""");
            else
            {
                http.Response.ContentType = "audio/amr";
                await http.Response.Body.WriteAsync("#!AMR\n"u8.ToArray());
            }
        };

        await using var content = await media.OpenAsync("a/b&c", CancellationToken.None);

        Assert.Equal("#!AMR\n", await new StreamReader(content!).ReadToEndAsync());
        Assert.Null(await media.OpenAsync("gone", CancellationToken.None));
        await Assert.ThrowsAsync<IOException>(() => media.OpenAsync("busy", CancellationToken.None));
    }
}
