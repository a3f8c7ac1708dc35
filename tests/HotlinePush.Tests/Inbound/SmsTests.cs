using HotlinePush.Audiences;
using HotlinePush.Inbound;
using HotlinePush.Notices;
using HotlinePush.Tests.Support;
using HotlinePush.Tests.Tickets;
using Microsoft.Extensions.DependencyInjection;

namespace HotlinePush.Tests.Inbound;

/// <summary>What residents say by SMS, what comes back, what is stored.</summary>
public sealed class SmsTests : IAsyncLifetime
{
    private readonly HotlineApp _app = SmsConversation.NewApp();

    public Task InitializeAsync() => _app.InitializeAsync();

    public async Task DisposeAsync()
    {
        Assert.Empty(_app.Warnings);
        await _app.DisposeAsync();
    }

    [Fact]
    public async Task Text_WhenItTellsOfAProblem_BecomesATicketAndTheNumberComesBackAtOnce()
    {
        var resident = SmsConversation.New(_app);

        var answer = await resident.SayAsync("望江区鹤汀街道的路灯坏了三天，晚上看不清路。");

        var number = SmsConversation.NumberIn(answer);
        Assert.StartsWith("【12345】您的诉求已受理，编号", answer, StringComparison.Ordinal);
        var ticket = (await resident.TicketAsync(number)).Ok();
        Assert.Equal("望江区鹤汀街道的路灯坏了三天，晚上看不清路。", ticket["description"].GetString());
        Assert.Equal("sms", ticket["channel"].GetString());
        Assert.Equal([number], await resident.TicketsAsync());
        // The answer said it: no second text says it again.
        await _app.AdvanceAsync(TimeSpan.FromSeconds(5));
        Assert.Empty(await resident.ToldAsync());
    }

    [Fact]
    public async Task Text_WhenItComesAgain_GetsTheFirstAnswerAndDoesNothing()
    {
        var resident = SmsConversation.New(_app);
        var sid = SmsConversation.NewSid();

        var first = await resident.SayAsync("小区停水了", sid);
        var again = await resident.SayAsync("小区停水了", sid);

        Assert.Equal(first, again);
        var number = Assert.Single(await resident.TicketsAsync());
        Assert.Empty(await resident.FollowUpsAsync(number));
    }

    [Fact]
    public async Task Texts_WhenMoreIsSaidAboutIt_BelongToTheOpenTicketEachOnce()
    {
        var resident = SmsConversation.New(_app);
        var number = SmsConversation.NumberIn(await resident.SayAsync("楼下烧烤店油烟很大"));

        var more = await resident.SayAsync("地址是柳荫小区3栋旁边");
        await resident.SayAsync("地址是柳荫小区3栋旁边");
        await resident.SayAsync("每天晚上都有");

        Assert.StartsWith($"【12345】您补充的内容已记入诉求{number}", more, StringComparison.Ordinal);
        Assert.Equal(["地址是柳荫小区3栋旁边", "每天晚上都有"], await resident.FollowUpsAsync(number));
        Assert.Equal([number], await resident.TicketsAsync());
    }

    [Fact]
    public async Task Text_WhenItSaysItIsAnotherMatter_IsATicketOfItsOwn()
    {
        var resident = SmsConversation.New(_app);
        var first = SmsConversation.NumberIn(await resident.SayAsync("楼下烧烤店油烟很大"));

        var second = SmsConversation.NumberIn(await resident.SayAsync("新诉求：小区门口垃圾没人清"));

        Assert.NotEqual(first, second);
        Assert.Equal("小区门口垃圾没人清", (await resident.TicketAsync(second))["description"].GetString());
        Assert.Empty(await resident.FollowUpsAsync(first));
    }

