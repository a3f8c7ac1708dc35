using System.Text.Json;
using HotlinePush.Clocks;
using HotlinePush.Comments;
using HotlinePush.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace HotlinePush.Tests.Comments;

public sealed class ConsultationScenarioTests(HotlineApp app) : IClassFixture<HotlineApp>
{
    private const string Root = ConsultationApi.Root;
    private const string Office = ConsultationApi.Office;
    private readonly ConsultationApi _api = new(app);

    [Fact]
    public async Task Consultation_FromDraftToSummary_GoesItsWay()
    {
        var id = await _api.OpenAsync();
        var shown = await _api.DoAsync("GET", $"{Root}/{id}", null);
        Assert.Equal("open", shown.GetProperty("state").GetString());
        Assert.Equal("s2", shown.GetProperty("text")[1].GetProperty("id").GetString());
        Assert.Equal(JsonValueKind.Null, shown.GetProperty("figures").ValueKind);

        var adopted = await _api.CommentAsync(id, "建议写明老旧小区由谁出钱安装充电桩。", "s2", "王小明", "13900001111");
        var refused = await _api.CommentAsync(id, "隔壁302的李某某天天飞线充电，电话13800002222。");
        Assert.Empty(await _api.CommentsAsync(id));
        await _api.RefusedAsync(400, "required", "POST", $"{Root}/{id}/comments/{refused}/moderate", Office, new { publish = false });
        await _api.ModerateAsync(id, adopted, publish: true);
        await _api.ModerateAsync(id, refused, publish: false, "含有他人个人信息");
        await _api.RespondAsync(id, adopted, "partly", "已写明费用由产权单位和物业共同承担，补助另行规定。");

        var comment = Assert.Single(await _api.CommentsAsync(id));
        Assert.Equal("s2", comment.GetProperty("sectionId").GetString());
        Assert.Equal("partly", comment.GetProperty("response").GetProperty("adopted").GetString());
        Assert.Single(await _api.CommentsAsync(id, null, "?sectionId=s2"));
        Assert.Empty(await _api.CommentsAsync(id, null, "?sectionId=s1"));

        await _api.RefusedAsync(409, "wrongState", "POST", $"{Root}/{id}/summary", Office, new { text = "太早了" });
        await app.AdvanceAsync(TimeSpan.FromDays(30));
        await app.AdvanceAsync(TimeSpan.FromMinutes(1));
        await _api.RefusedAsync(409, "consultationClosed", "POST", $"{Root}/{id}/comments", null, new { text = "来晚了" });
        var before = await _api.DoAsync("GET", $"{Root}/{id}/summary", null);
        Assert.Equal(JsonValueKind.Null, before.GetProperty("publishedAt").ValueKind);
        Assert.Equal(0, before.GetProperty("figures").GetProperty("partly").GetInt32());

        await _api.DoAsync("POST", $"{Root}/{id}/summary", Office, new { text = "共收到意见两条，部分采纳一条。" });
        var summary = await _api.DoAsync("GET", $"{Root}/{id}/summary", null);
        Assert.Equal("answered", summary.GetProperty("state").GetString());
        Assert.Equal("共收到意见两条，部分采纳一条。", summary.GetProperty("text").GetString());
        var figures = summary.GetProperty("figures");
        Assert.Equal((2, 1, 1, 1), (figures.GetProperty("received").GetInt32(), figures.GetProperty("published").GetInt32(), figures.GetProperty("refused").GetInt32(), figures.GetProperty("partly").GetInt32()));
        Assert.Contains((await _api.DoAsync("GET", $"{Root}?state=past", null)).GetProperty("items").EnumerateArray(), c => c.GetProperty("id").GetString() == id);
        Assert.DoesNotContain((await _api.DoAsync("GET", $"{Root}?state=open", null)).GetProperty("items").EnumerateArray(), c => c.GetProperty("id").GetString() == id);
    }

