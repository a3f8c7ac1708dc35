using Azure.Messaging.ServiceBus;
using HotlinePush.Messaging;

namespace HotlinePush.Azure.Tests;

/// <summary>A test on a Service Bus, the emulator or a namespace, whose connection string <c>HOTLINE_SERVICEBUS</c> holds; skipped without.</summary>
public sealed class BusFactAttribute : FactAttribute
{
    public BusFactAttribute()
    {
        if (BusConnection is null)
            Skip = "HOTLINE_SERVICEBUS names no Service Bus.";
    }

    public static string? BusConnection => Environment.GetEnvironmentVariable("HOTLINE_SERVICEBUS");
}

/// <summary>
/// What the contract of a bus demands, as far as a real one shows it: the suite of the port moves a clock, which nobody can do to Service Bus.
/// Messages of other tests may lie in the queue; each test looks for its own.
/// </summary>
public sealed class AzureMessageBusTests : IAsyncLifetime
{
    private static readonly TimeSpan LockFor = TimeSpan.FromMinutes(1);
    private readonly string _mine = Guid.NewGuid().ToString("N");
    private ServiceBusClient? _client;
    private AzureMessageBus _bus = null!;

    public Task InitializeAsync()
    {
        if (BusFactAttribute.BusConnection is { } connection)
            _bus = new(_client = new(connection), TimeProvider.System);
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        if (_client is null)
            return;
        await _bus.DisposeAsync();
        await _client.DisposeAsync();
    }

    [BusFact]
    public async Task Message_WhenSent_IsReceivedOnceWithAllItCarries()
    {
        await _bus.SendAsync([Message("a")]);

        var message = await NextAsync();
        Assert.Equal(($"{_mine}-a", "t.v1", "{\"词\":\"工单\"}", 1), (message!.MessageId, message.Type, message.Body, message.DeliveryCount));
        Assert.True(await _bus.RenewAsync(message, LockFor));
        Assert.True(await _bus.SettleAsync(message, Settlement.Done));
        Assert.False(await _bus.SettleAsync(message, Settlement.Done));
        Assert.Null(await NextAsync());
    }

    [BusFact]
    public async Task Message_WhenSentTwice_IsDroppedAsADouble()
    {
        await _bus.SendAsync([Message("a"), Message("a")]);

        await _bus.SettleAsync((await NextAsync())!, Settlement.Done);
        Assert.Null(await NextAsync());
    }

    [BusFact]
    public async Task Retry_WhenAskedFor_ComesAfterTheDelayWithTheCountAndTheFirstDueTime()
    {
        await _bus.SendAsync([Message("a")]);
        var first = (await NextAsync())!;
        await _bus.SettleAsync(first, new Settlement.Retry(TimeSpan.FromSeconds(3), "provider down"));

        var again = await NextAsync(TimeSpan.FromSeconds(15));

        Assert.Equal((2, first.DueAt), (again!.DeliveryCount, again.DueAt));
        await _bus.SettleAsync(again, Settlement.Done);
    }

    [BusFact]
    public async Task Message_WhenDueLater_IsNotReceivedBefore()
    {
        var due = TimeProvider.System.GetUtcNow().AddSeconds(6);
        await _bus.SendAsync([Message("a") with { NotBefore = due }]);

        var message = await NextAsync(TimeSpan.FromSeconds(20));

        Assert.True(TimeProvider.System.GetUtcNow() >= due.AddSeconds(-1));
        Assert.Equal(due, message!.DueAt, TimeSpan.FromSeconds(1));
        await _bus.SettleAsync(message, Settlement.Done);
    }

    [BusFact]
    public async Task DeadLetter_WhenReplayed_ComesBackAsNewAndLeavesTheDead()
    {
        await _bus.SendAsync([Message("a")]);
        await _bus.SettleAsync((await NextAsync())!, new Settlement.Dead("工单不存在"));
        var dead = Assert.Single(await _bus.ReadDeadLettersAsync(1000), d => d.MessageId.StartsWith(_mine, StringComparison.Ordinal));
        Assert.Equal(("t.v1", "工单不存在"), (dead.Type, dead.Reason));

        Assert.True(await _bus.ReplayAsync(dead.Id));

        var again = await NextAsync();
        Assert.Equal((1, dead.Body), (again!.DeliveryCount, again.Body));
        await _bus.SettleAsync(again, Settlement.Done);
        Assert.DoesNotContain(await _bus.ReadDeadLettersAsync(1000), d => d.Id == dead.Id);
        Assert.False(await _bus.ReplayAsync(dead.Id));
    }

    private OutgoingMessage Message(string id) => new(Queues.Tickets, $"{_mine}-{id}", "t.v1", "{\"词\":\"工单\"}");

    private async Task<ReceivedMessage?> NextAsync(TimeSpan? within = null)
    {
        var until = TimeProvider.System.GetUtcNow() + (within ?? TimeSpan.FromSeconds(4));
        do
        {
            foreach (var message in await _bus.ReceiveAsync(Queues.Tickets, 20, LockFor, TimeSpan.FromSeconds(1)))
            {
                if (message.MessageId.StartsWith(_mine, StringComparison.Ordinal))
                    return message;
                await _bus.SettleAsync(message, Settlement.Done);
            }
        }
        while (TimeProvider.System.GetUtcNow() < until);
        return null;
    }
}
