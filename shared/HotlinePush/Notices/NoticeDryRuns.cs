using System.Globalization;
using HotlinePush.Audiences;
using HotlinePush.Channels;
using HotlinePush.Channels.WeChat;
using HotlinePush.Notices.Sending;
using HotlinePush.Notices.Templates;
using HotlinePush.Notices.Texts;
using HotlinePush.Units;
using HotlinePush.Web;

namespace HotlinePush.Notices;

/// <summary>What a text costs, in yuan: one short message, one letter.</summary>
public sealed record NoticePrices(decimal Sms = 0.045m, decimal Letter = 1.2m);

/// <summary>
/// Goes through a list with a notice's texts, page by page and beside each other, in bounded memory. The last result is remembered by list
/// and texts: handing in and approving ask again.
/// </summary>
public sealed class NoticeDryRuns(AudienceStore audiences, CitySource cities, FindLeftOut leftOut, NoticePrices prices, TimeProvider engine, IEnumerable<TemplateDemand> demands, BoundOpenIds bound)
{
    /// <summary>Time for one; no request outlives a minute.</summary>
    private static readonly TimeSpan Most = TimeSpan.FromSeconds(50);

    private const int Remembered = 16;
    private static readonly Refusal TooBig = new("dryRunTooLong", "名单很大，试算还没有完成，请稍后再试一次：已经算过的会接着用。");

    // Stands before every text, and is paid for.
    private readonly string? _signature = demands.FirstOrDefault(d => d.Channel == ChannelKind.Sms)?.Signature;
    private readonly Lock _lock = new();
    private readonly List<(string Key, Task<DryRun> Run)> _last = [];

    public async Task<(DryRun? Run, Refusal? Refusal)> RunAsync(Notice notice, Audience audience, CancellationToken ct)
    {
        if (audience.List is not { } list)
            return (null, new("emptyAudience", "人群里还没有对象，请先导入名单。"));
        var run = Start($"{audience.Id} {list.Version} {list.Hash} {NoticeRules.TextHash(notice)}", notice, audience, list);
        try
        {
            return (await run.WaitAsync(Most, engine, ct), null);
        }
        catch (TimeoutException)
        {
            return (null, TooBig);
        }
    }

    private Task<DryRun> Start(string key, Notice notice, Audience audience, AudienceList list)
    {
        lock (_lock)
        {
            var found = _last.FindIndex(l => l.Key == key);
            if (found >= 0 && !_last[found].Run.IsFaulted && !_last[found].Run.IsCanceled)
                return _last[found].Run;
            if (found >= 0)
                _last.RemoveAt(found);
            var run = Task.Run(() => WholeAsync(notice, audience, list));
            _last.Add((key, run));
            if (_last.Count > Remembered)
                _last.RemoveAt(0);
            return run;
        }
    }

