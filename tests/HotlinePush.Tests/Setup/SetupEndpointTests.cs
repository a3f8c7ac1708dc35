using System.Globalization;
using System.Net;
using System.Text.Json;
using HotlinePush.Tests.Web;

namespace HotlinePush.Tests.Setup;

public sealed class SetupEndpointTests
{
    private static readonly string[] AllRoles = ["desk", "unit", "supervisor", "publisher", "reviewer", "admin"];

    [Theory]
    [InlineData("/units", 401)]
    [InlineData("/areas", 200)]
    [InlineData("/categories", 200)]
    [InlineData("/catalogue", 401)]
    [InlineData("/policies", 401)]
    [InlineData("/calendar/years/2026", 401)]
    [InlineData("/calendar/deadline?from=2026-11-23T09:00:00%2B08:00&amount=1&unit=hours", 401)]
    public async Task Reading_ByRole_IsAsTheContractSays(string path, int publicly)
    {
        await using var host = await SetupHost.StartAsync();

        Assert.Equal(publicly, (int)(await host.GetAsync(path, null)).Status);
        foreach (var role in AllRoles)
            Assert.Equal(HttpStatusCode.OK, (await host.GetAsync(path, role)).Status);
    }

    [Theory]
    [InlineData("/units", "[]")]
    [InlineData("/areas", "[]")]
    [InlineData("/categories", "[]")]
    [InlineData("/catalogue", "[]")]
    [InlineData("/policies", """{"rules":[]}""")]
    [InlineData("/calendar/years/2027", """{"days":[]}""")]
    public async Task Writing_ByRole_IsTheAdminsAlone(string path, string body)
    {
        await using var host = await SetupHost.StartAsync();

        (await host.PutAsync(path, body, null)).IsProblem(401, "keyRequired");
        foreach (var role in AllRoles.Except(["admin"]))
            (await host.PutAsync(path, body, role)).IsProblem(403, "roleLacking");
        Assert.Equal(HttpStatusCode.OK, (await host.PutAsync(path, body)).Status);
    }

    [Theory]
    [InlineData("/units")]
    [InlineData("/areas")]
    [InlineData("/categories")]
    [InlineData("/catalogue")]
    public async Task Collection_WhenReadAndSentBack_StaysAsItIs(string path)
    {
        await using var host = await SetupHost.StartAsync();
        await host.FillAsync();
        var before = await host.GetAsync(path);

        await host.OkAsync(path, before.Text);

        var after = await host.GetAsync(path);
        Assert.Equal(before.Text, after.Text);
        Assert.NotEmpty(before.Json.GetProperty("items").EnumerateArray());
        Assert.Equal(("\"1\"", "\"2\""), (before.Headers["ETag"], after.Headers["ETag"]));
    }

    [Fact]
    public async Task Units_WhenReadByOthersThanTheAdmin_MaskContacts()
    {
        await using var host = await SetupHost.StartAsync();
        await host.FillAsync();

        var admin = (await host.GetAsync("/units")).Json.GetProperty("items")[0].GetProperty("contacts")[0];
        var desk = (await host.GetAsync("/units", "desk")).Json.GetProperty("items")[0].GetProperty("contacts")[0];

        Assert.Equal(("+8613812341234", "duty@water.example"), (admin.GetProperty("phone").GetString(), admin.GetProperty("email").GetString()));
        Assert.Equal(("138****1234", "d***@water.example"), (desk.GetProperty("phone").GetString(), desk.GetProperty("email").GetString()));
    }

