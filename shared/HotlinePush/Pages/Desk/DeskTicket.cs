using HotlinePush.Clocks;
using HotlinePush.Inbound.Calls;
using HotlinePush.Tickets;
using HotlinePush.Tickets.Similar;
using HotlinePush.Units;

namespace HotlinePush.Pages.Desk;

/// <summary>A ticket as the desk works on it: what every member of staff sees, and what only the desk needs to decide.</summary>
/// <param name="Task">What it waits for; null where nothing waits for the desk.</param>
/// <param name="Queue">The queue it was opened from: its forms lead back there.</param>
/// <param name="Suggestions">Up to three units with why, best first.</param>
/// <param name="RoutingWhy">What routing makes of the words.</param>
/// <param name="Named">Units whose names stand in a confidential text.</param>
/// <param name="Draft">The first version of the redacted text; null where the unit may read the words.</param>
/// <param name="Siblings">Open tickets of the same person: the first to merge into.</param>
/// <param name="Similar">Open tickets of others that are likely about the same.</param>
/// <param name="Ready">Answers of the knowledge base that fit the words.</param>
public sealed record DeskTicket(
    StaffTicket Staff, DeskTask? Task, string? Queue, IReadOnlyList<Suggestion> Suggestions, string? RoutingWhy, IReadOnlyList<Unit> Named, string? Draft,
    IReadOnlyList<TicketSummary> Siblings, IReadOnlyList<SimilarTicket> Similar, IReadOnlyList<ReadyAnswer> Ready, IReadOnlyList<DateOnly> Unreached, bool IsProtected)
{
    public TicketView Ticket => Staff.Ticket;

    /// <summary>The calls that it came of, as long as they are kept.</summary>
    public IReadOnlyList<Call> Calls { get; init; } = [];

    /// <summary>The form that was sent last, if it is this one; else an empty one, or filled as the page would have it.</summary>
    public FormState Form(string name, params ReadOnlySpan<(string Field, string? Value)> filled)
    {
        if (Staff.Form.Name == name)
            return Staff.Form;
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (field, value) in filled)
            if (value is not null)
                values[field] = value;
        return FormState.Empty(name) with { Values = values };
    }

    /// <summary>What was said with the last event of that kind.</summary>
    public string? NoteOf(string action) => Staff.History.LastOrDefault(e => e.Action == action)?.Note;
}
