using System.Collections.Immutable;
using System.Diagnostics;
using HotlinePush.Clocks;
using HotlinePush.Local.Demo;
using HotlinePush.Security;
using HotlinePush.Storage;
using HotlinePush.Tickets;
using HotlinePush.Units;

namespace HotlinePush.Benchmarks;

/// <summary>Where a ticket's processor time goes: each step of filing and telling alone, on one thread, without HTTP and
/// without the disk; and one read of the store.</summary>
internal static class StagesBenchmark
{
    private const string Name = "stages";

    public static async Task RunAsync(Report report, BenchOptions options)
    {
        await using var host = await BenchHost.StartAsync(options);
        var city = await host.Get<CitySource>().GetAsync(CancellationToken.None);
        var keys = host.Get<KeyRing>();
        var routing = host.Get<TicketRouting>();
        var (store, messages) = (new MemoryStore(), host.Get<TicketMessages>());
        var tickets = new TicketStore(store, keys, host.Get<Messaging.PendingMessages>());
        var now = TimeProvider.System.GetUtcNow();
        var number = 0;
        var intakes = DemoTickets.Several(400).Select(t => new Intake
        {
            Number = TicketNumber.New(CityZone.DateOf(now), () => ++number),
            Type = t.Type,
            Subject = t.Subject,
            Description = t.Description,
            Contact = new(t.Contact.Name, "+8613900000000"),
            PersonHash = keys.IndexHash("person", "+8613900000000"),
            Confidential = t.Contact.Confidential,
            Channel = "web",
        }).ToArray();
        var context = new RuleContext(city, now);
        var routes = intakes.Select(i => routing.Route(i, city)).ToArray();
        var decisions = intakes.Zip(routes, (i, r) => TicketRules.Receive(i, r.Alarm, r.Route, Actor.Public, context).Events).ToArray();
        var after = decisions.Select(e => TicketFold.Replay(e)).ToArray();
        var owed = after.Zip(decisions, (t, e) => messages.After(null, t, e).Messages).ToArray();
        var key = keys.NewDataKey();

        Time("route", i => routing.Route(intakes[i], city));
        Time("decide", i => TicketRules.Receive(intakes[i], routes[i].Alarm, routes[i].Route, Actor.Public, context));
        Time("fold", i => TicketFold.Replay(decisions[i]));
        Time("owe", i => messages.After(null, after[i], decisions[i]));
        Time("newKey", _ => keys.Wrap(keys.NewDataKey()));
        Time("sealHead", i => PersonalJson.Serialize(after[i], key));
        Time("sealEvents", i => decisions[i].Sum(e => PersonalJson.Serialize(e, key).Length));
        await TimeAsync("commitToMemory", i => tickets.CommitAsync(null, after[i], decisions[i], owed[i], CancellationToken.None));
        await TimeAsync("readHead", i => tickets.ReadAsync(after[i].Number));
        Time("indexKeys", i => TicketIndexes.KeysOf(after[i]));
        Time("token", i => keys.Token(TicketTelling.TrackingPurpose, intakes[i].Number));
        Time("personHash", i => keys.IndexHash("person", intakes[i].Number));
        var telling = new TicketTelling(
            tickets, host.Get<CitySource>(), host.Get<Units.Roster.DutyRoster>(), keys, new Channels.Outbox.OutboxChannel(store, keys, host.Get<ProductClock>(), host.Get<Channels.Outbox.OutboxOptions>()), host.Get<Notices.SiteAddress>(), host.Get<ILogger<TicketTelling>>());
        await TimeAsync("tell", i => telling.HandleAsync(new(intakes[i].Number, 1, TicketTexts.Received), CancellationToken.None));

        // The rest is on the real store: what one read costs beside a writer at rest.
        var partition = TicketStore.ShardOf(intakes[0].Number).Partition;
        await new TicketStore(host.Store, keys, host.Get<Messaging.PendingMessages>()).CommitAsync(null, after[0], decisions[0], [], CancellationToken.None);
        await TimeAsync("store.readRow", _ => host.Store.ReadAsync(WorkShard.Table, partition, Keys.Of("t", intakes[0].Number, "head")));
        await TimeAsync("store.readRange", _ => host.Store.ReadRangeAsync(WorkShard.Table, partition, Keys.Under("t", intakes[0].Number, "h"), 1));

        void Time(string stage, Func<int, object> run) => TimeAsync(stage, i =>
        {
            run(i);
            return Task.CompletedTask;
        }).GetAwaiter().GetResult();

        async Task TimeAsync(string stage, Func<int, Task> run)
        {
            for (var i = 0; i < intakes.Length * options.Pick(1, 8, 20); i++)
                await run(i % intakes.Length);
            // Processor time, not time: what else the machine does must not count.
            var (watch, cpu, bytes, count) = (Stopwatch.StartNew(), Environment.CpuUsage.TotalTime, GC.GetAllocatedBytesForCurrentThread(), 0);
            for (; watch.Elapsed.TotalSeconds < options.Pick(0.05, 0.5, 2); count++)
                await run(count % intakes.Length);
            report.Informs(Name, stage, new { allocatedBytes = (GC.GetAllocatedBytesForCurrentThread() - bytes) / Math.Max(1, count) }, (Environment.CpuUsage.TotalTime - cpu).TotalMicroseconds / count, "µs");
        }
    }

    /// <summary>Takes every batch and keeps the last value of each row: the store's own cost is not the subject here.</summary>
    private sealed class MemoryStore : ITableStore
    {
        private readonly Dictionary<(string, string, string), byte[]> _rows = [];
        private readonly ETag _etag = new("1");

        public Task<Row?> ReadAsync(string table, string partition, string row, CancellationToken ct = default) =>
            Task.FromResult(_rows.TryGetValue((table, partition, row), out var value) ? new Row(row, _etag, value) : null);

        public Task<RowPage> ReadRangeAsync(string table, string partition, KeyRange range, int limit, string? continuation = null, CancellationToken ct = default) =>
            Task.FromResult(new RowPage(
                limit == 1 && _rows.TryGetValue((table, partition, range.From), out var value) ? [new(range.From, _etag, value)] : [], null));

        public Task<CommitResult> CommitAsync(Batch batch, CancellationToken ct = default)
        {
            var etags = new Dictionary<string, ETag>(batch.Operations.Count);
            foreach (var operation in batch.Operations)
            {
                // Pending rows and the outbox carry a new name each time: kept, they would fill the memory.
                if (operation.Row[0] == 't')
                    _rows[(batch.Table, batch.Partition, operation.Row)] = operation.Value.ToArray();
                etags[operation.Row] = _etag;
            }

            return Task.FromResult(new CommitResult(etags, null));
        }
    }
}
