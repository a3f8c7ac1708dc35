using System.Net;
using HotlinePush.Supervision;
using HotlinePush.Tests.Support;
using HotlinePush.Tests.Tickets;
using HotlinePush.Tickets;

namespace HotlinePush.Tests.Supervision;

/// <summary>Frozen months, overdue tickets and their holders, re-checks, export and reports.</summary>
public sealed class SupervisionTests : IAsyncLifetime
{
    private readonly HotlineApp _app = new();

    public Task InitializeAsync() => _app.InitializeAsync();

    public Task DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task FrozenMonth_WhenAnAppealIsApprovedLater_StaysAsItWas_AndShowsTheLiveFigureBeside()
    {
        var ticket = await TicketScenario.SignedAsync(_app);
        (await _app.SendAsync(HttpMethod.Post, "periods/2026-03", null)).Refused(HttpStatusCode.Conflict, "periodNotOver");
        await _app.AdvanceAsync(TimeSpan.FromDays(29));
        await _app.AdvanceAsync(TimeSpan.FromDays(2));
        await ticket.AnswerAsync();
        await ticket.AcceptAsync();
        var frozen = (await _app.SendAsync(HttpMethod.Post, "periods/2026-03", null)).Ok();
        var before = (await _app.ReadAsync("deductions?period=2026-03")).Text;

        (await ticket.LeadAsync("appeal", new { measure = "response", reason = "wrongRecord", text = "当日已电话联系。" })).Ok();
        (await ticket.SupervisorAsync("decide-appeal", new { approve = true })).Ok();
        var after = await _app.ReadAsync("periods/2026-03");

        Assert.Equal((0, 1), frozen["total"].AfterExclusions("response"));
        Assert.Equal(frozen["units"].ToString(), after["units"].ToString());
        Assert.Equal(frozen["total"].ToString(), after["total"].ToString());
        Assert.Equal((0, 0), after["live"].GetProperty("total").AfterExclusions("response"));
        Assert.Equal((0, 1), after["live"].GetProperty("total").Raw("response"));
        Assert.Equal(before, (await _app.ReadAsync("deductions?period=2026-03")).Text);
        Assert.Equal(2, after["deductions"].GetInt32());
        Assert.Equal("2026-03", (await _app.ReadAsync("periods"))["items"][0].GetProperty("id").GetString());
        (await _app.SendAsync(HttpMethod.Post, "periods/2026-03", null)).Refused(HttpStatusCode.Conflict, "periodFrozen");
        (await _app.SendAsync(HttpMethod.Post, "periods/march", null)).Refused(HttpStatusCode.NotFound, "notFound");
    }

    /// <summary>Due on Monday 18:00; moved to another unit on Tuesday 11:00, looked at on Tuesday 15:00: two hours and then three, less the break.</summary>
    [Fact]
    public async Task Overdue_NamesWhoHeldEachLostHour()
    {
        var ticket = await TicketScenario.SignedAsync(_app);
        await TicketScenario.SignedAsync(_app, type: "InformationRequest");
        var first = ticket.Lead;
        var other = first == "water-group" ? "gas-company" : "water-group";
        var due = (await ticket.SeenByAsync(TicketScenario.Desk)).Due("resolve");
        await _app.AdvanceAsync(due.AddHours(17) - await _app.NowAsync());
        (await ticket.DeskAsync("reassign", new { leadUnitId = other, note = "改派" })).Ok();
        await _app.AdvanceAsync(due.AddHours(21) - await _app.NowAsync());

        var overdue = await _app.ReadAsync("overdue");
        var item = overdue["items"].EnumerateArray().Single(i => i.GetProperty("number").GetString() == ticket.Number);
        var holders = item.GetProperty("clocks")[0].GetProperty("holders").EnumerateArray().ToDictionary(h => h.GetProperty("holder").GetString()!, h => h.GetProperty("minutes").GetInt32());

        Assert.Equal(due, new DateTimeOffset(2026, 3, 9, 18, 0, 0, TimeSpan.FromHours(8)));
        Assert.Equal("resolve", item.GetProperty("clocks")[0].GetProperty("kind").GetString());
        Assert.InRange(holders[first], 119, 121);
        Assert.InRange(holders[other], 179, 181);
        Assert.Equal(ticket.Number, Assert.Single((await _app.ReadAsync($"overdue?unit={other}"))["items"].EnumerateArray().ToList()).GetProperty("number").GetString());
        Assert.Equal(1, overdue["units"].EnumerateArray().Single(u => u.GetProperty("unit").GetString() == other).GetProperty("overdue").GetInt32());
        (await _app.SendAsync(HttpMethod.Get, "overdue?unit=nobody", null)).Refused(HttpStatusCode.BadRequest, "badValue");
    }

