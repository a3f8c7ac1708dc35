using System.Globalization;
using System.Net;
using System.Text.Json;
using HotlinePush.Clocks;
using HotlinePush.Tests.Support;
using HotlinePush.Tickets;
using static HotlinePush.Tests.Tickets.TicketScenario;

namespace HotlinePush.Tests.Tickets;

/// <summary>Orders with their own deadline, and parked cases with a date on which they are looked at again.</summary>
public sealed class SupervisionTests : IAsyncLifetime
{
    private readonly HotlineApp _app = new();

    public Task InitializeAsync() => _app.InitializeAsync();

    public Task DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task Order_ToAUnit_HasItsOwnClockAndIsToldAtOnce_UntilTheUnitAnswers()
    {
        var ticket = await SignedAsync(_app);

        var ordered = (await ticket.SupervisorAsync("supervise", new { text = "请两日内到场处置", workingDays = 2 })).Ok();
        (await ticket.SupervisorAsync("supervise", new { text = "一日内报告进展", workingDays = 1 })).Ok();

        Assert.Contains("supervised", ordered.Marks);
        Assert.Equal(2, (await ticket.SeenByAsync(Supervisor))["orders"].GetInt32());
        var orders = await ticket.ClocksAsync("order");
        Assert.Equal([("2026-03-04 18:00", ticket.Lead), ("2026-03-03 18:00", ticket.Lead)], orders.Select(c => (Due(c), HolderOf(c))));
        Assert.Equal(new[] { Duty(ticket.Lead, 0), Duty(ticket.Lead, 1) }.Order(), (await ticket.ToldAsync("ordered")).Select(t => t.To!).Distinct().Order());
        await _app.AdvanceToAsync(At("2026-03-03 18:01"));
        Assert.Contains(await ticket.ToldAsync("reminder"), t => t.Body!.Contains("督办期限已到", StringComparison.Ordinal));

        await ticket.AnswerAsync();

        Assert.Equal(["met", "missed"], (await ticket.ClocksAsync("order")).Select(c => c.GetProperty("state").GetString()));
        Assert.DoesNotContain("supervised", (await ticket.SeenByAsync(Desk)).Marks);
    }

    [Fact]
    public async Task Order_WhileTheDeskHasTheTicket_IsTheDesks_AndMovesWithTheTicket()
    {
        var ticket = await AtDeskAsync(_app);
        (await ticket.SupervisorAsync("supervise", new { text = "请尽快派单", workingDays = 1 })).Ok();
        Assert.Equal("desk", HolderOf(await ticket.ClockAsync("order")));

        (await ticket.DeskAsync("dispatch", new { leadUnitId = "gas-company" })).Ok();

        Assert.Equal("gas-company", HolderOf(await ticket.ClockAsync("order")));
        (await ticket.DeskAsync("terminate", new { reason = "callerWithdrew", text = "撤回" })).Ok();
        Assert.NotEqual(JsonValueKind.Null, (await ticket.ClockAsync("order")).GetProperty("stoppedAt").ValueKind);
    }

    [Fact]
    public async Task Order_RunsOnWhileTheTicketIsSuspended()
    {
        var ticket = await SignedAsync(_app);
        (await ticket.SupervisorAsync("supervise", new { text = "请限期办结", workingDays = 2 })).Ok();
        (await ticket.LeadAsync("suspend", new { reason = "thirdParty" })).Ok();

        (await ticket.DeskAsync("decide-suspension", new { approve = true })).Ok();

        Assert.Equal("running", (await ticket.ClockAsync("order")).GetProperty("state").GetString());
        Assert.Equal("suspended", (await ticket.ClockAsync("unit")).GetProperty("state").GetString());
        foreach (var days in new[] { 0, 101 })
            (await ticket.SupervisorAsync("supervise", new { text = "请限期办结", workingDays = days })).Refused(HttpStatusCode.BadRequest, "invalid");
    }

