using System.Globalization;
using System.Text.Json;
using HotlinePush.Clocks;
using HotlinePush.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using static HotlinePush.Tests.Tickets.TicketScenario;

namespace HotlinePush.Tests.Tickets;

/// <summary>
/// Deadlines and reminders as time passes. Each test has a host of its own, since it moves the host's clock. Moments are written as
/// people would: month-day hour:minute; seconds that pass while a test runs are ignored.
/// </summary>
public sealed class ClockScenarioTests : IAsyncLifetime
{
    private HotlineApp? _app;

    private HotlineApp App => _app!;

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => _app?.DisposeAsync() ?? Task.CompletedTask;

    [Fact]
    public async Task Reminders_OfANormalTicket_GoToTheClerkThenTheHeadThenTheSupervisorEachOnce()
    {
        await StartAsync("2026-03-02 10:00");
        var ticket = await DispatchedAsync(App);
        (await ticket.LeadAsync("sign")).Ok();

        await App.AdvanceToAsync(At("2026-03-11 12:00"));

        var (clerk, head) = (Duty(ticket.Lead, 0), Duty(ticket.Lead, 1));
        Assert.Equal(
            [
                // Unit clock: four working days from Tuesday, 32 office hours.
                $"03-04 18:00 承办期限已过半 {clerk}",
                $"03-05 14:00 对外答复期限已过半 {clerk}",
                $"03-06 10:36 承办期限已过80% {clerk}",
                $"03-06 18:00 对外答复期限已过80% {clerk}",
                $"03-06 18:00 承办期限已到 {clerk}",
                $"03-09 09:00 承办已逾期 {head}",
                $"03-09 18:00 对外答复期限已到 {clerk}",
                $"03-10 09:00 对外答复已逾期 {head}",
                $"03-10 09:00 承办已逾期 {SupervisorPhone}",
                $"03-11 09:00 对外答复已逾期 {SupervisorPhone}",
                $"03-11 09:00 承办已逾期 {SupervisorPhone}",
            ],
            await RemindedAsync(ticket));
        Assert.Equal("missed", (await ticket.ClockAsync("unit")).GetProperty("state").GetString());
        Assert.Equal(ticket.Lead, (await ticket.ClockAsync("resolve")).GetProperty("segments").EnumerateArray().Last().GetProperty("holder").GetString());
    }

    [Fact]
    public async Task Reminders_OfAnUnsignedTicket_RunOverTheBreakAtNoon()
    {
        await StartAsync("2026-03-02 10:00");
        var ticket = await DispatchedAsync(App);

        await App.AdvanceToAsync(At("2026-03-03 10:00"));

        var clerk = Duty(ticket.Lead, 0);
        Assert.Equal(
            [$"03-02 13:00 签收期限已过半 {clerk}", $"03-02 14:12 签收期限已过80% {clerk}", $"03-02 15:00 签收期限已到 {clerk}", $"03-03 09:00 签收已逾期 {Duty(ticket.Lead, 1)}"],
            await RemindedAsync(ticket));
        Assert.DoesNotContain("telephoneUnit", (await ticket.SeenByAsync(Desk)).Marks);
    }

