using System.Text.RegularExpressions;
using HotlinePush.Clocks;
using HotlinePush.Comments;
using HotlinePush.Pages.Consultations;
using Microsoft.Extensions.DependencyInjection;

namespace HotlinePush.Tests.Pages;

public sealed class ConsultationPagesTests : IAsyncLifetime
{
    private const string Office = "/publishing/consultations";
    private PageHost _host = null!;

    public async Task InitializeAsync() => _host = await PageHost.StartAsync();

    public async Task DisposeAsync() => await _host.DisposeAsync();

    private static string Day(DateTimeOffset at) => CityZone.DateOf(at).ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>As the office drafts it on its page, open from today.</summary>
    private async Task<string> OpenAsync(params (string Name, string Value)[] more)
    {
        await _host.SignInAsync("demo-publisher", Office);
        var now = _host.Time.GetUtcNow();
        var saved = await _host.SubmitAsync(Office + "/new", Office + "/new", [
            ("title", "社区食堂补助办法（征求意见稿）"), ("text", "总则在前\n\n## 第一条 对象\n六十岁以上的老人。\n<b>不是标记</b>\n\n## 第二条 标准\n每餐三元。"),
            ("opensOn", Day(now)), ("closesOn", Day(now.AddDays(30))), ("minDays", "30"), .. more]);
        Assert.Contains("征求意见中", saved.Text, StringComparison.Ordinal);
        return Regex.Match(saved.Html, "/publishing/consultations/(c[a-z0-9]{13})/").Groups[1].Value;
    }

    private async Task<Shown> AsPublicAsync(Func<Task<Shown>> what)
    {
        await _host.SubmitAsync("/account", "/sign-out");
        return await what();
    }

