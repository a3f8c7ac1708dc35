using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using HotlinePush.Tests.Support;

namespace HotlinePush.Tests.Tickets;

/// <summary>The main job, end to end: a resident's words become a ticket that a unit answers in time.</summary>
public sealed class OrdinaryLifeTests : IAsyncLifetime
{
    private readonly HotlineApp _app = new();

    public Task InitializeAsync() => _app.InitializeAsync();

    public Task DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task Ticket_FiledRoutedSignedAnsweredAuditedCalledBack_IsClosedAndEveryoneWasTold()
    {
        var filed = await _app.Public.PostAsJsonAsync("/api/v1/tickets", new
        {
            type = "Complaint",
            subject = "夜间施工噪音扰民",
            description = "望江区和亭街道工地每天施工到凌晨两点，噪音很大，无法休息。",
            contact = new { name = "张三", phone = "19900000999" },
        });
        Assert.Equal(HttpStatusCode.Created, filed.StatusCode);
        var ticket = await filed.Content.ReadFromJsonAsync<JsonElement>();
        var number = ticket.GetProperty("number").GetString()!;
        Assert.Equal("Dispatched", ticket.GetProperty("state").GetString());
        var unit = _app.Unit(ticket.GetProperty("leadUnitId").GetString()!);

        await ActAsync(unit, number, "sign");
        await ActAsync(unit, number, "contact", new { note = "已联系" });
        await ActAsync(unit, number, "answer", new { text = "已责令工地夜间停工。", outcome = "resolved" });
        await ActAsync(_app.Desk, number, "audit", new { accept = true });
        var closed = await ActAsync(_app.Desk, number, "callback", new { reached = true, resolved = true, satisfied = true });

        Assert.Equal("Closed", closed.GetProperty("state").GetString());
        await _app.AdvanceAsync(TimeSpan.FromSeconds(1));
        var told = await _app.Services().TextsToAsync("+8619900000999");
        Assert.Equal(["ticketReceived", "ticketAnswered", "ticketClosed"], told.Select(t => t.Purpose));
        Assert.Empty(_app.Warnings);
    }

    private static async Task<JsonElement> ActAsync(HttpClient client, string number, string action, object? body = null)
    {
        var answer = await client.PostAsJsonAsync($"/api/v1/tickets/{number}/actions/{action}", body ?? new { });
        Assert.True(answer.IsSuccessStatusCode, $"{action}: {await answer.Content.ReadAsStringAsync()}");
        return await answer.Content.ReadFromJsonAsync<JsonElement>();
    }
}
