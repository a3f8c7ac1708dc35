using System.Globalization;
using HotlinePush.Channels;
using HotlinePush.Notices;
using HotlinePush.Notices.Sending;
using HotlinePush.Sqlite;
using HotlinePush.Tests.Notices.Sending;
using HotlinePush.Tests.Support;
using Xunit.Abstractions;

namespace HotlinePush.Tests.Crash;

/// <summary>
/// A notice being sent, killed in mid-send again and again. The provider is another process, which lives on and journals every call: nobody
/// is called twice without proof of refusal, and each kill leaves no more behind than the calls then in flight.
/// <c>HOTLINE_KILLS</c> sets the number of kills, <c>HOTLINE_SEED</c> the random moments.
/// </summary>
public sealed class SendingKillTests(ITestOutputHelper output) : IDisposable
{
    private const int Recipients = 2_500;

    /// <summary>Four pages of ten calls each.</summary>
    private const int InFlight = 40;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static int Setting(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var value) ? value : otherwise;

    [Fact]
    public async Task Sending_WhenKilledAgainAndAgain_CallsNobodyTwiceWithoutProof()
    {
        var kills = Setting("HOTLINE_KILLS", 6);
        var seed = Setting("HOTLINE_SEED", Random.Shared.Next());
        output.WriteLine($"HOTLINE_SEED={seed}");
        var random = new Random(seed);
        var journal = _folder.File("journal");
        using var provider = HostProcess.StartSelf("fake-provider", journal);
        var port = (await provider.SaysAsync(_ => true)).Trim();
        var done = 0;
        for (var round = 0; round < kills; round++)
        {
            using var host = HostProcess.StartSelf("sending-host", _folder.Path, port, $"{Recipients}", $"{round * 100}");
            await host.SaysAsync(l => l == "ready");
            for (var enough = Lines(journal).Count + random.Next(1, Recipients / (kills + 2)); Lines(journal).Count < enough && !host.HasExited;)
                await Task.Delay(1);
            await Task.Delay(random.Next(12));
            if (host.HasExited)
                break;
            await host.KillAsync();
            done++;
        }

        using (var host = HostProcess.StartSelf("sending-host", _folder.Path, port, $"{Recipients}", $"{kills * 100}"))
        {
            await host.EndsAsync(TimeSpan.FromMinutes(2));
            Assert.DoesNotContain("fail:", host.Output, StringComparison.Ordinal);
        }

        var calls = Lines(journal).Select(l => l.Split(' ')).Select(l => (Attempt: l[0], Delivery: string.Join('-', l[0].Split('-')[..3]), Answer: l[1])).ToList();
        Assert.Equal(calls.Count, calls.Select(c => c.Attempt).Distinct().Count());
        foreach (var delivery in calls.GroupBy(c => c.Delivery))
            Assert.All(delivery.SkipLast(1), c => Assert.True(c.Answer is "later" or "refused", $"{c.Delivery} was called again though it was {c.Answer}"));
        var lost = await CheckStoreAsync(calls.ToLookup(c => c.Delivery, c => c.Answer));
        output.WriteLine($"{done} kills, {calls.Count} calls to {calls.DistinctBy(c => c.Delivery).Count()} recipients, {lost} unknown for a lost worker");
        Assert.InRange(lost, 0, done * InFlight);
        Assert.True(done >= kills / 2, "It was hardly ever killed.");
    }

    private async Task<int> CheckStoreAsync(ILookup<string, string> answers)
    {
        await using var database = SqliteDatabase.Open(Path.Combine(_folder.Path, "data"));
        var deliveries = new DeliveryStore(new SqliteTableStore(database));
        var frozen = HeldNotices.New(SendingHost.NoticeId, Recipients, ChannelKind.Sms).Frozen!;
        var lost = 0;
        for (var number = 0; number < frozen.Pages; number++)
        {
            var page = await deliveries.LoadAsync(SendingHost.NoticeId, number, DeliveryPage.SizeOf(frozen, number), default);
            foreach (var delivery in page.Rows)
            {
                Assert.NotNull(delivery);
                var what = AttemptId.DeliveryId(SendingHost.NoticeId, number, delivery.Row);
                var told = answers[what].LastOrDefault();
                if (delivery.Last!.Code == "workerLost")
                    lost++;
                else
                    Assert.True(delivery.State == (told switch { "refused" => DeliveryState.Failed, "cut" => DeliveryState.Unknown, _ => DeliveryState.Sent }), $"{what} was {told} and is {delivery.State}");
            }

            var counted = page.Rows.Aggregate(Progress.AllQueued(page.Size), (p, d) => p.Move(DeliveryState.Queued, d!.State));
            Assert.Equal(counted, page.Sum.Progress);
        }

        return lost;
    }

    private static IReadOnlyList<string> Lines(string file)
    {
        if (!File.Exists(file))
            return [];
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(stream);
        var text = reader.ReadToEnd();
        return text[..(text.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
