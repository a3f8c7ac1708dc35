using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text.Json;
using HotlinePush.Changes;
using HotlinePush.Storage;
using HotlinePush.Tests.Support;
using HotlinePush.Tests.Tickets;
using HotlinePush.Tickets;

namespace HotlinePush.Tests.Inbound;

/// <summary>The log of changes: one order, nothing missed, nothing twice, whoever writes and collects at the same time.</summary>
public sealed class ChangeLogTests
{
    private const int Writers = 8;
    private const int TicketsEach = 40;
    private const int ChangesEach = 6;

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(40)]
    public async Task Reader_WhileManyWriteAndSeveralInstancesCollectAndFail_SeesEachChangeOnceInItsTicketsOrder(int failEvery)
    {
        var memory = new MemoryTableStore();
        using var writing = new CancellationTokenSource();
        var instances = Enumerable.Range(0, 3).Select(i => new ChangeLog(new FailingStore(memory, failEvery, seed: i))).ToArray();
        var collecting = instances.Select(log => Task.Run(async () =>
        {
            while (!writing.IsCancellationRequested)
                await TryAsync(() => log.CollectAsync(3, default));
        })).ToArray();
        var seen = new List<TicketChange>();
        ChangeCursor? at = null;
        var reader = Task.Run(async () =>
        {
            while (!writing.IsCancellationRequested)
                at = await ReadOnAsync(new ChangeLog(memory), at, seen);
        });

        await Task.WhenAll(Enumerable.Range(0, Writers).Select(w => Task.Run(() => WriteAsync(memory, w))));
        await writing.CancelAsync();
        await Task.WhenAll([.. collecting, reader]);
        var last = new ChangeLog(memory);
        while (await last.CollectAsync(100, default) > 0)
        {
        }

        await ReadOnAsync(last, at, seen);

        Assert.Equal(Writers * TicketsEach * ChangesEach, seen.Count);
        foreach (var ticket in seen.GroupBy(c => c.Number))
            Assert.Equal(Enumerable.Range(1, ChangesEach), ticket.Select(c => c.Seq!.Value));
        foreach (var shard in WorkShard.All)
            Assert.Empty((await memory.ReadRangeAsync(WorkShard.Table, shard.Partition, ChangedTicket.Range, 10)).Rows);
    }

    [Fact]
    public async Task Page_OfAnyPlaceInTheLog_CostsTheSame()
    {
        var memory = new MemoryTableStore();
        var log = new ChangeLog(memory);
        for (var w = 0; w < 6; w++)
        {
            await WriteAsync(memory, w);
            await log.CollectAsync(100, default);
        }

        var seen = new List<TicketChange>();
        ChangeCursor? at = null;
        var before = memory.Reads;
        var dearest = 0;
        while (true)
        {
            var from = memory.RangeReads;
            var page = await log.ReadAsync(at, 50, null, default);
            dearest = Math.Max(dearest, memory.RangeReads - from);
            seen.AddRange(page.Items);
            at = page.Last;
            if (!page.More)
                break;
        }

        Assert.Equal(6 * TicketsEach * ChangesEach, seen.Count);
        Assert.Equal(before, memory.Reads);
        Assert.InRange(dearest, 1, 5);
    }

    [Fact]
    public async Task Clock_ThatIsSetBack_DoesNotTurnATicketsChangesRound()
    {
        var memory = new MemoryTableStore();
        for (var seq = 1; seq <= 3; seq++)
            await CommitAsync(memory, "26030200000017", seq, HotlineApp.Start.AddMinutes(-seq));
        var log = new ChangeLog(memory);
        await log.CollectAsync(1, default);

        Assert.Equal([1, 2, 3], (await log.ReadAsync(null, 10, null, default)).Items.Select(c => c.Seq!.Value));
    }

    private static async Task WriteAsync(MemoryTableStore store, int writer)
    {
        var random = new Random(writer);
        var tickets = Enumerable.Range(0, TicketsEach).Select(i => (Number: TicketNumber.New(new(2026, 3, 2), () => writer * 10_000 + i), Next: 1)).ToList();
        while (tickets.Count > 0)
        {
            var i = random.Next(tickets.Count);
            var (number, seq) = tickets[i];
            // Clocks of instances differ, and a writer may have looked at its own long before it commits.
            await CommitAsync(store, number, seq, HotlineApp.Start.AddSeconds(random.Next(-600, 600)));
            if (seq == ChangesEach)
                tickets.RemoveAt(i);
            else
                tickets[i] = (number, seq + 1);
            if (random.Next(20) == 0)
                await Task.Yield();
        }
    }

    private static async Task CommitAsync(MemoryTableStore store, string number, int seq, DateTimeOffset at)
    {
        var change = new TicketChange(number, TicketState.InProgress, seq, at, "follow-up", null, null);
        var row = new ChangedTicket(number, Keys.Of("change", number, KeyPart.Short(seq)), [change]);
        Assert.True((await store.CommitAsync(new Batch(WorkShard.Table, WorkShard.Of(number).Partition).Insert(row.Key, row.ToBytes()))).Committed);
    }

    private static async Task<ChangeCursor?> ReadOnAsync(ChangeLog log, ChangeCursor? at, List<TicketChange> seen)
    {
        ChangePage page;
        do
        {
            page = await log.ReadAsync(at, 37, null, default);
            seen.AddRange(page.Items);
            at = page.Last;
        }
        while (page.More);
        return at;
    }

    private static async Task TryAsync(Func<Task> act)
    {
        try
        {
            await act();
        }
        catch (TableStoreException)
        {
            // An instance that was cut off; the next round goes on from what is stored.
        }
    }

    /// <summary>Cut off before or after a commit, at random.</summary>
    private sealed class FailingStore(ITableStore inner, int failEvery, int seed) : ITableStore
    {
        private readonly Random _random = new(seed);

        public Task<Row?> ReadAsync(string table, string partition, string row, CancellationToken ct = default) => inner.ReadAsync(table, partition, row, ct);

        public Task<RowPage> ReadRangeAsync(string table, string partition, KeyRange range, int limit, string? continuation = null, CancellationToken ct = default) =>
            inner.ReadRangeAsync(table, partition, range, limit, continuation, ct);

        public async Task<CommitResult> CommitAsync(Batch batch, CancellationToken ct = default)
        {
            var fails = failEvery > 0 && Next(failEvery) == 0;
            if (fails && Next(2) == 0)
                throw new TableStoreException("cut off before", isTransient: true);
            var result = await inner.CommitAsync(batch, ct);
            return fails ? throw new TableStoreException("cut off after", isTransient: true) : result;
        }

        private int Next(int of)
        {
            lock (_random)
                return _random.Next(of);
        }
    }
}

