using HotlinePush.Security;
using HotlinePush.Units;
using HotlinePush.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace HotlinePush.Routing;

/// <summary><c>/categories</c>: public to read, replaced as a whole by the admin.</summary>
public static class CategoryEndpoints
{
    public const int MaxCategories = 5_000;
    public const int Levels = 3;

    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/categories", async (ListQuery list, CitySource cities, CancellationToken ct) =>
        {
            var city = await cities.GetAsync(ct);
            return SetupLists.Page(city.Categories, c => c.Id, list, city.VersionOf(SetupNames.Categories));
        }).Public();

        api.MapPut("/categories", (CollectionBody<Category> body, HttpContext http, SetupStore setup, CitySource cities) =>
            SetupLists.ReplaceListAsync(http, setup, cities, SetupNames.Categories, body.Items, c => c.Id, () => Task.FromResult(Check(body.Items))))
            .RequireRole(Role.Admin).TakesUpload(SetupLists.MaxBytes);
    }

    public static Refusal? Check(IReadOnlyList<Category> categories) =>
        SetupChecks.TooMany(categories.Count, MaxCategories)
        ?? new Check().Tree(categories, c => c.Id, c => c.Name, c => c.ParentId, Levels).Result();
}