    [Fact]
    public async Task Consultation_BeforeItOpens_IsForItsOfficeAlone()
    {
        var now = await app.NowAsync();
        var body = new { title = "明天开始的征求意见", text = ConsultationApi.Sections, opensAt = CityZone.Format(now.AddDays(1)), closesAt = CityZone.Format(now.AddDays(40)), minDays = 30 };
        var id = (await _api.DoAsync("POST", Root, Office, body, 201)).GetProperty("id").GetString();

        await _api.RefusedAsync(404, "notFound", "GET", $"{Root}/{id}", null);
        await _api.RefusedAsync(404, "notFound", "GET", $"{Root}/{id}", "demo-desk");
        await _api.RefusedAsync(404, "notFound", "POST", $"{Root}/{id}/comments", null, new { text = "还没有开始" });
        Assert.DoesNotContain((await _api.DoAsync("GET", $"{Root}?limit=200", null)).GetProperty("items").EnumerateArray(), c => c.GetProperty("id").GetString() == id);
        Assert.Contains((await _api.DoAsync("GET", $"{Root}?own=true&limit=200", Office)).GetProperty("items").EnumerateArray(), c => c.GetProperty("id").GetString() == id);
        await _api.RefusedAsync(403, "roleLacking", "GET", $"{Root}?own=true", "demo-desk");
        var changed = await _api.DoAsync("PUT", $"{Root}/{id}", Office, new { title = "改过的标题", text = ConsultationApi.Sections.Take(1), body.opensAt, body.closesAt, minDays = 30 });
        Assert.Equal(1, changed.GetProperty("text").GetArrayLength());

        await app.AdvanceAsync(TimeSpan.FromDays(1) + TimeSpan.FromMinutes(1));
        Assert.Equal("改过的标题", (await _api.DoAsync("GET", $"{Root}/{id}", null)).GetProperty("title").GetString());
    }

    [Fact]
    public async Task Text_WhileItIsOpen_StaysAndOnlyTheEndMoves()
    {
        var now = await app.NowAsync();
        var (opensAt, closesAt) = (CityZone.Format(now), CityZone.Format(now.AddDays(31)));
        var id = (await _api.DoAsync("POST", Root, Office, new { title = "延长", text = ConsultationApi.Sections, opensAt, closesAt, minDays = 30 }, 201)).GetProperty("id").GetString();

        await _api.RefusedAsync(409, "textFixed", "PUT", $"{Root}/{id}", Office, new { title = "延长", text = ConsultationApi.Sections.Take(1), opensAt, closesAt, minDays = 30 });
        await _api.RefusedAsync(400, "outOfRange", "PUT", $"{Root}/{id}", Office, new { title = "延长", text = ConsultationApi.Sections, opensAt, closesAt = CityZone.Format(now.AddDays(30)), minDays = 30 });
        await _api.DoAsync("PUT", $"{Root}/{id}", Office, new { title = "延长", text = ConsultationApi.Sections, opensAt, closesAt = CityZone.Format(now.AddDays(40)), minDays = 30, note = "应群众要求延长" });

        var amendment = (await _api.DoAsync("GET", $"{Root}/{id}", null)).GetProperty("amendments")[0];
        Assert.Equal("应群众要求延长", amendment.GetProperty("reason").GetString());
        Assert.Equal(closesAt, amendment.GetProperty("closedBefore").GetString());
        await _api.DoAsync("POST", $"{Root}/{id}/withdraw", Office, new { reason = "内容有重大调整" });
        await _api.RefusedAsync(409, "consultationClosed", "POST", $"{Root}/{id}/comments", null, new { text = "撤回以后" });
        Assert.Equal("内容有重大调整", (await _api.DoAsync("GET", $"{Root}/{id}", null)).GetProperty("withdrawn").GetProperty("reason").GetString());
    }

    [Fact]
    public async Task Comment_SentTwiceUnderOneKey_IsOne()
    {
        var id = await _api.OpenAsync();
        var path = $"{Root}/{id}/comments";
        var first = await _api.DoAsync("POST", path, null, new { text = "只算一次" }, 202, "once-" + id);
        var second = await _api.DoAsync("POST", path, null, new { text = "只算一次" }, 202, "once-" + id);
        await _api.DoAsync("POST", path, null, new { text = "另一条" }, 422, "once-" + id);

        Assert.Equal(first.GetRawText(), second.GetRawText());
        Assert.Equal(1, (await _api.FiguresAsync(id)).GetProperty("received").GetInt32());
    }

