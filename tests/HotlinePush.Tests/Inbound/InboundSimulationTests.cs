using System.Globalization;
using System.Text;
using HotlinePush.Channels.Outbox;
using HotlinePush.Clocks;
using HotlinePush.Inbound;
using HotlinePush.Notices;
using HotlinePush.Routing;
using HotlinePush.Security;
using HotlinePush.Storage;
using HotlinePush.Tests.Crash;
using HotlinePush.Tests.Support;
using HotlinePush.Tickets;
using HotlinePush.Units;
using HotlinePush.Web;
using Microsoft.Extensions.DependencyInjection;
using Xunit.Abstractions;

namespace HotlinePush.Tests.Inbound;

/// <summary>
/// Ten thousand messages, a fifth of them repeats, each delivered twice, in an order drawn from a seed, to several instances that pause, fail and are killed.
/// Every conversation comes out the same as when each message comes once, in the order it was said, and nothing fails.
/// </summary>
/// <remarks>
/// The same is: for each sender the same number of tickets; each ticket with the same texts, every text once, which read in the order of the time they were
/// said; the same alarms; and the same word on whether the sender wants notices. Not the same are numbers, which are random; which text of a request opened its ticket, for
/// the first to come in has to; and how many texts stand in one follow-up, which a flood decides. A message that is handed in again gets the answer it
/// got before. <c>HOTLINE_INBOUND</c> sets how many messages there are, <c>HOTLINE_SEED</c> the seed.
/// </remarks>
public sealed class InboundSimulationTests(ITestOutputHelper output)
{
    private const int Instances = 3, Providers = 12, MessagesEach = 40;

    private static int Setting(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var value) ? value : otherwise;

    [Fact]
    public void Conversations_WhenMessagesComeTwiceAndOutOfOrderThroughCrashes_ComeOutTheSame()
    {
        var seed = Setting("HOTLINE_SEED", 1);
        var total = Setting("HOTLINE_INBOUND", 10_000);
        var messages = Script(new Random(seed), total * 4 / 5);

        var inOrder = new World(seed, messages);
        inOrder.Simulation.Run(() => inOrder.LiveAsync([.. messages.OrderBy(m => m.At)], faults: false));
        var random = new Random(seed + 1);
        var repeats = Enumerable.Range(0, total / 5).Select(_ => messages[random.Next(messages.Count)]);
        InboundMessage[] twice = [.. messages.Concat(repeats).SelectMany(m => new[] { m, m })];
        random.Shuffle(twice);
        var shuffled = new World(seed, messages);
        shuffled.Simulation.Run(() => shuffled.LiveAsync(twice, faults: true));

        output.WriteLine($"in order: {inOrder.Summary}");
        output.WriteLine($"shuffled: {shuffled.Summary}");
        var different = inOrder.Outcome.Keys.Union(shuffled.Outcome.Keys).Where(s => inOrder.Outcome.GetValueOrDefault(s) != shuffled.Outcome.GetValueOrDefault(s))
            .Select(s => $"{s}\n  in order: {inOrder.Outcome.GetValueOrDefault(s)}\n  shuffled: {shuffled.Outcome.GetValueOrDefault(s)}").ToList();
        Assert.True(different.Count == 0, $"{different.Count} conversations differ, such as\n{string.Join('\n', different.Take(2))}");
        Assert.True(shuffled.Problems.Count + inOrder.Problems.Count == 0, string.Join('\n', inOrder.Problems.Concat(shuffled.Problems).Take(20)));
        Assert.True(shuffled.Kills > 0 && shuffled.Lost > 0, "Nothing went wrong: nothing was tried.");
    }

    /// <summary>What people say: all of it before the simulation begins, so that its time is believed.</summary>
    private static List<InboundMessage> Script(Random random, int count)
    {
        var messages = new List<InboundMessage>();
        var start = new DateTimeOffset(2026, 2, 24, 8, 0, 0, TimeSpan.FromHours(8));
        for (var i = 0; i < count; i++)
        {
            var (person, n) = (i / MessagesEach, i % MessagesEach);
            var who = $"p{person:D4}";
            var text = random.Next(100) switch
            {
                < 62 => $"{who}说{n}：楼下一直很吵",
                // The same words again: on the same day they are one, on another they are said anew.
                < 70 => $"{who}说：还是一样",
                < 74 => $"新诉求：{who}说{n}，路灯不亮",
                < 77 => $"{who}说{n}：我家着火了，救命",
                < 79 => $"{who}说{n}：有人持刀砍人，快来人",
                < 81 => $"匿名：{who}说{n}，有人乱倒垃圾",
                < 83 => $"保密：{who}说{n}，有人收红包",
                < 87 => "查询",
                < 89 => "帮助",
                < 92 => "TD",
                < 95 => "订阅",
                < 97 => "1",
                < 98 => "【12345】您的诉求已受理",
                _ => $"{who}说{n}：26030212345678这个编号是什么",
            };
            var at = start + TimeSpan.FromMinutes(random.Next(4 * 24 * 60)) + TimeSpan.FromMilliseconds(i);
            messages.Add(new(InboundChannels.Sms, "+8675512345", $"+86139{person:D8}", $"SM{i:D8}", at, text) { AnsweredByCaller = random.Next(2) == 0 });
        }

        return messages;
    }

