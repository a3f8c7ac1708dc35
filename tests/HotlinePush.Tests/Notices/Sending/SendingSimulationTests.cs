using System.Globalization;
using HotlinePush.Audiences;
using HotlinePush.Channels;
using HotlinePush.Messaging;
using HotlinePush.Notices;
using HotlinePush.Notices.Sending;
using HotlinePush.Security;
using HotlinePush.Tests.Crash;
using HotlinePush.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Xunit.Abstractions;

namespace HotlinePush.Tests.Notices.Sending;

/// <summary>
/// Instances that are paused, failed and killed at every call of a port send notices through providers that do anything a provider may do,
/// while people pause, resume, cancel and retry, in an order drawn from a seed. The providers' journal is held against the store: what
/// sending promises must be true at every call and at the end. <c>HOTLINE_SIMULATIONS</c> sets how many seeds, <c>HOTLINE_SEED</c> the first.
/// </summary>
public sealed class SendingSimulationTests(ITestOutputHelper output)
{
    private const int Instances = 3;

    private static int Setting(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var value) ? value : otherwise;

    [Fact]
    public void Notices_WhenEverythingFailsAtRandom_KeepEveryPromise()
    {
        var first = Setting("HOTLINE_SEED", 1);
        var problems = new List<string>();
        for (var seed = first; seed < first + Setting("HOTLINE_SIMULATIONS", 4); seed++)
        {
            var world = new World(seed);
            world.Simulation.Run(world.LiveAsync);
            output.WriteLine($"seed {seed}: {world.Summary}");
            problems.AddRange(world.Problems.Select(p => $"seed {seed}: {p}"));
        }

        Assert.True(problems.Count == 0, string.Join('\n', problems.Take(40)));
    }

    /// <summary>One call as its provider saw it.</summary>
    private sealed record Call(string AttemptId, string DeliveryId, int No, ChannelKind Kind, string Provider)
    {
        /// <summary>Whether the provider has it; null while it has not decided.</summary>
        public bool? Accepted { get; set; }

        public bool SaidDelivered => ReachedBefore is not null;

        /// <summary>The first attempt that nobody had claimed yet when a receipt said delivered.</summary>
        public int? ReachedBefore { get; set; }
    }

    private sealed class World(int seed)
    {
        private readonly MemoryTableStore _tables = new();
        private readonly KeyRing _keys = KeyRing.Create();
        private readonly HeldNotices _notices = new();
        private readonly Dictionary<string, Recipient?[]> _lists = new(StringComparer.Ordinal);
        private readonly Dictionary<string, List<Call>> _journal = new(StringComparer.Ordinal);
        private readonly HashSet<string> _attempts = new(StringComparer.Ordinal);
        private readonly List<Instance> _instances = [];
        private readonly List<Task> _running = [];
        private readonly List<Task> _receipts = [];
        private SimulatedBus _bus = null!;
        private DeliveryStore _deliveries = null!;
        private bool _ended, _quiet;
        private int _kills, _calls, _looks;

        public Simulation Simulation { get; } = new(seed);
        public List<string> Problems { get; } = [];
        public string Summary { get; private set; } = "";

        private Random Random => Simulation.Random;

        public async Task LiveAsync()
        {
            _bus = new(Simulation);
            _deliveries = new(_tables);
            Make("n1", 45, n => n with { Mandatory = true }, ChannelKind.Sms, ChannelKind.Email);
            Make("n2", 1_020, n => n, ChannelKind.Sms);
            Make("n3", 60, n => n with { PerHour = 200, Trial = 10 }, ChannelKind.Email, ChannelKind.Sms, ChannelKind.Letter);
            Make("n4", 30, n => n, ChannelKind.WeChat, ChannelKind.Sms);
            for (var i = 0; i < Instances; i++)
                Start();
            foreach (var notice in _notices.All.ToList())
                Wake(notice.Id);
            var working = new[] { ActAsync(), KillAsync(), LookAsync() };
            await Simulation.WaitAsync(TimeSpan.FromMinutes(Random.Next(6, 25)));
            _ended = true;
            await Task.WhenAll(working);
            Simulation.Faults = false;
            foreach (var notice in _notices.All.ToList())
                GoOn(notice.Id);
            // Outages end, receipts stop; then a day goes by, and what nobody told becomes final.
            await SettleAsync();
            Simulation.Time.Jump(TimeSpan.FromHours(25));
            await SettleAsync();
            _quiet = true;
            await Task.WhenAll(_running);
            Check();
            Summary = $"{_calls} calls, {_kills} kills, {_looks} looks, " + string.Join(", ", _notices.All.Select(n => $"{n.Id} {n.State}"));
        }

