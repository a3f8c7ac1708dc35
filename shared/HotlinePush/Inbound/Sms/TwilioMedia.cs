using System.Net.Http.Headers;
using System.Text;
using HotlinePush.Channels.Twilio;

namespace HotlinePush.Inbound.Sms;

/// <summary>
/// Pictures of a text, from Twilio's own host with the account's credentials. That host sends on to its store of media, which is followed once and
/// without them; any other address is not asked at all (twilio.com/docs/messaging/api/media-resource).
/// </summary>
public sealed class TwilioMedia(TwilioSettings settings) : IInboundMedia, IDisposable
{
    private static readonly string[] Stores = [".twilio.com", ".twiliocdn.com"];
    private static readonly TimeSpan Within = TimeSpan.FromSeconds(30);

    private readonly HttpClient _client = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, ConnectTimeout = TimeSpan.FromSeconds(5) }) { Timeout = Within };

    public string Channel => InboundChannels.Sms;

    public async Task<Stream?> OpenAsync(string reference, CancellationToken ct)
    {
        if (!Uri.TryCreate(reference, UriKind.Absolute, out var address) || !IsOurs(address))
            return null;
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, address);
            request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{settings.AccountSid}:{settings.AuthToken}")));
            var answer = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct);
            if ((int)answer.StatusCode is >= 300 and < 400 && answer.Headers.Location is { } location)
            {
                answer.Dispose();
                var store = new Uri(address, location);
                if (!IsOurs(store) && !(store.Scheme == Uri.UriSchemeHttps && Stores.Any(s => store.Host.EndsWith(s, StringComparison.OrdinalIgnoreCase))))
                    return null;
                answer = await _client.GetAsync(store, HttpCompletionOption.ResponseHeadersRead, ct);
            }

            if (answer.IsSuccessStatusCode)
                return await answer.Content.ReadAsStreamAsync(ct);
            var status = (int)answer.StatusCode;
            answer.Dispose();
            return status is 404 or 410 or (>= 300 and < 400) ? null : throw new IOException($"Twilio's media answered {status}.");
        }
        catch (HttpRequestException e)
        {
            throw new IOException("Twilio's media are out of reach.", e);
        }
        catch (TaskCanceledException e) when (!ct.IsCancellationRequested)
        {
            throw new IOException("Twilio's media took too long.", e);
        }
    }

    private bool IsOurs(Uri address) => address.Scheme == settings.Endpoint.Scheme && address.Authority == settings.Endpoint.Authority && address.UserInfo.Length == 0;

    public void Dispose() => _client.Dispose();
}
