using System.Net;
using System.Text.Json;
using HotlinePush.Channels;
using HotlinePush.Channels.Twilio;
using HotlinePush.Notices;
using HotlinePush.Notices.Sending;
using HotlinePush.Security;
using HotlinePush.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Primitives;

namespace HotlinePush.Tests.Channels;

public sealed class TwilioSignatureTests
{
    // The example that Twilio publishes with its libraries, fields in no order.
    private const string Url = "https://mycompany.com/myapp.php?foo=1&bar=2";

    private static readonly KeyValuePair<string, StringValues>[] Form =
    [
        new("CallSid", "CA1234567890ABCDE"), new("From", "+14158675309"), new("Digits", "1234"), new("To", "+18005551212"), new("Caller", "+14158675309"),
    ];

    [Theory]
    [InlineData(Url, "RSOYDt4T1cUTdK1PDd93/VVr8B8=")]
    [InlineData("https://MyCompany.com/myapp.php?foo=1&bar=2", "g9IN/x4Cft2g517EjYvEvM/W7LU=")]
    [InlineData("https://MyCompany.com:1234/myapp.php?foo=1&bar=2", "PCqOZm8cnu/L6+u5i5fuEd+Iac4=")]
    [InlineData("http://MyCompany.com/myapp.php?foo=1&bar=2", "XY7AlKOKL6im4yWyX84gldUrtis=")]
    [InlineData("http://username:password@MyCompany.com/myapp.php?foo=1&bar=2", "PJ08CxXr7KLPjEQCTc8LkUSMwSM=")]
    public void Signature_OfThePublishedExamples_Holds(string url, string signature) => Assert.True(TwilioSignature.Holds(["12345"], url, Form, signature));

    [Fact]
    public void Signature_WhenAnythingDiffers_DoesNotHold()
    {
        const string right = "RSOYDt4T1cUTdK1PDd93/VVr8B8=";
        Assert.True(TwilioSignature.Holds(["old", "12345"], Url, Form, right));
        Assert.False(TwilioSignature.Holds([], Url, Form, right));
        Assert.False(TwilioSignature.Holds(["12346"], Url, Form, right));
        Assert.False(TwilioSignature.Holds(["12345"], Url + "0", Form, right));
        Assert.False(TwilioSignature.Holds(["12345"], Url, Form[1..], right));
        Assert.False(TwilioSignature.Holds(["12345"], Url, [.. Form, new("More", "")], right));
        Assert.False(TwilioSignature.Holds(["12345"], Url, Form, right[..^1]));
        Assert.False(TwilioSignature.Holds(["12345"], Url, Form, ""));
        Assert.False(TwilioSignature.Holds(["12345"], Url, Form, null));
    }

    [Theory]
    [InlineData(400, 21211, "never")]
    [InlineData(400, 21610, "never")]
    [InlineData(400, 21614, "never")]
    [InlineData(400, 21408, "never")]
    [InlineData(400, 99999, "never")]
    [InlineData(400, 0, "never")]
    [InlineData(429, 20429, "outage 10")]
    [InlineData(429, 0, "outage 10")]
    [InlineData(400, 21611, "outage 60")]
    [InlineData(401, 20003, "outage 300")]
    [InlineData(403, 0, "outage 300")]
    [InlineData(400, 21606, "outage 300")]
    [InlineData(400, 21704, "outage 300")]
    [InlineData(500, 20500, "unknown")]
    [InlineData(503, 0, "unknown")]
    [InlineData(200, 0, "unknown")]
    public void Answer_WhenItIsNoAcceptance_ProvesWhatItsCodeSays(int status, int code, string advice)
    {
        var outcome = TwilioCodes.Outcome(status, code);

        Assert.Equal(advice, outcome is SendOutcome.NotAccepted { Retry: var retry } ? retry.Never ? "never" : $"outage {retry.After.TotalSeconds}" : "unknown");
        if (outcome is SendOutcome.NotAccepted refused)
            Assert.Equal($"{(code > 0 ? code : status)}", refused.Code);
    }
}

