using System.Text;
using HotlinePush.Channels;
using HotlinePush.Channels.Twilio;
using HotlinePush.Notices;
using HotlinePush.Providers;
using HotlinePush.Security;
using HotlinePush.Storage;
using HotlinePush.Tests.Channels;
using HotlinePush.Tests.Support;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Logging.Abstractions;

namespace HotlinePush.Azure.Tests;

public sealed class TwilioDeliveriesTests : IAsyncLifetime
{
    private const string Attempt = "n20260302000001-0-7-1-abcdefghij";

    // As the reference of the message resource shows it, shortened.
    private const string Created = """
        {"account_sid":"AC00000000000000000000000000000000","api_version":"2010-04-01","body":"您好","date_created":"Thu, 24 Aug 2023 05:01:45 +0000",
        "date_sent":null,"date_updated":"Thu, 24 Aug 2023 05:01:45 +0000","direction":"outbound-api","error_code":null,"error_message":null,"from":"+15005550006",
        "num_media":"0","num_segments":"1","price":null,"price_unit":null,"messaging_service_sid":null,"sid":"SM00000000000000000000000000000007","status":"queued",
        "to":"+85251234567","uri":"/2010-04-01/Accounts/AC00000000000000000000000000000000/Messages/SM00000000000000000000000000000007.json"}
        """;

    private readonly MemoryTableStore _store = new();
    private readonly KeyRing _keys = KeyRing.Create();
    private ProviderServer _server = null!;

    public async Task InitializeAsync() => _server = await ProviderServer.StartAsync();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    private TwilioDeliveries Channel(Uri? address = null, string? service = null, string? assessment = null) => new(
        new("AC00000000000000000000000000000000", "the-auth-token", null, service is null ? "+15005550006" : null, service, assessment, address ?? _server.Address, 10),
        new SiteAddress("https://12345.example"), new OptOuts(_store, _keys), NullLogger<TwilioDeliveries>.Instance);

    private static DeliveryText Text(string to = "+85251234567") => new(Attempt, ChannelKind.Sms, to, null, "您好 & 100%", "n20260302000001", "n20260302000001-0-7");

    private static string Refusal(int code, int status) => $$"""{"code":{{code}},"message":"it says so","more_info":"https://www.twilio.com/docs/errors/{{code}}","status":{{status}}}""";

    [Fact]
    public async Task Text_WhenAccepted_WasPostedAsDocumentedWithWhereToReport()
    {
        _server.Says(Created, 201);
        using var channel = Channel();

        var outcome = (await channel.SendAsync([Text()], CancellationToken.None)).Single();

        Assert.Equal(new SendOutcome.Accepted("SM00000000000000000000000000000007"), outcome);
        var call = Assert.Single(_server.Calls);
        Assert.Equal(("POST", "/2010-04-01/Accounts/AC00000000000000000000000000000000/Messages.json"), (call.Method, call.Path));
        Assert.Equal("Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes("AC00000000000000000000000000000000:the-auth-token")), call.Headers["authorization"]);
        Assert.Equal("application/x-www-form-urlencoded", call.Headers["content-type"]);
        Assert.Equal(
            ["Body=您好 & 100%", "From=+15005550006", "StatusCallback=https://12345.example/hooks/twilio/status?attempt=" + Attempt, "To=+85251234567"],
            QueryHelpers.ParseQuery(call.Body).OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => $"{p.Key}={p.Value}"));
    }

    [Fact]
    public async Task Text_WhenAMessagingServiceIsSet_LeavesTheSenderToIt()
    {
        _server.Says(Created, 201);
        using var channel = Channel(service: "MG00000000000000000000000000000000");

        await channel.SendAsync([Text()], CancellationToken.None);

        var form = QueryHelpers.ParseQuery(_server.Calls.Single().Body);
        Assert.Equal("MG00000000000000000000000000000000", form["MessagingServiceSid"]);
        Assert.False(form.ContainsKey("From"));
    }