    [Theory]
    [InlineData("/areas", """[{"id":"A","name":"x"}]""", "items[0].id")]
    [InlineData("/areas", """[{"id":"","name":"x"}]""", "items[0].id")]
    [InlineData("/areas", """{"items":[{"id":"a","name":"x"},{"id":"b","name":"  "}]}""", "items[1].name")]
    [InlineData("/areas", """[{"id":"a","name":"x"},{"id":"a","name":"y"}]""", "items[1].id")]
    [InlineData("/areas", """[{"id":"a","name":"x","parentId":"b"}]""", "items[0].parentId")]
    [InlineData("/areas", """[{"id":"a","name":"x","parentId":"a"}]""", "items[0].parentId")]
    [InlineData("/areas", """[{"id":"a","name":"x","parentId":"c"},{"id":"b","name":"x","parentId":"a"},{"id":"c","name":"x","parentId":"b"}]""", "items[1].parentId")]
    [InlineData("/areas", """[{"id":"a","name":"x","aliases":["望江",""]}]""", "items[0].aliases[1]")]
    [InlineData("/areas", """[{"id":"a","name":"x","colour":"red"}]""", "items[0].colour")]
    [InlineData("/areas", """[{"id":"a"}]""", "items[0].name")]
    [InlineData("/areas", """[null]""", "items[0]")]
    [InlineData("/areas", """{"items":[],"next":"abc"}""", "next")]
    [InlineData("/areas", "{}", "items")]
    [InlineData("/categories", """[{"id":"d","name":"x","parentId":"c"},{"id":"c","name":"x","parentId":"b"},{"id":"b","name":"x","parentId":"a"},{"id":"a","name":"x"}]""", "items[0].parentId")]
    [InlineData("/units", """[{"id":"u","name":"x","contacts":[{"name":"a","phone":"12345"}]}]""", "items[0].contacts[0].phone")]
    [InlineData("/units", """[{"id":"u","name":"x","contacts":[{"name":"a","email":"a@b"}]}]""", "items[0].contacts[0].email")]
    [InlineData("/units", """[{"id":"u","name":"x","contacts":[{"name":"a","level":3}]}]""", "items[0].contacts[0].level")]
    [InlineData("/units", """[{"id":"u","name":"x","areaIds":["9999"]}]""", "items[0].areaIds[0]")]
    [InlineData("/units", """[{"id":"u","name":"x","kind":"CityDepartment"}]""", "items[0].kind")]
    [InlineData("/units", """[{"id":"u","name":"x","officeHours":[{"from":"12:00","to":"09:00"}]}]""", "items[0].officeHours[0]")]
    [InlineData("/units", """[{"id":"u","name":"x","officeHours":[{"from":"9","to":"10:00"}]}]""", "items[0].officeHours[0].from")]
    [InlineData("/catalogue", """[{"id":"r","categoryPrefix":"nope","areaPrefix":"","leadUnitId":"env"}]""", "items[0].categoryPrefix")]
    [InlineData("/catalogue", """[{"id":"r","categoryPrefix":"en","areaPrefix":"","leadUnitId":"env"}]""", "items[0].categoryPrefix")]
    [InlineData("/catalogue", """[{"id":"r","categoryPrefix":"","areaPrefix":"98","leadUnitId":"env"}]""", "items[0].areaPrefix")]
    [InlineData("/catalogue", """[{"id":"r","categoryPrefix":"","areaPrefix":"","leadUnitId":"nobody"}]""", "items[0].leadUnitId")]
    [InlineData("/catalogue", """[{"id":"r","categoryPrefix":"","areaPrefix":"","leadUnitId":"env","coUnitIds":["water","env"]}]""", "items[0].coUnitIds[1]")]
    [InlineData("/catalogue", """[{"id":"r","categoryPrefix":"","areaPrefix":"","leadUnitId":"env","tags":["a;b"]}]""", "items[0].tags[0]")]
    [InlineData("/catalogue", """[{"id":"r","categoryPrefix":"","areaPrefix":"","leadUnitId":"env","priority":"Urgent"}]""", "items[0].priority")]
    [InlineData("/policies", """{"rules":[{"type":"Complaint","resolve":{"amount":0,"unit":"workingDays"}}]}""", "rules[0].resolve.amount")]
    [InlineData("/policies", """{"rules":[{"type":"Complaint","resolve":{"amount":3}}]}""", "rules[0].resolve.unit")]
    [InlineData("/policies", """{"rules":[{"priority":"urgent"}]}""", "rules[0]")]
    [InlineData("/calendar/years/2027", """{"days":[{"date":"2029-01-01","name":"元旦","isOffDay":true}]}""", "days[0].date")]
    [InlineData("/calendar/years/2027", """{"days":[{"date":"2027-01-01","isOffDay":true}]}""", "days[0].name")]
    [InlineData("/calendar/years/2027", """{"year":2026,"days":[]}""", "year")]
    [InlineData("/calendar/years/1988", """{"days":[]}""", "year")]
    public async Task Writing_WhenSomethingIsWrong_NamesItAndStoresNothing(string path, string body, string field)
    {
        await using var host = await SetupHost.StartAsync();
        await host.FillAsync();
        var before = await host.GetAsync(path);

        var answer = await host.PutAsync(path, body);

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Contains(field, answer.Fields);
        Assert.Single(answer.Fields);
        var after = await host.GetAsync(path);
        Assert.Equal((before.Status, before.Text), (after.Status, after.Text));
    }

