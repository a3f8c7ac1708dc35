using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using HotlinePush.Inbound.Calls;
using HotlinePush.Tickets;
using Microsoft.Extensions.DependencyInjection;

namespace HotlinePush.Tests.Inbound.TwilioVoice;

/// <summary>Callers in the telephone menu: what they press, what they hear, what is stored.</summary>
public sealed class VoiceMenuTests : IAsyncLifetime
{
    private TelephoneScenario _twilio = null!;

    public async Task InitializeAsync() => _twilio = await TelephoneScenario.StartAsync();

    public async Task DisposeAsync()
    {
        Assert.DoesNotContain(_twilio.App.Warnings, w => !w.Contains("registered template", StringComparison.Ordinal));
        await _twilio.DisposeAsync();
    }

    [Fact]
    public async Task Caller_IsGreetedInChineseFirst_AndToldOfEnglishAndOfThePerson()
    {
        var caller = await _twilio.Rings().DialsAsync();

        Assert.Equal("cmn-CN", caller.Language);
        Assert.StartsWith("您好，这里是12345", caller.Heard, StringComparison.Ordinal);
        Assert.Contains("任何时候都可以按0", caller.Heard, StringComparison.Ordinal);
        Assert.EndsWith("For English, press 9.", caller.Heard, StringComparison.Ordinal);
        // While it is read a key may come: everything stands inside the question.
        Assert.Empty(caller.Document.Elements("Say"));
    }

