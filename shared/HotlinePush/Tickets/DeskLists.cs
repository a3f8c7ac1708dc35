using HotlinePush.Storage;

namespace HotlinePush.Tickets;

/// <param name="Count">Up to <see cref="DeskLists.MostCounted"/>.</param>
/// <param name="More">There are more than were counted.</param>
public sealed record QueueCount(string Queue, int Count, bool More);

/// <summary>Where a list inside one partition goes on: after which row.</summary>
public sealed record RowCursor(string Row)
{
    internal bool IsPosition => Keys.IsKey(Row);
}

/// <summary>What waits for the desk, queue by queue. Counting reads keys alone, and never more than a page of them.</summary>
public sealed class DeskLists(ITableStore store, TicketStore tickets)
{
    public const int MostCounted = 99;

    /// <summary>Every queue in the order of <see cref="DeskQueues.All"/>.</summary>
    public async Task<IReadOnlyList<QueueCount>> CountAsync(CancellationToken ct) => await Task.WhenAll(DeskQueues.All.Select(q => CountAsync(q, ct)));

    private async Task<QueueCount> CountAsync(string queue, CancellationToken ct)
    {
        var count = 0;
        string? continuation = null;
        do
        {
            var page = await store.ReadRangeAsync(TicketIndexes.Table, TicketIndexes.DeskPartition, TicketIndexes.Desk(queue), MostCounted + 1 - count, continuation, ct);
            count += page.Rows.Count;
            continuation = page.Continuation;
        }
        while (continuation is not null && count <= MostCounted);
        return new(queue, Math.Min(count, MostCounted), count > MostCounted);
    }

    /// <summary>The tickets of a queue, longest waiting first; those that left it meanwhile are left out.</summary>
    public async Task<(List<Ticket> Tickets, RowCursor? Next)> QueueAsync(string queue, RowCursor? after, int limit, CancellationToken ct)
    {
        var range = TicketIndexes.Desk(queue);
        var from = after is null || string.CompareOrdinal(after.Row, range.From) < 0 ? range.From : Keys.After(after.Row);
        var found = new List<Ticket>();
        string? continuation = null;
        while (string.CompareOrdinal(from, range.To) < 0)
        {
            var page = await store.ReadRangeAsync(TicketIndexes.Table, TicketIndexes.DeskPartition, range with { From = from }, limit - found.Count, continuation, ct);
            var heads = await tickets.ReadManyAsync([.. page.Rows.Select(r => TicketIndexes.NumberOf(r.Key))], ct);
            found.AddRange(heads.Select(h => h.Ticket).Where(t => DeskQueues.Of(t) == queue));
            if (page.Continuation is null)
                break;
            continuation = page.Continuation;
            if (page.Rows.Count == 0)
                continue;
            if (found.Count >= limit)
                return (found, new(page.Rows[^1].Key));
            (from, continuation) = (Keys.After(page.Rows[^1].Key), null);
        }

        return (found, null);
    }
}
