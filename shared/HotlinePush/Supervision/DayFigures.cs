using System.Text.Json;
using HotlinePush.Clocks;
using HotlinePush.Messaging;
using HotlinePush.Units;

namespace HotlinePush.Supervision;

/// <summary>Who has a ticket in figures by unit: the lead unit, or this.</summary>
public static class FigureKeys
{
    public const string Desk = Holders.Desk;

    /// <summary>Whether it can be asked for: a unit, the desk, or nobody in particular.</summary>
    public static bool IsHolder(string? unit, City city) => unit is null or Desk || city.FindUnit(unit) is not null;

    /// <summary>No category or area is known.</summary>
    public const string None = "none";
}

/// <summary>The figures of one day of receipt: made from its facts as a whole, and made anew when one of them has changed. Never counted up.</summary>
public sealed record DayFigures(DateOnly Day)
{
    /// <summary>ETag of the day's row of changes when its facts were read, and the calendar's version.</summary>
    public required string Stamp { get; init; }

    /// <summary>When the next deadline of one of its open tickets passes: from then on the figures are no longer true.</summary>
    public DateTimeOffset ValidUntil { get; init; }

    public Dictionary<string, int[]> Units { get; init; } = [];
    public Dictionary<string, int[]> Areas { get; init; } = [];
    public Dictionary<string, int[]> Categories { get; init; } = [];
    public Dictionary<string, int[]> Types { get; init; } = [];

    /// <summary>Minutes past the resident's deadline, by who held the ticket; of clocks that have stopped.</summary>
    public Dictionary<string, int> LateMinutes { get; init; } = [];

    public Dictionary<string, int[]> By(Dimension by) => by switch
    {
        Dimension.Unit => Units,
        Dimension.Area => Areas,
        Dimension.Category => Categories,
        _ => Types,
    };

    public Tally Total()
    {
        var total = new Tally();
        foreach (var counts in Types.Values)
            total.Add(new Tally(counts));
        return total;
    }

    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this, MessageJson.Options);

    public static DayFigures Read(ReadOnlyMemory<byte> value) => JsonSerializer.Deserialize<DayFigures>(value.Span, MessageJson.Options)!;
}

[CamelCaseWords]
public enum Dimension { Unit, Area, Category, Type }

/// <summary>Adds up the facts of a day.</summary>
public sealed class DayCount(DateOnly day, WorkCalendar calendar, DateTimeOffset now)
{
    private readonly Dictionary<string, Tally>[] _tallies = [.. Enum.GetValues<Dimension>().Select(_ => new Dictionary<string, Tally>(StringComparer.Ordinal))];
    private readonly Dictionary<string, int> _late = new(StringComparer.Ordinal);
    private readonly List<string> _persons = [];
    private DateTimeOffset _validUntil = DateTimeOffset.MaxValue;

    /// <summary>Hashes of those who asked that day, one for each ticket that is not anonymous.</summary>
    public IReadOnlyList<string> Persons => _persons;

    public void Add(TicketFact fact)
    {
        foreach (var dimension in Enum.GetValues<Dimension>())
            Of(_tallies[(int)dimension], KeyOf(fact, dimension)).Add(fact, now);
        foreach (var stretch in fact.IsVoid ? [] : fact.Late ?? [])
            _late[stretch.Holder] = _late.GetValueOrDefault(stretch.Holder) + stretch.Minutes(calendar);
        if (fact.Person is { } person)
            _persons.Add(person);
        if (Measures.NextChange(fact, now) is { } next && next < _validUntil)
            _validUntil = next;
    }

    public DayFigures Done(string stamp) => new(day)
    {
        Stamp = stamp,
        ValidUntil = _validUntil,
        Units = Counts(Dimension.Unit),
        Areas = Counts(Dimension.Area),
        Categories = Counts(Dimension.Category),
        Types = Counts(Dimension.Type),
        LateMinutes = _late,
    };

    public static string KeyOf(TicketFact fact, Dimension by) => by switch
    {
        Dimension.Unit => fact.Unit ?? FigureKeys.Desk,
        Dimension.Area => fact.Area ?? FigureKeys.None,
        Dimension.Category => fact.Category ?? FigureKeys.None,
        _ => fact.Type.ToString(),
    };

    private Dictionary<string, int[]> Counts(Dimension by) => _tallies[(int)by].ToDictionary(t => t.Key, t => t.Value.ToArray(), StringComparer.Ordinal);

    private static Tally Of(Dictionary<string, Tally> tallies, string key) =>
        tallies.TryGetValue(key, out var tally) ? tally : tallies[key] = new();
}
