using System.Net;
using System.Xml.Linq;
using HotlinePush.Channels.Twilio;
using HotlinePush.Inbound.TwilioVoice;
using HotlinePush.Notices;
using HotlinePush.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Primitives;

namespace HotlinePush.Tests.Inbound.TwilioVoice;

/// <summary>
/// Twilio on the telephone: asks what the caller is to hear, signs what it asks, and follows the answer as its documentation says: a key leads to the
/// action of the question, silence too, a recording without a word goes on behind it.
/// </summary>
internal sealed class TelephoneScenario : IAsyncDisposable
{
    public const string Site = "https://12345.example.gov.cn";
    public const string Account = "AC0123456789abcdef0123456789abcdef";
    public const string Token = "the-auth-token";
    public const string Phone = "+8619900000123";
    private static int _calls;

    public static readonly TwilioVoiceSettings Settings = new(
        Account, Token, "the-other-token", "+862887654321", null, default, default, 25, 120, true, new("http://127.0.0.1:1"));

    public HotlineApp App { get; }

    public TelephoneScenario(TwilioVoiceSettings? settings = null) => App = new HotlineApp
    {
        Change = services => services
            .Replace(ServiceDescriptor.Singleton(new SiteAddress(Site)))
            .Replace(ServiceDescriptor.Singleton(settings ?? Settings)),
    };

    public static async Task<TelephoneScenario> StartAsync(TwilioVoiceSettings? settings = null)
    {
        var scenario = new TelephoneScenario(settings);
        await scenario.App.InitializeAsync();
        return scenario;
    }

    public Caller Rings(string? from = Phone, string to = "+862812345") => new(this, $"CA{Interlocked.Increment(ref _calls):x32}", from ?? "+266696687", to);

    /// <param name="path">Below <c>/hooks/twilio</c>, with its query.</param>
    public async Task<(HttpStatusCode Status, string Text)> PostAsync(string path, Dictionary<string, string> form, string? signature = null, string token = Token)
    {
        using var client = new HttpClient { BaseAddress = App.Address };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/hooks/twilio" + path) { Content = new FormUrlEncodedContent(form) };
        request.Headers.Add(
            TwilioSignature.Header, signature ?? TwilioSignature.Of(token, Site + "/hooks/twilio" + path, form.Select(f => KeyValuePair.Create(f.Key, new StringValues(f.Value)))));
        // As a proxy in front would have it.
        request.Headers.Host = "10.0.0.7:8080";
        using var answer = await client.SendAsync(request);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    public async ValueTask DisposeAsync() => await App.DisposeAsync();
}

/// <summary>Somebody with a telephone, and what they hear.</summary>
internal sealed class Caller(TelephoneScenario twilio, string callSid, string from, string to)
{
    private int _recordings;

    public string CallSid => callSid;
    public string CallId => VoiceCalls.IdOf(callSid);
    public XElement Document { get; private set; } = new("Response");

    /// <summary>All that is said, in order.</summary>
    public string Heard => string.Join(' ', Document.Descendants("Say").Select(s => s.Value));

    /// <summary>Whether the document asks for a key, records, connects or ends.</summary>
    public string Then => Document.Elements().Last(e => e.Name.LocalName is "Gather" or "Record" or "Dial" or "Enqueue" or "Hangup").Name.LocalName;

    public string Language => Document.Descendants("Say").First().Attribute("language")!.Value;

    public string? LastRecording { get; private set; }

    public Task<Caller> DialsAsync() => AskAsync("/voice", []);

    public Task<Caller> PressesAsync(string key) => AskAsync(Action("Gather"), new() { ["Digits"] = key });

    public Task<Caller> SaysNothingAsync() => Then == "Record"
        ? AskAsync(Path(Document.Elements("Redirect").Single().Value), [])
        : AskAsync(Action("Gather"), new() { ["Digits"] = "" });

    /// <summary>Speaks to the recording; a key ends it.</summary>
    public Task<Caller> SpeaksAsync(string key = "#")
    {
        LastRecording = $"RE{callSid[^26..]}{++_recordings:x6}";
        return AskAsync(Action("Record"), new() { ["RecordingSid"] = LastRecording, ["RecordingUrl"] = "https://evil.example/steal", ["RecordingDuration"] = "17", ["Digits"] = key });
    }

    public Task<Caller> DeskAnswersAsync() => AskAsync(Action("Dial"), new() { ["DialCallStatus"] = "completed", ["DialCallDuration"] = "60" });

    public Task<Caller> NobodyAnswersAsync(string status = "no-answer") => AskAsync(Action("Dial"), new() { ["DialCallStatus"] = status });

    public Task<Caller> LeavesTheQueueAsync(string result) => AskAsync(Action("Enqueue"), new() { ["QueueResult"] = result });

    /// <summary>The same request as last time, as Twilio sends it when an answer was lost.</summary>
    public async Task<string> AskedAgainAsync() => (await twilio.PostAsync(_last.Path, _last.Form)).Text;

    public async Task HangsUpAsync() => Assert.Equal(HttpStatusCode.NoContent, (await twilio.PostAsync("/status", Form(new() { ["CallStatus"] = "completed" }))).Status);

    public Dictionary<string, string> Form(Dictionary<string, string> more)
    {
        var form = new Dictionary<string, string>(more) { ["CallSid"] = callSid, ["AccountSid"] = TelephoneScenario.Account, ["From"] = from, ["To"] = to };
        form.TryAdd("CallStatus", "in-progress");
        return form;
    }

    private (string Path, Dictionary<string, string> Form) _last = ("", []);

    private async Task<Caller> AskAsync(string path, Dictionary<string, string> form)
    {
        _last = (path, Form(form));
        var (status, text) = await twilio.PostAsync(path, _last.Form);
        Assert.True(status == HttpStatusCode.OK, text);
        Document = XDocument.Parse(text).Root!;
        Assert.Equal("Response", Document.Name.LocalName);
        return this;
    }

    private string Action(string verb) => Path(Document.Elements(verb).Single().Attribute("action")!.Value);

    private static string Path(string address)
    {
        Assert.StartsWith(TelephoneScenario.Site + "/hooks/twilio/", address, StringComparison.Ordinal);
        return address[(TelephoneScenario.Site.Length + "/hooks/twilio".Length)..];
    }
}
