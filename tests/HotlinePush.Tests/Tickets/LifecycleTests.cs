using System.Net;
using HotlinePush.Tests.Support;
using static HotlinePush.Tests.Tickets.TicketScenario;

namespace HotlinePush.Tests.Tickets;

/// <summary>The lifecycle table, row by row, up to the answer; what follows it stands in <see cref="OutcomeTests"/>.</summary>
public sealed class LifecycleTests(HotlineApp app) : IClassFixture<HotlineApp>
{
    private const string Other = "gas-company";

    [Fact]
    public async Task AnswerAtDesk_OfAReceivedTicket_ClosesItAndTellsTheAnswer()
    {
        var ticket = await AtDeskAsync(app);

        var closed = (await ticket.DeskAsync("answer-at-desk", new { text = "请携带身份证到市民中心办理。", articleId = "k-1" })).Ok();

        Assert.Equal("Closed", closed.State);
        Assert.Equal("answeredAtDesk", closed["endReason"].GetString());
        Assert.All((await ticket.SeenByAsync(Desk, "/clocks")).Ok()["items"].EnumerateArray(), c => Assert.Equal("met", c.GetProperty("state").GetString()));
        Assert.Contains("请携带身份证到市民中心办理。", Assert.Single(await ticket.ToldAsync("ticketClosed")).Body, StringComparison.Ordinal);
        Assert.Equal("请携带身份证到市民中心办理。", (await ticket.SeenByResidentAsync()).Ok()["answer"].GetProperty("text").GetString());
        (await ticket.DeskAsync("answer-at-desk", new { text = "再答一次" })).Refused(HttpStatusCode.Conflict, "wrongState");
    }

    [Fact]
    public async Task AnswerAtDesk_WithoutAText_IsRefused() =>
        (await (await AtDeskAsync(app)).DeskAsync("answer-at-desk", new { text = " " })).Refused(HttpStatusCode.BadRequest, "invalid");

    [Fact]
    public async Task Dispatch_ByTheDesk_StartsSignAndUnitClocksAndShowsItToTheUnits()
    {
        var ticket = await AtDeskAsync(app);

        var dispatched = (await ticket.DeskAsync("dispatch", new { leadUnitId = Other, coUnitIds = new[] { "city-housing" } })).Ok();

        Assert.Equal("Dispatched", dispatched.State);
        Assert.Equal(Other, dispatched["leadUnitId"].GetString());
        (await ticket.SeenByAsync(KeyOf(Other))).Ok();
        (await ticket.SeenByAsync(KeyOf("city-housing"))).Ok();
        (await ticket.SeenByAsync(KeyOf("water-group"))).Refused(HttpStatusCode.NotFound, "notFound");
        Assert.Equal(Other, (await ticket.ClockAsync("sign")).GetProperty("segments")[0].GetProperty("holder").GetString());
        var resolve = await ticket.ClockAsync("resolve");
        Assert.Equal(["desk", Other], resolve.GetProperty("segments").EnumerateArray().Select(s => s.GetProperty("holder").GetString()));
    }

    [Theory]
    [InlineData("nowhere", null, "invalid")]
    [InlineData(Other, "nowhere", "invalid")]
    [InlineData(Other, Other, "invalid")]
    public async Task Dispatch_ToUnitsThatCannotBe_IsRefused(string lead, string? co, string code) =>
        (await (await AtDeskAsync(app)).DeskAsync("dispatch", new { leadUnitId = lead, coUnitIds = co is null ? [] : new[] { co } })).Refused(HttpStatusCode.BadRequest, code);