    [Fact]
    public async Task Draft_ByTheOffice_IsShownInSectionsAndCommentedOn()
    {
        var id = await OpenAsync();
        var page = await AsPublicAsync(() => _host.GetAsync("/consultations/" + id));
        Assert.Equal(3, Regex.Matches(page.Html, "<section id=\"s-").Count);
        Assert.Contains("&lt;b&gt;不是标记", page.Html, StringComparison.Ordinal);
        Assert.Contains("共30日", page.Text, StringComparison.Ordinal);
        Assert.Contains(id, (await _host.GetAsync("/consultations")).Html, StringComparison.Ordinal);

        var action = $"/consultations/{id}/comments";
        var refused = await _host.PostAsync(action, [.. page.HiddenOf(action), ("text", ""), ("phone", "12")]);
        Assert.Equal(400, refused.Status);
        Assert.Contains("href=\"#comment-text\"", refused.Html, StringComparison.Ordinal);
        var sent = page.HiddenOf(action).Append(("text", "每餐三元太少了。")).Append(("sectionId", "s3")).Append(("name", "王小明")).ToList();
        var first = await _host.PostAsync(action, sent);
        // An impatient finger.
        var second = await _host.PostAsync(action, sent);
        Assert.Equal((303, 303), (first.Status, second.Status));
        var thanks = await _host.GetAsync(first.Location!);
        Assert.Contains("审核后公开", thanks.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("每餐三元太少了", thanks.Text, StringComparison.Ordinal);

        await _host.SignInAsync("demo-publisher", Office);
        var work = await _host.GetAsync($"{Office}/{id}/comments");
        var cid = Assert.Single(Regex.Matches(work.Html, "<section[^>]*id=\"(m[a-z0-9]{15})\"")).Groups[1].Value;
        var root = $"{Office}/{id}/comments";
        var unreasoned = await _host.SubmitAsync(root, $"{root}/{cid}/moderate", ("step", "refuse"));
        Assert.Equal(400, unreasoned.Status);
        await _host.SubmitAsync(root, $"{root}/{cid}/moderate", ("step", "publish"));
        var unchosen = await _host.SubmitAsync(root + "?list=unanswered", $"{root}/{cid}/respond", ("text", "x"));
        Assert.Contains("采纳、部分采纳还是未采纳", unchosen.Text, StringComparison.Ordinal);
        var answered = await _host.SubmitAsync(root + "?list=unanswered", $"{root}/{cid}/respond", ("adopted", "adopted"), ("text", "已提高到五元。"), ("list", "published"));
        Assert.Contains("已答复", answered.Text, StringComparison.Ordinal);
        var seen = await _host.SubmitAsync(root + "?list=published", $"{root}/{cid}/reveal");
        Assert.Contains("王小明", seen.Text, StringComparison.Ordinal);

        page = await AsPublicAsync(() => _host.GetAsync($"/consultations/{id}?on=s3"));
        Assert.Contains("每餐三元太少了", page.Text, StringComparison.Ordinal);
        Assert.Contains("已提高到五元", page.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("王小明", page.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("每餐三元太少了", (await _host.GetAsync($"/consultations/{id}?on=s2")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Period_ThatIsShort_NeedsAReasonThatEverybodyReads()
    {
        await _host.SignInAsync("demo-publisher", Office);
        var now = _host.Time.GetUtcNow();
        (string, string)[] fields = [("title", "短期"), ("text", "内容"), ("opensOn", Day(now)), ("closesOn", Day(now.AddDays(10))), ("minDays", "30")];
        var refused = await _host.SubmitAsync(Office + "/new", Office + "/new", fields);
        Assert.Equal(400, refused.Status);
        Assert.Contains("说明缩短的理由", refused.Text, StringComparison.Ordinal);
        Assert.Contains("value=\"短期\"", refused.Html, StringComparison.Ordinal);
        var fewer = await _host.SubmitAsync(Office + "/new", Office + "/new", [.. fields[..4], ("minDays", "7")]);
        Assert.Contains("少于30日的，请说明理由", fewer.Text, StringComparison.Ordinal);

        var saved = await _host.SubmitAsync(Office + "/new", Office + "/new", [.. fields, ("shortReason", "防汛工作紧急")]);
        var id = Regex.Match(saved.Html, "/consultations/(c[a-z0-9]{13})\"").Groups[1].Value;
        Assert.Contains("防汛工作紧急", (await AsPublicAsync(() => _host.GetAsync("/consultations/" + id))).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task End_IsMovedInTheOpen_AndTheSummaryFollows()
    {
        var id = await OpenAsync();
        var root = $"{Office}/{id}";
        var earlier = await _host.SubmitAsync(root, root + "/extend", ("closesOn", Day(_host.Time.GetUtcNow().AddDays(20))));
        Assert.Equal(400, earlier.Status);
        var later = await _host.SubmitAsync(root, root + "/extend", ("closesOn", Day(_host.Time.GetUtcNow().AddDays(40))), ("note", "应群众要求"));
        Assert.Contains("应群众要求", later.Text, StringComparison.Ordinal);
        Assert.Equal(409, (await _host.SubmitAsync(root + "/edit", root + "/edit", ("title", "换一个标题"), ("text", "换了"), ("opensOn", ""), ("minDays", "30"))).Status);

        _host.Time.Advance(TimeSpan.FromDays(42));
        var closed = await _host.SubmitAsync(root, root + "/summary", ("text", "没有收到意见，按程序印发。"));
        Assert.Contains("采纳情况已公布", closed.Text, StringComparison.Ordinal);
        var page = await AsPublicAsync(() => _host.GetAsync("/consultations/" + id));
        Assert.Contains("没有收到意见，按程序印发", page.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("我要提意见", page.Text, StringComparison.Ordinal);
        Assert.Contains("已公布采纳情况", (await _host.GetAsync("/consultations")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Comment_WhereACodeIsAsked_GoesByTheConfirmPage()
    {
        var id = await OpenAsync(("confirmByCode", "on"));
        var page = await AsPublicAsync(() => _host.GetAsync("/consultations/" + id));
        var action = $"/consultations/{id}/comments";
        Assert.Equal(400, (await _host.PostAsync(action, [.. page.HiddenOf(action), ("text", "没有手机号")])).Status);
        var sent = await _host.PostAsync(action, [.. page.HiddenOf(action), ("text", "有手机号，而且着火了，快来人！"), ("phone", "13900001234")]);
        var confirm = await _host.GetAsync(sent.Location!);
        Assert.Contains("请立即拨打 119", confirm.Text, StringComparison.Ordinal);
        var wrong = await _host.PostAsync($"/consultations/{id}/confirm", [.. confirm.HiddenOf($"/consultations/{id}/confirm"), ("code", "12")]);
        Assert.Equal(400, wrong.Status);
        Assert.Contains("验证码不对", wrong.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Caller_AtTheDesk_IsWrittenDownByTheDesk()
    {
        var id = await OpenAsync(("confirmByCode", "on"));
        await _host.SignInAsync("demo-desk", "/consultations/" + id);
        var page = await _host.SubmitAsync($"/consultations/{id}", $"/consultations/{id}/comments", ("text", "来电人说应当提高标准。"), ("phone", "13900001234"));
        Assert.Contains("意见已经收到", page.Text, StringComparison.Ordinal);

        var store = _host.Services.GetRequiredService<CommentStore>();
        var (items, _) = await store.ReadListAsync(id, CommentList.Held, null, 10, default);
        Assert.Equal(CommentChannel.Phone, Assert.Single(items).Channel);
    }

    [Fact]
    public async Task Groups_OnTheirPage_AreAnsweredAtOnce()
    {
        var id = await OpenAsync();
        foreach (var channel in (CommentChannel[])[CommentChannel.Sms, CommentChannel.Email, CommentChannel.WeChat])
            await _host.Services.GetRequiredService<CommentIntake>().AddAsync(id, null, "请把补助标准提高到每餐五元，并且每年根据物价调整一次。", null, channel, "x", default);
        var page = await _host.GetAsync($"{Office}/{id}/groups");
        var gid = Regex.Match(page.Html, "<section[^>]*id=\"(m[a-z0-9]{15})\"").Groups[1].Value;
        await _host.SubmitAsync($"{Office}/{id}/groups", $"{Office}/{id}/groups/{gid}/moderate", ("step", "publish"));
        var done = await _host.SubmitAsync($"{Office}/{id}/groups", $"{Office}/{id}/groups/{gid}/respond", ("adopted", "partly"), ("text", "标准提高到四元。"));

        Assert.Contains("待审核0条，公开3条，不公开0条，未答复0条", done.Text, StringComparison.Ordinal);
        var shown = await AsPublicAsync(() => _host.GetAsync("/consultations/" + id));
        Assert.Contains("2条同类意见", shown.Text, StringComparison.Ordinal);
        Assert.Equal((3, 1), (Regex.Matches(shown.Html, "每年根据物价调整一次").Count, Regex.Matches(shown.Html, "标准提高到四元").Count));
    }

    [Fact]
    public void DraftText_ReadAndWritten_IsTheSame()
    {
        const string text = "前言\n\n## 第一条\n内容\n## 不算，因为在行中\n\n## 第二条 标准\n  两格\n";
        var sections = DraftText.Read(text, [new("x", "旧"), new("s2", "旧")]);

        Assert.Equal(["x", "s2", "s3", "s4"], sections.Select(s => s.Id));
        Assert.Equal(["", "第一条", "不算，因为在行中", "第二条 标准"], sections.Select(s => s.Heading));
        Assert.Equal(sections, DraftText.Read(DraftText.Write(sections), [.. sections.Select(s => new SectionHead(s.Id, s.Heading))]));
        Assert.Empty(DraftText.Read(" \n ", []));
    }
}
