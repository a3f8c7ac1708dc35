using System.Collections.Immutable;
using HotlinePush.Audiences;
using HotlinePush.Channels;
using HotlinePush.Operations;
using HotlinePush.Storage;

namespace HotlinePush.Notices.Sending;

/// <summary>How a run over a page ended.</summary>
/// <param name="Walked">Nobody of the page is left to begin with: its lane goes on.</param>
/// <param name="Settled">Nobody is queued or under way.</param>
/// <param name="AgainAt">Engine time at which there is more to do.</param>
/// <param name="AlarmAt">The same in product time.</param>
/// <param name="TakenOver">Another worker has the page, and may have ended before this one's last calls did: somebody has to look at their outcomes.</param>
internal sealed record PageEnd(bool Walked = false, bool Settled = false, DateTimeOffset? AgainAt = null, DateTimeOffset? AlarmAt = null, bool TrialEnded = false, bool TakenOver = false);

/// <summary>
/// One run over one page: reserve, claim, call, note, and again. A slice is claimed in one batch before any of its calls, and its calls are
/// cut long before the claim lapses; what is then still not known is for a receipt to tell.
/// </summary>
internal sealed class PageRun(SendingParts parts, Notice notice, DeliveryPage page, int retry, ILogger log)
{
    /// <summary>Engine time of one run: other pages want their turn.</summary>
    private static readonly TimeSpan Budget = TimeSpan.FromSeconds(20);

    /// <summary>How long a claim lasts; a row still <c>Sending</c> after it has lost its worker.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(60);

    /// <summary>A worker that was held up this long after its claim does not call any more.</summary>
    private static readonly TimeSpan BeginWithin = TimeSpan.FromSeconds(10);

    /// <summary>Calls are cut after this long, and given up a little later where the provider's client does not listen.</summary>
    private static readonly TimeSpan CallsWithin = TimeSpan.FromSeconds(30);

    private const int MostAtOnce = 50;
    private const int MostTries = 50;

    private readonly int _turn = page.Sum.Turn;
    private Notice _notice = notice;
    private IReadOnlyList<Recipient?>? _list;
    private IReadOnlyDictionary<int, string> _leftOut = ImmutableDictionary<int, string>.Empty;

    // What the last look over the page found to wait for.
    private DateTimeOffset? _again, _alarm;
    private bool _heldUp, _notedLate;
    private readonly HashSet<string> _closed = new(StringComparer.Ordinal);

    public DeliveryPage Page { get; private set; } = page;

    private DateTimeOffset Now => parts.Clock.Engine.GetUtcNow();

    /// <summary>Null where another worker has the page, or the notice is not under way.</summary>
    public async Task<PageEnd?> RunAsync(CancellationToken ct)
    {
        var until = Now + Budget;
        while (true)
        {
            ct.ThrowIfCancellationRequested();
            if (await parts.Heads.ReadAsync(_notice.Id, ct) is not { State: NoticeState.Sending or NoticeState.Sent or NoticeState.Paused or NoticeState.Cancelled } now)
                return null;
            _notice = now;
            if (Page.Sum.Turn != _turn)
                return _notedLate ? new(TakenOver: true) : null;
            if (await TidyAsync(ct))
                continue;
            (_again, _alarm, _heldUp) = (null, Page.Rows.Min(d => d is null ? null : DeliveryRules.ExpiresAt(d)), false);
            WaitFor(Page.Rows.Min(d => d is { State: DeliveryState.Sending } ? d.Last!.ClaimedUntil : null));
            if (_notice.State == NoticeState.Paused)
                return new(AgainAt: _again, AlarmAt: _alarm);
            if (_notice.State != NoticeState.Cancelled)
            {
                if (Now >= until)
                    return new(AgainAt: Now, AlarmAt: _alarm);
                if (await SliceAsync(ct))
                    continue;
            }

            if (_notice.Trial is not null)
                return new(AgainAt: _again, AlarmAt: _alarm, TrialEnded: TrialIsThrough());
            var settled = Page.Sum.Progress is { Queued: 0, Sending: 0 };
            return new(settled || !_heldUp, settled, _again, _alarm);
        }
    }

    private int Limit => Math.Min(Page.Size, _notice.Trial ?? int.MaxValue);

