using HotlinePush.Clocks;
using HotlinePush.Units;

namespace HotlinePush.Tickets;

public sealed partial class TicketTelling
{
    /// <summary>Who of a unit, or of the desk, is told of one event.</summary>
    /// <param name="From">The unit that did it.</param>
    private sealed record Duty(string Holder, int Level, DateTimeOffset? Due = null, string? From = null);

    private const int Clerk = 0, Head = 1, Supervisor = 2;

    private static IReadOnlyList<Duty> DutyOf(Ticket ticket, TicketEvent happened) => happened switch
    {
        UnitsJoined e => [.. e.UnitIds.Select(u => new Duty(u, Clerk, e.Clocks.First(c => c.Holder == u).DueAt))],
        OpinionGiven e when ticket.LeadUnitId is { } lead => [new(lead, Clerk, From: e.UnitId)],
        TicketDelegated e => [new(e.UnitId, Clerk, e.Clocks[0].DueAt, e.ByUnitId)],
        DelegateAnswered e => [new(e.ToUnitId, Clerk, From: e.UnitId)],
        DelegationRecalled e => [.. e.UnitIds.Select(u => new Duty(u, Clerk, From: e.ByUnitId))],
        AnswerDrafted e => [new(e.UnitId, Head)],
        DraftDecided { Accepted: false } e => [new(e.UnitId, Clerk)],
        OrderGiven e => [new(e.Holder, Clerk, e.Clocks[0].DueAt), new(e.Holder, Head, e.Clocks[0].DueAt)],
        ReviewFellDue e => [new(ticket.LeadUnitId ?? Holders.Desk, Head, e.ReviewAt), new(Holders.Desk, Supervisor, e.ReviewAt)],
        ApplicationCorrected e when ticket.LeadUnitId is { } lead => [new(lead, Clerk, e.Clocks.LastOrDefault(c => c.Kind == ClockKind.Unit)?.DueAt)],
        TicketParked e when ticket.LeadUnitId is { } lead => [new(lead, Clerk, e.ReviewAt)],
        TicketUnparked e when ticket.LeadUnitId is { } lead =>
            [new(lead, Clerk, e.Clocks.LastOrDefault(c => c.Kind == ClockKind.Unit)?.DueAt)],
        _ => [],
    };

    private async Task TellDutiesAsync(Ticket ticket, IReadOnlyList<Duty> duties, string purpose, string id, City city, CancellationToken ct)
    {
        foreach (var duty in duties)
        {
            var values = new Dictionary<string, string>
            {
                ["number"] = ticket.Number,
                ["unit"] = TicketTexts.UnitName(city, duty.Holder),
                ["due"] = duty.Due is { } due ? TicketTexts.Moment(due) : "",
                ["from"] = duty.From is { } from ? TicketTexts.UnitName(city, from) : "",
            };
            await TellDutyAsync(ticket, duty.Holder, duty.Level, null, purpose, $"{id}-{duty.Holder}-{duty.Level}", values, city, ct);
        }
    }
}
