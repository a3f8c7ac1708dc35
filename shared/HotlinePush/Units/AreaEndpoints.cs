using HotlinePush.Security;
using HotlinePush.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace HotlinePush.Units;

/// <summary><c>/areas</c>: public to read, replaced as a whole by the admin.</summary>
public static class AreaEndpoints
{
    public const int MaxAreas = 50_000;
    private const int MaxAliases = 100;

    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/areas", async (ListQuery list, CitySource cities, CancellationToken ct) =>
        {
            var city = await cities.GetAsync(ct);
            return SetupLists.Page(city.Areas, a => a.Id, list, city.VersionOf(SetupNames.Areas));
        }).Public();

        api.MapPut("/areas", (CollectionBody<Area> body, HttpContext http, SetupStore setup, CitySource cities) =>
            SetupLists.ReplaceListAsync(http, setup, cities, SetupNames.Areas, body.Items, a => a.Id, () => Task.FromResult(Check(body.Items))))
            .RequireRole(Role.Admin).TakesUpload(SetupLists.MaxBytes);
    }

    public static Refusal? Check(IReadOnlyList<Area> areas)
    {
        if (SetupChecks.TooMany(areas.Count, MaxAreas) is { } tooMany)
            return tooMany;
        var check = new Check().Tree(areas, a => a.Id, a => a.Name, a => a.ParentId);
        for (var i = 0; i < areas.Count; i++)
        {
            var at = SetupChecks.Path(i) + ".aliases";
            check.Count(at, areas[i].Aliases?.Count, MaxAliases);
            for (var a = 0; a < areas[i].Aliases?.Count; a++)
                check.Text($"{at}[{a}]", areas[i].Aliases![a], required: true, max: SetupChecks.MaxName);
        }

        return check.Result();
    }
}
