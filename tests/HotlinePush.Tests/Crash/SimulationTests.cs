using System.Globalization;
using HotlinePush.Clocks;
using HotlinePush.Security;
using HotlinePush.Storage;
using HotlinePush.Tests.Support;
using HotlinePush.Tickets;
using HotlinePush.Units;
using HotlinePush.Web;
using Xunit.Abstractions;

namespace HotlinePush.Tests.Crash;

/// <summary>
/// Several instances over one store and one bus, paused, failed and killed at every call of a port, in an order drawn from a seed.
/// <c>HOTLINE_SIMULATIONS</c> sets how many seeds are tried, <c>HOTLINE_SEED</c> the first.
/// </summary>
public sealed class SimulationTests(ITestOutputHelper output)
{
    private const int Instances = 3, Filers = 4, TicketsEach = 5, Actors = 5, Nights = 4;

    private static int Setting(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var value) ? value : otherwise;

    [Fact]
    public void Instances_WhenPausedFailedAndKilledAtRandom_DoEverythingOnce()
    {
        var first = Setting("HOTLINE_SEED", 1);
        var problems = new List<string>();
        for (var seed = first; seed < first + Setting("HOTLINE_SIMULATIONS", 6); seed++)
        {
            var world = new World(seed);
            world.Simulation.Run(world.LiveAsync);
            output.WriteLine($"seed {seed}: {world.Summary}");
            problems.AddRange(world.Problems.Select(p => $"seed {seed}: {p}"));
        }

        Assert.True(problems.Count == 0, string.Join('\n', problems.Take(40)));
    }

    private sealed class World(int seed)
    {
        private static readonly Actor Desk = new(Role.Desk, "desk-1");

        private readonly MemoryTableStore _tables = new();
        private readonly KeyRing _keys = KeyRing.Create();
        private readonly List<Instance> _instances = [];
        private readonly List<Task> _running = [];
        private readonly Dictionary<string, NewTicket> _acknowledged = new(StringComparer.Ordinal);
        private readonly Dictionary<(string Number, int Version), string> _wins = [];
        private readonly List<(string Number, string Note)> _acted = [];
        private SimulatedBus _bus = null!;
        private bool _ended, _resting;
        private int _kills, _lost;

        public Simulation Simulation { get; } = new(seed);
        public List<string> Problems { get; } = [];
        public string Summary { get; private set; } = "";

        public async Task LiveAsync()
        {
            _bus = new(Simulation);
            Simulation.Faults = false;
            for (var i = 0; i < Instances; i++)
                Start();
            await SetUpAsync(_instances[0]);
            Simulation.Faults = true;

            var working = Enumerable.Range(0, Filers).Select(FileAsync).Concat(Enumerable.Range(0, Actors).Select(_ => ActAsync())).ToArray();
            var killing = KillAsync();
            for (var night = 0; night < Nights; night++)
            {
                await Simulation.WaitAsync(TimeSpan.FromMinutes(Simulation.Random.Next(2, 12)));
                _resting = true;
                await Simulation.WaitAsync(TimeSpan.FromMinutes(3));
                Simulation.Time.Jump(TimeSpan.FromHours(Simulation.Random.Next(1, 40)));
                // What fell due is done before anybody acts again: late, but before it is overtaken.
                await Simulation.WaitAsync(TimeSpan.FromMinutes(12));
                _resting = false;
            }

            _ended = true;
            await Task.WhenAll([.. working, killing]);
            Simulation.Faults = false;
            await QuietAsync();
            await Task.WhenAll(_running);
            await CheckAsync();
        }

        private void Start()
        {
            var instance = new Instance(Simulation, _tables, _bus, _keys, Route);
            _instances.Add(instance);
            _running.Add(instance.RunAsync(() => _quiet));
        }

        private bool _quiet;

        private Instance Any() => _instances[Simulation.Random.Next(_instances.Count)];

