using HotlinePush.Channels;
using HotlinePush.Clocks;
using HotlinePush.Security;
using HotlinePush.Units;
using HotlinePush.Units.Roster;

namespace HotlinePush.Tickets;

/// <summary>
/// Tells people of one event of a ticket: its residents (those of merged tickets too, under their own numbers), or the duty contacts of
/// whoever holds a clock. Every text has an id made of ticket, event and person, so a repeated message sends nothing twice.
/// </summary>
public sealed partial class TicketTelling(TicketStore tickets, CitySource cities, DutyRoster roster, KeyRing keys, IChannel channel, Notices.SiteAddress site, ILogger<TicketTelling> log)
{
    public const string TrackingPurpose = "track";

    public async Task HandleAsync(TellPeople message, CancellationToken ct)
    {
        if (await tickets.ReadAsync(message.Number, ct) is not { Key: not null } stored)
            return;
        var events = await tickets.ReadHistoryAsync(stored, message.Seq, 1, ct);
        if (events is not [var happened])
            return;
        var city = await cities.GetAsync(ct);
        var id = $"{message.Number}-{message.Seq}-{message.Purpose}";
        switch (happened)
        {
            case ReminderFellDue due:
                await RemindAsync(stored.Ticket, due, id, city, ct);
                break;
            case TicketDispatched dispatched when message.Purpose == TicketTexts.Urgent:
                await TellUnitAsync(stored.Ticket, dispatched, id, city, ct);
                break;
            case var part when TicketTexts.IsForDuty(message.Purpose):
                await TellDutiesAsync(stored.Ticket, DutyOf(stored.Ticket, part), message.Purpose, id, city, ct);
                break;
            default:
                await TellResidentAsync(stored.Ticket, stored.Ticket, happened, message.Purpose, id, ct);
                if (message.Purpose != TicketTexts.Received)
                    foreach (var joined in await JoinedAsync(stored.Ticket, ct))
                        await TellResidentAsync(stored.Ticket, joined, happened, message.Purpose, $"{id}-{joined.Number}", ct);
                // The target's own resident is told once, not of every neighbour who calls about the same.
                if (happened is TicketMerged merged && await tickets.ReadAsync(merged.Into, ct) is { Ticket: var target } && target.Joined.FirstOrDefault() == message.Number)
                    await TellResidentAsync(target, target, happened, TicketTexts.Joined, $"{id}-{merged.Into}", ct);
                break;
        }
    }

    /// <summary>The tickets merged into this one, and those that had been merged into them before.</summary>
    private async Task<List<Ticket>> JoinedAsync(Ticket ticket, CancellationToken ct)
    {
        var found = new List<Ticket>();
        var known = new HashSet<string>(StringComparer.Ordinal) { ticket.Number };
        for (var next = ticket.Joined.Where(known.Add).ToList(); next.Count > 0;)
        {
            var read = await tickets.ReadManyAsync(next, ct);
            found.AddRange(read.Select(j => j.Ticket));
            next = [.. read.SelectMany(j => j.Ticket.Joined).Where(known.Add)];
        }

        return found;
    }

    /// <param name="told">The ticket whose resident is told: the ticket itself, or one merged into it.</param>
    private async Task TellResidentAsync(Ticket ticket, Ticket told, TicketEvent happened, string purpose, string id, CancellationToken ct)
    {
        if (AddressOf(told.Contact) is not var (kind, to))
            return;
        var values = new Dictionary<string, string>
        {
            ["number"] = told.Number,
            ["code"] = keys.Token(TrackingPurpose, told.Number),
            ["due"] = happened is TicketParked { ReviewAt: var review } ? TicketTexts.Moment(review) : happened.Clocks.LastOrDefault(c => c.Kind == ClockKind.Resolve)?.DueAt is { } due
                ? TicketTexts.Moment(due)
                : ticket.Latest(ClockKind.Resolve) is { } resolve ? TicketTexts.Moment(resolve.DueAt) : "",
            ["dial"] = (happened as TicketReceived)?.Alarm?.Dial ?? "110",
            ["days"] = ((happened as ExtensionDecided)?.WorkingDays ?? 0).ToString(),
            ["reason"] = TicketTexts.ReasonName((happened as ExtensionDecided)?.Reason ?? (happened as TicketParked)?.Reason ?? ""),
            ["outcome"] = TicketTexts.ReasonName(ticket.EndReason ?? ""),
            ["correctBy"] = happened is CorrectionAsked { DueAt: var by } ? TicketTexts.Moment(by) : "",
            ["link"] = happened is CorrectionAsked ? site.Url + "/track" : site.Url + "/disclosure",
            ["rate"] = told == ticket && kind != ChannelKind.Email ? TicketTexts.RateByDigit : "",
            ["into"] = (happened as TicketMerged)?.Into ?? ticket.Number,
        };
        var (subject, body) = TicketTexts.Fill(purpose, values);
        // What the desk wrote to the resident goes with it, unless the ticket is confidential: somebody else may read the phone.
        if (purpose == TicketTexts.Closed && !ticket.Confidential && happened is (AnsweredAtDesk or TicketDeclined or TicketTerminated) && happened.Note is { } note)
            body += note;
        await channel.SendAsync(new(id, kind, to, kind == ChannelKind.Email ? subject : null, body, purpose, told.Number), ct);
    }