    [Fact]
    public async Task Text_WhenItQuotesANumber_IsBelievedOnlyFromTheTicketsOwnContact()
    {
        var owner = SmsConversation.New(_app);
        var stranger = SmsConversation.New(_app);
        var number = SmsConversation.NumberIn(await owner.SayAsync("楼下烧烤店油烟很大"));
        await owner.SayAsync("新诉求 路灯不亮");

        await owner.SayAsync($"{number} 今天还是一样");
        await stranger.SayAsync($"{number} 我来撤销这件事");

        Assert.Equal([$"{number} 今天还是一样"], await owner.FollowUpsAsync(number));
        Assert.NotEqual(number, Assert.Single(await stranger.TicketsAsync()));
        // A stranger hears of it what anybody hears of a number that nobody has.
        Assert.Equal(await stranger.SayAsync("26030200000000"), await stranger.SayAsync($"查询 {number}"));
        Assert.Contains(number, await owner.SayAsync($"查询 {number}"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Text_WhenItAsksForProgress_TellsStateAndDeadlineOfTheSendersOpenTickets()
    {
        var resident = SmsConversation.New(_app);
        Assert.StartsWith("【12345】没有查到", await resident.SayAsync("查询"), StringComparison.Ordinal);
        var number = SmsConversation.NumberIn(await resident.SayAsync("望江区鹤汀街道工地每天施工到凌晨两点，噪音很大，无法休息。"));

        var answer = await resident.SayAsync("进度？".Replace("？", "", StringComparison.Ordinal));

        Assert.Matches($"诉求{number}已(收到|派单)，答复期限3月9日18:00前", answer);
    }

    [Fact]
    public async Task Text_WhenSomethingBurns_RaisesTheAlarmAndSaysWhomToDial()
    {
        var resident = SmsConversation.New(_app);
        var ordinary = SmsConversation.NumberIn(await resident.SayAsync("楼下烧烤店油烟很大"));

        var answer = await resident.SayAsync("柳荫小区3栋着火了，快来人");

        Assert.Contains("请立即拨打119", answer, StringComparison.Ordinal);
        var number = SmsConversation.NumberIn(answer);
        Assert.NotEqual(ordinary, number);
        Assert.Contains("alarm", (await resident.TicketAsync(number)).Marks);
        // More of the same goes to the same alarm, and is told again whom to dial.
        Assert.Equal(number, SmsConversation.NumberIn(await resident.SayAsync("火很大！还有人被困在楼上")));
        Assert.Equal(2, (await resident.TicketsAsync()).Count);
    }

    [Theory]
    [InlineData("1", "Closed", "已办结")]
    [InlineData("2", "InProgress", "重新办理")]
    [InlineData("3", "InProgress", "重新办理")]
    public async Task Digit_WhenACallbackIsDue_IsTheResidentsWord(string digit, string state, string said)
    {
        var ticket = await TicketScenario.AwaitingCallbackAsync(_app);
        var resident = new SmsConversation(_app, ticket.Phone!);
        await _app.AdvanceAsync(TimeSpan.FromSeconds(2));
        Assert.Contains("1已解决且满意", (await resident.ToldAsync()).Last(t => t.Purpose == "ticketAnswered").Body, StringComparison.Ordinal);
        var sid = SmsConversation.NewSid();

        var answer = await resident.SayAsync(digit, sid);

        Assert.Contains(said, answer, StringComparison.Ordinal);
        Assert.Equal(state, await ticket.StateAsync());
        // The same digit again is the same word; another one finds nothing that waits.
        Assert.Equal(answer, await resident.SayAsync(digit, sid));
        Assert.Contains("没有待评价", await resident.SayAsync(digit), StringComparison.Ordinal);
        Assert.Equal(1, (await ticket.HistoryAsync()).Count(e => e.GetProperty("action").GetString() == "callback"));
    }

    [Fact]
    public async Task Text_WhenTheTicketWasFiledOnTheWeb_IsAFollowUpToIt()
    {
        var ticket = await TicketScenario.SignedAsync(_app);
        var resident = new SmsConversation(_app, ticket.Phone!);

        var answer = await resident.SayAsync("昨晚又施工到三点");

        Assert.Equal(ticket.Number, SmsConversation.NumberIn(answer));
        Assert.Equal(["昨晚又施工到三点"], await resident.FollowUpsAsync(ticket.Number));
    }

    [Fact]
    public async Task Text_WhenItsTicketHasEnded_BeginsAnother()
    {
        var resident = SmsConversation.New(_app);
        var first = SmsConversation.NumberIn(await resident.SayAsync("楼下烧烤店油烟很大"));
        (await TicketScenario.SendAsync(_app, TicketScenario.Desk, HttpMethod.Post, $"/api/v1/tickets/{first}/actions/decline", new { reason = "vague", text = "请说明地址" })).Ok();

        var second = SmsConversation.NumberIn(await resident.SayAsync("楼下烧烤店油烟很大"));

        Assert.NotEqual(first, second);
    }

    [Fact]
    public async Task Stop_WhenSaid_EndsNoticesOfEveryOfficeUntilStart()
    {
        var resident = SmsConversation.New(_app);

        Assert.Contains("已退订", await resident.SayAsync("TD"), StringComparison.Ordinal);
        Assert.True(await IsOutAsync(resident.Phone));
        Assert.Contains("已恢复", await resident.SayAsync("订阅"), StringComparison.Ordinal);
        Assert.False(await IsOutAsync(resident.Phone));
        Assert.Contains("已退订", await resident.SayAsync("退订。"), StringComparison.Ordinal);
        // Twilio says so itself where it has answered: nothing is said twice.
        Assert.Null(await resident.SayAsync("STOP", more: new() { ["OptOutType"] = "STOP" }));
        Assert.Empty(await resident.TicketsAsync());
    }

    [Theory]
    [InlineData("【12345】您的诉求已受理，编号26030212345678")]
    [InlineData("")]
    [InlineData("   ")]
    public async Task Text_WhenItIsOurOwnOrNothing_MakesNothing(string text)
    {
        var resident = SmsConversation.New(_app);

        Assert.Null(await resident.SayAsync(text));

        Assert.Empty(await resident.TicketsAsync());
    }

    [Theory]
    [InlineData("10690000123")]
    [InlineData("95588")]
    [InlineData("BANK")]
    [InlineData(SmsConversation.Ours)]
    public async Task Text_WhenAMachineSentIt_MakesNothing(string from)
    {
        var machine = new SmsConversation(_app, from);

        Assert.Null(await machine.SayAsync("您的验证码是123456，如非本人操作请忽略"));
    }

    [Fact]
    public async Task Text_WhenAnApplicationForDisclosure_IsOfferedTheFormInstead()
    {
        var resident = SmsConversation.New(_app);

        var answer = await resident.SayAsync("我要依申请公开征地批复");

        Assert.Contains(SmsConversation.Site + "/", answer, StringComparison.Ordinal);
        Assert.Empty(await resident.TicketsAsync());
    }

    [Fact]
    public async Task Text_WhenAnonymous_LeavesNoContactInTheTicket()
    {
        var resident = SmsConversation.New(_app);

        var number = SmsConversation.NumberIn(await resident.SayAsync("匿名举报某单位公车私用"));

        Assert.Empty(await resident.TicketsAsync());
        var ticket = (await resident.TicketAsync(number)).Ok();
        Assert.DoesNotContain(resident.Phone[^4..], ticket.Text.Replace(number, "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Text_WhenLong_IsTakenWhole()
    {
        var resident = SmsConversation.New(_app);
        var text = string.Concat(Enumerable.Repeat("小区电梯经常停在半空，物业一直不修。", 80));

        var number = SmsConversation.NumberIn(await resident.SayAsync(text));

        Assert.Equal(text, (await resident.TicketAsync(number))["description"].GetString());
    }

    [Fact]
    public async Task Flood_WhenOneSenderFloods_IsToldTogetherWithOneAnswerAndItsAlarmIsStillRaised()
    {
        var resident = SmsConversation.New(_app);
        var answers = new List<string?>();
        for (var i = 0; i < 40; i++)
            answers.Add(await resident.SayAsync($"第{i}次说：噪音太大"));

        var alarm = await resident.SayAsync("我家着火了，救命");
        await _app.AdvanceAsync(TimeSpan.FromSeconds(1));

        Assert.Contains("119", alarm, StringComparison.Ordinal);
        Assert.Equal(11, answers.Count(a => a is not null));
        var number = SmsConversation.NumberIn(answers[0]);
        Assert.Equal(2, (await resident.TicketsAsync()).Count);
        await GatherAsync(resident);
        var followUps = await resident.FollowUpsAsync(number);
        Assert.Equal(11, followUps.Count);
        Assert.Equal(Enumerable.Range(1, 39).Select(i => $"第{i}次说：噪音太大"), followUps.SelectMany(f => f.Split('\n')).Distinct());
    }

    [Fact]
    public async Task Messages_WhenLongDealtWith_AreForgottenButForTheOneThatOpensTheRequest()
    {
        var resident = SmsConversation.New(_app);
        var number = SmsConversation.NumberIn(await resident.SayAsync("楼下烧烤店油烟很大"));
        await resident.SayAsync("查询");
        await resident.SayAsync("帮助");
        var desk = _app.Services().GetRequiredService<InboundDesk>();
        Assert.Equal(0, await desk.PurgeAsync(CancellationToken.None));

        await _app.AdvanceAsync(TimeSpan.FromDays(30));
        await _app.AdvanceAsync(TimeSpan.FromDays(1));

        Assert.Equal(2, await desk.PurgeAsync(CancellationToken.None));
        Assert.Equal(number, SmsConversation.NumberIn(await resident.SayAsync("现在还是这样")));
    }

    [Fact]
    public async Task Message_WhenItsWorkerDiesAfterItWasKept_IsFinishedByTheBusAndAnsweredByText()
    {
        var resident = SmsConversation.New(_app);
        var (store, filing) = (_app.Services().GetRequiredService<ConversationStore>(), _app.Services().GetRequiredService<HotlinePush.Tickets.TicketFiling>());
        var message = new InboundMessage(InboundChannels.Sms, SmsConversation.Ours, resident.Phone, SmsConversation.NewSid(), HotlineApp.Start, "小区停水了") { AnsweredByCaller = true };
        // What stands in the store when a process dies between the plan and its work.
        var c = await store.ReadAsync(message.Channel, message.Sender, CancellationToken.None);
        var key = ConversationStore.KeyOf(message);
        var heard = new HeardMessage(key, message.Channel, message.Account, message.At, message.At, filing.ReserveNumbers(), new(PlanKind.File)) { Words = new(message.Sender, message.Text!, null, null, []), AnsweredByCaller = true };
        Assert.NotNull(await store.CommitAsync(c, c.Conversation with { Main = new(key, null, []) }, [(heard, null)], [], CancellationToken.None));

        // A later message needs the ticket and files it first.
        var number = SmsConversation.NumberIn(await resident.SayAsync("已经两天了"));
        await _app.AdvanceAsync(TimeSpan.FromSeconds(2));

        Assert.Equal("小区停水了", (await resident.TicketAsync(number))["description"].GetString());
        Assert.Equal(["已经两天了"], await resident.FollowUpsAsync(number));
        Assert.Contains(number, Assert.Single(await resident.ToldAsync()).Body, StringComparison.Ordinal);
        // The provider asks again: done, and told already.
        Assert.Equal(new(null, number), await _app.Services().GetRequiredService<InboundDesk>().ReceiveAsync(message, CancellationToken.None));
    }

    /// <summary>What a flood said is told two minutes later by the bus: here it is told now.</summary>
    private async Task GatherAsync(SmsConversation resident)
    {
        var conversation = await _app.Services().GetRequiredService<ConversationStore>().ReadAsync(InboundChannels.Sms, resident.Phone, CancellationToken.None);
        await _app.Services().GetRequiredService<InboundGathering>().HandleAsync(new(conversation.Id, conversation.Conversation.GatherNo), CancellationToken.None);
    }

    private async Task<bool> IsOutAsync(string phone)
    {
        var page = new RecipientPage(0, [new() { Id = "1", Phone = phone }]);
        return (await _app.Services().GetRequiredService<OptOuts>().FindAsync("some-office", page, CancellationToken.None)).Count == 1;
    }
}
