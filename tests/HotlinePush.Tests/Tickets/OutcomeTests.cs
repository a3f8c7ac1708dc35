using System.Net;
using System.Text.Json;
using HotlinePush.Tests.Support;
using static HotlinePush.Tests.Tickets.TicketScenario;

namespace HotlinePush.Tests.Tickets;

/// <summary>The lifecycle table from the audit on, and the other ways a ticket ends.</summary>
public sealed class OutcomeTests(HotlineApp app) : IClassFixture<HotlineApp>
{
    [Fact]
    public async Task Audit_Accepted_TellsTheResidentAndStartsTheCallbackClock()
    {
        var ticket = await AnsweredAsync(app);

        var accepted = (await ticket.DeskAsync("audit", new { accept = true })).Ok();

        Assert.Equal("Answered", accepted.State);
        Assert.Equal("running", (await ticket.ClockAsync("callback")).GetProperty("state").GetString());
        Assert.Single(await ticket.ToldAsync("ticketAnswered"));
        Assert.Equal("已责令工地夜间停工。", (await ticket.SeenByResidentAsync()).Ok()["answer"].GetProperty("text").GetString());
        (await ticket.DeskAsync("audit", new { accept = true })).Refused(HttpStatusCode.Conflict, "wrongState");
    }

    [Fact]
    public async Task Audit_Refused_RunsTheResolveClockOnAsIfItHadNeverStopped()
    {
        var ticket = await AnsweredAsync(app);
        var due = (await ticket.SeenByAsync(Desk)).Due("resolve");
        (await ticket.DeskAsync("audit", new { accept = false })).Refused(HttpStatusCode.BadRequest, "invalid");

        var refused = (await ticket.DeskAsync("audit", new { accept = false, note = "没有回应诉求。" })).Ok();

        Assert.Equal("InProgress", refused.State);
        Assert.Equal(due, refused.Due("resolve"));
        var resolve = Assert.Single(await ticket.ClocksAsync("resolve"));
        Assert.Equal("running", resolve.GetProperty("state").GetString());
        Assert.Equal([ticket.Lead, "desk", ticket.Lead], Holders(resolve));
        Contiguous(resolve);
        Assert.Empty(await ticket.ToldAsync("ticketAnswered"));
        (await ticket.LeadAsync("sign")).Refused(HttpStatusCode.Conflict, "wrongState");
        await ticket.AnswerAsync();
        await ticket.AcceptAsync();
    }

    [Fact]
    public async Task Callback_ResolvedAndSatisfied_Closes()
    {
        var ticket = await AwaitingCallbackAsync(app);

        var closed = (await ticket.DeskAsync("callback", new { reached = true, resolved = true, satisfied = true })).Ok();

        Assert.Equal("Closed", closed.State);
        Assert.True(closed["satisfied"].GetBoolean());
        Assert.Single(await ticket.ToldAsync("ticketClosed"));
        Assert.Equal("met", (await ticket.ClockAsync("callback")).GetProperty("state").GetString());
    }

    [Theory]
    [InlineData(false, true)]
    [InlineData(true, false)]
    public async Task Callback_NotResolvedOrNotSatisfied_IsDoneAgainOnAFreshClockWithoutSigning(bool resolved, bool satisfied)
    {
        var ticket = await AwaitingCallbackAsync(app);

        var redo = (await ticket.DeskAsync("callback", new { reached = true, resolved, satisfied, note = "还在施工。" })).Ok();

        Assert.Equal("InProgress", redo.State);
        Assert.Equal(1, redo["redos"].GetInt32());
        var clocks = await ticket.ClocksAsync("resolve");
        Assert.Equal(["met", "running"], clocks.Select(c => c.GetProperty("state").GetString()));
        // Five working days from the callback, not from receipt.
        Assert.Equal(clocks[1].GetProperty("startedAt").GetDateTimeOffset(), (await ticket.HistoryAsync())[^1].GetProperty("at").GetDateTimeOffset());
        Assert.Equal(5, clocks[1].GetProperty("counted").GetArrayLength());
        Assert.Single(await ticket.ClocksAsync("sign"));
        Assert.Single(await ticket.ToldAsync("ticketRedo"));
        await ticket.AnswerAsync("再次处理完毕。");
    }