    [Fact]
    public async Task Units_WhenOneInTheCatalogueIsMissing_AreRefusedWithTheRules()
    {
        await using var host = await SetupHost.StartAsync();
        await host.FillAsync();

        var answer = await host.PutAsync("/units", """[{"id":"water","name":"市水务局"}]""");

        answer.IsProblem(409, "unitInUse");
        Assert.Contains("env（规则 r1）", answer.Text, StringComparison.Ordinal);
        Assert.Contains("wangjiang（规则 r1）", answer.Text, StringComparison.Ordinal);
        Assert.Equal(3, (await host.GetAsync("/units")).Json.GetProperty("items").GetArrayLength());
    }

    [Fact]
    public async Task Writing_UnderAStaleVersion_IsAConflict()
    {
        await using var host = await SetupHost.StartAsync();
        Assert.Equal("\"0\"", (await host.GetAsync("/areas")).Headers["ETag"]);
        var first = await host.PutAsync("/areas", """[{"id":"a","name":"甲"}]""", "admin", ("If-Match", "\"0\""));

        var second = await host.PutAsync("/areas", "[]", "admin", ("If-Match", "\"0\""));
        var third = await host.PutAsync("/areas", "[]", "admin", ("If-Match", first.Headers["ETag"]));

        Assert.Equal(HttpStatusCode.OK, first.Status);
        second.IsProblem(412, "versionConflict");
        Assert.Equal(HttpStatusCode.OK, third.Status);
    }

    [Fact]
    public async Task List_WhenLong_ComesInPages()
    {
        await using var host = await SetupHost.StartAsync();
        var ids = Enumerable.Range(0, 450).Select(i => i.ToString("D4", CultureInfo.InvariantCulture)).ToArray();
        await host.OkAsync("/areas", JsonSerializer.Serialize(ids.Select(i => new { id = i, name = "村" + i })));

        var read = new List<string?>();
        string? next = null;
        do
        {
            var page = (await host.GetAsync("/areas?limit=200" + (next is null ? "" : "&after=" + next), null)).Json;
            read.AddRange(page.GetProperty("items").EnumerateArray().Select(a => a.GetProperty("id").GetString()));
            next = page.GetProperty("next").GetString();
        }
        while (next is not null);

        Assert.Equal(ids, read);
        (await host.GetAsync("/areas?after=nonsense", null)).IsProblem(400, "badCursor");
    }

    [Fact]
    public async Task Areas_WhenFiftyThousand_AreTakenAndOneMoreRefused()
    {
        await using var host = await SetupHost.StartAsync();
        static string Body(int count) => JsonSerializer.Serialize(Enumerable.Range(0, count)
            .Select(i => new { id = "a" + i, name = "某某市某某区某某街道第" + i + "社区", parentId = i == 0 ? null : "a" + ((i - 1) / 3) }));

        var most = await host.PutAsync("/areas", Body(50_000));
        var tooMany = await host.PutAsync("/areas", Body(50_001));

        Assert.Equal(HttpStatusCode.OK, most.Status);
        tooMany.IsProblem(400, "outOfRange");
    }

    [Fact]
    public async Task Catalogue_AsCsv_GoesBothWays()
    {
        await using var host = await SetupHost.StartAsync();
        await host.FillAsync();
        var json = (await host.GetAsync("/catalogue")).Text;

        var csv = await host.GetAsync("/catalogue", "desk", ("Accept", "text/csv"));
        await host.OkAsync("/catalogue", "[]");
        var put = await host.PutCsvAsync("/catalogue", "\uFEFF" + csv.Text, "text/csv; charset=utf-8");

        Assert.Equal("text/csv; charset=utf-8", csv.Headers["Content-Type"]);
        Assert.Equal(
            "id,categoryPrefix,areaPrefix,leadUnitId,coUnitIds,tags,priority\r\nr1,env,,env,wangjiang,夜间;工地,urgent\r\nr2,water,990101,water,,,\r\n", csv.Text);
        Assert.Equal(HttpStatusCode.OK, put.Status);
        Assert.Equal(json, (await host.GetAsync("/catalogue")).Text);
    }

    [Theory]
    [InlineData("", "rows[1]")]
    [InlineData("id,categoryPrefix,areaPrefix\r\n", "rows[1]")]
    [InlineData("id,categoryPrefix,areaPrefix,leadUnitId,colour\r\n", "rows[1]")]
    [InlineData("id,categoryPrefix,areaPrefix,leadUnitId\r\nr1,,,env\r\nr2,,,nobody\r\n", "rows[3].leadUnitId")]
    [InlineData("id,categoryPrefix,areaPrefix,leadUnitId\r\nr1,,\r\n", "rows[2]")]
    [InlineData("id,categoryPrefix,areaPrefix,leadUnitId\r\nr1,,,e\"n\"v\r\n", "rows[2]")]
    [InlineData("id,categoryPrefix,areaPrefix,leadUnitId,priority\r\nr1,,,env,soon\r\n", "rows[2].priority")]
    public async Task Catalogue_WhenItsCsvIsWrong_NamesTheRow(string csv, string field)
    {
        await using var host = await SetupHost.StartAsync();
        await host.FillAsync();

        var answer = await host.PutCsvAsync("/catalogue", csv);

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Equal([field], answer.Fields);
        Assert.Equal(2, (await host.GetAsync("/catalogue")).Json.GetProperty("items").GetArrayLength());
    }

