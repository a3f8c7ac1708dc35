using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using HotlinePush.Channels;
using HotlinePush.Tests.Support;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace HotlinePush.Tests.Channels;

/// <summary>A notice from its draft to the delivery report, through a host whose settings name Alibaba Cloud.</summary>
public sealed class AliyunNoticeTests : IAsyncLifetime
{
    private const string Registered = "${name}您好，救助金${amount}元已发放。详情 https://x.cn/n/${code}";
    private ProviderServer _server = null!;
    private HotlineApp _app = null!;

    public async Task InitializeAsync()
    {
        _server = await ProviderServer.StartAsync();
        _server.Says("""{"Message":"OK","RequestId":"1","Code":"OK","BizId":"9006^0"}""");
        _app = new HotlineApp
        {
            Change = services => services.AddHotlineProviders(new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
            {
                ["Providers:Aliyun:AccessKeyId"] = "LTAI-nobody",
                ["Providers:Aliyun:AccessKeySecret"] = "secret-of-nobody",
                ["Providers:Aliyun:SignName"] = "云泽市民政局",
                ["Providers:Aliyun:Endpoint"] = _server.Address.ToString(),
            }).Build()),
        };
        await _app.InitializeAsync();
    }

    public async Task DisposeAsync()
    {
        await _app.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task Notice_WhenSentByTheProvider_GoesAsItsTemplateAndEndsByTheReport()
    {
        var publisher = new NoticeScenario(_app);
        await publisher.PutTemplatesAsync(new { code = "SMS_1", channel = "sms", text = Registered, signature = "云泽市民政局" }, new { code = "SMS_2", channel = "sms", text = Registered, signature = "别人" });
        var audience = await publisher.AudienceAsync("recipient_id,name,phone,救助金额\n1,赵一,13800001231,300.00\n2,钱二,13800001232,450.50\n");

        async Task<string> RefusedAsync(object notice)
        {
            var id = await publisher.DraftAsync(notice);
            using var answer = await publisher.Publisher.PostAsync($"/api/v1/notices/{id}/submit", null);
            var body = await answer.Content.ReadFromJsonAsync<JsonElement>();
            Assert.Equal(HttpStatusCode.Conflict, answer.StatusCode);
            return $"{body.GetProperty("code").GetString()} {body.GetProperty("errors").EnumerateObject().Single().Name} {body.GetProperty("detail").GetString()}";
        }

        object Notice(string text, string? code) =>
            new { title = "救助金发放", field = "relief", audienceId = audience, channels = new[] { "sms" }, texts = new { sms = text }, templates = new { sms = code } };
        const string right = "{{姓名}}您好，救助金{{救助金额}}元已发放。详情 https://x.cn/n/{{链接码}}";

        Assert.StartsWith("templateNeeded templates.sms", await RefusedAsync(Notice(right, null)), StringComparison.Ordinal);
        Assert.StartsWith("templateNeeded templates.sms", await RefusedAsync(Notice(right, "SMS_9")), StringComparison.Ordinal);
        Assert.Contains("别人", await RefusedAsync(Notice(right, "SMS_2")), StringComparison.Ordinal);
        Assert.Contains("“你好", await RefusedAsync(Notice(right.Replace("您好", "你好", StringComparison.Ordinal), "SMS_1")), StringComparison.Ordinal);

        // 65 characters alone are one message, with 【云泽市民政局】 before them two.
        using var dry = await publisher.Publisher.PostAsync($"/api/v1/notices/{await publisher.DraftAsync(Notice(new string('字', 65), null))}/dry-run", null);
        Assert.Equal(4, (await dry.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("perChannel").GetProperty("sms").GetProperty("segments").GetInt32());

        var id = await publisher.SendAsync(Notice(right, "SMS_1"));
        await _app.AdvanceAsync(TimeSpan.FromSeconds(5));
        Assert.Equal(2, (await publisher.ProgressAsync(id)).GetProperty("sent").GetInt32());
        Assert.Equal(2, _server.Calls.Count);
        var call = _server.Calls.Single(c => c.Of("PhoneNumbers") == "13800001231");
        using var values = JsonDocument.Parse(call.Of("TemplateParam"));
        Assert.Equal("amount code name", string.Join(' ', values.RootElement.EnumerateObject().Select(v => v.Name).Order(StringComparer.Ordinal)));
        Assert.Equal(("赵一", "300.00"), (values.RootElement.GetProperty("name").GetString(), values.RootElement.GetProperty("amount").GetString()));
        Assert.StartsWith(id + "-0-0-", values.RootElement.GetProperty("code").GetString(), StringComparison.Ordinal);

        await ReportsAsync(id, [.. _server.Calls.Select(c => c.Of("OutId"))]);
        Assert.Empty(_app.Warnings);
    }

    /// <summary>Forged ones change nothing; right ones do, once.</summary>
    private async Task ReportsAsync(string noticeId, string[] attempts)
    {
        var publisher = new NoticeScenario(_app);
        async Task<(HttpStatusCode Status, string Body)> PostAsync(string body)
        {
            using var answer = await _app.Public.PostAsync("/hooks/aliyun/sms-report", new StringContent(body, Encoding.UTF8, "application/json"));
            await _app.AdvanceAsync(TimeSpan.FromSeconds(1));
            return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
        }

        static string Report(params (string OutId, bool Success, string Code)[] reports) => JsonSerializer.Serialize(reports.Select(r => new
        {
            phone_number = "13800001231",
            send_time = "2026-03-02 10:00:00",
            report_time = "2026-03-02 10:00:05",
            success = r.Success,
            err_code = r.Code,
            err_msg = "用户接收成功",
            sms_size = "1",
            biz_id = "9006^0",
            out_id = r.OutId,
            template_code = "SMS_1",
        }));

        var forged = attempts[0][..^1] + (attempts[0][^1] == '0' ? '1' : '0');
        foreach (var body in (string[])["", "{}", "null", "[1]", "[[]]", "[{\"out_id\":\"x\"}]", "[{", "[{\"success\":\"maybe\",\"out_id\":\"x\"}]", "[{\"success\":true,\"out_id\":\"\\ud800\"}]"])
            Assert.Equal((body, HttpStatusCode.BadRequest), (body, (await PostAsync(body)).Status));
        Assert.Equal(HttpStatusCode.Forbidden, (await PostAsync(Report((forged, true, "DELIVERED")))).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await PostAsync(Report(("67890", true, "DELIVERED")))).Status);
        // One forged among right ones: nothing of the batch is believed.
        Assert.Equal(HttpStatusCode.Forbidden, (await PostAsync(Report((attempts[0], true, "DELIVERED"), (forged, true, "DELIVERED")))).Status);
        Assert.Equal(2, (await publisher.ProgressAsync(noticeId)).GetProperty("sent").GetInt32());

        // Another system's text on the same account stands beside ours.
        var batch = Report((attempts[0], true, "DELIVERED"), ("67890", true, "DELIVERED"), (attempts[1], false, "MOBILE_NOT_ON_SERVICE"));
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal((HttpStatusCode.OK, """{"code":0,"msg":"成功"}"""), await PostAsync(batch));
            var progress = await publisher.ProgressAsync(noticeId);
            Assert.Equal((1, 1, 0), (progress.GetProperty("delivered").GetInt32(), progress.GetProperty("failed").GetInt32(), progress.GetProperty("sent").GetInt32()));
        }
    }
}