    [Fact]
    public async Task Reminders_OfAnUrgentTicketAtNight_GoAtOnceAndTheDeskTelephones()
    {
        // Saturday night.
        await StartAsync("2026-03-07 23:00");
        var ticket = await DispatchedAsync(App, priority: "urgent");

        await App.AdvanceToAsync(At("2026-03-07 23:31"));

        var clerk = Duty(ticket.Lead, 0);
        Assert.Equal([$"03-07 23:15 签收期限已过半 {clerk}", $"03-07 23:24 签收期限已过80% {clerk}", $"03-07 23:30 签收期限已到 {clerk}"], await RemindedAsync(ticket));
        Assert.Equal(clerk, Assert.Single(await ticket.ToldAsync("urgentDispatched")).To);
        Assert.Contains("telephoneUnit", (await ticket.SeenByAsync(Desk)).Marks);
        (await ticket.LeadAsync("sign")).Ok();
        Assert.DoesNotContain("telephoneUnit", (await ticket.SeenByAsync(Desk)).Marks);

        await App.AdvanceToAsync(At("2026-03-08 23:59"));

        Assert.Equal(
            ["03-08 09:00 承办期限已过半", "03-08 11:00 对外答复期限已过半", "03-08 15:00 承办期限已过80%", "03-08 18:12 对外答复期限已过80%", "03-08 19:00 承办期限已到", "03-08 23:00 对外答复期限已到"],
            (await RemindedAsync(ticket)).Skip(3).Select(r => r[..r.LastIndexOf(' ')]));
        await App.AdvanceToAsync(At("2026-03-09 09:01"));
        Assert.Equal(2, (await RemindedAsync(ticket)).Count(r => r.StartsWith("03-09 09:00", StringComparison.Ordinal) && r.EndsWith(Duty(ticket.Lead, 1), StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Reminders_OfATicketAtTheDesk_GoToTheDesk()
    {
        await StartAsync("2026-03-02 10:00");
        var ticket = await AtDeskAsync(App);

        // Inquiry: three working days, half of them by noon and a half of Wednesday.
        await App.AdvanceToAsync(At("2026-03-04 18:00"));

        Assert.Equal([$"03-04 14:00 对外答复期限已过半 {Duty("desk", 0)}"], await RemindedAsync(ticket));
        Assert.Empty(App.Warnings);
    }

    [Fact]
    public async Task Suspension_OverAWeekend_MovesTheDeadlineByTheOfficeTimeThatStoodStill()
    {
        await StartAsync("2026-03-02 10:00");
        var ticket = await SignedAsync(App);
        // In the evening and on a Sunday: no office time passes while the test runs.
        await App.AdvanceToAsync(At("2026-03-04 20:00"));
        await SuspendAsync(ticket);
        Assert.Equal("suspended", (await ticket.ClockAsync("unit")).GetProperty("state").GetString());

        await App.AdvanceToAsync(At("2026-03-15 12:00"));
        Assert.DoesNotContain(await RemindedAsync(ticket), r => string.CompareOrdinal(r, "03-04 20:00") > 0);
        (await ticket.LeadAsync("resume")).Ok();

        // Tuesday and Wednesday were used, Thursday 5 to Friday 13 stood still: seven office days, not eleven days.
        Assert.Equal("03-18 18:00", await DueAsync(ticket, "resolve"));
        Assert.Equal("03-17 18:00", await DueAsync(ticket, "unit"));
        var clock = await ticket.ClockAsync("resolve");
        OutcomeTests.Contiguous(clock);
        Assert.Contains(clock.GetProperty("skipped").EnumerateArray(), s => s.GetProperty("date").GetString() == "2026-03-09");
        await App.AdvanceToAsync(At("2026-03-16 14:01"));
        Assert.Contains($"03-16 14:00 对外答复期限已过半 {Duty(ticket.Lead, 0)}", await RemindedAsync(ticket));
    }

    [Fact]
    public async Task Suspension_OverQingming_DoesNotCountTheHolidayTwice()
    {
        // Wednesday 1 April 2026; 4 to 6 April are off.
        await StartAsync("2026-04-01 10:00");
        var ticket = await SignedAsync(App);
        Assert.Equal("04-09 18:00", await DueAsync(ticket, "resolve"));
        await App.AdvanceToAsync(At("2026-04-03 12:30"));
        await SuspendAsync(ticket);
        await App.AdvanceToAsync(At("2026-04-07 12:30"));
        (await ticket.DeskAsync("resume")).Ok();

        // Friday afternoon's five hours and Tuesday morning's three: one office day.
        Assert.Equal("04-10 18:00", await DueAsync(ticket, "resolve"));
        var skipped = (await ticket.ClockAsync("resolve")).GetProperty("skipped").EnumerateArray().Select(s => s.GetProperty("date").GetString()).ToArray();
        Assert.Contains("2026-04-06", skipped);
        (await ticket.LeadAsync("extend", new { workingDays = 10, reason = "complex" })).Ok();
        (await ticket.SupervisorAsync("decide-extension", new { approve = true })).Ok();
        Assert.Equal("04-24 18:00", await DueAsync(ticket, "resolve"));
    }

    [Fact]
    public async Task Extension_OfATicketAlreadyReminded_ArmsTheRemindersOfTheNewDeadline()
    {
        await StartAsync("2026-03-02 10:00");
        var ticket = await SignedAsync(App);
        await App.AdvanceToAsync(At("2026-03-06 11:00"));
        (await ticket.LeadAsync("extend", new { workingDays = 5, reason = "complex" })).Ok();
        (await ticket.SupervisorAsync("decide-extension", new { approve = true })).Ok();
        var before = (await RemindedAsync(ticket)).Count;

        await App.AdvanceToAsync(At("2026-03-16 18:01"));

        // Resolve: ten days to Monday 16; unit: nine days to Friday 13.
        Assert.Equal(
            ["03-09 14:00 承办期限已过半", "03-09 18:00 对外答复期限已过半", "03-12 10:36 承办期限已过80%", "03-12 18:00 对外答复期限已过80%", "03-13 18:00 承办期限已到", "03-16 09:00 承办已逾期", "03-16 18:00 对外答复期限已到"],
            (await RemindedAsync(ticket)).Skip(before).Select(r => r[..r.LastIndexOf(' ')]));
    }

    [Fact]
    public async Task Extension_AskedAfterTheDeadline_IsRefused()
    {
        await StartAsync("2026-03-02 10:00");
        var ticket = await SignedAsync(App);
        await App.AdvanceToAsync(At("2026-03-09 18:00"));
        (await ticket.LeadAsync("extend", new { workingDays = 1, reason = "complex" })).Refused(System.Net.HttpStatusCode.Conflict, "tooLate");
    }

    [Fact]
    public async Task Return_AfterOneWorkingDay_IsTooLateAndBeforeItIsNot()
    {
        // Friday: the working day after it is Monday.
        await StartAsync("2026-03-06 10:00");
        var (early, late) = (await DispatchedAsync(App), await DispatchedAsync(App));

        await App.AdvanceToAsync(At("2026-03-09 17:59"));
        (await early.LeadAsync("return", new { reason = "notOurDuty", text = "非我单位职责。" })).Ok();
        await App.AdvanceToAsync(At("2026-03-09 18:00"));
        (await late.LeadAsync("return", new { reason = "notOurDuty", text = "非我单位职责。" })).Refused(System.Net.HttpStatusCode.Conflict, "tooLate");
    }

    [Fact]
    public async Task Reassignment_OnTheThirdDay_KeepsTheResidentsDeadlineAndTellsWhoHeldWhat()
    {
        await StartAsync("2026-03-02 10:00");
        var ticket = await SignedAsync(App);
        var former = ticket.Lead;
        await App.AdvanceToAsync(At("2026-03-05 10:00"));

        (await ticket.DeskAsync("reassign", new { leadUnitId = "gas-company", note = "职责调整" })).Ok();

        Assert.Equal("03-09 18:00", await DueAsync(ticket, "resolve"));
        Assert.Equal("03-11 18:00", await DueAsync(ticket, "unit"));
        await App.AdvanceToAsync(At("2026-03-10 10:00"));
        var resolve = await ticket.ClockAsync("resolve");
        Assert.Equal("missed", resolve.GetProperty("state").GetString());
        Assert.Equal([former, "gas-company"], resolve.GetProperty("segments").EnumerateArray().Select(s => s.GetProperty("holder").GetString()));
        OutcomeTests.Contiguous(resolve);
        // The former unit hears nothing more.
        Assert.DoesNotContain(await RemindedAsync(ticket), r => string.CompareOrdinal(r, "03-05 10:01") > 0 && r.Contains(Duty(former, 0), StringComparison.Ordinal));
        Assert.Contains($"03-09 18:00 对外答复期限已到 {Duty("gas-company", 0)}", await RemindedAsync(ticket));
    }

    [Fact]
    public async Task Callback_UnreachedOnThreeDifferentDays_ClosesAndCountsAsNobodysSatisfaction()
    {
        await StartAsync("2026-03-02 10:00");
        var ticket = await AwaitingCallbackAsync(App);
        foreach (var day in new[] { "2026-03-03 10:00", "2026-03-04 10:00" })
        {
            // Twice a day is one day.
            (await ticket.DeskAsync("callback", new { reached = false })).Ok();
            Assert.Equal("Answered", (await ticket.DeskAsync("callback", new { reached = false })).Ok().State);
            await App.AdvanceToAsync(At(day));
        }

        var closed = (await ticket.DeskAsync("callback", new { reached = false })).Ok();

        Assert.Equal("Closed", closed.State);
        Assert.Equal("unreachable", closed["endReason"].GetString());
        Assert.Equal(JsonValueKind.Null, closed["satisfied"].ValueKind);
    }

    [Fact]
    public async Task Audit_RefusedAfterTheDeadline_FindsTheClockMissedAndClimbsWhereItStood()
    {
        await StartAsync("2026-03-02 10:00");
        var ticket = await SignedAsync(App);
        await App.AdvanceToAsync(At("2026-03-09 17:00"));
        await ticket.AnswerAsync();
        await App.AdvanceToAsync(At("2026-03-11 10:00"));
        var before = (await RemindedAsync(ticket)).Count;

        (await ticket.DeskAsync("audit", new { accept = false, note = "没有回应诉求。" })).Ok();
        await App.AdvanceToAsync(At("2026-03-12 10:00"));

        var resolve = Assert.Single(await ticket.ClocksAsync("resolve"));
        Assert.Equal("missed", resolve.GetProperty("state").GetString());
        // While the answer lay with the desk the time was the desk's.
        Assert.Equal([ticket.Lead, "desk", ticket.Lead], resolve.GetProperty("segments").EnumerateArray().Select(s => s.GetProperty("holder").GetString()));
        OutcomeTests.Contiguous(resolve);
        Assert.Equal(
            [$"03-12 09:00 对外答复已逾期 {SupervisorPhone}", $"03-12 09:00 承办已逾期 {SupervisorPhone}"],
            (await RemindedAsync(ticket)).Skip(before).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Callback_NeverMade_ShowsTheCallbackClockMissedWithoutRemindingAUnit()
    {
        await StartAsync("2026-03-02 10:00");
        var ticket = await AwaitingCallbackAsync(App);
        await App.AdvanceToAsync(At("2026-03-06 10:00"));

        Assert.Equal("missed", (await ticket.ClockAsync("callback")).GetProperty("state").GetString());
        Assert.Empty(await RemindedAsync(ticket));
    }

    private async Task StartAsync(string local)
    {
        _app = new HotlineApp { Change = services => services.Replace(ServiceDescriptor.Singleton<TimeProvider>(new TimeFrom(At(local).AddMinutes(-5)))) };
        await _app.InitializeAsync();
        await _app.AdvanceToAsync(At(local));
    }

    private async Task SuspendAsync(TicketScenario ticket)
    {
        (await ticket.LeadAsync("suspend", new { reason = "thirdParty" })).Ok();
        (await ticket.DeskAsync("decide-suspension", new { approve = true })).Ok();
    }

    /// <summary>Each reminder sent so far, by time: when, what, and to whom.</summary>
    private async Task<List<string>> RemindedAsync(TicketScenario ticket)
    {
        return
        [
            .. (await ticket.ToldAsync("reminder"))
                .Select(r => $"{Short(r.At)} {What(r.Body!)} {r.To}")
                .Order(StringComparer.Ordinal),
        ];
    }

    /// <summary>Between the unit's name and the deadline stands which clock, and how far.</summary>
    private static string What(string body) => body[(body.IndexOf('）') + 1)..body.IndexOf('，')];

    private static async Task<string> DueAsync(TicketScenario ticket, string clock) => Short((await ticket.SeenByAsync(Desk)).Due(clock));

    private static string Short(DateTimeOffset at) => CityZone.ToLocal(at).ToString("MM-dd HH:mm", CultureInfo.InvariantCulture);

    private static DateTimeOffset At(string local) => CityZone.FromLocal(DateTime.ParseExact(local, "yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture));

    private sealed class TimeFrom(DateTimeOffset start) : TimeProvider
    {
        private readonly TimeSpan _shift = start - System.GetUtcNow();

        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + _shift;
    }
}
