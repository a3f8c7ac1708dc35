using HotlinePush.Clocks;
using HotlinePush.Inbound;
using HotlinePush.Tickets;
using HotlinePush.Web;

namespace HotlinePush.Tests.Inbound;

/// <summary>What a message is, and what is to be done about it: pure, so that every corner is tried.</summary>
public sealed class ConversationRulesTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 2, 10, 0, 0, TimeSpan.FromHours(8));

    private static InboundMessage Said(string text, DateTimeOffset? at = null) => new(InboundChannels.Sms, "+8675512345", "+8613800138000", "1", at ?? Now, text);

    private static Intent Read(string text) => InboundWords.Read(Said(text), []);

    [Theory]
    [InlineData("TD", true)]
    [InlineData("ｔｄ", true)]
    [InlineData(" T ", true)]
    [InlineData("退订。", true)]
    [InlineData("Stop!", true)]
    [InlineData("START", false)]
    [InlineData("订阅", false)]
    public void Word_ThatEndsNotices_IsRead(string text, bool @out) => Assert.Equal(new Intent.OptOut(@out), Read(text));

    [Theory]
    [InlineData("1", 1, null)]
    [InlineData("３", 3, null)]
    [InlineData("评价2", 2, null)]
    [InlineData("1 26030212345678", 1, "26030212345678")]
    [InlineData("26030212345678 3", 3, "26030212345678")]
    public void Digit_IsAWordOnAnAnswer(string text, int digit, string? number) => Assert.Equal(new Intent.Rate(digit, number), Read(text));

    [Theory]
    [InlineData("查询", null)]
    [InlineData("进度。", null)]
    [InlineData("查询26030212345678", "26030212345678")]
    [InlineData("26030212345678", "26030212345678")]
    public void Question_ForProgress_IsRead(string text, string? number) => Assert.Equal(new Intent.Ask(number), Read(text));

    [Theory]
    [InlineData("4")]
    [InlineData("11")]
    [InlineData("1楼漏水")]
    [InlineData("我要退订牛奶，商家不给退钱")]
    [InlineData("查询窗口排队太久")]
    [InlineData("T恤质量差")]
    public void Words_ThatOnlyBeginLikeACommand_AreARequest(string text) => Assert.Equal(text, Assert.IsType<Intent.Request>(Read(text)).Words);

    [Theory]
    [InlineData("新诉求：路灯不亮", RequestKind.New, "路灯不亮")]
    [InlineData("新诉求 路灯不亮", RequestKind.New, "路灯不亮")]
    [InlineData("匿名举报某厂偷排", RequestKind.Anonymous, "匿名举报某厂偷排")]
    [InlineData("保密：有人收红包", RequestKind.Confidential, "保密：有人收红包")]
    [InlineData("楼上一直很吵", RequestKind.Plain, "楼上一直很吵")]
    [InlineData("我家着火了，救命", RequestKind.Alarm, "我家着火了，救命")]
    [InlineData("消防通道被占，担心着火", RequestKind.Plain, "消防通道被占，担心着火")]
    public void Request_IsOfItsKind(string text, RequestKind kind, string words)
    {
        var request = Assert.IsType<Intent.Request>(Read(text));
        Assert.Equal((kind, words), (request.Kind, request.Words));
    }

    [Theory]
    [InlineData("我要依申请公开征地批复", true)]
    [InlineData("申请政府信息公开", true)]
    [InlineData("投诉区政府依申请公开超期不答复", false)]
    public void Application_ForDisclosure_IsToldFromAComplaintAboutOne(string text, bool isOne) => Assert.Equal(isOne, Read(text) is Intent.Disclosure);

    [Fact]
    public void Text_WithBrokenCharacters_IsCleanedNotRefused() =>
        Assert.Equal("路灯不亮", Assert.IsType<Intent.Request>(Read("路灯\0\ud800不亮\u001b")).Words);

    [Fact]
    public void Text_TooLong_IsCut()
    {
        var words = Assert.IsType<Intent.Request>(Read(string.Concat(Enumerable.Repeat("👨长", 9_000)))).Words;
        Assert.True(words.Length <= 10_000 && Characters.AreAllowed(words));
        Assert.EndsWith("（以下从略）", words, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("举报有人偷排", TicketType.Report)]
    [InlineData("投诉物业", TicketType.Complaint)]
    [InlineData("建议增设公交", TicketType.Suggestion)]
    [InlineData("表扬王师傅", TicketType.Praise)]
    [InlineData("居住证怎么办理？", TicketType.Inquiry)]
    [InlineData("路灯不亮", TicketType.Help)]
    public void Type_IsWhatPeopleCallIt(string words, TicketType type) => Assert.Equal(type, InboundWords.TypeOf(words));

    [Fact]
    public void OptOut_WhenTheEarlierWordComesLater_DoesNotCount()
    {
        var c = Decide(new Conversation("c"), new Intent.OptOut(false), at: Now).After;
        c = Decide(c, new Intent.OptOut(true), at: Now.AddMinutes(-1)).After;
        Assert.False(c.OptedOut);
    }

    [Fact]
    public void Flood_IsGatheredWithOneAnswerAndAlarmsAreNot()
    {
        var c = new Conversation("c");
        var plans = new List<Plan>();
        for (var i = 0; i < 15; i++)
        {
            var (after, plan) = Decide(c, new Intent.Request(RequestKind.Plain, $"{i}", null), $"k{i}", $"s{i}", c.Main is null ? new() : new(MainUnknown: true));
            c = after;
            plans.Add(plan);
        }

        Assert.Equal([PlanKind.File, .. Enumerable.Repeat(PlanKind.FollowUp, 10), .. Enumerable.Repeat(PlanKind.Gather, 4)], plans.Select(p => p.Kind));
        Assert.Equal([false, true, true, true, true], plans[10..].Select(p => p.Silent));
        Assert.Equal(10, plans.FindIndex(p => p.TellsFlood));
        Assert.Equal(["k11", "k12", "k13", "k14"], [.. c.Gathered]);
        var alarm = Decide(c, new Intent.Request(RequestKind.Alarm, "着火了", null, "119"), "ka", "sa").Plan;
        Assert.Equal((PlanKind.File, false), (alarm.Kind, alarm.Silent));
    }

    [Fact]
    public void NewMatters_AreBoundedADay()
    {
        var c = new Conversation("c") { Main = new("k", null, []) };
        var kinds = new List<PlanKind>();
        for (var i = 0; i < ConversationRules.MostNewADay + 2; i++)
        {
            var (after, plan) = Decide(c with { WindowCount = 0 }, new Intent.Request(RequestKind.New, $"{i}", null), $"k{i}", $"s{i}", new(MainUnknown: true));
            c = after;
            kinds.Add(plan.Kind);
        }

        Assert.Equal([.. Enumerable.Repeat(PlanKind.File, ConversationRules.MostNewADay), PlanKind.FollowUp, PlanKind.FollowUp], kinds);
    }

    [Fact]
    public void Words_SaidTwiceOnOneDay_AreOne()
    {
        var c = Decide(new Conversation("c"), new Intent.Request(RequestKind.Plain, "吵", null), "k1", "same").After;
        Assert.Equal(PlanKind.Repeat, Decide(c, new Intent.Request(RequestKind.Plain, "吵", null), "k2", "same", new(MainUnknown: true)).Plan.Kind);
        Assert.Equal(PlanKind.FollowUp, Decide(c, new Intent.Request(RequestKind.Plain, "吵", null), "k3", "other day", new(MainUnknown: true)).Plan.Kind);
    }

    private static (Conversation After, Plan Plan) Decide(Conversation c, Intent intent, string key = "k", string? said = null, Facts? facts = null, DateTimeOffset? at = null) =>
        ConversationRules.Decide(c, intent, Said("", at), key, said, facts ?? new(), CityZone.DateOf(Now), Now);
}