        private void Make(string id, int count, Func<Notice, Notice> change, params ChannelKind[] channels)
        {
            _lists[id] = [.. Enumerable.Range(0, count).Select(i => Random.Next(30) == 0 ? null : new Recipient
            {
                Id = $"{i}",
                Phone = Random.Next(10) == 0 ? null : $"+86138{i:D8}",
                Email = Random.Next(3) == 0 ? null : $"{i}@example.com",
                OpenId = Random.Next(3) == 0 ? null : $"o{i}",
                Address = Random.Next(2) == 0 ? null : $"某街 {i} 号",
            })];
            _notices[id] = change(HeldNotices.New(id, count, channels) with { AudienceId = id });
        }

        private void Start()
        {
            var instance = new Instance(Simulation, _tables, _bus, _keys, null, (services, me) =>
            {
                services.RemoveAll<IDeliveryChannel>();
                services.AddSingleton<IDeliveryChannel>(new Provider(this, me, ChannelKind.Sms, "sms-a", new(40, TimeSpan.FromMinutes(1), 7)));
                services.AddSingleton<IDeliveryChannel>(new Provider(this, me, ChannelKind.Sms, "sms-b", new(600, TimeSpan.FromSeconds(20), 20)));
                services.AddSingleton<IDeliveryChannel>(new Provider(this, me, ChannelKind.Email, "mail", ChannelLimits.None with { AtOnce = 12 }));
                services.AddSingleton<IDeliveryChannel>(new Provider(this, me, ChannelKind.WeChat, "wechat", new(5, TimeSpan.FromSeconds(1), 5)));
                services.AddSingleton<IDeliveryChannel>(new Provider(this, me, ChannelKind.Letter, "printer", ChannelLimits.None));
                services.AddSingleton<INoticeHeads>(new Heads(this, me));
                services.AddSingleton<ReadListPage>(async (audience, _, page, _) =>
                {
                    await Simulation.PauseAsync();
                    return new(page, [.. _lists[audience].Skip(page * Place.PageSize).Take(Place.PageSize)]);
                });
                services.AddSingleton<FindLeftOut>((_, page, _) =>
                    Task.FromResult<IReadOnlyDictionary<int, string>>((page.Page == 0 ? new[] { 3, 4 } : []).ToDictionary(i => i, _ => "optedOut")));
                services.AddSingleton<ComposeText>((notice, recipient, kind, _) => recipient.Id == "9" && kind == ChannelKind.Sms ? new(null, "", Why: "sharedPhone") : new(notice.Title, "您好"));
            });
            _instances.Add(instance);
            _running.Add(instance.RunAsync(() => _quiet));
        }

        private void Wake(string id, bool retry = false)
        {
            var catalogue = HotlineProduct.Catalogue();
            var seq = _notices[id].Seq;
            _bus.Send([(retry ? catalogue.RetryFailed(id, seq) : catalogue.BeginSending(id, seq)).ToOutgoing()]);
        }

        private void GoOn(string id)
        {
            if (_notices[id].State is not (NoticeState.Paused or NoticeState.Sending))
                return;
            _notices.Change(id, n => n with { State = NoticeState.Sending, Trial = null });
            Wake(id);
        }

        /// <summary>People: pause, go on, cancel one, have the failed sent again.</summary>
        private async Task ActAsync()
        {
            while (!_ended)
            {
                await Simulation.WaitAsync(TimeSpan.FromSeconds(Random.Next(5, 90)));
                var id = $"n{Random.Next(1, 5)}";
                switch (Random.Next(10))
                {
                    case < 3 when _notices[id].State == NoticeState.Sending:
                        _notices.Change(id, n => n with { State = NoticeState.Paused });
                        break;
                    case < 6:
                        if (_notices[id].State == NoticeState.Paused)
                            GoOn(id);
                        break;
                    case 6 when id == "n4" && _notices[id].State is NoticeState.Sending or NoticeState.Paused:
                        _notices.Change(id, n => n with { State = NoticeState.Cancelled });
                        Wake(id);
                        break;
                    case > 6 when _notices[id].State is NoticeState.Sending or NoticeState.Sent && _notices[id].Trial is null:
                        _notices.Change(id, n => n with { State = NoticeState.Sending });
                        Wake(id, retry: true);
                        break;
                    default:
                        break;
                }
            }
        }

