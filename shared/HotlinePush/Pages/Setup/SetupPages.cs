using HotlinePush.Inbound.Merged;
using HotlinePush.Operations;
using HotlinePush.Security;
using HotlinePush.Security.Accounts;
using HotlinePush.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace HotlinePush.Pages.Setup;

/// <summary>The administrator's pages, each over the same documents and rules as the API.</summary>
internal static class SetupPages
{
    public static void Map(RouteGroupBuilder pages)
    {
        pages.MapGet("/setup", async (HttpContext http, SystemHealth health, AccountStore accounts, ApiKeys keys, MergedHotlines merged) =>
        {
            var page = await PageContext.OfAsync(http);
            return new PageResult<SetupIndexPage>(
                page, page.Texts["setup.heading"], StatusCodes.Status200OK,
                ("Merged", (await merged.GetAsync(http.RequestAborted)).Hotlines.Count),
                ("Health", await health.AllAsync(http.RequestAborted)),
                ("Accounts", (await accounts.ListAsync(http.RequestAborted)).Count(a => !a.Disabled)),
                ("Keys", (await keys.ListAsync(http.RequestAborted)).Count(k => k.RevokedAt is null)));
        }).RequireRole(Role.Admin);
        AccountSetup.Map(pages);
        KeySetup.Map(pages);
        OperationsSetup.Map(pages);
        UnitSetup.Map(pages);
        TreeSetup.Map(pages);
        CatalogueSetup.Map(pages);
        PolicySetup.Map(pages);
        CalendarSetup.Map(pages);
        MergedSetup.Map(pages);
    }
}
