using System.Net.Http.Json;
using System.Text.Json;
using HotlinePush.Clocks;
using HotlinePush.Tests.Support;

namespace HotlinePush.Tests.Comments;

/// <summary>Consultations over HTTP, as the office, the desk and everybody see them.</summary>
public sealed class ConsultationApi(HotlineApp app)
{
    public const string Root = "/api/v1/consultations";
    public const string Office = "demo-publisher";

    public HotlineApp App => app;

    public async Task<JsonElement> DoAsync(string method, string path, string? key, object? body = null, int status = 200, string? idempotencyKey = null)
    {
        using var client = app.As(key);
        using var request = new HttpRequestMessage(new(method), path);
        if (body is not null)
            request.Content = JsonContent.Create(body);
        if (idempotencyKey is not null)
            request.Headers.Add("Idempotency-Key", idempotencyKey);
        using var answer = await client.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True((int)answer.StatusCode == status, $"{method} {path}: {(int)answer.StatusCode}, expected {status}. {text}");
        return text.StartsWith('{') ? JsonDocument.Parse(text).RootElement : default;
    }

    /// <summary>Refused with that status and code.</summary>
    public async Task RefusedAsync(int status, string code, string method, string path, string? key, object? body = null) =>
        Assert.Equal(code, (await DoAsync(method, path, key, body, status)).GetProperty("code").GetString());

    public static object[] Sections => [new { id = "s1", heading = "第一条 适用范围", body = "本办法适用于本市行政区域内的电动自行车停放和充电。" }, new { id = "s2", heading = "第二条 充电设施", body = "新建小区应当按照规定配建充电设施。" }];

    /// <summary>One that opens now and for thirty days.</summary>
    public async Task<string> OpenAsync(string title = "电动自行车停放充电管理办法（征求意见稿）", int days = 30, bool confirmByCode = false)
    {
        var now = await app.NowAsync();
        var made = await DoAsync("POST", Root, Office, new { title, text = Sections, opensAt = CityZone.Format(now), closesAt = CityZone.Format(now.AddDays(days)), minDays = days, confirmByCode }, 201);
        return made.GetProperty("id").GetString()!;
    }

    public async Task<string> CommentAsync(string id, string text, string? sectionId = null, string? name = null, string? phone = null, string? key = null) =>
        (await DoAsync("POST", $"{Root}/{id}/comments", key, new { sectionId, text, name, phone }, 202)).GetProperty("id").GetString()!;

    public Task<JsonElement> ModerateAsync(string id, string cid, bool publish, string? reason = null) =>
        DoAsync("POST", $"{Root}/{id}/comments/{cid}/moderate", Office, new { publish, reason });

    public Task<JsonElement> RespondAsync(string id, string cid, string adopted, string text) =>
        DoAsync("POST", $"{Root}/{id}/comments/{cid}/respond", Office, new { adopted, text });

    public async Task<List<JsonElement>> CommentsAsync(string id, string? key = null, string query = "") =>
        [.. (await DoAsync("GET", $"{Root}/{id}/comments{query}", key)).GetProperty("items").EnumerateArray()];

    public async Task<JsonElement> FiguresAsync(string id) => (await DoAsync("GET", $"{Root}/{id}", Office)).GetProperty("figures");
}
