using HotlinePush.Clocks;
using HotlinePush.Notices.Recipients;
using HotlinePush.Security;
using HotlinePush.Tickets;

namespace HotlinePush.Records;

/// <summary>What is kept of one person under a phone or an e-mail address, for that person 《个人信息保护法》第四十五条.</summary>
/// <param name="NoticesBack">How far back notices were looked at; null where all were.</param>
public sealed record PersonRecords(DateTimeOffset MadeAt, IReadOnlyList<PersonTicket> Tickets, IReadOnlyList<PersonNotice> Notices, DateTimeOffset? NoticesBack);

/// <summary>A ticket in the person's own words, with everything given in it.</summary>
public sealed record PersonTicket(
    string Number, TicketType Type, TicketState State, DateTimeOffset ReceivedAt, string Channel, string? Subject, string? Description, Contact? Contact, Location? Location, IReadOnlyList<string> FollowUps,
    string? Answer, IReadOnlyList<string> Files);

/// <param name="Fields">The values of the list that were used for the person.</param>
public sealed record PersonNotice(string NoticeId, string Title, string UnitId, string? Name, IReadOnlyDictionary<string, string> Fields, string State, DateTimeOffset? At);

/// <summary>Gathers them. The look-up is on record, with the masked contact, before anything is read.</summary>
public sealed class PersonExport(PersonTickets people, TicketStore tickets, RecipientNotices notices, AuditLog audit, ProductClock clock)
{
    public const string AuditAction = "exportPerson";

    /// <summary>Tickets in one export: nobody but a machine has more.</summary>
    public const int MostTickets = 1000;

    private const int Page = 100;

    /// <param name="phone">E.164, or null.</param>
    /// <param name="email">In small letters, or null.</param>
    public async Task<PersonRecords> MakeAsync(string? phone, string? email, string why, Actor by, CancellationToken ct)
    {
        var contact = phone ?? email!;
        await audit.AppendAsync(new(clock.GetUtcNow(), by, AuditAction, phone is null ? PhoneNumber.MaskEmail(contact) : PhoneNumber.Mask(contact), why), ct);
        var found = new List<PersonTicket>();
        PersonCursor? after = null;
        do
        {
            var page = await people.FindAsync(contact, by, after, Page, ct, traced: true);
            foreach (var ticket in page.Tickets)
                found.Add(await OfAsync(ticket, ct));
            after = page.Next;
        }
        while (after is not null && found.Count < MostTickets);
        if (phone is null)
            return new(clock.GetUtcNow(), found, [], null);
        var (items, back) = await notices.FindAsync(phone, ct);
        return new(
            clock.GetUtcNow(), found,
            [.. items.Select(n => new PersonNotice(n.Notice.Id, n.Notice.Title, n.Notice.UnitId, n.Recipient.Name, n.Recipient.Fields, n.Delivery.State.ToString(), n.Delivery.Last?.At))], back);
    }

    private async Task<PersonTicket> OfAsync(Ticket ticket, CancellationToken ct)
    {
        var history = await tickets.ReadAsync(ticket.Number, ct) is { } stored ? await tickets.ReadHistoryAsync(stored, ct: ct) : [];
        return new(
            ticket.Number, ticket.Type, ticket.State, ticket.ReceivedAt, ticket.Channel, ticket.Subject, ticket.Description, ticket.Contact, ticket.Location,
            [.. history.OfType<FollowUpAdded>().Select(f => f.Note).OfType<string>()], ticket.Answer?.Text, [.. ticket.Attachments.Select(a => a.Name).OfType<string>()]);
    }
}
