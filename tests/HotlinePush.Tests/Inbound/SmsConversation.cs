using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using HotlinePush.Channels.Outbox;
using HotlinePush.Channels.Twilio;
using HotlinePush.Notices;
using HotlinePush.Tests.Support;
using HotlinePush.Tests.Tickets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Primitives;

namespace HotlinePush.Tests.Inbound;

/// <summary>A resident with a telephone, and the hotline's number at Twilio.</summary>
internal sealed partial class SmsConversation(HotlineApp app, string phone)
{
    public const string Site = "https://12345.example.gov.cn";
    public const string Token = "the-auth-token";
    public const string Ours = "+8675512345";
    private static int _sids;

    public string Phone => phone;

    /// <summary>The host with such a number.</summary>
    public static HotlineApp NewApp(Action<IServiceCollection>? more = null) => new()
    {
        Change = services =>
        {
            services.Replace(ServiceDescriptor.Singleton(new SiteAddress(Site))).Replace(ServiceDescriptor.Singleton(new TwilioTokens([Token])));
            more?.Invoke(services);
        },
    };

    public static SmsConversation New(HotlineApp app) => new(app, "+86" + TicketScenario.NewPhone());

    public static string NewSid() => $"SM{Interlocked.Increment(ref _sids):D32}";

    /// <summary>Sends a text; what comes back, null for nothing.</summary>
    public async Task<string?> SayAsync(string text, string? sid = null, Dictionary<string, string>? more = null)
    {
        var (status, answer) = await PostAsync(Form(text, sid ?? NewSid(), more));
        Assert.True(status == HttpStatusCode.OK, $"{status}: {answer}");
        return Message(answer);
    }

    public Dictionary<string, string> Form(string text, string sid, Dictionary<string, string>? more = null)
    {
        var form = new Dictionary<string, string> { ["MessageSid"] = sid, ["AccountSid"] = "AC0", ["From"] = phone, ["To"] = Ours, ["Body"] = text, ["NumMedia"] = "0" };
        foreach (var (name, value) in more ?? [])
            form[name] = value;
        return form;
    }

    public static string Sign(Dictionary<string, string> form, string token = Token, string url = Site + "/hooks/twilio/sms") =>
        TwilioSignature.Of(token, url, form.Select(f => new KeyValuePair<string, StringValues>(f.Key, f.Value)));

    public Task<(HttpStatusCode Status, string Body)> PostAsync(Dictionary<string, string> form) => PostAsync(app, form, Sign(form));

    public static async Task<(HttpStatusCode Status, string Body)> PostAsync(HotlineApp app, Dictionary<string, string> form, string? signature)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/hooks/twilio/sms") { Content = new FormUrlEncodedContent(form) };
        if (signature is not null)
            request.Headers.Add(TwilioSignature.Header, signature);
        using var answer = await app.Public.SendAsync(request);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    public static string? Message(string twiml) => XDocument.Parse(twiml).Root!.Element("Message")?.Value;

    public static string NumberIn(string? text) => Number().Match(text ?? "") is { Success: true } match ? match.Value : throw new Xunit.Sdk.XunitException($"No number in: {text}");

    [GeneratedRegex(@"\d{14}")]
    private static partial Regex Number();

    public Task<Answer> TicketAsync(string number, string path = "") => TicketScenario.SendAsync(app, TicketScenario.Desk, HttpMethod.Get, $"/api/v1/tickets/{number}{path}");

    public async Task<List<JsonElement>> HistoryAsync(string number) => [.. (await TicketAsync(number, "/history")).Ok()["items"].EnumerateArray()];

    public async Task<List<string>> FollowUpsAsync(string number) =>
        [.. (await HistoryAsync(number)).Where(e => e.GetProperty("action").GetString() == "follow-up").Select(e => e.GetProperty("note").GetString()!)];

    /// <summary>Numbers of the tickets under this telephone, newest first, as the desk finds them when it calls.</summary>
    public async Task<List<string>> TicketsAsync()
    {
        var sender = app.Services().GetRequiredService<HotlinePush.Tickets.PersonTickets>();
        return [.. (await sender.FindAsync(phone, new(HotlinePush.Security.Role.Desk, "test"), null, 100, CancellationToken.None)).Tickets.Select(t => t.Number)];
    }

    public Task<List<OutboxEntry>> ToldAsync() => app.Services().TextsToAsync(phone);
}
