using System.Net;
using System.Text.Json;
using HotlinePush.Clocks;
using HotlinePush.Tests.Support;
using HotlinePush.Tests.Tickets;

namespace HotlinePush.Tests.Inbound;

/// <summary>依申请公开: a call that becomes an application, and what the office does with it.</summary>
public sealed class DisclosureTests : IAsyncLifetime
{
    private readonly HotlineApp _app = new();

    public Task InitializeAsync() => _app.InitializeAsync();

    public Task DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task Call_ForInformation_IsOfferedTheFormAndTheLimitBeginsWithTheApplication()
    {
        var ticket = await CallAsync();
        var before = (await ticket.SeenByAsync(TicketScenario.Desk)).Ok().Due("resolve");
        Assert.Contains("/disclosure", Assert.Single(await ticket.ToldAsync("disclosureFormOffered")).Body, StringComparison.Ordinal);
        Assert.True((await ticket.SeenByResidentAsync()).Ok()["needsApplication"].GetBoolean());
        (await ticket.LeadAsync("sign")).Ok();
        (await ticket.LeadAsync("decide-disclosure", new { decision = "open" })).Refused(HttpStatusCode.Conflict, "wrongState");

        await _app.AdvanceAsync(TimeSpan.FromDays(7));
        (await ticket.ResidentAsync("apply", Application())).Ok();

        var after = (await ticket.SeenByAsync(TicketScenario.Desk)).Ok();
        Assert.True(after.Due("resolve") >= before + TimeSpan.FromDays(7), $"{before} {after.Due("resolve")}");
        Assert.Equal("周婉", after["disclosure"].GetProperty("application").GetProperty("name").GetString());
        Assert.False((await ticket.SeenByResidentAsync()).Ok()["needsApplication"].GetBoolean());
        (await ticket.ResidentAsync("apply", Application())).Refused(HttpStatusCode.Conflict, "wrongState");
        Assert.DoesNotContain("周婉", (await ticket.SeenByAsync(TicketScenario.Admin)).Ok().Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Application_FiledAtOnce_GoesThroughCorrectionThirdPartyDecisionAndDelivery()
    {
        var ticket = await AppliedAsync();
        (await ticket.LeadAsync("answer", new { text = "现予公开。" })).Refused(HttpStatusCode.Conflict, "wrongState");

        (await ticket.LeadAsync("ask-correction", new { text = "请写明年份。", workingDays = 10 })).Ok();
        Assert.Contains("correctionAsked", (await ticket.SeenByAsync(TicketScenario.Desk)).Ok().Marks);
        Assert.Contains("补正", Assert.Single(await ticket.ToldAsync("correctionAsked")).Body, StringComparison.Ordinal);
        Assert.Equal("请写明年份。", (await ticket.SeenByResidentAsync()).Ok()["correction"].GetProperty("text").GetString());
        Assert.Equal("suspended", (await ticket.ClockAsync("resolve")).GetProperty("state").GetString());
        await _app.AdvanceAsync(TimeSpan.FromDays(4));
        (await ticket.ResidentAsync("correct", new { text = "2025 年的。" })).Ok();
        Assert.Equal("running", (await ticket.ClockAsync("resolve")).GetProperty("state").GetString());
        (await ticket.LeadAsync("ask-correction", new { text = "再补一次。", workingDays = 10 })).Refused(HttpStatusCode.Conflict, "wrongState");

        (await ticket.LeadAsync("ask-third-party", new { note = "涉及施工单位。" })).Ok();
        (await ticket.LeadAsync("decide-disclosure", new { decision = "open" })).Refused(HttpStatusCode.Conflict, "wrongState");
        (await ticket.LeadAsync("third-party-replied", new { agrees = false, note = "含商业秘密" })).Ok();
        (await ticket.LeadAsync("decide-disclosure", new { decision = "partlyOpen" })).Refused(HttpStatusCode.BadRequest, "invalid");
        (await ticket.LeadAsync("decide-disclosure", new { decision = "open", ground = "tradeSecret" })).Refused(HttpStatusCode.BadRequest, "invalid");
        (await ticket.LeadAsync("decide-disclosure", new { decision = "partlyOpen", ground = "tradeSecret" })).Ok();
        (await ticket.LeadAsync("deliver", new { delivery = "online" })).Refused(HttpStatusCode.Conflict, "wrongState");
        (await ticket.LeadAsync("answer", new { text = "部分公开，见附件。" })).Ok();
        (await ticket.LeadAsync("deliver", new { delivery = "online", note = "网页" })).Ok();
        (await ticket.DeskAsync("audit", new { accept = true })).Ok();

        var path = $"/api/v1/tickets/{ticket.Number}/proactive";
        (await TicketScenario.SendAsync(_app, TicketScenario.Desk, HttpMethod.Post, path, new { title = "绿化带养护合同", text = "周婉申请的合同。" })).Refused(HttpStatusCode.BadRequest, "badText");
        var made = await TicketScenario.SendAsync(_app, TicketScenario.Desk, HttpMethod.Post, path, new { title = "绿化带养护合同", text = "合同要点。" });
        var again = await TicketScenario.SendAsync(_app, TicketScenario.Desk, HttpMethod.Post, path, new { title = "绿化带养护合同", text = "合同要点。" });
        Assert.Equal(made.Ok()["articleId"].GetString(), again.Ok()["articleId"].GetString());
        var actions = (await ticket.HistoryAsync()).Select(e => e.GetProperty("action").GetString()!).ToList();
        Assert.Single(actions, "make-proactive");
        Assert.DoesNotContain("third-party-replied", (await ticket.SeenByResidentAsync()).Ok()["timeline"].EnumerateArray().Select(e => e.GetProperty("action").GetString()));
        Assert.Empty(_app.Warnings);
    }

    [Fact]
    public async Task Correction_ThatIsAskedForTooLate_IsRefused_AndOneThatNeverComesIsGivenUp()
    {
        var late = await AppliedAsync();
        var given = await AppliedAsync();
        (await given.LeadAsync("ask-correction", new { text = "请写明年份。", workingDays = 5 })).Ok();
        (await given.LeadAsync("decide-disclosure", new { decision = "abandoned" })).Refused(HttpStatusCode.Conflict, "wrongState");
        await _app.AdvanceAsync(TimeSpan.FromDays(12));

        (await late.LeadAsync("ask-correction", new { text = "请写明年份。", workingDays = 5 })).Refused(HttpStatusCode.Conflict, "tooLate");
        (await given.LeadAsync("decide-disclosure", new { decision = "abandoned" })).Ok();
        (await given.LeadAsync("answer", new { text = "逾期未补正，视为放弃申请。" })).Ok();
    }

    [Fact]
    public async Task ThirdParty_ThatSaysNothing_HoldsTheClocksForItsFifteenDaysAndNoLonger()
    {
        var ticket = await AppliedAsync();
        (await ticket.LeadAsync("ask-third-party")).Ok();
        var until = (await ticket.HistoryAsync())[^1].GetProperty("details").GetProperty("dueAt").GetDateTimeOffset();
        Assert.Equal(DeadlineCalculator.Compute(HotlineApp.Start, TimeLimit.WorkingDays(15), WorkCalendar.Shipped, OfficeHours.Default).DueAt, until);

        await _app.AdvanceAsync(TimeSpan.FromDays(25));

        Assert.Equal("running", (await ticket.ClockAsync("resolve")).GetProperty("state").GetString());
        var paused = Assert.Single((await ticket.ClockAsync("resolve")).GetProperty("segments").EnumerateArray(), s => !s.GetProperty("running").GetBoolean());
        Assert.Equal(until, paused.GetProperty("to").GetDateTimeOffset());
        (await ticket.LeadAsync("third-party-replied", new { agrees = true })).Refused(HttpStatusCode.Conflict, "wrongState");
        (await ticket.LeadAsync("decide-disclosure", new { decision = "open" })).Ok();
    }

    [Theory]
    [InlineData("name", "")]
    [InlineData("wanted", "")]
    [InlineData("delivery", "post")]
    [InlineData("delivery", "email")]
    public async Task Application_ThatLacksWhatTheLawDemands_IsRefusedAndNothingIsKept(string field, string value)
    {
        var application = Application();
        application[field] = value;

        var answer = await FileAsync(application);

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Equal(0, (await TicketScenario.SendAsync(_app, TicketScenario.Desk, HttpMethod.Get, "/api/v1/tickets")).Ok()["items"].GetArrayLength());
    }

    private static Dictionary<string, object> Application() => new()
    {
        ["applicant"] = "person",
        ["name"] = "周婉",
        ["proof"] = "residentCard",
        ["wanted"] = "绿化带养护合同",
        ["form"] = "electronic",
        ["delivery"] = "online",
    };

    private Task<Answer> FileAsync(Dictionary<string, object>? application) => TicketScenario.FileAsync(_app, new
    {
        type = "InformationRequest",
        subject = "想要绿化带养护合同",
        description = "想知道绿化带养护合同的内容。",
        categoryId = TicketScenario.NoiseCategory,
        application,
        contact = new { name = "周婉", phone = "19900012399" },
    });

    private async Task<TicketScenario> CallAsync() => TicketScenario.Of(_app, (await FileAsync(null)).Ok(), "19900012399");

    private async Task<TicketScenario> AppliedAsync()
    {
        var ticket = TicketScenario.Of(_app, (await FileAsync(Application())).Ok(), "19900012399");
        (await ticket.LeadAsync("sign")).Ok();
        return ticket;
    }
}
