using System.Runtime.CompilerServices;
using HotlinePush.Clocks;
using HotlinePush.Routing;
using HotlinePush.Security;
using HotlinePush.Storage;
using HotlinePush.Units;

namespace HotlinePush.Tickets.Similar;

/// <summary>A ticket that may be about the same, and why.</summary>
/// <param name="Score">0 to 1; from <see cref="SimilarTickets.Likely"/> on it is worth a look.</param>
/// <param name="Words">What both say, the most telling first; at most <see cref="SimilarTickets.MostWords"/>.</param>
/// <param name="DaysApart">Whole days between the two receipts.</param>
/// <param name="Metres">Between the two points, where both have one.</param>
public sealed record SimilarTicket(
    Ticket Ticket, double Score, IReadOnlyList<string> Words, bool SameStreet, bool SameCategory, int DaysApart, int? Metres)
{
    /// <summary>In one line, as it stands beside the ticket.</summary>
    public string Why => string.Join("；", Reasons());

    private IEnumerable<string> Reasons()
    {
        if (Words.Count > 0)
            yield return "都提到" + string.Concat(Words.Select(w => $"“{w}”"));
        if (Metres is { } metres)
            yield return metres < 1000 ? $"相距{metres}米" : $"相距{metres / 1000.0:0.#}公里";
        if (SameStreet)
            yield return "同一街道";
        if (SameCategory)
            yield return "同一事项分类";
        yield return DaysApart == 0 ? "同一天" : $"相隔{DaysApart}天";
    }
}

/// <summary>What likely duplicates are looked for with.</summary>
/// <param name="Text">Subject in the first line, words after it (<see cref="PlainText.OfTicket"/>); or whatever has been typed so far.</param>
/// <param name="At">Receipt of what is compared; null: now.</param>
public sealed record SimilarQuery(string Text, string? AreaId = null, string? CategoryId = null, Location? Location = null, string? Except = null, DateTimeOffset? At = null);

/// <summary>
/// Finds tickets about the same matter. Keys of the weeks before, of the same district and of none, are read first and ranked by their sketches;
/// the heads of the best are read and compared by their words. Both within fixed budgets, so it costs the same in a big city.
/// Confidential tickets are never found.
/// </summary>
public sealed class SimilarTickets(ITableStore store, TicketStore tickets, CitySource cities, ProductClock clock)
{
    /// <summary>The score from which on a candidate is shown.</summary>
    public const double Likely = 0.35;

    public const int MostWords = 4;

    private const int Days = 28;
    private const int DaysAtOnce = 7;
    private static readonly TimeSpan After = TimeSpan.FromDays(7);
    private const int RowsPerDay = 1_000;
    private const int RowBudget = 4_000;
    private const int HeadBudget = 120;
    private const int Street = 9;
    private const double NearMetres = 300;

    private readonly ConditionalWeakTable<City, AreaFinder> _finders = [];

    /// <summary>The most alike first, at most <paramref name="limit"/>.</summary>
    /// <param name="maySee">Which tickets the asker may see with their words; null: all.</param>
    public async Task<IReadOnlyList<SimilarTicket>> FindAsync(SimilarQuery query, int limit = 10, Func<Ticket, bool>? maySee = null, CancellationToken ct = default)
    {
        if (string.IsNullOrWhiteSpace(query.Text))
            return [];
        var area = query.AreaId ?? await AreaInAsync(query.Text, ct);
        var at = query.At ?? clock.GetUtcNow();
        // What is compared may itself be weeks old, and its duplicates may have come after it.
        var last = at + After < clock.GetUtcNow() ? at + After : clock.GetUtcNow();
        var rows = await RowsAsync(NearRows.DistrictOf(area), CityZone.DateOf(last), ct);
        var numbers = NearestBySketch(TextSketch.Of(query.Text), [.. rows.Where(r => r.Number != query.Except).DistinctBy(r => r.Number)]);
        var heads = await tickets.ReadManyAsync(numbers, ct);
        var seen = heads.Select(h => h.Ticket).Where(t => !t.Confidential && t.Subject is not null && maySee?.Invoke(t) != false).ToList();
        return Rank(query with { AreaId = area, At = at }, seen, limit);
    }

    public Task<IReadOnlyList<SimilarTicket>> FindAsync(
        string text, string? areaId = null, string? categoryId = null, Location? location = null, string? except = null, CancellationToken ct = default) =>
        FindAsync(new SimilarQuery(text, areaId, categoryId, location, except), ct: ct);

    /// <summary>Those like a ticket that the actor sees.</summary>
    public async Task<IReadOnlyList<SimilarTicket>> FindLikeAsync(Ticket ticket, Actor actor, int limit = 10, CancellationToken ct = default)
    {
        // The words found in common are the ticket's own: for whom they are not, there is nothing to show.
        if (!TicketAccess.MayReadWords(ticket, actor))
            return [];
        var city = await cities.GetAsync(ct);
        return await FindAsync(
            new SimilarQuery(PlainText.OfTicket(ticket.Subject, ticket.Description), ticket.AreaId, ticket.CategoryId, ticket.Location, ticket.Number, ticket.ReceivedAt),
            limit, t => TicketAccess.MaySee(t, actor, city) && TicketAccess.MayReadWords(t, actor), ct);
    }

