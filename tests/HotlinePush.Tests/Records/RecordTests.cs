using System.Net;
using System.Text.Json;
using HotlinePush.Channels;
using HotlinePush.Records;
using HotlinePush.Storage;
using HotlinePush.Tests.Support;
using HotlinePush.Tests.Tickets;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using static HotlinePush.Tests.Tickets.TicketScenario;

namespace HotlinePush.Tests.Records;

/// <summary>What is kept, for whom, and how it goes.</summary>
public sealed class RecordTests : IAsyncLifetime
{
    private readonly HotlineApp _app = new() { Change = s => s.Replace(ServiceDescriptor.Singleton(new RetentionPolicy(TicketMonths: 12))) };

    public Task InitializeAsync() => _app.InitializeAsync();

    public Task DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task Erase_WhenATicketHasEnded_LeavesItsStatesAndFiguresAndNothingOfThePerson()
    {
        var ticket = await AwaitingCallbackAsync(_app);
        var file = await AttachAsync(ticket);
        (await ticket.DeskAsync("callback", new { reached = true, resolved = true, satisfied = true })).Ok();
        var before = (await ticket.SeenByAsync(Supervisor)).Ok();
        Assert.Contains("噪音", before.Text, StringComparison.Ordinal);

        var proof = (await EraseAsync(ticket.Number, "requested")).Ok();

        Assert.Equal((ticket.Number, "requested", 1), (proof["number"].GetString(), proof["reason"].GetString(), proof["files"].GetInt32()));
        var after = (await ticket.SeenByAsync(Supervisor)).Ok();
        Assert.Equal(("Closed", before.Due("resolve")), (after.State, after.Due("resolve")));
        Assert.Equal(before["satisfied"].GetBoolean(), after["satisfied"].GetBoolean());
        foreach (var path in new[] { "", "/history", "/clocks", "/case-file" })
        {
            var seen = (await ticket.SeenByAsync(Supervisor, path)).Ok();
            foreach (var word in new[] { "噪音", "停工", "张三", ticket.Phone![3..] })
                Assert.DoesNotContain(word, seen.Text, StringComparison.Ordinal);
        }

        Assert.Equal("delete-personal-data", (await ticket.HistoryAsync(Supervisor))[^1].GetProperty("action").GetString());
        (await ticket.SeenByAsync(Supervisor, $"/attachments/{file}")).Refused(HttpStatusCode.NotFound, "notFound");
        Assert.Empty((await ExportAsync(new { phone = ticket.Phone, why = "本人申请" })).Ok()["tickets"].EnumerateArray());
        (await EraseAsync(ticket.Number, "requested")).Refused(HttpStatusCode.Conflict, "personalDataDeleted");
        (await ticket.SupervisorAsync("supervise", new { text = "查", workingDays = 1 })).Refused(HttpStatusCode.Conflict, "wrongState");
    }