    private bool TrialIsThrough() => Page.Rows.Take(Limit).All(d => d is { State: not (DeliveryState.Queued or DeliveryState.Sending) });

    private void WaitFor(DateTimeOffset? engine)
    {
        if (engine is { } at && (_again is null || at < _again))
            _again = at;
    }

    private void WaitForProduct(DateTimeOffset moment)
    {
        if (_alarm is null || moment < _alarm)
            _alarm = moment;
    }

    /// <summary>Lost workers, ends that nobody told in time, a cancelled notice, an order to retry. True: the page has changed.</summary>
    private async Task<bool> TidyAsync(CancellationToken ct)
    {
        var (engine, product) = (Now, parts.Clock.GetUtcNow());
        var cancelled = _notice.State == NoticeState.Cancelled;
        var again = !cancelled && Page.Sum.Retry < retry;
        var changes = new List<Delivery>();
        foreach (var delivery in Page.Rows)
        {
            if (changes.Count == DeliveryStore.MostRows)
                break;
            var after = delivery switch
            {
                { State: DeliveryState.Sending } when delivery.Last!.ClaimedUntil <= engine => DeliveryRules.Lose(delivery),
                { State: DeliveryState.Unknown } when DeliveryRules.ExpiresAt(delivery) <= product => DeliveryRules.Expire(delivery, _notice.Mandatory && !cancelled),
                { State: DeliveryState.Queued } when cancelled => DeliveryRules.Skip(delivery, "cancelled"),
                { State: DeliveryState.Failed } when again => DeliveryRules.Again(delivery),
                _ => delivery,
            };
            if (after is not null && !ReferenceEquals(after, delivery))
                changes.Add(after);
        }

        var all = changes.Count < DeliveryStore.MostRows;
        var rest = cancelled && all && Page.Sum.Rest == DeliveryState.Queued;
        if (changes.Count == 0 && !rest && !(again && all))
            return false;
        var untouched = Page.Rows.Count(d => d is null);
        await CommitAsync(changes, s => s with
        {
            Rest = rest ? DeliveryState.Skipped : s.Rest,
            Progress = rest ? s.Progress.Move(DeliveryState.Queued, DeliveryState.Skipped, untouched) : s.Progress,
            Retry = again && all ? retry : s.Retry,
        }, ct);
        return true;
    }

    private async Task<bool> CommitAsync(IReadOnlyList<Delivery> changes, Func<PageSum, PageSum>? also, CancellationToken ct)
    {
        if (await parts.Deliveries.CommitAsync(Page, changes, also, ct))
            return true;
        Page = await parts.Deliveries.LoadAsync(Page.NoticeId, Page.Page, Page.Size, ct);
        return false;
    }

    /// <summary>One slice, from picking to noting. False: there is nothing to send now.</summary>
    private async Task<bool> SliceAsync(CancellationToken ct)
    {
        _closed.Clear();
        var slice = await PickAsync(ct);
        var grant = await ReserveAsync(slice, ct);
        // A provider whose window is full does not hold up another one's recipients.
        while (grant.Count == 0 && slice.Claims.Count > 0 && _closed.Add(slice.Channel!.Provider))
        {
            slice = await PickAsync(ct);
            grant = await ReserveAsync(slice, ct);
        }

        slice.Keep(grant.Count);
        if (slice.Claims.Count == 0 && slice.Changes.Count == 0)
            return false;
        var (claimedAt, at) = (Now, parts.Clock.GetUtcNow());
        var claims = slice.Claims.ConvertAll(c => DeliveryRules.Claim(c.Delivery, c.Text.Kind, slice.Channel!.Provider, at, claimedAt + Lease));
        if (!await CommitAsync([.. slice.Changes, .. claims], null, ct) || claims.Count == 0)
            return true;
        if (Now > grant.UseBefore || Now > claimedAt + BeginWithin)
        {
            await NoteAsync(slice, (_, delivery, no) => DeliveryRules.Release(delivery, no, Now));
            return true;
        }

        var outcomes = await CallAsync(slice);
        foreach (var (outcome, count) in outcomes.CountBy(o => o switch { SendOutcome.Accepted => "accepted", SendOutcome.NotAccepted => "notAccepted", _ => "unknown" }))
            Telemetry.Called(slice.Channel!.Provider, outcome, count);
        await NoteAsync(slice, (i, delivery, no) => DeliveryRules.End(delivery, no, outcomes[i], Now, slice.Claims[i].Another));
        await parts.Breakers.ReportAsync(slice.Channel!.Provider, outcomes, slice.Marked, Now, CancellationToken.None);
        return true;
    }

