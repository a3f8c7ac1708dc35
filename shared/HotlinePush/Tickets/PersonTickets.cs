using HotlinePush.Clocks;
using HotlinePush.Security;
using HotlinePush.Storage;

namespace HotlinePush.Tickets;

/// <param name="Key">Under which of the live index keys it stands: 0 is the one in use.</param>
public sealed record PersonCursor(int Key, string Row)
{
    internal bool IsPosition => Key is >= 0 and < 100 && Keys.IsKey(Row);
}

public sealed record PersonPage(List<Ticket> Tickets, PersonCursor? Next);

/// <summary>
/// One person's tickets by phone, newest first: who calls again is recognised. Each look-up leaves a trace with the masked number before
/// anything is read.
/// </summary>
public sealed class PersonTickets(ITableStore store, TicketStore tickets, KeyRing keys, AuditLog audit, ProductClock clock)
{
    public const string AuditAction = "look-up-person";

    /// <param name="phone">E.164; or an e-mail address in small letters, for who left no phone.</param>
    /// <param name="traced">The trace of this very look-up was left already: the page that shows it is only being drawn again.</param>
    public async Task<PersonPage> FindAsync(string phone, Actor by, PersonCursor? after, int limit, CancellationToken ct, bool traced = false)
    {
        if (!traced)
            await audit.AppendAsync(new(clock.GetUtcNow(), by, AuditAction, phone.Contains('@', StringComparison.Ordinal) ? PhoneNumber.MaskEmail(phone) : PhoneNumber.Mask(phone)), ct);
        var hashes = keys.IndexHashes("person", phone);
        var found = new List<Ticket>();
        // While the index key is being rotated a person stands under two of them.
        for (var key = after?.Key ?? 0; key < hashes.Count; key++)
        {
            var from = after is not null && after.Key == key ? Keys.After(after.Row) : "!";
            string? continuation = null;
            while (true)
            {
                var page = await store.ReadRangeAsync(TicketIndexes.Table, TicketIndexes.PersonPartition(hashes[key]), new(from, "~"), limit - found.Count, continuation, ct);
                var heads = await tickets.ReadManyAsync([.. page.Rows.Select(r => TicketIndexes.NumberOf(r.Key))], ct);
                found.AddRange(heads.Select(h => h.Ticket).Where(t => t.PersonHash is { } hash && hashes.Contains(hash)));
                if (page.Continuation is null)
                    break;
                continuation = page.Continuation;
                if (page.Rows.Count == 0)
                    continue;
                if (found.Count >= limit)
                    return new(found, new(key, page.Rows[^1].Key));
                (from, continuation) = (Keys.After(page.Rows[^1].Key), null);
            }

            if (found.Count >= limit)
                return new(found, key + 1 < hashes.Count ? new(key + 1, "!") : null);
        }

        return new(found, null);
    }

    /// <summary>
    /// Further open tickets of a ticket's person, newest first, among the latest of that person. Who may see the one was asked already, and
    /// no number was looked up: no trace of its own.
    /// </summary>
    public async Task<List<Ticket>> OthersAsync(Ticket ticket, int limit, CancellationToken ct)
    {
        if (ticket.PersonHash is not { } person)
            return [];
        var page = await store.ReadRangeAsync(TicketIndexes.Table, TicketIndexes.PersonPartition(person), new("!", "~"), limit * 2, null, ct);
        var heads = await tickets.ReadManyAsync([.. page.Rows.Select(r => TicketIndexes.NumberOf(r.Key)).Where(n => n != ticket.Number)], ct);
        return [.. heads.Select(h => h.Ticket).Where(t => t.State.IsOpen() && t.PersonHash == person && t.Confidential == ticket.Confidential).Take(limit)];
    }

    /// <summary>
    /// Open tickets of whoever has this hash, newest first, among the latest of that person. For what the product decides or tells by itself:
    /// no member of staff sees them, so no trace is left.
    /// </summary>
    public async Task<List<Ticket>> OpenOfAsync(string hash, int limit, CancellationToken ct)
    {
        var page = await store.ReadRangeAsync(TicketIndexes.Table, TicketIndexes.PersonPartition(hash), new("!", "~"), limit * 4, null, ct);
        var heads = await tickets.ReadManyAsync([.. page.Rows.Select(r => TicketIndexes.NumberOf(r.Key))], ct);
        return [.. heads.Select(h => h.Ticket).Where(t => t.State.IsOpen() && t.PersonHash == hash).Take(limit)];
    }

    /// <summary>Whether one of them is a live emergency.</summary>
    public async Task<bool> HasAlarmAsync(string hash, CancellationToken ct) => (await OpenOfAsync(hash, MostOpen, ct)).Exists(t => t.Alarm is not null);

    private const int MostOpen = 20;
}
