using HotlinePush.Channels;
using HotlinePush.Channels.Outbox;
using HotlinePush.Messaging;
using HotlinePush.Notices;
using HotlinePush.Notices.Sending;
using HotlinePush.Security;
using HotlinePush.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace HotlinePush.Tests.Notices.Sending;

public sealed class PageSenderTests
{
    private const string Id = "n1";
    private static readonly SendOutcome Accepted = new SendOutcome.Accepted("p");
    private static readonly SendOutcome Refused = new SendOutcome.NotAccepted("no", "no", RetryAdvice.No);

    private static SendingBench With(int people, IDeliveryChannel[] channels, params ChannelKind[] kinds)
    {
        var bench = new SendingBench(channels);
        for (var i = 0; i < people; i++)
            bench.People.Add(SendingBench.Person(i, email: $"p{i}@example.com"));
        bench.Notices[Id] = HeldNotices.New(Id, people, kinds);
        return bench;
    }

    [Fact]
    public async Task Notice_WhenSentToTheOutbox_ReachesEveryoneOnceAndEnds()
    {
        using var bench = With(2_345, [], ChannelKind.Sms);
        Assert.Equal(Progress.AllQueued(2_345), await bench.ProgressAsync(Id));

        await bench.BeginAsync(Id);
        await bench.RunAsync();

        Assert.Equal(Progress.None with { Total = 2_345, Delivered = 2_345 }, await bench.ProgressAsync(Id));
        Assert.Equal(NoticeState.Sent, bench.Notices[Id].State);
        var texts = await bench.Services.TextsAsync(e => e.NoticeId == Id);
        Assert.Equal(bench.People.Select(p => p!.Phone).Order(), texts.Select(t => t.To).Order());
        Assert.All(await bench.DeliveriesAsync(Id), d => Assert.Equal((1, "outbox"), (d.Attempts.Length, d.Last!.Provider)));
        Assert.Empty(await bench.Bus.ReadDeadLettersAsync(10));
    }

    [Theory]
    [InlineData(ChannelKind.Sms)]
    [InlineData(ChannelKind.Email)]
    public async Task TestRecipients_WhenSentTo_BehaveAsDocumented(ChannelKind kind)
    {
        using var bench = With(0, [], ChannelKind.Sms, ChannelKind.Email);
        bench.People.AddRange(Enumerable.Range(1, 6).Select(i => kind == ChannelKind.Sms
            ? SendingBench.Person(i, $"+861990000000{i}")
            : SendingBench.Person(i) with { Phone = null, Email = $"0{i}@test.invalid" }));
        bench.Notices[Id] = HeldNotices.New(Id, 6, ChannelKind.Sms, ChannelKind.Email);

        await bench.BeginAsync(Id);
        // The slow one holds its slice up until time moves.
        var running = bench.RunAsync();
        bench.Time.Advance(TimeSpan.FromSeconds(3));
        await running;
        for (var i = 0; i < 3; i++)
        {
            bench.Time.Advance(TimeSpan.FromSeconds(3));
            await bench.RunAsync();
        }

        var deliveries = await bench.DeliveriesAsync(Id);
        Assert.Equal(
            [DeliveryState.Delivered, DeliveryState.Failed, DeliveryState.Delivered, DeliveryState.Failed, DeliveryState.Unknown, DeliveryState.Delivered],
            deliveries.Select(d => d.State));
        Assert.Equal(2, deliveries[2].Attempts.Length);
        Assert.Equal("bounced", deliveries[3].Last!.Code);
        Assert.Equal(Progress.None with { Total = 6, Delivered = 3, Failed = 2, Unknown = 1 }, await bench.ProgressAsync(Id));
        Assert.Equal(NoticeState.Sent, bench.Notices[Id].State);
    }

    [Fact]
    public async Task Recipient_WhenRefused_GoesToTheNextProviderThenToTheNextChannel()
    {
        var first = new ScriptedChannel(ChannelKind.Sms, "first", _ => Refused);
        var second = new ScriptedChannel(ChannelKind.Sms, "second", t => t.To.EndsWith('1') ? Accepted : Refused) { For = to => !to.EndsWith('2') };
        var mail = new ScriptedChannel(ChannelKind.Email, "mail", _ => Accepted);
        using var bench = With(3, [first, second, mail], ChannelKind.Sms, ChannelKind.Email);

        await bench.BeginAsync(Id);
        await bench.RunAsync();

        Assert.Equal((3, 2, 2), (first.Calls.Count, second.Calls.Count, mail.Calls.Count));
        Assert.Equal(Progress.None with { Total = 3, Sent = 3 }, await bench.ProgressAsync(Id));
        Assert.Equal(["first second mail", "first second", "first mail"], (await bench.DeliveriesAsync(Id)).Select(d => string.Join(' ', d.Attempts.Select(a => a.Provider))));
    }

