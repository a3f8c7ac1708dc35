using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using HotlinePush.Tests.Support;

namespace HotlinePush.Tests.Notices;

/// <summary>A running host and an office that sends notices through the API.</summary>
public sealed class NoticeApi : IAsyncLifetime
{
    public HotlineApp Host { get; } = new();
    public Task InitializeAsync() => Host.InitializeAsync();
    public Task DisposeAsync() => Host.DisposeAsync();

    public HttpClient Publisher => Host.As("demo-publisher");
    public HttpClient Reviewer => Host.As("demo-reviewer");

    /// <param name="csv">With its header line.</param>
    /// <returns>The audience's id.</returns>
    public async Task<string> AudienceAsync(string csv)
    {
        var id = (await DoAsync(Publisher, "/api/v1/audiences", new { name = "名单", field = "relief" })).GetProperty("id").GetString()!;
        await ImportAsync(id, csv);
        return id;
    }

    public async Task ImportAsync(string audienceId, string csv)
    {
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(csv)) { Headers = { ContentType = MediaTypeHeaderValue.Parse("text/csv") } };
        using var started = await Publisher.PostAsync($"/api/v1/audiences/{audienceId}/recipients", content);
        Assert.Equal(HttpStatusCode.Accepted, started.StatusCode);
        var job = (await started.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("jobId").GetString();
        await UntilAsync(async () => (await GetAsync(Publisher, $"/api/v1/jobs/{job}")).GetProperty("state").GetString() != "running");
        var done = await GetAsync(Publisher, $"/api/v1/jobs/{job}");
        Assert.True(done.GetProperty("state").GetString() == "done", done.ToString());
    }

    public static object Draft(string audienceId, string[]? channels = null, object? texts = null, object? expected = null, bool mandatory = false, DateTimeOffset? sendAt = null, int? perHour = null) => new
    {
        title = "2026 年冬春救助金发放",
        field = "relief",
        audienceId,
        channels = channels ?? ["sms"],
        texts = texts ?? new { sms = "{{姓名}}：您的救助金{{金额}}元已发放，详情 {{链接}}" },
        expected,
        mandatory,
        legalBasis = mandatory ? "《社会救助暂行办法》" : null,
        sendAt,
        perHour,
        script = "请来电者到所在乡镇民政办查询。",
    };

    public async Task<string> DraftAsync(object draft) => (await DoAsync(Publisher, "/api/v1/notices", draft)).GetProperty("id").GetString()!;

    /// <summary>Handed in by the one, approved by the other.</summary>
    public async Task ApproveAsync(string id)
    {
        await DoAsync(Publisher, $"/api/v1/notices/{id}/submit");
        await DoAsync(Reviewer, $"/api/v1/notices/{id}/review", new { approve = true, checklist = new[] { "不涉及国家秘密" } });
    }

    /// <summary>Drafted, approved, sent, and waited for.</summary>
    public async Task<string> SentAsync(object draft)
    {
        var id = await DraftAsync(draft);
        await ApproveAsync(id);
        await DoAsync(Publisher, $"/api/v1/notices/{id}/send");
        await UntilStateAsync(id, "sent");
        return id;
    }

    public Task UntilStateAsync(string id, string state) => UntilAsync(async () => State(await GetAsync(Publisher, $"/api/v1/notices/{id}")) == state,
        async () => $"{await GetAsync(Publisher, $"/api/v1/notices/{id}")}\n{string.Join('\n', await DeliveriesAsync(id))}");

    public static string State(JsonElement notice) => notice.GetProperty("state").GetString()!;

    public async Task<Dictionary<string, int>> ProgressAsync(string id) =>
        (await GetAsync(Publisher, $"/api/v1/notices/{id}")).GetProperty("progress").EnumerateObject().ToDictionary(p => p.Name, p => p.Value.GetInt32());

    public async Task<List<JsonElement>> DeliveriesAsync(string id, string? state = null) =>
        [.. (await GetAsync(Publisher, $"/api/v1/notices/{id}/deliveries?limit=200{(state is null ? "" : "&state=" + state)}")).GetProperty("items").EnumerateArray()];

    /// <summary>What the outbox holds of a notice.</summary>
    public async Task<List<JsonElement>> OutboxAsync(string noticeId)
    {
        var items = new List<JsonElement>();
        string? next = null;
        do
        {
            var page = await GetAsync(Host.Admin, $"/api/v1/outbox?limit=200{(next is null ? "" : "&after=" + Uri.EscapeDataString(next))}");
            items.AddRange(page.GetProperty("items").EnumerateArray().Where(t => t.TryGetProperty("noticeId", out var id) && id.GetString() == noticeId));
            next = page.GetProperty("next").GetString();
        }
        while (next is not null);
        return items;
    }

    public static async Task<JsonElement> GetAsync(HttpClient client, string path)
    {
        using var answer = await client.GetAsync(path);
        Assert.True(answer.IsSuccessStatusCode, $"{path}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
        return await answer.Content.ReadFromJsonAsync<JsonElement>();
    }

    public static async Task<JsonElement> DoAsync(HttpClient client, string path, object? body = null)
    {
        using var answer = await client.PostAsJsonAsync(path, body ?? new { });
        Assert.True(answer.IsSuccessStatusCode, $"{path}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
        return await answer.Content.ReadFromJsonAsync<JsonElement>();
    }

    /// <returns>Status and code.</returns>
    public static async Task<(int Status, string? Code)> RefusedAsync(HttpClient client, string path, object? body = null)
    {
        using var answer = await client.PostAsJsonAsync(path, body ?? new { });
        var text = await answer.Content.ReadFromJsonAsync<JsonElement>();
        return ((int)answer.StatusCode, text.TryGetProperty("code", out var code) ? code.GetString() : null);
    }

    /// <param name="stand">What to say where it does not come about.</param>
    public static async Task UntilAsync(Func<Task<bool>> done, Func<Task<string>>? stand = null)
    {
        for (var i = 0; i < 600; i++)
        {
            if (await done())
                return;
            await Task.Delay(50);
        }

        throw new TimeoutException(stand is null ? null : await stand());
    }
}

[CollectionDefinition(Name)]
public sealed class NoticeSuite : ICollectionFixture<NoticeApi>
{
    public const string Name = "notices";
}
