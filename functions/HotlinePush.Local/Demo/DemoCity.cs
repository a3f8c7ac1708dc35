using System.Globalization;
using CsvHelper;
using HotlinePush.Clocks;
using HotlinePush.Routing;
using HotlinePush.Tickets;
using HotlinePush.Units;

namespace HotlinePush.Local.Demo;

/// <summary>
/// 云泽市, a city that does not exist: its division codes begin with 9901, a province code nobody has; its telephone
/// numbers are 1990000xxxx; its mail ends in <c>.invalid</c> (RFC 2606).
/// </summary>
public static class DemoCity
{
    /// <summary>The city's own division code.</summary>
    public const string CityAreaId = "9901";

    // 1990000 0001 to 0006 behave as test recipients, so nobody of the city has one of them.
    private const int FirstDutyNumber = 100;

    private static readonly Lazy<IReadOnlyList<Area>> ReadAreas = new(() => DemoTable.Read("areas", ToArea));
    private static readonly Lazy<IReadOnlyList<Unit>> ReadUnits = new(() => DemoTable.Read("units", ToUnit));
    private static readonly Lazy<IReadOnlyList<CatalogueRule>> ReadCatalogue = new(() => DemoTable.Read("catalogue", ToRule));

    /// <summary>City (4 digits), three districts (6), streets and townships (9), communities and villages (12); parents first.</summary>
    public static IReadOnlyList<Area> Areas => ReadAreas.Value;

    /// <summary>Parents first.</summary>
    public static IReadOnlyList<Unit> Units => ReadUnits.Value;

    /// <summary>What other platforms' forms have to ask, by category.</summary>
    private static readonly Dictionary<string, CategoryAsk[]> Asks = new(StringComparer.Ordinal)
    {
        ["hjbh-02-03"] = [CategoryAsk.Place, CategoryAsk.OccurredAt],
        ["hjbh-02-06"] = [CategoryAsk.Place],
        ["ldsb-03-05"] = [CategoryAsk.Contact],
        ["cxjs-09-03"] = [CategoryAsk.Place, CategoryAsk.Contact],
    };

    private static readonly Lazy<IReadOnlyList<Category>> WithAsks = new(() => [.. Taxonomy.Default.Select(c => Asks.TryGetValue(c.Id, out var asks) ? c with { Asks = asks } : c)]);

    public static IReadOnlyList<Category> Categories => WithAsks.Value;

    public static IReadOnlyList<CatalogueRule> Catalogue => ReadCatalogue.Value;

    public static City Create(PolicySet policies, WorkCalendar calendar) =>
        new(Units, Areas, Categories, Catalogue, policies, calendar);

    /// <summary>The fictional number 1990000xxxx.</summary>
    /// <param name="last">0–9999, the last four digits.</param>
    internal static string Phone(int last) => string.Create(CultureInfo.InvariantCulture, $"1990000{last:D4}");

    private static Area ToArea(CsvReader row)
    {
        var code = row.Required("code");
        var parent = code.Length switch { 4 => null, 6 => code[..4], _ => code[..^3] };
        return new Area(code, row.Required("name"), parent, row.Words("aliases"));
    }

    private static Unit ToUnit(CsvReader row)
    {
        var id = row.Required("id");
        // Row 1 is the header; each unit has two numbers, its clerk's and its head's.
        var number = FirstDutyNumber + (row.Parser.Row - 2) * 2;
        List<DutyContact> contacts =
        [
            new(row.Required("clerk"), Phone(number), $"{id}@yunze.invalid", 0),
            new(row.Required("head"), Phone(number + 1), $"{id}.head@yunze.invalid", 1),
        ];
        // The desk's row is the last: the number after its head's is free.
        if (row.Optional("supervisor") is { } supervisor)
            contacts.Add(new(supervisor, Phone(number + 2), $"{id}.supervisor@yunze.invalid", 2));
        return new Unit(id, row.Required("name"), row.Optional("parent"), row.Word<UnitKind>("kind"), contacts,
            row.Words("areas"), row.Words("hours")?.Select(ToPeriod).ToArray(),
            row.Optional("works") == "headSigns", row.Optional("works") == "onPaper");
    }

    private static OfficePeriod ToPeriod(string text)
    {
        var ends = text.Split('-');
        return new OfficePeriod(TimeOnly.Parse(ends[0], CultureInfo.InvariantCulture), TimeOnly.Parse(ends[1], CultureInfo.InvariantCulture));
    }

    private static CatalogueRule ToRule(CsvReader row)
    {
        var category = row.Required("category");
        var area = row.Optional("area");
        return new CatalogueRule($"{category}-{area ?? "all"}", category, area ?? "", row.Required("lead"), row.Words("coUnits"),
            row.Words("tags"), row.Optional("priority") is null ? null : row.Word<Priority>("priority"));
    }
}
