using HotlinePush.Channels;
using HotlinePush.Channels.Email;
using HotlinePush.Notices.Sending;

namespace HotlinePush.Tests.Channels;

public sealed class MailTests
{
    [Fact]
    public void Html_WhenMadeOfAText_KeepsItsLinesAndEscapesTheRest()
    {
        var html = MailHtml.Of("<通知> & \"补贴\"", "王小明：\r\n您的补贴 <b>300</b> 元 & 更多。\r\n\r\n第二段");

        Assert.StartsWith("<!DOCTYPE html>\n<html lang=\"zh-CN\">", html, StringComparison.Ordinal);
        Assert.Contains("<title>&lt;通知&gt; &amp; &quot;补贴&quot;</title>", html, StringComparison.Ordinal);
        Assert.Contains("<p>王小明：<br>\n您的补贴 &lt;b&gt;300&lt;/b&gt; 元 &amp; 更多。</p>\n<p>第二段</p>", html, StringComparison.Ordinal);
        Assert.DoesNotContain("style", html, StringComparison.Ordinal);
        Assert.StartsWith("<!DOCTYPE html>\n<html><head>", MailHtml.Of("News", "No Chinese"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("见https://12345.example/n/a-1。谢谢", "见<a href=\"https://12345.example/n/a-1\">https://12345.example/n/a-1</a>。谢谢")]
    [InlineData("(see http://x.cn/?a=1&b=2).", "(see <a href=\"http://x.cn/?a=1&amp;b=2\">http://x.cn/?a=1&amp;b=2</a>).")]
    [InlineData("https://x.cn/\"onclick=alert(1)", "<a href=\"https://x.cn/\">https://x.cn/</a>&quot;onclick=alert(1)")]
    [InlineData("https://x.cn/<script>", "<a href=\"https://x.cn/\">https://x.cn/</a>&lt;script&gt;")]
    [InlineData("javascript:alert(1)", "javascript:alert(1)")]
    public void Html_WhenTheTextHoldsALink_MakesItOneAndNothingElse(string text, string html) =>
        Assert.Contains($"<p>{html}</p>", MailHtml.Of("x", text), StringComparison.Ordinal);

    [Theory]
    [InlineData("failed", "5.1.1", DeliveryState.Failed, "5.1.1")]
    [InlineData("Failed", "4.4.7 (delivery time expired)", DeliveryState.Failed, "4.4.7")]
    [InlineData(" failed ", null, DeliveryState.Failed, "bounced")]
    [InlineData("failed", "nonsense", DeliveryState.Failed, "bounced")]
    [InlineData("delivered", "2.0.0", DeliveryState.Delivered, "2.0.0")]
    [InlineData("delayed", "4.4.1", null, null)]
    [InlineData("relayed", "2.0.0", null, null)]
    [InlineData("expanded", "2.0.0", null, null)]
    [InlineData(null, null, null, null)]
    public void DeliveryStatus_WhenRead_IsFinalOnlyWhereItSaysSo(string? action, string? status, DeliveryState? state, string? code)
    {
        var found = DeliveryStatusRules.Of(action, status);

        Assert.Equal((state, code), (found?.State, found?.Code));
    }

    [Theory]
    [InlineData(SmtpStage.Recipient, 550, "5.1.1 unknown", "5.1.1", "never")]
    [InlineData(SmtpStage.Recipient, 552, "5.2.2 mailbox full", "5.2.2", "never")]
    [InlineData(SmtpStage.Recipient, 450, "try later", "450", "later 5")]
    [InlineData(SmtpStage.Recipient, 451, "4.4.1 no route", "4.4.1", "outage 1")]
    [InlineData(SmtpStage.Recipient, 421, "closing", "421", "outage 1")]
    [InlineData(SmtpStage.Sender, 550, "5.7.1 not you", "5.7.1", "outage 5")]
    [InlineData(SmtpStage.Sender, 552, "5.3.4 too big", "5.3.4", "never")]
    [InlineData(SmtpStage.Sender, 450, "4.7.0 slow down", "4.7.0", "outage 1")]
    [InlineData(SmtpStage.Message, 554, "5.7.1 spam", "5.7.1", "never")]
    [InlineData(SmtpStage.Message, 535, "5.7.8 sign in", "5.7.8", "outage 5")]
    public void Reply_WhenItRefuses_SaysForWhomAndHowLong(SmtpStage stage, int status, string text, string code, string advice)
    {
        var refused = Assert.IsType<SendOutcome.NotAccepted>(SmtpReply.Outcome(stage, status, text, 1));

        Assert.Equal((code, advice), (refused.Code, refused.Retry.Never ? "never" : $"{(refused.Retry.Outage ? "outage" : "later")} {refused.Retry.After.TotalMinutes}"));
        // What the server said may name people.
        Assert.DoesNotContain(text, refused.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Reply_WhenNobodyDocumentsIt_LeavesTheEndOfAMailOpen()
    {
        Assert.Equal(new SendOutcome.Unknown("unreadableAnswer"), SmtpReply.Outcome(SmtpStage.Message, 354, "go on", 1));
        Assert.IsType<SendOutcome.NotAccepted>(SmtpReply.Outcome(SmtpStage.Recipient, 354, "go on", 1));
    }

    [Fact]
    public void Reply_WhenRefusedAgainForTheMoment_WaitsLongerUpToAnHour() => Assert.Equal(
        [5, 10, 20, 40, 60, 60],
        Enumerable.Range(1, 6).Select(no => ((SendOutcome.NotAccepted)SmtpReply.Outcome(SmtpStage.Recipient, 450, "greylisted", no)).Retry.After.TotalMinutes));

    [Theory]
    [InlineData("bounces+n1-0-1-1-abcdefghij@city.example", "n1-0-1-1-abcdefghij")]
    [InlineData("BOUNCES+N1-0-1-1-ABCDEFGHIJ@City.Example", "n1-0-1-1-abcdefghij")]
    [InlineData("bounces@city.example", null)]
    [InlineData("bounces+@city.example", null)]
    [InlineData("other+n1-0-1-1-abcdefghij@city.example", null)]
    [InlineData("bounces+n1-0-1-1-abcdefghij@evil.example", null)]
    public void ReturnAddress_WhenMailComesBack_NamesTheAttempt(string address, string? attempt) =>
        Assert.Equal(attempt, ReturnAddress.AttemptOf("bounces@city.example", address));

    [Fact]
    public void ReturnAddress_WhenTheAttemptIsTooLong_IsPlain()
    {
        Assert.Equal("bounces+n1-0-1-1-abcdefghij@city.example", ReturnAddress.Of("bounces@city.example", "n1-0-1-1-abcdefghij"));
        Assert.Equal("bounces@city.example", ReturnAddress.Of("bounces@city.example", new('a', 60)));
    }
}
