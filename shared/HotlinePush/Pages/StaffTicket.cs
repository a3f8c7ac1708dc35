using HotlinePush.Clocks;
using HotlinePush.Incidents;
using HotlinePush.Tickets;
using HotlinePush.Units;

namespace HotlinePush.Pages;

/// <summary>A ticket as its page shows it to staff, with the form that was sent last.</summary>
/// <param name="Root">The page's address; the address of an action lies below it.</param>
/// <param name="Revealed">The contact in full, for this one answer, after it was written down who asked and why.</param>
public sealed record StaffTicket(
    string Root, TicketView Ticket, int Version, Clock? UnitClock, IReadOnlyList<ClockView> Clocks, IReadOnlyList<EventView> History, FormState Form, string? Done, Contact? Revealed)
{
    /// <summary>The incident this ticket belongs to or is worked on by, with how many have called.</summary>
    public CountedIncident? Incident { get; init; }

    /// <summary>Whom to telephone: filled for the desk while the ticket asks for it.</summary>
    public IReadOnlyList<DutyContact> OnDuty { get; init; } = [];

    public string Action(string action) => $"{Root}/{action}";
}
