using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using HotlinePush.Channels;
using HotlinePush.Channels.Aliyun;
using Microsoft.AspNetCore.Http;

namespace HotlinePush.Tests.Channels;

/// <summary>Alibaba Cloud SMS against a server that answers as its documentation says, and checks the signature as the gateway does.</summary>
public sealed class AliyunSmsTests : IAsyncLifetime
{
    private const string Secret = "a-secret-of-nobody";
    private const string Ok = """{"Message":"OK","RequestId":"819BE656-D2E0-4858-8B21-B2E477085AAF","Code":"OK","BizId":"9006197469364984^0"}""";
    private ProviderServer _server = null!;

    public async Task InitializeAsync() => _server = await ProviderServer.StartAsync();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    private static AliyunSettings Settings(Uri endpoint) => new("LTAI-nobody", Secret, "云泽市", "cn-hangzhou", endpoint, 100, null);

    private static DeliveryText Text(string to = "+8613800138000", params (string, string)[] values) =>
        new("nabc-0-1-1-0123456789", ChannelKind.Sms, to, null, "正文", "nabc", "nabc-0-1", "SMS_1", values.ToDictionary(v => v.Item1, v => v.Item2));

    private static async Task<SendOutcome> SendAsync(Uri address, DeliveryText text, CancellationToken ct = default)
    {
        using var channel = new AliyunSms(Settings(address), TimeProvider.System);
        return Assert.Single(await channel.SendAsync([text], ct));
    }

    /// <summary>The example of the documentation, entire: RunInstances, every input fixed.</summary>
    [Fact]
    public void Signature_OfThePublishedExample_IsThePublishedOne()
    {
        var query = AcsSignature.Query([new("RegionId", "cn-shanghai"), new("ImageId", "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd")]);
        var headers = new Dictionary<string, string>
        {
            ["host"] = "ecs.cn-shanghai.aliyuncs.com",
            ["x-acs-action"] = "RunInstances",
            ["x-acs-version"] = "2014-05-26",
            ["x-acs-date"] = "2023-10-26T10:22:32Z",
            ["x-acs-signature-nonce"] = "3156853299f313e23d1673dc12e1703d",
            ["x-acs-content-sha256"] = AcsSignature.Hash([]),
        };

        Assert.Equal(
            "ACS3-HMAC-SHA256 Credential=YourAccessKeyId,SignedHeaders=host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version,"
            + "Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0",
            AcsSignature.Authorization("POST", "/", query, headers, AcsSignature.Hash([]), "YourAccessKeyId", "YourAccessKeySecret"));
    }

    [Fact]
    public async Task Text_WhenAccepted_WentSignedWithTheTemplatesValuesAndTheAttempt()
    {
        _server.Answer = Gateway;

        var outcome = await SendAsync(_server.Address, Text("+8613800138000", ("name", "赵\"一\" & 钱+二"), ("amount", "1 200.50\r\n【他签】"), ("link", "https://x/y?a=b&c=%20~*")));

        Assert.Equal(new SendOutcome.Accepted("9006197469364984^0"), outcome);
        var call = Assert.Single(_server.Calls);
        Assert.Equal(("POST", "/", "SendSms", "2017-05-25"), (call.Method, call.Path, call.Headers["x-acs-action"], call.Headers["x-acs-version"]));
        Assert.Equal(("13800138000", "云泽市", "SMS_1", "nabc-0-1-1-0123456789"), (call.Of("PhoneNumbers"), call.Of("SignName"), call.Of("TemplateCode"), call.Of("OutId")));
        using var values = JsonDocument.Parse(call.Of("TemplateParam"));
        Assert.Equal("赵\"一\" & 钱+二", values.RootElement.GetProperty("name").GetString());
        // A line end would be refused by the provider, and could open a header elsewhere.
        Assert.Equal("1 200.50 【他签】", values.RootElement.GetProperty("amount").GetString());
        Assert.Equal("https://x/y?a=b&c=%20~*", values.RootElement.GetProperty("link").GetString());
    }

    [Fact]
    public async Task Request_WithOneByteChanged_IsNotWhatWasSigned()
    {
        _server.Answer = Gateway;
        await SendAsync(_server.Address, Text(values: ("code", "1")));
        var call = Assert.Single(_server.Calls);

        async Task<string> AgainAsync(string query)
        {
            using var client = new HttpClient();
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(_server.Address, "/" + query)) { Content = new ByteArrayContent([]) };
            foreach (var (name, value) in call.Headers.Where(h => h.Key.StartsWith("x-acs-", StringComparison.Ordinal) || h.Key == "authorization"))
                request.Headers.TryAddWithoutValidation(name, value);
            using var answer = await client.SendAsync(request);
            return JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.GetProperty("Code").GetString()!;
        }

