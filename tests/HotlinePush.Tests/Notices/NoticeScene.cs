using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using HotlinePush.Notices;
using HotlinePush.Security;
using HotlinePush.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace HotlinePush.Tests.Notices;

/// <summary>Notices as an office sends them, through the API: list, draft, review, sent.</summary>
public sealed partial class NoticeScene(HotlineApp app)
{
    public HttpClient Publisher { get; } = app.As("demo-publisher");
    public HttpClient Reviewer { get; } = app.As("demo-reviewer");

    /// <summary>An audience with the rows of a CSV.</summary>
    public async Task<string> ListAsync(string csv)
    {
        var id = (await DoAsync(Publisher, "/api/v1/audiences", new { name = "名单", field = "agriculture" })).GetProperty("id").GetString()!;
        using var started = await Publisher.PostAsync($"/api/v1/audiences/{id}/recipients", new ByteArrayContent(Encoding.UTF8.GetBytes(csv)) { Headers = { ContentType = MediaTypeHeaderValue.Parse("text/csv") } });
        Assert.Equal(HttpStatusCode.Accepted, started.StatusCode);
        var job = (await started.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("jobId").GetString();
        await UntilAsync(async () => (await Publisher.GetFromJsonAsync<JsonElement>($"/api/v1/jobs/{job}")).GetProperty("state").GetString() == "done");
        return id;
    }

    /// <summary>A notice to the rows of a CSV, sent to its end.</summary>
    /// <param name="over">What of the draft is otherwise: an anonymous object.</param>
    public async Task<string> SendToAsync(string csv, object? over = null)
    {
        var draft = new Dictionary<string, object?>
        {
            ["title"] = "耕地补贴发放",
            ["field"] = "agriculture",
            ["audienceId"] = await ListAsync(csv),
            ["channels"] = new[] { "sms" },
            ["texts"] = new { sms = "{{姓名}}：您的补贴{{金额}}元已发放。{{链接}}", letter = "{{姓名}}：\n您的补贴{{金额}}元已发放。", email = new { subject = "{{姓名}}的补贴", body = "{{姓名}}：补贴{{金额}}元。" } },
            ["script"] = "请核对身份后说明发放时间。",
        };
        foreach (var property in over?.GetType().GetProperties() ?? [])
            draft[property.Name] = property.GetValue(over);
        return await OutAsync((await DoAsync(Publisher, "/api/v1/notices", draft)).GetProperty("id").GetString()!);
    }

    public async Task<string> CorrectAsync(string noticeId, string audienceId, string sms) =>
        await OutAsync((await DoAsync(Publisher, $"/api/v1/notices/{noticeId}/correct", new { audienceId, texts = new { sms } })).GetProperty("id").GetString()!);

    private async Task<string> OutAsync(string id)
    {
        await DoAsync(Publisher, $"/api/v1/notices/{id}/submit", new { });
        await DoAsync(Reviewer, $"/api/v1/notices/{id}/review", new { approve = true });
        await DoAsync(Publisher, $"/api/v1/notices/{id}/send", new { });
        await UntilAsync(async () => (await NoticeAsync(id)).GetProperty("state").GetString() == "sent");
        return id;
    }

    public Task<JsonElement> NoticeAsync(string id) => Publisher.GetFromJsonAsync<JsonElement>("/api/v1/notices/" + id);

    public string Token(string noticeId, int row) => DeliveryToken.Write(app.Services().GetRequiredService<KeyRing>(), $"{noticeId}-0-{row}");

    /// <summary>The newest code sent to a phone.</summary>
    public async Task<string> CodeAsync(string e164)
    {
        await UntilAsync(async () => (await CodesAsync(e164)).Count > 0);
        return SixDigits().Match((await CodesAsync(e164))[^1]).Value;
    }

    public async Task<List<string>> CodesAsync(string e164) => [.. (await app.Services().TextsAsync(e => e.To == e164 && e.Purpose == "code")).Select(e => e.Body!)];

    /// <summary>What somebody finds who has shown a phone to be theirs.</summary>
    public async Task<JsonElement> LookUpAsync(string phone, string e164)
    {
        await DoAsync(app.Public, "/api/v1/lookup", new { phone });
        return await DoAsync(app.Public, "/api/v1/lookup/verify", new { phone, code = await CodeAsync(e164) });
    }

    public static async Task<JsonElement> DoAsync(HttpClient client, string path, object body)
    {
        using var answer = await client.PostAsJsonAsync(path, body);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, $"{path}: {(int)answer.StatusCode} {text}");
        return JsonDocument.Parse(text).RootElement;
    }

    /// <summary>The code of a refusal.</summary>
    public static async Task<(int Status, string? Code)> RefusedAsync(HttpClient client, string path, object body)
    {
        using var answer = await client.PostAsJsonAsync(path, body);
        var json = await answer.Content.ReadFromJsonAsync<JsonElement>();
        return ((int)answer.StatusCode, json.TryGetProperty("code", out var code) ? code.GetString() : null);
    }

    public static async Task UntilAsync(Func<Task<bool>> done)
    {
        for (var i = 0; i < 1_200; i++)
        {
            if (await done())
                return;
            await Task.Delay(25);
        }

        throw new TimeoutException();
    }

    [GeneratedRegex(@"\d{6}")]
    private static partial Regex SixDigits();
}