    private async Task<SlotGrant> ReserveAsync(Slice slice, CancellationToken ct)
    {
        var grant = new SlotGrant(slice.Claims.Count, DateTimeOffset.MaxValue, default);
        if (slice.Claims.Count == 0)
            return grant;
        if (slice.Channel!.Limits is { Calls: < int.MaxValue } limits)
        {
            grant = await parts.Slots.TakeAsync(slice.Channel.Provider, limits.Calls, limits.Window, grant.Count, Now, ct);
            if (grant.Count == 0)
                HoldUp(grant.NextAt);
        }

        if (_notice is { PerHour: { } perHour, Trial: null } && grant.Count > 0)
        {
            // Waves go by product time: they are paced to people.
            var wave = await parts.Slots.TakeAsync(_notice.Id, perHour, TimeSpan.FromHours(1), grant.Count, parts.Clock.GetUtcNow(), ct);
            grant = grant with { Count = wave.Count };
            if (wave.Count == 0)
            {
                _heldUp = true;
                WaitForProduct(wave.NextAt);
            }
        }

        return grant;
    }

    private void HoldUp(DateTimeOffset until)
    {
        _heldUp = true;
        WaitFor(until);
    }

    private async Task<IReadOnlyList<SendOutcome>> CallAsync(Slice slice)
    {
        var texts = slice.Claims.ConvertAll(c => c.Text);
        using var cut = new CancellationTokenSource(CallsWithin, parts.Clock.Engine);
        try
        {
            // Not cut when the host stops: what has begun is better known.
            var outcomes = await slice.Channel!.SendAsync(texts, cut.Token).WaitAsync(CallsWithin + BeginWithin, parts.Clock.Engine, CancellationToken.None);
            if (outcomes.Count == texts.Count)
                return outcomes;
            log.LogError("Provider {Provider} answered {Count} outcomes for {Texts} texts", slice.Channel.Provider, outcomes.Count, texts.Count);
        }
        catch (Exception e)
        {
            // Its message could name people.
            log.LogError("Provider {Provider} threw {Exception}; the ends of {Texts} calls are not known", slice.Channel!.Provider, e.GetType().Name, texts.Count);
        }

        return [.. texts.Select(_ => new SendOutcome.Unknown("channelFailed"))];
    }

    /// <summary>Writes what is known now. A receipt that was faster is read and kept; nothing of this is given up while the store answers.</summary>
    private async Task NoteAsync(Slice slice, Func<int, Delivery, int, Delivery> end)
    {
        for (var tries = 0; tries < MostTries; tries++)
        {
            if (!await CommitAsync([.. slice.Claims.Select((c, i) => end(i, Page.Rows[c.Delivery.Row]!, c.Text.No))], null, CancellationToken.None))
                continue;
            _notedLate = Page.Sum.Turn != _turn;
            return;
        }

        throw new TableStoreException($"Page {Page.Page} of notice {Page.NoticeId} is changed by too many at once.", isTransient: true);
    }

