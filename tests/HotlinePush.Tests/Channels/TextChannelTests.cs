using HotlinePush.Channels;
using HotlinePush.Notices.Templates;
using HotlinePush.Security;
using HotlinePush.Tests.Notices.Sending;
using HotlinePush.Tests.Support;
using HotlinePush.Units;
using Microsoft.Extensions.DependencyInjection;

namespace HotlinePush.Tests.Channels;

/// <summary>Texts of the product itself by real providers.</summary>
public sealed class TextChannelTests
{
    private static readonly SendOutcome Accepted = new SendOutcome.Accepted("p");

    private static OutgoingText Code(string id = "code-1", string to = "+8613800138000", string body = "验证码123456，10分钟内有效。") => new(id, ChannelKind.Sms, to, null, body, "code");

    private static async Task<SendingBench> WithAsync(bool demands, params IDeliveryChannel[] channels)
    {
        var bench = new SendingBench(services =>
        {
            if (demands)
                services.AddSingleton(new TemplateDemand(ChannelKind.Sms, "云泽市"));
        }, channels);
        var setup = bench.Get<SetupStore>();
        IReadOnlyList<RegisteredTemplate> templates = [new("SMS_9", ChannelKind.Sms, "您的${x}"), new("SMS_1", ChannelKind.Sms, "验证码${code}，${minutes}分钟内有效。")];
        await setup.ReplaceAsync(TemplateRegister.Document, templates, await setup.ReadAsync<IReadOnlyList<RegisteredTemplate>>(TemplateRegister.Document, []), []);
        return bench;
    }

    [Fact]
    public async Task Text_ByAProviderOfTemplates_GoesByTheOneWithItsWordsOnce()
    {
        var sms = new ScriptedChannel(ChannelKind.Sms, "sms", _ => Accepted) { For = to => to.StartsWith("+86", StringComparison.Ordinal) };
        using var bench = await WithAsync(demands: true, sms);
        var channel = bench.Get<IChannel>();

        await channel.SendAsync(Code(), default);
        await channel.SendAsync(Code(), default);

        var text = Assert.Single(sms.Calls);
        Assert.Equal(("SMS_1", "123456", "10"), (text.TemplateCode, text.Values!["code"], text.Values["minutes"]));
        Assert.True(TextReference.IsOurs(bench.Get<KeyRing>(), text.AttemptId), text.AttemptId);
        Assert.False(TextReference.IsOurs(KeyRing.Create(), text.AttemptId));

        // No template has these words, or no provider takes the number: recorded rather than lost.
        await channel.SendAsync(Code("other", body: "工单已受理。"), default);
        await channel.SendAsync(Code("abroad", "+14155550100"), default);
        Assert.Equal(["abroad", "other"], (await bench.Services.TextsAsync(_ => true)).Select(t => t.Id).Order(StringComparer.Ordinal));
        Assert.Single(sms.Calls);
    }

    [Fact]
    public async Task Text_WhoseEndIsUnknown_IsNotSentAgain()
    {
        var sms = new ScriptedChannel(ChannelKind.Sms, "sms", _ => new SendOutcome.Unknown("timeout"));
        using var bench = await WithAsync(demands: false, sms);

        await bench.Get<IChannel>().SendAsync(Code(), default);
        await bench.Get<IChannel>().SendAsync(Code(), default);

        Assert.Single(sms.Calls);
    }

    [Fact]
    public async Task Text_ThatIsRefused_GoesToTheNextProviderOrIsTriedAgainOrGivenUp()
    {
        SendOutcome refusal = new SendOutcome.NotAccepted("no", "", RetryAdvice.No);
        var first = new ScriptedChannel(ChannelKind.Sms, "first", _ => refusal);
        var second = new ScriptedChannel(ChannelKind.Sms, "second", _ => Accepted) { For = to => to.EndsWith('0') };
        using var bench = await WithAsync(demands: false, first, second);
        var channel = bench.Get<IChannel>();

        await channel.SendAsync(Code(), default);
        Assert.Equal((1, 1), (first.Calls.Count, second.Calls.Count));
        await channel.SendAsync(Code("two", "+8613800138001"), default);
        Assert.Equal((2, 1), (first.Calls.Count, second.Calls.Count));

        refusal = new SendOutcome.NotAccepted("down", "", RetryAdvice.WhenBack(TimeSpan.FromSeconds(5)));
        await Assert.ThrowsAsync<ChannelException>(() => channel.SendAsync(Code("three", "+8613800138001"), default));
        refusal = Accepted;
        await channel.SendAsync(Code("three", "+8613800138001"), default);
        Assert.Equal(4, first.Calls.Count);
    }
}