    [Fact]
    public async Task Dispatch_OfAConfidentialTicket_NeedsAPersonARedactedTextAndAnotherUnitThanTheNamedOne()
    {
        var ticket = await ConfidentialAsync(app, "生态环境局的工作人员收受红包，请查处。");

        Assert.Equal("confidential", (await ticket.SeenByAsync(Desk))["deskReason"].GetString());
        (await ticket.DeskAsync("dispatch", new { leadUnitId = "city-discipline" })).Refused(HttpStatusCode.BadRequest, "invalid");
        (await ticket.DeskAsync("dispatch", new { leadUnitId = "city-environment", unitText = "有群众反映作风问题。" })).Refused(HttpStatusCode.Conflict, "unitComplainedOf");
        (await ticket.DeskAsync("dispatch", new { leadUnitId = "city-discipline", coUnitIds = new[] { "city-environment" }, unitText = "有群众反映作风问题。" })).Refused(HttpStatusCode.Conflict, "unitComplainedOf");
        (await ticket.DeskAsync("dispatch", new { leadUnitId = "city-discipline", unitText = "有群众反映作风问题。" })).Ok();
        (await ticket.DeskAsync("reassign", new { leadUnitId = "city-environment", note = "改派" })).Refused(HttpStatusCode.Conflict, "unitComplainedOf");

        var seen = (await ticket.SeenByAsync(KeyOf("city-discipline"))).Ok();
        Assert.Equal("有群众反映作风问题。", seen["unitText"].GetString());
        Assert.Contains("confidential", seen.Marks);
        Assert.DoesNotContain("红包", seen.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sign_ByTheLeadUnit_StopsTheSignClockAlone()
    {
        var ticket = await DispatchedAsync(app);

        Assert.Equal("InProgress", (await ticket.LeadAsync("sign")).Ok().State);

        Assert.Equal("met", (await ticket.ClockAsync("sign")).GetProperty("state").GetString());
        foreach (var kind in new[] { "response", "resolve", "unit" })
            Assert.Equal("running", (await ticket.ClockAsync(kind)).GetProperty("state").GetString());
        (await ticket.LeadAsync("sign")).Refused(HttpStatusCode.Conflict, "wrongState");
    }

    [Fact]
    public async Task Return_BeforeSigning_IsAMarkUnderWhichTheClocksGoOn()
    {
        var ticket = await DispatchedAsync(app);

        var asked = (await ticket.LeadAsync("return", new { reason = "notOurDuty", text = "非我单位职责。" })).Ok();

        Assert.Equal("Dispatched", asked.State);
        Assert.Contains("returnRequested", asked.Marks);
        Assert.Equal("running", (await ticket.ClockAsync("sign")).GetProperty("state").GetString());
        (await ticket.LeadAsync("return", new { reason = "notOurDuty", text = "再退。" })).Refused(HttpStatusCode.Conflict, "wrongState");
    }

    [Fact]
    public async Task Return_WithAnUnknownReasonOrNoText_IsRefused()
    {
        var ticket = await DispatchedAsync(app);
        (await ticket.LeadAsync("return", new { reason = "tired", text = "不想办。" })).Refused(HttpStatusCode.BadRequest, "invalid");
        (await ticket.LeadAsync("return", new { reason = "notOurDuty", text = "" })).Refused(HttpStatusCode.BadRequest, "invalid");
        (await ticket.LeadAsync("return", new { reason = "notOurDuty" })).Refused(HttpStatusCode.BadRequest, "required");
    }

    [Fact]
    public async Task Return_OfAFinalDispatch_IsRefused()
    {
        var ticket = await AtDeskAsync(app);
        (await ticket.DeskAsync("dispatch", new { leadUnitId = Other, final = true })).Ok();
        (await ticket.LeadAsync("return", new { reason = "notOurDuty", text = "非我单位职责。" })).Refused(HttpStatusCode.Conflict, "dispatchFinal");
    }

    [Fact]
    public async Task Return_AfterSigning_IsDecidedByASupervisor()
    {
        var ticket = await SignedAsync(app);
        (await ticket.LeadAsync("return", new { reason = "wrongArea", text = "不在辖区内。" })).Ok();

        (await ticket.DeskAsync("decide-return", new { approve = true })).Refused(HttpStatusCode.Forbidden, "supervisorNeeded");
        Assert.Equal("Received", (await ticket.SupervisorAsync("decide-return", new { approve = true })).Ok().State);
    }

    [Fact]
    public async Task Return_AskedBeforeSigning_OnceSignedIsDecidedByASupervisor()
    {
        var ticket = await DispatchedAsync(app);
        (await ticket.LeadAsync("return", new { reason = "wrongArea", text = "不在辖区内。" })).Ok();
        (await ticket.LeadAsync("sign")).Ok();

        (await ticket.DeskAsync("decide-return", new { approve = true })).Refused(HttpStatusCode.Forbidden, "supervisorNeeded");
        (await ticket.SupervisorAsync("decide-return", new { approve = true })).Ok();
    }

    [Fact]
    public async Task DecideReturn_Refused_RemovesTheMarkAndNothingElse()
    {
        var ticket = await DispatchedAsync(app);
        var before = await ticket.ClockAsync("unit");
        (await ticket.LeadAsync("return", new { reason = "notOurDuty", text = "非我单位职责。" })).Ok();

        (await ticket.DeskAsync("decide-return", new { approve = false })).Refused(HttpStatusCode.BadRequest, "invalid");
        var refused = (await ticket.DeskAsync("decide-return", new { approve = false, note = "属你单位职责。" })).Ok();

        Assert.Equal("Dispatched", refused.State);
        Assert.DoesNotContain("returnRequested", refused.Marks);
        Assert.Equal(before.GetRawText(), (await ticket.ClockAsync("unit")).GetRawText());
        (await ticket.DeskAsync("decide-return", new { approve = true })).Refused(HttpStatusCode.Conflict, "wrongState");
    }

    [Fact]
    public async Task DecideReturn_ApprovedToTheDesk_KeepsTheResidentsDeadlineAndTakesTheTicketFromTheUnit()
    {
        var ticket = await DispatchedAsync(app);
        var unit = ticket.LeadKey;
        var due = (await ticket.SeenByAsync(Desk)).Due("resolve");
        (await ticket.LeadAsync("return", new { reason = "notOurDuty", text = "非我单位职责。" })).Ok();

        var back = (await ticket.DeskAsync("decide-return", new { approve = true })).Ok();

        Assert.Equal("Received", back.State);
        Assert.Equal("returned", back["deskReason"].GetString());
        Assert.Equal(due, back.Due("resolve"));
        (await ticket.SeenByAsync(unit)).Refused(HttpStatusCode.NotFound, "notFound");
        Assert.Equal("desk", (await ticket.ClockAsync("resolve")).GetProperty("segments").EnumerateArray().Last().GetProperty("holder").GetString());
        Assert.Equal("met", (await ticket.ClockAsync("unit")).GetProperty("state").GetString());
    }

    [Fact]
    public async Task DecideReturn_ApprovedElsewhere_StartsTheUnitClockAnewForTheNewUnit()
    {
        var ticket = await DispatchedAsync(app);
        var (former, due) = (ticket.Lead, (await ticket.SeenByAsync(Desk)).Due("resolve"));
        (await ticket.LeadAsync("return", new { reason = "notOurDuty", text = "非我单位职责。" })).Ok();

        (await ticket.DeskAsync("decide-return", new { approve = true, leadUnitId = former })).Refused(HttpStatusCode.BadRequest, "invalid");
        var moved = (await ticket.DeskAsync("decide-return", new { approve = true, leadUnitId = Other })).Ok();

        Assert.Equal("Dispatched", moved.State);
        Assert.False(moved["final"].GetBoolean());
        Assert.Equal(due, moved.Due("resolve"));
        var units = await ticket.ClocksAsync("unit");
        Assert.Equal([former, Other], units.Select(c => c.GetProperty("segments")[0].GetProperty("holder").GetString()));
        Assert.Equal(units[0].GetProperty("stoppedAt").GetDateTimeOffset(), units[1].GetProperty("startedAt").GetDateTimeOffset());
        (await ticket.SeenByAsync(KeyOf(former))).Refused(HttpStatusCode.NotFound, "notFound");
    }

    [Fact]
    public async Task DecideReturn_TheSecondTimeApproved_LeavesTheLeadToASupervisorForGood()
    {
        var ticket = await DispatchedAsync(app);
        (await ticket.LeadAsync("return", new { reason = "notOurDuty", text = "一退。" })).Ok();
        (await ticket.DeskAsync("decide-return", new { approve = true, leadUnitId = Other })).Ok();
        (await ticket.LeadAsync("return", new { reason = "notOurDuty", text = "二退。" })).Ok();

        (await ticket.DeskAsync("decide-return", new { approve = true, leadUnitId = "city-housing" })).Refused(HttpStatusCode.Forbidden, "supervisorNeeded");
        Assert.Equal("supervisorNamesLead", (await ticket.DeskAsync("decide-return", new { approve = true })).Ok()["deskReason"].GetString());
        (await ticket.DeskAsync("dispatch", new { leadUnitId = "city-housing" })).Refused(HttpStatusCode.Forbidden, "supervisorNeeded");
        Assert.True((await ticket.SupervisorAsync("dispatch", new { leadUnitId = "city-housing" })).Ok()["final"].GetBoolean());

        (await ticket.LeadAsync("return", new { reason = "notOurDuty", text = "三退。" })).Refused(HttpStatusCode.Conflict, "dispatchFinal");
        (await ticket.DeskAsync("reassign", new { leadUnitId = Other, note = "改派" })).Refused(HttpStatusCode.Forbidden, "supervisorNeeded");
        Assert.True((await ticket.SupervisorAsync("reassign", new { leadUnitId = Other, note = "改派" })).Ok()["final"].GetBoolean());
    }

    [Fact]
    public async Task Reassign_OfASignedTicket_AsksTheNewUnitToSignAndKeepsTheDeadline()
    {
        var ticket = await SignedAsync(app);
        var (former, due) = (ticket.LeadKey, (await ticket.SeenByAsync(Desk)).Due("resolve"));

        (await ticket.DeskAsync("reassign", new { leadUnitId = Other, note = "" })).Refused(HttpStatusCode.BadRequest, "invalid");
        var moved = (await ticket.DeskAsync("reassign", new { leadUnitId = Other, note = "职责调整" })).Ok();

        Assert.Equal("Dispatched", moved.State);
        Assert.Equal(due, moved.Due("resolve"));
        Assert.Equal("running", (await ticket.ClockAsync("sign")).GetProperty("state").GetString());
        (await ticket.SeenByAsync(former)).Refused(HttpStatusCode.NotFound, "notFound");
        (await ticket.DeskAsync("reassign", new { leadUnitId = Other, note = "再改派" })).Refused(HttpStatusCode.BadRequest, "invalid");
    }

    [Fact]
    public async Task Contact_TheFirstTime_StopsTheResponseClockOnce()
    {
        var ticket = await DispatchedAsync(app);

        (await ticket.LeadAsync("contact", new { note = "已电话联系" })).Ok();
        var stopped = (await ticket.ClockAsync("response")).GetProperty("stoppedAt").GetDateTimeOffset();
        (await ticket.LeadAsync("contact")).Ok();

        Assert.Equal(stopped, (await ticket.ClockAsync("response")).GetProperty("stoppedAt").GetDateTimeOffset());
    }

    [Fact]
    public async Task Contact_WithAConfidentialReporter_PassesThroughTheDesk()
    {
        var ticket = await ConfidentialAsync(app);
        (await ticket.DeskAsync("dispatch", new { leadUnitId = "city-discipline", unitText = "有群众反映作风问题。" })).Ok();

        (await ticket.DeskAsync("contact", new { note = "已代为联系" })).Ok();

        Assert.Equal("met", (await ticket.ClockAsync("response")).GetProperty("state").GetString());
        (await (await DispatchedAsync(app)).DeskAsync("contact")).Refused(HttpStatusCode.Forbidden, "notLeadUnit");
    }

    [Fact]
    public async Task Extend_WithinThePolicy_IsDecidedByASupervisorAndToldWithItsReason()
    {
        var ticket = await SignedAsync(app);
        var (resolve, unit) = ((await ticket.SeenByAsync(Desk)).Due("resolve"), (await ticket.SeenByAsync(Desk)).Due("unit"));

        Assert.Contains("extensionRequested", (await ticket.LeadAsync("extend", new { workingDays = 3, reason = "jointHandling" })).Ok().Marks);
        (await ticket.DeskAsync("decide-extension", new { approve = true })).Refused(HttpStatusCode.Forbidden, "roleLacking");
        var extended = (await ticket.SupervisorAsync("decide-extension", new { approve = true })).Ok();

        // Friday 6 March and Monday 9 March, three working days later.
        Assert.Equal(new(2026, 3, 9, 18, 0, 0, TimeSpan.FromHours(8)), resolve);
        Assert.Equal(new(2026, 3, 12, 18, 0, 0, TimeSpan.FromHours(8)), extended.Due("resolve"));
        Assert.Equal(new(2026, 3, 6, 18, 0, 0, TimeSpan.FromHours(8)), unit);
        Assert.Equal(new(2026, 3, 11, 18, 0, 0, TimeSpan.FromHours(8)), extended.Due("unit"));
        var told = Assert.Single(await ticket.ToldAsync("ticketExtended"));
        Assert.Equal(ticket.Phone, told.To);
        Assert.Contains("需多部门联合办理", told.Body, StringComparison.Ordinal);
        Assert.Contains("3月12日18:00", told.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Extend_BeyondThePolicy_IsRefusedInAllAndInSum()
    {
        var ticket = await SignedAsync(app);
        (await ticket.LeadAsync("extend", new { workingDays = 11, reason = "complex" })).Refused(HttpStatusCode.BadRequest, "invalid");
        (await ticket.LeadAsync("extend", new { workingDays = 0, reason = "complex" })).Refused(HttpStatusCode.BadRequest, "invalid");
        (await ticket.LeadAsync("extend", new { workingDays = 2, reason = "holiday" })).Refused(HttpStatusCode.BadRequest, "invalid");
        (await ticket.LeadAsync("extend", new { workingDays = 6, reason = "complex" })).Ok();
        (await ticket.LeadAsync("extend", new { workingDays = 1, reason = "complex" })).Refused(HttpStatusCode.Conflict, "wrongState");
        (await ticket.SupervisorAsync("decide-extension", new { approve = true })).Ok();
        (await ticket.LeadAsync("extend", new { workingDays = 5, reason = "complex" })).Refused(HttpStatusCode.BadRequest, "invalid");
        (await ticket.LeadAsync("extend", new { workingDays = 4, reason = "complex" })).Ok();
    }

    [Fact]
    public async Task Extend_OfAnInformationRequest_MayAddTwentyDays()
    {
        var ticket = await SignedAsync(app, "InformationRequest");
        (await ticket.LeadAsync("extend", new { workingDays = 21, reason = "complex" })).Refused(HttpStatusCode.BadRequest, "invalid");
        (await ticket.LeadAsync("extend", new { workingDays = 20, reason = "complex" })).Ok();
    }

    [Fact]
    public async Task DecideExtension_Refused_NeedsANoteAndMovesNothing()
    {
        var ticket = await SignedAsync(app);
        var due = (await ticket.SeenByAsync(Desk)).Due("resolve");
        (await ticket.LeadAsync("extend", new { workingDays = 3, reason = "complex" })).Ok();

        (await ticket.SupervisorAsync("decide-extension", new { approve = false })).Refused(HttpStatusCode.BadRequest, "invalid");
        var refused = (await ticket.SupervisorAsync("decide-extension", new { approve = false, note = "应按期办结。" })).Ok();

        Assert.Equal(due, refused.Due("resolve"));
        Assert.Empty(await ticket.ToldAsync("ticketExtended"));
        (await ticket.SupervisorAsync("decide-extension", new { approve = true })).Refused(HttpStatusCode.Conflict, "wrongState");
    }

    [Fact]
    public async Task Suspend_Approved_StopsEveryClockUntilItIsResumed()
    {
        var ticket = await SignedAsync(app);

        Assert.Contains("suspensionRequested", (await ticket.LeadAsync("suspend", new { reason = "thirdParty" })).Ok().Marks);
        (await ticket.LeadAsync("suspend", new { reason = "thirdParty" })).Refused(HttpStatusCode.Conflict, "wrongState");
        Assert.Contains("suspended", (await ticket.DeskAsync("decide-suspension", new { approve = true })).Ok().Marks);
        foreach (var kind in new[] { "response", "resolve", "unit" })
            Assert.Equal("suspended", (await ticket.ClockAsync(kind)).GetProperty("state").GetString());

        Assert.DoesNotContain("suspended", (await ticket.LeadAsync("resume")).Ok().Marks);
        var resolve = await ticket.ClockAsync("resolve");
        Assert.Equal("running", resolve.GetProperty("state").GetString());
        Assert.Equal(["dispatch", "thirdParty", "resume"], resolve.GetProperty("segments").EnumerateArray().Select(s => s.GetProperty("why").GetString()));
        (await ticket.LeadAsync("resume")).Refused(HttpStatusCode.Conflict, "wrongState");
    }

    [Fact]
    public async Task DecideSuspension_Refused_NeedsANote()
    {
        var ticket = await SignedAsync(app);
        (await ticket.LeadAsync("suspend", new { reason = "rain" })).Refused(HttpStatusCode.BadRequest, "invalid");
        (await ticket.LeadAsync("suspend", new { reason = "materialAwaited" })).Ok();
        (await ticket.DeskAsync("decide-suspension", new { approve = false })).Refused(HttpStatusCode.BadRequest, "invalid");
        Assert.Empty((await ticket.DeskAsync("decide-suspension", new { approve = false, note = "材料已齐。" })).Ok().Marks);
    }

    [Fact]
    public async Task Answer_WhileSuspended_EndsTheSuspensionAndMeetsTheDeadline()
    {
        var ticket = await SignedAsync(app);
        (await ticket.LeadAsync("suspend", new { reason = "thirdParty" })).Ok();
        (await ticket.DeskAsync("decide-suspension", new { approve = true })).Ok();

        var answered = (await ticket.LeadAsync("answer", new { text = "已办结。", outcome = "resolved" })).Ok();

        Assert.Equal("Answered", answered.State);
        Assert.Empty(answered.Marks);
        Assert.Empty(answered["answer"].GetProperty("evidence").EnumerateArray());
        foreach (var kind in new[] { "response", "resolve", "unit" })
            Assert.Equal("met", (await ticket.ClockAsync(kind)).GetProperty("state").GetString());
        Assert.Equal(System.Text.Json.JsonValueKind.Null, (await ticket.SeenByResidentAsync()).Ok()["answer"].ValueKind);
    }

    [Fact]
    public async Task Answer_WithoutText_IsRefused() =>
        (await (await SignedAsync(app)).LeadAsync("answer", new { text = "" })).Refused(HttpStatusCode.BadRequest, "invalid");

    [Fact]
    public async Task FollowUpAndUrge_ByTheResident_AreShownToTheUnitAtOnce()
    {
        var ticket = await DispatchedAsync(app);

        (await ticket.ResidentAsync("follow-up", new { text = "今晚又施工了。" })).Ok();
        (await ticket.ResidentAsync("urge")).Ok();

        Assert.Contains(await ticket.HistoryAsync(ticket.LeadKey), e => e.GetProperty("action").GetString() == "follow-up" && e.GetProperty("note").GetString() == "今晚又施工了。");
        Assert.Equal(1, (await ticket.SeenByAsync(ticket.LeadKey))["urges"].GetInt32());
        (await ticket.ResidentAsync("follow-up", new { text = "" })).Refused(HttpStatusCode.BadRequest, "invalid");
        Assert.Equal(HttpStatusCode.NotFound, (await ticket.ActAsync(null, "urge", query: "?code=wrong")).Status);
    }

    [Theory]
    [InlineData("Praise")]
    [InlineData("InformationRequest")]
    public async Task File_UrgentWhereNothingIsUrgent_IsRefusedForEveryone(string type)
    {
        foreach (var key in new[] { null, Desk })
            (await FileAsync(app, new { type, subject = "感谢", description = "感谢工作人员。", priority = "urgent", contact = new { anonymous = true } }, key)).Refused(HttpStatusCode.BadRequest, "invalid");
    }

    [Fact]
    public async Task File_TwiceUnderOneKey_IsOneTicket()
    {
        var request = new { type = "Inquiry", subject = "想问一下", description = "您好，请问一下。", contact = new { phone = NewPhone() } };
        var key = Guid.NewGuid().ToString();

        var first = (await FileAsync(app, request, idempotencyKey: key)).Ok();
        var again = (await FileAsync(app, request, idempotencyKey: key)).Ok();

        Assert.Equal(first.Text, again.Text);
        Assert.Equal(first.Status, again.Status);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await FileAsync(app, new { type = "Help", subject = "另一件", description = "另一件事。", contact = new { phone = NewPhone() } }, idempotencyKey: key)).Status);
    }

    [Fact]
    public async Task Act_TwoAtOnceOnOneVersion_OneWinsAndTheOtherIsTold()
    {
        var ticket = await DispatchedAsync(app);
        var version = (await ticket.SeenByAsync(Desk)).ETag!;

        var answers = await Task.WhenAll(
            ticket.ActAsync(ticket.LeadKey, "sign", ifMatch: version),
            ticket.ActAsync(Desk, "reassign", new { leadUnitId = Other, note = "改派" }, ifMatch: version));

        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.PreconditionFailed], answers.Select(a => a.Status).Order());
        Assert.Equal("versionConflict", answers.Single(a => a.Status != HttpStatusCode.OK).Code);
        (await ticket.ActAsync(Desk, "urge", ifMatch: version)).Refused(HttpStatusCode.PreconditionFailed, "versionConflict");
    }
}