public sealed class TwilioReportsTests : IAsyncLifetime
{
    private const string Site = "https://12345.example.gov.cn";
    private const string Token = "the-auth-token";
    private readonly Accepting _sms = new();
    private HotlineApp _app = null!;

    public async Task InitializeAsync()
    {
        _app = new HotlineApp
        {
            Change = services => services
                .Replace(ServiceDescriptor.Singleton(new SiteAddress(Site)))
                .Replace(ServiceDescriptor.Singleton(new TwilioTokens(["another-token", Token])))
                .AddSingleton<IDeliveryChannel>(_sms),
        };
        await _app.InitializeAsync();
    }

    public Task DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task Report_WhenSigned_TellsTheEndOfTheAttemptHoweverOftenAndLateItComes()
    {
        var publisher = new NoticeScenario(_app);
        var audience = await publisher.AudienceAsync("recipient_id,name,phone\n1,A,+85251234561\n2,B,+85251234562\n3,C,+85251234563\n");
        var id = await publisher.SendAsync(new { title = "通知", field = "relief", audienceId = audience, channels = new[] { "sms" }, texts = new { sms = "您好" } });
        await _app.AdvanceAsync(TimeSpan.FromSeconds(5));
        var attempts = _sms.Texts.OrderBy(t => t.To, StringComparer.Ordinal).Select(t => t.AttemptId).ToList();
        Assert.Equal(3, attempts.Count);

        Assert.Equal(204, await PostAsync(attempts[0], new() { ["MessageStatus"] = "delivered", ["MessageSid"] = "SM1" }));
        Assert.Equal(204, await PostAsync(attempts[0], new() { ["MessageStatus"] = "delivered", ["MessageSid"] = "SM1" }));
        Assert.Equal(204, await PostAsync(attempts[0], new() { ["MessageStatus"] = "sent" }));
        Assert.Equal(204, await PostAsync(attempts[1], new() { ["MessageStatus"] = "undelivered", ["ErrorCode"] = "30005" }));
        Assert.Equal(204, await PostAsync(attempts[2], new() { ["MessageStatus"] = "sending" }));
        Assert.Equal(204, await PostAsync(attempts[2], new() { ["MessageStatus"] = "a-word-of-tomorrow" }));
        await _app.AdvanceAsync(TimeSpan.FromSeconds(5));

        var progress = await publisher.ProgressAsync(id);
        Assert.Equal((1, 1, 1), (Count("delivered"), Count("failed"), Count("sent")));
        Assert.Empty(_app.Warnings);

        int Count(string state) => progress.GetProperty(state).GetInt32();
    }

    [Fact]
    public async Task Report_WhenForged_IsRefused()
    {
        var attempt = new AttemptId("n1", 0, 0, 1).Write(_app.App.Services.GetRequiredService<KeyRing>());
        var form = new Dictionary<string, string> { ["MessageStatus"] = "delivered" };

        Assert.Equal(204, await PostAsync(attempt, form));
        Assert.Equal(204, await PostAsync(TextReference.Write(_app.App.Services.GetRequiredService<KeyRing>(), "26030212345678-1-ticketReceived"), form));
        Assert.Equal(403, await PostAsync("t-00112233445566778899-0123456789", form));
        Assert.Equal(403, await PostAsync(attempt, form, signature: null));
        Assert.Equal(403, await PostAsync(attempt, form, signature: "AAAAAAAAAAAAAAAAAAAAAAAAAAA="));
        Assert.Equal(403, await PostAsync(attempt, form, signature: Sign(attempt, form, token: "guessed")));
        Assert.Equal(403, await PostAsync(attempt, new() { ["MessageStatus"] = "failed" }, Sign(attempt, form)));
        Assert.Equal(403, await PostAsync("n1-0-0-1-0123456789", form));
        // Signed for the address that only this machine knows.
        Assert.Equal(403, await PostAsync(attempt, form, TwilioSignature.Of(Token, $"{_app.Address}hooks/twilio/status?attempt={attempt}", Values(form))));
    }