        Assert.Equal("OK", await AgainAsync(call.Query));
        Assert.Equal("SignatureDoesNotMatch", await AgainAsync(call.Query.Replace("13800138000", "13800138001", StringComparison.Ordinal)));
        Assert.Equal("SignatureDoesNotMatch", await AgainAsync(call.Query.Replace("SMS_1", "SMS_2", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("isv.MOBILE_NUMBER_ILLEGAL", 200, "never")]
    [InlineData("isv.BLACK_KEY_CONTROL_LIMIT", 200, "never")]
    [InlineData("isv.SMS_TEMPLATE_ILLEGAL", 200, "never")]
    [InlineData("isv.SMS_SIGNATURE_ILLEGAL", 200, "never")]
    [InlineData("isv.PARAM_NOT_SUPPORT_URL", 200, "never")]
    [InlineData("isv.BUSINESS_LIMIT_CONTROL", 200, "later")]
    [InlineData("isv.AMOUNT_NOT_ENOUGH", 200, "outage")]
    [InlineData("isv.OUT_OF_SERVICE", 200, "outage")]
    [InlineData("isv.DAY_LIMIT_CONTROL", 200, "outage")]
    [InlineData("isp.RAM_PERMISSION_DENY", 200, "outage")]
    [InlineData("Throttling.User", 400, "outage")]
    [InlineData("SignatureDoesNotMatch", 400, "outage")]
    [InlineData("InvalidAccessKeyId.NotFound", 404, "outage")]
    [InlineData("InvalidTimeStamp.Expired", 400, "outage")]
    [InlineData("isp.SYSTEM_ERROR", 200, "unknown")]
    [InlineData("SignatureNonceUsed", 400, "unknown")]
    [InlineData("ServiceUnavailable", 503, "unknown")]
    [InlineData("isv.NOBODY_DOCUMENTS_THIS", 200, "unknown")]
    public async Task Answer_OfEachCode_SaysWhatItProves(string code, int status, string proves)
    {
        _server.Says($$"""{"RequestId":"1","HostId":"dysmsapi.aliyuncs.com","Code":"{{code}}","Message":"13800138000 is refused"}""", status);

        var outcome = await SendAsync(_server.Address, Text());

        Assert.Equal(proves, outcome switch
        {
            SendOutcome.NotAccepted { Retry.Never: true } => "never",
            SendOutcome.NotAccepted { Retry.Outage: true } => "outage",
            SendOutcome.NotAccepted => "later",
            _ => "unknown",
        });
        Assert.Single(_server.Calls);
        // The provider's message may name the person.
        Assert.DoesNotContain("13800138000", outcome.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public Task Call_WhenTheWireFails_EndsAsWhatIsProven() => WireFaults.AssertAsync(_server, Ok, (address, ct) => SendAsync(address, Text(), ct));

    [Fact]
    public async Task Address_OutsideTheMainland_IsNotTaken()
    {
        using var channel = new AliyunSms(Settings(_server.Address), TimeProvider.System);
        Assert.True(channel.Takes("+8613800138000"));
        Assert.All((string[])["+85261234567", "+14155550100", "+861012345", "+862787654321", "13800138000", "+86138001380001"], to => Assert.False(channel.Takes(to), to));
        Assert.All(
            await channel.SendAsync([Text("+14155550100"), Text() with { TemplateCode = null }], default),
            o => Assert.True(Assert.IsType<SendOutcome.NotAccepted>(o).Retry.Never));
        Assert.Empty(_server.Calls);
    }

    [Fact]
    public async Task Settings_WhenPrinted_HoldNoSecret()
    {
        Assert.DoesNotContain(Secret, Settings(_server.Address).ToString(), StringComparison.Ordinal);
        await Task.CompletedTask;
    }

    /// <summary>As the gateway: the signature over what arrived, by the documentation's three steps, written down apart from the product.</summary>
    private static Task Gateway(HttpContext http, Call call)
    {
        var parts = call.Headers["authorization"].Split(' ', 2)[1].Split(',').ToDictionary(p => p.Split('=', 2)[0], p => p.Split('=', 2)[1]);
        var names = parts["SignedHeaders"].Split(';');
        var canonical = $"{call.Method}\n{call.Path}\n{call.Query.TrimStart('?')}\n{string.Concat(names.Select(n => $"{n}:{call.Headers[n]}\n"))}\n{parts["SignedHeaders"]}\n{Hex(SHA256.HashData(Encoding.UTF8.GetBytes(call.Body)))}";
        var right = Hex(HMACSHA256.HashData(Encoding.UTF8.GetBytes(Secret), Encoding.UTF8.GetBytes("ACS3-HMAC-SHA256\n" + Hex(SHA256.HashData(Encoding.UTF8.GetBytes(canonical))))));
        var signed = names.Contains("host") && names.Contains("x-acs-action") && names.Contains("x-acs-content-sha256") && parts["Signature"] == right;
        return signed ? ProviderServer.WriteAsync(http, Ok) : ProviderServer.WriteAsync(http, """{"Code":"SignatureDoesNotMatch"}""", 400);

        static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);
    }
}