        private async Task KillAsync()
        {
            while (!_ended)
            {
                await Simulation.WaitAsync(TimeSpan.FromSeconds(Random.Next(20, 200)));
                var victim = _instances[Random.Next(_instances.Count)];
                victim.Kill();
                _instances.Remove(victim);
                _kills++;
                Start();
            }
        }

        /// <summary>At any moment the states add up, and no page has more under way than its channels allow.</summary>
        private async Task LookAsync()
        {
            while (!_ended)
            {
                Look();
                await Simulation.WaitAsync(TimeSpan.FromMilliseconds(Random.Next(10_000)));
            }
        }

        private void Look()
        {
            _looks++;
            foreach (var page in Pages())
            {
                var states = page.Rows.CountBy(d => d?.State ?? page.Sum.Rest).ToDictionary(c => c.Key, c => c.Value);
                var counted = states.Aggregate(Progress.AllQueued(page.Size), (p, s) => p.Move(DeliveryState.Queued, s.Key, s.Value));
                if (counted != page.Sum.Progress)
                    Problems.Add($"{page.NoticeId} page {page.Page} has {counted} and says {page.Sum.Progress}");
                if (page.Sum.Progress.Sending > 50)
                    Problems.Add($"{page.NoticeId} page {page.Page} has {page.Sum.Progress.Sending} under way");
            }

            foreach (var notice in _notices.All)
            {
                var p = _deliveries.ProgressAsync(notice.Id, notice.Frozen!, CancellationToken.None).Result;
                if (p.Total != notice.Frozen!.Recipients || p.Queued + p.Sending + p.Sent + p.Delivered + p.Failed + p.Unknown + p.Skipped != p.Total)
                    Problems.Add($"{notice.Id} does not add up: {p}");
            }
        }

        private IEnumerable<DeliveryPage> Pages() =>
            from notice in _notices.All
            from page in Enumerable.Range(0, notice.Frozen!.Pages)
            select _deliveries.LoadAsync(notice.Id, page, DeliveryPage.SizeOf(notice.Frozen!, page), CancellationToken.None).Result;

        private async Task SettleAsync()
        {
            // Back-off of a breaker, of a message, and a wave: all end within hours.
            for (var minutes = 0; minutes < 600; minutes += 2)
            {
                await Simulation.WaitAsync(TimeSpan.FromMinutes(2));
                if (minutes >= 6 && _bus.IsIdle && Pages().All(p => p.Sum.Progress is { Queued: 0, Sending: 0 }))
                    break;
            }

            await Task.WhenAll(_receipts);
        }

        private void Check()
        {
            Look();
            foreach (var (queue, id, reason) in _bus.Dead)
                Problems.Add($"{id} lies dead in {queue}: {reason}");
            foreach (var notice in _notices.All.Where(n => n.State is not (NoticeState.Sent or NoticeState.Cancelled)))
                Problems.Add($"{notice.Id} ended {notice.State}");
            foreach (var page in Pages())
            {
                var notice = _notices[page.NoticeId];
                foreach (var delivery in page.Rows)
                {
                    var what = $"{page.NoticeId}-{page.Page}-{delivery?.Row}";
                    if (delivery is null)
                    {
                        if (page.Sum.Rest != DeliveryState.Skipped)
                            Problems.Add($"{what}: somebody's turn never came");
                        continue;
                    }

                    var calls = _journal.GetValueOrDefault(what) ?? [];
                    if (delivery.State is DeliveryState.Queued or DeliveryState.Sending)
                        Problems.Add($"{what} never ended: {delivery}");
                    if (delivery is { State: DeliveryState.Unknown, Final: false })
                        Problems.Add($"{what} is unknown, and not for good");
                    if (delivery is { State: DeliveryState.Unknown, Left: not 0 } && notice is { Mandatory: true, State: not NoticeState.Cancelled })
                        Problems.Add($"{what} is mandatory, unknown, and has a channel left");
                    if (delivery.State is DeliveryState.Delivered or DeliveryState.Sent && !calls.Exists(c => c.Accepted == true))
                        Problems.Add($"{what} is {delivery.State} and nobody ever accepted it");
                    if (delivery.State is DeliveryState.Failed && calls.Exists(c => c.SaidDelivered))
                        Problems.Add($"{what} failed, and a receipt said delivered");
                    if (delivery.State == DeliveryState.Skipped && delivery.Attempts.IsEmpty && calls.Count > 0)
                        Problems.Add($"{what} was skipped and called");
                }
            }
        }

