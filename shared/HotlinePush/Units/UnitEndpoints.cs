using HotlinePush.Clocks;
using HotlinePush.Security;
using HotlinePush.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace HotlinePush.Units;

/// <summary><c>/units</c>: any member of staff reads, contacts masked but for the admin, who replaces the whole.</summary>
public static class UnitEndpoints
{
    public const int MaxUnits = 5_000;
    private const int MaxContacts = 50;
    private const int MaxAreas = 1_000;

    // The clerk on duty, the unit's head, the supervisor.
    private const int MaxLevel = 2;

    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/units", async (ListQuery list, HttpContext http, CitySource cities, CancellationToken ct) =>
        {
            var city = await cities.GetAsync(ct);
            return SetupLists.Page(city.Units, u => u.Id, list, city.VersionOf(SetupNames.Units), http.GetActor().Role == Role.Admin ? null : Masked);
        }).AnyKey();

        api.MapPut("/units", async (CollectionBody<Unit> body, HttpContext http, SetupStore setup, CitySource cities, CancellationToken ct) =>
        {
            var units = body.Items.Select(Normal).ToList();
            return await SetupLists.ReplaceListAsync(http, setup, cities, SetupNames.Units, units, u => u.Id, async () =>
            {
                var areas = await setup.ReadAsync<IReadOnlyList<Area>>(SetupNames.Areas, [], ct);
                var rules = await setup.ReadAsync<IReadOnlyList<CatalogueRule>>(SetupNames.Catalogue, [], ct);
                return Check(units, areas.Value) ?? InUse(units, rules.Value);
            }, before => http.RequestServices.GetRequiredService<UnitUse>().CheckAsync(before, units, ct));
        }).RequireRole(Role.Admin).TakesUpload(SetupLists.MaxBytes);
    }

    public static Refusal? Check(IReadOnlyList<Unit> units, IReadOnlyList<Area> areas)
    {
        if (SetupChecks.TooMany(units.Count, MaxUnits) is { } tooMany)
            return tooMany;
        var known = areas.Select(a => a.Id).ToHashSet(StringComparer.Ordinal);
        var check = new Check().Tree(units, u => u.Id, u => u.Name, u => u.ParentId);
        for (var i = 0; i < units.Count; i++)
        {
            var (unit, at) = (units[i], SetupChecks.Path(i));
            check.Count(at + ".contacts", unit.Contacts?.Count, MaxContacts).Count(at + ".areaIds", unit.AreaIds?.Count, MaxAreas);
            for (var c = 0; c < unit.Contacts?.Count; c++)
                Contact(check, $"{at}.contacts[{c}]", unit.Contacts[c]);
            for (var a = 0; a < unit.AreaIds?.Count; a++)
                check.That(known.Contains(unit.AreaIds[a]), $"{at}.areaIds[{a}]", "unknownArea", "没有这个区划。");
            // No periods at all means the city's hours.
            if (unit.OfficeHours is { Count: > 0 } hours)
                check.Add(at + ".", new OfficeHours(hours).Validate());
        }

        return check.Result();
    }

    /// <summary>A rule whose unit has gone would dispatch to nobody.</summary>
    internal static Refusal? InUse(IReadOnlyList<Unit> units, IReadOnlyList<CatalogueRule> rules)
    {
        const int named = 10;
        var ids = units.Select(u => u.Id).ToHashSet(StringComparer.Ordinal);
        var gone = rules
            .SelectMany(r => (r.CoUnitIds ?? []).Prepend(r.LeadUnitId).Where(u => !ids.Contains(u)).Select(u => (Unit: u, Rule: r.Id)))
            .GroupBy(x => x.Unit, x => x.Rule)
            .Take(named)
            .Select(g => $"{g.Key}（规则 {string.Join("、", g.Distinct().Take(named))}{(g.Distinct().Count() > named ? " 等" : "")}）")
            .ToArray();
        return gone.Length == 0
            ? null
            : Refusal.Of("unitInUse", "items", $"派单目录仍在使用列表中没有的单位：{string.Join("；", gone)}。请先修改派单目录。");
    }

    private static void Contact(Check check, string at, DutyContact contact) => check
        .Text(at + ".name", contact.Name, required: true, max: SetupChecks.MaxName)
        .That(contact.Phone is null || PhoneNumber.TryParse(contact.Phone, out _), at + ".phone", "badValue", "不是有效的电话号码。")
        .That(contact.Email is null || EmailAddress.TryParse(contact.Email, out _), at + ".email", "badValue", "不是有效的电子邮箱。")
        .Range(at + ".level", contact.Level, 0, MaxLevel);

    // Channels take numbers as E.164; what cannot be read stays as it is and is refused.
    internal static Unit Normal(Unit unit) => unit.Contacts is null ? unit : unit with
    {
        Contacts = [.. unit.Contacts.Select(c => c with
        {
            Phone = PhoneNumber.TryParse(c.Phone, out var phone) ? phone : c.Phone,
            Email = EmailAddress.TryParse(c.Email, out var email) ? email : c.Email,
        })],
    };

    private static Unit Masked(Unit unit) => unit.Contacts is null ? unit : unit with
    {
        Contacts = [.. unit.Contacts.Select(c => c with
        {
            Phone = c.Phone is null ? null : PhoneNumber.Mask(c.Phone),
            Email = c.Email is null ? null : PhoneNumber.MaskEmail(c.Email),
        })],
    };
}
