using System.Net;
using System.Text.RegularExpressions;
using HotlinePush.Security;
using HotlinePush.Tickets;
using Microsoft.Extensions.DependencyInjection;

namespace HotlinePush.Tests.Pages;

public sealed class DeskCallTests : IAsyncLifetime
{
    private const string Call = "/desk/call";
    private const string Phone = "19900000777";
    private PageHost _host = null!;

    private static readonly (string, string)[] Noise =
    [
        ("contact.phone", Phone), ("contact.name", "陈女士"), ("type", "Complaint"), ("subject", "夜间施工噪音扰民"),
        ("description", "望江区鹤汀街道工地每天施工到凌晨两点，噪音很大，无法休息。"), ("areaId", "990101001"), ("identity", "named"),
    ];

    public async Task InitializeAsync()
    {
        _host = await PageHost.StartAsync();
        await _host.SignInAsync("demo-desk", Call);
    }

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task Pages_ForAUnit_AreForbidden()
    {
        await _host.SignInAsync("demo-unit-" + PageHost.Unit);

        Assert.Equal(403, (await _host.GetAsync(Call)).Status);
        Assert.Equal(403, (await _host.PostAsync(Call)).Status);
        Assert.Equal(403, (await _host.PostAsync(Call + "/hints")).Status);
        Assert.Equal(403, (await _host.GetAsync("/desk/search")).Status);
    }

    [Fact]
    public async Task FileAndDispatch_IsOneFormPost_AndSaysWhatToTellTheCaller()
    {
        var looked = await LookAsync(Noise);
        var lead = CheckedLead(looked);

        var sent = await SendAsync(looked, [.. Noise, ("lead", lead), ("do", "dispatch")]);
        var ticket = await TicketAsync(sent);

        Assert.Equal(200, sent.Status);
        Assert.Equal((TicketState.Dispatched, "phone", TicketType.Complaint), (ticket.State, ticket.Channel, ticket.Type));
        Assert.Equal(lead.Split('|')[0], ticket.LeadUnitId);
        Assert.Contains("已登记，派给", sent.Text, StringComparison.Ordinal);
        Assert.Matches("请告诉来电人：11月\\d+日", sent.Text);
    }

    [Fact]
    public async Task FileAndDispatch_ToAUnitTheAgentChose_IsOneCommitByThatAgent()
    {
        (string, string)[] vague = [("contact.phone", Phone), ("type", "Inquiry"), ("description", "您好，请问一下怎么办理。"), ("identity", "named")];
        var looked = await LookAsync(vague);

        var sent = await SendAsync(looked, [.. vague, ("lead", "water-group|"), ("suggested", "later"), ("do", "dispatch")]);
        var ticket = await TicketAsync(sent);

        Assert.Equal((TicketState.Dispatched, "water-group", 2), (ticket.State, ticket.LeadUnitId, ticket.Seq));
        Assert.Equal("您好，请问一下怎么办理", ticket.Subject);
    }

    [Fact]
    public async Task Submit_Twice_MakesOneTicket()
    {
        var form = await _host.GetAsync(Call);

        var first = await _host.PostAsync(Call, [.. form.HiddenOf(Call), .. Noise, ("do", "dispatch")]);
        var second = await _host.PostAsync(Call, [.. form.HiddenOf(Call), .. Noise, ("do", "dispatch")]);

        Assert.Equal(303, first.Status);
        Assert.Equal(first.Location, second.Location);
    }