    /// <summary>Compares words and places. Pure.</summary>
    public static IReadOnlyList<SimilarTicket> Rank(SimilarQuery query, IReadOnlyList<Ticket> candidates, int limit)
    {
        var texts = new SimilarText();
        foreach (var candidate in candidates)
            texts.Add(PlainText.OfTicket(candidate.Subject, candidate.Description));
        return [.. texts.Compare(query.Text, MostWords)
            .Select((alike, i) => Judge(query, candidates[i], alike.Cosine, alike.Words))
            .Where(s => s.Score >= Likely)
            .OrderByDescending(s => s.Score).ThenByDescending(s => s.Ticket.ReceivedAt)
            .Take(limit)];
    }

    private static SimilarTicket Judge(SimilarQuery query, Ticket candidate, double cosine, IReadOnlyList<string> words)
    {
        var street = query.AreaId is { Length: >= Street } a && candidate.AreaId is { Length: >= Street } b && string.CompareOrdinal(a, 0, b, 0, Street) == 0;
        var category = query.CategoryId is not null && query.CategoryId == candidate.CategoryId;
        var metres = Metres(query.Location, candidate.Location);
        // People who write of the same estate share a quarter of their weighted pairs, strangers one part in twenty: 0.2 lies between.
        // Place and category only strengthen what the words say; far points weaken it.
        var doubt = Math.Exp(-cosine / 0.2);
        if (street)
            doubt *= 0.85;
        if (category)
            doubt *= 0.85;
        if (metres <= NearMetres)
            doubt *= 0.7;
        var score = cosine < 0.02 ? 0 : 1 - doubt;
        if (metres > 10 * NearMetres)
            score *= 0.6;
        return new(
            candidate, Math.Round(score, 3), words, street, category,
            (int)Math.Abs((query.At - candidate.ReceivedAt)?.TotalDays ?? 0), metres is { } m ? (int)m : null);
    }

    private async Task<List<NearRow>> RowsAsync(string district, DateOnly last, CancellationToken ct)
    {
        KeyRange[] ranges = district == NearRows.Anywhere ? [NearRows.All] : [NearRows.In(district), NearRows.In(NearRows.Anywhere)];
        var rows = new List<NearRow>();
        for (var from = 0; from < Days && rows.Count < RowBudget; from += DaysAtOnce)
        {
            var days = Enumerable.Range(from, DaysAtOnce).Select(back => TicketIndexes.DayPartition(last.AddDays(-back)));
            var pages = await Task.WhenAll(days.SelectMany(_ => ranges, (day, range) => store.ReadRangeAsync(TicketIndexes.Table, day, range, RowsPerDay, null, ct)));
            rows.AddRange(pages.SelectMany(p => p.Rows).Select(r => NearRows.Parse(r.Key)).OfType<NearRow>());
        }

        return rows;
    }

    /// <summary>The numbers whose sketches share the most and the rarest bits with the text's.</summary>
    public static IReadOnlyList<string> NearestBySketch(TextSketch text, IReadOnlyList<NearRow> rows)
    {
        if (rows.Count <= HeadBudget)
            return [.. rows.Select(r => r.Number)];
        var bits = Enumerable.Range(0, TextSketch.Bits).Where(text.Has).ToArray();
        var weights = bits.Select(bit => Math.Log((rows.Count + 1) / (rows.Count(r => r.Sketch.Has(bit)) + 0.5))).ToArray();
        return [.. rows
            .Select(row =>
            {
                double shared = 0;
                for (var i = 0; i < bits.Length; i++)
                    if (row.Sketch.Has(bits[i]))
                        shared += weights[i];
                // Long texts have more bits and share more by chance.
                return (row.Number, Rank: shared / Math.Sqrt(row.Sketch.Count + 10));
            })
            .OrderByDescending(r => r.Rank).Take(HeadBudget).Select(r => r.Number)];
    }

    private async Task<string?> AreaInAsync(string text, CancellationToken ct)
    {
        var city = await cities.GetAsync(ct);
        return city.Areas.Count == 0 ? null : _finders.GetValue(city, c => new AreaFinder(c.Areas)).Find(null, text)?.AreaId;
    }

    private static double? Metres(Location? a, Location? b)
    {
        if (a is not { Lat: { } lat1, Lng: { } lng1 } || b is not { Lat: { } lat2, Lng: { } lng2 })
            return null;
        // Flat for the size of a city: within a thousandth.
        const double PerDegree = 111_320;
        var x = (lng2 - lng1) * Math.Cos((lat1 + lat2) / 2 * Math.PI / 180);
        return Math.Sqrt(x * x + (lat2 - lat1) * (lat2 - lat1)) * PerDegree;
    }
}