    [Fact]
    public async Task Recipient_WhenTheEndIsUnknown_IsNotCalledAgainUnlessTheNoticeIsMandatory()
    {
        foreach (var mandatory in new[] { false, true })
        {
            var sms = new ScriptedChannel(ChannelKind.Sms, "sms", _ => new SendOutcome.Unknown("timeout"));
            var mail = new ScriptedChannel(ChannelKind.Email, "mail", _ => Accepted);
            using var bench = With(2, [sms, mail], ChannelKind.Sms, ChannelKind.Email);
            bench.Notices[Id] = bench.Notices[Id] with { Mandatory = mandatory };

            await bench.BeginAsync(Id);
            await bench.RunAsync();
            Assert.Equal(2, (await bench.ProgressAsync(Id)).Unknown);
            await bench.PassAsync(TimeSpan.FromHours(25), TimeSpan.FromMinutes(5));

            Assert.Equal((2, mandatory ? 2 : 0), (sms.Calls.Count, mail.Calls.Count));
            Assert.Equal(mandatory ? Progress.None with { Total = 2, Sent = 2 } : Progress.None with { Total = 2, Unknown = 2 }, await bench.ProgressAsync(Id));
            Assert.All(await bench.DeliveriesAsync(Id), d => Assert.Equal(!mandatory, d.Final));
        }
    }

    [Fact]
    public async Task Limit_WhenReached_HoldsInEveryStretchOfItsWindow()
    {
        var at = new List<DateTimeOffset>();
        SendingBench bench = null!;
        var sms = new ScriptedChannel(ChannelKind.Sms, "sms", _ => Accepted, new(20, TimeSpan.FromMinutes(1), 8));
        using (bench = With(130, [sms], ChannelKind.Sms))
        {
            await bench.BeginAsync(Id);
            await bench.RunAsync();
            for (var i = 0; i < 900; i++)
            {
                at.AddRange(Enumerable.Repeat(bench.Time.GetUtcNow(), sms.Calls.Count - at.Count));
                bench.Time.Advance(TimeSpan.FromSeconds(1));
                await bench.RunAsync();
            }

            Assert.Equal(130, sms.Calls.Count);
            Assert.All(at, t => Assert.InRange(at.Count(o => o >= t && o < t.AddMinutes(1)), 1, 20));
            Assert.True(at[^1] - at[0] < TimeSpan.FromMinutes(9), "The limit is hardly used.");
        }
    }

    [Fact]
    public async Task Provider_WhenDown_IsLeftAloneAndTriedByOneText()
    {
        var down = true;
        var sms = new ScriptedChannel(ChannelKind.Sms, "sms", _ => down ? new SendOutcome.NotAccepted("down", "down", RetryAdvice.WhenBack(TimeSpan.FromSeconds(1))) : Accepted, ChannelLimits.None with { AtOnce = 10 });
        using var bench = With(100, [sms], ChannelKind.Sms);
        await bench.BeginAsync(Id);
        await bench.RunAsync();
        for (var i = 0; i < 600; i++)
        {
            bench.Time.Advance(TimeSpan.FromSeconds(1));
            await bench.RunAsync();
        }

        Assert.InRange(sms.Calls.Count, 20, 30);
        Assert.Equal(100, (await bench.ProgressAsync(Id)).Queued);
        down = false;
        for (var i = 0; i < 600; i++)
        {
            bench.Time.Advance(TimeSpan.FromSeconds(1));
            await bench.RunAsync();
        }

        Assert.Equal(Progress.None with { Total = 100, Sent = 100 }, await bench.ProgressAsync(Id));
        Assert.Equal(NoticeState.Sent, bench.Notices[Id].State);
    }