    [Fact]
    public async Task Report_WhenItCannotBeUnderstood_IsRefusedWithAReason()
    {
        var attempt = new AttemptId("n1", 0, 0, 1).Write(_app.App.Services.GetRequiredService<KeyRing>());
        Assert.Equal(400, await PostAsync(attempt, new() { ["MessageSid"] = "SM1" }));
        Assert.Equal(400, await PostAsync("", new() { ["MessageStatus"] = "sent" }));

        using var request = new HttpRequestMessage(HttpMethod.Post, "/hooks/twilio/status?attempt=" + attempt) { Content = new StringContent("{\"MessageStatus\":\"sent\"}", null, "application/json") };
        request.Headers.Add(TwilioSignature.Header, "AAAA");
        using var answer = await _app.Public.SendAsync(request);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        using var problem = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        Assert.Equal("badForm", problem.RootElement.GetProperty("code").GetString());
    }

    [Fact]
    public async Task Report_WhenThePersonSentStop_OptsThemOutOfEveryOffice()
    {
        var attempt = new AttemptId("n1", 0, 0, 1).Write(_app.App.Services.GetRequiredService<KeyRing>());

        Assert.Equal(204, await PostAsync(attempt, new() { ["MessageStatus"] = "failed", ["ErrorCode"] = "21610", ["To"] = "+85251234561" }));

        var publisher = new NoticeScenario(_app);
        var audience = await publisher.AudienceAsync("recipient_id,name,phone\n1,A,+85251234561\n2,B,+85251234562\n");
        var id = await publisher.SendAsync(new { title = "通知", field = "relief", audienceId = audience, channels = new[] { "sms" }, texts = new { sms = "您好" } });
        await _app.AdvanceAsync(TimeSpan.FromSeconds(5));
        Assert.Equal("+85251234562", _sms.Texts.Single().To);
        Assert.Equal(1, (await publisher.ProgressAsync(id)).GetProperty("skipped").GetInt32());
    }

    private static IEnumerable<KeyValuePair<string, StringValues>> Values(Dictionary<string, string> form) => form.Select(f => new KeyValuePair<string, StringValues>(f.Key, f.Value));

    private static string Sign(string attempt, Dictionary<string, string> form, string token = Token) =>
        TwilioSignature.Of(token, TwilioReports.AddressOf(new(Site), attempt), Values(form));

    private Task<int> PostAsync(string attempt, Dictionary<string, string> form) => PostAsync(attempt, form, Sign(attempt, form));

    private async Task<int> PostAsync(string attempt, Dictionary<string, string> form, string? signature)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/hooks/twilio/status?attempt=" + attempt) { Content = new FormUrlEncodedContent(form) };
        if (signature is not null)
            request.Headers.Add(TwilioSignature.Header, signature);
        using var answer = await _app.Public.SendAsync(request);
        return (int)answer.StatusCode;
    }

    private sealed class Accepting : IDeliveryChannel
    {
        public System.Collections.Concurrent.ConcurrentBag<DeliveryText> Texts { get; } = [];
        public ChannelKind Kind => ChannelKind.Sms;
        public string Provider => "twilio";
        public ChannelLimits Limits => ChannelLimits.None;

        public Task<IReadOnlyList<SendOutcome>> SendAsync(IReadOnlyList<DeliveryText> texts, CancellationToken ct)
        {
            foreach (var text in texts)
                Texts.Add(text);
            return Task.FromResult<IReadOnlyList<SendOutcome>>([.. texts.Select(t => new SendOutcome.Accepted("SM" + t.AttemptId))]);
        }
    }
}