    private sealed class World(int seed, List<InboundMessage> script)
    {
        private readonly MemoryTableStore _tables = new();
        private readonly KeyRing _keys = KeyRing.Create();
        private readonly List<Instance> _instances = [];
        private readonly List<Task> _running = [];
        private readonly Dictionary<string, string> _answers = new(StringComparer.Ordinal);
        private readonly Dictionary<string, DateTimeOffset> _said = script.GroupBy(m => m.Text!).ToDictionary(g => g.Key, g => g.Min(m => m.At));
        private SimulatedBus _bus = null!;
        private bool _ended, _quiet;

        public Simulation Simulation { get; } = new(seed);
        public List<string> Problems { get; } = [];
        public SortedDictionary<string, string> Outcome { get; } = new(StringComparer.Ordinal);
        public int Kills { get; private set; }
        public int Lost { get; private set; }
        public string Summary { get; private set; } = "";

        public async Task LiveAsync(IReadOnlyList<InboundMessage> deliveries, bool faults)
        {
            _bus = new(Simulation);
            Simulation.Faults = false;
            for (var i = 0; i < Instances; i++)
                Start();
            await SetUpAsync(_instances[0]);
            Simulation.Faults = faults;
            var next = 0;
            var killing = faults ? KillAsync() : Task.CompletedTask;
            // In order means one after the other; otherwise several arrive at once.
            await Task.WhenAll(Enumerable.Range(0, faults ? Providers : 1).Select(async _ =>
            {
                while (next < deliveries.Count)
                    await DeliverAsync(deliveries[next++]);
            }));
            _ended = true;
            await killing;
            Simulation.Faults = false;
            for (var i = 0; i < 20; i++)
                await Simulation.WaitAsync(TimeSpan.FromMinutes(1));
            if (!_bus.IsIdle)
                Problems.Add("The bus is not idle.");
            _quiet = true;
            await Task.WhenAll(_running);
            await TellAsync(deliveries.Count);
        }

        private void Start()
        {
            var instance = new Instance(Simulation, _tables, _bus, _keys, Route, (services, _) => services.AddOptions().AddSingleton<Quotas>().AddSingleton<IFileStore>(new MemoryFileStore()));
            _instances.Add(instance);
            _running.Add(instance.RunAsync(() => _quiet));
        }

        private static (Alarm?, Route?) Route(Intake intake, City city) => (
            AlarmWords.Detect(intake.Subject, intake.Description) is { } hit ? new Alarm(hit.Phrase, hit.Service) : null, new("housing", [], "a", "99", "r", 1, null, []));

        private static async Task SetUpAsync(Instance instance)
        {
            var setup = instance.Get<SetupStore>();
            await PutAsync<Unit>(SetupNames.Units, [new("housing", "住房局", Contacts: [new("甲", "+8619900000101")]), new("desk", "热线", Contacts: [new("丁", "+8619900000104", Level: 2)])]);
            await PutAsync<Area>(SetupNames.Areas, [new("99", "某市")]);
            await PutAsync<Category>(SetupNames.Categories, [new("a", "住房")]);
            await PutAsync<CatalogueRule>(SetupNames.Catalogue, [new("r", "a", "", "housing")]);
            instance.Get<CitySource>().Forget();

            async Task PutAsync<T>(string name, IReadOnlyList<T> items) => await setup.ReplaceAsync(name, items, await setup.ReadAsync<IReadOnlyList<T>>(name, []), []);
        }

        /// <summary>As a provider does: until it is answered.</summary>
        private async Task DeliverAsync(InboundMessage message)
        {
            while (true)
            {
                var instance = _instances[Simulation.Random.Next(_instances.Count)];
                try
                {
                    var reply = await instance.Get<InboundDesk>().ReceiveAsync(message, CancellationToken.None);
                    if (instance.IsDead)
                        continue;
                    if (reply.Text is { } text && !_answers.TryAdd(message.ExternalId, text) && _answers[message.ExternalId] != text)
                        Problems.Add($"{message.Text} was answered differently: {_answers[message.ExternalId]} / {text}");
                    return;
                }
                catch (IOException)
                {
                    Lost++;
                    await Simulation.WaitAsync(TimeSpan.FromSeconds(1));
                }
            }
        }

