using System.Collections.Immutable;
using HotlinePush.Audiences;
using HotlinePush.Channels;
using HotlinePush.Clocks;
using HotlinePush.Notices;
using HotlinePush.Notices.Texts;
using HotlinePush.Security;
using HotlinePush.Units;

namespace HotlinePush.Tests.Notices;

public sealed class NoticeTemplateTests
{
    private static readonly Dictionary<string, string?> Values = new() { ["姓名"] = "王小明", ["金额"] = "1,280.00", ["备注"] = " ", ["坏"] = "{{金额}}" };

    [Theory]
    [InlineData("{{姓名}}：您好", "王小明：您好")]
    [InlineData("{{ 姓名 }}", "王小明")]
    [InlineData("a\n{{?金额}}补贴{{金额}}元\nb", "a\n补贴1,280.00元\nb")]
    [InlineData("a\r\n{{?备注}}备注{{备注}}\r\nb", "a\nb")]
    [InlineData("a\n{{?没有}}整行不显示", "a")]
    [InlineData("{{坏}}", "{{金额}}")]
    [InlineData("{ 单个 } 括号", "{ 单个 } 括号")]
    public void Fill_WhenAllIsThere_PutsValuesInOnce(string template, string expected)
    {
        var (parsed, problem) = NoticeTemplate.Parse(template);

        Assert.Null(problem);
        Assert.Equal(expected, parsed!.Fill(n => Values.GetValueOrDefault(n), v => v, out var missing));
        Assert.Empty(missing);
    }

    [Fact]
    public void Fill_WhenAShownLineLacksAValue_NamesIt()
    {
        var template = NoticeTemplate.Parse("{{备注}} {{没有}}\n{{?没有}}{{也没有}}").Template!;

        template.Fill(n => Values.GetValueOrDefault(n), v => v, out var missing);

        Assert.Equal(["备注", "没有"], missing.ToArray());
        Assert.Equal(["备注", "没有", "也没有"], template.Required.ToArray());
    }

    [Theory]
    [InlineData("{{姓名")]
    [InlineData("姓名}}")]
    [InlineData("{{}}")]
    [InlineData("{{?}}x")]
    [InlineData("x{{?姓名}}")]
    [InlineData("{{?姓名}}{{?金额}}")]
    [InlineData("{{a<b}}")]
    [InlineData("{{{{姓名}}}}")]
    public void Parse_WhenTheTextIsNoTemplate_SaysWhichLine(string text) => Assert.StartsWith("第1行：", NoticeTemplate.Parse(text).Problem);

    [Theory]
    [InlineData("", null, 1, 0, false)]
    [InlineData("hello", null, 1, 5, false)]
    [InlineData("€", null, 1, 2, false)]
    [InlineData("您好", "市12345", 1, 10, true)]
    public void Sms_WhenShort_IsOne(string text, string? signature, int segments, int units, bool unicode) =>
        Assert.Equal(new SmsLength(segments, units, unicode), SmsLength.Of(text, signature));

    [Theory]
    [InlineData(160, 'a', 1)]
    [InlineData(161, 'a', 2)]
    [InlineData(306, 'a', 2)]
    [InlineData(307, 'a', 3)]
    [InlineData(70, '字', 1)]
    [InlineData(71, '字', 2)]
    [InlineData(134, '字', 2)]
    [InlineData(135, '字', 3)]
    [InlineData(80, '€', 1)]
    [InlineData(81, '€', 2)]
    // 153 does not divide by two: the character that would be split goes over whole.
    [InlineData(152, '€', 2)]
    [InlineData(153, '€', 3)]
    public void Sms_WhenLong_IsCountedByParts(int count, char character, int segments) => Assert.Equal(segments, SmsLength.Of(new string(character, count)).Segments);

    [Fact]
    public void Sms_WhenACharacterTakesTwoUnits_IsNotSplit()
    {
        var text = new string('字', 66) + "😀" + new string('字', 66);

        Assert.Equal(new SmsLength(3, 134, true), SmsLength.Of(text));
    }

    [Fact]
    public void Make_WhenAValueIsHostile_StaysAValueOnEveryChannel()
    {
        var recipient = new Recipient
        {
            Id = "1",
            Name = "张\r\nBcc: a@b.c",
            Phone = "+8613900000000",
            Email = "a@b.cn",
            Address = "某街1号",
            Fields = ImmutableSortedDictionary<string, string>.Empty.Add("金额", "【假银行】<b>{{姓名}}</b>"),
        };
        var texting = new NoticeTexting(Sample(), City);

        var sms = texting.Make(recipient, ChannelKind.Sms)!;
        var mail = texting.Make(recipient, ChannelKind.Email)!;
        var letter = texting.Make(recipient, ChannelKind.Letter)!;

        Assert.DoesNotContain('【', sms.Body);
        Assert.DoesNotContain('\n', sms.Body);
        Assert.DoesNotContain('\r', mail.Subject!);
        Assert.DoesNotContain('\n', mail.Subject!);
        // Plain text everywhere: whoever prints a letter encodes the whole of it.
        Assert.Contains("<b>", letter.Body, StringComparison.Ordinal);
        Assert.Contains("{{姓名}}", sms.Body, StringComparison.Ordinal);
    }

    [Fact]
    public void Make_WhenThereIsNoContact_IsNone() => Assert.Null(new NoticeTexting(Sample(), City).Make(new() { Id = "1" }, ChannelKind.Sms));

    private static readonly City City = new([], [], [], [], PolicySet.Default, WorkCalendar.Shipped);

    private static Notice Sample() => new()
    {
        Id = "n1",
        Title = "补贴发放",
        Field = "agriculture",
        UnitId = "u",
        AudienceId = "a1",
        DraftedBy = Actor.System,
        Channels = [ChannelKind.Sms, ChannelKind.Email, ChannelKind.Letter],
        Texts = new("{{姓名}}：补贴{{金额}}元", new("{{姓名}} {{金额}}", "{{姓名}}您好"), Letter: "{{姓名}}：{{金额}}"),
    };
}
