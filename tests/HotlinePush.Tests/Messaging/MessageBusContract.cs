using HotlinePush.Messaging;
using HotlinePush.Tests.Support;

namespace HotlinePush.Tests.Messaging;

/// <summary>What every message bus owes, on a clock of the test's own.</summary>
public abstract class MessageBusContract : IAsyncLifetime
{
    private const string Queue = "work";
    private static readonly TimeSpan LockFor = TimeSpan.FromMinutes(1);

    protected ManualTimeProvider Clock { get; } = new();

    protected IMessageBus Bus { get; private set; } = null!;

    /// <summary>Opens the bus; a second call closes the first and opens it again on the same data.</summary>
    protected abstract Task<IMessageBus> OpenAsync();

    protected abstract Task CloseAsync();

    public async Task InitializeAsync() => Bus = await OpenAsync();

    public Task DisposeAsync() => CloseAsync();

    [Fact]
    public async Task Message_WhenSentNow_IsReceivedOnceWithAllItCarries()
    {
        await Bus.SendAsync([new(Queue, "m1", "ticket.route.v1", "{\"词\":\"工单\"}")]);

        var message = Assert.Single(await ReceiveAsync());
        Assert.Equal(("m1", "ticket.route.v1", "{\"词\":\"工单\"}", 1), (message.MessageId, message.Type, message.Body, message.DeliveryCount));
        Assert.Equal((Clock.GetUtcNow(), Clock.GetUtcNow() + LockFor), (message.DueAt, message.LockedUntil));
        Assert.Empty(await ReceiveAsync());
        Assert.True(await Bus.SettleAsync(message, Settlement.Done));
        Clock.Advance(TimeSpan.FromHours(1));
        Assert.Empty(await ReceiveAsync());
    }

    [Fact]
    public async Task Message_WhenDueLater_IsNotReceivedBefore()
    {
        var due = Clock.GetUtcNow().AddMinutes(5);
        await Bus.SendAsync([Message("m1", due)]);
        Clock.Advance(TimeSpan.FromMinutes(5) - TimeSpan.FromMilliseconds(1));
        Assert.Empty(await ReceiveAsync());

        Clock.Advance(TimeSpan.FromMilliseconds(1));

        Assert.Equal(due, Assert.Single(await ReceiveAsync()).DueAt);
    }

    [Fact]
    public async Task Messages_WhenReceived_ComeByDueTimeThenInOrderOfSending()
    {
        var now = Clock.GetUtcNow();
        await Bus.SendAsync([Message("c", now.AddSeconds(9)), Message("b1", now.AddSeconds(5)), Message("b2", now.AddSeconds(5))]);
        await Bus.SendAsync([Message("b3", now.AddSeconds(5)), Message("a", now.AddSeconds(1))]);
        Clock.Advance(TimeSpan.FromSeconds(10));

        Assert.Equal(["a", "b1"], Ids(await ReceiveAsync(2)));
        Assert.Equal(["b2", "b3", "c"], Ids(await ReceiveAsync(10)));
    }

    [Fact]
    public async Task Queues_WhenTwo_DoNotMix()
    {
        await Bus.SendAsync([Message("m1"), new("other", "m1", "t", "{}")]);

        Assert.Equal(Queue, Assert.Single(await ReceiveAsync()).Queue);
        Assert.Equal("other", Assert.Single(await Bus.ReceiveAsync("other", 10, LockFor, TimeSpan.Zero)).Queue);
    }

    [Fact]
    public async Task Lock_WhenItEnds_MessageComesAgainAheadOfThoseDueLater()
    {
        await Bus.SendAsync([Message("m1")]);
        var first = Assert.Single(await ReceiveAsync());
        await Bus.SendAsync([Message("m2", Clock.GetUtcNow().AddSeconds(10))]);
        Clock.Advance(LockFor);

        var again = await ReceiveAsync();

        Assert.Equal(["m1", "m2"], Ids(again));
        Assert.Equal(2, again[0].DeliveryCount);
        Assert.NotEqual(first.LockToken, again[0].LockToken);
        Assert.Equal(first.DueAt, again[0].DueAt);
    }