    [Fact]
    public async Task Comment_FromAChannelDeliveredTwice_IsOne()
    {
        var id = await _api.OpenAsync();
        var intake = app.Services().GetRequiredService<CommentIntake>();
        var first = await intake.AddAsync(id, "s1", "短信来的意见：夜间也要能充电。", new(null, "13900001112"), CommentChannel.Sms, "sms-1", default);
        var again = await intake.AddAsync(id, "s1", "短信来的意见：夜间也要能充电。", new(null, "13900001112"), CommentChannel.Sms, "sms-1", default);
        var other = await intake.AddAsync(id, "s1", "邮件来的意见。", null, CommentChannel.Email, "sms-1", default);

        Assert.Equal(first.Taken!.Comment.Id, again.Taken!.Comment.Id);
        Assert.True(again.Taken.Before);
        Assert.NotEqual(first.Taken.Comment.Id, other.Taken!.Comment.Id);
        var channels = (await _api.FiguresAsync(id)).GetProperty("channels").EnumerateArray().Select(c => $"{c.GetProperty("channel")} {c.GetProperty("received")}");
        Assert.Equal(["sms 1", "email 1"], channels);
    }

    [Fact]
    public async Task Comment_ByTheDesk_IsTheCallersByTelephone()
    {
        var id = await _api.OpenAsync(confirmByCode: true);
        var cid = await _api.CommentAsync(id, "来电人希望增加老旧小区的充电桩。", null, "李女士", "13900001113", "demo-desk");
        var seen = await _api.DoAsync("GET", $"{Root}/{id}/comments/{cid}", Office);

        Assert.Equal(("held", "phone"), (seen.GetProperty("state").GetString(), seen.GetProperty("channel").GetString()));
        Assert.Equal(("李**", "139****1113"), (seen.GetProperty("name").GetString(), seen.GetProperty("phone").GetString()));
        await _api.RefusedAsync(403, "roleLacking", "POST", $"{Root}/{id}/comments", null, new { text = "冒充来电", channel = "phone" });
    }

    [Fact]
    public async Task Comment_WhereACodeIsAsked_CountsOnceItIsConfirmed()
    {
        var id = await _api.OpenAsync(confirmByCode: true);
        await _api.RefusedAsync(400, "required", "POST", $"{Root}/{id}/comments", null, new { text = "没有留电话" });
        var taken = await _api.DoAsync("POST", $"{Root}/{id}/comments", null, new { text = "留了电话", phone = "13900001114" }, 202);
        var cid = taken.GetProperty("id").GetString();
        Assert.Equal("unconfirmed", taken.GetProperty("state").GetString());
        Assert.Equal(0, (await _api.FiguresAsync(id)).GetProperty("received").GetInt32());
        Assert.Empty(await _api.CommentsAsync(id, Office, "?state=held"));
        await _api.RefusedAsync(404, "notFound", "GET", $"{Root}/{id}/comments/{cid}", Office);
        await _api.RefusedAsync(409, "wrongState", "POST", $"{Root}/{id}/comments/{cid}/moderate", Office, new { publish = true });

        await app.AdvanceAsync(TimeSpan.FromSeconds(1));
        var text = Assert.Single(await app.Services().TextsToAsync("+8613900001114"));
        var code = System.Text.RegularExpressions.Regex.Match(text.Body!, "[0-9]{6}").Value;
        await _api.RefusedAsync(400, "wrongCode", "POST", $"{Root}/{id}/comments/{cid}/confirm", null, new { code = code == "000000" ? "000001" : "000000" });
        var confirmed = await _api.DoAsync("POST", $"{Root}/{id}/comments/{cid}/confirm", null, new { code });

        Assert.Equal("held", confirmed.GetProperty("state").GetString());
        Assert.Equal(1, (await _api.FiguresAsync(id)).GetProperty("held").GetInt32());
        Assert.Single(await _api.CommentsAsync(id, Office, "?state=held"));
    }

