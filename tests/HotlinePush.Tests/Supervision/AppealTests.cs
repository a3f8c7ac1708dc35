using System.Net;
using HotlinePush.Security;
using HotlinePush.Tests.Support;
using HotlinePush.Tests.Tickets;
using Microsoft.Extensions.DependencyInjection;

namespace HotlinePush.Tests.Supervision;

public sealed class AppealTests : IAsyncLifetime
{
    private readonly HotlineApp _app = new();

    public Task InitializeAsync() => _app.InitializeAsync();

    public Task DisposeAsync() => _app.DisposeAsync();

    private static object Appeal(string measure) => new { measure, reason = "wrongRecord", text = "回访记录有误，来电人当时说的是满意。" };

    /// <summary>Answered on time; its resident said they are not satisfied, to that key's holder.</summary>
    private async Task<TicketScenario> UnsatisfiedAsync(string by = TicketScenario.Desk)
    {
        var ticket = await TicketScenario.AwaitingCallbackAsync(_app);
        (await ticket.ActAsync(by, "callback", new { reached = true, resolved = true, satisfied = false, note = "不满意" })).Ok();
        return ticket;
    }

    [Fact]
    public async Task Appeal_WhenApproved_LeavesTheRawFigureAndStandsBesideIt()
    {
        var ticket = await UnsatisfiedAsync();
        await TicketScenario.ClosedAsync(_app);
        (await ticket.LeadAsync("appeal", Appeal("satisfaction"))).Ok();
        var waiting = (await _app.ReadAsync("appeals"))["items"];
        var pending = (await _app.ReadAsync("scores"))["total"];

        (await ticket.SupervisorAsync("decide-appeal", new { approve = true, note = "录音核实" })).Ok();
        var total = (await _app.ReadAsync("scores"))["total"];
        var decided = (await _app.ReadAsync("appeals?state=decided"))["items"][0];

        Assert.Equal(ticket.Number, Assert.Single(waiting.EnumerateArray().ToList()).GetProperty("number").GetString());
        Assert.Equal(((1, 2), (1, 2)), (pending.Raw("satisfaction"), pending.AfterExclusions("satisfaction")));
        Assert.Equal(((1, 2), (1, 1)), (total.Raw("satisfaction"), total.AfterExclusions("satisfaction")));
        Assert.Equal(((2, 2), (2, 2)), (total.Raw("response"), total.AfterExclusions("response")));
        Assert.Equal("approved", decided.GetProperty("appeal").GetProperty("state").GetString());
        Assert.Empty((await _app.ReadAsync("appeals"))["items"].EnumerateArray());
        Assert.Contains(await ticket.HistoryAsync(), e => e.GetProperty("action").GetString() == "decide-appeal");
    }

    [Fact]
    public async Task Appeal_WhenRefused_ChangesNoFigure_AndIsNotTakenAgain()
    {
        var ticket = await UnsatisfiedAsync();
        (await ticket.LeadAsync("appeal", Appeal("satisfaction"))).Ok();

        (await ticket.SupervisorAsync("decide-appeal", new { approve = false })).Refused(HttpStatusCode.BadRequest, "invalid");
        (await ticket.SupervisorAsync("decide-appeal", new { approve = false, note = "录音清楚" })).Ok();
        var total = (await _app.ReadAsync("scores"))["total"];

        Assert.Equal(((0, 1), (0, 1)), (total.Raw("satisfaction"), total.AfterExclusions("satisfaction")));
        (await ticket.LeadAsync("appeal", Appeal("satisfaction"))).Refused(HttpStatusCode.Conflict, "wrongState");
    }

    [Fact]
    public async Task Appeal_ByWhoeverMayNot_OrWhereNothingIsLost_IsRefused()
    {
        var ticket = await UnsatisfiedAsync();

        (await ticket.ActAsync(TicketScenario.KeyOf("water-group"), "appeal", Appeal("satisfaction"))).Refused(HttpStatusCode.NotFound, "notFound");
        (await ticket.DeskAsync("appeal", Appeal("satisfaction"))).Refused(HttpStatusCode.Forbidden, "roleLacking");
        (await ticket.LeadAsync("appeal", Appeal("response"))).Refused(HttpStatusCode.Conflict, "noDeduction");
        (await ticket.LeadAsync("appeal", Appeal("resolved"))).Refused(HttpStatusCode.BadRequest, "invalid");
        (await ticket.LeadAsync("appeal", new { measure = "satisfaction", reason = "nonsense", text = "x" })).Refused(HttpStatusCode.BadRequest, "invalid");
        (await ticket.SupervisorAsync("decide-appeal", new { approve = true })).Refused(HttpStatusCode.Conflict, "wrongState");
        (await ticket.DeskAsync("decide-appeal", new { approve = true })).Refused(HttpStatusCode.Forbidden, "roleLacking");
    }