    /// <summary>Those who can be sent to now by one provider, with their texts; and those who are done with before any call.</summary>
    private async Task<Slice> PickAsync(CancellationToken ct)
    {
        var slice = new Slice();
        var open = new Dictionary<string, (int Most, bool Marked)>(StringComparer.Ordinal);
        var engine = Now;
        var quiet = QuietHours.EndOf(parts.Clock.GetUtcNow());
        for (var i = 0; i < Limit && !slice.IsFull; i++)
        {
            var before = Page.Rows[i];
            if ((before?.State ?? Page.Sum.Rest) != DeliveryState.Queued)
                continue;
            if (before?.NotBefore > engine)
            {
                WaitFor(before.NotBefore);
                continue;
            }

            await LoadListAsync(ct);
            var recipient = i < _list!.Count ? _list[i] : null;
            var delivery = before ?? DeliveryRules.Fresh(i, recipient is null ? 0 : DeliveryChannels.WaysOf(_notice, recipient));
            var why = recipient is null ? "erased" : _leftOut.GetValueOrDefault(i) ?? (delivery.Ways == 0 ? "noContact" : null);
            if (recipient is null || why is not null)
            {
                slice.Changes.Add(DeliveryRules.Skip(delivery, why!));
                continue;
            }

            while (delivery.State == DeliveryState.Queued && await PlaceAsync(delivery, recipient) is { } not)
                delivery = DeliveryRules.NextChannel(delivery, not);
            if (!ReferenceEquals(delivery, before) && !slice.Has(delivery) && (before is not null || delivery.State != DeliveryState.Queued))
                slice.Changes.Add(delivery);
        }

        return slice;

        // Why the channel in use is none for this recipient; null where they are placed, or wait.
        async Task<string?> PlaceAsync(Delivery delivery, Recipient recipient)
        {
            var kind = _notice.Channels[delivery.Channel];
            if (DeliveryChannels.AddressOf(recipient, kind) is not { } to)
                return "noContact";
            var providers = parts.Channels.For(kind).Where(c => c.Takes(to) && !DeliveryRules.IsRefusedBy(delivery, kind, c.Provider)).ToList();
            if (providers.Count == 0)
                return "noProvider";
            foreach (var channel in providers)
            {
                if (channel.KeepsQuietHours && quiet is { } end)
                {
                    _heldUp = true;
                    WaitForProduct(end);
                    continue;
                }

                if (_closed.Contains(channel.Provider))
                    continue;
                if (slice.Channel is not null && slice.Channel != channel)
                    return null;
                if (!await OpenAsync(channel))
                    continue;
                var no = DeliveryRules.NextNo(delivery);
                var deliveryId = AttemptId.DeliveryId(_notice.Id, Page.Page, delivery.Row);
                var text = parts.Compose(_notice, recipient, kind, deliveryId);
                if (text.Why is not null)
                    return text.Why;
                (slice.Channel, slice.Most, slice.Marked) = (channel, open[channel.Provider].Most, open[channel.Provider].Marked);
                var attemptId = new AttemptId(_notice.Id, Page.Page, delivery.Row, no).Write(parts.Keys);
                slice.Claims.Add(new(delivery, new(attemptId, kind, to, text.Subject, text.Body, _notice.Id, deliveryId, text.TemplateCode, text.Values, text.UnsubscribeUrl, recipient.Name, no, text.Link), providers.Count > 1));
                return null;
            }

            return null;
        }

        async Task<bool> OpenAsync(IDeliveryChannel channel)
        {
            if (open.ContainsKey(channel.Provider))
                return true;
            // Only so many at once: what others hold, or a lost worker held, counts until it is known.
            var room = Math.Min(channel.Limits.AtOnce, MostAtOnce) - Page.Sum.Progress.Sending;
            var answer = room <= 0 ? new BreakerAnswer(0, null, false) : await parts.Breakers.AskAsync(channel.Provider, engine, ct);
            if (answer.Most <= 0 || answer.WaitUntil is not null)
            {
                _closed.Add(channel.Provider);
                _heldUp = true;
                WaitFor(answer.WaitUntil);
                return false;
            }

            open[channel.Provider] = (Math.Min(room, answer.Most), answer.Marked);
            return true;
        }
    }

    private async Task LoadListAsync(CancellationToken ct)
    {
        if (_list is not null)
            return;
        var list = await parts.Bound.FillAsync(_notice, await parts.ReadPage(_notice.AudienceId, _notice.Frozen!.ListVersion, Page.Page, ct), ct);
        _leftOut = await parts.LeftOut(_notice, list, ct);
        _list = list.Recipients;
    }

    private sealed record Claim(Delivery Delivery, DeliveryText Text, bool Another);

    private sealed class Slice
    {
        public List<Claim> Claims { get; } = [];
        public List<Delivery> Changes { get; } = [];
        public IDeliveryChannel? Channel { get; set; }
        public int Most { get; set; } = int.MaxValue;
        public bool Marked { get; set; }

        public bool IsFull => Claims.Count >= Most || Claims.Count + Changes.Count >= DeliveryStore.MostRows;

        public bool Has(Delivery delivery) => Claims.Count > 0 && ReferenceEquals(Claims[^1].Delivery, delivery);

        public void Keep(int count)
        {
            if (count < Claims.Count)
                Claims.RemoveRange(count, Claims.Count - count);
        }
    }
}