    [Fact]
    public async Task Notice_WhenItIsNight_WaitsForTheMorningButNotInTheOutbox()
    {
        var sms = new ScriptedChannel(ChannelKind.Sms, "sms", _ => Accepted) { KeepsQuietHours = true };
        var letters = new ScriptedChannel(ChannelKind.Letter, "printer", _ => Accepted);
        using var bench = With(4, [sms, letters], ChannelKind.Sms, ChannelKind.Letter);
        bench.People[1] = SendingBench.Person(1) with { Phone = null, Address = "某街 1 号" };
        bench.Time.Advance(TimeSpan.FromHours(12));

        await bench.BeginAsync(Id);
        await bench.RunAsync();
        Assert.Equal((0, 1), (sms.Calls.Count, letters.Calls.Count));
        await bench.PassAsync(TimeSpan.FromHours(9.9), TimeSpan.FromMinutes(5));
        Assert.Empty(sms.Calls);
        await bench.PassAsync(TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(5));

        Assert.Equal(3, sms.Calls.Count);
        Assert.Equal(NoticeState.Sent, bench.Notices[Id].State);
    }

    [Fact]
    public async Task Wave_WhenSet_PacesTheNotice()
    {
        using var bench = With(250, [new ScriptedChannel(ChannelKind.Sms, "sms", _ => Accepted)], ChannelKind.Sms);
        bench.Notices[Id] = bench.Notices[Id] with { PerHour = 100 };
        await bench.BeginAsync(Id);
        await bench.RunAsync();
        Assert.Equal(100, (await bench.ProgressAsync(Id)).Sent);
        await bench.PassAsync(TimeSpan.FromMinutes(59), TimeSpan.FromMinutes(1));
        Assert.Equal(100, (await bench.ProgressAsync(Id)).Sent);
        await bench.PassAsync(TimeSpan.FromMinutes(140), TimeSpan.FromMinutes(1));
        Assert.Equal(250, (await bench.ProgressAsync(Id)).Sent);
    }

    [Fact]
    public async Task Notice_WhenPausedResumedAndCancelled_LeavesTheRestSkipped()
    {
        SendingBench bench = null!;
        var sms = new ScriptedChannel(ChannelKind.Sms, "sms", t =>
        {
            if (t.DeliveryId is "n1-0-120" or "n1-0-320")
                bench.Notices.Change(Id, n => n with { State = t.DeliveryId == "n1-0-120" ? NoticeState.Paused : NoticeState.Cancelled });
            return Accepted;
        });
        using (bench = With(1_500, [sms], ChannelKind.Sms))
        {
            await bench.BeginAsync(Id);
            await bench.RunAsync();
            Assert.Equal(150, sms.Calls.Count);
            Assert.Equal(Progress.None with { Total = 1_500, Sent = 150, Queued = 1_350 }, await bench.ProgressAsync(Id));

            bench.Notices.Change(Id, n => n with { State = NoticeState.Sending });
            await bench.BeginAsync(Id);
            await bench.RunAsync();
            await bench.BeginAsync(Id);
            await bench.RunAsync();

            var progress = await bench.ProgressAsync(Id);
            Assert.Equal((sms.Calls.Count, 1_500 - sms.Calls.Count, 0), (progress.Sent, progress.Skipped, progress.Queued));
            Assert.Equal(350, sms.Calls.Count);
            Assert.Equal(progress.Skipped, (await bench.DeliveriesAsync(Id)).Count(d => d is { State: DeliveryState.Skipped, Why: "cancelled" }));
        }
    }

    [Fact]
    public async Task Trial_WhenThrough_PausesTheNoticeUntilAPersonGoesOn()
    {
        var sms = new ScriptedChannel(ChannelKind.Sms, "sms", _ => Accepted);
        using var bench = With(1_200, [sms], ChannelKind.Sms);
        bench.Notices[Id] = bench.Notices[Id] with { Trial = 20 };
        await bench.BeginAsync(Id);
        await bench.RunAsync();
        Assert.Equal((20, NoticeState.Paused), (sms.Calls.Count, bench.Notices[Id].State));

        bench.Notices.Change(Id, n => n with { State = NoticeState.Sending, Trial = null });
        await bench.BeginAsync(Id);
        await bench.RunAsync();

        Assert.Equal((1_200, NoticeState.Sent), (sms.Calls.Count, bench.Notices[Id].State));
    }