    [Fact]
    public async Task Comment_ThatCriesForHelp_ReachesTheDeskAsATicket()
    {
        var id = await _api.OpenAsync();
        var taken = await _api.DoAsync("POST", $"{Root}/{id}/comments", null, new { text = "楼下着火了，快来人！", phone = "13900001115" }, 202);
        Assert.Equal("119", taken.GetProperty("alarm").GetProperty("dial").GetString());

        await app.AdvanceAsync(TimeSpan.FromSeconds(1));
        var tickets = await _api.DoAsync("GET", "/api/v1/desk/queue?queue=alarm", "demo-desk");
        Assert.Contains("楼下着火了", tickets.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Answer_ForAllLikeOnes_ReachesEachAndThoseStillToCome()
    {
        var id = await _api.OpenAsync();
        const string copy = "强烈反对在小区主干道两侧设置充电桩，影响消防通道和居民出行安全，应当另行选址，并先征得业主同意。";
        var cids = new List<string>();
        foreach (var text in (string[])[copy, copy, copy + "！", "强烈反对在小区主干道两侧设置充电桩，影响消防通道和居民出行安全，应当另行选址，并先征得全体业主同意。"])
            cids.Add(await _api.CommentAsync(id, text));
        await _api.CommentAsync(id, "建议对外卖骑手集中的区域增加换电柜。");

        var group = Assert.Single((await _api.DoAsync("GET", $"{Root}/{id}/groups", Office)).GetProperty("items").EnumerateArray());
        var gid = group.GetProperty("id").GetString();
        Assert.Equal(4, group.GetProperty("count").GetInt32());
        await _api.DoAsync("POST", $"{Root}/{id}/groups/{gid}/moderate", Office, new { publish = true });
        var answered = await _api.DoAsync("POST", $"{Root}/{id}/groups/{gid}/respond", Office, new { adopted = "adopted", text = "选址已改到地面停车区。" });
        Assert.Equal((4, 0), (answered.GetProperty("published").GetInt32(), answered.GetProperty("unanswered").GetInt32()));

        var late = await _api.CommentAsync(id, copy);
        Assert.Equal("adopted", (await _api.DoAsync("GET", $"{Root}/{id}/comments/{late}", null)).GetProperty("response").GetProperty("adopted").GetString());
        await _api.RespondAsync(id, cids[0], "partly", "这一条另有说明。");
        await _api.DoAsync("POST", $"{Root}/{id}/groups/{gid}/respond", Office, new { adopted = "notAdopted", text = "经专家论证不再调整。" });
        var words = (await _api.CommentsAsync(id, Office, "?state=published")).Select(c => c.GetProperty("response").GetProperty("adopted").GetString()).Order(StringComparer.Ordinal);
        Assert.Equal(["notAdopted", "notAdopted", "notAdopted", "notAdopted", "partly"], words);
        var figures = await _api.FiguresAsync(id);
        Assert.Equal((6, 1, 5, 4, 1), (figures.GetProperty("received").GetInt32(), figures.GetProperty("held").GetInt32(), figures.GetProperty("published").GetInt32(), figures.GetProperty("notAdopted").GetInt32(),
            figures.GetProperty("partly").GetInt32()));

        // By hand: out of the group, and into it again.
        await _api.DoAsync("POST", $"{Root}/{id}/comments/{cids[1]}/group", Office, new { });
        Assert.Equal(4, (await _api.DoAsync("GET", $"{Root}/{id}/groups", Office)).GetProperty("items")[0].GetProperty("count").GetInt32());
        await _api.DoAsync("POST", $"{Root}/{id}/comments/{cids[1]}/group", Office, new { like = cids[3] });
        Assert.Equal(5, (await _api.DoAsync("GET", $"{Root}/{id}/groups", Office)).GetProperty("items")[0].GetProperty("count").GetInt32());
    }

    [Fact]
    public async Task Summary_WhileACommentWaits_IsRefused()
    {
        var id = await _api.OpenAsync();
        var cid = await _api.CommentAsync(id, "还没有审核");
        await app.AdvanceAsync(TimeSpan.FromDays(30));
        await app.AdvanceAsync(TimeSpan.FromMinutes(1));
        await _api.RefusedAsync(409, "commentsHeld", "POST", $"{Root}/{id}/summary", Office, new { text = "x" });

        await _api.ModerateAsync(id, cid, publish: true);
        await _api.DoAsync("POST", $"{Root}/{id}/summary", Office, new { text = "x" });
        var history = (await _api.DoAsync("GET", $"{Root}/{id}/history", Office)).GetProperty("items").EnumerateArray().Select(e => e.GetProperty("action").GetString());
        Assert.Equal(["create", "summary"], history);
    }
}
