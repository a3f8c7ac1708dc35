using System.Collections.Concurrent;
using HotlinePush.Clocks;
using HotlinePush.Storage;
using HotlinePush.Supervision;

namespace HotlinePush.Tickets;

/// <summary>The message that guarantees a sync: the index rows that one commit added or took away.</summary>
public sealed record SyncIndexes(string Number, IReadOnlyList<IndexKey> Touched);

/// <summary>
/// Brings the touched rows of the lists in line with a ticket's head: writes those the head wants, deletes the others, looks at the head
/// again and repeats if it has moved, so a late run of an old message does no harm. Within a partition new and old
/// rows change in one batch; across partitions new ones come first: a ticket is for a moment in two lists, never in none.
/// </summary>
public sealed class IndexSync(ITableStore store, TicketStore tickets)
{
    private readonly ConcurrentDictionary<DateOnly, bool> _daysKnown = new();

    public async Task RunAsync(SyncIndexes message, CancellationToken ct)
    {
        if (await tickets.ReadAsync(message.Number, ct) is { } stored)
            await RunAsync(stored, message.Touched, ct);
    }

    /// <param name="stored">The head as just committed or read.</param>
    public async Task RunAsync(StoredTicket stored, IReadOnlyList<IndexKey> touched, CancellationToken ct)
    {
        await EnsureDayAsync(CityZone.DateOf(stored.Ticket.ReceivedAt), ct);
        while (true)
        {
            var wanted = TicketIndexes.KeysOf(stored.Ticket).ToHashSet();
            var partitions = touched.GroupBy(k => k.Partition).ToLookup(p => p.Any(wanted.Contains));
            await CommitAsync(partitions[true], wanted, stored.Ticket, ct);
            await CommitAsync(partitions[false], wanted, stored.Ticket, ct);
            if (await tickets.ReadIfMovedAsync(stored, ct) is not { } moved)
                return;
            stored = moved;
        }
    }

    /// <summary>The rows that differ between two states of a ticket.</summary>
    public static List<IndexKey> Touched(Ticket? before, Ticket after)
    {
        var now = TicketIndexes.KeysOf(after);
        if (before is null)
            return now;
        var old = TicketIndexes.KeysOf(before);
        List<IndexKey> touched = [.. now.Except(old), .. old.Except(now)];
        if (!TicketFact.Of(before).ToBytes().AsSpan().SequenceEqual(TicketFact.Of(after).ToBytes()))
            touched.Add(TicketIndexes.FactOf(after));
        return touched;
    }

    private Task CommitAsync(IEnumerable<IGrouping<string, IndexKey>> partitions, HashSet<IndexKey> wanted, Ticket ticket, CancellationToken ct) =>
        Task.WhenAll(partitions.Select(partition => CommitAsync(partition.Key, [.. partition.OrderByDescending(wanted.Contains)], wanted, ticket, ct)));

    private async Task CommitAsync(string partition, IReadOnlyList<IndexKey> keys, HashSet<IndexKey> wanted, Ticket ticket, CancellationToken ct)
    {
        // One batch, but for a ticket that a hundred were merged into.
        foreach (var some in keys.Chunk(Batch.MaxOperations - 1))
        {
            var batch = new Batch(TicketIndexes.Table, partition);
            foreach (var key in some)
            {
                if (wanted.Contains(key))
                    batch.Upsert(key.Row, TicketIndexes.ValueOf(ticket, key));
                else
                    batch.Delete(key.Row);
                // Figures made from the facts of that day no longer hold.
                if (TicketFact.IsRow(key.Row))
                    batch.Upsert(TicketFact.ChangedRow, Empty);
            }

            await store.CommitAsync(batch, ct);
        }
    }

    private async Task EnsureDayAsync(DateOnly day, CancellationToken ct)
    {
        if (_daysKnown.ContainsKey(day))
            return;
        await store.CommitAsync(new Batch(TicketIndexes.Table, TicketIndexes.DaysPartition).Upsert(Keys.Of(KeyPart.Descending(day)), Empty), ct);
        _daysKnown.TryAdd(day, true);
    }

    private static readonly byte[] Empty = "{}"u8.ToArray();
}