    [Fact]
    public async Task Recheck_DrawsByItsSeed_AndShowsWhatTheSecondCallFoundOtherwise()
    {
        var numbers = new List<string>();
        for (var i = 0; i < 5; i++)
            numbers.Add((await TicketScenario.ClosedAsync(_app)).Number);
        await TicketScenario.AwaitingCallbackAsync(_app);
        var recheck = (await _app.SendAsync(HttpMethod.Post, "rechecks", new { from = "2026-03-01", to = "2026-03-02", count = 3 })).Ok();
        var drawn = recheck["items"].EnumerateArray().Select(i => i.GetProperty("number").GetString()!).ToList();
        var id = recheck["id"].GetString();

        (await _app.SendAsync(HttpMethod.Post, $"rechecks/{id}/tickets/{drawn[0]}", new { reached = true, resolved = true, satisfied = false, note = "说当时没问满意" })).Ok();
        (await _app.SendAsync(HttpMethod.Post, $"rechecks/{id}/tickets/{drawn[1]}", new { reached = false })).Ok();
        var after = await _app.ReadAsync($"rechecks/{id}");

        Assert.Equal(5, recheck["drawnFrom"].GetInt32());
        Assert.Equal(numbers.OrderBy(n => Rechecks.Lot(recheck["seed"].GetString()!, n)).Take(3).Order(), drawn);
        Assert.Equal((2, 1, 1), (Summary("called"), Summary("reached"), Summary("differing")));
        Assert.DoesNotContain("没问满意", after.Text, StringComparison.Ordinal);
        Assert.Equal((5, 5), (await _app.ReadAsync("scores"))["total"].Raw("satisfaction"));
        (await _app.SendAsync(HttpMethod.Post, $"rechecks/{id}/tickets/{drawn[0]}", new { reached = false })).Refused(HttpStatusCode.Conflict, "wrongState");
        (await _app.SendAsync(HttpMethod.Post, $"rechecks/{id}/tickets/{drawn[2]}", new { reached = false }, TicketScenario.Desk)).Refused(HttpStatusCode.Forbidden, "samePerson");
        (await _app.SendAsync(HttpMethod.Post, "rechecks", new { from = "2026-03-01", to = "2026-03-02", count = 0 })).Refused(HttpStatusCode.BadRequest, "outOfRange");

        int Summary(string name) => after["summary"].GetProperty(name).GetInt32();
    }

    [Theory]
    [InlineData("=1+1", "\"'=1+1\"")]
    [InlineData("+86", "\"'+86\"")]
    [InlineData("-1", "\"'-1\"")]
    [InlineData("@SUM(A1)", "\"'@SUM(A1)\"")]
    [InlineData("\t=1", "\"'\t=1\"")]
    [InlineData("\r=1", "\"'\r=1\"")]
    [InlineData("a,\"b\"", "\"a,\"\"b\"\"\"")]
    [InlineData("街道", "街道")]
    [InlineData("", "")]
    public void Cell_OfAnExport_IsTextToASpreadsheet(string value, string cell) => Assert.Equal(cell, CsvExport.Cell(value));

    [Fact]
    public async Task Export_HoldsNothingPersonal_AndOfConfidentialTicketsNumberAndStateAlone()
    {
        var ticket = await TicketScenario.ClosedAsync(_app);
        var secret = await TicketScenario.ConfidentialAsync(_app);

        var csv = await _app.Supervisor.GetByteArrayAsync("/api/v1/supervision/export.csv?from=2026-03-01&to=2026-03-02");
        var lines = System.Text.Encoding.UTF8.GetString(csv).TrimStart('\uFEFF').Split("\r\n");

        Assert.Equal([0xEF, 0xBB, 0xBF], csv[..3]);
        Assert.Equal(lines[0].Split(',').Length, lines[1].Split(',').Length);
        Assert.StartsWith($"{ticket.Number},2026-03-02T10:", lines.Single(l => l.StartsWith(ticket.Number, StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.Equal($"{secret.Number},,,Received" + new string(',', 13), lines.Single(l => l.StartsWith(secret.Number, StringComparison.Ordinal)));
        Assert.DoesNotContain("施工", string.Concat(lines.Skip(2)).Replace("施工噪声", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.DoesNotContain(ticket.Phone![3..], string.Concat(lines), StringComparison.Ordinal);
        (await _app.SendAsync(HttpMethod.Get, "export.csv", null, TicketScenario.Desk)).Refused(HttpStatusCode.Forbidden, "roleLacking");
    }

    [Fact]
    public async Task Report_OfADay_ComparesWithTheDayBefore_AndCountsWhoAskedAgain()
    {
        await TicketScenario.ClosedAsync(_app);
        await _app.AdvanceAsync(TimeSpan.FromDays(1));
        for (var i = 0; i < 2; i++)
            (await TicketScenario.FileAsync(_app, new { type = "Complaint", subject = "噪音", description = "夜间施工噪音很大。", categoryId = TicketScenario.NoiseCategory, contact = new { phone = "19900012345" } })).Ok();

        var day = await _app.ReadAsync("reports/day?date=2026-03-03");
        var week = await _app.ReadAsync("reports/week?date=2026-03-08");

        Assert.Equal((2, 1), (day["total"].GetProperty("received").GetInt32(), day["before"].GetProperty("received").GetInt32()));
        Assert.Equal(2, day["repeats"].GetProperty("fromSamePerson").GetInt32());
        Assert.Equal(("2026-03-02", "2026-03-08"), (week["from"].GetString(), week["to"].GetString()));
        Assert.Equal(3, week["total"].GetProperty("received").GetInt32());
        Assert.Equal(7, week["days"].GetArrayLength());
        Assert.Equal(nameof(TicketType.Complaint), week["types"][0].GetProperty("key").GetString());
    }
}
