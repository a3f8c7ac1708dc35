using System.Text.RegularExpressions;
using HotlinePush.Tickets;

namespace HotlinePush.Tests.Pages;

public sealed class ResidentPagesTests : IAsyncLifetime
{
    private static readonly (string, string)[] Request =
    [
        ("type", "Complaint"), ("subject", "楼下烧烤店油烟扰民"), ("description", "每天晚上七点到十一点，油烟直排，窗户不能开。"),
        ("areaId", "990101"), ("location.address", "鹤汀南路8号"), ("identity", "named"), ("contact.phone", "199 0000 0123"), ("contact.name", "王小明"),
    ];

    private PageHost _host = null!;

    public async Task InitializeAsync() => _host = await PageHost.StartAsync();

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task Filing_WithThePlainForm_LeadsToAReceiptThatExplainsTheDeadline()
    {
        var receipt = await _host.SubmitAsync("/", "/", Request);

        Assert.Equal(200, receipt.Status);
        var number = Regex.Match(receipt.Text, @"\d{14}").Value;
        var ticket = (await _host.ReadAsync(number))!.Ticket;
        Assert.Equal(("楼下烧烤店油烟扰民", "+8619900000123"), (ticket.Subject, ticket.Contact!.Phone));
        Assert.Contains("收到当天不算", receipt.Text, StringComparison.Ordinal);
        Assert.Contains("第5个工作日", receipt.Text, StringComparison.Ordinal);
        Assert.Contains("收到当日不计", receipt.Text, StringComparison.Ordinal);
        Assert.Contains("周末", receipt.Text, StringComparison.Ordinal);
        Assert.Contains("<svg class=\"qr\"", receipt.Html, StringComparison.Ordinal);
        Assert.Equal("no-store", receipt.Headers["Cache-Control"]);
    }

    [Fact]
    public async Task Filing_WhenSentTwice_MakesOneTicket()
    {
        var form = (await _host.GetAsync("/")).HiddenOf("/").ToArray();

        var first = await _host.PostAsync("/", [.. form, .. Request]);
        var second = await _host.PostAsync("/", [.. form, .. Request]);
        var other = await _host.PostAsync("/", [.. form, .. Request.Where(f => f.Item1 != "subject"), ("subject", "另一件事")]);

        Assert.Equal(303, first.Status);
        Assert.Equal(first.Location, second.Location);
        Assert.NotEqual(first.Location, other.Location);
    }

