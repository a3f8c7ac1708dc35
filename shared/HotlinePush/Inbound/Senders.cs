using HotlinePush.Channels.WeChat;
using HotlinePush.Security;
using HotlinePush.Storage;
using HotlinePush.Tickets;

namespace HotlinePush.Inbound;

/// <summary>By what a sender can be the contact of a ticket.</summary>
internal sealed record Sender(string? Phone, string? Email, string? OpenId)
{
    public IEnumerable<string> Contacts => new[] { Phone, Email, OpenId }.OfType<string>();

    /// <summary>Whether the ticket is the sender's own. A number alone proves nothing.</summary>
    public bool Owns(Ticket ticket) => ticket.Contact is { } c
        && ((Phone is not null && c.Phone == Phone) || (Email is not null && string.Equals(c.Email, Email, StringComparison.OrdinalIgnoreCase)) || (OpenId is not null && c.OpenId == OpenId));
}

/// <summary>Who writes, and which tickets are theirs.</summary>
internal sealed class Senders(ITableStore store, TicketStore tickets, KeyRing keys, WeChatBinding bindings)
{
    private const int MostTickets = 30;
    private const int MostMerges = 5;

    public async Task<Sender> OfAsync(string channel, string sender, CancellationToken ct) => channel switch
    {
        InboundChannels.WeChat => new(await bindings.PhoneOfAsync(sender, ct), null, sender),
        InboundChannels.Email => new(null, sender, null),
        _ => new(sender, null, null),
    };

    /// <summary>The sender's tickets, newest first, among the latest under each contact.</summary>
    public async Task<List<Ticket>> TicketsAsync(Sender sender, CancellationToken ct)
    {
        var found = new List<Ticket>();
        foreach (var hash in sender.Contacts.SelectMany(c => keys.IndexHashes("person", c)))
        {
            var page = await store.ReadRangeAsync(TicketIndexes.Table, TicketIndexes.PersonPartition(hash), new("!", "~"), MostTickets, null, ct);
            found.AddRange((await tickets.ReadManyAsync([.. page.Rows.Select(r => TicketIndexes.NumberOf(r.Key))], ct)).Select(t => t.Ticket).Where(sender.Owns));
        }

        return [.. found.DistinctBy(t => t.Number).OrderByDescending(t => t.ReceivedAt).ThenBy(t => t.Number, StringComparer.Ordinal)];
    }

    /// <summary>The ticket on which that one is being worked now: itself, or what it was merged into; null where that has ended.</summary>
    public async Task<Ticket?> OpenAsync(string number, CancellationToken ct)
    {
        for (var merges = 0; merges < MostMerges; merges++)
        {
            if (await tickets.ReadAsync(number, ct) is not { Key: not null, Ticket: var ticket })
                return null;
            if (ticket.MergedInto is not { } into)
                return ticket.State.IsOpen() ? ticket : null;
            number = into;
        }

        return null;
    }
}
