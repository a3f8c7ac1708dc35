using HotlinePush.Channels;
using HotlinePush.Messaging;
using Microsoft.Extensions.Configuration;

namespace HotlinePush.Tests.Cloud;

/// <summary>How deliveries end on a bus that cannot wait, and how many there are at once.</summary>
public sealed class SettlingTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 2, 2, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Due = Now.AddMinutes(-1);

    [Fact]
    public void Delivery_WhenHandled_IsCompleted() => Assert.Equal(Ending.Complete, Settling.Of(Message("m", 3), Settlement.Done, Now));

    [Fact]
    public void Delivery_WhenToBeTriedAgain_BecomesACopyThatKnowsWhatWasBefore() => Assert.Equal(
        new Ending.Again("m", 3, Now.AddSeconds(40), Due), Settling.Of(Message("m", 3), new Settlement.Retry(TimeSpan.FromSeconds(40), "busy"), Now));

    [Fact]
    public void Delivery_WhenGivenUp_IsDeadWithTheReason() => Assert.Equal(new Ending.Dead("no handler", 2), Settling.Of(Message("m", 3), new Settlement.Dead("no handler"), Now));

    [Fact]
    public void Delivery_WhenThereWasNoPlace_DoesNotCount() => Assert.Equal(new Ending.Again("m!77", 2, Now + Settling.Elsewhere, Due), Settling.HandBack(Message("m", 3), 77, Now));

    [Fact]
    public void Copies_WhenHandedBackAndTriedAgainInTurns_HaveAnotherIdEachTimeAndNoneGrows()
    {
        var (id, seen) = ("26030212345678-1-ticketReceived", new HashSet<string>());
        for (var turn = 1; turn < 50; turn++)
        {
            // The queue drops a copy whose id it remembers.
            Assert.True(seen.Add(id = ((Ending.Again)Settling.HandBack(Message(id, turn), 1_000_000 + turn, Now)).MessageId));
            Assert.True(seen.Add(id = CloudMessages.IdOfCopy(id, turn)));
            Assert.True(id.Length < 50, id);
        }
    }

    [Fact]
    public async Task Places_WhenAllAreTaken_LetNobodyInUntilOneIsFree()
    {
        using var places = new QueuePlaces(new Dictionary<string, int> { [Queues.Jobs] = 2, [Queues.Tickets] = 1 });
        var first = await places.EnterAsync(Queues.Jobs, TimeSpan.Zero, default);
        using var second = await places.EnterAsync(Queues.Jobs, TimeSpan.Zero, default);
        Assert.NotNull(first);
        Assert.NotNull(second);

        Assert.Null(await places.EnterAsync(Queues.Jobs, TimeSpan.Zero, default));
        using (var other = await places.EnterAsync(Queues.Tickets, TimeSpan.Zero, default))
            Assert.NotNull(other);

        first.Dispose();
        first.Dispose();
        using var third = await places.EnterAsync(Queues.Jobs, TimeSpan.Zero, default);
        Assert.NotNull(third);
        Assert.Null(await places.EnterAsync(Queues.Jobs, TimeSpan.Zero, default));
    }

    [Fact]
    public async Task Places_WhenNoSettingIsGiven_AreThoseOfTheEmbeddedHost()
    {
        using var places = QueuePlaces.Read(Settings());
        foreach (var queue in Queues.All)
        {
            var taken = new List<IDisposable>();
            while (await places.EnterAsync(queue, TimeSpan.Zero, default) is { } place)
                taken.Add(place);
            Assert.Equal(MessagePump.Concurrency(queue), taken.Count);
        }
    }

    [Theory]
    [InlineData("Queues:Jobs", "0")]
    [InlineData("Queues:UrgentTimers", "many")]
    [InlineData("Queues:Job", "1")]
    public void Places_WhenASettingIsWrong_StopTheStart(string name, string value) =>
        Assert.Contains(name, Assert.Throws<ProviderSettingsException>(() => QueuePlaces.Read(Settings((name, value)))).Message, StringComparison.Ordinal);

    private static IConfiguration Settings(params (string Name, string Value)[] values) =>
        new ConfigurationBuilder().AddInMemoryCollection(values.Select(v => KeyValuePair.Create(v.Name, (string?)v.Value))).Build();

    private static ReceivedMessage Message(string id, int deliveries) => new(Queues.Tickets, id, "t.v1", "{}", deliveries, Due, "lock", Now.AddMinutes(1));
}
