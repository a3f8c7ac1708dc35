using HotlinePush.Tickets;
using HotlinePush.Units;

namespace HotlinePush.Routing;

/// <param name="Before">Null where the rule is new.</param>
/// <param name="After">Null where it goes.</param>
public sealed record RuleChange(CatalogueRule? Before, CatalogueRule? After);

/// <param name="From">The lead unit by the catalogue in force; null: the desk.</param>
/// <param name="To">By the new one.</param>
public sealed record TicketMove(string Number, string? CategoryId, string? AreaId, string? From, string? To);

/// <summary>What a new dispatch catalogue would change: its rules, and where the tickets received last would have gone.</summary>
/// <param name="Looked">How many of the last tickets were looked at.</param>
public sealed record CatalogueDiff(IReadOnlyList<RuleChange> Changes, IReadOnlyList<TicketMove> Moves, int Looked, int Moved)
{
    /// <param name="most">How many moves are listed; all are counted.</param>
    public static CatalogueDiff Of(City city, IReadOnlyList<CatalogueRule> rules, IReadOnlyList<Ticket> last, int most)
    {
        var before = city.Catalogue.ToDictionary(r => r.Id, StringComparer.Ordinal);
        var kept = rules.Select(r => r.Id).ToHashSet(StringComparer.Ordinal);
        List<RuleChange> changes =
        [
            .. rules.Select(r => new RuleChange(before.GetValueOrDefault(r.Id), r)).Where(c => c.Before is null || !Same(c.Before, c.After!)),
            .. city.Catalogue.Where(r => !kept.Contains(r.Id)).Select(r => new RuleChange(r, null)),
        ];
        var (old, next) = (new DispatchCatalogue(city), new DispatchCatalogue(city with { Catalogue = rules }));
        // The category is taken as it stands in the ticket: what a person put right stays right.
        var moves = last.Select(t => new TicketMove(t.Number, t.CategoryId, t.AreaId, LeadOf(old, t), LeadOf(next, t))).Where(m => m.From != m.To).ToList();
        return new(changes, [.. moves.Take(most)], last.Count, moves.Count);
    }

    private static string? LeadOf(DispatchCatalogue catalogue, Ticket ticket) => catalogue.Find(ticket.CategoryId, ticket.AreaId)?.Rule.LeadUnitId;

    private static bool Same(CatalogueRule a, CatalogueRule b) =>
        (a.CategoryPrefix, a.AreaPrefix, a.LeadUnitId, a.Priority) == (b.CategoryPrefix, b.AreaPrefix, b.LeadUnitId, b.Priority)
        && (a.CoUnitIds ?? []).SequenceEqual(b.CoUnitIds ?? []) && (a.Tags ?? []).SequenceEqual(b.Tags ?? []);
}
