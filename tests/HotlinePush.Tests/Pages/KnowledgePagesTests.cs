using System.Text.RegularExpressions;
using HotlinePush.Knowledge;
using HotlinePush.Local.Demo;
using Microsoft.Extensions.DependencyInjection;

namespace HotlinePush.Tests.Pages;

public sealed class KnowledgePagesTests : IAsyncLifetime
{
    private PageHost _host = null!;

    public async Task InitializeAsync()
    {
        _host = await PageHost.StartAsync();
        await DemoKnowledge.SeedAsync(_host.Services.GetRequiredService<KnowledgeStore>(), _host.Time.GetUtcNow(), default);
    }

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task Search_ForAQuestion_MarksItAndLeadsToTheAnswer()
    {
        var found = await _host.GetAsync("/knowledge?q=" + Uri.EscapeDataString("暖气不热"));

        Assert.Contains("<mark>暖气不热</mark>", found.Html, StringComparison.Ordinal);
        var article = await _host.GetAsync(Regex.Match(found.Html, "href=\"(/knowledge/demo-[0-9]+)\"").Groups[1].Value);
        Assert.Contains("不应低于 18℃", article.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("先查突发事件", article.Text, StringComparison.Ordinal);
        Assert.Contains("<ol>", article.Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Search_ForNothingWeHave_LeadsToTheForm()
    {
        var found = await _host.GetAsync("/knowledge?q=" + Uri.EscapeDataString("<script>彩票</script>"));

        Assert.Contains("没有找到现成的答案", found.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("<script>彩", found.Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Vote_FromTheArticle_IsCounted()
    {
        var page = await _host.GetAsync("/knowledge/demo-01");

        var thanks = await _host.PostAsync("/knowledge/demo-01/helpful", [.. page.HiddenOf("/knowledge/demo-01/helpful"), ("helpful", "yes")]);

        Assert.Equal("/knowledge/demo-01?done=vote", thanks.Location);
        Assert.Equal(new Helpfulness(1, 0), (await _host.Services.GetRequiredService<KnowledgeVotes>().ReadAsync())["demo-01"]);
        Assert.Equal(400, (await _host.PostAsync("/knowledge/demo-01/helpful", ("helpful", "yes"))).Status);
    }

    [Fact]
    public async Task Article_WrittenByTheDesk_IsPublishedBySomebodyElse()
    {
        await _host.SignInAsync("demo-desk", "/desk/knowledge");
        var preview = await _host.SubmitAsync("/desk/knowledge/new", "/desk/knowledge/new", ("title", "河灯许可"), ("body", "1. 报备\n2. <b>放灯</b>"), ("step", "preview"));
        Assert.Contains("<li>&lt;b&gt;放灯&lt;/b&gt;</li>", preview.Html, StringComparison.Ordinal);
        Assert.Contains("value=\"河灯许可\"", preview.Html, StringComparison.Ordinal);

        var refused = await _host.SubmitAsync("/desk/knowledge/new", "/desk/knowledge/new", ("title", ""), ("body", "x"), ("reviewBy", "明年"), ("step", "save"));
        Assert.Equal(400, refused.Status);
        var saved = await _host.SubmitAsync("/desk/knowledge/new", "/desk/knowledge/new", ("title", "河灯许可"), ("body", "先报备。"), ("area.990101", "on"), ("step", "save"));
        var root = Regex.Match(saved.Html, "action=\"(/desk/knowledge/[a-z0-9]+)/submit\"").Groups[1].Value;
        await _host.SubmitAsync(root, root + "/submit");
        Assert.Equal(403, (await _host.PostAsync(root + "/publish")).Status);

        await _host.SignInAsync("demo-supervisor", root);
        var published = await _host.SubmitAsync(root, root + "/publish");
        Assert.Contains("已发布，群众现在可以查到", published.Text, StringComparison.Ordinal);
        Assert.Contains(root["/desk".Length..], (await _host.GetAsync("/knowledge?q=" + Uri.EscapeDataString("河灯"))).Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Article_ChangedMeanwhile_KeepsWhatWasTyped()
    {
        await _host.SignInAsync("demo-desk", "/desk/knowledge");
        var form = (await _host.GetAsync("/desk/knowledge/demo-03")).HiddenOf("/desk/knowledge/demo-03").ToArray();
        await _host.SubmitAsync("/desk/knowledge/demo-03", "/desk/knowledge/demo-03", ("title", "甲"), ("body", "甲"), ("step", "save"));

        var late = await _host.PostAsync("/desk/knowledge/demo-03", [.. form, ("title", "乙"), ("body", "乙"), ("step", "save")]);

        Assert.Equal(412, late.Status);
        Assert.Contains("value=\"乙\"", late.Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Lists_ForWriters_CountEachState()
    {
        await _host.SignInAsync("demo-supervisor", "/desk/knowledge");

        Assert.Contains("居住证办理", (await _host.GetAsync("/desk/knowledge?state=inReview")).Text, StringComparison.Ordinal);
        Assert.Contains("义务教育阶段入学", (await _host.GetAsync("/desk/knowledge?state=due")).Text, StringComparison.Ordinal);
        Assert.Contains("没有草稿", (await _host.GetAsync("/desk/knowledge?state=draft")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Form_WhenAskedForReadyAnswers_ShowsThemAndKeepsWhatWasTyped()
    {
        var page = await _host.SubmitAsync("/", "/", ("type", "Help"), ("subject", "暖气不热"), ("description", "室温十四度，家里有老人"), ("areaId", "990101001"), ("lat", "1.5"), ("lng", "2.5"), ("step", "check"));

        Assert.Equal(200, page.Status);
        Assert.Contains("不应低于 18℃", page.Text, StringComparison.Ordinal);
        Assert.Contains("value=\"暖气不热\"", page.Html, StringComparison.Ordinal);
        Assert.Matches("<option value=\"990101\" selected", page.Html);
        Assert.Matches("<option value=\"990101001\" selected", page.Html);
        Assert.Contains("value=\"1.5\"", page.Html, StringComparison.Ordinal);
        Assert.DoesNotContain("role=\"alert\"", page.Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Suggest_WhileTyping_AnswersThePieceAlone()
    {
        var token = (await _host.GetAsync("/")).HiddenOf("/").First(f => f.Name == "token");

        var piece = await _host.PostAsync("/suggest", token, ("subject", "社保卡丢了"), ("description", ""));
        var fire = await _host.PostAsync("/suggest", token, ("subject", "隔壁着火了"), ("description", "楼上着火了，有人被困，快来！"));

        Assert.Contains("社保卡丢失", piece.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("<html", piece.Html, StringComparison.Ordinal);
        Assert.Contains("请立即拨打 119", fire.Text, StringComparison.Ordinal);
        Assert.Equal(400, (await _host.PostAsync("/suggest", ("subject", "社保卡丢了"))).Status);
    }

    [Fact]
    public async Task Filing_WithADistrictAndAPoint_KeepsThem()
    {
        var receipt = await _host.SubmitAsync("/", "/",
            ("type", "Help"), ("subject", "长椅坏了"), ("description", "江边长椅断了一根木条。"), ("districtId", "990101"), ("areaId", ""), ("lat", "30.123456789"), ("lng", "120.5"), ("contact.phone", "19900000123"));

        var ticket = (await _host.ReadAsync(Regex.Match(receipt.Text, @"\d{14}").Value))!.Ticket;
        Assert.Equal(("990101", 30.12346, 120.5), (ticket.AreaId, ticket.Location!.Lat, ticket.Location.Lng));
    }

    [Fact]
    public async Task Follow_InEachState_SaysWhoHasItAndWhatComesNext()
    {
        var (number, code) = await _host.DispatchedAsync(PageHost.Unit);
        var address = $"/tickets/{number}?code={code}";
        Assert.Contains("下一步 云泽市城市管理和综合执法局签收", (await _host.GetAsync(address)).Text, StringComparison.Ordinal);

        await _host.ApiAsync(HttpMethod.Post, $"/api/v1/tickets/{number}/actions/sign", "demo-unit-" + PageHost.Unit);
        Assert.Contains("最晚", (await _host.GetAsync(address)).Text, StringComparison.Ordinal);
        await _host.ApiAsync(HttpMethod.Post, $"/api/v1/tickets/{number}/actions/answer", "demo-unit-" + PageHost.Unit, new { text = "已修好。" });
        Assert.Contains("热线核对答复", (await _host.GetAsync(address)).Text, StringComparison.Ordinal);
        await _host.ApiAsync(HttpMethod.Post, $"/api/v1/tickets/{number}/actions/audit", "demo-desk", new { accept = true });
        Assert.Contains("现在在谁手里 您", (await _host.GetAsync(address)).Text, StringComparison.Ordinal);
    }
}
