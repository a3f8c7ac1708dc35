using System.Collections.Concurrent;
using System.Collections.Immutable;
using HotlinePush.Clocks;
using HotlinePush.Local.Demo;
using HotlinePush.Security;
using HotlinePush.Storage;
using HotlinePush.Supervision;
using HotlinePush.Tickets;
using HotlinePush.Units;

namespace HotlinePush.Benchmarks;

/// <summary>Dispatched tickets straight into the store, many a second: the same rows as the product's, with nobody told of them.</summary>
internal sealed class Seeding(BenchHost host, City city)
{
    private const int Slice = 20_000;
    private const int AtOnce = 64;
    private static readonly byte[] Empty = "{}"u8.ToArray();

    private readonly TicketStore _tickets = host.Get<TicketStore>();
    private readonly IReadOnlyList<DemoTicket> _texts = DemoTickets.Several(500);
    private int _last;

    /// <summary>The events of a ticket received at that moment and dispatched to that unit in the same instant.</summary>
    public ImmutableArray<TicketEvent> Dispatched(string unitId, DateTimeOffset at, Priority priority = Priority.Normal)
    {
        var number = Interlocked.Increment(ref _last);
        var text = _texts[number % _texts.Count];
        var intake = new Intake
        {
            Number = TicketNumber.New(CityZone.DateOf(at), () => number),
            Type = TicketType.Complaint,
            Subject = text.Subject,
            Description = text.Description,
            Contact = new(text.Contact.Name, "+8613900000000"),
            Priority = priority,
            Channel = "phone",
        };
        var route = new Route(unitId, [], text.CategoryId, text.AreaId, null, null, null, []);
        return TicketRules.Receive(intake, null, route, Actor.Public, new(city, at, TimeProvider.System.GetUtcNow())).Events;
    }

    /// <summary>The same ticket with one reminder to come, of its unit's clock at half time, and no other.</summary>
    public static ImmutableArray<TicketEvent> RemindedAt(ImmutableArray<TicketEvent> events, DateTimeOffset moment) =>
        [.. events.Select(e => e with
        {
            Clocks = [.. e.Clocks.Select(c => c.Kind == ClockKind.Unit
                ? c with { Step = Reminders.AtHalf, NextReminderAt = moment }
                : c with { Step = 0, NextReminderAt = null })],
        })];

    /// <param name="indexed">Lists too; else a ticket only has its head, its history and its moment.</param>
    /// <returns>What <paramref name="keep"/> made of each ticket, nulls left out.</returns>
    public async Task<IReadOnlyList<T>> WriteAsync<T>(int count, Func<int, ImmutableArray<TicketEvent>> make, bool indexed, Func<Ticket, T?> keep) where T : class
    {
        var kept = new ConcurrentBag<T>();
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = AtOnce };
        for (var from = 0; from < count; from += Slice)
        {
            var rows = new ConcurrentDictionary<IndexKey, byte[]>();
            await Parallel.ForEachAsync(Enumerable.Range(from, Math.Min(Slice, count - from)), parallel, async (i, ct) =>
            {
                var events = make(i);
                var ticket = TicketFold.Replay(events);
                if (await _tickets.CommitAsync(null, ticket, events, [], ct) is null)
                    throw new InvalidOperationException($"Number {ticket.Number} is taken.");
                if (indexed)
                    foreach (var key in TicketIndexes.KeysOf(ticket))
                        rows[key] = TicketIndexes.ValueOf(ticket, key);
                if (indexed)
                {
                    var day = CityZone.DateOf(ticket.ReceivedAt);
                    rows[new(TicketIndexes.DaysPartition, Keys.Of(KeyPart.Descending(day)))] = Empty;
                    rows[new(TicketIndexes.DayPartition(day), TicketFact.ChangedRow)] = Empty;
                }
                if (keep(ticket) is { } one)
                    kept.Add(one);
            });
            var batches = rows.GroupBy(k => k.Key.Partition).SelectMany(p => p.Chunk(Batch.MaxOperations), (p, keys) =>
                keys.Aggregate(new Batch(TicketIndexes.Table, p.Key), (batch, key) => batch.Upsert(key.Key.Row, key.Value)));
            await Parallel.ForEachAsync(batches, parallel, async (batch, ct) => await host.Store.CommitAsync(batch, ct));
        }

        return [.. kept];
    }
}
