using HotlinePush.Clocks;
using HotlinePush.Routing;
using HotlinePush.Units;
using HotlinePush.Web;
using Microsoft.AspNetCore.Routing;

namespace HotlinePush;

/// <summary>The endpoints of each part of the contract, to be mapped by the pipeline.</summary>
public static partial class HotlineEndpoints
{
    /// <summary>Units, areas, categories, catalogue, policies and calendar, below <c>/api/v1</c>.</summary>
    public static void MapSetup(this IEndpointRouteBuilder routes)
    {
        var api = routes.MapHotlineGroup("/api/v1");
        UnitEndpoints.Map(api);
        AreaEndpoints.Map(api);
        CategoryEndpoints.Map(api);
        CatalogueEndpoints.Map(api);
        PolicyEndpoints.Map(api);
        CalendarEndpoints.Map(api);
    }
}
