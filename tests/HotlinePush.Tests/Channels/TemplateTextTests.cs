using HotlinePush.Channels;
using HotlinePush.Notices.Templates;

namespace HotlinePush.Tests.Channels;

/// <summary>A notice's text against the registered one.</summary>
public sealed class TemplateTextTests
{
    private static readonly RegisteredTemplate Sms = new("SMS_1", ChannelKind.Sms, "${name}您好，补助${amount}元已发放。详情 https://x.cn/n/${code}");
    private static readonly RegisteredTemplate WeChat = new("T1", ChannelKind.WeChat, "{{first.DATA}}\n金额：{{ keyword1.DATA }}\n{{first.DATA}}");

    [Fact]
    public void Text_WithPlaceholdersInTheVariablesPlaces_IsBoundByTheirOrder()
    {
        var (variables, difference) = TemplateText.Bind(Sms, "{{姓名}}您好，补助{{ 补助金额 }}元已发放。详情 https://x.cn/n/{{链接码}}");
        Assert.Null(difference);
        Assert.Equal([("amount", "补助金额"), ("code", "链接码"), ("name", "姓名")], variables!.OrderBy(v => v.Key, StringComparer.Ordinal).Select(v => (v.Key, v.Value)));

        (variables, difference) = TemplateText.Bind(WeChat, "{{标题}}\r\n金额：{{金额}}\r\n{{标题}}\r\n");
        Assert.Null(difference);
        Assert.Equal(("标题", "金额"), (variables!["first"], variables["keyword1"]));
    }

    [Theory]
    [InlineData("{{姓名}}你好，补助{{金额}}元已发放。详情 https://x.cn/n/{{链接码}}", "“您好，补助”", "“你好，补助”")]
    [InlineData("{{姓名}}您好，补助500元已发放。详情 https://x.cn/n/{{链接码}}", "结尾", "“500元已发放。")]
    [InlineData("{{姓名}}您好，补助{{金额}}元已发放。", "“详情 ", "结尾")]
    [InlineData("{{姓名}}您好，补助{{金额}}元已发放。详情 https://x.cn/n/{{链接码}}退订回T", "结尾", "“退订回T”")]
    [InlineData("您好，补助{{金额}}元已发放。详情 https://x.cn/n/{{链接码}}", "变量“name”", "“您好，补助”")]
    [InlineData("{{姓名}}{{?金额}}您好", "条件行", "")]
    public void Text_ThatDiffers_IsToldWhere(string text, string wanted, string given)
    {
        var (variables, difference) = TemplateText.Bind(Sms, text);
        Assert.Null(variables);
        Assert.Contains(wanted, difference, StringComparison.Ordinal);
        Assert.Contains(given, difference, StringComparison.Ordinal);
    }

    [Fact]
    public void Variable_ThatStandsTwice_TakesOnePlaceholder() =>
        Assert.Contains("first", TemplateText.Bind(WeChat, "{{标题}}\n金额：{{金额}}\n{{姓名}}").Difference, StringComparison.Ordinal);

    [Theory]
    [InlineData("赵一您好，补助300.00元已发放。详情 https://x.cn/n/abc-0-1", "name=赵一 amount=300.00 code=abc-0-1")]
    [InlineData("您好，补助300.00元已发放。详情 https://x.cn/n/abc", null)]
    [InlineData("赵一您好，补助300.00元已发放。详情 https://x.cn/n/", null)]
    [InlineData("赵一您好，补助300.00元发放。详情 https://x.cn/n/abc", null)]
    public void FinishedText_ThatHasTheWords_GivesTheValues(string text, string? values)
    {
        var found = TemplateText.Match(Sms, text);
        Assert.Equal(values, found is null ? null : string.Join(' ', found.Select(v => $"{v.Key}={v.Value}")));
    }

    [Fact]
    public void FinishedText_WhoseTwiceUsedVariableDiffers_IsAnothers()
    {
        Assert.NotNull(TemplateText.Match(WeChat, "甲\n金额：1\n甲"));
        Assert.Null(TemplateText.Match(WeChat, "甲\n金额：1\n乙"));
    }

    [Theory]
    [InlineData(ChannelKind.Sms, "您的${name}", true)]
    [InlineData(ChannelKind.Sms, "没有变量", true)]
    [InlineData(ChannelKind.Sms, "${na me}", false)]
    [InlineData(ChannelKind.Sms, "${name", false)]
    [InlineData(ChannelKind.WeChat, "{{first.DATA}}", true)]
    [InlineData(ChannelKind.WeChat, "{{first}}", false)]
    [InlineData(ChannelKind.WeChat, "first.DATA}}", false)]
    public void Template_WithABrokenVariable_IsNone(ChannelKind channel, string text, bool right) => Assert.Equal(right, TemplateText.ProblemOf(channel, text) is null);
}