    [Theory]
    [InlineData(400, 21211, "never")]
    [InlineData(400, 21614, "never")]
    [InlineData(400, 21408, "never")]
    [InlineData(429, 20429, "outage")]
    [InlineData(401, 20003, "outage")]
    [InlineData(400, 21606, "outage")]
    public async Task Refusal_WhenDocumented_IsProof(int status, int code, string advice)
    {
        _server.Says(Refusal(code, status), status);
        using var channel = Channel();

        var refused = Assert.IsType<SendOutcome.NotAccepted>((await channel.SendAsync([Text()], CancellationToken.None)).Single());

        Assert.Equal(($"{code}", advice), (refused.Code, refused.Retry.Never ? "never" : refused.Retry.Outage ? "outage" : "later"));
        Assert.Single(_server.Calls);
    }

    [Theory]
    [InlineData(429, "outage")]
    [InlineData(403, "outage")]
    [InlineData(400, "never")]
    public async Task Refusal_WhenAProxyMadeIt_GoesByItsStatus(int status, string advice)
    {
        _server.Says("<html>no</html>", status);
        using var channel = Channel();

        var refused = Assert.IsType<SendOutcome.NotAccepted>((await channel.SendAsync([Text()], CancellationToken.None)).Single());

        Assert.Equal(($"{status}", advice), (refused.Code, refused.Retry.Never ? "never" : "outage"));
    }

    [Fact]
    public async Task Faults_OfTheNetworkAndTheServer_EndAsEverywhere() => await WireFaults.AssertAsync(
        _server, Created, async (address, ct) =>
        {
            using var channel = Channel(address);
            return (await channel.SendAsync([Text()], ct)).Single();
        });

    [Fact]
    public async Task Unavailable_WhenTwilioSaysSo_LeavesTheEndOpen()
    {
        _server.Says(Refusal(20503, 503), 503);
        using var channel = Channel();

        Assert.Equal(new SendOutcome.Unknown("http5xx"), (await channel.SendAsync([Text()], CancellationToken.None)).Single());
        Assert.Single(_server.Calls);
    }

    [Fact]
    public async Task Person_WhoSentStop_IsOptedOutOfEveryOffice()
    {
        _server.Says(Refusal(21610, 400), 400);
        using var channel = Channel();

        var refused = Assert.IsType<SendOutcome.NotAccepted>((await channel.SendAsync([Text()], CancellationToken.None)).Single());

        Assert.True(refused.Retry.Never);
        var page = new HotlinePush.Audiences.RecipientPage(0, [new HotlinePush.Audiences.Recipient { Id = "1", Phone = "+85251234567" }]);
        Assert.Equal([0], await new OptOuts(_store, _keys).FindAsync("any-office", page, CancellationToken.None));
    }

    [Fact]
    public async Task Texts_WhenSeveral_AnswerInTheirOrder()
    {
        _server.Answer = (http, call) => call.Body.Contains("5551", StringComparison.Ordinal)
            ? ProviderServer.WriteAsync(http, Refusal(21211, 400), 400)
            : ProviderServer.WriteAsync(http, Created, 201);
        using var channel = Channel();

        var outcomes = await channel.SendAsync([Text(), Text("+85251115551"), Text()], CancellationToken.None);

        Assert.Equal(["Accepted", "NotAccepted", "Accepted"], outcomes.Select(o => o.GetType().Name));
    }

    [Fact]
    public void Number_OfMainlandChina_IsTakenOnlyWithTheSecurityAssessment()
    {
        using var plain = Channel();
        using var assessed = Channel(assessment: "网信办评估〔2026〕1号");

        Assert.Equal((true, false, false), (plain.Takes("+85251234567"), plain.Takes("+8613800001234"), plain.Takes("nobody")));
        Assert.True(assessed.Takes("+8613800001234"));
    }
}