    private async Task<DryRun> WholeAsync(Notice notice, Audience audience, AudienceList list)
    {
        var texting = new NoticeTexting(notice, await cities.GetAsync(CancellationToken.None));
        var counts = new Counts(notice, prices, _signature);
        foreach (var required in texting.Required.Where(r => !NoticeTexting.IsOwn(r) && list.Columns.All(c => c.Name != r)))
            counts.Error(new(null, "unknownColumn", $"名单里没有“{required}”这一列。"));
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = Math.Max(1, Environment.ProcessorCount) };
        await Parallel.ForEachAsync(Enumerable.Range(0, list.Pages), parallel, async (number, ct) =>
        {
            if (await audiences.ReadPageAsync(audience.Id, list.Version, number, ct) is not { } stored)
                return;
            var page = await bound.FillAsync(notice, stored, ct);
            counts.Page(page, await leftOut(notice, page, ct), texting);
        });
        return counts.Result(list);
    }

    /// <summary>What the pages add up to.</summary>
    private sealed class Counts(Notice notice, NoticePrices prices, string? signature)
    {
        private readonly Lock _lock = new();
        private readonly Dictionary<ChannelKind, (int Deliveries, int Segments)> _channels = notice.Channels.ToDictionary(c => c, _ => (0, 0));
        private readonly SortedDictionary<(int, string), DryRunError> _errors = [];
        private readonly SortedDictionary<int, DryRunSample> _samples = [];
        private int _optedOut, _notReached, _unreachable;

        public void Page(RecipientPage page, IReadOnlyDictionary<int, string> outs, NoticeTexting texting)
        {
            for (var i = 0; i < page.Recipients.Count; i++)
                if (page.Recipients[i] is { } recipient)
                    One(page.Page * Place.PageSize + i, recipient, outs.GetValueOrDefault(i), texting);
        }

        private void One(int place, Recipient recipient, string? leftOut, NoticeTexting texting)
        {
            var row = place + 1;
            if (leftOut is not null)
            {
                Interlocked.Increment(ref leftOut == "optedOut" ? ref _optedOut : ref _notReached);
                return;
            }

            // A phone that many share waits for somebody's word: until then they are reached by the next channel.
            var held = recipient.SharedPhone && !notice.SharedPhones;
            var channel = notice.Channels.Where(c => DeliveryChannels.AddressOf(recipient, c) is not null && !(held && c == ChannelKind.Sms)).Select(c => (ChannelKind?)c).FirstOrDefault();
            if (held && notice.Channels.Contains(ChannelKind.Sms))
                Error(new(row, "sharedPhone", $"第{row}位对象的电话为三人以上共用，须先确认；不向其发送个人数额。", Blocks: false));
            if (channel is not { } first)
            {
                Interlocked.Increment(ref _unreachable);
                Error(new(row, "unreachable", "没有可用的联系方式，列入上门送达清单。", Blocks: false));
                return;
            }

            var made = texting.Make(recipient, first, "https://example.invalid/n/0000000000000000")!;
            if (made.Missing.Length > 0)
                Error(new(row, "missingValue", $"第{row}位对象缺少：{string.Join('、', made.Missing)}。"));
            var segments = first == ChannelKind.Sms ? SmsLength.Of(made.Body, signature).Segments : 0;
            if (segments > NoticeChecks.MaxSmsSegments)
                Error(new(row, "tooLong", string.Create(CultureInfo.InvariantCulture, $"第{row}位对象的短信有{segments}条，最多{NoticeChecks.MaxSmsSegments}条。")));
            lock (_lock)
            {
                var (deliveries, so) = _channels[first];
                _channels[first] = (deliveries + 1, so + segments);
                if (_samples.Count < DryRun.Samples || row < _samples.Last().Key)
                    _samples[row] = new(row, first.Word(), NoticeTexting.Masked(first, made.To)!, made.Subject, made.Body);
                while (_samples.Count > DryRun.Samples)
                    _samples.Remove(_samples.Last().Key);
            }
        }

        public void Error(DryRunError error)
        {
            lock (_lock)
            {
                // Those that block stand before those that inform.
                _errors.TryAdd(((error.Blocks ? 0 : 1_000_000_000) + (error.Row ?? 0), error.Code), error);
                if (_errors.Count > DryRun.MaxErrors)
                    _errors.Remove(_errors.Last().Key);
            }
        }

        public DryRun Result(AudienceList list) => new(
            list.Recipients,
            _channels.ToDictionary(c => c.Key.Word(), c => new ChannelDryRun(c.Value.Deliveries, c.Value.Segments, Cost(c.Key, c.Value))),
            [.. list.Columns.Where(c => c.IsAmount).Select(c => new AmountDryRun(c.Name, c.Numbers, c.Sum ?? 0, c.Min ?? 0, c.Max ?? 0))],
            list.Counts.Duplicates, list.Counts.SharedPhones, _optedOut, _notReached, _unreachable, [.. _errors.Values], [.. _samples.Values]);

        private decimal Cost(ChannelKind channel, (int Deliveries, int Segments) c) => channel switch
        {
            ChannelKind.Sms => c.Segments * prices.Sms,
            ChannelKind.Letter => c.Deliveries * prices.Letter,
            _ => 0,
        };
    }
}
