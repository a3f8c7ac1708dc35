using HotlinePush.Inbound.Calls;
using HotlinePush.Local.Demo;
using HotlinePush.Security;
using HotlinePush.Tests.Pages;
using HotlinePush.Tickets;
using Microsoft.Extensions.DependencyInjection;

namespace HotlinePush.Tests.Inbound.Calls;

/// <summary>What an agent's page shows when the telephone rings, and what becomes of calls that nobody took.</summary>
public sealed class DeskCallPopTests : IAsyncLifetime
{
    private const string Phone = "19900000123";
    private PageHost _host = null!;
    private CallScenario _pbx = null!;

    public async Task InitializeAsync()
    {
        _host = await PageHost.StartAsync(still: true);
        _pbx = new(new(_host.Address), clock: _host.Time);
        await _host.SignInAsync("demo-desk", "/desk");
        await _host.SubmitAsync("/desk/calls", "/desk/calls/line", ("line", " 8012 "));
    }

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task Call_ThatRingsAtMyExtension_PopsUpWithTheCallersTicketsAndIsTracedOnce()
    {
        var (number, _) = await _host.DispatchedAsync("city-urban");
        Assert.DoesNotContain("响铃中", (await _host.GetAsync("/desk/calls/live")).Text, StringComparison.Ordinal);

        await _pbx.SaysAsync("pbx-1", "ringing", Phone, "8012");
        var popped = await _host.GetAsync("/desk/calls/live");
        await _host.GetAsync("/desk/calls/live");
        var queue = await _host.GetAsync("/desk");

        Assert.Contains("199****0123 响铃中", popped.Text, StringComparison.Ordinal);
        Assert.Contains(number, popped.Html, StringComparison.Ordinal);
        Assert.Contains("路灯不亮", popped.Text, StringComparison.Ordinal);
        Assert.Contains("199****0123 响铃中", queue.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(Phone, popped.Html + queue.Html, StringComparison.Ordinal);
        Assert.Single(await AuditAsync(), e => e.Action == PersonTickets.AuditAction);
    }

    [Fact]
    public async Task Call_ThatRingsAtAnotherOrAtNobody_ShowsNoTicketsOfTheCaller()
    {
        await _host.DispatchedAsync("city-urban");
        await _pbx.SaysAsync("pbx-1", "ringing", Phone, "8099");
        await _pbx.SaysAsync("pbx-2", "ringing", Phone);

        var popped = await _host.GetAsync("/desk/calls/live");

        Assert.Contains("排队中的来电 1 199****0123", popped.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("路灯不亮", popped.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(await AuditAsync(), e => e.Action == PersonTickets.AuditAction);
    }

    [Fact]
    public async Task Call_ForAnAccount_PopsUpByItsUserName()
    {
        var name = DemoDesk();
        await _host.SubmitAsync("/desk", "/sign-out");
        await _host.SignInAsAsync(name);
        await _pbx.SaysAsync("pbx-1", "ringing", Phone, name.ToUpperInvariant());

        Assert.Contains("199****0123 响铃中", (await _host.GetAsync("/desk/calls/live")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Call_ThatIsTaken_FillsTheFormAndTheTicketIsLinkedToIt()
    {
        var id = await _pbx.SaysAsync("pbx-1", "ringing", Phone, "8012");
        await _pbx.SaysAsync("pbx-1", "answered", Phone, "8012");
        var form = await _host.GetAsync("/desk/call?call=" + id);
        Assert.Contains("value=\"&#x2B;8619900000123\"", form.Html.Replace("+", "&#x2B;", StringComparison.Ordinal), StringComparison.Ordinal);

        var sent = await _host.PostAsync("/desk/call", [.. form.HiddenOf("/desk/call"), ("contact.phone", "+8619900000123"), ("type", "Help"), ("description", "小区门口的路灯三天没有亮。"), ("identity", "named"), ("do", "dispatch")]);
        var number = sent.Location!.Split("filed=")[1];
        await _pbx.SaysAsync("pbx-1", "ended", recordingUrl: "https://pbx.example/rec/1");
        var ticket = (await _host.ReadAsync(number))!.Ticket;
        var page = await _host.GetAsync("/desk/tickets/" + number);

        Assert.Equal(id, Assert.Single(ticket.Calls).Id);
        Assert.Contains("href=\"https://pbx.example/rec/1\"", page.Html, StringComparison.Ordinal);
        Assert.Contains("登记来电", page.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("响铃中", (await _host.GetAsync("/desk/calls/live")).Text, StringComparison.Ordinal);
        Assert.Contains(number, (await _host.GetAsync("/desk/calls")).Text, StringComparison.Ordinal);
        await _host.SignInAsync("demo-unit-" + ticket.LeadUnitId);
        Assert.DoesNotContain("pbx.example", (await _host.GetAsync("/unit/tickets/" + number)).Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Call_AnsweredOnTheSpot_IsLinkedToTheClosedTicket_AlarmAndAll()
    {
        var id = await _pbx.SaysAsync("pbx-1", "answered", Phone, "8012");
        var form = await _host.GetAsync("/desk/call?call=" + id);

        var sent = await _host.PostAsync("/desk/call", [.. form.HiddenOf("/desk/call"), ("contact.phone", Phone), ("type", "Inquiry"), ("description", "请问社保卡在哪里补办？"), ("identity", "named"), ("do", "answer"), ("answer", "到政务大厅三楼补办。")]);
        var ticket = (await _host.ReadAsync(sent.Location!.Split("filed=")[1]))!.Ticket;

        Assert.Equal((TicketState.Closed, id), (ticket.State, Assert.Single(ticket.Calls).Id));
    }

    [Fact]
    public async Task Missed_HoweverOften_IsOneCallbackUntilSomebodyCallsBack()
    {
        await _pbx.SaysAsync("pbx-1", "missed", Phone);
        await _pbx.SaysAsync("pbx-1", "missed", Phone);
        await _pbx.SaysAsync("pbx-2", "missed", Phone, called: "12319");
        var list = await _host.GetAsync("/desk/callbacks");
        Assert.Contains("来电2次 199****0123", list.Text, StringComparison.Ordinal);
        Assert.Contains("12319", list.Text, StringComparison.Ordinal);
        Assert.Contains("漏接回拨 1", (await _host.GetAsync("/desk")).Text, StringComparison.Ordinal);

        var id = (await Callbacks()).Single().Hash;
        var one = await _host.GetAsync("/desk/callbacks/" + id);
        Assert.DoesNotContain(Phone, one.Html, StringComparison.Ordinal);
        var revealed = await _host.PostAsync($"/desk/callbacks/{id}/reveal", one.HiddenOf($"/desk/callbacks/{id}/reveal"));
        Assert.Contains("+86" + Phone, revealed.Text, StringComparison.Ordinal);
        Assert.Contains(await AuditAsync(), e => e.Action == MissedCallers.RevealAction);

        var done = await _host.PostAsync($"/desk/callbacks/{id}/done", [.. one.HiddenOf($"/desk/callbacks/{id}/done"), ("reached", "yes"), ("note", "已说明办理进度")]);

        Assert.Equal(303, done.Status);
        Assert.Empty(await Callbacks());
        var after = await _host.GetAsync(done.Location!);
        Assert.Contains("已回拨 · 来电2次", after.Text, StringComparison.Ordinal);
        Assert.Contains("已说明办理进度", after.Text, StringComparison.Ordinal);
        Assert.Equal(404, (await _host.GetAsync("/desk/callbacks/" + id)).Status);
    }

    [Fact]
    public async Task Missed_WhenTheCallerRingsAgainAndGetsThrough_IsDoneByItself()
    {
        await _pbx.SaysAsync("pbx-1", "missed", Phone);
        _host.Time.Advance(TimeSpan.FromMinutes(3));

        await _pbx.SaysAsync("pbx-2", "answered", Phone, "8012");

        Assert.Empty(await Callbacks());
        Assert.Contains("来电人再次打来已接通", (await _host.GetAsync("/desk/callbacks")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Missed_OfACallerWithALiveEmergency_StandsFirst()
    {
        await _host.ApiAsync(HttpMethod.Post, "/api/v1/tickets", null, new { type = "Help", subject = "燃气泄漏", description = "楼道里燃气泄漏，味道很大，有人晕倒了！", contact = new { phone = Phone } });
        await _pbx.SaysAsync("pbx-1", "missed", "19900000555");
        _host.Time.Advance(TimeSpan.FromMinutes(1));
        await _pbx.SaysAsync("pbx-2", "missed", Phone);

        var waiting = await Callbacks();

        Assert.Equal([true, false], waiting.Select(c => c.Urgent));
        Assert.Contains("紧急：来电人有报警工单", (await _host.GetAsync("/desk/callbacks")).Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("anonymous")]
    [InlineData("12345")]
    public async Task Missed_FromANumberThatNobodyCouldCall_IsNoCallback(string? caller)
    {
        await _pbx.SaysAsync("pbx-1", "missed", caller);

        Assert.Empty(await Callbacks());
        Assert.Contains("漏接", (await _host.GetAsync("/desk/calls")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Callback_ThroughTheApi_IsTheSame()
    {
        await _pbx.SaysAsync("pbx-1", "missed", Phone);
        var waiting = (await _host.ApiAsync(HttpMethod.Get, "/api/v1/desk/missed-calls", "demo-desk")).GetProperty("items")[0];
        var id = waiting.GetProperty("id").GetString();
        Assert.Equal(("199****0123", 1), (waiting.GetProperty("caller").GetString(), waiting.GetProperty("calls").GetInt32()));

        Assert.Equal("+86" + Phone, (await _host.ApiAsync(HttpMethod.Post, $"/api/v1/desk/missed-calls/{id}/reveal", "demo-desk", new { })).GetProperty("phone").GetString());
        await _host.ApiAsync(HttpMethod.Post, $"/api/v1/desk/missed-calls/{id}/done", "demo-desk", new { reached = false });
        var done = await _host.ApiAsync(HttpMethod.Post, $"/api/v1/desk/missed-calls/{id}/done", "demo-desk", new { reached = true });

        Assert.Equal("reached", done.GetProperty("end").GetString());
        Assert.Equal(0, (await _host.ApiAsync(HttpMethod.Get, "/api/v1/desk/missed-calls", "demo-desk")).GetProperty("items").GetArrayLength());
        Assert.Equal(1, (await _host.ApiAsync(HttpMethod.Get, "/api/v1/desk/missed-calls?done=true", "demo-supervisor")).GetProperty("items").GetArrayLength());
    }

    [Fact]
    public async Task Calls_LongAfter_AreForgottenWithWhoRang()
    {
        var id = await _pbx.SaysAsync("pbx-1", "missed", Phone);
        var hash = (await Callbacks()).Single().Hash;
        var spoken = await _pbx.SaysAsync("pbx-2", "answered", "19900000555", "8012");
        var other = (await _host.Services.GetRequiredService<CallStore>().ReadAsync(spoken, default))!.Value.PersonHash!;
        await _host.Services.GetRequiredService<MissedCallers>().CallBackAsync(hash, true, null, Actor.System, default);
        _host.Time.Advance(CallErasure.Kept + TimeSpan.FromDays(2));

        Assert.Equal(4, await _host.Services.GetRequiredService<CallErasure>().RunAsync(default));

        Assert.Null(await _host.Services.GetRequiredService<CallStore>().ReadAsync(id, default));
        Assert.Null(await _host.Services.GetRequiredService<MissedCallers>().ReadAsync(hash, default));
        Assert.Null(await _host.Services.GetRequiredService<MissedCallers>().ReadAsync(other, default));
        Assert.Equal(0, await _host.Services.GetRequiredService<CallErasure>().RunAsync(default));
    }

    private static string DemoDesk() => DemoAccounts.Staff.First(s => s.Role == Role.Desk).UserName;

    private async Task<IReadOnlyList<MissedCaller>> Callbacks() => (await _host.Services.GetRequiredService<MissedCallers>().ReadListAsync(false, null, 50, default)).Callers;

    private async Task<IReadOnlyList<AuditEntry>> AuditAsync() => (await _host.Services.GetRequiredService<AuditLog>().ReadDayAsync(new(2026, 11, 20), 50)).Items;
}
