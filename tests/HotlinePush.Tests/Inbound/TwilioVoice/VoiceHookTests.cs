using System.Net;
using System.Text;
using HotlinePush.Inbound.Calls;
using HotlinePush.Inbound.TwilioVoice;
using HotlinePush.Tests.Attachments;
using HotlinePush.Tests.Channels;
using HotlinePush.Tickets;
using HotlinePush.Tickets.Attachments;
using Microsoft.Extensions.DependencyInjection;

namespace HotlinePush.Tests.Inbound.TwilioVoice;

public sealed class VoiceHookTests : IAsyncLifetime
{
    private TelephoneScenario _twilio = null!;

    public async Task InitializeAsync() => _twilio = await TelephoneScenario.StartAsync();

    public async Task DisposeAsync() => await _twilio.DisposeAsync();

    [Theory]
    [InlineData("/voice")]
    [InlineData("/recording")]
    [InlineData("/status")]
    public async Task Request_Forged_Is403AndNothingIsStored(string path)
    {
        var form = new Dictionary<string, string> { ["CallSid"] = "CA" + new string('1', 32), ["From"] = TelephoneScenario.Phone, ["CallStatus"] = "completed", ["RecordingSid"] = "RE" + new string('1', 32), ["RecordingStatus"] = "completed" };

        Assert.Equal(HttpStatusCode.Forbidden, (await _twilio.PostAsync(path, form, signature: "")).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await _twilio.PostAsync(path, form, signature: "AAAAAAAAAAAAAAAAAAAAAAAAAAA=")).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await _twilio.PostAsync(path, form, token: "not-the-token")).Status);

        Assert.Null(await _twilio.App.App.Services.GetRequiredService<VoiceStore>().ReadAsync(VoiceCalls.IdOf(form["CallSid"]), default));
        Assert.Null(await _twilio.App.App.Services.GetRequiredService<CallStore>().ReadAsync(VoiceCalls.IdOf(form["CallSid"]), default));
    }

    [Fact]
    public async Task Request_SignedForAnotherTurnOrHost_Is403()
    {
        var caller = await _twilio.Rings().DialsAsync();
        var form = caller.Form(new() { ["Digits"] = "1" });
        var signed = HotlinePush.Channels.Twilio.TwilioSignature.Of(TelephoneScenario.Token, TelephoneScenario.Site + "/hooks/twilio/voice?turn=1", form.Select(f => KeyValuePair.Create(f.Key, new Microsoft.Extensions.Primitives.StringValues(f.Value))));
        var elsewhere = HotlinePush.Channels.Twilio.TwilioSignature.Of(TelephoneScenario.Token, "http://10.0.0.7:8080/hooks/twilio/voice?turn=1", form.Select(f => KeyValuePair.Create(f.Key, new Microsoft.Extensions.Primitives.StringValues(f.Value))));

        Assert.Equal(HttpStatusCode.OK, (await _twilio.PostAsync("/voice?turn=1", form, signed)).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await _twilio.PostAsync("/voice?turn=2", form, signed)).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await _twilio.PostAsync("/voice?turn=1", form, elsewhere)).Status);
        Assert.Equal(HttpStatusCode.OK, (await _twilio.PostAsync("/voice?turn=1", form, token: "the-other-token")).Status);
    }

    [Fact]
    public async Task Request_ThatIsSignedButWrong_Is400()
    {
        Assert.Equal(HttpStatusCode.BadRequest, (await _twilio.PostAsync("/voice", new() { ["CallSid"] = "nonsense" })).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await _twilio.PostAsync("/voice?turn=minus", new() { ["CallSid"] = "CA" + new string('1', 32) })).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await _twilio.PostAsync("/recording", new() { ["CallSid"] = "CA" + new string('1', 32), ["RecordingSid"] = "../x" })).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await _twilio.PostAsync("/status", new() { ["CallSid"] = "x", ["CallStatus"] = "completed" })).Status);
    }

    /// <summary>Signed by somebody who has the token and sends anything at all: always a document or a 4xx.</summary>
    [Fact]
    public async Task Request_SpoiltAtRandom_IsNeverA5xx()
    {
        var random = new Random(20260302);
        string[] keys = ["CallSid", "From", "To", "Digits", "RecordingSid", "RecordingStatus", "RecordingDuration", "TranscriptionText", "TranscriptionStatus", "CallStatus", "ParentCallSid", "DialCallStatus", "QueueResult"];
        string[] values = ["", "0", "1", "2", "*", "hangup", "completed", "in-progress", "no-answer", "bridged", TelephoneScenario.Phone, "anonymous", "<&>\"'", "\u0001", "😀", new('9', 500)];
        for (var i = 0; i < 400; i++)
        {
            var form = new Dictionary<string, string>();
            foreach (var key in keys.Where(_ => random.Next(3) > 0))
                form[key] = values[random.Next(values.Length)];
            if (random.Next(5) > 0)
                form["CallSid"] = $"CA{random.Next(6):x32}";
            if (random.Next(3) > 0)
                form["RecordingSid"] = $"RE{random.Next(6):x32}";
            var path = random.Next(5) switch { 0 => "/recording", 1 => "/status", _ => $"/voice?turn={random.Next(8)}" };

            var (status, text) = await _twilio.PostAsync(path, form);

            Assert.True((int)status < 500, $"{(int)status} for {path} {string.Join('&', form)}: {text}");
        }
    }

    [Fact]
    public async Task Recording_IsFetchedFromTheAccountAlone_AndPutToTheTicketOnce()
    {
        await using var server = await HandingOutAsync("audio/mpeg", SampleFiles.Mp3);
        await using var twilio = await TelephoneScenario.StartAsync(TelephoneScenario.Settings with { Endpoint = server.Address });
        var caller = await (await (await twilio.Rings().DialsAsync()).PressesAsync("1")).PressesAsync("1");
        await caller.SpeaksAsync();

        for (var i = 0; i < 2; i++)
            Assert.Equal(HttpStatusCode.NoContent, (await ReportAsync(twilio, caller)).Status);
        await twilio.App.AdvanceAsync(TimeSpan.FromSeconds(5));
        Assert.Equal(HttpStatusCode.NoContent, (await ReportAsync(twilio, caller)).Status);
        await twilio.App.AdvanceAsync(TimeSpan.FromSeconds(5));

        var ticket = await TicketAsync(twilio, caller);
        Assert.Equal("mp3", Assert.Single(ticket.Attachments).Kind);
        var asked = Assert.Single(server.Calls);
        Assert.Equal($"/2010-04-01/Accounts/{TelephoneScenario.Account}/Recordings/{caller.LastRecording}.mp3", asked.Path);
        Assert.Equal("Basic " + Convert.ToBase64String(Encoding.ASCII.GetBytes($"{TelephoneScenario.Account}:{TelephoneScenario.Token}")), asked.Headers["authorization"]);
        Assert.Empty(twilio.App.Warnings);
    }

    [Fact]
    public async Task Recording_OfACallerWhoHungUpWhileSpeaking_BecomesATicketAllTheSame()
    {
        await using var server = await HandingOutAsync("audio/mpeg", SampleFiles.Mp3);
        await using var twilio = await TelephoneScenario.StartAsync(TelephoneScenario.Settings with { Endpoint = server.Address });
        var caller = await (await (await twilio.Rings().DialsAsync()).PressesAsync("1")).PressesAsync("2");
        var sid = "RE" + new string('a', 32);

        await ReportAsync(twilio, caller, sid);
        await twilio.App.AdvanceAsync(TimeSpan.FromSeconds(5));

        var ticket = await TicketAsync(twilio, caller);
        Assert.True(ticket.Confidential);
        var file = Assert.Single(ticket.Attachments);
        // As everything else of a confidential reporter: the voice stays with the desk.
        var unit = new HotlinePush.Security.Actor(HotlinePush.Security.Role.Unit, "u", "city-urban");
        Assert.False(AttachmentAccess.MaySee(ticket with { LeadUnitId = "city-urban" }, file, unit));
        Assert.False(AttachmentAccess.MaySee(ticket, file, HotlinePush.Security.Actor.Resident));
        Assert.True(AttachmentAccess.MaySee(ticket, file, new(HotlinePush.Security.Role.Desk, "d")));
    }

    [Fact]
    public async Task Recording_ThatIsNoSound_LeavesTheTicketForTheDesk()
    {
        await using var server = await HandingOutAsync("text/html", "<html>not yet</html>"u8.ToArray());
        await using var twilio = await TelephoneScenario.StartAsync(TelephoneScenario.Settings with { Endpoint = server.Address });
        var caller = await (await (await twilio.Rings().DialsAsync()).PressesAsync("1")).PressesAsync("1");
        await caller.SpeaksAsync();

        await ReportAsync(twilio, caller);
        await twilio.App.AdvanceAsync(TimeSpan.FromSeconds(5));

        var ticket = await TicketAsync(twilio, caller);
        Assert.Empty(ticket.Attachments);
        Assert.Equal(DeskReasons.VoiceMessage, ticket.DeskReason);
    }

    [Fact]
    public async Task Transcript_WhenItComes_IsAddedOnce()
    {
        var caller = await (await (await _twilio.Rings().DialsAsync()).PressesAsync("1")).PressesAsync("1");
        await caller.SpeaksAsync();
        var form = new Dictionary<string, string> { ["CallSid"] = caller.CallSid, ["RecordingSid"] = caller.LastRecording!, ["TranscriptionStatus"] = "completed", ["TranscriptionText"] = "The street lamp <b>is</b> broken." };

        for (var i = 0; i < 2; i++)
        {
            Assert.Equal(HttpStatusCode.NoContent, (await _twilio.PostAsync("/recording", form)).Status);
            await _twilio.App.AdvanceAsync(TimeSpan.FromSeconds(5));
        }

        var ticket = await TicketAsync(_twilio, caller);
        Assert.Equal(1, ticket.FollowUps);
        Assert.Equal(HttpStatusCode.NoContent, (await _twilio.PostAsync("/recording", new(form) { ["CallSid"] = "CA" + new string('e', 32) })).Status);
    }

    private static async Task<ProviderServer> HandingOutAsync(string type, byte[] content)
    {
        var server = await ProviderServer.StartAsync();
        server.Answer = async (http, _) =>
        {
            http.Response.ContentType = type;
            await http.Response.Body.WriteAsync(content);
        };
        return server;
    }

    private static Task<(HttpStatusCode Status, string Text)> ReportAsync(TelephoneScenario twilio, Caller caller, string? sid = null) => twilio.PostAsync("/recording", new()
    {
        ["CallSid"] = caller.CallSid,
        ["AccountSid"] = TelephoneScenario.Account,
        ["RecordingSid"] = sid ?? caller.LastRecording!,
        ["RecordingStatus"] = "completed",
        ["RecordingUrl"] = "https://evil.example/steal",
        ["RecordingDuration"] = "17",
    });

    private static async Task<Ticket> TicketAsync(TelephoneScenario twilio, Caller caller)
    {
        var services = twilio.App.App.Services;
        var call = (await services.GetRequiredService<CallStore>().ReadAsync(caller.CallId, default))!.Value;
        return (await services.GetRequiredService<TicketStore>().ReadAsync(call.Tickets.Single()))!.Ticket;
    }
}
