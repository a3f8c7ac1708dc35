using System.Globalization;
using System.Text.Json;

namespace HotlinePush.Channels.Aliyun;

/// <summary>
/// Short messages to mainland mobiles by Alibaba Cloud's <c>SendSms</c> (2017-05-25). The text itself does not go: the provider makes it
/// from its registered template and the values of the variables. Reports come back by <c>OutId</c>, which is the attempt.
/// </summary>
public sealed class AliyunSms(AliyunSettings settings, TimeProvider engine) : IDeliveryChannel, IDisposable
{
    private const string Action = "SendSms", Version = "2017-05-25", Path = "/";
    private static readonly string NoBody = AcsSignature.Hash([]);

    private readonly HttpClient _client = ProviderHttp.NewClient(settings.Endpoint);

    public ChannelKind Kind => ChannelKind.Sms;
    public string Provider => "aliyun";
    public ChannelLimits Limits { get; } = new(settings.PerSecond, TimeSpan.FromSeconds(1), Math.Min(settings.PerSecond, 20));

    /// <summary>Mainland mobiles: <c>+861</c> and ten digits.</summary>
    public bool Takes(string to) => to.Length == 14 && to.StartsWith("+861", StringComparison.Ordinal);

    public async Task<IReadOnlyList<SendOutcome>> SendAsync(IReadOnlyList<DeliveryText> texts, CancellationToken ct) =>
        await Task.WhenAll(texts.Select(t => SendAsync(t, ct)));

    private async Task<SendOutcome> SendAsync(DeliveryText text, CancellationToken ct)
    {
        if (text.TemplateCode is null || !Takes(text.To))
            return new SendOutcome.NotAccepted(text.TemplateCode is null ? "noTemplate" : "notMainland", "Not sent.", RetryAdvice.No);
        using var request = Request(text);
        var answer = await ProviderHttp.CallAsync(_client, request, ct);
        if (answer.End is { } end)
            return end;
        return answer.Text("Code") switch
        {
            "OK" when answer.Status == 200 => new SendOutcome.Accepted(answer.Text("BizId")),
            { } code when AliyunCodes.RefusalOf(code) is { } refusal => refusal,
            _ => new SendOutcome.Unknown("unknownAnswer"),
        };
    }

    private HttpRequestMessage Request(DeliveryText text)
    {
        var query = AcsSignature.Query(new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["PhoneNumbers"] = text.To[3..],
            ["SignName"] = settings.SignName,
            ["TemplateCode"] = text.TemplateCode!,
            ["TemplateParam"] = Parameters(text.Values),
            ["OutId"] = text.AttemptId,
            ["RegionId"] = settings.RegionId,
        });
        var headers = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["host"] = settings.Endpoint.Authority,
            ["x-acs-action"] = Action,
            ["x-acs-version"] = Version,
            ["x-acs-date"] = engine.GetUtcNow().UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
            ["x-acs-signature-nonce"] = Guid.NewGuid().ToString("N"),
            ["x-acs-content-sha256"] = NoBody,
        };
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(settings.Endpoint, $"{Path}?{query}")) { Headers = { Host = settings.Endpoint.Authority } };
        foreach (var (name, value) in headers.Where(h => h.Key != "host"))
            request.Headers.TryAddWithoutValidation(name, value);
        request.Headers.TryAddWithoutValidation("Authorization", AcsSignature.Authorization("POST", Path, query, headers, NoBody, settings.AccessKeyId, settings.AccessKeySecret));
        return request;
    }

    /// <summary>Values are text on one line: the provider refuses numbers and line ends.</summary>
    private static string Parameters(IReadOnlyDictionary<string, string>? values) => JsonSerializer.Serialize(
        (values ?? new Dictionary<string, string>()).ToDictionary(v => v.Key, v => v.Value.ReplaceLineEndings(" ").Replace('\t', ' '), StringComparer.Ordinal), ProviderHttp.Json);

    public void Dispose() => _client.Dispose();
}