    [Fact]
    public async Task Callback_TheThirdTimeUnsatisfied_IsDecidedByASupervisor()
    {
        var ticket = await AwaitingCallbackAsync(app);
        for (var redo = 0; redo < 2; redo++)
        {
            (await ticket.DeskAsync("callback", new { reached = true, resolved = false, satisfied = false })).Ok();
            await ticket.AnswerAsync();
            await ticket.AcceptAsync();
        }

        var third = (await ticket.DeskAsync("callback", new { reached = true, resolved = false, satisfied = false })).Ok();

        Assert.Equal("Answered", third.State);
        Assert.Contains("supervisorDue", third.Marks);
        (await ticket.DeskAsync("callback", new { reached = true, resolved = true, satisfied = true })).Refused(HttpStatusCode.Conflict, "wrongState");
        (await ticket.RateAsync(true, true)).Refused(HttpStatusCode.Conflict, "wrongState");
        (await ticket.DeskAsync("audit", new { accept = true })).Refused(HttpStatusCode.Forbidden, "supervisorNeeded");
        var again = (await ticket.SupervisorAsync("audit", new { accept = false, note = "限期再办。" })).Ok();
        Assert.Equal("InProgress", again.State);
        Assert.Equal(4, (await ticket.ClocksAsync("resolve")).Count);
        Assert.Equal(3, (await ticket.ToldAsync("ticketRedo")).Count);

        await ticket.AnswerAsync();
        await ticket.AcceptAsync();
        (await ticket.DeskAsync("callback", new { reached = true, resolved = true, satisfied = false })).Ok();
        var closed = (await ticket.SupervisorAsync("audit", new { accept = true })).Ok();
        Assert.Equal("Closed", closed.State);
        Assert.Equal("supervisorClosed", closed["endReason"].GetString());
        Assert.False(closed["satisfied"].GetBoolean());
    }

    [Fact]
    public async Task Callback_WhoseFieldsContradictEachOther_IsRefused()
    {
        var ticket = await AwaitingCallbackAsync(app);
        foreach (object body in new object[] { new { reached = true }, new { reached = true, resolved = true }, new { reached = false, satisfied = true }, new { resolved = true } })
            Assert.Equal(HttpStatusCode.BadRequest, (await ticket.DeskAsync("callback", body)).Status);
    }

    [Fact]
    public async Task Rating_ByTheResident_IsACallback()
    {
        var ticket = await AnsweredAsync(app);
        (await ticket.RateAsync(true, true)).Refused(HttpStatusCode.Conflict, "wrongState");
        await ticket.AcceptAsync();

        Assert.True((await ticket.SeenByResidentAsync())["canRate"].GetBoolean());
        Assert.Equal("Closed", (await ticket.RateAsync(true, true, "很好")).Ok().State);

        Assert.Equal("resident", (await ticket.HistoryAsync())[^1].GetProperty("by").GetProperty("role").GetString());
        (await ticket.RateAsync(false, false)).Refused(HttpStatusCode.Conflict, "wrongState");
        Assert.Equal(HttpStatusCode.NotFound, (await SendAsync(app, Desk, HttpMethod.Post, $"/api/v1/tickets/{ticket.Number}/rating", new { resolved = true, satisfied = true })).Status);
    }

    [Fact]
    public async Task Merge_IntoAnOpenTicket_EndsTheSourceAndTellsBothResidentsNowAndLater()
    {
        var (target, source) = (await SignedAsync(app), await DispatchedAsync(app));

        var merged = (await source.DeskAsync("merge", new { into = target.Number })).Ok();

        Assert.Equal("Merged", merged.State);
        Assert.Equal(target.Number, merged["mergedInto"].GetString());
        Assert.Equal([source.Number], (await target.SeenByAsync(Desk))["joined"].EnumerateArray().Select(n => n.GetString()));
        Assert.Equal(source.Phone, Assert.Single(await source.ToldAsync("ticketMerged")).To);
        Assert.Equal(target.Phone, Assert.Single(await target.ToldAsync("ticketJoined")).To);
        Assert.Equal(Desk[5..], (await target.HistoryAsync())[^1].GetProperty("by").GetProperty("role").GetString());

        await target.AnswerAsync();
        await target.AcceptAsync();
        Assert.Equal(source.Phone, Assert.Single(await source.ToldAsync("ticketAnswered")).To);
        Assert.Equal(target.Phone, Assert.Single(await target.ToldAsync("ticketAnswered")).To);
    }

    [Fact]
    public async Task Merge_OfATicketThatOthersHaveJoined_TakesTheirResidentsAlong()
    {
        var (first, second, third) = (await DispatchedAsync(app), await DispatchedAsync(app), await DispatchedAsync(app));
        (await first.DeskAsync("merge", new { into = second.Number })).Ok();

        (await second.DeskAsync("merge", new { into = third.Number })).Ok();

        Assert.Equal([second.Number], (await third.SeenByAsync(Desk))["joined"].EnumerateArray().Select(n => n.GetString()));
        (await third.DeskAsync("terminate", new { reason = "repeated", text = "已答复。" })).Ok();
        Assert.Equal(first.Phone, Assert.Single(await first.ToldAsync("ticketClosed")).To);
    }

