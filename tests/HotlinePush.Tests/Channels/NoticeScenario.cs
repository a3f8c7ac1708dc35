using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using HotlinePush.Tests.Support;

namespace HotlinePush.Tests.Channels;

/// <summary>What a publishing office does, through the public API.</summary>
internal sealed class NoticeScenario(HotlineApp app)
{
    public HttpClient Publisher { get; } = app.As("demo-publisher");

    private HttpClient Reviewer { get; } = app.As("demo-reviewer");

    public async Task PutTemplatesAsync(params object[] templates)
    {
        using var put = await app.Admin.PutAsJsonAsync("/api/v1/sms-templates", templates);
        Assert.Equal(HttpStatusCode.OK, put.StatusCode);
    }

    public async Task<string> AudienceAsync(string csv)
    {
        var id = await CreatedAsync("/api/v1/audiences", new { name = "名单", field = "relief" });
        using var started = await Publisher.PostAsync($"/api/v1/audiences/{id}/recipients", new StringContent(csv, Encoding.UTF8, "text/csv"));
        Assert.Equal(HttpStatusCode.Accepted, started.StatusCode);
        await app.AdvanceAsync(TimeSpan.FromSeconds(1));
        Assert.Equal(csv.Split('\n').Length - 2, (await Publisher.GetFromJsonAsync<JsonElement>($"/api/v1/audiences/{id}")).GetProperty("recipients").GetInt32());
        return id;
    }

    public Task<string> DraftAsync(object notice) => CreatedAsync("/api/v1/notices", notice);

    /// <summary>Drafted, handed in, approved by somebody else, sent.</summary>
    public async Task<string> SendAsync(object notice)
    {
        var id = await DraftAsync(notice);
        await ActAsync(Publisher, id, "submit", null);
        await ActAsync(Reviewer, id, "review", new { approve = true });
        await ActAsync(Publisher, id, "send", new { });
        return id;
    }

    public async Task<JsonElement> ProgressAsync(string id) => (await Publisher.GetFromJsonAsync<JsonElement>($"/api/v1/notices/{id}")).GetProperty("progress");

    private static async Task ActAsync(HttpClient who, string id, string action, object? body)
    {
        using var answer = await who.PostAsync($"/api/v1/notices/{id}/{action}", body is null ? null : JsonContent.Create(body));
        Assert.True(answer.IsSuccessStatusCode, $"{action}: {await answer.Content.ReadAsStringAsync()}");
    }

    private async Task<string> CreatedAsync(string path, object body)
    {
        using var created = await Publisher.PostAsJsonAsync(path, body);
        Assert.True(created.StatusCode == HttpStatusCode.Created, await created.Content.ReadAsStringAsync());
        return (await created.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetString()!;
    }
}