        /// <summary>By the provider, when a call begins: everything that must be so before one does.</summary>
        private Call Note(DeliveryText text, string provider, ChannelLimits limits)
        {
            _calls++;
            var now = Simulation.Time.GetUtcNow();
            var id = AttemptId.Read(_keys, text.AttemptId)!.Value;
            var row = _deliveries.LoadOneAsync(id.NoticeId, id.Page, id.Row, CancellationToken.None).Result?.Rows[id.Row];
            // (a): durably under way, claimed by this attempt, never called before.
            if (row?.Attempts.FirstOrDefault(a => a.No == id.No) is not { } attempt || attempt.Provider != provider || attempt.Channel != text.Kind)
                Problems.Add($"{text.DeliveryId} was called without a claim");
            else if (attempt.State != DeliveryState.Sending)
                Problems.Add($"{text.DeliveryId} was called while it stood {attempt.State}");
            if (!_attempts.Add(text.AttemptId))
                Problems.Add($"{text.DeliveryId}: attempt {id.No} was called twice");
            var calls = _journal.TryGetValue(text.DeliveryId, out var known) ? known : _journal[text.DeliveryId] = [];
            // (b): proof that every earlier call on the channel was refused, unless a person ordered it anew.
            foreach (var earlier in calls.Where(c => c.Kind == text.Kind && c.No > row!.Since && c.Accepted != false))
                Problems.Add($"{text.DeliveryId} was called again on {text.Kind} though {earlier.Provider} had not refused it");
            // What was claimed when the receipt came cannot be told from what is under way: between claim and call lies a moment.
            if (calls.Exists(c => c.ReachedBefore <= id.No && c.No > row!.Since))
                Problems.Add($"{text.DeliveryId} was called after a receipt said delivered");
            if (!_notices[id.NoticeId].Mandatory && id is { Page: 0, Row: 3 or 4 })
                Problems.Add($"{text.DeliveryId} had opted out");
            var call = new Call(text.AttemptId, text.DeliveryId, id.No, text.Kind, provider);
            calls.Add(call);
            if (limits.Calls < int.MaxValue)
            {
                var recent = _recent.TryGetValue(provider, out var list) ? list : _recent[provider] = [];
                recent.Enqueue(now);
                while (recent.Peek() <= now - limits.Window)
                    recent.Dequeue();
                if (recent.Count > limits.Calls)
                    Problems.Add($"{provider} was called {recent.Count} times within {limits.Window}");
            }

            return call;
        }

        private readonly Dictionary<string, Queue<DateTimeOffset>> _recent = new(StringComparer.Ordinal);

        private int NextNoOf(Call call)
        {
            var id = AttemptId.Read(_keys, call.AttemptId)!.Value;
            return DeliveryRules.NextNo(_deliveries.LoadOneAsync(id.NoticeId, id.Page, id.Row, CancellationToken.None).Result!.Rows[id.Row]!);
        }

        /// <summary>Receipts in any order, late, twice, or never.</summary>
        private async Task ReportAsync(Call call)
        {
            DeliveryState[] told = Random.Next(6) switch
            {
                0 => [],
                1 => [DeliveryState.Sent, DeliveryState.Delivered],
                2 => [DeliveryState.Delivered, DeliveryState.Sent, DeliveryState.Delivered],
                3 => [DeliveryState.Failed],
                4 => [DeliveryState.Failed, DeliveryState.Delivered],
                _ => [DeliveryState.Sent],
            };
            foreach (var state in told)
            {
                await Simulation.WaitAsync(TimeSpan.FromMilliseconds(Random.Next(5) == 0 ? Random.Next(200_000) : Random.Next(2_000)));
                for (var tries = 0; tries < 30; tries++)
                {
                    try
                    {
                        var applied = await _instances[Random.Next(_instances.Count)].Get<DeliveryReceipts>().ApplyAsync(call.AttemptId, state, "r", CancellationToken.None);
                        if (applied == ReceiptResult.Forged)
                            Problems.Add($"{call.DeliveryId}: a true receipt was refused");
                        if (state == DeliveryState.Delivered)
                            call.ReachedBefore ??= NextNoOf(call);
                        break;
                    }
                    catch (IOException)
                    {
                        await Simulation.WaitAsync(TimeSpan.FromSeconds(5));
                    }
                }
            }
        }

