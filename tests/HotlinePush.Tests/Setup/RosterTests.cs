using System.Net;
using HotlinePush.Tests.Support;
using HotlinePush.Tests.Tickets;
using static HotlinePush.Tests.Tickets.TicketScenario;

namespace HotlinePush.Tests.Setup;

/// <summary>The duty roster: who is on duty is told, and everybody else as before.</summary>
public sealed class RosterTests : IAsyncLifetime
{
    private readonly HotlineApp _app = new();

    public Task InitializeAsync() => _app.InitializeAsync();

    public Task DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task Urgent_WhileSomebodyIsOnDuty_TellsThemInsteadOfTheOrdinaryContact()
    {
        var before = await DispatchedAsync(_app, priority: "urgent");
        Assert.Equal(Duty(before.Lead, 0), Assert.Single(await before.ToldAsync("urgentDispatched")).To);
        (await PutAsync(Shift(before.Lead, -1, 12, "夜班甲", "19900008801"), Shift(before.Lead, 12, 24, "夜班乙", "19900008802"), Shift("gas-company", -1, 12, "别家", "19900008803"))).Ok();

        var during = await DispatchedAsync(_app, priority: "urgent");

        Assert.Equal("+8619900008801", Assert.Single(await during.ToldAsync("urgentDispatched")).To);
        await _app.AdvanceAsync(TimeSpan.FromMinutes(31));
        var reminders = await during.ToldAsync("reminder");
        Assert.Contains(reminders, r => r.To == "+8619900008801");
        Assert.DoesNotContain(reminders, r => r.To is "+8619900008802" or "+8619900008803" || r.To == Duty(during.Lead, 0));
    }

    [Fact]
    public async Task Duty_OfAUnit_ShowsTheDeskTheNumberAndOthersAMask()
    {
        (await PutAsync(Shift("water-group", 0, 10, "甲", "19900008801"), Shift("water-group", 5, 15, "乙", "19900008802"))).Ok();

        var both = await SendAsync(_app, Desk, HttpMethod.Get, $"/api/v1/units/water-group/duty?at={Uri.EscapeDataString(HotlineApp.Start.AddHours(7).ToString("O"))}");
        var later = await SendAsync(_app, Desk, HttpMethod.Get, $"/api/v1/units/water-group/duty?at={Uri.EscapeDataString(HotlineApp.Start.AddHours(15).ToString("O"))}");
        var masked = await SendAsync(_app, KeyOf("gas-company"), HttpMethod.Get, $"/api/v1/units/water-group/duty?at={Uri.EscapeDataString(HotlineApp.Start.AddHours(2).ToString("O"))}");

        Assert.Equal(["甲", "乙"], both.Ok()["items"].EnumerateArray().Select(d => d.GetProperty("name").GetString()!));
        Assert.Contains("19900008801", both.Text, StringComparison.Ordinal);
        Assert.False(later.Ok()["rostered"].GetBoolean());
        Assert.NotEmpty(later["items"].EnumerateArray());
        Assert.DoesNotContain("19900008801", masked.Ok().Text, StringComparison.Ordinal);
        Assert.DoesNotContain("19900008801", (await SendAsync(_app, Supervisor, HttpMethod.Get, "/api/v1/roster")).Ok().Text, StringComparison.Ordinal);
        Assert.Equal(2, (await SendAsync(_app, Admin, HttpMethod.Get, "/api/v1/roster")).Ok()["items"].GetArrayLength());
    }

    [Fact]
    public async Task Roster_WithShiftsThatCannotBe_IsRefusedWhole()
    {
        var refused = await PutAsync(
            Shift("nobody", 0, 1, "甲", "19900008801"), Shift("water-group", 1, 1, "甲", "19900008801"), Shift("water-group", 0, 1, " ", "19900008801"), Shift("water-group", 0, 1, "甲", "12"));

        Assert.Equal(HttpStatusCode.BadRequest, refused.Status);
        foreach (var field in (string[])["items[0].unitId", "items[1].to", "items[2].name", "items[3].phone"])
            Assert.True(refused["errors"].TryGetProperty(field, out _), field + refused.Text);
        Assert.Empty((await SendAsync(_app, Admin, HttpMethod.Get, "/api/v1/roster")).Ok()["items"].EnumerateArray());
        (await SendAsync(_app, Desk, HttpMethod.Put, "/api/v1/roster", Array.Empty<object>())).Refused(HttpStatusCode.Forbidden, "roleLacking");
    }

    private Task<Answer> PutAsync(params object[] shifts) => SendAsync(_app, Admin, HttpMethod.Put, "/api/v1/roster", shifts);

    private static object Shift(string unitId, double from, double to, string name, string phone) =>
        new { unitId, from = HotlineApp.Start.AddHours(from), to = HotlineApp.Start.AddHours(to), name, phone };
}
