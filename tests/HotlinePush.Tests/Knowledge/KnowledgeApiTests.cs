using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using HotlinePush.Knowledge;
using HotlinePush.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace HotlinePush.Tests.Knowledge;

public sealed class KnowledgeApiTests(HotlineApp app) : IClassFixture<HotlineApp>
{
    private const string Root = "/api/v1/knowledge";

    private static async Task<JsonElement> JsonAsync(HttpResponseMessage answer, HttpStatusCode status = HttpStatusCode.OK)
    {
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == status, $"{answer.StatusCode} {text}");
        return text.Length == 0 ? default : JsonDocument.Parse(text).RootElement;
    }

    private async Task<string> PublishedAsync(object text)
    {
        var id = (await JsonAsync(await app.Desk.PostAsJsonAsync(Root, text), HttpStatusCode.Created)).GetProperty("id").GetString()!;
        await JsonAsync(await app.Desk.PostAsync($"{Root}/{id}/actions/submit", null));
        await JsonAsync(await app.Supervisor.PostAsync($"{Root}/{id}/actions/publish", null));
        return id;
    }

    private async Task<List<JsonElement>> FindAsync(HttpClient client, string q, string more = "") =>
        [.. (await JsonAsync(await client.GetAsync($"{Root}?q={Uri.EscapeDataString(q)}{more}"))).GetProperty("items").EnumerateArray()];

    [Fact]
    public async Task Search_ByThePublic_FindsWhatIsPublishedAtOnce()
    {
        var created = await JsonAsync(await app.Desk.PostAsJsonAsync(Root, new { title = "飞碟降落许可", body = "须提前报备。", internalNote = "转空管" }), HttpStatusCode.Created);
        var id = created.GetProperty("id").GetString();
        Assert.Empty(await FindAsync(app.Public, "飞碟降落"));
        Assert.Equal(HttpStatusCode.NotFound, (await app.Public.GetAsync($"{Root}/{id}")).StatusCode);

        await app.Desk.PostAsync($"{Root}/{id}/actions/submit", null);
        await JsonAsync(await app.Supervisor.PostAsync($"{Root}/{id}/actions/publish", null));

        var row = Assert.Single(await FindAsync(app.Public, "飞碟降落"));
        Assert.Equal("飞碟降落许可", row.GetProperty("title").GetString());
        Assert.Equal(0, row.GetProperty("titleMarks")[0].GetProperty("start").GetInt32());
        var shown = await (await app.Public.GetAsync($"{Root}/{id}")).Content.ReadAsStringAsync();
        Assert.DoesNotContain("转空管", shown, StringComparison.Ordinal);
        Assert.Empty(await FindAsync(app.Public, "转空管"));
        Assert.Single(await FindAsync(app.Desk, "转空管"));
    }

    [Theory]
    [InlineData("暖气不热", "暖气不热怎么办")]
    [InlineData("社保卡丢了", "医保卡、社保卡丢失怎么办")]
    [InlineData("家里没水了", "突然停水先查什么")]
    [InlineData("楼下餐馆油烟", "餐饮店油烟扰民")]
    [InlineData("老人补贴", "高龄津贴申请")]
    public async Task Search_ForAnOrdinaryQuestion_HasTheAnswerFirst(string question, string title) =>
        Assert.Equal(title, (await FindAsync(app.Public, question))[0].GetProperty("title").GetString());

    [Fact]
    public async Task Find_WhileSomebodyWrites_OffersOnlyWhatIsAboutIt()
    {
        var search = app.App.Services.GetRequiredService<KnowledgeSearch>();

        var heat = await search.FindAsync("我家在鹤汀花园，从上周开始暖气一直不热，室温只有十四度，家里有老人和孩子，打了好几次电话没人来。", null, null, staff: false, 3);
        var lawn = await search.FindAsync("建议在江边步道多装几张长椅，现在散步走累了没有地方坐。", null, null, staff: false, 3);

        Assert.Equal("暖气不热怎么办", heat[0].Title.Text);
        // Old people are mentioned; their allowance is not asked about.
        Assert.DoesNotContain(heat, h => h.Title.Text == "高龄津贴申请");
        Assert.Empty(lawn);
    }

    [Fact]
    public async Task Publish_ByTheDrafter_Is403()
    {
        var id = (await JsonAsync(await app.Supervisor.PostAsJsonAsync(Root, new { title = "自己写的", body = "x" }), HttpStatusCode.Created)).GetProperty("id").GetString();
        await app.Supervisor.PostAsync($"{Root}/{id}/actions/submit", null);

        var refused = await JsonAsync(await app.Supervisor.PostAsync($"{Root}/{id}/actions/publish", null), HttpStatusCode.Forbidden);

        Assert.Equal("ownDraft", refused.GetProperty("code").GetString());
        await JsonAsync(await app.Admin.PostAsync($"{Root}/{id}/actions/publish", null));
    }

    [Fact]
    public async Task Put_UnderAnOldVersion_Is412()
    {
        var id = await PublishedAsync(new { title = "版本", body = "一" });
        using var request = new HttpRequestMessage(HttpMethod.Put, $"{Root}/{id}") { Content = JsonContent.Create(new { title = "版本", body = "二" }) };
        request.Headers.TryAddWithoutValidation("If-Match", "\"1\"");

        Assert.Equal(HttpStatusCode.PreconditionFailed, (await app.Desk.SendAsync(request)).StatusCode);
        await JsonAsync(await app.Desk.PutAsJsonAsync($"{Root}/{id}", new { title = "版本", body = "二" }));
        Assert.Equal("一", (await JsonAsync(await app.Public.GetAsync($"{Root}/{id}"))).GetProperty("body").GetString());
        var history = await JsonAsync(await app.Desk.GetAsync($"{Root}/{id}/history"));
        Assert.Equal(["create", "submit", "publish", "edit"], history.GetProperty("items").EnumerateArray().Select(v => v.GetProperty("action").GetString()));
    }

    [Fact]
    public async Task Create_UnderTheSameKeyTwice_IsOneArticle()
    {
        async Task<string> SendAsync()
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, Root) { Content = JsonContent.Create(new { title = "只有一条", body = "x" }) };
            request.Headers.Add("Idempotency-Key", "knowledge-1");
            return (await JsonAsync(await app.Desk.SendAsync(request), HttpStatusCode.Created)).GetProperty("id").GetString()!;
        }

        Assert.Equal(await SendAsync(), await SendAsync());
        Assert.Single(await FindAsync(app.Desk, "只有一条", "&state=Draft"));
    }

    [Fact]
    public async Task Vote_TwiceFromOneAddress_CountsTheLast()
    {
        var id = await PublishedAsync(new { title = "投票", body = "x" });

        Assert.Equal(HttpStatusCode.NoContent, (await app.Public.PostAsJsonAsync($"{Root}/{id}/helpful", new { helpful = true })).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await app.Public.PostAsJsonAsync($"{Root}/{id}/helpful", new { helpful = false })).StatusCode);
        var votes = app.App.Services.GetRequiredService<KnowledgeVotes>();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(i => votes.VoteAsync(id, $"10.0.0.{i}", i % 2 == 0)));

        Assert.Equal(new Helpfulness(4, 5), (await votes.ReadAsync())[id]);
        Assert.Equal(HttpStatusCode.NotFound, (await app.Public.PostAsJsonAsync($"{Root}/nosuch/helpful", new { helpful = true })).StatusCode);
    }

    [Fact]
    public async Task Due_PastTheDateOfReview_IsListedAndRanksLower()
    {
        var late = await PublishedAsync(new { title = "潜水艇年检办理", body = "潜水艇年检说明。", reviewBy = "2026-02-01" });
        var good = await PublishedAsync(new { title = "潜水艇年检流程", body = "潜水艇年检说明。" });

        var due = await JsonAsync(await app.Desk.GetAsync(Root + "/reviews/due"));
        Assert.Contains(due.GetProperty("items").EnumerateArray(), a => a.GetProperty("id").GetString() == late);
        var found = await FindAsync(app.Public, "潜水艇年检");
        Assert.Equal([good, late], found.Select(r => r.GetProperty("id").GetString()));
        Assert.True(found[1].GetProperty("due").GetBoolean());

        await JsonAsync(await app.Supervisor.PostAsJsonAsync($"{Root}/{late}/actions/confirm", new { reviewBy = "2027-02-01" }));
        Assert.DoesNotContain((await JsonAsync(await app.Desk.GetAsync(Root + "/reviews/due"))).GetProperty("items").EnumerateArray(), a => a.GetProperty("id").GetString() == late);
    }

    [Fact]
    public async Task Search_WithMoreThanAPage_GoesOn()
    {
        var first = await JsonAsync(await app.Public.GetAsync(Root + "?limit=5"));
        var second = await JsonAsync(await app.Public.GetAsync($"{Root}?limit=5&after={first.GetProperty("next").GetString()}"));

        Assert.Empty(Ids(first).Intersect(Ids(second)));
        Assert.Equal(HttpStatusCode.BadRequest, (await app.Public.GetAsync(Root + "?after=xyz")).StatusCode);

        static IEnumerable<string> Ids(JsonElement page) => page.GetProperty("items").EnumerateArray().Select(i => i.GetProperty("id").GetString()!);
    }

    [Theory]
    [InlineData("{}", "title")]
    [InlineData("""{"title":"x","body":"y","categoryId":"no-such"}""", "categoryId")]
    [InlineData("""{"title":"x","body":"y","areaIds":["0"]}""", "areaIds[0]")]
    [InlineData("""{"title":"x","body":"y","validFrom":"2026-05-01","validTo":"2026-04-01"}""", "validTo")]
    [InlineData("""{"title":"x","body":"y","nonsense":1}""", "nonsense")]
    public async Task Create_WithAWrongField_NamesIt(string body, string field)
    {
        var answer = await app.Desk.PostAsync(Root, new StringContent(body, System.Text.Encoding.UTF8, "application/json"));

        Assert.True((await JsonAsync(answer, HttpStatusCode.BadRequest)).GetProperty("errors").TryGetProperty(field, out _));
    }
}
