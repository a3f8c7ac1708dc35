using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Runtime.CompilerServices;
using System.Text.Json;
using HotlinePush.Channels.Outbox;
using HotlinePush.Local.Demo;
using HotlinePush.Tests.Support;
using HotlinePush.Tickets;

namespace HotlinePush.Tests.Tickets;

/// <summary>One answer of the API.</summary>
internal sealed record Answer(HttpStatusCode Status, JsonElement Body, string? ETag, string Text)
{
    public string State => Body.GetProperty("state").GetString()!;
    public string? Code => Body.ValueKind == JsonValueKind.Object && Body.TryGetProperty("code", out var code) ? code.GetString() : null;
    public string[] Marks => [.. Body.GetProperty("marks").EnumerateArray().Select(m => m.GetString()!)];
    public JsonElement this[string name] => Body.TryGetProperty(name, out var value) ? value : default;
    public DateTimeOffset Due(string clock) => this["deadlines"].GetProperty(clock).GetDateTimeOffset();

    public Answer Ok()
    {
        Assert.True(Status is HttpStatusCode.OK or HttpStatusCode.Created, $"{(int)Status}: {Text}");
        return this;
    }

    public Answer Refused(HttpStatusCode status, string code)
    {
        Assert.True(Status == status && Code == code, $"expected {(int)status} {code}, got {(int)Status}: {Text}");
        return this;
    }
}

/// <summary>A ticket and those who deal with it, in the words of the lifecycle table; all of it through the public API.</summary>
internal sealed class TicketScenario(HotlineApp app, string number, string code, string? lead, string? phone)
{
    public const string Desk = "demo-desk", Supervisor = "demo-supervisor", Admin = "demo-admin";

    private static readonly ConditionalWeakTable<HotlineApp, ConcurrentDictionary<string, HttpClient>> Clients = [];
    private static int _phones = 1000;

    public HotlineApp App => app;
    public string Number => number;
    public string Code => code;
    public string? Phone => phone;

    /// <summary>The unit that owes the answer.</summary>
    public string Lead { get; private set; } = lead ?? "";

    public string LeadKey => KeyOf(Lead);

    public static string KeyOf(string unitId) => "demo-unit-" + unitId;

    /// <summary>A number of the fictional city that nobody else has.</summary>
    public static string NewPhone() => $"1990001{Interlocked.Increment(ref _phones):D4}";

    // ---- how a ticket came to where it is ----

    /// <summary>A complaint that the catalogue knows a unit for.</summary>
    public static async Task<TicketScenario> DispatchedAsync(
        HotlineApp app, string type = "Complaint", string? priority = null, bool anonymous = false, string? subject = null, string? description = null, object? location = null)
    {
        var phone = anonymous ? null : NewPhone();
        var filed = await FileAsync(app, new
        {
            type,
            subject = subject ?? "夜间施工噪音扰民",
            description = description ?? "望江区鹤汀街道工地每天施工到凌晨两点，噪音很大，无法休息。",
            categoryId = NoiseCategory,
            areaId = "990101001",
            priority = priority ?? "normal",
            location,
            contact = new { name = "张三", phone, anonymous },
        }, priority is null ? null : Desk);
        Assert.Equal("Dispatched", filed.Ok().State);
        return Of(app, filed, phone);
    }

    /// <summary>A request that waits for the desk.</summary>
    public static async Task<TicketScenario> AtDeskAsync(HotlineApp app, string type = "Inquiry")
    {
        var phone = NewPhone();
        var filed = await FileAsync(app, new { type, subject = "想问一下", description = "您好，请问一下。", contact = new { phone } });
        Assert.Equal("Received", filed.Ok().State);
        return Of(app, filed, phone);
    }

    public static async Task<TicketScenario> ConfidentialAsync(HotlineApp app, string description = "有人私设小金库，请查处。")
    {
        var phone = NewPhone();
        var filed = await FileAsync(app, new { type = "Report", subject = "举报违规", description, contact = new { name = "李四", phone, confidential = true } });
        Assert.Equal("Received", filed.Ok().State);
        return Of(app, filed, phone);
    }

    public static async Task<TicketScenario> SignedAsync(HotlineApp app, string type = "Complaint", string? priority = null)
    {
        var ticket = await DispatchedAsync(app, type, priority);
        (await ticket.LeadAsync("sign")).Ok();
        return ticket;
    }

    public static async Task<TicketScenario> AnsweredAsync(HotlineApp app, string? priority = null)
    {
        var ticket = await SignedAsync(app, priority: priority);
        await ticket.AnswerAsync();
        return ticket;
    }

    public static async Task<TicketScenario> AwaitingCallbackAsync(HotlineApp app)
    {
        var ticket = await AnsweredAsync(app);
        await ticket.AcceptAsync();
        return ticket;
    }

    public static async Task<TicketScenario> ClosedAsync(HotlineApp app)
    {
        var ticket = await AwaitingCallbackAsync(app);
        (await ticket.DeskAsync("callback", new { reached = true, resolved = true, satisfied = true })).Ok();
        return ticket;
    }