    private async Task RemindAsync(Ticket ticket, ReminderFellDue due, string id, City city, CancellationToken ct)
    {
        var values = new Dictionary<string, string>
        {
            ["number"] = ticket.Number,
            ["clock"] = TicketTexts.ClockName(due.Kind),
            ["step"] = TicketTexts.StepName(due.Step),
            ["unit"] = TicketTexts.UnitName(city, due.Holder),
            ["due"] = TicketTexts.Moment(due.ClockDueAt),
        };
        await TellDutyAsync(ticket, due.Holder, due.Level, due.At, TicketTexts.Reminder, id, values, city, ct);
    }

    private async Task TellUnitAsync(Ticket ticket, TicketDispatched dispatched, string id, City city, CancellationToken ct)
    {
        var sign = dispatched.Clocks.Last(c => c.Kind == ClockKind.Sign);
        var values = new Dictionary<string, string>
        {
            ["number"] = ticket.Number,
            ["unit"] = TicketTexts.UnitName(city, dispatched.LeadUnitId),
            ["due"] = TicketTexts.Moment(sign.DueAt),
        };
        await TellDutyAsync(ticket, dispatched.LeadUnitId, 0, dispatched.At, TicketTexts.Urgent, id, values, city, ct);
    }

    private async Task TellDutyAsync(
        Ticket ticket, string holder, int level, DateTimeOffset? dutyAt, string purpose, string id, Dictionary<string, string> values, City city, CancellationToken ct)
    {
        var (subject, body) = TicketTexts.Fill(purpose, values);
        // Whoever was on duty when it fell due, so that a repeated message tells the same people.
        IReadOnlyList<DutyContact> contacts = level == 0 && dutyAt is { } at ? [.. (await roster.GetAsync(ct)).At(holder, at).Select(s => new DutyContact(s.Name, s.Phone, s.Email))] : [];
        if (contacts.Count == 0)
            contacts = DutyContacts.Of(city, holder, level);
        if (contacts.Count == 0)
            log.LogWarning("Ticket {Number}: nobody stands in the set-up to be told for {Holder} at level {Level}", ticket.Number, holder, level);
        for (var i = 0; i < contacts.Count; i++)
            if (AddressOf(new Contact(null, contacts[i].Phone, contacts[i].Email)) is var (kind, to))
                await channel.SendAsync(new($"{id}-{i}", kind, to, kind == ChannelKind.Email ? subject : null, body, purpose, ticket.Number), ct);
    }

    internal static (ChannelKind Kind, string To)? AddressOf(Contact? contact) => contact switch
    {
        // A duty phone stands in the set-up as people write it.
        { Phone: { } phone } => (ChannelKind.Sms, PhoneNumber.TryParse(phone, out var e164) ? e164 : phone),
        { Email: { } email } => (ChannelKind.Email, email),
        { OpenId: { } openId } => (ChannelKind.WeChat, openId),
        _ => null,
    };
}

/// <summary>Who is told about a unit's clocks at a level; where nobody stands there, whoever stands next above, then below, then the desk.</summary>
public static class DutyContacts
{
    /// <summary>The unit that is the desk itself: its contacts are the supervisors' and the desk's.</summary>
    public const string DeskUnit = "desk";

    public static IReadOnlyList<DutyContact> Of(City city, string holder, int level)
    {
        if (level >= 2 && At(city, DeskUnit, 2) is { Count: > 0 } supervisors)
            return supervisors;
        foreach (var unit in new[] { holder, city.FindUnit(holder)?.ParentId, DeskUnit })
        {
            if (unit is null)
                continue;
            for (var above = level; above <= 2; above++)
                if (At(city, unit, above) is { Count: > 0 } found)
                    return found;
            for (var below = level - 1; below >= 0; below--)
                if (At(city, unit, below) is { Count: > 0 } found)
                    return found;
        }

        return [];
    }

    private static List<DutyContact> At(City city, string unitId, int level) =>
        [.. (city.FindUnit(unitId)?.Contacts ?? []).Where(c => c.Level == level && (c.Phone ?? c.Email) is not null)];
}