    [Fact]
    public async Task Lock_WhenLost_NeitherSettlesNorRenews()
    {
        await Bus.SendAsync([Message("m1")]);
        var lost = Assert.Single(await ReceiveAsync());
        Clock.Advance(LockFor);
        var held = Assert.Single(await ReceiveAsync());

        Assert.False(await Bus.SettleAsync(lost, Settlement.Done));
        Assert.False(await Bus.SettleAsync(lost, new Settlement.Retry(TimeSpan.Zero, "no")));
        Assert.False(await Bus.SettleAsync(lost, new Settlement.Dead("no")));
        Assert.False(await Bus.RenewAsync(lost, LockFor));
        Assert.Empty(await ReceiveAsync());
        Assert.Empty(await Bus.ReadDeadLettersAsync(10));
        Assert.True(await Bus.SettleAsync(held, Settlement.Done));
        Assert.False(await Bus.SettleAsync(held, Settlement.Done));
    }

    [Fact]
    public async Task Lock_WhenRenewed_HoldsFromThenOn()
    {
        await Bus.SendAsync([Message("m1")]);
        var message = Assert.Single(await ReceiveAsync());
        Clock.Advance(TimeSpan.FromSeconds(40));
        Assert.True(await Bus.RenewAsync(message, LockFor));
        Clock.Advance(TimeSpan.FromSeconds(59));
        Assert.Empty(await ReceiveAsync());
        Assert.True(await Bus.SettleAsync(message, Settlement.Done));
        Clock.Advance(LockFor);
        Assert.Empty(await ReceiveAsync());
    }

    [Fact]
    public async Task Retry_WhenAskedFor_DeliversAfterTheDelayWithTheCountGoingOn()
    {
        await Bus.SendAsync([Message("m1")]);
        for (var delivery = 1; delivery <= 3; delivery++)
        {
            var message = Assert.Single(await ReceiveAsync());
            Assert.Equal(delivery, message.DeliveryCount);
            Assert.True(await Bus.SettleAsync(message, new Settlement.Retry(TimeSpan.FromSeconds(delivery * 10), "provider down")));
            Clock.Advance(TimeSpan.FromSeconds(delivery * 10 - 1));
            Assert.Empty(await ReceiveAsync());
            Clock.Advance(TimeSpan.FromSeconds(1));
        }
    }

    [Fact]
    public async Task Retry_WhenWithoutDelay_DeliversAtOnce()
    {
        await Bus.SendAsync([Message("m1")]);
        await Bus.SettleAsync(Assert.Single(await ReceiveAsync()), new Settlement.Retry(TimeSpan.Zero, "again"));

        Assert.Equal(2, Assert.Single(await ReceiveAsync()).DeliveryCount);
    }

    [Fact]
    public async Task DeadLetter_WhenSettledSo_IsKeptWithItsReasonAndNotDelivered()
    {
        await Bus.SendAsync([new(Queue, "m1", "t.v1", "{\"n\":1}")]);
        await Bus.SettleAsync(Assert.Single(await ReceiveAsync()), new Settlement.Dead("工单不存在"));
        Clock.Advance(TimeSpan.FromDays(1));

        Assert.Empty(await ReceiveAsync());
        var dead = Assert.Single(await Bus.ReadDeadLettersAsync(10));
        Assert.Equal((Queue, "m1", "t.v1", "{\"n\":1}", "工单不存在", 1), (dead.Queue, dead.MessageId, dead.Type, dead.Body, dead.Reason, dead.DeliveryCount));
        Assert.Equal(Clock.GetUtcNow().AddDays(-1), dead.DeadAt);
    }

    [Fact]
    public async Task DeadLetters_WhenRead_ComeOldestFirstInPages()
    {
        for (var i = 0; i < 5; i++)
        {
            await Bus.SendAsync([Message($"m{i}")]);
            await Bus.SettleAsync(Assert.Single(await ReceiveAsync()), new Settlement.Dead("no"));
            Clock.Advance(TimeSpan.FromSeconds(1));
        }

        var first = await Bus.ReadDeadLettersAsync(3);
        var rest = await Bus.ReadDeadLettersAsync(3, first[^1].Id);

        Assert.Equal(["m0", "m1", "m2", "m3", "m4"], first.Concat(rest).Select(d => d.MessageId));
    }