        private sealed class Heads(World world, Instance me) : INoticeHeads
        {
            public async Task<Notice?> ReadAsync(string noticeId, CancellationToken ct)
            {
                await world.Simulation.PauseAsync();
                return me.IsDead || world.Simulation.Chance(0.002) ? throw new HotlinePush.Storage.TableStoreException("The store failed.", true) : await world._notices.ReadAsync(noticeId, ct);
            }

            public Task BegunAsync(Notice notice, CancellationToken ct) => Task.CompletedTask;

            public async Task TrialEndedAsync(string noticeId, CancellationToken ct)
            {
                await world.Simulation.PauseAsync();
                if (!me.IsDead && world._notices[noticeId].Trial is not null)
                    await world._notices.TrialEndedAsync(noticeId, ct);
            }

            public async Task AllSentAsync(string noticeId, CancellationToken ct)
            {
                await world.Simulation.PauseAsync();
                if (me.IsDead || world.Simulation.Chance(0.05))
                    throw new HotlinePush.Storage.TableStoreException("The store failed.", true);
                await world._notices.AllSentAsync(noticeId, ct);
            }

            public Task MomentAsync(string noticeId, CancellationToken ct) => Task.CompletedTask;
        }

        /// <summary>Journals each call as it begins, and then does anything a provider may.</summary>
        private sealed class Provider(World world, Instance me, ChannelKind kind, string name, ChannelLimits limits) : IDeliveryChannel
        {
            public ChannelKind Kind => kind;
            string IDeliveryChannel.Provider => name;
            public ChannelLimits Limits => limits;
            public bool KeepsQuietHours => false;

            public bool Takes(string to) => name != "sms-a" || to[^1] != '5';

            public async Task<IReadOnlyList<SendOutcome>> SendAsync(IReadOnlyList<DeliveryText> texts, CancellationToken ct)
            {
                if (me.IsDead)
                    throw new InvalidOperationException("Killed.");
                var random = world.Simulation.Random;
                // All calls of a slice begin together.
                var calls = texts.Select(t => world.Note(t, name, limits)).ToList();
                await world.Simulation.PauseAsync();
                var outage = world.Simulation.Chance(0.05);
                var outcomes = calls.ConvertAll(call => Answer(call, outage, random));
                foreach (var call in calls.Where(c => c.Accepted == true))
                    world._receipts.Add(world.ReportAsync(call));
                if (world.Simulation.Chance(0.03))
                    await world.Simulation.WaitAsync(TimeSpan.FromSeconds(random.Next(30, 100)));
                await world.Simulation.PauseAsync();
                if (world.Simulation.Chance(0.02))
                    throw new InvalidOperationException("A bug of a provider.");
                return outcomes;
            }

            private SendOutcome Answer(Call call, bool outage, Random random)
            {
                var draw = world.Simulation.Faults ? random.Next(100) : 0;
                call.Accepted = !outage && draw is < 70 or >= 95;
                return outage ? new SendOutcome.NotAccepted("down", "down", RetryAdvice.WhenBack(TimeSpan.FromSeconds(2)))
                    : draw switch
                    {
                        < 40 => new SendOutcome.Accepted($"p{world._calls}"),
                        < 70 => new SendOutcome.Accepted($"p{world._calls}", Delivered: true),
                        < 80 => new SendOutcome.NotAccepted("never", "never", RetryAdvice.No),
                        < 92 => new SendOutcome.NotAccepted("later", "later", RetryAdvice.Later(TimeSpan.FromSeconds(random.Next(1, 40)))),
                        < 95 => Lost(call, accepted: false),
                        _ => Lost(call, accepted: true),
                    };
            }

            private static SendOutcome Lost(Call call, bool accepted)
            {
                // The worker cannot tell the two apart, and must treat both as if the text had arrived.
                call.Accepted = accepted ? true : null;
                return new SendOutcome.Unknown("timeout");
            }
        }
    }
}
