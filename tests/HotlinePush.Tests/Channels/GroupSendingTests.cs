using HotlinePush.Channels;
using HotlinePush.Channels.WeComRobot;
using HotlinePush.Messaging;
using HotlinePush.Notices.Sending;
using HotlinePush.Security;
using HotlinePush.Tests.Notices.Sending;
using Microsoft.Extensions.DependencyInjection;

namespace HotlinePush.Tests.Channels;

/// <summary>What posting to groups promises: claimed before the call, called once, twenty a minute, every group ends.</summary>
public sealed class GroupSendingTests
{
    private sealed class ScriptedGroups(Func<GroupText, SendOutcome> answer, ChannelLimits? limits = null) : IGroupChannel
    {
        public List<(GroupText Text, SendOutcome Outcome)> Calls { get; } = [];
        public ChannelLimits Limits => limits ?? ChannelLimits.None;

        public Task<SendOutcome> SendAsync(GroupText text, CancellationToken ct)
        {
            var outcome = answer(text);
            Calls.Add((text, outcome));
            return Task.FromResult(outcome);
        }
    }

    private static readonly Actor Publisher = new(Role.Publisher, "p1", "city-water");
    private static readonly SendOutcome Posted = new SendOutcome.Accepted(null);
    private static readonly GroupContent Hello = new(GroupMessageKind.Text, "停水", Articles: []);

    private static SendingBench With(IGroupChannel channel) => new(services => services.AddSingleton(channel));

    private static async Task<string> RobotAsync(SendingBench bench, string name)
    {
        var (store, id) = (bench.Get<GroupRobotStore>(), GroupRobot.NewId());
        await store.WriteAsync(new(id, "city-water", name, store.Seal(id, "key-of-" + name), "****", Publisher, bench.Time.GetUtcNow(), 1), null, default);
        return id;
    }

    private static async Task<string> PostAsync(SendingBench bench, params string[] robots) => await PostAsync(bench, d => d, robots);

    private static async Task<string> PostAsync(SendingBench bench, Func<GroupDelivery, GroupDelivery> change, params string[] robots)
    {
        var id = GroupRobot.NewId();
        var now = bench.Time.GetUtcNow();
        var groups = robots.Select((r, i) => change(new(i, r, r, DeliveryState.Queued, now))).ToList();
        var catalogue = bench.Get<MessageCatalogue>();
        Assert.True(await bench.Get<GroupMessageStore>().CreateAsync(new(id, "city-water", Hello, null, Publisher, now, robots.Length), groups, [.. groups.Select(g => GroupSending.First(catalogue, id, g.Row))], default));
        return id;
    }

    private static async Task<string> StatesAsync(SendingBench bench, string id) =>
        string.Join(' ', (await bench.Get<GroupMessageStore>().ReadDeliveriesAsync(id, default)).Select(d => d.Why is null ? $"{d.State}" : $"{d.State}:{d.Why}"));

    [Fact]
    public async Task Message_ToSeveralGroups_EndsInEachByItself()
    {
        var channel = new ScriptedGroups(t => t.RobotName switch
        {
            "gone" => new SendOutcome.NotAccepted("93000", "", RetryAdvice.No),
            "lost" => new SendOutcome.Unknown("timeout"),
            _ => Posted,
        });
        using var bench = With(channel);
        var (good, gone, lost) = (await RobotAsync(bench, "good"), await RobotAsync(bench, "gone"), await RobotAsync(bench, "lost"));

        var id = await PostAsync(bench, good, gone, lost, "gnobody");
        await bench.RunAsync();
        await bench.PassAsync(TimeSpan.FromHours(26), TimeSpan.FromMinutes(10));

        Assert.Equal("Sent Failed:93000 Unknown:timeout Failed:robotRemoved", await StatesAsync(bench, id));
        Assert.Equal((3, "key-of-good"), (channel.Calls.Count, channel.Calls.Single(c => c.Text.RobotName == "good").Text.Key));
        Assert.Empty(await bench.Bus.ReadDeadLettersAsync(10));
    }

