using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using HotlinePush.Channels;
using HotlinePush.Channels.WeComRobot;
using HotlinePush.Security;
using HotlinePush.Storage;
using HotlinePush.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace HotlinePush.Tests.Channels;

/// <summary>Robots and messages to groups through the public API, into the outbox.</summary>
public sealed class GroupMessageApiTests(GroupMessageApiTests.App host) : IClassFixture<GroupMessageApiTests.App>
{
    private const string Key = "693a91f6-7ccc-4bc4-97a0-0ec2a1fa5aaa";
    private const string Unit = "city-civil";

    public sealed class App : IAsyncLifetime
    {
        public HotlineApp Value { get; } = new();
        public Task InitializeAsync() => Value.InitializeAsync();
        public Task DisposeAsync() => Value.DisposeAsync();
    }

    private HttpClient Publisher => host.Value.As("demo-publisher");

    private static async Task<JsonElement> BodyAsync(HttpResponseMessage answer, HttpStatusCode status)
    {
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == status, $"{answer.StatusCode}: {text}");
        return text.Length == 0 ? default : JsonDocument.Parse(text).RootElement;
    }

    private async Task<string> RobotAsync(string name, HttpClient? by = null, string? unitId = null)
    {
        using var added = await (by ?? Publisher).PostAsJsonAsync("/api/v1/group-robots", new { name, webhook = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=" + Key, unitId });
        var robot = await BodyAsync(added, HttpStatusCode.Created);
        Assert.Equal("693a****5aaa", robot.GetProperty("key").GetString());
        return robot.GetProperty("id").GetString()!;
    }

    [Fact]
    public async Task Robot_WhenAdded_IsItsUnitsAndItsKeyIsNeverShown()
    {
        var mine = await RobotAsync("东街群");
        var others = await RobotAsync("水务群", host.Value.Supervisor, DemoUnit());

        var listed = await (await Publisher.GetAsync("/api/v1/group-robots")).Content.ReadAsStringAsync();
        Assert.Contains(mine, listed, StringComparison.Ordinal);
        Assert.DoesNotContain(others, listed, StringComparison.Ordinal);
        Assert.DoesNotContain(Key, listed, StringComparison.Ordinal);
        Assert.Contains(others, await host.Value.Admin.GetStringAsync("/api/v1/group-robots"), StringComparison.Ordinal);
        var row = await host.Value.Services().GetRequiredService<ITableStore>().ReadAsync(GroupRobotStore.Table, "all", Keys.Of(mine));
        Assert.DoesNotContain(Key, Encoding.UTF8.GetString(row!.Value.Span), StringComparison.Ordinal);

        foreach (var key in (string[])["demo-desk", "demo-unit-" + DemoUnit()])
            Assert.Equal(HttpStatusCode.Forbidden, (await host.Value.As(key).GetAsync("/api/v1/group-robots")).StatusCode);
        await BodyAsync(await Publisher.PutAsJsonAsync($"/api/v1/group-robots/{others}", new { name = "别家的" }), HttpStatusCode.NotFound);
        await BodyAsync(await Publisher.DeleteAsync($"/api/v1/group-robots/{others}"), HttpStatusCode.NotFound);
        await BodyAsync(await Publisher.PostAsJsonAsync("/api/v1/group-robots", new { name = "x", key = Key, unitId = DemoUnit() }), HttpStatusCode.Forbidden);
        await BodyAsync(await host.Value.Supervisor.PostAsJsonAsync("/api/v1/group-robots", new { name = "x", key = Key }), HttpStatusCode.BadRequest);

        foreach (var bad in (object[])[new { name = "x" }, new { name = "", key = Key }, new { name = "x", webhook = "http://127.0.0.1/cgi-bin/webhook/send?key=" + Key }, new { name = "x", key = "1" }, new { name = "x", key = Key, host = "a" }])
            await BodyAsync(await Publisher.PostAsJsonAsync("/api/v1/group-robots", bad), HttpStatusCode.BadRequest);

        Assert.Equal("西街群", (await BodyAsync(await Publisher.PutAsJsonAsync($"/api/v1/group-robots/{mine}", new { name = "西街群" }), HttpStatusCode.OK)).GetProperty("name").GetString());
        using var stale = new HttpRequestMessage(HttpMethod.Delete, $"/api/v1/group-robots/{mine}") { Headers = { { "If-Match", "\"1\"" } } };
        await BodyAsync(await Publisher.SendAsync(stale), HttpStatusCode.PreconditionFailed);
        await BodyAsync(await Publisher.DeleteAsync($"/api/v1/group-robots/{mine}"), HttpStatusCode.NoContent);
        await BodyAsync(await Publisher.DeleteAsync($"/api/v1/group-robots/{mine}"), HttpStatusCode.NotFound);
    }

    private static string DemoUnit() => HotlinePush.Local.Demo.DemoCity.Units.First(u => u.Id != Unit).Id;

    [Fact]
    public async Task Message_WhenPosted_IsInTheOutboxOnceForEachGroup()
    {
        var robots = new[] { await RobotAsync("甲群"), await RobotAsync("乙群") };
        var body = new { robotIds = robots, kind = "news", articles = new[] { new { title = "停水通知", url = "https://x.cn/1", description = "明日 8 时起" } } };
        JsonElement posted = default;
        for (var i = 0; i < 2; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/group-messages") { Content = JsonContent.Create(body), Headers = { { "Idempotency-Key", "one" } } };
            posted = await BodyAsync(await Publisher.SendAsync(request), HttpStatusCode.Created);
        }

        var id = posted.GetProperty("id").GetString();
        await host.Value.AdvanceAsync(TimeSpan.FromSeconds(1));

        var message = await Publisher.GetFromJsonAsync<JsonElement>($"/api/v1/group-messages/{id}");
        Assert.Equal((2, 2), (message.GetProperty("progress").GetProperty("total").GetInt32(), message.GetProperty("progress").GetProperty("delivered").GetInt32()));
        Assert.Equal(["甲群 delivered 1", "乙群 delivered 1"], message.GetProperty("groups").EnumerateArray().Select(g => $"{g.GetProperty("name")} {g.GetProperty("state")} {g.GetProperty("attempts")}"));
        Assert.Contains(id!, await Publisher.GetStringAsync("/api/v1/group-messages"), StringComparison.Ordinal);
        Assert.Contains(id!, await host.Value.Supervisor.GetStringAsync("/api/v1/group-messages"), StringComparison.Ordinal);

        var outbox = (await host.Value.Admin.GetFromJsonAsync<JsonElement>("/api/v1/outbox?channel=group&limit=200")).GetProperty("items").EnumerateArray().Where(e => e.GetProperty("deliveryId").GetString()!.StartsWith(id!, StringComparison.Ordinal)).ToList();
        Assert.Equal(["乙群", "甲群"], outbox.Select(e => e.GetProperty("to").GetString()).Order(StringComparer.Ordinal));
        Assert.All(outbox, e => Assert.Equal("groupMessage", e.GetProperty("purpose").GetString()));
        Assert.All(outbox, e => Assert.StartsWith("停水通知\n明日 8 时起\nhttps://x.cn/1", e.GetProperty("body").GetString(), StringComparison.Ordinal));
    }

    [Fact]
    public async Task Message_ThatIsNone_IsRefusedAndNothingIsPosted()
    {
        var (mine, others) = (await RobotAsync("丙群"), await RobotAsync("别群", host.Value.Supervisor, DemoUnit()));
        foreach (var (body, field) in (IEnumerable<(object, string)>)
        [
            (new { robotIds = new[] { others }, kind = "text", text = "x" }, "robotIds[0]"),
            (new { robotIds = new[] { mine, "gnobody" }, kind = "text", text = "x" }, "robotIds[1]"),
            (new { robotIds = new[] { mine }, kind = "text", text = "{{姓名}}" }, "text"),
            (new { robotIds = new[] { mine }, kind = "markdown", markdown = "<@all>" }, "markdown"),
            (new { robotIds = new[] { mine }, kind = "text", text = "x", mentioned_list = new[] { "@all" } }, "mentioned_list"),
            (new { robotIds = new[] { mine }, kind = "text", text = new string('汉', 683) }, "text"),
            (new { robotIds = new[] { mine }, kind = "text", text = "x", noticeId = "nnobody" }, "noticeId"),
            (new { robotIds = new[] { mine }, kind = "image", text = "x" }, "kind"),
        ])
        {
            var refused = await BodyAsync(await Publisher.PostAsJsonAsync("/api/v1/group-messages", body), HttpStatusCode.BadRequest);
            Assert.Equal([field], refused.GetProperty("errors").EnumerateObject().Select(e => e.Name));
        }

        // A robot is never one of a recipient's channels.
        using var notice = await Publisher.PostAsJsonAsync("/api/v1/notices", new { title = "x", field = "relief", audienceId = "a", channels = new[] { "group" }, texts = new { sms = "x" } });
        Assert.Contains("channels", (await BodyAsync(notice, HttpStatusCode.BadRequest)).GetProperty("errors").EnumerateObject().Select(e => e.Name));
        await BodyAsync(await host.Value.As("demo-reviewer").PostAsJsonAsync("/api/v1/group-messages", new { robotIds = new[] { mine }, kind = "text", text = "x" }), HttpStatusCode.Forbidden);
    }
}
