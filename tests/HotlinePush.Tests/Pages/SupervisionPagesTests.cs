using HotlinePush.Pages.Supervision;
using HotlinePush.Supervision;

namespace HotlinePush.Tests.Pages;

public sealed class SupervisionPagesTests : IAsyncLifetime
{
    private static readonly string[] All =
    [
        "/supervision", "/supervision/overdue", "/supervision/scores", "/supervision/scores?by=area", "/supervision/scores?by=category&level=2", "/supervision/deductions",
        "/supervision/appeals", "/supervision/appeals?state=decided", "/supervision/rechecks", "/supervision/periods", "/supervision/reports/day", "/supervision/reports/week",
        "/supervision/reports/month", "/supervision/audit", "/supervision/parked",
    ];

    private PageHost _host = null!;

    public async Task InitializeAsync() => _host = await PageHost.StartAsync();

    public async Task DisposeAsync() => await _host.DisposeAsync();

    private async Task<string> UnsatisfiedAsync()
    {
        var (number, _) = await _host.DispatchedAsync(PageHost.Unit);
        var unit = "demo-unit-" + PageHost.Unit;
        await Act(unit, "sign", new { });
        await Act(unit, "contact", new { note = "已联系" });
        await Act(unit, "answer", new { text = "已修好。" });
        await Act("demo-desk", "audit", new { accept = true });
        await Act("demo-desk", "callback", new { reached = true, resolved = true, satisfied = false, note = "不满意" });
        return number;

        Task Act(string key, string action, object body) => _host.ApiAsync(HttpMethod.Post, $"/api/v1/tickets/{number}/actions/{action}", key, body);
    }

    [Fact]
    public async Task EveryPage_WithAndWithoutTickets_IsShownInBothLanguages()
    {
        await _host.SignInAsync("demo-supervisor", "/supervision");
        foreach (var path in All)
            Assert.True((await _host.GetAsync(path)).Status == 200, path);
        var number = await UnsatisfiedAsync();
        await _host.DispatchedAsync(PageHost.Unit);
        _host.Time.Advance(TimeSpan.FromDays(12));

        foreach (var path in All)
        {
            var chinese = await _host.GetAsync(path);
            var english = await _host.GetAsync(path + (path.Contains('?', StringComparison.Ordinal) ? "&" : "?") + "lang=en");
            await _host.GetAsync("/supervision?lang=zh");
            Assert.True((chinese.Status, english.Status) == (200, 200), path);
            Assert.DoesNotContain("style=", chinese.Html, StringComparison.Ordinal);
            Assert.Contains("aria-current=\"page\"", chinese.Html, StringComparison.Ordinal);
        }

        Assert.Contains("全部 2 件超期工单", (await _host.GetAsync("/supervision")).Text, StringComparison.Ordinal);
        Assert.Contains(number, (await _host.GetAsync("/supervision/deductions")).Text, StringComparison.Ordinal);
        Assert.Contains("0.0% 0/1", (await _host.GetAsync("/supervision/scores")).Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("demo-desk", 403)]
    [InlineData("demo-unit-city-urban", 403)]
    [InlineData("demo-publisher", 403)]
    [InlineData("demo-admin", 200)]
    public async Task Pages_ForOthers_AreRefused(string key, int status)
    {
        await _host.SignInAsync(key);
        foreach (var path in All)
            Assert.True((await _host.GetAsync(path)).Status == status, path);
    }

    [Fact]
    public async Task Appeal_IsFiledByTheUnitAndDecidedByTheSupervisor()
    {
        var number = await UnsatisfiedAsync();
        await _host.SignInAsync("demo-unit-" + PageHost.Unit);
        var path = $"/unit/score/{number}/satisfaction";

        var empty = await _host.SubmitAsync("/unit/score", path, ("reason", ""), ("text", "来电人说的是满意"));
        var filed = await _host.SubmitAsync("/unit/score", path, ("reason", "wrongRecord"), ("text", "来电人说的是满意"));
        await _host.SignInAsync("demo-supervisor", "/supervision");
        var decide = $"/supervision/appeals/{number}/satisfaction";
        var noReason = await _host.SubmitAsync("/supervision/appeals", decide, ("approve", "no"), ("note", ""));
        var decided = await _host.SubmitAsync("/supervision/appeals", decide, ("approve", "yes"), ("note", "录音核实"));

        Assert.Equal(400, empty.Status);
        Assert.Contains("来电人说的是满意", empty.Html, StringComparison.Ordinal);
        Assert.Contains("申诉待审", filed.Text, StringComparison.Ordinal);
        Assert.Equal(400, noReason.Status);
        Assert.Contains("申诉已经审定", decided.Text, StringComparison.Ordinal);
        Assert.Contains("剔除后", (await _host.GetAsync("/supervision/scores")).Text, StringComparison.Ordinal);
        Assert.Contains("申诉成立，已剔除", (await _host.GetAsync("/supervision/deductions")).Text, StringComparison.Ordinal);
        Assert.Equal(200, (await _host.GetAsync("/desk/tickets/" + number)).Status);
    }

    [Fact]
    public async Task Month_IsFrozenOnce_AndARecheckIsDrawnOnceHoweverOftenItIsSent()
    {
        await UnsatisfiedAsync();
        _host.Time.Advance(TimeSpan.FromDays(20));
        await _host.SignInAsync("demo-supervisor", "/supervision");

        var frozen = await _host.SubmitAsync("/supervision/periods", "/supervision/periods", ("month", "2026-11"));
        var again = await _host.SubmitAsync("/supervision/periods", "/supervision/periods", ("month", "2026-11"));
        var form = (await _host.GetAsync("/supervision/rechecks")).HiddenOf("/supervision/rechecks").ToArray();
        (string, string)[] fields = [.. form, ("from", "2026-11-01"), ("to", "2026-11-30"), ("count", "5")];
        var first = await _host.PostAsync("/supervision/rechecks", fields);
        var second = await _host.PostAsync("/supervision/rechecks", fields);
        var wrong = await _host.SubmitAsync("/supervision/rechecks", "/supervision/rechecks", ("from", "gestern"), ("to", "2026-11-30"), ("count", "0"));

        Assert.Contains("2026-11 考核定格", frozen.Text, StringComparison.Ordinal);
        Assert.Equal(409, again.Status);
        Assert.Equal(303, first.Status);
        Assert.Equal(first.Location, second.Location);
        Assert.Equal(200, (await _host.GetAsync(first.Location!)).Status);
        Assert.Equal(400, wrong.Status);
    }

    [Fact]
    public async Task Performance_IsPublic_AndSaysNothingOfFewTickets()
    {
        await _host.DispatchedAsync(PageHost.Unit);

        var page = await _host.GetAsync("/performance");

        Assert.Equal(200, page.Status);
        Assert.Contains("不足10件", page.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("0.0%", page.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void PublishedMonth_WithFewAnswers_LeavesTheShareOut()
    {
        var tally = new int[new Tally().ToArray().Length];
        tally[0] = 12;
        var day = new DayFigures(new(2026, 11, 2)) { Stamp = "", Types = { ["Complaint"] = tally } };

        var month = Assert.Single(PublishedMonth.Of(new([day], 0), new(2026, 11, 1), 1));

        Assert.Equal((12, (double?)null, (double?)null), (month.Received, month.OnTime, month.Satisfied));
    }
}
