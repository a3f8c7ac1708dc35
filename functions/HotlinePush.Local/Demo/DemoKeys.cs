using HotlinePush.Security;

namespace HotlinePush.Local.Demo;

/// <summary>The demonstration's keys: known to everybody, accepted by a host started with <c>--demo</c> only.</summary>
public static class DemoKeys
{
    public static readonly IReadOnlyList<(string Plain, Role Role, string? UnitId)> Staff =
    [
        ("demo-desk", Role.Desk, null),
        ("demo-supervisor", Role.Supervisor, null),
        ("demo-publisher", Role.Publisher, "city-civil"),
        ("demo-reviewer", Role.Reviewer, "city-civil"),
        ("demo-admin", Role.Admin, null),
        ("demo-platform", Role.Platform, null),
        ("demo-open311", Role.Platform, null),
    ];

    public static string OfUnit(string unitId) => "demo-unit-" + unitId;

    /// <summary>In a unit whose head signs, the clerk's part and the head's are two people's.</summary>
    public static string OfClerk(string unitId) => "demo-clerk-" + unitId;

    public static string OfHead(string unitId) => "demo-head-" + unitId;

    public static async Task IssueAsync(ApiKeys keys, CancellationToken ct)
    {
        foreach (var (plain, role, unit) in Staff)
            await keys.IssueFixed(plain, role, unit, ct);
        foreach (var unit in DemoCity.Units)
            await keys.IssueFixed(OfUnit(unit.Id), Role.Unit, unit.Id, ct);
        foreach (var unit in DemoCity.Units.Where(u => u.HeadSigns))
        {
            await keys.IssueFixed(OfClerk(unit.Id), Role.Unit, unit.Id, ct, Position.Clerk);
            await keys.IssueFixed(OfHead(unit.Id), Role.Unit, unit.Id, ct, Position.Head);
        }
    }
}
