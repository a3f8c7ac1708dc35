using System.Diagnostics;
using System.Globalization;
using HotlinePush.Audiences;
using HotlinePush.Channels;
using HotlinePush.Messaging;
using HotlinePush.Notices;
using HotlinePush.Notices.Sending;
using HotlinePush.Security;
using HotlinePush.Storage;

namespace HotlinePush.Benchmarks;

/// <summary>
/// A notice into the outbox: recipients a second against the rows it writes, written by a bare loop (<see cref="RawNotices"/>); bar: half. Peak
/// memory must not grow with the list, and intake of tickets must go on meanwhile: its p99 at most doubles. Lists are made up page by page.
/// </summary>
internal static class NoticesBenchmark
{
    private const string Name = "notices";
    private const double Bar = 0.5;
    private const double FlatBar = 1.5;
    private const double IntakeBar = 2;

    public static async Task RunAsync(Report report, BenchOptions options)
    {
        int[] sizes = options.Pick<int[]>([3_000], [10_000, 100_000], [10_000, 100_000, 1_000_000]);
        var notices = new MadeUpNotices();
        await using var host = await BenchHost.StartAsync(options, notices.AddTo);
        await Warmth.ReachAsync(options, async () => await SendAsync(host, notices, 4_000));
        var seen = await WatchAsync(host, notices);
        double? smallest = null;
        foreach (var recipients in sizes)
        {
            var parameters = new { recipients };
            using var memory = new PeakMemory();
            var (counts, groups, before) = (host.Counts.Now, host.Database.Writer.Groups, SizeOf(host));
            var seconds = await SendAsync(host, notices, recipients);
            (counts, groups) = (host.Counts.Now - counts, host.Database.Writer.Groups - groups);
            var group = Math.Max(1, (int)Math.Round((double)counts.Batches / groups));
            report.Informs(Name, "batches", parameters, counts.Batches / (double)recipients, "per recipient");
            report.Informs(Name, "rowsWritten", parameters, counts.Rows / (double)recipients, "per recipient");
            report.Informs(Name, "group", parameters, group, "batches per commit");
            report.Informs(Name, "database", parameters, (SizeOf(host) - before) / (double)recipients, "bytes per recipient");
            memory.Tell(report, Name, parameters);
            if (smallest is { } small)
                report.AtMostTimes(Name, "peakMemory", new { recipients, comparedWith = sizes[0] }, memory.WorkingSet, "MiB", small, FlatBar);
            smallest ??= memory.WorkingSet;
            var folder = options.NewFolder();
            report.AtLeast(Name, "rate", parameters, recipients / seconds, "recipients/s", RawNotices.Run(folder, seen, group, Math.Min(recipients, 100_000)), Bar);
            Directory.Delete(folder, recursive: true);
        }

        await IntakeMeanwhileAsync(report, options, host, notices);
    }

    private static async Task IntakeMeanwhileAsync(Report report, BenchOptions options, BenchHost host, MadeUpNotices notices)
    {
        const int Clients = 4;
        const double PerSecond = 50;
        var requests = new IntakeRequests(keys: false);
        await IntakeBenchmark.WarmAsync(host, requests, Clients, options);
        var seconds = options.RunTime.TotalSeconds;
        var alone = new Times((await IntakeBenchmark.LoadAsync(host, requests, Clients, seconds, PerSecond)).SelectMany(l => l.Milliseconds));
        var id = await BeginAsync(host, notices, 5_000_000);
        var beside = new Times((await IntakeBenchmark.LoadAsync(host, requests, Clients, seconds, PerSecond)).SelectMany(l => l.Milliseconds));
        var progress = await host.Get<NoticeSending>().ProgressAsync(notices[id], CancellationToken.None);
        notices.Cancel(id);
        report.Informs(Name, "sentMeanwhile", new { seconds }, progress.Delivered / seconds, "recipients/s");
        report.Informs(Name, "intakeP50", new { Clients, PerSecond, beside = "a notice" }, beside.At(50), "ms");
        report.AtMostTimes(Name, "intakeP99", new { Clients, PerSecond, beside = "a notice" }, beside.At(99), "ms", alone.At(99), IntakeBar);
    }