    [Fact]
    public async Task Merge_WhereItCannotBe_ChangesNeitherTicket()
    {
        var (open, closed, confidential) = (await DispatchedAsync(app), await ClosedAsync(app), await ConfidentialAsync(app));
        var versions = await Task.WhenAll(new[] { open, closed, confidential }.Select(async t => (await t.SeenByAsync(Desk)).ETag));

        (await open.DeskAsync("merge", new { into = open.Number })).Refused(HttpStatusCode.BadRequest, "invalid");
        (await open.DeskAsync("merge", new { into = "26030200000000" })).Refused(HttpStatusCode.BadRequest, "invalid");
        (await open.DeskAsync("merge", new { into = closed.Number })).Refused(HttpStatusCode.Conflict, "targetClosed");
        (await open.DeskAsync("merge", new { into = confidential.Number })).Refused(HttpStatusCode.BadRequest, "invalid");
        (await closed.DeskAsync("merge", new { into = open.Number })).Refused(HttpStatusCode.Conflict, "wrongState");

        Assert.Equal(versions, await Task.WhenAll(new[] { open, closed, confidential }.Select(async t => (await t.SeenByAsync(Desk)).ETag)));
    }

    [Theory]
    [InlineData("decline", "Declined")]
    [InlineData("terminate", "Terminated")]
    public async Task End_WithAReason_TellsTheResidentWhereToGo(string action, string state)
    {
        var ticket = await DispatchedAsync(app);
        var reason = action == "decline" ? "otherLegalChannel" : "callerWithdrew";
        (await ticket.DeskAsync(action, new { reason = "bored", text = "请走复议。" })).Refused(HttpStatusCode.BadRequest, "invalid");
        (await ticket.DeskAsync(action, new { reason, text = "" })).Refused(HttpStatusCode.BadRequest, "invalid");

        var ended = (await ticket.DeskAsync(action, new { reason, text = "请向区政府申请行政复议。" })).Ok();

        Assert.Equal(state, ended.State);
        Assert.Equal(reason, ended["endReason"].GetString());
        Assert.Contains("请向区政府申请行政复议。", Assert.Single(await ticket.ToldAsync("ticketClosed")).Body, StringComparison.Ordinal);
        Assert.Equal("请向区政府申请行政复议。", (await ticket.SeenByResidentAsync())["endText"].GetString());
        Assert.DoesNotContain((await ticket.SeenByAsync(Desk, "/clocks"))["items"].EnumerateArray(), c => c.GetProperty("stoppedAt").ValueKind == JsonValueKind.Null);
    }

    [Fact]
    public async Task Handover_ToAnEmergencyService_RecordsWhoTookItAndTellsTheResident()
    {
        var ticket = await DispatchedAsync(app);
        (await ticket.DeskAsync("handover", new { service = "911", takenBy = "接警员" })).Refused(HttpStatusCode.BadRequest, "invalid");
        (await ticket.DeskAsync("handover", new { service = "110", takenBy = "" })).Refused(HttpStatusCode.BadRequest, "invalid");

        Assert.Equal("HandedOver", (await ticket.DeskAsync("handover", new { service = "110", takenBy = "接警员王警官" })).Ok().State);

        Assert.Equal("接警员王警官", (await ticket.HistoryAsync())[^1].GetProperty("details").GetProperty("takenBy").GetString());
        Assert.Contains("110", Assert.Single(await ticket.ToldAsync("ticketClosed")).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Terminate_WhileSuspended_LeavesNoClockMissed()
    {
        var ticket = await SignedAsync(app);
        (await ticket.LeadAsync("suspend", new { reason = "legalProcedure" })).Ok();
        (await ticket.DeskAsync("decide-suspension", new { approve = true })).Ok();

        (await ticket.DeskAsync("terminate", new { reason = "callerWithdrew", text = "已撤回。" })).Ok();

        Assert.Equal("met", (await ticket.ClockAsync("resolve")).GetProperty("state").GetString());
    }

    private static List<string?> Holders(JsonElement clock) => [.. clock.GetProperty("segments").EnumerateArray().Select(s => s.GetProperty("holder").GetString())];

    /// <summary>Each stretch begins where the one before ended: no time of a clock is nobody's.</summary>
    internal static void Contiguous(JsonElement clock)
    {
        var at = clock.GetProperty("startedAt").GetDateTimeOffset();
        foreach (var segment in clock.GetProperty("segments").EnumerateArray())
        {
            Assert.Equal(at, segment.GetProperty("from").GetDateTimeOffset());
            Assert.NotEqual("", segment.GetProperty("holder").GetString());
            at = segment.GetProperty("to") is { ValueKind: JsonValueKind.String } to ? to.GetDateTimeOffset() : DateTimeOffset.MaxValue;
        }

        Assert.Equal(clock.GetProperty("stoppedAt") is { ValueKind: JsonValueKind.String } stopped ? stopped.GetDateTimeOffset() : DateTimeOffset.MaxValue, at);
    }
}