    [Fact]
    public async Task Replay_WhenAsked_DeliversAnewFromCountOne()
    {
        await Bus.SendAsync([Message("m1")]);
        await Bus.SettleAsync(Assert.Single(await ReceiveAsync()), new Settlement.Dead("no"));
        var dead = Assert.Single(await Bus.ReadDeadLettersAsync(10));
        Clock.Advance(TimeSpan.FromMinutes(1));

        Assert.True(await Bus.ReplayAsync(dead.Id));

        Assert.False(await Bus.ReplayAsync(dead.Id));
        Assert.Empty(await Bus.ReadDeadLettersAsync(10));
        var message = Assert.Single(await ReceiveAsync());
        Assert.Equal(("m1", 1, Clock.GetUtcNow()), (message.MessageId, message.DeliveryCount, message.DueAt));
    }

    [Theory]
    [InlineData("")]
    [InlineData("no-such")]
    [InlineData("999999999")]
    public async Task Replay_WhenThereIsNone_SaysSo(string id) => Assert.False(await Bus.ReplayAsync(id));

    [Fact]
    public async Task MessageId_WhenSeenWithinTenMinutes_IsDropped()
    {
        await Bus.SendAsync([Message("m1"), Message("m1")]);
        await Bus.SendAsync([Message("m1")]);
        await Bus.SettleAsync(Assert.Single(await ReceiveAsync()), Settlement.Done);
        Clock.Advance(TimeSpan.FromMinutes(10) - TimeSpan.FromSeconds(1));
        await Bus.SendAsync([Message("m1")]);
        Assert.Empty(await ReceiveAsync());

        Clock.Advance(TimeSpan.FromSeconds(1));
        await Bus.SendAsync([Message("m1")]);

        Assert.Single(await ReceiveAsync());
    }

    [Fact]
    public async Task MessageId_WhenItsMessageStillWaitsAfterReopening_IsDropped()
    {
        await Bus.SendAsync([Message("m1")]);
        Bus = await OpenAsync();
        await Bus.SendAsync([Message("m1")]);

        Assert.Single(await ReceiveAsync());
    }

    [Fact]
    public async Task Body_WhenOver64KiB_IsABug()
    {
        await Bus.SendAsync([new(Queue, "fits", "t", new string('x', OutgoingMessage.MaxBodyBytes))]);
        await Assert.ThrowsAsync<ArgumentException>(() => Bus.SendAsync([Message("m1"), new(Queue, "big", "t", new string('中', OutgoingMessage.MaxBodyBytes / 3 + 1))]));

        Assert.Equal(["fits"], Ids(await ReceiveAsync()));
    }

    [Fact]
    public async Task Messages_WhenReopened_AreThereWithTheirCountsAndTimes()
    {
        await Bus.SendAsync([Message("ready"), Message("later", Clock.GetUtcNow().AddHours(1)), Message("dead")]);
        var received = await ReceiveAsync();
        await Bus.SettleAsync(received[0], new Settlement.Retry(TimeSpan.FromMinutes(2), "again"));
        await Bus.SettleAsync(received[1], new Settlement.Dead("no"));
        Bus = await OpenAsync();

        Assert.Empty(await ReceiveAsync());
        Assert.Equal("dead", Assert.Single(await Bus.ReadDeadLettersAsync(10)).MessageId);
        Clock.Advance(TimeSpan.FromMinutes(2));
        var again = Assert.Single(await ReceiveAsync());
        Assert.Equal(("ready", 2), (again.MessageId, again.DeliveryCount));
        Clock.Advance(TimeSpan.FromHours(1));
        Assert.Contains("later", Ids(await ReceiveAsync()));
    }

    [Fact]
    public async Task LockedMessage_WhenReopened_ComesAgainAtTheLatestWhenItsLockEnds()
    {
        await Bus.SendAsync([Message("m1")]);
        var before = Assert.Single(await ReceiveAsync());
        Bus = await OpenAsync();
        Clock.Advance(LockFor);

        Assert.Equal(2, Assert.Single(await ReceiveAsync()).DeliveryCount);
        Assert.False(await Bus.SettleAsync(before, Settlement.Done));
    }

    [Fact]
    public async Task Receive_WhenNothingComes_IsEmptyAfterItsWait()
    {
        var receiving = Bus.ReceiveAsync(Queue, 10, LockFor, TimeSpan.FromSeconds(30));
        await Bus.CountAsync(Queue);
        Assert.False(receiving.IsCompleted);
        Clock.Advance(TimeSpan.FromSeconds(30));

        Assert.Empty(await receiving);
    }

    [Fact]
    public async Task Receive_WhenAMessageComesWhileItWaits_GetsIt()
    {
        var receiving = Bus.ReceiveAsync(Queue, 10, LockFor, TimeSpan.FromSeconds(30));
        await Bus.SendAsync([Message("m1")]);

        Assert.Equal("m1", Assert.Single(await receiving).MessageId);
    }