    private static async Task<double> SendAsync(BenchHost host, MadeUpNotices notices, int recipients)
    {
        var watch = Stopwatch.StartNew();
        var id = await BeginAsync(host, notices, recipients);
        while (notices[id].State != NoticeState.Sent)
            await Task.Delay(5);
        var seconds = watch.Elapsed.TotalSeconds;
        if (await host.Get<NoticeSending>().ProgressAsync(notices[id], CancellationToken.None) is var progress && progress.Delivered != recipients)
            throw new InvalidOperationException($"Not everybody was reached: {progress}");
        return seconds;
    }

    private static async Task<string> BeginAsync(BenchHost host, MadeUpNotices notices, int recipients)
    {
        var id = notices.Add(recipients);
        await host.Bus.SendAsync([host.Get<MessageCatalogue>().BeginSending(id, 1).ToOutgoing()]);
        return id;
    }

    /// <summary>What one page puts to the writer.</summary>
    private static async Task<(string NoticeId, List<WriteCall.Table> Batches)> WatchAsync(BenchHost host, MadeUpNotices notices)
    {
        var kept = new List<WriteCall>();
        host.Counts.Kept = kept;
        var id = await BeginAsync(host, notices, Place.PageSize);
        while (notices[id].State != NoticeState.Sent)
            await Task.Delay(5);
        host.Counts.Kept = null;
        lock (kept)
            return (id, [.. kept.OfType<WriteCall.Table>().Where(t => t.Name is DeliveryStore.Table or Channels.Outbox.OutboxChannel.Table)]);
    }

    private static long SizeOf(BenchHost host) => new FileInfo(host.Database.FilePath).Length;

    private sealed class MadeUpNotices : INoticeHeads
    {
        private readonly System.Collections.Concurrent.ConcurrentDictionary<string, Notice> _notices = new(StringComparer.Ordinal);
        private int _last;

        public Notice this[string id] => _notices[id];

        public void AddTo(IServiceCollection services)
        {
            services.AddSingleton<INoticeHeads>(this);
            services.AddSingleton<ReadListPage>((_, _, page, _) => Task.FromResult(new RecipientPage(page, [.. Enumerable.Range(0, Place.PageSize).Select(i => Person((page * Place.PageSize) + i))])));
            services.AddSingleton<FindLeftOut>((_, _, _) => Task.FromResult<IReadOnlyDictionary<int, string>>(new Dictionary<int, string>()));
            services.AddSingleton<ComposeText>((_, recipient, _, _) => new(null, $"【某市住建局】{recipient.Name}，您家的临时安置补助费已于今日发放，请留意账户。如有疑问请致电12345。", null));
        }

        public string Add(int recipients)
        {
            var id = string.Create(CultureInfo.InvariantCulture, $"n{Interlocked.Increment(ref _last):D31}");
            _notices[id] = new()
            {
                Id = id,
                State = NoticeState.Sending,
                Title = "补助发放",
                Field = "relocation",
                UnitId = "city-housing",
                AudienceId = "a",
                Channels = [ChannelKind.Sms],
                Texts = new("您好"),
                DraftedBy = new(Role.Publisher, "p"),
                StartedAt = DateTimeOffset.UnixEpoch,
                Frozen = new(1, "", "", recipients, (recipients + Place.PageSize - 1) / Place.PageSize, DateTimeOffset.UnixEpoch),
            };
            return id;
        }

        public void Cancel(string id) => _notices[id] = _notices[id] with { State = NoticeState.Draft };

        public Task<Notice?> ReadAsync(string noticeId, CancellationToken ct) => Task.FromResult<Notice?>(_notices[noticeId]);

        public Task BegunAsync(Notice notice, CancellationToken ct) => Task.CompletedTask;

        public Task TrialEndedAsync(string noticeId, CancellationToken ct) => Task.CompletedTask;

        public Task AllSentAsync(string noticeId, CancellationToken ct)
        {
            _notices[noticeId] = _notices[noticeId] with { State = NoticeState.Sent };
            return Task.CompletedTask;
        }

        public Task MomentAsync(string noticeId, CancellationToken ct) => Task.CompletedTask;

        private static Recipient Person(int i) => new() { Id = i.ToString(CultureInfo.InvariantCulture), Name = $"王{i % 1000}", Phone = string.Create(CultureInfo.InvariantCulture, $"+86138{i:D8}") };
    }
}
