using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using HotlinePush.Inbound.Merged;
using HotlinePush.Tests.Support;
using HotlinePush.Tests.Tickets;

namespace HotlinePush.Tests.Inbound;

/// <summary>A department's hotline comes into 12345 with its number and its past.</summary>
public sealed class MergedHotlineTests : IAsyncLifetime
{
    private readonly HotlineApp _app = new();

    public Task InitializeAsync() => _app.InitializeAsync();

    public Task DisposeAsync() => _app.DisposeAsync();

    [Theory]
    [InlineData("12369", "12369")]
    [InlineData("027-12369", "12369")]
    [InlineData("0755 12369", "12369")]
    [InlineData("+86 27 12369", "12369")]
    [InlineData("+86 12369", "12369")]
    [InlineData("008612369", "12369")]
    [InlineData("02785712345", "02785712345")]
    [InlineData("+862785712345", "02785712345")]
    [InlineData("+8613800138000", "13800138000")]
    [InlineData("sip:", "")]
    [InlineData(null, "")]
    public void CalledNumber_HoweverTheExchangeWritesIt_IsOneNumber(string? called, string normal) => Assert.Equal(normal, CalledNumber.Normal(called));

    [Fact]
    public async Task Number_ThatIsDialled_LeadsToItsHotline()
    {
        Assert.Equal("environment-12369", (await CalledAsync("027-12369")).GetProperty("hotline").GetProperty("id").GetString());
        Assert.Equal(JsonValueKind.Null, (await CalledAsync("12345")).GetProperty("hotline").ValueKind);
        (await TicketScenario.SendAsync(_app, TicketScenario.Desk, HttpMethod.Get, "/api/v1/merged-hotlines/called")).Refused(HttpStatusCode.BadRequest, "required");
    }

    [Fact]
    public async Task Call_ToAMergedNumber_NamesItsSourceAndSuggestsTheDepartment()
    {
        var filed = (await TicketScenario.FileAsync(_app, new { type = "Inquiry", subject = "想问一下", description = "您好，请问一下。", calledNumber = "02712369", contact = new { phone = "19900012345" } }, TicketScenario.Desk)).Ok();

        var seen = (await TicketScenario.SendAsync(_app, TicketScenario.Desk, HttpMethod.Get, "/api/v1/tickets/" + filed["number"].GetString())).Ok();
        Assert.Equal("environment-12369", seen["source"].GetString());
        Assert.Equal("city-environment", seen["suggestions"].EnumerateArray().First().GetProperty("unitId").GetString());
    }

    [Fact]
    public async Task PastTickets_OfAMergedHotline_AreKeptClosedAndNobodyIsTold()
    {
        var csv = "external_id,subject,body,received_at,closed_at,answer,phone,category\n"
            + "HB-1,工地扬尘,工地扬尘大,2025-11-03 09:00,2025-11-10 17:00,已责令整改,19900077701,扬尘类\n"
            + "HB-2,河道异味,河里有异味,2026-02-27 09:00,,,19900077702,\n"
            + "HB-3,坏的行,关闭早于受理,2026-02-01 09:00,2026-01-01 09:00,,,\n";
        var job = await ImportAsync(csv);

        Assert.Equal((3, 1), (job.GetProperty("done").GetInt32(), job.GetProperty("errors").GetArrayLength()));
        Assert.Equal("closed_at", job.GetProperty("errors")[0].GetProperty("column").GetString());
        var closed = Assert.Single(await TicketsAsync("Closed"));
        Assert.Equal(("environment-12369", "HB-1", "takenOver", "已责令整改"), (
            closed["source"].GetString(), closed["externalId"].GetString(), closed["endReason"].GetString(), closed["answer"].GetProperty("text").GetString()));
        Assert.Equal(new DateTimeOffset(2025, 11, 10, 17, 0, 0, TimeSpan.FromHours(8)), closed["endedAt"].GetDateTimeOffset());
        Assert.Equal("hjbh", closed["categoryId"].GetString());
        Assert.Equal(JsonValueKind.Null, closed["leadUnitId"].ValueKind);
        var open = Assert.Single(await TicketsAsync("Dispatched"));
        Assert.Equal(("city-environment", "HB-2"), (open["leadUnitId"].GetString(), open["externalId"].GetString()));
        Assert.Empty(await _app.Services().TextsAsync(e => e.To?.EndsWith("1990007770", StringComparison.Ordinal) == true || e.To?.Contains("19900077", StringComparison.Ordinal) == true));
        var scores = (await TicketScenario.SendAsync(_app, TicketScenario.Supervisor, HttpMethod.Get, "/api/v1/supervision/scores?from=2025-11-03&to=2025-11-03&by=unit")).Ok();
        Assert.DoesNotContain("\"denominator\":1", scores.Text, StringComparison.Ordinal);

        await ImportAsync(csv);
        Assert.Single(await TicketsAsync("Closed"));
        Assert.Single(await TicketsAsync("Dispatched"));
        Assert.Empty(_app.Warnings);
    }

