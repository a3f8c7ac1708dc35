using System.Net;
using System.Text.RegularExpressions;
using HotlinePush.Security;
using HotlinePush.Tickets;
using Microsoft.Extensions.DependencyInjection;

namespace HotlinePush.Tests.Pages;

public sealed class DeskPagesTests : IAsyncLifetime
{
    private const string UnitKey = "demo-unit-" + PageHost.Unit;
    private PageHost _host = null!;

    public async Task InitializeAsync()
    {
        _host = await PageHost.StartAsync();
        await _host.SignInAsync("demo-desk", "/desk");
    }

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task SignIn_OfTheDesk_LeadsToItsQueues()
    {
        var answer = await _host.PostAsync("/sign-in", [.. (await _host.GetAsync("/sign-in")).HiddenOf("/sign-in").Where(f => f.Name != "to"), ("key", "demo-desk")]);

        Assert.Equal("/desk", answer.Location);
    }

    [Theory]
    [InlineData("/desk")]
    [InlineData("/desk/tickets/26112000000011")]
    [InlineData("/desk/pulse")]
    public async Task Pages_ForAUnit_AreForbidden(string path)
    {
        await _host.SignInAsync(UnitKey);

        Assert.Equal(403, (await _host.GetAsync(path)).Status);
    }

    [Fact]
    public async Task Queue_ShowsWhatIsAsked_LongestWaitingFirst_WithTheCount()
    {
        var first = await WaitingAsync("先来的事");
        _host.Time.Advance(TimeSpan.FromHours(1));
        var second = await WaitingAsync("后来的事");

        var page = await _host.GetAsync("/desk?queue=dispatch");

        Assert.Contains("待派单 2", page.Text, StringComparison.Ordinal);
        Assert.Contains("派单：", page.Text, StringComparison.Ordinal);
        Assert.Matches("还剩 .*已等1小时", page.Text);
        Assert.True(page.Html.IndexOf(first, StringComparison.Ordinal) < page.Html.IndexOf(second, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Queue_WithAnAlarm_ShowsItOnTopOfEveryOtherWithTheNumberToDial()
    {
        await WaitingAsync("想问一下");
        var alarm = await FileAsync("家里煤气泄漏了", "厨房煤气泄漏，味道很大，头晕，快来人。");

        var other = await _host.GetAsync("/desk?queue=dispatch");
        var first = await _host.GetAsync("/desk");
        var ticket = await _host.GetAsync($"/desk/tickets/{alarm}");

        Assert.Matches("class=\"dial\">1\\d\\d<.*" + alarm + ".*<nav class=\"tabs", Regex.Replace(other.Html, @"\s+", " "));
        Assert.Contains("aria-current=\"page\" class=\"alarm\"", first.Html, StringComparison.Ordinal);
        Assert.Contains("立即联系 1", ticket.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Dispatch_ByTheFirstSuggestion_TakesOneClick_AndComesBackToTheQueue()
    {
        var number = await WaitingAsync("想问一下");
        var page = $"/desk/tickets/{number}";
        var shown = await _host.GetAsync(page + "?queue=dispatch");
        var lead = Regex.Match(shown.Html, "name=\"lead\" id=\"dispatch-lead\" value=\"([^\"]+)\" checked");

        var sent = await _host.PostAsync(page + "/dispatch", [.. shown.HiddenOf(page + "/dispatch"), ("lead", lead.Success ? WebUtility.HtmlDecode(lead.Groups[1].Value) : "other"), ("leadUnitId", lead.Success ? "" : PageHost.Unit)]);
        var queue = await _host.GetAsync(sent.Location!);

        Assert.Equal((303, $"/desk?queue=dispatch&done=dispatch&ticket={number}"), (sent.Status, sent.Location));
        Assert.Contains("已派单", queue.Text, StringComparison.Ordinal);
        Assert.Equal(TicketState.Dispatched, (await _host.ReadAsync(number))!.Ticket.State);
    }

    [Fact]
    public async Task Dispatch_ToAnotherUnit_WithCoUnitsAndFinal()
    {
        var number = await WaitingAsync("想问一下");
        var page = $"/desk/tickets/{number}";

        var none = await _host.SubmitAsync(page, page + "/dispatch", ("lead", "other"), ("leadUnitId", ""), ("coUnit1", "water-group"));
        var sent = await _host.SubmitAsync(page, page + "/dispatch", ("lead", "other"), ("leadUnitId", PageHost.Unit), ("coUnit1", "water-group"), ("coUnit2", "water-group"), ("final", "on"));

        var ticket = (await _host.ReadAsync(number))!.Ticket;
        Assert.Equal(400, none.Status);
        Assert.Contains("请选择承办单位", none.Text, StringComparison.Ordinal);
        Assert.Contains("<option value=\"water-group\" selected", none.Html, StringComparison.Ordinal);
        Assert.Equal(200, sent.Status);
        Assert.Equal((PageHost.Unit, "water-group", true), (ticket.LeadUnitId, Assert.Single(ticket.CoUnitIds), ticket.Final));
    }

    [Fact]
    public async Task Dispatch_OfAConfidentialTicket_StartsFromAMaskedDraft_AndEachLookIsAudited()
    {
        const string words = "我叫王小明，住5幢302室，电话19900000123。城市管理局有人乱收费。";
        var number = (await _host.ApiAsync(HttpMethod.Post, "/api/v1/tickets", null, new
        {
            type = "Report",
            subject = "举报乱收费",
            description = words,
            contact = new { phone = "19900000123", name = "王小明", confidential = true },
        })).GetProperty("number").GetString()!;
        var page = $"/desk/tickets/{number}";

        var shown = await _host.GetAsync(page);
        var empty = await _host.SubmitAsync(page, page + "/dispatch", ("lead", "other"), ("leadUnitId", "water-group"), ("unitText", ""));
        var sent = await _host.SubmitAsync(page, page + "/dispatch", ("lead", "other"), ("leadUnitId", "water-group"), ("unitText", "反映收费问题。"));
        var audit = await _host.Services.GetRequiredService<AuditLog>().ReadDayAsync(new(2026, 11, 20), 50);

        var draft = WebUtility.HtmlDecode(Regex.Match(shown.Html, "name=\"unitText\"[^>]*>(.*?)</textarea>", RegexOptions.Singleline).Groups[1].Value);
        Assert.Contains(words, shown.Text, StringComparison.Ordinal);
        Assert.DoesNotMatch("王小明|1990000|302|5幢", draft);
        Assert.Contains("乱收费", draft, StringComparison.Ordinal);
        Assert.Equal(400, empty.Status);
        Assert.Contains("请写好脱敏转办稿", empty.Text, StringComparison.Ordinal);
        Assert.Equal(200, sent.Status);
        Assert.True(audit.Items.Count(e => e.Action == "look" && e.Subject == number) >= 2);
        Assert.Equal("反映收费问题。", (await _host.ReadAsync(number))!.Ticket.UnitText);
        Assert.DoesNotContain("举报乱收费", (await _host.GetAsync("/desk")).Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Return_IsDecidedWithTheUnitsWords_AndMaySendItElsewhere()
    {
        var (number, _) = await _host.DispatchedAsync(PageHost.Unit);
        await ActAsync(number, "return", new { reason = "notOurDuty", text = "属于供水集团。" });
        var page = $"/desk/tickets/{number}";

        var queue = await _host.GetAsync("/desk?queue=return");
        var shown = await _host.GetAsync(page);
        var unsaid = await _host.SubmitAsync(page, page + "/decide-return", ("approve", "no"), ("note", ""));
        var sent = await _host.SubmitAsync(page, page + "/decide-return", ("approve", "yes"), ("leadUnitId", "water-group"));

        Assert.Contains("退单：不属于本单位职责", queue.Text, StringComparison.Ordinal);
        Assert.Contains("属于供水集团。", shown.Text, StringComparison.Ordinal);
        Assert.Equal(400, unsaid.Status);
        Assert.Contains("请写明理由", unsaid.Text, StringComparison.Ordinal);
        Assert.Equal(200, sent.Status);
        Assert.Equal("water-group", (await _host.ReadAsync(number))!.Ticket.LeadUnitId);
    }

    [Fact]
    public async Task Audit_ThenCallback_CloseTheTicket()
    {
        var number = await AnsweredAsync();
        var page = $"/desk/tickets/{number}";

        var shown = await _host.GetAsync(page);
        var refused = await _host.SubmitAsync(page, page + "/audit", ("accept", "no"), ("note", ""));
        var accepted = await _host.SubmitAsync(page, page + "/audit", ("accept", "yes"), ("note", ""));
        var revealed = await _host.SubmitAsync(page, page + "/reveal");
        var half = await _host.SubmitAsync(page, page + "/callback", ("reached", "yes"), ("resolved", "yes"), ("note", "谢谢你们"));
        var closed = await _host.SubmitAsync(page, page + "/callback", ("reached", "yes"), ("resolved", "yes"), ("satisfied", "yes"), ("note", "谢谢你们"));

        Assert.Contains("已更换灯泡。", shown.Text, StringComparison.Ordinal);
        Assert.Equal(400, refused.Status);
        Assert.Contains("您好，这里是12345政务服务热线。请问是王小明吗？", accepted.Text, StringComparison.Ordinal);
        Assert.Contains("19900000123", revealed.Text, StringComparison.Ordinal);
        Assert.Equal(400, half.Status);
        Assert.Contains("请选择是否满意", half.Text, StringComparison.Ordinal);
        Assert.Contains("谢谢你们</textarea>", half.Html, StringComparison.Ordinal);
        Assert.Contains("已办结", closed.Text, StringComparison.Ordinal);
        Assert.Equal(TicketState.Closed, (await _host.ReadAsync(number))!.Ticket.State);
    }

    [Fact]
    public async Task Audit_WithFindings_SendsItBackInWords()
    {
        var number = await AnsweredAsync();
        var page = $"/desk/tickets/{number}";

        await _host.SubmitAsync(page, page + "/audit", ("accept", "no"), ("find.noBasis", "on"), ("note", "请补充依据文号。"));

        var history = await _host.ApiAsync(HttpMethod.Get, $"/api/v1/tickets/{number}/history", "demo-desk");
        Assert.Equal("没有说明依据\n请补充依据文号。", history.GetProperty("items").EnumerateArray().Last().GetProperty("note").GetString());
        Assert.Equal(TicketState.InProgress, (await _host.ReadAsync(number))!.Ticket.State);
    }

    [Fact]
    public async Task Callback_WhenNotReached_NeedsNoAnswers()
    {
        var number = await AnsweredAsync();
        var page = $"/desk/tickets/{number}";
        await _host.SubmitAsync(page, page + "/audit", ("accept", "yes"));

        var tried = await _host.SubmitAsync(page, page + "/callback", ("reached", "no"), ("resolved", "yes"));

        Assert.Equal(200, tried.Status);
        Assert.Contains("已有1天没有联系上", tried.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Form_WhenSomebodyWasFaster_SaysSoAndKeepsWhatWasTyped()
    {
        var number = await WaitingAsync("想问一下");
        var page = $"/desk/tickets/{number}";
        var form = (await _host.GetAsync(page)).HiddenOf(page + "/answer-at-desk").ToArray();
        await _host.ApiAsync(HttpMethod.Post, $"/api/v1/tickets/{number}/actions/follow-up", "demo-desk", new { text = "又说了一句" });

        var late = await _host.PostAsync(page + "/answer-at-desk", [.. form, ("text", "打了很久的答复")]);
        var again = await _host.PostAsync(page + "/answer-at-desk", [.. late.HiddenOf(page + "/answer-at-desk"), ("text", "打了很久的答复")]);

        Assert.Equal(412, late.Status);
        Assert.Contains("别人办理了这个工单", late.Text, StringComparison.Ordinal);
        Assert.Contains("打了很久的答复</textarea>", late.Html, StringComparison.Ordinal);
        Assert.Equal(303, again.Status);
        Assert.Equal(TicketState.Closed, (await _host.ReadAsync(number))!.Ticket.State);
    }

    [Fact]
    public async Task Extension_IsTheSupervisorsToDecide()
    {
        var (number, _) = await _host.DispatchedAsync(PageHost.Unit);
        await ActAsync(number, "sign", new { });
        await ActAsync(number, "extend", new { workingDays = 2, reason = "complex" });
        var page = $"/desk/tickets/{number}";

        var desk = await _host.GetAsync(page);
        await _host.SignInAsync("demo-supervisor", "/desk");
        var queue = await _host.GetAsync("/desk?queue=extension");
        var decided = await _host.SubmitAsync(page, page + "/decide-extension", ("approve", "yes"));

        Assert.Contains("由督办人员审批", desk.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("/decide-extension\"", desk.Html, StringComparison.Ordinal);
        Assert.Contains("申请延期2个工作日：情况复杂", queue.Text, StringComparison.Ordinal);
        Assert.Contains("同意延期", decided.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Merge_DeclineAndHandover_AreRefusedInWords_OrDone()
    {
        var (one, two, three) = (await WaitingAsync("第一件"), await WaitingAsync("第二件"), await WaitingAsync("第三件"));

        var unknown = await _host.SubmitAsync($"/desk/tickets/{one}", $"/desk/tickets/{one}/merge", ("into", "12345"));
        var merged = await _host.SubmitAsync($"/desk/tickets/{one}", $"/desk/tickets/{one}/merge", ("candidate", two));
        var declined = await _host.SubmitAsync($"/desk/tickets/{two}", $"/desk/tickets/{two}/decline", ("reason", ""), ("text", "请向法院起诉。"));
        var handed = await _host.SubmitAsync($"/desk/tickets/{three}", $"/desk/tickets/{three}/handover", ("service", "120"), ("takenBy", "7号调度"));

        Assert.Contains("没有这个工单，请核对编号", unknown.Text, StringComparison.Ordinal);
        Assert.Contains("value=\"12345\"", unknown.Html, StringComparison.Ordinal);
        Assert.Contains("已并入 " + two, merged.Text, StringComparison.Ordinal);
        Assert.Contains("请选择原因", declined.Text, StringComparison.Ordinal);
        Assert.Contains("请向法院起诉。</textarea>", declined.Html, StringComparison.Ordinal);
        Assert.Contains("已转交", handed.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pages_WithHostileWords_ShowThemAsWords()
    {
        const string hostile = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>";
        var number = await WaitingAsync(hostile);

        foreach (var path in (string[])["/desk", $"/desk/tickets/{number}", $"/desk/tickets/{number}?queue={Uri.EscapeDataString(hostile)}&done={Uri.EscapeDataString(hostile)}"])
        {
            var page = await _host.GetAsync(path);
            Assert.Equal(200, page.Status);
            Assert.DoesNotContain("<script>alert", page.Html, StringComparison.Ordinal);
            Assert.DoesNotContain("<img", page.Html, StringComparison.Ordinal);
        }

        Assert.Contains(hostile, (await _host.GetAsync("/desk")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Page_KeepsWithinThePolicy_InBothLanguages()
    {
        var number = await WaitingAsync("想问一下");
        foreach (var path in (string[])["/desk", "/desk?queue=audit&lang=en", $"/desk/tickets/{number}", $"/desk/tickets/{number}?lang=zh"])
        {
            var page = await _host.GetAsync(path);
            Assert.Equal(200, page.Status);
            Assert.DoesNotMatch("<style|<script(?! src=\"/assets/)| style=| on[a-z]+=|javascript:", page.Html);
            Assert.Single(Regex.Matches(page.Html, "<h1"));
            var ids = Regex.Matches(page.Html, " id=\"([^\"]+)\"").Select(m => m.Groups[1].Value).ToArray();
            Assert.Equal(ids.Distinct(), ids);
        }
    }

    private Task<string> WaitingAsync(string subject) => FileAsync(subject, "您好，请问一下。");

    private async Task<string> FileAsync(string subject, string description)
    {
        var filed = await _host.ApiAsync(HttpMethod.Post, "/api/v1/tickets", null, new { type = "Inquiry", subject, description, contact = new { phone = "19900000123", name = "王小明" } });
        return filed.GetProperty("number").GetString()!;
    }

    private async Task<string> AnsweredAsync()
    {
        var (number, _) = await _host.DispatchedAsync(PageHost.Unit);
        await ActAsync(number, "sign", new { });
        await ActAsync(number, "answer", new { text = "已更换灯泡。", outcome = "已解决" });
        return number;
    }

    private Task ActAsync(string number, string action, object body) => _host.ApiAsync(HttpMethod.Post, $"/api/v1/tickets/{number}/actions/{action}", UnitKey, body);
}
