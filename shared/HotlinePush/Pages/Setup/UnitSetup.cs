using System.Globalization;
using HotlinePush.Security;
using HotlinePush.Units;
using HotlinePush.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace HotlinePush.Pages.Setup;

/// <summary>One unit in a form; what is saved is the whole list with that unit changed, under the version the form was made from.</summary>
internal static class UnitSetup
{
    private const string Root = "/setup/units";

    // Contacts beyond those there are: enough to add without a script.
    private const int SpareRows = 2;
    private const int MostRows = 50;

    public static void Map(RouteGroupBuilder pages)
    {
        pages.MapGet(Root, async (HttpContext http) =>
        {
            var page = await PageContext.OfAsync(http);
            return new PageResult<UnitsPage>(page, page.Texts["setup.units"], StatusCodes.Status200OK, ("Done", http.Done()));
        }).RequireRole(Role.Admin);
        pages.MapGet(Root + "/new", (Delegate)((HttpContext http) => PageAsync(http, null, SetupFields.Filled("unit", ("kind", UnitKind.CityDepartment.Word()))))).RequireRole(Role.Admin);
        pages.MapGet(Root + "/{id}", async (string id, HttpContext http, CitySource cities) =>
            (await cities.GetAsync(http.RequestAborted)).FindUnit(id) is { } unit ? await PageAsync(http, unit, FormOf(unit)) : Problems.NotFoundHere.ToResult()).RequireRole(Role.Admin);
        pages.MapPost(Root, (HttpContext http, SetupStore setup, CitySource cities) => SaveAsync(null, http, setup, cities)).RequireRole(Role.Admin);
        pages.MapPost(Root + "/{id}", (string id, HttpContext http, SetupStore setup, CitySource cities) => SaveAsync(id, http, setup, cities)).RequireRole(Role.Admin);
        pages.MapPost(Root + "/{id}/remove", RemoveAsync).RequireRole(Role.Admin);
    }

    private static async Task<IResult> SaveAsync(string? id, HttpContext http, SetupStore setup, CitySource cities)
    {
        var form = await FormState.ReadAsync(http, "unit");
        var existing = (await cities.GetAsync(http.RequestAborted)).FindUnit(id);
        if (id is not null && existing is null)
            return Problems.NotFoundHere.ToResult();
        if (form.Refusal is not null)
            return await PageAsync(http, existing, form);
        var (unit, rows, wrong) = Read(form, existing, id ?? form["id"]);
        if (wrong is not null)
            return await PageAsync(http, existing, form.Refused(wrong));
        var at = 0;
        var refusal = await ReplaceAsync(http, setup, cities, form.Version(), before =>
        {
            at = before.TakeWhile(u => u.Id != unit.Id || existing is null).Count();
            return existing is null ? [.. before, unit] : [.. before.Select(u => u.Id == unit.Id ? unit : u)];
        });
        return refusal is null
            ? PageAnswers.SeeOther($"{Root}/{unit.Id}?done=saved")
            : await PageAsync(http, existing, form.Refused(Named(refusal, at, rows)));
    }

    private static async Task<IResult> RemoveAsync(string id, HttpContext http, SetupStore setup, CitySource cities)
    {
        var form = await FormState.ReadAsync(http, "remove");
        if ((await cities.GetAsync(http.RequestAborted)).FindUnit(id) is not { } unit)
            return Problems.NotFoundHere.ToResult();
        var refusal = form.Refusal ?? await ReplaceAsync(http, setup, cities, form.Version(), before => [.. before.Where(u => u.Id != id)]);
        // A unit below it loses its parent: said as that, not as a place in a list.
        if (refusal?.Errors?.Keys.Any(k => k.EndsWith(".parentId", StringComparison.Ordinal)) == true)
            refusal = new("unitInUse", "下面还有别的单位，请先把它们改到别的上级之下。");
        return refusal is null ? PageAnswers.SeeOther(Root + "?done=removed") : await PageAsync(http, unit, FormOf(unit).Refused(refusal with { Errors = null }));
    }

    private static async Task<Refusal?> ReplaceAsync(HttpContext http, SetupStore setup, CitySource cities, int version, Func<IReadOnlyList<Unit>, IReadOnlyList<Unit>> change)
    {
        var ct = http.RequestAborted;
        return (await SetupLists.ReplaceAsync<IReadOnlyList<Unit>>(http, setup, cities, SetupNames.Units, [], async read =>
        {
            IReadOnlyList<Unit> units = [.. change(read.Value).Select(UnitEndpoints.Normal)];
            var areas = await setup.ReadAsync<IReadOnlyList<Area>>(SetupNames.Areas, [], ct);
            var rules = await setup.ReadAsync<IReadOnlyList<CatalogueRule>>(SetupNames.Catalogue, [], ct);
            var wrong = UnitEndpoints.Check(units, areas.Value) ?? UnitEndpoints.InUse(units, rules.Value)
                ?? await http.RequestServices.GetRequiredService<UnitUse>().CheckAsync(read.Value, units, ct);
            return wrong is not null ? wrong : new SetupChange<IReadOnlyList<Unit>>(units, [], null);
        }, seen: version)).Refusal;
    }