        private async Task KillAsync()
        {
            while (!_ended)
            {
                await Simulation.WaitAsync(TimeSpan.FromSeconds(Simulation.Random.Next(5, 60)));
                var victim = Simulation.Random.Next(Instances);
                _instances[victim].Kill();
                Kills++;
                _instances.RemoveAt(victim);
                Start();
            }
        }

        private async Task TellAsync(int deliveries)
        {
            var tickets = new TicketStore(_tables, _keys, null!);
            var (count, texts) = (0, 0);
            var found = new List<(string Sender, string Ticket)>();
            foreach (var (_, _, row) in _tables.AllKeys().Where(k => k.Table == WorkShard.Table && k.Row.StartsWith("t!", StringComparison.Ordinal) && k.Row.EndsWith("!head", StringComparison.Ordinal)))
            {
                var stored = (await tickets.ReadAsync(Keys.Split(row)[1]))!;
                var history = await tickets.ReadHistoryAsync(stored);
                string[] said = [.. history.OfType<FollowUpAdded>().SelectMany(e => e.Note!.Split('\n')).Prepend(stored.Ticket.Description!)];
                count++;
                texts += said.Length;
                if (history.OfType<FollowUpAdded>().Any(e => e.SaidAt is null || e.MessageId is null))
                    Problems.Add($"{stored.Ticket.Number} does not say when it was said");
                if (said.Any(s => !_said.ContainsKey(s) && !_said.ContainsKey("新诉求：" + s)))
                    Problems.Add($"{stored.Ticket.Number}: nobody said {string.Join(" / ", said)}");
                var sender = said[0][said[0].IndexOf('p', StringComparison.Ordinal)..][..5];
                var mark = $"{(stored.Ticket.Alarm is { } alarm ? alarm.Dial : "")}{(stored.Ticket.Anonymous ? "匿名" : "")}{(stored.Ticket.Confidential ? "保密" : "")}";
                found.Add((sender, $"[{mark}:{string.Join('|', said.OrderBy(s => _said.GetValueOrDefault(s, DateTimeOffset.MaxValue)).ThenBy(s => s, StringComparer.Ordinal))}]"));
            }

            var optOuts = _instances[0].Get<OptOuts>();
            foreach (var sender in script.Select(m => m.Sender).Distinct())
            {
                var who = $"p{sender[^4..]}";
                var isOut = (await optOuts.FindAsync("some-office", new(0, [new() { Id = "1", Phone = sender }]), CancellationToken.None)).Count == 1;
                Outcome[who] = $"{(isOut ? "退订 " : "")}{string.Join(' ', found.Where(f => f.Sender == who).Select(f => f.Ticket).Order(StringComparer.Ordinal))}";
            }

            var (conversations, outbox) = (_instances[0].Get<ConversationStore>(), _tables.AllKeys().Where(k => k.Table == OutboxChannel.Table).Select(k => k.Row).ToHashSet(StringComparer.Ordinal));
            foreach (var message in script)
            {
                var key = ConversationStore.KeyOf(message);
                var heard = (await conversations.ReadMessageAsync(await conversations.ReadAsync(message.Channel, message.Sender, CancellationToken.None), key, CancellationToken.None))?.Message;
                if (heard is not { Done: true })
                    Problems.Add($"{message.Text} was never done");
                else if (heard.Reply is { } reply && !(heard.AnsweredByCaller ? _answers.GetValueOrDefault(message.ExternalId) == reply : outbox.Contains(Keys.Of("id", $"inbound-{key}"))))
                    Problems.Add($"{message.Text} was never answered: {reply}");
            }

            foreach (var (_, partition, row) in _tables.AllKeys().Where(k => k.Table == WorkShard.Table && k.Row.StartsWith("v!", StringComparison.Ordinal)))
            {
                var stored = Encoding.UTF8.GetString((await _tables.ReadAsync(WorkShard.Table, partition, row))!.Value.Span);
                if (stored.Contains("+86139", StringComparison.Ordinal) || stored.Contains('说') || stored.Contains("诉求", StringComparison.Ordinal))
                    Problems.Add($"{row} tells who said what");
            }

            foreach (var (_, partition, row) in _tables.AllKeys().Where(k => k.Table == WorkShard.Table && k.Row.StartsWith("o!", StringComparison.Ordinal)))
                Problems.Add($"a pending message in {partition}: {row}");
            Problems.AddRange(_bus.Dead.Select(d => $"a dead letter: {d.MessageId} {d.Reason}"));
            Summary = $"{deliveries} deliveries, {count} tickets with {texts} texts, {Kills} kills, {Lost} answers lost";
        }
    }
}