    [Fact]
    public async Task Robot_TakesTwentyAMinuteHoweverManyMessages()
    {
        SendingBench bench = null!;
        var at = new List<DateTimeOffset>();
        var channel = new ScriptedGroups(_ =>
        {
            at.Add(bench.Time.GetUtcNow());
            return Posted;
        }, new(20, TimeSpan.FromMinutes(1), 1));
        using (bench = With(channel))
        {
            var (one, other) = (await RobotAsync(bench, "one"), await RobotAsync(bench, "other"));
            var ids = new List<string>();
            for (var i = 0; i < 50; i++)
                ids.Add(await PostAsync(bench, one));
            ids.Add(await PostAsync(bench, other));
            await bench.RunAsync();
            // A group that waits does not hold up another one.
            Assert.Contains(channel.Calls, c => c.Text.RobotName == "other");
            for (var i = 0; i < 300; i++)
            {
                bench.Time.Advance(TimeSpan.FromSeconds(1));
                await bench.RunAsync();
            }

            Assert.Equal(51, channel.Calls.Count);
            var times = channel.Calls.Zip(at).Where(c => c.First.Text.RobotName == "one").Select(c => c.Second).ToList();
            Assert.All(times, t => Assert.InRange(times.Count(o => o >= t && o < t.AddMinutes(1)), 1, 20));
            foreach (var id in ids)
                Assert.Equal("Sent", await StatesAsync(bench, id));
        }
    }

    [Fact]
    public async Task Group_WhoseWorkerWasLost_IsUnknownAndLeftAlone()
    {
        var channel = new ScriptedGroups(_ => Posted);
        using var bench = With(channel);
        var robot = await RobotAsync(bench, "one");
        var id = await PostAsync(bench, d => GroupRules.Claim(d, d.Since, d.Since.AddSeconds(60)), robot);

        await bench.RunAsync();
        Assert.Equal("Sending", await StatesAsync(bench, id));
        bench.Time.Advance(TimeSpan.FromSeconds(61));
        await bench.RunAsync();

        Assert.Equal("Unknown:workerLost", await StatesAsync(bench, id));
        Assert.Empty(channel.Calls);
    }

    /// <summary>Random answers, messages doubled at random: no group is called again after a call that may have posted, and all end.</summary>
    [Fact]
    public async Task Groups_UnderRandomAnswersAndDoubles_KeepThePromises()
    {
        for (var seed = 0; seed < 30; seed++)
        {
            var random = new Random(seed);
            var channel = new ScriptedGroups(_ => random.Next(6) switch
            {
                0 => Posted,
                1 => new SendOutcome.Unknown("timeout"),
                2 => new SendOutcome.NotAccepted("x", "", RetryAdvice.No),
                3 => new SendOutcome.NotAccepted("45009", "", RetryAdvice.WhenBack(TimeSpan.FromMinutes(1))),
                4 => throw new InvalidOperationException("a bug"),
                _ => new SendOutcome.NotAccepted("y", "", RetryAdvice.Later(TimeSpan.FromSeconds(random.Next(60)))),
            }, new(20, TimeSpan.FromMinutes(1), 1));
            using var bench = With(channel);
            var robots = new[] { await RobotAsync(bench, "a"), await RobotAsync(bench, "b"), await RobotAsync(bench, "c") };
            var ids = new List<string>();
            for (var i = 0; i < 8; i++)
                ids.Add(await PostAsync(bench, robots));
            for (var i = 0; i < 60; i++)
            {
                var again = new PostToGroup(ids[random.Next(ids.Count)], random.Next(3));
                await bench.Bus.SendAsync([bench.Get<MessageCatalogue>().Message(GroupSending.MessageType, $"double-{i}", again).ToOutgoing()]);
                await bench.RunAsync();
                bench.Time.Advance(TimeSpan.FromSeconds(random.Next(90)));
            }

            await bench.PassAsync(TimeSpan.FromHours(1), TimeSpan.FromMinutes(1));
            foreach (var calls in channel.Calls.GroupBy(c => c.Text.DeliveryId))
            {
                Assert.Equal(calls.Count(), calls.Select(c => c.Text.Id).Distinct().Count());
                Assert.All(calls.SkipLast(1), c => Assert.True(c.Outcome is SendOutcome.NotAccepted { Retry.Never: false }, $"seed {seed}: called again after {c.Outcome}"));
            }

            foreach (var id in ids)
            {
                var groups = await bench.Get<GroupMessageStore>().ReadDeliveriesAsync(id, default);
                Assert.All(groups, g => Assert.True(g.State is DeliveryState.Sent or DeliveryState.Failed or DeliveryState.Unknown, $"seed {seed}: {g}"));
                var progress = GroupRules.ProgressOf(groups);
                Assert.Equal((3, 3), (progress.Total, progress.Sent + progress.Failed + progress.Unknown));
            }
        }
    }
}