/// <summary>The same through the API.</summary>
public sealed class ChangesApiTests : IAsyncLifetime
{
    private readonly HotlineApp _app = new();

    public Task InitializeAsync() => _app.InitializeAsync();

    public Task DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task Feed_WhileManyAct_HoldsWhatEveryHistorySaysInItsOrder()
    {
        using var acting = new CancellationTokenSource();
        var seen = new ConcurrentDictionary<int, List<JsonElement>>();
        var readers = Enumerable.Range(0, 2).Select(r => Task.Run(async () =>
        {
            string? at = null;
            var mine = seen[r] = [];
            var once = false;
            while (!once)
            {
                once = acting.IsCancellationRequested;
                at = await ReadOnAsync(at, mine);
            }
        })).ToArray();

        var tickets = await Task.WhenAll(Enumerable.Range(0, 12).Select(async i =>
        {
            var ticket = await TicketScenario.DispatchedAsync(_app);
            (await ticket.LeadAsync("sign")).Ok();
            (await ticket.ResidentAsync("follow-up", new { text = $"补充{i}" })).Ok();
            await ticket.AnswerAsync();
            return ticket;
        }));
        await acting.CancelAsync();
        await Task.WhenAll(readers);

        foreach (var mine in seen.Values)
            foreach (var ticket in tickets)
                Assert.Equal(
                    ["receive Received", "dispatch Dispatched", "sign InProgress", "follow-up InProgress", "answer Answered"],
                    mine.Where(c => c.GetProperty("number").GetString() == ticket.Number).Select(c => $"{c.GetProperty("action").GetString()} {c.GetProperty("state").GetString()}"));
        Assert.Empty(_app.Warnings);
    }

