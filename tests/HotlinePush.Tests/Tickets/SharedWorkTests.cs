using System.Net;
using System.Text.Json;
using HotlinePush.Local.Demo;
using HotlinePush.Tests.Support;
using static HotlinePush.Tests.Tickets.TicketScenario;

namespace HotlinePush.Tests.Tickets;

/// <summary>Several units on one ticket: co-units, units below, a clerk and a head, a unit on paper. Each test moves its own host's clock.</summary>
public sealed class SharedWorkTests : IAsyncLifetime
{
    // City, district, street: the longest way down of the fictional city.
    private const string City = "city-government", District = "wangjiang-government", Street = "street-heting", Other = "water-group", Co = "city-environment";

    private readonly HotlineApp _app = new();

    public Task InitializeAsync() => _app.InitializeAsync();

    public Task DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task Join_ByTheLead_AsksTheCoUnitOneWorkingDayBeforeItsOwnDate()
    {
        var ticket = await HeldByAsync("city-housing");

        var joined = (await ticket.LeadAsync("join", new { unitIds = new[] { Co, Other }, note = "请就噪声监测提出意见" })).Ok();

        Assert.Equal([Co, Other], joined["coUnitIds"].EnumerateArray().Select(u => u.GetString()));
        var inner = await ticket.ClocksAsync("inner");
        Assert.Equal([Co, Other], inner.Select(HolderOf));
        // Unit clock: four working days from Monday, Friday 18:00.
        Assert.Equal("2026-03-06 18:00", Due(await ticket.ClockAsync("unit")));
        Assert.All(inner, c => Assert.Equal("2026-03-05 18:00", Due(c)));
        Assert.Equal([Duty(Co, 0), Duty(Other, 0)], (await ticket.ToldAsync("opinionAsked")).Select(t => t.To).Order());
        Assert.Contains(await ListedAsync(Co), n => n == ticket.Number);
    }

