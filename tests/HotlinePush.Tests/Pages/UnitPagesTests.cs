using HotlinePush.Security;
using HotlinePush.Tickets;
using Microsoft.Extensions.DependencyInjection;

namespace HotlinePush.Tests.Pages;

public sealed class UnitPagesTests : IAsyncLifetime
{
    private const string Other = "water-group";
    private PageHost _host = null!;

    public async Task InitializeAsync() => _host = await PageHost.StartAsync();

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task Page_WithoutSignIn_LeadsToSignInAndBack()
    {
        var asked = await _host.GetAsync("/unit?state=closed");
        var signedIn = await _host.SubmitAsync(asked.Location!, "/sign-in", ("key", "demo-unit-" + PageHost.Unit));

        Assert.Equal((302, "/sign-in?to=%2Funit%3Fstate%3Dclosed"), (asked.Status, asked.Location));
        Assert.Equal(200, signedIn.Status);
        Assert.Contains("aria-current=\"page\">已结束", signedIn.Html, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("//evil.example/")]
    [InlineData("/\\evil.example")]
    [InlineData("https://evil.example/")]
    [InlineData("/\t/evil.example")]
    [InlineData("javascript:alert(1)")]
    [InlineData("")]
    public async Task SignIn_WhenToldToGoElsewhere_GoesToTheQueue(string to)
    {
        var form = (await _host.GetAsync("/sign-in")).HiddenOf("/sign-in").Where(f => f.Name != "to");

        var answer = await _host.PostAsync("/sign-in", [.. form, ("to", to), ("key", "demo-unit-" + PageHost.Unit)]);

        Assert.Equal((303, "/unit"), (answer.Status, answer.Location));
    }

    [Fact]
    public async Task SignIn_WithAWrongKey_SaysSo_AndTheKeyIsNotShownAgain()
    {
        var page = await _host.SubmitAsync("/sign-in", "/sign-in", ("key", "no-such-key"));

        Assert.Equal(401, page.Status);
        Assert.Contains("密钥不对", page.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("no-such-key", page.Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Session_CookieIsOutOfReachOfScripts_AndEndsOnSignOut()
    {
        var form = (await _host.GetAsync("/sign-in")).HiddenOf("/sign-in");
        var answer = await _host.PostAsync("/sign-in", [.. form, ("key", "demo-unit-" + PageHost.Unit)]);
        var out_ = await _host.SubmitAsync("/unit", "/sign-out");

        Assert.Matches("hp_session=[^;]+; path=/; samesite=lax; httponly", answer.Headers["Set-Cookie"]);
        Assert.Equal(200, out_.Status);
        Assert.Equal(302, (await _host.GetAsync("/unit")).Status);
    }

    [Fact]
    public async Task Session_WhenItsKeyIsRevoked_Ends()
    {
        var keys = _host.Services.GetRequiredService<ApiKeys>();
        var issued = await keys.Issue(Role.Unit, PageHost.Unit, "测试");
        await _host.SignInAsync(issued.Plain);
        Assert.Equal(200, (await _host.GetAsync("/unit")).Status);

        await keys.Revoke(issued.Key.Id);

        Assert.Equal(302, (await _host.GetAsync("/unit")).Status);
    }

    [Fact]
    public async Task Queue_ShowsTheUnitsTicketsWithWhatIsLeft_AndNobodyElses()
    {
        var (mine, _) = await _host.DispatchedAsync(PageHost.Unit, "我单位的事");
        var (theirs, _) = await _host.DispatchedAsync(Other, "别家的事");
        var queue = await _host.SignInAsync("demo-unit-" + PageHost.Unit);

        Assert.Contains("我单位的事", queue.Text, StringComparison.Ordinal);
        Assert.Matches("还剩 \\d", queue.Text);
        _host.Time.Advance(TimeSpan.FromDays(30));
        Assert.Matches("已逾期 \\d", (await _host.GetAsync("/unit?state=overdue")).Text);
        Assert.DoesNotContain(theirs, queue.Text, StringComparison.Ordinal);
        Assert.Equal(404, (await _host.GetAsync("/unit?unit=" + Other)).Status);
        Assert.Equal(404, (await _host.GetAsync("/unit/tickets/" + theirs)).Status);
        Assert.Equal(404, (await _host.PostAsync($"/unit/tickets/{theirs}/sign", ("version", "1"))).Status);
        Assert.Equal(200, (await _host.GetAsync("/unit/tickets/" + mine)).Status);
    }

    [Fact]
    public async Task Unit_SignsContactsAsksAndAnswers()
    {
        var (number, _) = await _host.DispatchedAsync(PageHost.Unit);
        await _host.SignInAsync("demo-unit-" + PageHost.Unit);
        var page = "/unit/tickets/" + number;

        var signed = await _host.SubmitAsync(page, page + "/sign");
        var contacted = await _host.SubmitAsync(page, page + "/contact", ("note", "已电话联系"));
        var noDays = await _host.SubmitAsync(page, page + "/extend", ("workingDays", "99"), ("reason", "complex"));
        var noReason = await _host.SubmitAsync(page, page + "/suspend", ("reason", ""));
        var suspended = await _host.SubmitAsync(page, page + "/suspend", ("reason", "thirdParty"));
        var empty = await _host.SubmitAsync(page, page + "/answer", ("text", ""), ("outcome", "已解决"));
        var answered = await _host.SubmitAsync(page, page + "/answer", ("text", "已更换灯泡。"), ("outcome", "已解决"));

        Assert.Contains("已签收", signed.Text, StringComparison.Ordinal);
        Assert.Contains("已电话联系", contacted.Text, StringComparison.Ordinal);
        Assert.Equal((400, 400, 400), (noDays.Status, noReason.Status, empty.Status));
        Assert.Contains("请选择原因", noReason.Text, StringComparison.Ordinal);
        Assert.Contains("value=\"已解决\"", empty.Html, StringComparison.Ordinal);
        Assert.Contains("申请中止", suspended.Text, StringComparison.Ordinal);
        Assert.Contains("已更换灯泡。", answered.Text, StringComparison.Ordinal);
        Assert.Equal(TicketState.Answered, (await _host.ReadAsync(number))!.Ticket.State);
    }

    [Fact]
    public async Task Unit_WhenSomebodyWasFaster_ReadsSoAndKeepsItsWords()
    {
        var (number, code) = await _host.DispatchedAsync(PageHost.Unit);
        var unit = "demo-unit-" + PageHost.Unit;
        await _host.SignInAsync(unit);
        await _host.ApiAsync(HttpMethod.Post, $"/api/v1/tickets/{number}/actions/sign", unit);
        var page = "/unit/tickets/" + number;
        var form = (await _host.GetAsync(page)).HiddenOf(page + "/answer").ToArray();
        await _host.ApiAsync(HttpMethod.Post, $"/api/v1/tickets/{number}/actions/follow-up?code={code}", null, new { text = "又坏了一盏" });

        var late = await _host.PostAsync(page + "/answer", [.. form, ("text", "写了很久的答复")]);
        var again = await _host.PostAsync(page + "/answer", [.. late.HiddenOf(page + "/answer"), ("text", "写了很久的答复")]);

        Assert.Equal(412, late.Status);
        Assert.Contains("别人办理了这个工单", late.Text, StringComparison.Ordinal);
        Assert.Contains("写了很久的答复</textarea>", late.Html, StringComparison.Ordinal);
        Assert.Equal(303, again.Status);
    }

    [Fact]
    public async Task Unit_OnAConfidentialTicket_SeesTheRedactedTextAlone()
    {
        var (number, _) = await _host.DispatchedAsync(PageHost.Unit, "保密举报某事", confidential: true);
        var queue = await _host.SignInAsync("demo-unit-" + PageHost.Unit);
        var ticket = await _host.GetAsync("/unit/tickets/" + number);

        foreach (var page in (Shown[])[queue, ticket])
        {
            Assert.Contains("保密工单", page.Text, StringComparison.Ordinal);
            Assert.DoesNotContain("某事", page.Html, StringComparison.Ordinal);
            Assert.DoesNotContain("三天没有亮", page.Html, StringComparison.Ordinal);
            Assert.DoesNotContain("0123", page.Html, StringComparison.Ordinal);
        }

        Assert.Contains("反映公共照明问题", ticket.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Contact_IsMasked_AndShownInFullOnlyWithATrace()
    {
        var (number, _) = await _host.DispatchedAsync(PageHost.Unit);
        await _host.SignInAsync("demo-unit-" + PageHost.Unit);
        var page = "/unit/tickets/" + number;

        var masked = await _host.GetAsync(page);
        var shown = await _host.SubmitAsync(page, page + "/reveal", ("why", "约上门时间"));
        var audit = await _host.Services.GetRequiredService<AuditLog>().ReadDayAsync(new(2026, 11, 20), 10);

        Assert.Contains("199****0123", masked.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("19900000123", masked.Html, StringComparison.Ordinal);
        Assert.Contains("19900000123", shown.Text, StringComparison.Ordinal);
        Assert.Contains(audit.Items, e => e is { Action: "reveal-contact", Detail: "约上门时间" } && e.Subject == number);
    }

    [Fact]
    public async Task Supervisor_LooksOn_ButIsOfferedNoForms()
    {
        var (number, _) = await _host.DispatchedAsync(PageHost.Unit);
        await _host.SignInAsync("demo-supervisor", "/unit?unit=" + PageHost.Unit);

        var ticket = await _host.GetAsync("/unit/tickets/" + number);

        Assert.Equal(200, ticket.Status);
        Assert.DoesNotContain("/sign\"", ticket.Html, StringComparison.Ordinal);
    }
}
