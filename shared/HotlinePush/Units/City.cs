using HotlinePush.Clocks;
using HotlinePush.Tickets;

namespace HotlinePush.Units;

/// <summary>An office that answers tickets 承办单位.</summary>
/// <param name="Id">1–64 of <c>a–z 0–9 -</c>.</param>
/// <param name="Kind">Breaks ties in the dispatch catalogue: a city department goes before a district.</param>
/// <param name="HeadSigns">What a clerk 承办人 of the unit answers leaves it when its head 审签人 has signed.</param>
/// <param name="OnPaper">Works on paper: the desk records for it what it does 代录.</param>
/// <param name="OfficeHours">Own hours; they move the unit's sign clock and reminders only. Null: the city's.</param>
public sealed record Unit(
    string Id,
    string Name,
    string? ParentId = null,
    UnitKind Kind = UnitKind.CityDepartment,
    IReadOnlyList<DutyContact>? Contacts = null,
    IReadOnlyList<string>? AreaIds = null,
    IReadOnlyList<OfficePeriod>? OfficeHours = null,
    bool HeadSigns = false,
    bool OnPaper = false);

[CamelCaseWords]
public enum UnitKind { CityDepartment, District, Street, Enterprise }

/// <summary>Who is told about the unit's clocks. Level 0 is the clerk on duty, 1 the unit's head.</summary>
public sealed record DutyContact(string Name, string? Phone = null, string? Email = null, int Level = 0);

/// <summary>A stretch of an office day, wall clock in Asia/Shanghai, From before To.</summary>
public sealed record OfficePeriod(TimeOnly From, TimeOnly To);

/// <summary>A division: city, district, street or township, village.</summary>
/// <param name="Id">Division code, 1–64 of <c>a–z 0–9 -</c>. Where a child's id begins with its parent's, a prefix names a region; six-digit codes that end in zeros do not, and are taken too.</param>
/// <param name="Aliases">Other names people use: roads, estates, old names.</param>
public sealed record Area(string Id, string Name, string? ParentId = null, IReadOnlyList<string>? Aliases = null);

/// <summary>One of the three-level taxonomy.</summary>
/// <param name="Id">1–64 of <c>a–z 0–9 -</c>. Where a child's id begins with its parent's and a dash, a prefix names a branch.</param>
/// <param name="Asks">What forms of other platforms have to ask of whoever reports such a thing; null or empty: nothing but words.</param>
public sealed record Category(string Id, string Name, string? ParentId = null, IReadOnlyList<CategoryAsk>? Asks = null);

[CamelCaseWords]
public enum CategoryAsk { Contact, Place, OccurredAt }

/// <summary>
/// A rule of the dispatch catalogue 派单目录: category prefix × area prefix × tags → lead, co-units, priority.
/// An empty prefix matches everything.
/// </summary>
public sealed record CatalogueRule(
    string Id,
    string CategoryPrefix,
    string AreaPrefix,
    string LeadUnitId,
    IReadOnlyList<string>? CoUnitIds = null,
    IReadOnlyList<string>? Tags = null,
    Priority? Priority = null);

/// <summary>
/// The set-up in force: an immutable picture that decisions are made against. A change makes a new one.
/// </summary>
public sealed record City(
    IReadOnlyList<Unit> Units,
    IReadOnlyList<Area> Areas,
    IReadOnlyList<Category> Categories,
    IReadOnlyList<CatalogueRule> Catalogue,
    PolicySet Policies,
    WorkCalendar Calendar)
{
    private readonly Lazy<Dictionary<string, Unit>> _units = new(() => Units.ToDictionary(u => u.Id, StringComparer.Ordinal));
    private readonly Lazy<Dictionary<string, Area>> _areas = new(() => Areas.ToDictionary(a => a.Id, StringComparer.Ordinal));
    private readonly Lazy<Dictionary<string, Category>> _categories = new(() => Categories.ToDictionary(c => c.Id, StringComparer.Ordinal));

    /// <summary>The version of each document this picture was made from, by <see cref="SetupNames"/>; 0 stands for "never set".</summary>
    public IReadOnlyDictionary<string, int> Versions { get; init; } = new Dictionary<string, int>();

    public int VersionOf(string name) => Versions.GetValueOrDefault(name);

    public Unit? FindUnit(string? id) => id is null ? null : _units.Value.GetValueOrDefault(id);
    public Area? FindArea(string? id) => id is null ? null : _areas.Value.GetValueOrDefault(id);
    public Category? FindCategory(string? id) => id is null ? null : _categories.Value.GetValueOrDefault(id);

    /// <summary>Whether one unit stands above another, at any distance; a unit does not stand above itself.</summary>
    public bool IsAbove(string? unitId, string? below)
    {
        // Bounded by the number of units: a circle, should one ever be stored, ends the walk.
        var at = FindUnit(below)?.ParentId;
        for (var steps = 0; at is not null && steps < Units.Count; steps++, at = FindUnit(at)?.ParentId)
            if (at == unitId)
                return true;
        return false;
    }

    /// <summary>All units under a unit, at any distance.</summary>
    public IEnumerable<Unit> Below(string unitId) => Units.Where(u => IsAbove(unitId, u.Id));

    /// <summary>The unit's own hours, or the city's.</summary>
    public OfficeHours HoursOf(string? unitId) =>
        FindUnit(unitId)?.OfficeHours is { Count: > 0 } own ? new OfficeHours(own) : OfficeHours.Default;
}