    private static (Unit Unit, List<int> Rows, Refusal? Wrong) Read(FormState form, Unit? existing, string id)
    {
        var check = new Check();
        var kind = form.Word<UnitKind>("kind", check);
        List<DutyContact> contacts = [];
        List<int> rows = [];
        for (var i = 0; i < MostRows; i++)
            if (form.Filled($"c{i}.name") is { } || form.Filled($"c{i}.phone") is { } || form.Filled($"c{i}.email") is { })
            {
                rows.Add(i);
                contacts.Add(new(form[$"c{i}.name"], form.Filled($"c{i}.phone"), form.Filled($"c{i}.email"), form[$"c{i}.level"] switch { "1" => 1, "2" => 2, _ => 0 }));
            }

        List<OfficePeriod> hours = [];
        foreach (var period in form["hours"].Split([',', '，', ';', '；', '\n'], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var ends = period.Split(['-', '–', '—', '~', '至'], StringSplitOptions.TrimEntries);
            if (ends.Length == 2 && Time(ends[0]) is { } from && Time(ends[1]) is { } to)
                hours.Add(new(from, to));
            else
                check.Add("hours", "badTime", "请写成 09:00-12:00, 13:00-18:00。");
        }

        // Fields the form does not show stay as they are.
        var unit = (existing ?? new Unit(id, "")) with
        {
            Name = form["name"],
            ParentId = form.Filled("parentId"),
            Kind = kind ?? UnitKind.CityDepartment,
            Contacts = contacts,
            AreaIds = form["areaIds"].Split([' ', ',', '，', '、', '\n', '\t'], StringSplitOptions.RemoveEmptyEntries),
            OfficeHours = hours.Count == 0 ? null : hours,
            HeadSigns = form["headSigns"] == "yes",
            OnPaper = form["onPaper"] == "yes",
        };
        return (unit, rows, check.Refusal);
    }

    private static TimeOnly? Time(string text) =>
        TimeOnly.TryParseExact(text, ["H:mm", "HH:mm"], CultureInfo.InvariantCulture, DateTimeStyles.None, out var time) ? time : null;

    /// <summary>Errors by place in the list become errors by field of the form; those of other units keep their place.</summary>
    private static Refusal Named(Refusal refusal, int at, List<int> rows)
    {
        var here = SetupChecks.Path(at) + ".";
        return refusal.Errors is null ? refusal : refusal with
        {
            Errors = refusal.Errors.GroupBy(e => FieldOf(e.Key), StringComparer.Ordinal)
                .ToDictionary(g => g.Key, g => g.SelectMany(e => e.Value).ToArray(), StringComparer.Ordinal),
        };

        string FieldOf(string path)
        {
            if (!path.StartsWith(here, StringComparison.Ordinal))
                return path;
            var field = path[here.Length..];
            if (field.StartsWith("contacts[", StringComparison.Ordinal) && field.IndexOf("].", StringComparison.Ordinal) is var end and > 0
                && int.TryParse(field.AsSpan("contacts[".Length, end - "contacts[".Length), NumberStyles.None, CultureInfo.InvariantCulture, out var nth) && nth < rows.Count)
                return $"c{rows[nth]}{field[(end + 1)..]}";
            return field.StartsWith("areaIds", StringComparison.Ordinal) ? "areaIds" : field.StartsWith("officeHours", StringComparison.Ordinal) ? "hours" : field;
        }
    }

    private static FormState FormOf(Unit unit)
    {
        List<(string, string?)> fields =
        [
            ("name", unit.Name), ("parentId", unit.ParentId), ("kind", unit.Kind.Word()), ("headSigns", unit.HeadSigns ? "yes" : ""), ("onPaper", unit.OnPaper ? "yes" : ""), ("areaIds", string.Join(' ', unit.AreaIds ?? [])),
            ("hours", string.Join(", ", (unit.OfficeHours ?? []).Select(p => string.Create(CultureInfo.InvariantCulture, $"{p.From:HH\\:mm}-{p.To:HH\\:mm}")))),
        ];
        foreach (var (contact, i) in (unit.Contacts ?? []).Select((c, i) => (c, i)))
            fields.AddRange([($"c{i}.name", contact.Name), ($"c{i}.phone", contact.Phone), ($"c{i}.email", contact.Email), ($"c{i}.level", contact.Level == 0 ? "" : contact.Level.ToString(CultureInfo.InvariantCulture))]);
        return SetupFields.Filled("unit", [.. fields]);
    }

    private static async Task<IResult> PageAsync(HttpContext http, Unit? unit, FormState form)
    {
        var page = await PageContext.OfAsync(http);
        page.Here = unit is null ? Root + "/new" : $"{Root}/{unit.Id}";
        var used = Enumerable.Range(0, MostRows).LastOrDefault(i => form.Filled($"c{i}.name") is { } || form.Filled($"c{i}.phone") is { } || form.Filled($"c{i}.email") is { }, -1);
        return new PageResult<UnitPage>(
            page, (form.Refusal is null ? "" : page.Texts["error.title"]) + (unit?.Name ?? page.Texts["units.new"]), form.Status,
            ("Unit", unit), ("Form", form), ("Version", page.City!.VersionOf(SetupNames.Units)), ("Rows", Math.Min(MostRows, used + 1 + SpareRows)), ("Done", http.Done()));
    }
}