    // ---- what people do ----

    public Task<Answer> DeskAsync(string action, object? body = null) => ActAsync(Desk, action, body);
    public Task<Answer> SupervisorAsync(string action, object? body = null) => ActAsync(Supervisor, action, body);

    /// <summary>The unit that has the ticket now.</summary>
    public Task<Answer> LeadAsync(string action, object? body = null) => ActAsync(LeadKey, action, body);

    public Task<Answer> ResidentAsync(string action, object? body = null) => ActAsync(null, action, body, $"?code={Uri.EscapeDataString(code)}");

    public Task<Answer> RateAsync(bool resolved, bool satisfied, string? note = null) =>
        SendAsync(app, null, HttpMethod.Post, $"/api/v1/tickets/{number}/rating?code={Uri.EscapeDataString(code)}", new { resolved, satisfied, note });

    public async Task AnswerAsync(string text = "已责令工地夜间停工。") => (await LeadAsync("answer", new { text, outcome = "resolved" })).Ok();

    public async Task AcceptAsync() => (await DeskAsync("audit", new { accept = true })).Ok();

    public async Task<Answer> ActAsync(string? key, string action, object? body = null, string query = "", string? ifMatch = null)
    {
        var answer = await SendAsync(app, key, HttpMethod.Post, $"/api/v1/tickets/{number}/actions/{action}{query}", body ?? new { }, ifMatch);
        if (answer.Status == HttpStatusCode.OK && answer.Body.TryGetProperty("leadUnitId", out var unit) && unit.GetString() is { } now)
            Lead = now;
        return answer;
    }

    // ---- what they see ----

    public Task<Answer> SeenByAsync(string? key, string path = "") => SendAsync(app, key, HttpMethod.Get, $"/api/v1/tickets/{number}{path}");

    public Task<Answer> SeenByResidentAsync(string path = "") => SendAsync(app, null, HttpMethod.Get, $"/api/v1/tickets/{number}{path}?code={Uri.EscapeDataString(code)}");

    public async Task<string> StateAsync() => (await SeenByAsync(Desk)).Ok().State;

    public async Task<List<JsonElement>> HistoryAsync(string key = Desk) => [.. (await SeenByAsync(key, "/history")).Ok()["items"].EnumerateArray()];

    public async Task<List<JsonElement>> ClocksAsync(string kind) =>
        [.. (await SeenByAsync(Desk, "/clocks")).Ok()["items"].EnumerateArray().Where(c => c.GetProperty("kind").GetString() == kind)];

    public async Task<JsonElement> ClockAsync(string kind) => (await ClocksAsync(kind))[^1];

    /// <summary>What was said about this ticket, in order, once all that is on its way has arrived.</summary>
    public async Task<List<OutboxEntry>> ToldAsync(string? purpose = null)
    {
        await app.AdvanceAsync(TimeSpan.FromSeconds(1));
        return await app.Services().TextsAsync(e => e.TicketNumber == number && (purpose is null || e.Purpose == purpose));
    }

    /// <summary>The duty phone of a unit: 0 its clerk, 1 its head, 2 the supervisor.</summary>
    public static string Duty(string unitId, int level) => "+86" + DemoCity.Units.Single(u => u.Id == unitId).Contacts!.Single(c => c.Level == level).Phone;

    public static string SupervisorPhone => Duty(DutyContacts.DeskUnit, 2);

    // ---- plain requests ----

    public const string NoiseCategory = "hjbh-02-03";

    public static Task<Answer> FileAsync(HotlineApp app, object body, string? key = null, string? idempotencyKey = null) =>
        SendAsync(app, key, HttpMethod.Post, "/api/v1/tickets", body, idempotencyKey: idempotencyKey);

    public static TicketScenario Of(HotlineApp app, Answer filed, string? phone) => new(
        app, filed["number"].GetString()!, filed["trackingCode"].GetString()!,
        filed["leadUnitId"] is { ValueKind: JsonValueKind.String } unit ? unit.GetString() : null,
        phone is null ? null : "+86" + phone);

    public static async Task<Answer> SendAsync(
        HotlineApp app, string? key, HttpMethod method, string path, object? body = null, string? ifMatch = null, string? idempotencyKey = null)
    {
        var client = Clients.GetOrCreateValue(app).GetOrAdd(key ?? "", _ => app.As(key));
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
            request.Content = JsonContent.Create(body);
        if (ifMatch is not null)
            request.Headers.IfMatch.Add(EntityTagHeaderValue.Parse(ifMatch));
        if (idempotencyKey is not null)
            request.Headers.Add("Idempotency-Key", idempotencyKey);
        using var response = await client.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        var json = text.Length > 0 && response.Content.Headers.ContentType?.MediaType?.EndsWith("json", StringComparison.Ordinal) == true ? JsonDocument.Parse(text).RootElement : default;
        return new(response.StatusCode, json, response.Headers.ETag?.Tag, text);
    }
}