        private static (Alarm?, Route?) Route(Intake intake, City city) => intake.Subject[^1] switch
        {
            '0' or '1' => throw new InvalidOperationException("The router is broken."),
            '2' => (null, new(null, [], null, "99", null, 0.2, "lowConfidence", [])),
            '3' => (new("着火", "119"), new("fire", ["housing"], "a", "99", "r", 1, null, [])),
            _ => (null, new("housing", [], "a", "99", "r", 1, null, [])),
        };

        private static async Task SetUpAsync(Instance instance)
        {
            var setup = instance.Get<SetupStore>();
            await PutAsync<Unit>(SetupNames.Units, [new("housing", "住房局", Contacts: [new("甲", "+8619900000101"), new("乙", "+8619900000102", Level: 1)]), new("fire", "消防站", Contacts: [new("丙", "+8619900000103")]), new("desk", "热线", Contacts: [new("丁", "+8619900000104", Level: 2)])]);
            await PutAsync<Area>(SetupNames.Areas, [new("99", "某市")]);
            await PutAsync<Category>(SetupNames.Categories, [new("a", "住房"), new("b", "消防")]);
            await PutAsync<CatalogueRule>(SetupNames.Catalogue, [new("r", "a", "", "housing")]);
            instance.Get<CitySource>().Forget();

            async Task PutAsync<T>(string name, IReadOnlyList<T> items) =>
                await setup.ReplaceAsync(name, items, await setup.ReadAsync<IReadOnlyList<T>>(name, []), []);
        }

        /// <summary>Files and repeats until it is answered, at times twice at once; all answers must be the same.</summary>
        private async Task FileAsync(int filer)
        {
            for (var i = 0; i < TicketsEach; i++)
            {
                var subject = $"申请{filer}-{i}-{Simulation.Random.Next(10)}";
                var request = new NewTicket(TicketType.Complaint, subject, "内容", new(Phone: $"1990000{filer}{i:D3}", Confidential: Simulation.Random.Next(6) == 0));
                // Few numbers, so that two requests often draw the same.
                var day = CityZone.DateOf(Simulation.Time.GetUtcNow());
                var reserved = string.Join(',', Enumerable.Range(0, 6).Select(_ => TicketNumber.New(day, () => Simulation.Random.Next(60))).Distinct());
                var attempts = Enumerable.Range(0, Simulation.Random.Next(1, 3)).Select(_ => AttemptAsync(request, reserved)).ToArray();
                var answers = await Task.WhenAll(attempts);
                if (answers.Select(a => System.Text.Encoding.UTF8.GetString(a.Body.Span)).Distinct().Count() > 1)
                    Problems.Add($"{subject} was answered differently: {string.Join(" / ", answers.Select(a => System.Text.Encoding.UTF8.GetString(a.Body.Span)))}");
                if (answers[0].Status != 201)
                    Problems.Add($"{subject}: {answers[0].Status}");
                else
                    _acknowledged[answers[0].Location!.Split('/')[^1]] = request;
                await Simulation.WaitAsync(TimeSpan.FromSeconds(Simulation.Random.Next(120)));
            }
        }

        private async Task<Reply> AttemptAsync(NewTicket request, string reserved)
        {
            while (true)
            {
                var instance = Any();
                try
                {
                    var filing = instance.Get<TicketFiling>();
                    var reply = await filing.RereadAsync(request, reserved, CancellationToken.None) ?? await filing.FileAsync(request, reserved, Actor.Public, CancellationToken.None);
                    if (!instance.IsDead)
                        return reply;
                }
                catch (IOException)
                {
                }

                _lost++;
                await Simulation.WaitAsync(TimeSpan.FromSeconds(1));
            }
        }

        private async Task ActAsync()
        {
            while (!_ended)
            {
                await Simulation.WaitAsync(TimeSpan.FromMilliseconds(Simulation.Random.Next(8000)));
                if (_resting || _acknowledged.Count == 0)
                    continue;
                // The same few are met again and again, so that two often act on one.
                var number = _acknowledged.Keys.ElementAt(Simulation.Random.Next(_acknowledged.Count));
                var instance = Any();
                try
                {
                    await ActAsync(instance, number);
                }
                catch (IOException)
                {
                    _lost++;
                }
            }
        }