    [Fact]
    public async Task Failed_WhenAPersonRetries_AreTheOnlyOnesSentToAgain()
    {
        var broken = true;
        var sms = new ScriptedChannel(ChannelKind.Sms, "sms", t => broken && t.DeliveryId.EndsWith('7') ? Refused : Accepted);
        using var bench = With(1_100, [sms], ChannelKind.Sms);
        await bench.BeginAsync(Id);
        await bench.RunAsync();
        Assert.Equal(110, (await bench.ProgressAsync(Id)).Failed);

        broken = false;
        await bench.RetryAsync(Id);
        await bench.RunAsync();
        await bench.RunAsync();

        Assert.Equal(1_210, sms.Calls.Count);
        Assert.Equal(Progress.None with { Total = 1_100, Sent = 1_100 }, await bench.ProgressAsync(Id));
        Assert.Equal(NoticeState.Sent, bench.Notices[Id].State);
    }

    [Fact]
    public async Task Recipients_WhenGoneOptedOutOrWithoutContact_AreSkippedWithTheReason()
    {
        var sms = new ScriptedChannel(ChannelKind.Sms, "sms", _ => Accepted);
        using var bench = With(5, [sms], ChannelKind.Sms);
        bench.People[1] = null;
        bench.People[2] = bench.People[2]! with { Phone = null };
        bench.OptedOut.Add(3);
        await bench.BeginAsync(Id);
        await bench.RunAsync();

        Assert.Equal([null, "erased", "noContact", "optedOut", null], (await bench.DeliveriesAsync(Id)).Select(d => d.Why));
        Assert.Equal(Progress.None with { Total = 5, Sent = 2, Skipped = 3 }, await bench.ProgressAsync(Id));
    }

    [Fact]
    public async Task Receipts_WhenLateDoubledOrOutOfOrder_OnlyMoveForward()
    {
        var sms = new ScriptedChannel(ChannelKind.Sms, "sms", _ => Accepted);
        using var bench = With(1, [sms], ChannelKind.Sms);
        await bench.BeginAsync(Id);
        await bench.RunAsync();
        var receipts = bench.Get<DeliveryReceipts>();
        var attempt = sms.Calls.Single().AttemptId;
        Task<ReceiptResult> Apply(string id, DeliveryState state) => receipts.ApplyAsync(id, state, "c", default);

        Assert.Equal(ReceiptResult.Forged, await Apply(attempt[..^1] + (attempt[^1] == '0' ? '1' : '0'), DeliveryState.Failed));
        Assert.Equal(ReceiptResult.Forged, await Apply("n1-0-0-1", DeliveryState.Failed));
        Assert.Equal(ReceiptResult.Nothing, await Apply(attempt, DeliveryState.Sent));
        Assert.Equal(ReceiptResult.Applied, await Apply(attempt, DeliveryState.Failed));
        Assert.Equal(1, (await bench.ProgressAsync(Id)).Failed);
        Assert.Equal(ReceiptResult.Nothing, await Apply(attempt, DeliveryState.Sent));
        Assert.Equal(ReceiptResult.Applied, await Apply(attempt, DeliveryState.Delivered));
        Assert.Equal(ReceiptResult.Nothing, await Apply(attempt, DeliveryState.Failed));
        Assert.Equal(Progress.None with { Total = 1, Delivered = 1 }, await bench.ProgressAsync(Id));
    }

    [Fact]
    public async Task Receipt_WhenItTellsOfAFailure_SendsTheRecipientToTheNextChannel()
    {
        var (sms, mail) = (new ScriptedChannel(ChannelKind.Sms, "sms", _ => Accepted), new ScriptedChannel(ChannelKind.Email, "mail", _ => Accepted));
        using var bench = With(2, [sms, mail], ChannelKind.Sms, ChannelKind.Email);
        await bench.BeginAsync(Id);
        await bench.RunAsync();

        await bench.Get<DeliveryReceipts>().ApplyAsync(sms.Calls[1].AttemptId, DeliveryState.Failed, "absent", default);
        await bench.RunAsync();

        Assert.Equal("n1-0-1", Assert.Single(mail.Calls).DeliveryId);
        Assert.Equal(2, (await bench.ProgressAsync(Id)).Sent);
    }

    [Fact]
    public void AttemptId_WhenLongest_FitsAProvidersReference()
    {
        var keys = KeyRing.Create();
        var text = new AttemptId("n" + new string('f', 32), 9_999, 999, 99).Write(keys);

        Assert.InRange(text.Length, 40, 64);
        Assert.Matches("^[a-z0-9-]+$", text);
        Assert.Equal(999, AttemptId.Read(keys, text)!.Value.Row);
        Assert.Null(AttemptId.Read(KeyRing.Create(), text));
        Assert.NotNull(AttemptId.Read(keys.Rotate(KeyKind.Index), text));
    }
}
