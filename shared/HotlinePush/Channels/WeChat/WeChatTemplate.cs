using System.Security.Cryptography;
using System.Text;
using HotlinePush.Storage;

namespace HotlinePush.Channels.WeChat;

/// <summary>
/// Template messages of the official account (<c>/cgi-bin/message/template/send</c>). The message opens the recipient's own copy. A refused
/// credential proves that the message was not looked at: it is fetched anew, once, and the same attempt goes on.
/// </summary>
public sealed class WeChatTemplate(WeChatSettings settings, WeChatTokens tokens, WeChatReceipts receipts, ILogger<WeChatTemplate> log) : IDeliveryChannel, IDisposable
{
    private const string Path = "/cgi-bin/message/template/send?access_token=";
    private const int MaxOpenId = 64;
    private readonly HttpClient _client = ProviderHttp.NewClient(settings.Endpoint);

    public ChannelKind Kind => ChannelKind.WeChat;
    public string Provider => "wechat";
    public ChannelLimits Limits { get; } = new(settings.PerSecond, TimeSpan.FromSeconds(1), Math.Min(settings.PerSecond, 10));

    public bool Takes(string to) => to.Length is > 0 and <= MaxOpenId && to.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-');

    public async Task<IReadOnlyList<SendOutcome>> SendAsync(IReadOnlyList<DeliveryText> texts, CancellationToken ct) =>
        await Task.WhenAll(texts.Select(t => SendAsync(t, ct)));

    private async Task<SendOutcome> SendAsync(DeliveryText text, CancellationToken ct)
    {
        if (text.TemplateCode is null || !Takes(text.To))
            return new SendOutcome.NotAccepted(text.TemplateCode is null ? "noTemplate" : "notAnOpenId", "Not sent.", RetryAdvice.No);
        string? refused = null;
        for (var tries = 0; tries < 2; tries++)
        {
            var (token, why) = await TokenAsync(refused, ct);
            if (token is null)
                return why!;
            using var request = new HttpRequestMessage(HttpMethod.Post, Path + Uri.EscapeDataString(token)) { Content = Message(text) };
            var answer = await ProviderHttp.CallAsync(_client, request, ct);
            if (answer.End is { } end)
                return end;
            var code = answer.Number("errcode");
            if (code is { } c && WeChatCodes.IsCredential(c))
            {
                refused = token;
                continue;
            }

            return code switch
            {
                0 => await AcceptedAsync(text, answer.Number("msgid")),
                { } known when WeChatCodes.RefusalOf(known) is { } refusal => refusal,
                _ => new SendOutcome.Unknown("unknownAnswer"),
            };
        }

        return new SendOutcome.NotAccepted("credential", "A fresh credential was refused as well.", RetryAdvice.WhenBack(TimeSpan.FromMinutes(1)));
    }

    private async Task<(string? Token, SendOutcome? Why)> TokenAsync(string? refused, CancellationToken ct)
    {
        try
        {
            return await tokens.GetAsync(refused, ct);
        }
        catch (Exception e) when (e is OperationCanceledException or TableStoreException)
        {
            return (null, new SendOutcome.NotAccepted("notBegun", "The call was not begun.", RetryAdvice.WhenBack(TimeSpan.FromSeconds(5))));
        }
    }

    private static ByteArrayContent Message(DeliveryText text)
    {
        var data = (text.Values ?? new Dictionary<string, string>()).ToDictionary(v => v.Key, v => new { value = v.Value }, StringComparer.Ordinal);
        var (to, template, id) = (text.To, text.TemplateCode, ClientId(text.AttemptId));
        return text.Link is { } url
            ? ProviderHttp.Body(new { touser = to, template_id = template, url, client_msg_id = id, data })
            : ProviderHttp.Body(new { touser = to, template_id = template, client_msg_id = id, data });
    }

    /// <summary>Made of the attempt, so that the platform drops a double of the same call; 32 characters, for it takes no more everywhere.</summary>
    public static string ClientId(string attemptId) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(attemptId)))[..32];

    /// <summary>The report names the message alone: whose it is stands in a row from now on.</summary>
    private async Task<SendOutcome> AcceptedAsync(DeliveryText text, long? message)
    {
        if (message is not { } id)
            return new SendOutcome.Accepted(null);
        var name = WeChatReceipts.NameOf(id);
        try
        {
            await receipts.RememberAsync(name, text.AttemptId, CancellationToken.None);
        }
        catch (TableStoreException e)
        {
            // Accepted all the same; its report will find nobody.
            log.LogWarning(e, "The message of attempt {Attempt} could not be remembered", text.AttemptId);
        }

        return new SendOutcome.Accepted(name);
    }

    public void Dispose() => _client.Dispose();
}