    [Fact]
    public async Task AnswerOnTheSpot_FilesAnswersAndCloses_WithoutAUnit()
    {
        var empty = await SendAsync(await _host.GetAsync(Call), [.. Noise, ("do", "answer"), ("answer", "")]);
        var sent = await SendAsync(await _host.GetAsync(Call), [.. Noise, ("do", "answer"), ("answer", "夜间施工须持许可证，已告知查询方式。")]);
        var ticket = await TicketAsync(sent);

        Assert.Equal(400, empty.Status);
        Assert.Contains("请写答复", empty.Text, StringComparison.Ordinal);
        Assert.Contains("每天施工到凌晨两点", empty.Text, StringComparison.Ordinal);
        Assert.Equal((TicketState.Closed, null, "夜间施工须持许可证，已告知查询方式。"), (ticket.State, ticket.LeadUnitId, ticket.Answer?.Text));
        Assert.NotNull(ticket.CategoryId);
        Assert.Contains("当场答复，办结", sent.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Enter_WithANumberAlone_ShowsWhoCalls_AndIsAuditedOnce()
    {
        await SendAsync(await _host.GetAsync(Call), [.. Noise, ("do", "dispatch")]);

        var looked = await SendAsync(await _host.GetAsync(Call), ("contact.phone", Phone), ("do", "dispatch"));
        var trace = looked.Html.Contains("name=\"trace\"", StringComparison.Ordinal) ? Regex.Match(looked.Html, "name=\"trace\" value=\"([^\"]+)\"").Groups[1].Value : "";
        var again = await SendAsync(looked, ("contact.phone", Phone), ("trace", WebUtility.HtmlDecode(trace)), ("do", "look"));
        var forged = await SendAsync(looked, ("contact.phone", "19900000778"), ("trace", WebUtility.HtmlDecode(trace)), ("do", "look"));
        var audit = await _host.Services.GetRequiredService<AuditLog>().ReadDayAsync(new(2026, 11, 20), 50);

        Assert.Equal(200, looked.Status);
        Assert.Contains("来电人 199****0777", looked.Text, StringComparison.Ordinal);
        Assert.Contains("夜间施工噪音扰民", again.Text, StringComparison.Ordinal);
        Assert.Contains("没有来过", forged.Text, StringComparison.Ordinal);
        Assert.Equal(["199****0777", "199****0778"], audit.Items.Where(e => e.Action == PersonTickets.AuditAction).Select(e => e.Subject).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task ScreenPop_FillsTheNumberAndShowsTheCaller()
    {
        var page = await _host.GetAsync(Call + "?phone=" + Phone);

        Assert.Contains($"value=\"{Phone}\"", page.Html, StringComparison.Ordinal);
        Assert.Contains("来电人 199****0777", page.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("phone=" + Phone, page.Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Hints_ShowDuplicates_AndTheTicketMayJoinOneOfThem()
    {
        var first = await TicketAsync(await SendAsync(await _host.GetAsync(Call), [.. Noise, ("do", "dispatch")]));
        (string, string)[] neighbour =
        [
            ("contact.phone", "19900000779"), ("type", "Complaint"), ("description", "鹤汀街道工地夜间施工，噪音很大，凌晨两点还在施工，无法休息。"), ("areaId", "990101001"), ("identity", "named"),
        ];
        var form = await _host.GetAsync(Call);

        var hints = await _host.PostAsync(Call + "/hints", [.. form.HiddenOf(Call), .. neighbour]);
        var merged = await SendAsync(form, [.. neighbour, ("do", "merge:" + first.Number)]);

        Assert.Equal(200, hints.Status);
        Assert.DoesNotContain("<html", hints.Html, StringComparison.Ordinal);
        Assert.Contains($"value=\"merge:{first.Number}\"", hints.Html, StringComparison.Ordinal);
        Assert.Contains("并入 " + first.Number, merged.Text, StringComparison.Ordinal);
        Assert.Single((await _host.ReadAsync(first.Number))!.Ticket.Joined);
    }

    [Fact]
    public async Task FollowUp_AddsToTheCallersOwnTicket_InsteadOfANewOne()
    {
        var first = await TicketAsync(await SendAsync(await _host.GetAsync(Call), [.. Noise, ("do", "dispatch")]));

        var empty = await SendAsync(await _host.GetAsync(Call), ("contact.phone", Phone), ("do", "follow:" + first.Number));
        var added = await SendAsync(await _host.GetAsync(Call), ("contact.phone", Phone), ("description", "昨晚又施工了。"), ("do", "follow:" + first.Number));

        Assert.Equal(400, empty.Status);
        Assert.Contains("已补充到原工单", added.Text, StringComparison.Ordinal);
        Assert.Equal(1, (await _host.ReadAsync(first.Number))!.Ticket.FollowUps);
    }

    [Fact]
    public async Task Confidential_GoesOnToTheRedactedText_AndNowhereElse()
    {
        var sent = await SendAsync(await _host.GetAsync(Call), [.. Noise.Where(f => f.Item1 != "identity"), ("identity", "confidential"), ("lead", "water-group|"), ("do", "dispatch")]);

        Assert.Contains("脱敏转办稿", sent.Text, StringComparison.Ordinal);
        Assert.Contains("这是保密件", sent.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Anonymous_IsGivenTheCodeOnTheSpot()
    {
        var sent = await SendAsync(await _host.GetAsync(Call), [.. Noise.Where(f => f.Item1 is not ("identity" or "contact.phone")), ("identity", "anonymous"), ("do", "dispatch")]);
        var ticket = await TicketAsync(sent);

        Assert.True(ticket.Anonymous);
        Assert.Matches("查询码 [A-Za-z0-9_-]{8,}", sent.Text);
    }

    [Fact]
    public async Task Refusal_KeepsEveryWord_AndPointsAtTheField()
    {
        var page = await SendAsync(await _host.GetAsync(Call), ("contact.phone", "12345"), ("contact.name", "陈"), ("type", "Report"), ("description", ""), ("subject", "只有标题"), ("answer", "草稿"), ("do", "dispatch"));

        Assert.Equal(400, page.Status);
        foreach (var kept in (string[])["value=\"12345\"", "value=\"陈\"", "value=\"只有标题\"", "草稿</textarea>", "value=\"Report\" checked"])
            Assert.Contains(kept, page.Html, StringComparison.Ordinal);
        Assert.Contains("href=\"#call-description\"", page.Html, StringComparison.Ordinal);
        Assert.Contains("href=\"#call-contact-phone\"", page.Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Alarm_IsSaidWhileTheCallerSpeaks()
    {
        var hints = await LookAsync(("contact.phone", Phone), ("type", "Help"), ("description", "厨房煤气泄漏，味道很大，头晕，快来人。"));

        Assert.Matches("请来电人立即拨打 1\\d\\d", hints.Text);
    }

    [Fact]
    public async Task Search_ByNumberWordsAndPhone()
    {
        var ticket = await TicketAsync(await SendAsync(await _host.GetAsync(Call), [.. Noise, ("do", "dispatch")]));

        var byNumber = await _host.GetAsync($"/desk/search?number={ticket.Number[..6]}+{ticket.Number[6..]}");
        var wrong = await _host.GetAsync("/desk/search?number=123");
        var words = await _host.GetAsync("/desk/search?q=" + Uri.EscapeDataString("凌晨两点"));
        var none = await _host.GetAsync("/desk/search?state=Closed&q=x");
        var person = await _host.SubmitAsync("/desk/search", "/desk/search/phone", ("phone", Phone));
        var bad = await _host.SubmitAsync("/desk/search", "/desk/search/phone", ("phone", "77"));
        var badDay = await _host.GetAsync("/desk/search?from=yesterday");

        Assert.Equal($"/desk/tickets/{ticket.Number}", byNumber.Location);
        Assert.Equal(404, wrong.Status);
        Assert.Contains("value=\"123\"", wrong.Html, StringComparison.Ordinal);
        Assert.Contains(ticket.Number, words.Text, StringComparison.Ordinal);
        Assert.Contains("已查完全部工单", words.Text, StringComparison.Ordinal);
        Assert.Contains("没有找到", none.Text, StringComparison.Ordinal);
        Assert.Contains("199****0777的工单", person.Text, StringComparison.Ordinal);
        Assert.Contains(ticket.Number, person.Text, StringComparison.Ordinal);
        Assert.Equal((400, 400), (bad.Status, badDay.Status));
    }

    [Fact]
    public async Task Pages_WithHostileWords_ShowThemAsWords()
    {
        const string hostile = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>";
        (string, string)[] words = [("contact.phone", Phone), ("type", "Help"), ("subject", hostile), ("description", hostile + "路灯不亮"), ("areaId", hostile), ("lead", hostile), ("suggested", hostile), ("trace", hostile), ("identity", "named")];
        await SendAsync(await _host.GetAsync(Call), [.. words.Where(w => w.Item1 != "areaId"), ("do", "dispatch")]);

        foreach (var page in (Shown[])[await LookAsync(words), await SendAsync(await _host.GetAsync(Call), [.. words, ("do", hostile)]), await _host.GetAsync("/desk/search?q=" + Uri.EscapeDataString(hostile))])
        {
            Assert.InRange(page.Status, 200, 499);
            Assert.DoesNotContain("<script>alert", page.Html, StringComparison.Ordinal);
            Assert.DoesNotContain("<img", page.Html, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("/desk/call")]
    [InlineData("/desk/call?lang=en")]
    [InlineData("/desk/search?q=x")]
    public async Task Page_KeepsWithinThePolicy(string path)
    {
        var page = await _host.GetAsync(path);

        Assert.Equal(200, page.Status);
        Assert.DoesNotMatch("<style|<script(?! src=\"/assets/)| style=| on[a-z]+=|javascript:", page.Html);
        Assert.Single(Regex.Matches(page.Html, "<h1"));
        var ids = Regex.Matches(page.Html, " id=\"([^\"]+)\"").Select(m => m.Groups[1].Value).ToArray();
        Assert.Equal(ids.Distinct(), ids);
    }

    private async Task<Shown> LookAsync(params (string, string)[] fields) => await SendAsync(await _host.GetAsync(Call), [.. fields, ("do", "look")]);

    private async Task<Shown> SendAsync(Shown form, params (string Name, string Value)[] fields)
    {
        var hidden = form.HiddenOf(Call).Where(h => fields.All(f => f.Name != h.Name));
        var shown = await _host.PostAsync(Call, [.. hidden, .. fields]);
        return shown.Location is { } next ? await _host.GetAsync(next) : shown;
    }

    private static string CheckedLead(Shown page) =>
        WebUtility.HtmlDecode(Regex.Match(page.Html, "name=\"lead\" id=\"call-lead-0\" value=\"([^\"]+)\" form=\"call\" checked").Groups[1].Value);

    private async Task<Ticket> TicketAsync(Shown page) => (await _host.ReadAsync(Regex.Match(page.Text, @"\d{14}").Value))!.Ticket;
}