    [Fact]
    public async Task Import_OfAHotlineThatIsNone_IsRefused()
    {
        using var answer = await _app.Desk.PostAsync("/api/v1/import/tickets?hotline=none", Csv("subject,body,received_at\n"));
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        var job = await ImportAsync("subject,body,received_at\ns,b,2026-01-01\n");
        Assert.Equal(("failed", "external_id"), (job.GetProperty("state").GetString(), job.GetProperty("errors")[0].GetProperty("column").GetString()));
    }

    [Theory]
    [InlineData("""{ "id":"a", "name":"a", "numbers":[], "unitId":"city-labor", "categoryId":"ldsb" }""", "numbers")]
    [InlineData("""{ "id":"a", "name":"a", "numbers":["x"], "unitId":"city-labor", "categoryId":"ldsb" }""", "numbers")]
    [InlineData("""{ "id":"a", "name":"a", "numbers":["12369","027-12369"], "unitId":"city-labor", "categoryId":"ldsb" }""", "numbers")]
    [InlineData("""{ "id":"a", "name":"a", "numbers":["12369"], "unitId":"none", "categoryId":"ldsb" }""", "unitId")]
    [InlineData("""{ "id":"A", "name":"a", "numbers":["12369"], "unitId":"city-labor", "categoryId":"ldsb" }""", "id")]
    public async Task List_ThatIsWrong_IsRefusedAsAWhole(string hotline, string field)
    {
        var answer = await TicketScenario.SendAsync(_app, TicketScenario.Admin, HttpMethod.Put, "/api/v1/merged-hotlines", JsonDocument.Parse($"[{hotline}]").RootElement);

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.True(answer["errors"].TryGetProperty($"items[0].{field}", out _), answer.Text);
        Assert.Equal(2, (await TicketScenario.SendAsync(_app, TicketScenario.Desk, HttpMethod.Get, "/api/v1/merged-hotlines")).Ok()["items"].GetArrayLength());
    }

    private async Task<JsonElement> CalledAsync(string number) =>
        (await TicketScenario.SendAsync(_app, TicketScenario.Desk, HttpMethod.Get, "/api/v1/merged-hotlines/called?number=" + Uri.EscapeDataString(number))).Ok().Body;

    private async Task<List<Answer>> TicketsAsync(string state)
    {
        var list = (await TicketScenario.SendAsync(_app, TicketScenario.Desk, HttpMethod.Get, "/api/v1/tickets?state=" + state)).Ok();
        var found = new List<Answer>();
        foreach (var item in list["items"].EnumerateArray())
            found.Add((await TicketScenario.SendAsync(_app, TicketScenario.Desk, HttpMethod.Get, "/api/v1/tickets/" + item.GetProperty("number").GetString())).Ok());
        return found;
    }

    private async Task<JsonElement> ImportAsync(string csv)
    {
        using var started = await _app.Desk.PostAsync("/api/v1/import/tickets?hotline=environment-12369", Csv(csv));
        Assert.Equal(HttpStatusCode.Accepted, started.StatusCode);
        var id = JsonDocument.Parse(await started.Content.ReadAsStringAsync()).RootElement.GetProperty("jobId").GetString();
        await _app.AdvanceAsync(TimeSpan.FromSeconds(1));
        return (await TicketScenario.SendAsync(_app, TicketScenario.Desk, HttpMethod.Get, "/api/v1/jobs/" + id)).Ok().Body;
    }

    private static StringContent Csv(string text) => new(text, Encoding.UTF8, new MediaTypeHeaderValue("text/csv"));
}