    [Fact]
    public async Task Opinion_OfACoUnit_StopsItsClockAndIsKeptFromTheResident()
    {
        var ticket = await HeldByAsync("city-housing");
        (await ticket.DeskAsync("join", new { unitIds = new[] { Co }, note = "请协办" })).Ok();

        (await ticket.ActAsync(KeyOf(Co), "opinion", new { text = "QZXOPINION 夜间噪声超标" })).Ok();
        var again = (await ticket.ActAsync(KeyOf(Co), "opinion", new { text = "QZXOPINION 补充监测数据" })).Ok();

        Assert.Equal("met", (await ticket.ClockAsync("inner")).GetProperty("state").GetString());
        Assert.Equal(Co, Assert.Single(again["opinions"].EnumerateArray()).GetProperty("unitId").GetString());
        Assert.Equal(2, (await ticket.HistoryAsync(ticket.LeadKey)).Count(e => Action(e) == "opinion" && e.GetProperty("note").GetString()!.Contains("QZXOPINION", StringComparison.Ordinal)));
        await ticket.AnswerAsync();
        await ticket.AcceptAsync();
        Assert.DoesNotContain("opinion", (await ticket.SeenByResidentAsync()).Ok().Text, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(await ticket.ToldAsync(), t => t.To == ticket.Phone && t.Body!.Contains("协办", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Join_OfWhomItIsNoUse_IsRefusedWithTheReason()
    {
        var ticket = await HeldByAsync("city-housing");
        (await ticket.LeadAsync("join", new { unitIds = new[] { Co }, note = "请协办" })).Ok();

        (await ticket.LeadAsync("join", new { unitIds = Array.Empty<string>(), note = "请协办" })).Refused(HttpStatusCode.BadRequest, "invalid");
        (await ticket.LeadAsync("join", new { unitIds = new[] { "nobody" }, note = "请协办" })).Refused(HttpStatusCode.BadRequest, "invalid");
        (await ticket.LeadAsync("join", new { unitIds = new[] { "city-housing" }, note = "请协办" })).Refused(HttpStatusCode.BadRequest, "invalid");
        (await ticket.LeadAsync("join", new { unitIds = new[] { Co }, note = "请协办" })).Refused(HttpStatusCode.BadRequest, "invalid");
        (await ticket.LeadAsync("join", new { unitIds = new[] { Other }, note = " " })).Refused(HttpStatusCode.BadRequest, "invalid");
        (await ticket.ActAsync(KeyOf(Co), "join", new { unitIds = new[] { Other }, note = "请协办" })).Refused(HttpStatusCode.Forbidden, "notLeadUnit");
        (await ticket.LeadAsync("opinion", new { text = "意见" })).Refused(HttpStatusCode.Forbidden, "notCoUnit");
    }

    [Fact]
    public async Task Join_OfWhomAConfidentialTicketComplainsOf_IsRefused_EvenASupervisors()
    {
        var ticket = await ConfidentialAsync(_app, "云泽市生态环境局有人收受礼品，请查处。");
        (await ticket.DeskAsync("dispatch", new { leadUnitId = "city-discipline", unitText = "有群众反映作风问题。" })).Ok();

        (await ticket.DeskAsync("join", new { unitIds = new[] { Co }, note = "请协办" })).Refused(HttpStatusCode.Conflict, "unitComplainedOf");
        (await ticket.SupervisorAsync("join", new { unitIds = new[] { Co }, note = "请协办" })).Refused(HttpStatusCode.Conflict, "unitComplainedOf");
    }

    [Fact]
    public async Task CoUnitOfTheDispatch_HasNoInnerClock_UntilTheLeadAsksIt()
    {
        var ticket = await DispatchedAsync(_app);
        Assert.Empty(await ticket.ClocksAsync("inner"));
        (await ticket.ActAsync(KeyOf(Co), "opinion", new { text = "意见" })).Ok();

        (await ticket.LeadAsync("join", new { unitIds = new[] { Co }, note = "请复核" })).Ok();

        Assert.Equal([Co], (await ticket.ClocksAsync("inner")).Select(HolderOf));
    }

    [Fact]
    public async Task CoUnit_ThatIsLate_IsRemindedAndHoldsItsLatenessItself()
    {
        var ticket = await HeldByAsync("city-housing");
        (await ticket.LeadAsync("join", new { unitIds = new[] { Co }, note = "请协办" })).Ok();

        await _app.AdvanceToAsync(At("2026-03-06 09:01"));

        var reminded = (await ticket.ToldAsync("reminder")).Where(t => t.Body!.Contains("内部办理", StringComparison.Ordinal)).Select(t => t.To).ToList();
        Assert.Equal([Duty(Co, 0), Duty(Co, 0), Duty(Co, 0), Duty(Co, 1)], reminded);
        Assert.Equal("missed", (await ticket.ClockAsync("inner")).GetProperty("state").GetString());
        Assert.Equal("running", (await ticket.ClockAsync("unit")).GetProperty("state").GetString());
    }

    [Fact]
    public async Task Delegation_DownTheTree_IsAnsweredLinkByLink_ThenTheDesk()
    {
        var ticket = await HeldByAsync(City);
        (await ticket.ActAsync(KeyOf(City), "delegate", new { unitId = District, note = "请办理" })).Ok();
        var second = (await ticket.ActAsync(KeyOf(District), "delegate", new { unitId = Street, workingDays = 1, note = "请到现场" })).Ok();

        Assert.Equal(Street, second["heldBy"].GetString());
        Assert.Contains("delegated", second.Marks);
        Assert.Equal([(District, "2026-03-05 18:00"), (Street, "2026-03-03 18:00")], (await ticket.ClocksAsync("inner")).Select(c => (HolderOf(c)!, Due(c))));
        (await ticket.ActAsync(KeyOf(City), "answer", new { text = "代答" })).Refused(HttpStatusCode.Conflict, "passedDown");
        (await ticket.ActAsync(KeyOf(District), "answer", new { text = "代答" })).Refused(HttpStatusCode.Conflict, "passedDown");
        Assert.Contains(await ListedAsync(Street), n => n == ticket.Number);

        var reported = (await ticket.ActAsync(KeyOf(Street), "answer", new { text = "已现场处理" })).Ok();
        Assert.Equal(("InProgress", District), (reported.State, reported["heldBy"].GetString()));
        Assert.Equal(Duty(District, 0), Assert.Single(await ticket.ToldAsync("delegateAnswered")).To);
        (await ticket.ActAsync(KeyOf(Street), "answer", new { text = "再答" })).Refused(HttpStatusCode.Forbidden, "notLeadUnit");
        (await ticket.ActAsync(KeyOf(District), "answer", new { text = "经核实已处理" })).Ok();
        var answered = (await ticket.ActAsync(KeyOf(City), "answer", new { text = "已办结" })).Ok();

        Assert.Equal("Answered", answered.State);
        Assert.Equal(City, answered["answer"].GetProperty("unitId").GetString());
        Assert.All(await ticket.ClocksAsync("inner"), c => Assert.Equal("met", c.GetProperty("state").GetString()));
        Assert.Equal(["report", "report", "answer"], (await ticket.HistoryAsync()).Select(Action).Where(a => a is "report" or "answer"));
        Assert.DoesNotContain("report", (await ticket.SeenByResidentAsync()).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Delegation_IsDownOnlyAndEarlierOnly()
    {
        var ticket = await HeldByAsync(District);

        Task<Answer> To(string unit, int? days = null) => ticket.ActAsync(KeyOf(District), "delegate", new { unitId = unit, workingDays = days, note = "请办理" });
        (await To(City)).Refused(HttpStatusCode.BadRequest, "invalid");
        (await To(District)).Refused(HttpStatusCode.BadRequest, "invalid");
        (await To(Other)).Refused(HttpStatusCode.BadRequest, "invalid");
        (await To(Street, 0)).Refused(HttpStatusCode.BadRequest, "invalid");
        (await To(Street, 4)).Refused(HttpStatusCode.BadRequest, "invalid");
        (await To(Street, 3)).Ok();
        (await To(Street)).Refused(HttpStatusCode.Conflict, "passedDown");
        (await ticket.ActAsync(KeyOf(Street), "recall", new { note = "收回" })).Refused(HttpStatusCode.Conflict, "wrongState");
    }

    [Fact]
    public async Task Delegation_BeforeSigning_IsAConflict()
    {
        var ticket = await AtDeskAsync(_app);
        (await ticket.DeskAsync("dispatch", new { leadUnitId = District })).Ok();

        (await ticket.LeadAsync("delegate", new { unitId = Street, note = "请办理" })).Refused(HttpStatusCode.Conflict, "wrongState");
    }

    [Fact]
    public async Task Recall_TakesItBackFromAllBelow()
    {
        var ticket = await HeldByAsync(City);
        (await ticket.ActAsync(KeyOf(City), "delegate", new { unitId = District, note = "请办理" })).Ok();
        (await ticket.ActAsync(KeyOf(District), "delegate", new { unitId = Street, note = "请办理" })).Ok();

        var back = (await ticket.ActAsync(KeyOf(City), "recall", new { note = "市里直接办" })).Ok();

        Assert.Equal(City, back["heldBy"].GetString());
        Assert.DoesNotContain("delegated", back.Marks);
        Assert.All(await ticket.ClocksAsync("inner"), c => Assert.NotEqual(JsonValueKind.Null, c.GetProperty("stoppedAt").ValueKind));
        Assert.Equal([Duty(Street, 0), Duty(District, 0)], (await ticket.ToldAsync("recalled")).Select(t => t.To).OrderDescending());
        (await ticket.ActAsync(KeyOf(City), "answer", new { text = "已办结" })).Ok();
    }

    [Fact]
    public async Task Reassignment_EndsWhatOthersOwed()
    {
        var ticket = await HeldByAsync(City);
        (await ticket.ActAsync(KeyOf(City), "delegate", new { unitId = District, note = "请办理" })).Ok();
        (await ticket.LeadAsync("join", new { unitIds = new[] { Co }, note = "请协办" })).Ok();

        (await ticket.DeskAsync("reassign", new { leadUnitId = Other, note = "改派" })).Ok();

        Assert.All(await ticket.ClocksAsync("inner"), c => Assert.NotEqual(JsonValueKind.Null, c.GetProperty("stoppedAt").ValueKind));
        Assert.Equal(HttpStatusCode.NotFound, (await ticket.SeenByAsync(KeyOf(District))).Status);
        Assert.Equal(HttpStatusCode.OK, (await ticket.SeenByAsync(KeyOf(Co))).Status);
        Assert.DoesNotContain(await ListedAsync(District), n => n == ticket.Number);
    }

    [Fact]
    public async Task UnitsAbove_SeeTheTicketAndTheList_AndMayDoNothing()
    {
        var ticket = await HeldByAsync(Street);

        Assert.Equal(HttpStatusCode.OK, (await ticket.SeenByAsync(KeyOf(District))).Status);
        Assert.Equal(HttpStatusCode.OK, (await ticket.SeenByAsync(KeyOf(City))).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await ticket.SeenByAsync(KeyOf("wangjiang-urban"))).Status);
        (await ticket.ActAsync(KeyOf(District), "answer", new { text = "代答" })).Refused(HttpStatusCode.Forbidden, "notLeadUnit");
        Assert.Equal(HttpStatusCode.Forbidden, (await SendAsync(_app, KeyOf(District), HttpMethod.Post, $"/api/v1/tickets/{ticket.Number}/reveal", new { why = "看看" })).Status);
        Assert.Contains(await ListedAsync(Street, KeyOf(District)), n => n == ticket.Number);
        Assert.Equal(HttpStatusCode.NotFound, (await SendAsync(_app, KeyOf(Street), HttpMethod.Get, $"/api/v1/units/{District}/tickets")).Status);
    }

    [Fact]
    public async Task UnitAbove_ThatAConfidentialTicketComplainsOf_SeesNothing()
    {
        var ticket = await ConfidentialAsync(_app, "云泽市住房和城乡建设局有人收受礼品，请查处。");
        (await ticket.DeskAsync("dispatch", new { leadUnitId = "gas-company", unitText = "有群众反映作风问题。" })).Ok();

        Assert.Equal(HttpStatusCode.NotFound, (await ticket.SeenByAsync(KeyOf("city-housing"))).Status);
        Assert.DoesNotContain(await ListedAsync("gas-company", KeyOf("city-housing")), n => n == ticket.Number);
        Assert.Equal(HttpStatusCode.OK, (await ticket.SeenByAsync(KeyOf(City))).Status);
    }

    [Fact]
    public async Task Answer_OfAClerkWhereTheHeadSigns_WaitsForTheHead()
    {
        var ticket = await HeldByAsync("city-housing");
        var (clerk, head) = (DemoKeys.OfClerk("city-housing"), DemoKeys.OfHead("city-housing"));

        var drafted = (await ticket.ActAsync(clerk, "answer", new { text = "QZXDRAFT 已整改", outcome = "resolved" })).Ok();
        Assert.Equal("InProgress", drafted.State);
        Assert.Contains("signOffDue", drafted.Marks);
        Assert.Equal(Duty("city-housing", 1), Assert.Single(await ticket.ToldAsync("signOffDue")).To);
        Assert.DoesNotContain("QZXDRAFT", (await ticket.SeenByAsync(Desk)).Text + (await ticket.SeenByAsync(Desk, "/history")).Text, StringComparison.Ordinal);
        (await ticket.ActAsync(clerk, "sign-off", new { accept = true })).Refused(HttpStatusCode.Forbidden, "headNeeded");
        (await ticket.ActAsync(head, "sign-off", new { accept = false })).Refused(HttpStatusCode.BadRequest, "invalid");
        var back = (await ticket.ActAsync(head, "sign-off", new { accept = false, note = "请补充依据" })).Ok();
        Assert.DoesNotContain("signOffDue", back.Marks);
        Assert.Contains("QZXDRAFT", back["draft"].GetProperty("text").GetString(), StringComparison.Ordinal);
        (await ticket.ActAsync(head, "sign-off", new { accept = true })).Refused(HttpStatusCode.Conflict, "wrongState");

        (await ticket.ActAsync(clerk, "answer", new { text = "已整改，依据第三条", outcome = "resolved" })).Ok();
        var signed = (await ticket.ActAsync(head, "sign-off", new { accept = true })).Ok();

        Assert.Equal("Answered", signed.State);
        Assert.Equal("已整改，依据第三条", signed["answer"].GetProperty("text").GetString());
        Assert.Equal(["draft", "sign-off", "draft", "sign-off", "answer"], (await ticket.HistoryAsync()).Select(Action).SkipWhile(a => a != "draft"));
    }

    [Fact]
    public async Task Answer_OfTheHead_OrWhereNoHeadSigns_IsGivenAtOnce()
    {
        var ticket = await HeldByAsync("city-housing");
        (await ticket.ActAsync(DemoKeys.OfClerk("city-housing"), "answer", new { text = "草稿" })).Ok();

        var answered = (await ticket.ActAsync(DemoKeys.OfHead("city-housing"), "answer", new { text = "审签人直接答复" })).Ok();

        Assert.Equal("Answered", answered.State);
        Assert.DoesNotContain("signOffDue", answered.Marks);
        Assert.Equal("Answered", (await (await HeldByAsync("city-housing")).LeadAsync("answer", new { text = "一人兼任" })).Ok().State);
    }

    [Fact]
    public async Task UnitOnPaper_IsRecordedForByTheDesk_AndTheHistorySaysSo()
    {
        const string paper = "town-zhixi";
        var ticket = await AtDeskAsync(_app);
        (await ticket.DeskAsync("dispatch", new { leadUnitId = paper })).Ok();

        (await ticket.DeskAsync("sign")).Ok();
        (await ticket.DeskAsync("contact", new { note = "镇里已电话联系" })).Ok();
        (await ticket.DeskAsync("extend", new { workingDays = 1, reason = "complex" })).Ok();
        (await ticket.SupervisorAsync("suspend", new { reason = "thirdParty" })).Ok();
        (await ticket.DeskAsync("return", new { reason = "wrongArea", text = "镇里来电" })).Ok();
        var answered = (await ticket.DeskAsync("answer", new { text = "镇里书面答复" })).Ok();

        Assert.Equal(paper, answered["answer"].GetProperty("unitId").GetString());
        Assert.All((await ticket.HistoryAsync()).Where(e => Action(e) is "sign" or "contact" or "extend" or "suspend" or "return" or "answer"), e =>
        {
            Assert.Equal(paper, e.GetProperty("recordedFor").GetString());
            Assert.Contains(e.GetProperty("by").GetProperty("role").GetString(), (string[])["desk", "supervisor"]);
        });
        Assert.Equal(JsonValueKind.Null, (await ticket.HistoryAsync())[0].GetProperty("recordedFor").ValueKind);
    }

    [Fact]
    public async Task UnitOnPaper_ThatItWasPassedDownTo_IsRecordedForAsWell()
    {
        var ticket = await HeldByAsync("qinghe-government");
        (await ticket.LeadAsync("delegate", new { unitId = "town-zhixi", note = "请办理" })).Ok();

        (await ticket.DeskAsync("sign")).Refused(HttpStatusCode.Forbidden, "roleLacking");
        var answered = (await ticket.DeskAsync("answer", new { text = "镇里书面答复" })).Ok();

        Assert.Equal(("InProgress", "qinghe-government"), (answered.State, answered["heldBy"].GetString()));
    }

    private async Task<TicketScenario> HeldByAsync(string unit)
    {
        var filed = await FileAsync(_app, new { type = "Complaint", subject = "楼道积水", description = "您好，请问一下。", contact = new { phone = NewPhone() } });
        var ticket = Of(_app, filed.Ok(), null);
        (await ticket.DeskAsync(filed.State == "Received" ? "dispatch" : "reassign", filed.State == "Received" ? new { leadUnitId = unit } : new { leadUnitId = unit, note = "改派" })).Ok();
        (await ticket.ActAsync(KeyOf(unit), "sign")).Ok();
        return ticket;
    }

    private async Task<List<string>> ListedAsync(string unit, string? key = null) =>
        [.. (await SendAsync(_app, key ?? KeyOf(unit), HttpMethod.Get, $"/api/v1/units/{unit}/tickets")).Ok()["items"].EnumerateArray().Select(t => t.GetProperty("number").GetString()!)];

    private static string? HolderOf(JsonElement clock) => clock.GetProperty("segments").EnumerateArray().Last().GetProperty("holder").GetString();
    private static string Due(JsonElement clock) => HotlinePush.Tests.Tickets.SupervisionTests.Local(clock.GetProperty("dueAt").GetDateTimeOffset());
    private static string Action(JsonElement e) => e.GetProperty("action").GetString()!;
    private static DateTimeOffset At(string local) => DateTimeOffset.Parse(local + " +08:00", System.Globalization.CultureInfo.InvariantCulture);
}