    [Fact]
    public async Task Erase_WhenTheTicketIsOpenOrTheReasonIsNone_IsRefusedAndChangesNothing()
    {
        var ticket = await SignedAsync(_app);

        (await EraseAsync(ticket.Number, "requested")).Refused(HttpStatusCode.Conflict, "wrongState");
        (await EraseAsync(ticket.Number, "because")).Refused(HttpStatusCode.BadRequest, "badValue");
        (await EraseAsync("26030200000000", "requested")).Refused(HttpStatusCode.NotFound, "notFound");
        (await SendAsync(_app, Supervisor, HttpMethod.Post, $"/api/v1/tickets/{ticket.Number}/erase", new { reason = "requested" })).Refused(HttpStatusCode.Forbidden, "roleLacking");

        Assert.Contains("噪音", (await ticket.SeenByAsync(Supervisor)).Ok().Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Erase_WhenDone_LeavesNoRowThatNamesThePerson()
    {
        var ticket = await ClosedAsync(_app);
        var store = _app.App.Services.GetRequiredService<ITableStore>();
        var hash = (await _app.App.Services.GetRequiredService<HotlinePush.Tickets.TicketStore>().ReadAsync(ticket.Number))!.Ticket.PersonHash!;
        Assert.NotEmpty((await store.ReadRangeAsync("index", Keys.Of("person", hash), new("!", "~"), 10)).Rows);

        (await EraseAsync(ticket.Number, "unlawful")).Ok();

        Assert.Empty((await store.ReadRangeAsync("index", Keys.Of("person", hash), new("!", "~"), 10)).Rows);
        var rows = await store.ReadAllAsync(WorkShard.Table, WorkShard.Of(ticket.Number).Partition, Keys.Under("t", ticket.Number)).ToListAsync();
        Assert.True(rows.Count > 5);
        Assert.All(rows, r => Assert.DoesNotContain(hash, System.Text.Encoding.UTF8.GetString(r.Value.Span), StringComparison.Ordinal));
    }

    [Fact]
    public async Task Retention_WhenTheTimeIsUp_DeletesWhatHasEndedAndWaitsForWhatHasNot()
    {
        var (ended, open) = (await ClosedAsync(_app), await SignedAsync(_app));
        var retention = _app.App.Services.GetRequiredService<TicketRetention>();
        await _app.AdvanceAsync(TimeSpan.FromDays(30));
        Assert.Equal(0, await retention.RunAsync(default));
        for (var month = 0; month < 12; month++)
            await _app.AdvanceAsync(TimeSpan.FromDays(30));

        Assert.Equal(1, await retention.RunAsync(default));

        Assert.Null((await ended.SeenByAsync(Supervisor)).Ok()["subject"].GetString());
        Assert.Equal("夜间施工噪音扰民", (await open.SeenByAsync(Supervisor)).Ok()["subject"].GetString());
        (await open.DeskAsync("terminate", new { reason = "callerWithdrew", text = "撤回" })).Ok();
        Assert.Equal(1, await retention.RunAsync(default));
        Assert.Equal(0, await retention.RunAsync(default));
    }

    [Fact]
    public async Task CaseFile_WhenMade_HoldsHistoryClocksAndLooksAndIsItselfOnRecord()
    {
        var ticket = await ConfidentialAsync(_app);
        (await ticket.SeenByAsync(Desk)).Ok();

        var first = (await ticket.SeenByAsync(Supervisor, "/case-file")).Ok();
        var second = (await ticket.SeenByAsync(Supervisor, "/case-file")).Ok();

        Assert.Equal((await ticket.HistoryAsync(Supervisor)).Count, first["history"].GetArrayLength());
        Assert.NotEmpty(first["clocks"].EnumerateArray());
        Assert.Contains(first["looks"].EnumerateArray(), l => l.GetProperty("action").GetString() == "look");
        Assert.Equal(2, second["looks"].EnumerateArray().Count(l => l.GetProperty("action").GetString() == CaseFiles.AuditAction));
        Assert.Equal(64, first["historyHash"].GetString()!.Length);
        Assert.Equal(first["historyHash"].GetString(), second["historyHash"].GetString());
        (await ticket.SeenByAsync(Desk, "/case-file")).Refused(HttpStatusCode.Forbidden, "roleLacking");
        Assert.DoesNotContain("小金库", (await ticket.SeenByAsync(Admin, "/case-file")).Ok().Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Export_WhenAPersonAsks_GathersTheirTicketsAndLeavesATraceWithoutTheNumber()
    {
        var ticket = await DispatchedAsync(_app);
        (await ticket.ResidentAsync("follow-up", new { text = "昨晚又施工了。" })).Ok();
        await DispatchedAsync(_app);

        var export = (await ExportAsync(new { phone = ticket.Phone, why = "本人持身份证到窗口申请" })).Ok();

        var only = Assert.Single(export["tickets"].EnumerateArray());
        Assert.Equal((ticket.Number, "张三"), (only.GetProperty("number").GetString(), only.GetProperty("contact").GetProperty("name").GetString()));
        Assert.Equal(["昨晚又施工了。"], only.GetProperty("followUps").EnumerateArray().Select(f => f.GetString()));
        var audit = (await SendAsync(_app, Admin, HttpMethod.Get, "/api/v1/audit?action=" + PersonExport.AuditAction)).Ok();
        Assert.Contains("窗口申请", audit.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(ticket.Phone![3..], audit.Text, StringComparison.Ordinal);
        (await ExportAsync(new { phone = ticket.Phone })).Refused(HttpStatusCode.BadRequest, "required");
        (await ExportAsync(new { why = "x" })).Refused(HttpStatusCode.BadRequest, "required");
        (await SendAsync(_app, Supervisor, HttpMethod.Post, "/api/v1/people/export", new { phone = ticket.Phone, why = "x" })).Refused(HttpStatusCode.Forbidden, "roleLacking");
    }

    [Theory]
    [InlineData("6")]
    [InlineData("a year")]
    [InlineData("-12")]
    public void Retention_WhenItsSettingIsWrong_StopsTheStart(string value) => Assert.Contains(
        "Retention:TicketMonths", Assert.Throws<ProviderSettingsException>(() => RetentionPolicy.Read(Configuration(value))).Message, StringComparison.Ordinal);

    [Fact]
    public void Retention_WhenItsSettingIsRightOrEmpty_IsRead()
    {
        Assert.Equal(36, RetentionPolicy.Read(Configuration("36")).TicketMonths);
        Assert.Null(RetentionPolicy.Read(Configuration("")).TicketMonths);
    }

    private static IConfiguration Configuration(string months) => new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?> { [RetentionPolicy.Setting] = months }).Build();

    private Task<Answer> EraseAsync(string number, string reason) => SendAsync(_app, Admin, HttpMethod.Post, $"/api/v1/tickets/{number}/erase", new { reason });

    private Task<Answer> ExportAsync(object body) => SendAsync(_app, Admin, HttpMethod.Post, "/api/v1/people/export", body);

    private async Task<string> AttachAsync(TicketScenario ticket)
    {
        using var content = new MultipartFormDataContent { { new ByteArrayContent([.. "%PDF-1.4\n"u8, .. new byte[200]]), "file", "a.pdf" } };
        using var answer = await _app.Desk.PostAsync(new Uri($"/api/v1/tickets/{ticket.Number}/attachments", UriKind.Relative), content);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, text);
        return JsonDocument.Parse(text).RootElement.GetProperty("items")[0].GetProperty("id").GetString()!;
    }
}
