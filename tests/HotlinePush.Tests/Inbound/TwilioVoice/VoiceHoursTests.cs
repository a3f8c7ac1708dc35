using HotlinePush.Channels;
using HotlinePush.Inbound.Calls;
using HotlinePush.Inbound.TwilioVoice;
using HotlinePush.Notices;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace HotlinePush.Tests.Inbound.TwilioVoice;

public sealed class VoiceHoursTests
{
    private static readonly SiteAddress Site = new(TelephoneScenario.Site);

    [Fact]
    public async Task Zero_OutsideTheDesksHours_SaysSo_NotesTheCallback_AndTakesTheRequest()
    {
        // The city's clock stands at ten in the morning.
        await using var twilio = await TelephoneScenario.StartAsync(TelephoneScenario.Settings with { From = new(12, 0), Until = new(18, 0) });
        var caller = await (await twilio.Rings().DialsAsync()).PressesAsync("0");

        Assert.Contains("人工服务时间是12:00到18:00。 我们会给您回电", caller.Heard, StringComparison.Ordinal);
        Assert.Single((await twilio.App.App.Services.GetRequiredService<MissedCallers>().ReadListAsync(false, null, 50, default)).Callers);
        await caller.PressesAsync("1");
        Assert.Contains("您的诉求已经登记", (await caller.SpeaksAsync()).Heard, StringComparison.Ordinal);
        // Nobody there and nothing said: the call ends, the callback stands.
        await caller.PressesAsync("0");
        for (var i = 0; i < 3; i++)
            await caller.SaysNothingAsync();
        Assert.Equal("Hangup", caller.Then);
    }

    [Fact]
    public async Task Zero_WithAQueue_WaitsThere()
    {
        await using var twilio = await TelephoneScenario.StartAsync(TelephoneScenario.Settings with { DeskNumber = null, DeskQueue = "a <queue> & more" });
        var caller = await (await twilio.Rings().DialsAsync()).PressesAsync("0");
        Assert.Equal("a <queue> & more", caller.Document.Element("Enqueue")!.Value);
        Assert.Contains("现在无人接听", (await caller.LeavesTheQueueAsync("queue-full")).Heard, StringComparison.Ordinal);

        var another = await (await twilio.Rings().DialsAsync()).PressesAsync("0");
        Assert.Equal("Hangup", (await another.LeavesTheQueueAsync("bridged")).Then);
    }

    [Theory]
    [InlineData("08:00-20:00", 7, false)]
    [InlineData("08:00-20:00", 8, true)]
    [InlineData("08:00-20:00", 20, false)]
    [InlineData("20:00-06:00", 23, true)]
    [InlineData("20:00-06:00", 12, false)]
    [InlineData("00:00-24:00", 3, true)]
    public void Hours_OfTheSettings_SayWhenTheDeskIsThere(string hours, int hour, bool open) =>
        Assert.Equal(open, Read(("Hours", hours)).IsOpen(new(2026, 3, 2, hour, 0, 0, TimeSpan.FromHours(8))));

    [Theory]
    [InlineData("Hours", "always", "Hours has to be two times")]
    [InlineData("AccountSid", "AC1", "AccountSid has to be AC")]
    [InlineData("AuthToken", "", "AuthToken is missing")]
    [InlineData("DeskNumber", "12345", "DeskNumber has to be a telephone number")]
    [InlineData("DeskNumber", "", "DeskNumber or DeskQueue has to be given")]
    [InlineData("DeskQueue", "desk", "DeskNumber or DeskQueue has to be given")]
    [InlineData("RecordSeconds", "5", "RecordSeconds has to be a number")]
    [InlineData("Endpoint", "http://api.twilio.com", "Endpoint has to be an address")]
    [InlineData("Desk", "x", "Desk is no setting of TwilioVoice")]
    public void Settings_ThatAreWrong_StopTheStartWithARemedy(string name, string value, string message) =>
        Assert.Contains(message, Assert.Throws<ProviderSettingsException>(() => Read((name, value))).Message, StringComparison.Ordinal);

    [Fact]
    public void Settings_WithoutAPublicAddress_StopTheStart() =>
        Assert.Contains("Site:Address", Assert.Throws<ProviderSettingsException>(() => Read(new SiteAddress("http://127.0.0.1:7071"))).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("Secret", "short", "at least 32")]
    [InlineData("Secret", "", "Secret is missing")]
    [InlineData("OtherSecret", "short", "OtherSecret has to have")]
    [InlineData("WindowMinutes", "0", "WindowMinutes has to be a number from 1 to 60")]
    public void CallSettings_ThatAreWrong_StopTheStartWithARemedy(string name, string value, string message)
    {
        var settings = Section("Calls", [("Secret", new string('s', 32)), (name, value)]);
        CallSettings.Read(settings);
        Assert.Contains(message, Assert.Throws<ProviderSettingsException>(settings.Check).Message, StringComparison.Ordinal);
    }

    private static TwilioVoiceSettings Read(params (string Name, string Value)[] changed) => Read(Site, changed);

    private static TwilioVoiceSettings Read(SiteAddress site, params (string Name, string Value)[] changed)
    {
        var settings = Section("TwilioVoice", [("AccountSid", TelephoneScenario.Account), ("AuthToken", "t"), ("DeskNumber", "+862887654321"), .. changed]);
        var read = TwilioVoiceSettings.Read(settings, site);
        settings.Check();
        return read;
    }

    private static ProviderSettings Section(string provider, IEnumerable<(string Name, string Value)> values)
    {
        var all = new Dictionary<string, string?>();
        foreach (var (name, value) in values)
            all[$"Providers:{provider}:{name}"] = value;
        return new(new ConfigurationBuilder().AddInMemoryCollection(all).Build(), provider);
    }
}