    [Fact]
    public async Task Filing_WhenFieldsAreWrong_SaysSoBesideThemAndKeepsWhatWasTyped()
    {
        var page = await _host.SubmitAsync("/", "/", ("type", ""), ("subject", "只写了标题"), ("description", ""), ("identity", "named"), ("contact.phone", "12345"));

        Assert.Equal(400, page.Status);
        Assert.Contains("value=\"只写了标题\"", page.Html, StringComparison.Ordinal);
        Assert.Contains("value=\"12345\"", page.Html, StringComparison.Ordinal);
        foreach (var field in (string[])["type", "description", "contact-phone"])
        {
            Assert.Contains($"href=\"#file-{field}\"", page.Html, StringComparison.Ordinal);
            Assert.Matches($"id=\"file-{field}\"", page.Html);
            Assert.Contains($"id=\"file-{field}-error\"", page.Html, StringComparison.Ordinal);
        }

        Assert.StartsWith("填写有误", Regex.Match(page.Html, "<title>(.*?)</title>").Groups[1].Value, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Filing_WhenAnonymous_KeepsNothingOfThePerson()
    {
        var page = await _host.SubmitAsync("/", "/", [.. Request.Where(f => f.Item1 != "identity"), ("identity", "anonymous")]);

        var ticket = (await _host.ReadAsync(Regex.Match(page.Text, @"\d{14}").Value))!.Ticket;
        Assert.True(ticket.Anonymous);
        Assert.Equal((null, null, null), (ticket.Contact?.Name, ticket.Contact?.Phone, ticket.PersonHash));
    }

    [Fact]
    public async Task Filing_WhenItSoundsLikeAnEmergency_SaysWhomToCall()
    {
        var page = await _host.SubmitAsync("/", "/", [("type", "Help"), ("subject", "隔壁着火了，火很大"), ("description", "楼上着火了，有人被困，快来！"), ("contact.phone", "19900000123")]);

        Assert.Contains("请立即拨打 119", page.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Form_WithoutItsToken_DoesNothingAndKeepsWhatWasTyped()
    {
        var page = await _host.PostAsync("/", Request);

        Assert.Equal(400, page.Status);
        Assert.Contains("页面已过期", page.Text, StringComparison.Ordinal);
        Assert.Contains("value=\"楼下烧烤店油烟扰民\"", page.Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Form_WithATokenOfAnotherBrowser_DoesNothing()
    {
        await using var other = await PageHost.StartAsync();
        var token = (await other.GetAsync("/")).HiddenOf("/").First(f => f.Name == "token");
        await _host.GetAsync("/");

        Assert.Equal(400, (await _host.PostAsync("/", [token, .. Request])).Status);
    }

    [Fact]
    public async Task HostileText_OnEveryPageThatShowsIt_IsText()
    {
        const string hostile = "\"><script>alert(1)</script><img src=x onerror=alert(1)>";
        var refused = await _host.SubmitAsync("/", "/", ("subject", hostile), ("description", "</textarea>" + hostile), ("contact.name", hostile));
        var (number, code) = await _host.DispatchedAsync(PageHost.Unit, hostile);
        await _host.ApiAsync(HttpMethod.Post, $"/api/v1/tickets/{number}/actions/sign", "demo-unit-" + PageHost.Unit);
        await _host.ApiAsync(HttpMethod.Post, $"/api/v1/tickets/{number}/actions/answer", "demo-unit-" + PageHost.Unit, new { text = hostile });
        await _host.ApiAsync(HttpMethod.Post, $"/api/v1/tickets/{number}/actions/audit", "demo-desk", new { accept = true });
        var follow = await _host.GetAsync($"/tickets/{number}?code={code}&done={Uri.EscapeDataString(hostile)}");
        await _host.SignInAsync("demo-unit-" + PageHost.Unit);
        var queue = await _host.GetAsync("/unit");
        var ticket = await _host.GetAsync($"/unit/tickets/{number}?done={Uri.EscapeDataString(hostile)}");
        var missing = await _host.GetAsync("/" + Uri.EscapeDataString(hostile));

        foreach (var page in (Shown[])[refused, follow, queue, ticket, missing])
        {
            Assert.DoesNotContain("<script>", page.Html, StringComparison.Ordinal);
            Assert.DoesNotContain("<img", page.Html, StringComparison.Ordinal);
        }

        foreach (var page in (Shown[])[refused, follow, queue, ticket])
            Assert.Contains("&lt;script&gt;alert(1)", page.Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Following_ByWrongCodeAndByUnknownNumber_IsTheSamePage_AndGuessingIsSlowedDown()
    {
        var (number, _) = await _host.DispatchedAsync(PageHost.Unit);

        var wrong = await _host.GetAsync($"/tickets/{number}?code=t1-wrong");
        var unknown = await _host.GetAsync("/tickets/26112200000000?code=t1-wrong");
        var none = await _host.GetAsync($"/tickets/{number}");
        for (var i = 0; i < 5; i++)
            await _host.GetAsync($"/tickets/{number}?code=t1-wrong{i}");

        Assert.Equal((404, 404, 404), (wrong.Status, unknown.Status, none.Status));
        Assert.Equal(wrong.Text.Replace("t1-wrong", "", StringComparison.Ordinal), unknown.Text);
        Assert.Equal(429, (await _host.GetAsync($"/tickets/{number}?code=t1-again")).Status);
    }

    [Fact]
    public async Task Tracking_ByNumberAndCode_AsPeopleCopyThem_FindsTheTicket()
    {
        var (number, code) = await _host.DispatchedAsync(PageHost.Unit);

        var found = await _host.SubmitAsync("/track", "/track", ("number", $" {number[..6]} {number[6..]} "), ("code", code.ToUpperInvariant()));
        var missed = await _host.SubmitAsync("/track", "/track", ("number", number), ("code", "nonsense"));

        Assert.Equal(200, found.Status);
        Assert.Contains(number, found.Text, StringComparison.Ordinal);
        Assert.Equal(404, missed.Status);
        Assert.Contains("没有找到", missed.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Resident_AddsFactsUrgesAndRates()
    {
        var (number, code) = await _host.DispatchedAsync(PageHost.Unit);
        var page = $"/tickets/{number}?code={code}";

        var empty = await _host.SubmitAsync(page, $"/tickets/{number}/follow-up", ("text", " "));
        var added = await _host.SubmitAsync(page, $"/tickets/{number}/follow-up", ("text", "第二盏也不亮了"));
        var urged = await _host.SubmitAsync(page, $"/tickets/{number}/urge");
        var unit = "demo-unit-" + PageHost.Unit;
        await _host.ApiAsync(HttpMethod.Post, $"/api/v1/tickets/{number}/actions/sign", unit);
        await _host.ApiAsync(HttpMethod.Post, $"/api/v1/tickets/{number}/actions/answer", unit, new { text = "已修好。" });
        await _host.ApiAsync(HttpMethod.Post, $"/api/v1/tickets/{number}/actions/audit", "demo-desk", new { accept = true });
        var unsaid = await _host.SubmitAsync(page, $"/tickets/{number}/rating", ("resolved", "yes"));
        var rated = await _host.SubmitAsync(page, $"/tickets/{number}/rating", ("resolved", "yes"), ("satisfied", "yes"));

        Assert.Equal((400, 200, 200, 400, 200), (empty.Status, added.Status, urged.Status, unsaid.Status, rated.Status));
        Assert.Contains("您补充了情况", added.Text, StringComparison.Ordinal);
        // The page may be shown to a neighbour: what was added is for the unit.
        Assert.DoesNotContain("第二盏", added.Text, StringComparison.Ordinal);
        Assert.Contains("已办结", rated.Text, StringComparison.Ordinal);
        Assert.Equal((TicketState.Closed, 1, 1), ((await _host.ReadAsync(number))!.Ticket is var t ? (t.State, t.FollowUps, t.Urges) : default));
    }

    [Fact]
    public async Task Language_WhenSwitched_IsRememberedAndKeepsThePlace()
    {
        var (number, code) = await _host.DispatchedAsync(PageHost.Unit);
        var chinese = await _host.GetAsync($"/tickets/{number}?code={code}");
        var switched = System.Net.WebUtility.HtmlDecode(Regex.Match(chinese.Html, "href=\"([^\"]*)\" lang=\"en\"").Groups[1].Value);

        var english = await _host.GetAsync(switched);
        var later = await _host.GetAsync("/");

        Assert.Contains("<html lang=\"zh-CN\">", chinese.Html, StringComparison.Ordinal);
        Assert.Contains("code=" + code, switched, StringComparison.Ordinal);
        Assert.Contains("Progress of ticket", english.Text, StringComparison.Ordinal);
        Assert.Contains("<html lang=\"en\">", later.Html, StringComparison.Ordinal);
        Assert.Contains("File a request", later.Text, StringComparison.Ordinal);
    }
}
