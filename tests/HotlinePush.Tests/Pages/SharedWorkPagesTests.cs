using HotlinePush.Security;
using HotlinePush.Tickets;
using Microsoft.Extensions.DependencyInjection;

namespace HotlinePush.Tests.Pages;

/// <summary>A unit's pages where others take part: below it, beside it, its own head, and the desk for a unit on paper.</summary>
public sealed class SharedWorkPagesTests : IAsyncLifetime
{
    private const string Lead = "city-housing", Below = "gas-company", Co = "city-environment";
    private PageHost _host = null!;

    public async Task InitializeAsync() => _host = await PageHost.StartAsync();

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task Lead_PassesItDownAndAsksACoUnit_WhoBothAnswerOnTheirPages()
    {
        var (number, page) = await SignedAsync("楼道漏水");

        var asked = await _host.SubmitAsync(page, page + "/join", ("unitIds", Co), ("unitIds2", ""), ("note", "请提意见"));
        var nobody = await _host.SubmitAsync(page, page + "/join", ("unitIds", ""), ("note", "请提意见"));
        var down = await _host.SubmitAsync(page, page + "/delegate", ("unitId", Below), ("workingDays", ""), ("note", "请到现场"));

        Assert.Contains("已请协办单位提出意见", asked.Text, StringComparison.Ordinal);
        Assert.Equal(400, nobody.Status);
        Assert.Contains("请选择协办单位", nobody.Text, StringComparison.Ordinal);
        Assert.Contains("现由云泽燃气有限公司办理", down.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(page + "/answer", down.Html, StringComparison.Ordinal);

        var below = await _host.SignInAsync("demo-unit-" + Below);
        Assert.Contains("下派", below.Text, StringComparison.Ordinal);
        var up = await _host.SubmitAsync(page, page + "/answer", ("text", "已更换管道"), ("outcome", ""));
        Assert.Contains("答复已提交上级单位", up.Text, StringComparison.Ordinal);
        await _host.SignInAsync("demo-unit-" + Co);
        var opinion = await _host.SubmitAsync(page, page + "/opinion", ("text", "建议停工"));
        Assert.Contains("意见已提交主办单位", opinion.Text, StringComparison.Ordinal);

        await _host.SignInAsync("demo-unit-" + Lead);
        var read = await _host.GetAsync(page);
        Assert.Contains("已更换管道", read.Text, StringComparison.Ordinal);
        Assert.Contains("建议停工", read.Text, StringComparison.Ordinal);
        await _host.SubmitAsync(page, page + "/answer", ("text", "已修好"), ("outcome", "已解决"));
        Assert.Equal(TicketState.Answered, (await _host.ReadAsync(number))!.Ticket.State);
    }

    [Fact]
    public async Task Clerk_Drafts_AndTheHeadFindsItOnTodaysPageAndSigns()
    {
        var (number, page) = await SignedAsync("电梯停运");
        var keys = _host.Services.GetRequiredService<ApiKeys>();
        await _host.SignInAsync((await keys.Issue(Role.Unit, Lead, "承办人", position: Position.Clerk)).Plain);
        var drafted = await _host.SubmitAsync(page, page + "/answer", ("text", "拟答复：已修复"), ("outcome", ""));
        Assert.Contains("等待审签", drafted.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(page + "/sign-off", drafted.Html, StringComparison.Ordinal);

        var head = (await keys.Issue(Role.Unit, Lead, "审签人", position: Position.Head)).Plain;
        await _host.SignInAsync(head);
        var today = await _host.GetAsync("/unit/today");
        Assert.Matches("待审签 1", today.Text);
        Assert.Contains(number, today.Text, StringComparison.Ordinal);
        var noNote = await _host.SubmitAsync(page, page + "/sign-off", ("accept", "no"), ("note", ""));
        Assert.Equal(400, noNote.Status);
        await _host.SubmitAsync(page, page + "/sign-off", ("accept", "yes"), ("note", ""));

        var ticket = (await _host.ReadAsync(number))!.Ticket;
        Assert.Equal((TicketState.Answered, "拟答复：已修复"), (ticket.State, ticket.Answer!.Text));
        Assert.DoesNotContain(number, (await _host.GetAsync("/unit/today")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Today_ShowsWhatIsLateTodayAndOnTheNextWorkingDay_EachInItsList()
    {
        // Friday 09:00; the unit clock runs four working days: to Thursday.
        var (first, _) = await SignedAsync("先到的");
        _host.Time.Advance(TimeSpan.FromDays(3));
        var (second, _) = await SignedAsync("后到的");
        _host.Time.Advance(TimeSpan.FromDays(3));

        // Thursday 09:00: the first is due today, the second, of Monday, tomorrow.
        var today = await _host.GetAsync("/unit/today");
        Assert.True(today.Text.IndexOf(first, StringComparison.Ordinal) < today.Text.IndexOf(second, StringComparison.Ordinal));
        Assert.Matches("已逾期 0 .*今天到期 1 .*下一个工作日到期 1", today.Text);
        _host.Time.Advance(TimeSpan.FromHours(10));
        Assert.Matches("已逾期 1 ", (await _host.GetAsync("/unit/today")).Text);
        Assert.Equal(404, (await _host.GetAsync("/unit/today?unit=" + Co)).Status);
    }

    [Fact]
    public async Task Sheet_OfAConfidentialTicket_HasTheRedactedTextAlone_WhoeverPrintsIt()
    {
        var (number, _) = await _host.DispatchedAsync(Lead, "QZX主题", confidential: true, description: "QZX原文");
        foreach (var key in (string[])["demo-unit-" + Lead, "demo-desk"])
        {
            await _host.SignInAsync(key);
            var sheet = await _host.GetAsync($"/unit/tickets/{number}/sheet");
            Assert.Equal(200, sheet.Status);
            Assert.Contains("反映公共照明问题", sheet.Text, StringComparison.Ordinal);
            Assert.DoesNotContain("QZX", sheet.Html, StringComparison.Ordinal);
            Assert.DoesNotContain("王小明", sheet.Html, StringComparison.Ordinal);
            Assert.Contains("<svg class=\"qr\"", sheet.Html, StringComparison.Ordinal);
        }

        await _host.SignInAsync("demo-unit-" + Co);
        Assert.Equal(404, (await _host.GetAsync($"/unit/tickets/{number}/sheet")).Status);
    }

    [Fact]
    public async Task Desk_RecordsForAUnitOnPaper_OnThatUnitsPage()
    {
        var (number, _) = await _host.DispatchedAsync("town-zhixi");
        await _host.SignInAsync("demo-desk");
        var page = "/unit/tickets/" + number;

        Assert.Contains("由热线代为记录", (await _host.GetAsync(page)).Text, StringComparison.Ordinal);
        var signed = await _host.SubmitAsync(page, page + "/sign");

        Assert.Equal(TicketState.InProgress, (await _host.ReadAsync(number))!.Ticket.State);
        Assert.Contains("代栀溪镇人民政府记录", signed.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Supervisor_OrdersParksAndClears_OnTheTicketsPage()
    {
        var (number, page) = await SignedAsync("小区产权纠纷");
        await _host.SignInAsync("demo-supervisor");

        var ordered = await _host.SubmitAsync(page, page + "/supervise", ("text", "请两日内报告"), ("workingDays", "2"));
        var noDay = await _host.SubmitAsync(page, page + "/park", ("reason", "historyLeft"), ("text", "产权不清"), ("reviewAt", "明天"));
        var parked = await _host.SubmitAsync(page, page + "/park", ("reason", "historyLeft"), ("text", "产权不清"), ("reviewAt", "2026-12-20"));
        var cleared = await _host.SubmitAsync(page, page + "/unpark", ("text", "法院已判决"));

        Assert.Contains("请两日内报告", ordered.Text, StringComparison.Ordinal);
        Assert.Equal(400, noDay.Status);
        Assert.Contains("工单已挂账：历史遗留问题", parked.Text, StringComparison.Ordinal);
        Assert.Contains("已销号", cleared.Text, StringComparison.Ordinal);
        Assert.Null((await _host.ReadAsync(number))!.Ticket.Parked);
    }

    [Fact]
    public async Task UnitAbove_ReadsTheTicketsBelow_WithoutForms()
    {
        var (number, _) = await _host.DispatchedAsync(Below, "燃气表故障");
        var queue = await _host.SignInAsync("demo-unit-" + Lead);
        Assert.Contains("云泽燃气有限公司", queue.Text, StringComparison.Ordinal);

        Assert.Contains(number, (await _host.GetAsync("/unit?unit=" + Below)).Text, StringComparison.Ordinal);
        var page = await _host.GetAsync("/unit/tickets/" + number);
        Assert.Equal(200, page.Status);
        Assert.DoesNotContain("/sign\"", page.Html.Replace("/sign-out\"", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    private async Task<(string Number, string Page)> SignedAsync(string subject)
    {
        var (number, _) = await _host.DispatchedAsync(Lead, subject);
        await _host.SignInAsync("demo-unit-" + Lead);
        await _host.SubmitAsync("/unit/tickets/" + number, $"/unit/tickets/{number}/sign");
        return (number, "/unit/tickets/" + number);
    }
}
