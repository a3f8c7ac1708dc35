using System.Net;
using System.Net.Http.Headers;
using HotlinePush.Channels;
using HotlinePush.Channels.Twilio;
using HotlinePush.Notices;
using HotlinePush.Security;
using HotlinePush.Storage;
using Twilio.Clients;
using Twilio.Exceptions;
using Twilio.Rest.Api.V2010.Account;
using TwilioNumber = Twilio.Types.PhoneNumber;

namespace HotlinePush.Providers;

/// <summary>SMS through Twilio, outside mainland China unless the settings name the security assessment.</summary>
public sealed class TwilioDeliveries(TwilioSettings settings, SiteAddress site, OptOuts optOuts, ILogger<TwilioDeliveries> log) : IDeliveryChannel, IDisposable
{
    private readonly HttpClient _http = ProviderHttp.NewClient(settings.Endpoint);

    public ChannelKind Kind => ChannelKind.Sms;
    public string Provider => "twilio";
    public ChannelLimits Limits { get; } = new(settings.PerSecond, TimeSpan.FromSeconds(1), 10);

    public bool Takes(string to) => settings.Takes(to) && PhoneNumber.TryParse(to, out var e164) && e164 == to;

    public async Task<IReadOnlyList<SendOutcome>> SendAsync(IReadOnlyList<DeliveryText> texts, CancellationToken ct) =>
        await Task.WhenAll(texts.Select(t => SendOneAsync(t, ct)));

    public void Dispose() => _http.Dispose();

    private async Task<SendOutcome> SendOneAsync(DeliveryText text, CancellationToken ct)
    {
        if (ct.IsCancellationRequested)
            return new SendOutcome.NotAccepted("notBegun", "There was no time left for it.", RetryAdvice.WhenBack(TimeSpan.FromSeconds(1)));
        var call = new Call(_http, settings.Endpoint, ct);
        try
        {
            var message = await MessageResource.CreateAsync(
                new CreateMessageOptions(new TwilioNumber(text.To))
                {
                    Body = text.Body,
                    From = settings.From is { } from ? new TwilioNumber(from) : null,
                    MessagingServiceSid = settings.MessagingServiceSid,
                    StatusCallback = new Uri(TwilioReports.AddressOf(site, text.AttemptId)),
                },
                new TwilioRestClient(settings.AccountSid, settings.AuthToken, httpClient: call));
            return string.IsNullOrEmpty(message?.Sid) ? new SendOutcome.Unknown("unreadableAnswer") : new SendOutcome.Accepted(message.Sid);
        }
        catch (ApiException e)
        {
            var outcome = TwilioCodes.Outcome(call.Status, e.Code);
            if (outcome is SendOutcome.NotAccepted { Retry: { Outage: true, Never: false } } && call.Status is 401 or 403)
                log.LogError("Twilio refuses Providers:Twilio:AccountSid and AuthToken");
            if (e.Code == TwilioCodes.OptedOut)
                await OptOutAsync(text.To);
            return outcome;
        }
        catch (ApiConnectionException e)
        {
            return EndOf(e.InnerException);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // Its message could name people.
            log.LogError("Twilio's client threw {Exception}; whether a text was taken is not known", e.GetType().Name);
            return new SendOutcome.Unknown("channelFailed");
        }
    }

    /// <summary>Never connected: nothing was sent. Anything that went wrong after that leaves the end open.</summary>
    private static SendOutcome EndOf(Exception? e) => e switch
    {
        HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError or HttpRequestError.SecureConnectionError or HttpRequestError.ProxyTunnelError } =>
            new SendOutcome.NotAccepted("notConnected", "No connection was made.", RetryAdvice.WhenBack(TimeSpan.FromSeconds(5))),
        OperationCanceledException => new SendOutcome.Unknown("timeout"),
        _ => new SendOutcome.Unknown("connectionLost"),
    };

    private async Task OptOutAsync(string to)
    {
        try
        {
            await optOuts.AddAsync(OptOuts.EveryOffice, to, CancellationToken.None);
        }
        catch (TableStoreException e)
        {
            // Twilio will say so again with the next text; what it said of this one must not be lost.
            log.LogWarning(e, "An opt-out that Twilio reported was not stored");
        }
    }

    /// <summary>One call of Twilio's client over a connection of ours: cut when ours are, and one request on the wire.</summary>
    private sealed class Call(HttpClient http, Uri endpoint, CancellationToken ct) : global::Twilio.Http.HttpClient
    {
        public int Status { get; private set; }

        public override global::Twilio.Http.Response MakeRequest(global::Twilio.Http.Request request) => throw new NotSupportedException();

        public override async Task<global::Twilio.Http.Response> MakeRequestAsync(global::Twilio.Http.Request request)
        {
            using var wire = new HttpRequestMessage(new(request.Method.ToString()), new Uri(endpoint, request.ConstructUrl().PathAndQuery))
            {
                Content = new FormUrlEncodedContent(request.PostParams),
            };
            wire.Headers.Authorization = new AuthenticationHeaderValue("Basic", Authentication(request.Username, request.Password));
            wire.Headers.Accept.Add(new("application/json"));
            using var response = await http.SendAsync(wire, ct);
            Status = (int)response.StatusCode;
            // A redirection is no answer; Twilio's client would read it as one.
            return new(Status is >= 300 and < 400 ? HttpStatusCode.BadGateway : response.StatusCode, await response.Content.ReadAsStringAsync(ct));
        }
    }
}
