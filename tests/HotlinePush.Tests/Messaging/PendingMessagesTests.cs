using HotlinePush.Messaging;
using HotlinePush.Storage;
using HotlinePush.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace HotlinePush.Tests.Messaging;

public sealed class PendingMessagesTests
{
    private readonly PendingMessages _pending = new(new MemoryTableStore(), new MemoryMessageBus(TimeProvider.System), TimeProvider.System, NullLogger<PendingMessages>.Instance);

    [Fact]
    public void AddTo_WhenTheBatchIsOfNoWorkShard_Refuses()
    {
        var elsewhere = new Batch("index", "unit!a");

        Assert.Throws<ArgumentException>(() => _pending.AddTo(elsewhere, "a", [new(Queues.Tickets, "m", "t", "{}", null)]));
        Assert.Empty(elsewhere.Operations);
    }

    [Fact]
    public void AddTo_WhenTheBatchIsOfAWorkShard_AddsARowEach()
    {
        var batch = new Batch(WorkShard.Table, WorkShard.Of("a").Partition);

        _pending.AddTo(batch, "a", [new(Queues.Tickets, "m", "t", "{}", null), new(Queues.Jobs, "n", "t", "{}", null)]);

        Assert.Equal(2, batch.Operations.Count(o => o.Row.StartsWith("o!", StringComparison.Ordinal)));
    }
}
