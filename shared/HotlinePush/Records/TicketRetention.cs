using HotlinePush.Clocks;
using HotlinePush.Security;
using HotlinePush.Storage;
using HotlinePush.Tickets;

namespace HotlinePush.Records;

/// <summary>
/// Each day: what tickets tell about people goes when its time is up, day of receipt by day of receipt. A ticket that is still open then keeps
/// its day from being done; the day is looked at again.
/// </summary>
public sealed class TicketRetention(ITableStore store, TicketStore tickets, TicketErasure erasure, RetentionPolicy policy, ProductClock clock)
{
    /// <summary>Days of receipt looked at in one run: a setting that is made shorter is caught up with over some nights.</summary>
    private const int DaysAtOnce = 31;

    private const int Page = 100;

    private static readonly KeyRange Days = new("0", ":");

    /// <returns>How many tickets lost their personal data.</returns>
    public async Task<int> RunAsync(CancellationToken ct)
    {
        if (policy.TicketMonths is not { } months)
            return 0;
        var last = CityZone.DateOf(clock.GetUtcNow()).AddMonths(-months).AddDays(-1);
        var done = await DoneAsync(ct);
        var (erased, looked) = (0, 0);
        foreach (var day in (await DaysAsync(ct)).Where(d => d <= last && !done.Contains(d)).Order())
        {
            if (looked++ == DaysAtOnce)
                break;
            var (gone, open) = await DayAsync(day, ct);
            erased += gone;
            if (!open)
                await store.CommitAsync(new Batch(OperationsTable, Partition).Upsert(Keys.Of(day), "{}"u8.ToArray()), ct);
        }

        return erased;
    }

    private const string OperationsTable = Timers.OperationsLog.Table;
    private const string Partition = "retention";

    private async Task<(int Gone, bool Open)> DayAsync(DateOnly day, CancellationToken ct)
    {
        var (gone, open) = (0, false);
        await foreach (var row in store.ReadAllAsync(TicketIndexes.Table, TicketIndexes.DayPartition(day), TicketIndexes.DayAll, Page, ct))
        {
            if (await tickets.ReadAsync(TicketIndexes.NumberOf(row.Key), ct) is not { Key: not null } stored)
                continue;
            if (stored.Ticket.State.IsOpen())
                open = true;
            else if ((await erasure.EraseAsync(stored.Ticket.Number, "retentionOver", Actor.System, ct)).Proof is not null)
                gone++;
        }

        return (gone, open);
    }

    private async Task<List<DateOnly>> DaysAsync(CancellationToken ct)
    {
        var days = new List<DateOnly>();
        await foreach (var row in store.ReadAllAsync(TicketIndexes.Table, TicketIndexes.DaysPartition, Days, ct: ct))
            days.Add(TicketIndexes.DayOfRow(row.Key));
        return days;
    }

    private async Task<HashSet<DateOnly>> DoneAsync(CancellationToken ct)
    {
        var done = new HashSet<DateOnly>();
        await foreach (var row in store.ReadAllAsync(OperationsTable, Partition, Days, ct: ct))
            done.Add(DateOnly.ParseExact(row.Key, "yyyyMMdd", System.Globalization.CultureInfo.InvariantCulture));
        return done;
    }
}
