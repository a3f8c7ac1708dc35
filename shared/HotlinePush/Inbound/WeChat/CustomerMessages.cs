using HotlinePush.Channels;
using HotlinePush.Channels.WeChat;
using HotlinePush.Storage;

namespace HotlinePush.Inbound.WeChat;

/// <summary>
/// Answers that came too late for the platform's five seconds, by customer-service message 客服消息 (<c>/cgi-bin/message/custom/send</c>), which it takes
/// for 48 hours after somebody wrote. A row under the answer's id comes before the call, and goes only with proof that nothing was accepted.
/// </summary>
public sealed class CustomerMessages(WeChatSettings settings, WeChatTokens tokens, ITableStore store, TimeProvider engine, ILogger<CustomerMessages> log) : IInboundAnswer, IDisposable
{
    private const string Path = "/cgi-bin/message/custom/send?access_token=";
    private static readonly TimeSpan CallWithin = TimeSpan.FromSeconds(20);
    private readonly HttpClient _client = ProviderHttp.NewClient(settings.Endpoint);

    public string Channel => InboundChannels.WeChat;

    public async Task SendAsync(string id, string to, string text, CancellationToken ct)
    {
        string? refused = null;
        for (var tries = 0; tries < 2; tries++)
        {
            var (token, why) = await tokens.GetAsync(refused, ct);
            if (token is null)
                throw new ChannelException($"An answer was not sent: {why!.Code}.");
            var (partition, row) = TextChannel.PlaceOf(id);
            if (!(await store.CommitAsync(new Batch(TextChannel.Table, partition).Insert(row, "{}"u8.ToArray()), ct)).Committed)
                return;
            using var cut = new CancellationTokenSource(CallWithin, engine);
            using var request = new HttpRequestMessage(HttpMethod.Post, Path + Uri.EscapeDataString(token)) { Content = ProviderHttp.Body(new { touser = to, msgtype = "text", text = new { content = text } }) };
            var answer = await ProviderHttp.CallAsync(_client, request, cut.Token);
            var code = answer.End is null ? answer.Number("errcode") : null;
            if (code == 0 || answer.End is SendOutcome.Unknown || (answer.End is null && code is null))
                return;
            // Refused, or never begun: it may be handed over again.
            await store.CommitAsync(new Batch(TextChannel.Table, partition).Delete(row), CancellationToken.None);
            if (code is { } credential && WeChatCodes.IsCredential(credential))
            {
                refused = token;
                continue;
            }

            if (code is null || WeChatCodes.RefusalOf(code.Value) is { Retry.Never: false })
                throw new ChannelException($"An answer was not accepted: {code?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "notConnected"}.");
            log.LogWarning("An answer to somebody on WeChat was refused for good: {Code}", code);
            return;
        }

        throw new ChannelException("An answer was not accepted: credential.");
    }

    public void Dispose() => _client.Dispose();
}

/// <summary>Pictures and recordings, from the platform's temporary store (<c>/cgi-bin/media/get</c>): kept there for three days.</summary>
public sealed class WeChatMedia(WeChatSettings settings, WeChatTokens tokens) : IInboundMedia, IDisposable
{
    private readonly HttpClient _client = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, ConnectTimeout = TimeSpan.FromSeconds(5) })
    { BaseAddress = settings.Endpoint, Timeout = TimeSpan.FromSeconds(30) };

    public string Channel => InboundChannels.WeChat;

    public async Task<Stream?> OpenAsync(string reference, CancellationToken ct)
    {
        var (token, why) = await tokens.GetAsync(null, ct);
        if (token is null)
            throw new IOException($"WeChat gives no token: {why!.Code}.");
        try
        {
            var answer = await _client.GetAsync($"/cgi-bin/media/get?access_token={Uri.EscapeDataString(token)}&media_id={Uri.EscapeDataString(reference)}", HttpCompletionOption.ResponseHeadersRead, ct);
            if (answer.IsSuccessStatusCode && answer.Content.Headers.ContentType?.MediaType is not ("application/json" or "text/plain"))
                return await answer.Content.ReadAsStreamAsync(ct);
            // Errors come as JSON with status 200. 40007: there is no such medium, or no longer.
            var text = answer.IsSuccessStatusCode && answer.Content.Headers.ContentLength is null or < 4096 ? await answer.Content.ReadAsStringAsync(ct) : "";
            answer.Dispose();
            return text.Contains("40007", StringComparison.Ordinal) ? null : throw new IOException($"WeChat's media answered {(int)answer.StatusCode}.");
        }
        catch (HttpRequestException e)
        {
            throw new IOException("WeChat's media are out of reach.", e);
        }
        catch (TaskCanceledException e) when (!ct.IsCancellationRequested)
        {
            throw new IOException("WeChat's media took too long.", e);
        }
    }

    public void Dispose() => _client.Dispose();
}
