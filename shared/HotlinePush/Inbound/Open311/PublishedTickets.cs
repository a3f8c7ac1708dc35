using HotlinePush.Storage;
using HotlinePush.Tickets;

namespace HotlinePush.Inbound.Open311;

/// <summary>Which published tickets a list asks for.</summary>
/// <param name="Services">Service codes; empty: all.</param>
/// <param name="Open">Null: open and closed ones.</param>
public sealed record PublishedQuery(DateTimeOffset From, DateTimeOffset To, IReadOnlyList<string> Services, bool? Open);

/// <summary>
/// Tickets of which the desk published a text, newest first. A ticket stands in four lists, by service or all and by status or both, so that each
/// question reads the rows it answers with and no others.
/// </summary>
public sealed class PublishedTickets(ITableStore store, TicketStore tickets)
{
    public const string Word = "published";
    private const string Every = "all";
    private const string OfService = "service";

    public static IEnumerable<IndexKey> KeysOf(Ticket ticket)
    {
        if (ticket.Published is null || ticket.Confidential)
            yield break;
        var row = Keys.Of(KeyPart.Descending(ticket.ReceivedAt), ticket.Number);
        foreach (var service in (string?[])[null, Open311Services.CodeOf(ticket)])
            foreach (var open in (bool?[])[null, ticket.State.IsOpen()])
                yield return new(Partition(service, open), row);
    }

    /// <summary>The tickets from <paramref name="skip"/> on, in the order of their receipt, the latest first. The head decides whether one is shown.</summary>
    public async Task<List<Ticket>> FindAsync(PublishedQuery query, int skip, int take, CancellationToken ct)
    {
        var range = new KeyRange(Keys.Of(KeyPart.Descending(query.To)), Keys.Under(KeyPart.Descending(query.From)).To);
        var rows = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var service in query.Services.Count == 0 ? (IEnumerable<string?>)[null] : query.Services)
            await CollectAsync(Partition(service, query.Open), range, skip + take, rows, ct);
        var found = new List<Ticket>(take);
        foreach (var some in rows.Skip(skip).Take(take).Select(TicketIndexes.NumberOf).Distinct().Chunk(100))
            found.AddRange((await tickets.ReadManyAsync(some, ct)).Select(s => s.Ticket).Where(t => IsShown(t) && t.ReceivedAt >= query.From && t.ReceivedAt <= query.To));
        return found;
    }

    public static bool IsShown(Ticket ticket) => ticket is { Confidential: false, Published.Text: not null };

    private async Task CollectAsync(string partition, KeyRange range, int wanted, SortedSet<string> rows, CancellationToken ct)
    {
        string? continuation = null;
        var read = 0;
        do
        {
            var page = await store.ReadRangeAsync(TicketIndexes.Table, partition, range, Math.Min(1_000, wanted - read), continuation, ct);
            foreach (var row in page.Rows)
                rows.Add(row.Key);
            read += page.Rows.Count;
            continuation = page.Continuation;
        }
        while (continuation is not null && read < wanted);
    }

    private static string Partition(string? service, bool? open)
    {
        var status = open switch { null => Every, true => "open", false => "closed" };
        return service is null ? Keys.Of(Word, Every, status) : Keys.Of(Word, OfService, service, status);
    }
}