        private async Task ActAsync(Instance instance, string number)
        {
            var ticket = (await instance.Get<TicketStore>().ReadAsync(number))!.Ticket;
            var note = $"n{_acted.Count}-{Simulation.Random.Next()}";
            var unit = new Actor(Role.Unit, "u", ticket.LeadUnitId);
            (TicketCommand, Actor) choice = (ticket.State, Simulation.Random.Next(6)) switch
            {
                (TicketState.Received, 0) => (new Dispatch("housing", [], false, "脱敏"), Desk),
                ( <= TicketState.InProgress, 1) when Simulation.Random.Next(4) == 0 && _acknowledged.Count > 1 => (new MergeInto(_acknowledged.Keys.ElementAt(Simulation.Random.Next(_acknowledged.Count))), Desk),
                (TicketState.Dispatched, 2) when Simulation.Random.Next(3) == 0 => (new Sign(), unit),
                (TicketState.InProgress, 2) => (new ContactResident(note), unit),
                (TicketState.InProgress, 3) => (new AnswerTicket(note, "resolved", []), unit),
                (TicketState.Answered, 2) => (new Audit(true, note), Desk),
                _ => (new FollowUp(note), Desk),
            };
            int? version = Simulation.Random.Next(3) == 0 ? null : ticket.Seq;
            var result = await instance.Get<TicketActions>().ActAsync(number, choice.Item1, choice.Item2, version, CancellationToken.None);
            if (instance.IsDead || result.Refusal is not null)
                return;
            if (choice.Item1 is FollowUp or ContactResident or AnswerTicket or Audit)
                _acted.Add((number, note));
            if (version is { } v && !_wins.TryAdd((number, v), note))
                Problems.Add($"{number}: two won on version {v}");
        }

        private async Task KillAsync()
        {
            while (!_ended)
            {
                await Simulation.WaitAsync(TimeSpan.FromSeconds(Simulation.Random.Next(5, 180)));
                var victim = Simulation.Random.Next(Instances);
                _instances[victim].Kill();
                _kills++;
                _instances.RemoveAt(victim);
                Start();
            }
        }

        /// <summary>Nothing fails any more: within a quarter of an hour everything owed is done.</summary>
        private async Task QuietAsync()
        {
            for (var i = 0; i < 15; i++)
                await Simulation.WaitAsync(TimeSpan.FromMinutes(1));
            if (!_bus.IsIdle)
                Problems.Add("The bus is not idle.");
            _quiet = true;
        }

        private async Task CheckAsync()
        {
            var city = await _instances[0].Get<CitySource>().GetAsync();
            var rows = new StoredRows(_tables.AllKeys(), [.. _bus.Dead.Select(d => (d.Queue, d.MessageId + " " + d.Reason))]);
            var reckoning = await Reckoning.OfAsync(_tables, rows, _keys, city, Simulation.Time.GetUtcNow() - TimeSpan.FromMinutes(5), DateTimeOffset.MinValue, TimeSpan.FromHours(1));
            Problems.AddRange(reckoning.Problems);
            foreach (var (number, request) in _acknowledged)
                if (reckoning.Tickets.GetValueOrDefault(number).Ticket?.Subject != request.Subject)
                    Problems.Add($"{number} was acknowledged for {request.Subject}");
            foreach (var twice in reckoning.Tickets.Values.GroupBy(t => t.Ticket.Subject).Where(g => g.Count() > 1))
                Problems.Add($"{twice.Key} is there {twice.Count()} times");
            foreach (var (number, note) in _acted)
                if (reckoning.Tickets[number].History.Count(e => e.Note == note) != 1)
                    Problems.Add($"{number}: {note} was acknowledged and is not in the history once");
            Summary = $"{reckoning.Tickets.Count} tickets, {_acted.Count} actions, {reckoning.Reminders} reminders, {reckoning.Texts} texts, {_kills} kills, {_lost} answers lost";
        }
    }
}