    /// <summary>Called on Monday: Tuesday to the next Monday, 18:00, are the five working days.</summary>
    [Fact]
    public async Task Appeal_AfterFiveWorkingDays_IsTooLate()
    {
        var (one, other) = (await UnsatisfiedAsync(), await UnsatisfiedAsync());

        await _app.AdvanceAsync(new DateTimeOffset(2026, 3, 9, 17, 50, 0, TimeSpan.FromHours(8)) - await _app.NowAsync());
        (await one.LeadAsync("appeal", Appeal("satisfaction"))).Ok();
        await _app.AdvanceAsync(TimeSpan.FromMinutes(30));

        (await other.LeadAsync("appeal", Appeal("satisfaction"))).Refused(HttpStatusCode.Conflict, "tooLate");
    }

    [Fact]
    public async Task Appeal_AgainstAMissedDeadline_IsTakenOnAnEndedTicketToo()
    {
        var ticket = await TicketScenario.SignedAsync(_app);
        await _app.AdvanceToAsync((await ticket.SeenByAsync(TicketScenario.Desk)).Due("resolve"));
        await ticket.AnswerAsync();
        await ticket.AcceptAsync();
        (await ticket.DeskAsync("callback", new { reached = true, resolved = true, satisfied = true })).Ok();

        (await ticket.LeadAsync("appeal", Appeal("resolution"))).Ok();
        (await ticket.LeadAsync("appeal", Appeal("response"))).Ok();
        (await ticket.SupervisorAsync("decide-appeal", new { approve = true })).Refused(HttpStatusCode.BadRequest, "invalid");
        (await ticket.SupervisorAsync("decide-appeal", new { approve = true, measure = "resolution" })).Ok();
        var total = (await _app.ReadAsync("scores"))["total"];

        Assert.Equal("Closed", await ticket.StateAsync());
        Assert.Equal(((0, 1), (0, 0)), (total.Raw("resolution"), total.AfterExclusions("resolution")));
        Assert.Equal(((0, 1), (0, 1)), (total.Raw("response"), total.AfterExclusions("response")));
    }

    [Fact]
    public async Task Appeal_IsNotDecidedByWhoeverRecordedTheCallback()
    {
        var ticket = await UnsatisfiedAsync(TicketScenario.Supervisor);
        (await ticket.LeadAsync("appeal", Appeal("satisfaction"))).Ok();
        var another = await _app.Services().GetRequiredService<ApiKeys>().Issue(Role.Supervisor, null, "另一位督办");

        (await ticket.SupervisorAsync("decide-appeal", new { approve = true })).Refused(HttpStatusCode.Forbidden, "samePerson");
        (await ticket.ActAsync(another.Plain, "decide-appeal", new { approve = true })).Ok();
    }

    [Fact]
    public async Task Deductions_ListTheTicketsBehindEachLostPoint_AndTheirAppeals()
    {
        var unsatisfied = await UnsatisfiedAsync();
        var late = await TicketScenario.SignedAsync(_app);
        await TicketScenario.ClosedAsync(_app);
        (await unsatisfied.LeadAsync("appeal", Appeal("satisfaction"))).Ok();
        await _app.AdvanceToAsync((await late.SeenByAsync(TicketScenario.Desk)).Due("resolve"));

        var all = (await _app.ReadAsync($"deductions?unit={late.Lead}"))["items"].EnumerateArray().ToList();
        var paged = new List<string>();
        for (string? next = ""; next is not null;)
        {
            var page = await _app.ReadAsync("deductions?limit=1" + (next.Length == 0 ? "" : "&after=" + next));
            paged.AddRange(page["items"].EnumerateArray().Select(Line));
            next = page["next"].GetString();
        }

        Assert.Equal(
            new[] { $"{unsatisfied.Number} resolution notAnswered ", $"{unsatisfied.Number} satisfaction unsatisfied open", $"{late.Number} resolution notAnswered " }.Order(),
            all.Select(Line).Order());
        Assert.Equal(all.Select(Line), paged);
        Assert.Empty((await _app.ReadAsync("deductions?unit=water-group"))["items"].EnumerateArray());

        static string Line(System.Text.Json.JsonElement d) =>
            $"{d.GetProperty("number").GetString()} {d.GetProperty("measure").GetString()} {d.GetProperty("why").GetString()} {d.GetProperty("appeal").GetString()}";
    }
}
