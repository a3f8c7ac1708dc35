using HotlinePush.Security;

namespace HotlinePush.Pages;

/// <summary>A section of the site as the navigation names it.</summary>
/// <param name="Key">Under this key the texts name it.</param>
/// <param name="Roles">Who is shown it; nobody named: everybody. What a page lets whom do is said where it is mapped.</param>
public sealed record SiteSection(string Path, string Key, params Role[] Roles);

/// <summary>The sections of the site, in the order of the navigation.</summary>
public static class SiteMap
{
    public static readonly IReadOnlyList<SiteSection> Sections =
    [
        new("/", "nav.file", Role.Public, Role.Resident),
        new("/track", "nav.track", Role.Public, Role.Resident),
        new("/lookup", "nav.lookup", Role.Public, Role.Resident),
        new("/performance", "nav.performance", Role.Public, Role.Resident),
        new("/setup", "nav.setup", Role.Admin),
        new("/supervision", "nav.supervision", Role.Supervisor, Role.Admin),
        new("/desk", "nav.desk", Role.Desk, Role.Supervisor),
        new("/desk/call", "nav.call", Role.Desk, Role.Supervisor),
        new("/desk/calls", "nav.calls", Role.Desk, Role.Supervisor),
        new("/desk/incidents", "nav.incidents", Role.Desk, Role.Supervisor),
        new("/desk/search", "nav.search", Role.Desk, Role.Supervisor),
        new("/desk/notices", "nav.callerNotices", Role.Desk, Role.Supervisor),
        new("/knowledge", "nav.knowledge", Role.Public, Role.Resident),
        new("/unit", "nav.unit", Role.Unit, Role.Desk, Role.Supervisor, Role.Admin),
        new("/supervision/topics", "nav.topics", Role.Supervisor, Role.Desk),
        new("/desk/knowledge", "nav.articles", Role.Desk, Role.Supervisor, Role.Admin),
        new("/unit/score", "sup.unitScore", Role.Unit),
        new("/unit/today", "nav.today", Role.Unit),
        new("/publishing", "nav.publishing", Role.Publisher, Role.Reviewer, Role.Supervisor, Role.Admin),
        new("/publishing/audiences", "nav.audiences", Role.Publisher, Role.Reviewer),
        new("/publishing/matters", "nav.ownMatters", Role.Publisher, Role.Reviewer),
        new("/matters", "nav.matters", Role.Public, Role.Resident),
        new("/consultations", "nav.consultations", Role.Public, Role.Resident, Role.Desk),
        new("/publishing/consultations", "nav.consultations", Role.Publisher, Role.Reviewer, Role.Supervisor),
        new("/disclosure", "nav.disclosure", Role.Public, Role.Resident),
    ];

    public static IEnumerable<SiteSection> For(Role role) => Sections.Where(s => s.Roles.Length == 0 || s.Roles.Contains(role));

    /// <summary>Where somebody comes to who signs in: the first section of the role's own work.</summary>
    public static string HomeOf(Role role) => Sections.FirstOrDefault(s => s.Roles.Contains(role))?.Path ?? "/account";

    /// <summary>Where to go on after signing in: where one wanted to, unless that is another site's or a section of others' work.</summary>
    public static string NextOf(Role role, string wanted)
    {
        if (!LocalAddress.IsLocal(wanted))
            return HomeOf(role);
        var path = wanted.Split('?')[0];
        var section = Sections.Where(s => path == s.Path || path.StartsWith(s.Path.TrimEnd('/') + "/", StringComparison.Ordinal)).MaxBy(s => s.Path.Length);
        return section is null || section.Path == "/" || section.Roles.Length == 0 || section.Roles.Contains(role) ? wanted : HomeOf(role);
    }
}