    [Fact]
    public async Task Caller_WhoSpeaksEnglish_GoesOnInEnglish()
    {
        var caller = await (await _twilio.Rings().DialsAsync()).PressesAsync("9");
        Assert.Contains("To make a request, press 1", caller.Heard, StringComparison.Ordinal);
        Assert.Equal("en-US", (await caller.PressesAsync("1")).Language);
        Assert.Contains("If you agree, press 1", caller.Heard, StringComparison.Ordinal);
        await caller.PressesAsync("1");
        // What Twilio can write down it is asked to.
        Assert.Equal("true", caller.Document.Element("Record")!.Attribute("transcribe")!.Value);
        await caller.SpeaksAsync();
        Assert.Contains("Your request is registered under number", caller.Heard, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("1")]
    [InlineData("3")]
    [InlineData("1 1 speak")]
    [InlineData("9 2")]
    [InlineData("7 7")]
    public async Task Zero_WhereverTheCallerIs_RingsAtTheDesk(string way)
    {
        var caller = await _twilio.Rings().DialsAsync();
        foreach (var step in way.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            await (step == "speak" ? caller.SpeaksAsync() : caller.PressesAsync(step));

        await caller.PressesAsync("0");

        Assert.Equal("Dial", caller.Then);
        Assert.Equal("+862887654321", caller.Document.Element("Dial")!.Element("Number")!.Value);
        Assert.Equal(CallState.Ringing, (await CallAsync(caller)).State);
    }

    [Fact]
    public async Task Request_ThatIsSpoken_BecomesATicketAtOnce_ReadDigitByDigitAndTexted()
    {
        var caller = await (await (await _twilio.Rings().DialsAsync()).PressesAsync("1")).PressesAsync("1");
        Assert.Contains("请在提示音后讲话，最长120秒", caller.Heard, StringComparison.Ordinal);
        var record = caller.Document.Element("Record")!;
        Assert.Equal(("120", TelephoneScenario.Site + "/hooks/twilio/recording"), (record.Attribute("maxLength")!.Value, record.Attribute("recordingStatusCallback")!.Value));
        Assert.Null(record.Attribute("transcribe"));

        await caller.SpeaksAsync();
        var ticket = await TicketAsync(caller);

        Assert.Contains($"编号是{string.Join('，', ticket.Number.ToCharArray())}", caller.Heard, StringComparison.Ordinal);
        Assert.Equal((TicketState.Received, DeskReasons.VoiceMessage, "phone", TelephoneScenario.Phone), (ticket.State, ticket.DeskReason, ticket.Channel, ticket.Contact?.Phone));
        Assert.Equal(DeskQueues.Dispatch, DeskQueues.Of(ticket));
        Assert.Equal(caller.CallId, Assert.Single(ticket.Calls).Id);
        Assert.Equal("Gather", caller.Then);
        await _twilio.App.AdvanceAsync(TimeSpan.FromSeconds(5));
        var texts = await TextsAsync();
        Assert.Contains(texts, t => t.Purpose == "ticketReceived" && t.Body.Contains(ticket.Number, StringComparison.Ordinal));

        Assert.Equal("Hangup", (await caller.SaysNothingAsync()).Then);
    }

    [Fact]
    public async Task Request_WhenTwilioAsksAgain_IsAnsweredTheSameAndIsOneTicket()
    {
        var caller = await _twilio.Rings().DialsAsync();
        Assert.Equal(Xml(caller), await caller.AskedAgainAsync());
        await (await caller.PressesAsync("1")).PressesAsync("1");
        await caller.SpeaksAsync();
        var first = Xml(caller);

        Assert.Equal(first, await caller.AskedAgainAsync());
        Assert.Equal(first, await caller.AskedAgainAsync());

        Assert.Single((await CallAsync(caller)).Tickets);
        Assert.Equal(1, await CountAsync());
    }

    [Fact]
    public async Task Request_GivenInConfidence_IsAConfidentialTicket()
    {
        var caller = await (await (await _twilio.Rings().DialsAsync()).PressesAsync("1")).PressesAsync("2");
        await caller.SpeaksAsync();

        var ticket = await TicketAsync(caller);

        Assert.True(ticket is { Confidential: true, State: TicketState.Received, LeadUnitId: null });
        Assert.Equal(DeskQueues.Dispatch, DeskQueues.Of(ticket));
    }

    [Fact]
    public async Task Request_OfACallerWhoWithholdsTheNumber_IsAnonymousAndNotTexted()
    {
        var caller = await (await (await _twilio.Rings(from: null).DialsAsync()).PressesAsync("1")).PressesAsync("1");
        await caller.SpeaksAsync();

        var ticket = await TicketAsync(caller);

        Assert.True(ticket is { Anonymous: true, PersonHash: null });
        Assert.Contains("请记下编号", caller.Heard, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Recording_WithoutAWord_IsAskedForTwiceMore_ThenAPersonTakesOver()
    {
        var caller = await (await (await _twilio.Rings().DialsAsync()).PressesAsync("1")).PressesAsync("1");

        Assert.Equal("Record", (await caller.SaysNothingAsync()).Then);
        Assert.Equal("Record", (await caller.SaysNothingAsync()).Then);
        Assert.Equal("Dial", (await caller.SaysNothingAsync()).Then);
        Assert.Equal(0, await CountAsync());
    }

    [Theory]
    [InlineData("")]
    [InlineData("7")]
    public async Task Menu_OnSilenceOrWrongKeys_IsRepeatedTwice_ThenAPersonTakesOver(string key)
    {
        var caller = await _twilio.Rings().DialsAsync();

        for (var i = 0; i < 2; i++)
        {
            await caller.PressesAsync(key);
            Assert.StartsWith("没有收到有效的按键。", caller.Heard, StringComparison.Ordinal);
            Assert.Equal("Gather", caller.Then);
        }

        Assert.Equal("Dial", (await caller.PressesAsync(key)).Then);
    }

    [Fact]
    public async Task Menu_AfterARightKey_CountsWrongOnesAnew()
    {
        var caller = await _twilio.Rings().DialsAsync();
        foreach (var key in new[] { "7", "7", "*", "7", "7" })
            Assert.Equal("Gather", (await caller.PressesAsync(key)).Then);
    }

    [Fact]
    public async Task Progress_IsToldForTheCallingNumberAlone_WithoutAWordOfTheRequest()
    {
        var mine = await FileAsync(TelephoneScenario.Phone, "路灯不亮");
        var secret = await FileAsync(TelephoneScenario.Phone, "举报作风问题", confidential: true);
        var other = await FileAsync("+8619900000555", "噪音扰民");

        var caller = await (await _twilio.Rings().DialsAsync()).PressesAsync("2");

        Assert.Contains("您有1件诉求正在办理。", caller.Heard, StringComparison.Ordinal);
        Assert.Contains($"编号末四位{string.Join('，', mine[^4..].ToCharArray())}", caller.Heard, StringComparison.Ordinal);
        Assert.Matches("答复期限3月\\d+日", caller.Heard);
        Assert.DoesNotContain("路灯", caller.Heard, StringComparison.Ordinal);
        Assert.DoesNotContain(string.Join('，', secret[^4..].ToCharArray()), caller.Heard, StringComparison.Ordinal);
        Assert.DoesNotContain(string.Join('，', other[^4..].ToCharArray()), caller.Heard, StringComparison.Ordinal);
        Assert.Equal("Gather", caller.Then);

        Assert.Contains("没有查到", (await (await _twilio.Rings("+8619900000777").DialsAsync()).PressesAsync("2")).Heard, StringComparison.Ordinal);
        Assert.Contains("没有查到", (await (await _twilio.Rings(from: null).DialsAsync()).PressesAsync("2")).Heard, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Subsidy_IsExplained_AndTheAddressTextedOnce()
    {
        var caller = await (await _twilio.Rings().DialsAsync()).PressesAsync("3");
        Assert.Contains("短信验证码", caller.Heard, StringComparison.Ordinal);

        await caller.PressesAsync("1");
        await caller.AskedAgainAsync();
        await (await caller.PressesAsync("3")).PressesAsync("1");
        await _twilio.App.AdvanceAsync(TimeSpan.FromSeconds(5));

        Assert.Contains("网址会用短信发给您", caller.Heard, StringComparison.Ordinal);
        var sent = Assert.Single(await TextsAsync());
        Assert.Equal("lookupLink", sent.Purpose);
        Assert.Contains(TelephoneScenario.Site + "/lookup", sent.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Desk_ThatTakesTheCall_LeavesNoCallback()
    {
        var caller = await (await _twilio.Rings().DialsAsync()).PressesAsync("0");
        await _twilio.PostAsync("/status", new() { ["CallSid"] = "CA" + new string('f', 32), ["ParentCallSid"] = caller.CallSid, ["CallStatus"] = "in-progress" });
        Assert.Equal(CallState.Answered, (await CallAsync(caller)).State);

        Assert.Equal("Hangup", (await caller.DeskAnswersAsync()).Then);
        await caller.HangsUpAsync();

        Assert.Equal(CallState.Ended, (await CallAsync(caller)).State);
        Assert.Empty(await CallbacksAsync());
    }

    [Theory]
    [InlineData("no-answer")]
    [InlineData("busy")]
    [InlineData("failed")]
    public async Task Desk_ThatDoesNotTakeTheCall_IsOneCallback_AndTheRequestMayBeLeft(string status)
    {
        var caller = await (await _twilio.Rings().DialsAsync()).PressesAsync("0");
        await caller.NobodyAnswersAsync(status);
        Assert.Contains("现在无人接听。 我们会给您回电", caller.Heard, StringComparison.Ordinal);
        Assert.Contains("同意录音请按1", caller.Heard, StringComparison.Ordinal);

        await caller.PressesAsync("1");
        await caller.SpeaksAsync();
        await caller.HangsUpAsync();

        Assert.Equal(CallState.Missed, (await CallAsync(caller)).State);
        var waiting = Assert.Single(await CallbacksAsync());
        Assert.Equal(("+862812345", 1), (Assert.Single(waiting.Missed).Called, waiting.Missed.Length));
        Assert.Equal(1, await CountAsync());
    }

    [Fact]
    public async Task Caller_WhoHangsUpWhileTheDeskRings_IsCalledBack()
    {
        var caller = await (await _twilio.Rings().DialsAsync()).PressesAsync("0");

        await caller.HangsUpAsync();
        await caller.HangsUpAsync();

        Assert.Equal(CallState.Missed, (await CallAsync(caller)).State);
        Assert.Single(await CallbacksAsync());
    }

    [Fact]
    public async Task Caller_WhoOnlyUsedTheMenu_IsNotCalledBack()
    {
        var caller = await (await _twilio.Rings().DialsAsync()).PressesAsync("2");
        await caller.HangsUpAsync();

        Assert.Equal(CallState.Ended, (await CallAsync(caller)).State);
        Assert.Empty(await CallbacksAsync());
    }

    [Fact]
    public async Task Caller_WhoNeverStops_ComesToAnEnd()
    {
        var caller = await _twilio.Rings().DialsAsync();
        var turns = 0;
        for (; caller.Then != "Hangup" && turns < 200; turns++)
            await (caller.Then == "Dial" ? caller.NobodyAnswersAsync() : caller.PressesAsync("*"));

        Assert.True(turns < 100, $"{turns} turns");
        Assert.Single(await CallbacksAsync());
    }

    private static string Xml(Caller caller) => "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + caller.Document.ToString(System.Xml.Linq.SaveOptions.DisableFormatting);

    private async Task<Call> CallAsync(Caller caller) => (await _twilio.App.App.Services.GetRequiredService<CallStore>().ReadAsync(caller.CallId, default))!.Value;

    private async Task<Ticket> TicketAsync(Caller caller) =>
        (await _twilio.App.App.Services.GetRequiredService<TicketStore>().ReadAsync((await CallAsync(caller)).Tickets.Last()))!.Ticket;

    private async Task<IReadOnlyList<MissedCaller>> CallbacksAsync() => (await _twilio.App.App.Services.GetRequiredService<MissedCallers>().ReadListAsync(false, null, 50, default)).Callers;

    private async Task<int> CountAsync() => (await _twilio.App.Desk.GetFromJsonAsync<JsonElement>("/api/v1/tickets")).GetProperty("items").GetArrayLength();

    private async Task<List<(string Purpose, string Body)>> TextsAsync() =>
        [.. (await _twilio.App.Admin.GetFromJsonAsync<JsonElement>("/api/v1/outbox?to=19900000123")).GetProperty("items").EnumerateArray()
            .Select(t => (t.GetProperty("purpose").GetString()!, t.GetProperty("body").GetString()!))];

    private async Task<string> FileAsync(string phone, string subject, bool confidential = false)
    {
        using var answer = await _twilio.App.Public.PostAsJsonAsync("/api/v1/tickets", new { type = "Complaint", subject, description = subject + "，已经三天。", contact = new { phone, confidential } });
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        return (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("number").GetString()!;
    }
}