    [Fact]
    public async Task HandedDownTicket_IsFollowedBySource_AndNothingPersonalLeaves()
    {
        var due = "2026-03-04T12:00:00+08:00";
        var filed = (await TicketScenario.FileAsync(_app, new
        {
            type = "Complaint",
            subject = "夜间施工噪音扰民",
            description = "QZXWORDS",
            categoryId = TicketScenario.NoiseCategory,
            source = "省平台",
            externalId = "SZ-2026-1",
            externalDueAt = due,
            contact = new { name = "QZXNAME", phone = "19900012345" },
        }, "demo-platform")).Ok();
        await TicketScenario.DispatchedAsync(_app);
        var ticket = TicketScenario.Of(_app, filed, "19900012345");
        var deadlines = (await ticket.SeenByAsync(ticket.LeadKey)).Ok()["deadlines"];
        Assert.Equal(DateTimeOffset.Parse(due), deadlines.GetProperty("external").GetDateTimeOffset());
        Assert.Equal(DateTimeOffset.Parse(due), deadlines.GetProperty("earliest").GetDateTimeOffset());
        Assert.Equal(DateTimeOffset.Parse(due), (await ticket.ClockAsync("resolve")).GetProperty("earliestDueAt").GetDateTimeOffset());
        Assert.DoesNotContain("2026-03-04T12:00", (await ticket.SeenByResidentAsync("/clocks")).Ok().Text, StringComparison.Ordinal);

        var feed = (await TicketScenario.SendAsync(_app, "demo-platform", HttpMethod.Get, "/api/v1/changes?source=" + Uri.EscapeDataString("省平台"))).Ok();

        Assert.DoesNotContain("QZX", feed.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("12345", feed.Text.Replace("SZ-2026-1", "", StringComparison.Ordinal).Replace(filed["number"].GetString()!, "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.All(feed["items"].EnumerateArray(), c => Assert.Equal("SZ-2026-1", c.GetProperty("externalId").GetString()));
        Assert.Equal(["receive", "dispatch"], feed["items"].EnumerateArray().Select(c => c.GetProperty("action").GetString()));
    }

    [Fact]
    public async Task ConfidentialTicket_InTheFeed_IsNumberAndStateAlone()
    {
        var ticket = await TicketScenario.ConfidentialAsync(_app);
        (await ticket.DeskAsync("follow-up", new { text = "补充" })).Ok();

        var items = (await TicketScenario.SendAsync(_app, "demo-platform", HttpMethod.Get, "/api/v1/changes")).Ok()["items"].EnumerateArray().ToList();

        var one = Assert.Single(items);
        Assert.Equal(["number", "state"], one.EnumerateObject().Where(p => p.Value.ValueKind != JsonValueKind.Null).Select(p => p.Name));
    }

    private async Task<string?> ReadOnAsync(string? at, List<JsonElement> seen)
    {
        string? next = at;
        do
        {
            var page = (await TicketScenario.SendAsync(_app, "demo-platform", HttpMethod.Get, "/api/v1/changes?limit=7" + (next is null ? "" : "&after=" + next))).Ok();
            seen.AddRange(page["items"].EnumerateArray());
            at = page["resume"].GetString();
            next = page["next"].GetString();
        }
        while (next is not null);
        return at;
    }
}