    [Fact]
    public async Task Catalogue_InAnotherFormat_IsRefused()
    {
        await using var host = await SetupHost.StartAsync();

        (await host.PutCsvAsync("/catalogue", "id", "text/csv; charset=gb18030")).IsProblem(415, "unsupportedMediaType");
        (await host.PutCsvAsync("/catalogue", "[]", "text/plain")).IsProblem(415, "unsupportedMediaType");
    }

    [Fact]
    public async Task Try_WithWordsAndACategory_SaysWhichRuleFires()
    {
        await using var host = await SetupHost.StartAsync();
        await host.FillAsync();

        var answer = await host.SendAsync(HttpMethod.Post, "/catalogue/try", "desk", Json("""{"subject":"夜间停水","description":"望江区连续停水","categoryId":"water"}"""));

        Assert.Equal(("r2", "water", "990101"), (Text(answer, "rule"), Text(answer, "leadUnitId"), Text(answer, "areaId")));
        Assert.Contains("r2", Text(answer, "why"), StringComparison.Ordinal);
        Assert.Equal(JsonValueKind.Null, answer.Json.GetProperty("alarm").ValueKind);
        Assert.InRange(answer.Json.GetProperty("suggestions").GetArrayLength(), 1, 3);
    }

    [Fact]
    public async Task Try_WithoutWordsOrByOthers_IsRefused()
    {
        await using var host = await SetupHost.StartAsync();
        await host.FillAsync();

        var blank = await host.SendAsync(HttpMethod.Post, "/catalogue/try", "admin", Json("""{"subject":" ","description":""}"""));
        var unknown = await host.SendAsync(HttpMethod.Post, "/catalogue/try", "supervisor", Json("""{"subject":"停水","description":"","categoryId":"nope"}"""));

        Assert.Equal((HttpStatusCode.BadRequest, "subject,description"), (blank.Status, string.Join(',', blank.Fields)));
        Assert.Equal((HttpStatusCode.BadRequest, "categoryId"), (unknown.Status, string.Join(',', unknown.Fields)));
        foreach (var role in new[] { "unit", "publisher", "reviewer" })
            (await host.SendAsync(HttpMethod.Post, "/catalogue/try", role, Json("""{"subject":"停水","description":"停水"}"""))).IsProblem(403, "roleLacking");
    }

    [Fact]
    public async Task Policies_WhenSet_CountTheirVersionUp()
    {
        await using var host = await SetupHost.StartAsync();
        const string rule = """{"type":"Complaint","priority":"normal","categoryPrefix":"env","resolve":{"amount":2,"unit":"workingDays"}}""";
        var before = await host.GetAsync("/policies");

        var put = await host.OkAsync("/policies", $$"""{"rules":[{{rule}}]}""");
        var after = await host.GetAsync("/policies");

        Assert.Equal((1, "\"1\""), (before.Json.GetProperty("version").GetInt32(), before.Headers["ETag"]));
        Assert.Equal((2, "\"2\""), (after.Json.GetProperty("version").GetInt32(), after.Headers["ETag"]));
        Assert.Equal(put.Text, after.Text);
        Assert.Equal(2, after.Json.GetProperty("rules")[0].GetProperty("resolve").GetProperty("amount").GetInt32());
        await host.OkAsync("/policies", after.Text);
        (await host.PutAsync("/policies", after.Text)).IsProblem(412, "versionConflict");
        (await host.PutAsync("/policies", """{"rules":[]}""", "admin", ("If-Match", "\"2\""))).IsProblem(412, "versionConflict");
    }

    [Fact]
    public async Task Description_WithTheSetUp_NamesItsPaths()
    {
        await using var host = await SetupHost.StartAsync();

        var answer = await host.GetAsync("/../../openapi/v1.json", null);

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.True(answer.Json.GetProperty("paths").GetProperty("/api/v1/units").TryGetProperty("put", out var put));
        Assert.True(put.TryGetProperty("requestBody", out _));
    }

    private static StringContent Json(string json) => new(json, System.Text.Encoding.UTF8, "application/json");

    private static string? Text(Answer answer, string field) => answer.Json.GetProperty(field).GetString();
}
