using HotlinePush.Messaging;
using HotlinePush.Operations;
using HotlinePush.Storage;
using HotlinePush.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace HotlinePush.Tests.Messaging;

/// <summary>A pending message that the bus never takes must neither be lost nor hold up those behind it.</summary>
public sealed class DeadPendingTests
{
    private static readonly WorkShard Shard = WorkShard.Of("a");

    private readonly ManualTimeProvider _time = new(new DateTimeOffset(2026, 3, 2, 2, 0, 0, TimeSpan.Zero));
    private readonly MemoryTableStore _store = new();
    private readonly MemoryMessageBus _bus;
    private readonly PickyBus _picky;
    private readonly PendingMessages _pending;
    private readonly DeadLetters _letters;

    public DeadPendingTests()
    {
        _bus = new(_time);
        _picky = new(_bus);
        _pending = new(_store, _picky, _time, NullLogger<PendingMessages>.Instance);
        _letters = new(_picky, _pending);
    }

    [Fact]
    public async Task Sweep_WhenTheBusRefusesOneForGood_SendsTheOthersAndShowsIt()
    {
        await OweAsync("first", "bad", "last");
        _picky.Refuses = m => m.MessageId == "bad" ? new ArgumentException("too big") : null;

        Assert.Equal(3, await SweepAsync());

        Assert.Equal(2, (await _bus.CountAsync(Queues.Tickets)).Ready);
        var dead = Assert.Single(await _letters.ReadAsync(10, null, default));
        Assert.Equal(("bad", "too big"), (dead.MessageId, dead.Reason));
        Assert.Null(await _pending.OldestAsync(Shard, default));
    }

    [Fact]
    public async Task Sweep_WhenARowCannotBeRead_ShowsItAsItLies()
    {
        await OweAsync("good");
        await _store.CommitAsync(new Batch(WorkShard.Table, Shard.Partition).Insert(Keys.Of("o", _time.GetUtcNow(), "a", "broken"), "{ no json"u8.ToArray()));

        Assert.Equal(2, await SweepAsync());

        Assert.Equal("{ no json", Assert.Single(await _letters.ReadAsync(10, null, default)).Body);
    }

    [Fact]
    public async Task Sweep_WhenTheBusIsDown_BuriesNothing()
    {
        await OweAsync("one", "two");
        _picky.Refuses = _ => new MessageBusException("down");
        _time.Advance(TimeSpan.FromDays(3));

        await Assert.ThrowsAsync<MessageBusException>(SweepAsync);

        Assert.Empty(await _letters.ReadAsync(10, null, default));
    }

    [Fact]
    public async Task Sweep_WhenOneFailsForADayWhileOthersGo_GivesItUp()
    {
        await OweAsync("stuck");
        _picky.Refuses = m => m.MessageId == "stuck" ? new MessageBusException("no") : null;
        await OweAsync("goes");
        Assert.Equal(1, await SweepAsync());
        Assert.Empty(await _letters.ReadAsync(10, null, default));

        _time.Advance(PendingMessages.GiveUpAfter);
        await OweAsync("goes too");
        Assert.Equal(2, await SweepAsync());

        Assert.Equal("stuck", Assert.Single(await _letters.ReadAsync(10, null, default)).MessageId);
    }

    [Fact]
    public async Task Replay_WhenItWasBuried_SendsItOnce()
    {
        await OweAsync("bad");
        _picky.Refuses = _ => new ArgumentException("not now");
        await SweepAsync();
        var dead = Assert.Single(await _letters.ReadAsync(10, null, default));
        _picky.Refuses = null;

        Assert.True(await _letters.ReplayAsync(dead.Id, default));
        Assert.False(await _letters.ReplayAsync(dead.Id, default));
        await SweepAsync();

        Assert.Equal(1, (await _bus.CountAsync(Queues.Tickets)).Ready);
        Assert.Empty(await _letters.ReadAsync(10, null, default));
    }

    [Fact]
    public async Task Read_WhenThereAreManyOfBothKinds_PagesThroughAll()
    {
        _picky.Refuses = _ => new ArgumentException("no");
        await OweAsync("p1", "p2", "p3");
        await SweepAsync();
        var seen = new List<string>();
        string? after = null;
        while (await _letters.ReadAsync(2, after, default) is { Count: > 0 } page)
        {
            seen.AddRange(page.Select(d => d.MessageId));
            after = page[^1].Id;
        }

        Assert.Equal(["p1", "p2", "p3"], seen);
    }

    [Theory]
    [InlineData("pending-")]
    [InlineData("pending-zz~x!a")]
    [InlineData("pending-00~o!a")]
    [InlineData("pending-00~x!\n")]
    public async Task Replay_WhenTheIdIsNone_SaysSo(string id) => Assert.False(await _letters.ReplayAsync(id, default));

    private async Task OweAsync(params string[] ids)
    {
        var batch = new Batch(WorkShard.Table, Shard.Partition);
        _pending.AddTo(batch, "a", [.. ids.Select(id => new PendingMessage(Queues.Tickets, id, "t.v1", "{}", null))]);
        Assert.True((await _store.CommitAsync(batch)).Committed);
    }

    private Task<int> SweepAsync()
    {
        _time.Advance(TimeSpan.FromMinutes(1));
        return _pending.SweepAsync(Shard, TimeSpan.FromSeconds(30), 100, default);
    }

    private sealed class PickyBus(IMessageBus inner) : IMessageBus
    {
        public Func<OutgoingMessage, Exception?>? Refuses { get; set; }

        public Task SendAsync(IReadOnlyCollection<OutgoingMessage> messages, CancellationToken ct = default) =>
            messages.Select(m => Refuses?.Invoke(m)).OfType<Exception>().FirstOrDefault() is { } no ? Task.FromException(no) : inner.SendAsync(messages, ct);

        public Task<IReadOnlyList<ReceivedMessage>> ReceiveAsync(string queue, int max, TimeSpan lockFor, TimeSpan wait, CancellationToken ct = default) =>
            inner.ReceiveAsync(queue, max, lockFor, wait, ct);

        public Task<bool> RenewAsync(ReceivedMessage message, TimeSpan lockFor, CancellationToken ct = default) => inner.RenewAsync(message, lockFor, ct);

        public Task<bool> SettleAsync(ReceivedMessage message, Settlement settlement, CancellationToken ct = default) => inner.SettleAsync(message, settlement, ct);

        public Task<IReadOnlyList<DeadLetter>> ReadDeadLettersAsync(int limit, string? after = null, CancellationToken ct = default) => inner.ReadDeadLettersAsync(limit, after, ct);

        public Task<bool> ReplayAsync(string deadLetterId, CancellationToken ct = default) => inner.ReplayAsync(deadLetterId, ct);

        public Task<QueueDepth> CountAsync(string queue, CancellationToken ct = default) => inner.CountAsync(queue, ct);
    }
}