    [Fact]
    public async Task Receive_WhenAMessageFallsDueWhileItWaits_GetsItThen()
    {
        await Bus.SendAsync([Message("m1", Clock.GetUtcNow().AddSeconds(20))]);
        var receiving = Bus.ReceiveAsync(Queue, 10, LockFor, TimeSpan.FromMinutes(5));
        await SettledAsync();
        await Bus.SendAsync([Message("earlier", Clock.GetUtcNow().AddSeconds(10))]);
        Clock.Advance(TimeSpan.FromSeconds(10));

        Assert.Equal(["earlier"], Ids(await receiving));
    }

    [Fact]
    public async Task Receive_WhenALockEndsWhileItWaits_GetsTheMessage()
    {
        await Bus.SendAsync([Message("m1")]);
        await ReceiveAsync();
        var receiving = Bus.ReceiveAsync(Queue, 10, LockFor, TimeSpan.FromMinutes(5));
        await SettledAsync();
        Clock.Advance(LockFor);

        Assert.Equal(2, Assert.Single(await receiving).DeliveryCount);
    }

    [Fact]
    public async Task Receive_WhenCancelledWhileItWaits_TakesNothing()
    {
        using var cancel = new CancellationTokenSource();
        var receiving = Bus.ReceiveAsync(Queue, 10, LockFor, TimeSpan.FromMinutes(5), cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => receiving);

        await Bus.SendAsync([Message("m1")]);
        Assert.Equal(1, Assert.Single(await ReceiveAsync()).DeliveryCount);
    }

    [Fact]
    public async Task Receive_WhenManyReceiveAtOnce_HandsEachMessageOutOnce()
    {
        const int Count = 300;
        var receivers = Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            var got = new List<string>();
            while (await Bus.ReceiveAsync(Queue, 7, TimeSpan.FromDays(1), TimeSpan.FromMinutes(1)) is { Count: > 0 } messages)
            {
                foreach (var message in messages)
                {
                    got.Add(message.MessageId);
                    Assert.True(await Bus.SettleAsync(message, Settlement.Done));
                    if (message.MessageId == "last")
                        return got;
                }
            }

            return got;
        })).ToArray();
        await Task.WhenAll(Enumerable.Range(0, Count).Select(i => Task.Run(() => Bus.SendAsync([Message($"m{i}")]))));
        await Bus.SendAsync([Message("last")]);
        await Task.WhenAny(receivers);
        while (!Task.WhenAll(receivers).IsCompleted)
        {
            // Those still waiting have nothing to wait for: their minute passes.
            Clock.Advance(TimeSpan.FromSeconds(30));
            await Task.Yield();
        }

        var all = (await Task.WhenAll(receivers)).SelectMany(g => g).ToList();
        Assert.Equal(all.Count, all.Distinct().Count());
        Assert.Equal(Count + 1, all.Count);
    }

    [Fact]
    public async Task Count_WhenMessagesAreInEveryState_TellsThemApart()
    {
        var now = Clock.GetUtcNow();
        Assert.Equal(new QueueDepth(0, 0, 0, 0, null), await Bus.CountAsync(Queue));
        await Bus.SendAsync([Message("dead"), Message("locked"), Message("later", now.AddHours(1))]);
        var received = await ReceiveAsync();
        await Bus.SettleAsync(received[0], new Settlement.Dead("no"));
        await Bus.SendAsync([Message("r1"), Message("r2")]);
        Clock.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal(new QueueDepth(2, 1, 1, 1, now), await Bus.CountAsync(Queue));
    }

    /// <summary>Returns when everything asked of the bus before has reached it.</summary>
    private async Task SettledAsync() => Assert.Empty(await Bus.ReceiveAsync("another", 1, LockFor, TimeSpan.Zero));

    private Task<IReadOnlyList<ReceivedMessage>> ReceiveAsync(int max = 10) => Bus.ReceiveAsync(Queue, max, LockFor, TimeSpan.Zero);

    private static OutgoingMessage Message(string id, DateTimeOffset? notBefore = null) => new(Queue, id, "t.v1", "{}", notBefore);

    private static IEnumerable<string> Ids(IEnumerable<ReceivedMessage> messages) => messages.Select(m => m.MessageId);
}