    [Fact]
    public async Task Parked_ItsClocksStandStill_TheResidentIsTold_AndTheListShowsItByReviewDate()
    {
        var ticket = await SignedAsync(_app);
        var later = await SignedAsync(_app);
        (await later.SupervisorAsync("park", new { reason = "fundingAwaited", text = "明年预算", reviewAt = "2026-05-20T09:00:00+08:00" })).Ok();

        var parked = (await ticket.SupervisorAsync("park", new { reason = "policyGap", text = "尚无政策依据", reviewAt = "2026-04-01T09:00:00+08:00" })).Ok();

        Assert.Contains("parked", parked.Marks);
        Assert.Equal(["parked", "parked"], (await Task.WhenAll(ticket.ClockAsync("resolve"), ticket.ClockAsync("unit"))).Select(c => c.GetProperty("segments").EnumerateArray().Last().GetProperty("why").GetString()));
        Assert.Contains("4月1日09:00", Assert.Single(await ticket.ToldAsync("ticketParked")).Body, StringComparison.Ordinal);
        Assert.Equal(ticket.Phone, Assert.Single(await ticket.ToldAsync("ticketParked")).To);
        var seen = (await ticket.SeenByResidentAsync()).Ok();
        Assert.Equal(("policyGap", "2026-04-01 09:00"), (seen["parked"].GetProperty("reason").GetString(), Local(seen["parked"].GetProperty("reviewAt").GetDateTimeOffset())));
        Assert.DoesNotContain("尚无政策依据", seen.Text, StringComparison.Ordinal);
        Assert.Equal([ticket.Number, later.Number], await ParkedAsync());

        // Two weeks in which nobody is reminded of a deadline.
        await _app.AdvanceToAsync(At("2026-03-20 12:00"));
        Assert.DoesNotContain(await ticket.ToldAsync("reminder"), t => t.At > At("2026-03-02 12:00"));
    }

    [Fact]
    public async Task Review_WhenItsDayComes_IsSaidToTheHeadAndTheSupervisorsEachWorkingDay_UntilSomebodyLooks()
    {
        var ticket = await SignedAsync(_app);
        (await ticket.SupervisorAsync("park", new { reason = "historyLeft", text = "产权纠纷", reviewAt = "2026-03-06T20:00:00+08:00" })).Ok();

        // Friday evening: said on Monday morning, and again on Tuesday.
        await _app.AdvanceToAsync(At("2026-03-10 10:00"));

        var told = await ticket.ToldAsync("reviewDue");
        Assert.Equal(["03-09 09:00", "03-09 09:00", "03-10 09:00", "03-10 09:00"], told.Select(t => Local(t.At)[5..]));
        Assert.Equal(new[] { Duty(ticket.Lead, 1), SupervisorPhone }.Order(), told.Select(t => t.To!).Distinct().Order());

        (await ticket.SupervisorAsync("review", new { note = "仍在诉讼", reviewAt = "2026-05-01T09:00:00+08:00" })).Ok();
        await _app.AdvanceToAsync(At("2026-03-13 10:00"));
        Assert.Equal(4, (await ticket.ToldAsync("reviewDue")).Count);
    }

    [Fact]
    public async Task Cleared_WithItsProof_TheClocksRunOnAndTheUnitAnswers()
    {
        var ticket = await SignedAsync(_app);
        (await ticket.SupervisorAsync("park", new { reason = "policyGap", text = "尚无政策依据", reviewAt = "2026-04-01T09:00:00+08:00" })).Ok();
        (await ticket.LeadAsync("answer", new { text = "答复" })).Refused(HttpStatusCode.Conflict, "wrongState");
        (await ticket.LeadAsync("suspend", new { reason = "thirdParty" })).Refused(HttpStatusCode.Conflict, "wrongState");
        (await ticket.DeskAsync("reassign", new { leadUnitId = "gas-company", note = "改派" })).Refused(HttpStatusCode.Conflict, "wrongState");
        (await ticket.SupervisorAsync("park", new { reason = "policyGap", text = "再挂", reviewAt = "2026-04-01T09:00:00+08:00" })).Refused(HttpStatusCode.Conflict, "wrongState");
        await _app.AdvanceToAsync(At("2026-03-22 12:00"));
        (await ticket.SupervisorAsync("unpark", new { text = " " })).Refused(HttpStatusCode.BadRequest, "invalid");

        var cleared = (await ticket.SupervisorAsync("unpark", new { text = "市政府办法已印发", evidence = new[] { "a1" } })).Ok();

        Assert.DoesNotContain("parked", cleared.Marks);
        Assert.Empty(await ParkedAsync());
        Assert.Equal(ticket.Phone, Assert.Single(await ticket.ToldAsync("ticketUnparked")).To);
        // Parked on Monday 2 March, cleared on Sunday the 22nd: all of the five working days are still ahead.
        Assert.Equal("2026-03-27 18:00", Local(cleared.Due("resolve")));
        Assert.Equal("running", (await ticket.ClockAsync("resolve")).GetProperty("state").GetString());
        await ticket.AnswerAsync();
    }

    [Fact]
    public async Task Parking_WithoutReasonTextOrADateWithinNinetyDays_IsRefused()
    {
        var ticket = await SignedAsync(_app);
        foreach (var (reason, text, at) in new[]
        {
            ("noReason", "说明", "2026-04-01T09:00:00+08:00"), ("policyGap", " ", "2026-04-01T09:00:00+08:00"),
            ("policyGap", "说明", "2026-03-01T09:00:00+08:00"), ("policyGap", "说明", "2026-06-05T09:00:00+08:00"),
        })
            (await ticket.SupervisorAsync("park", new { reason, text, reviewAt = at })).Refused(HttpStatusCode.BadRequest, "invalid");
        (await ticket.SupervisorAsync("unpark", new { text = "销号" })).Refused(HttpStatusCode.Conflict, "wrongState");
        Assert.Equal(HttpStatusCode.Forbidden, (await SendAsync(_app, Desk, HttpMethod.Get, "/api/v1/supervision/parked")).Status);
    }

    [Fact]
    public async Task Parked_WhileItWasSuspended_CountsNeitherTimeTwice()
    {
        var ticket = await SignedAsync(_app);
        (await ticket.LeadAsync("suspend", new { reason = "thirdParty" })).Ok();
        (await ticket.DeskAsync("decide-suspension", new { approve = true })).Ok();

        var parked = (await ticket.SupervisorAsync("park", new { reason = "legalProcedure", text = "诉讼中", reviewAt = "2026-04-01T09:00:00+08:00" })).Ok();

        Assert.DoesNotContain("suspended", parked.Marks);
        OutcomeTests.Contiguous(await ticket.ClockAsync("resolve"));
        (await ticket.LeadAsync("resume")).Refused(HttpStatusCode.Conflict, "wrongState");
        (await ticket.DeskAsync("terminate", new { reason = "callerWithdrew", text = "撤回" })).Ok();
        Assert.Empty(await ParkedAsync());
    }

    private async Task<List<string>> ParkedAsync() =>
        [.. (await SendAsync(_app, Supervisor, HttpMethod.Get, "/api/v1/supervision/parked")).Ok()["items"].EnumerateArray().Select(t => t.GetProperty("ticket").GetProperty("number").GetString()!)];

    internal static string Local(DateTimeOffset at) => CityZone.ToLocal(at).ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);

    private static string Due(JsonElement clock) => Local(clock.GetProperty("dueAt").GetDateTimeOffset());
    private static string HolderOf(JsonElement clock) => clock.GetProperty("segments").EnumerateArray().Last().GetProperty("holder").GetString()!;
    private static DateTimeOffset At(string local) => DateTimeOffset.Parse(local + " +08:00", CultureInfo.InvariantCulture);
}
