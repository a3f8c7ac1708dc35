using HotlinePush.Security;
using HotlinePush.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace HotlinePush.Pages.Setup;

/// <summary>Keys of the staff API: issued, the plain text shown once, and revoked.</summary>
internal static class KeySetup
{
    private const string Root = "/setup/keys";

    public static void Map(RouteGroupBuilder pages)
    {
        pages.MapGet(Root, (HttpContext http, ApiKeys keys) => PageAsync(http, keys, FormState.Empty("key"))).RequireRole(Role.Admin);
        pages.MapPost(Root, IssueAsync).RequireRole(Role.Admin);
        pages.MapPost(Root + "/{id}/revoke", RevokeAsync).RequireRole(Role.Admin);
    }

    private static async Task<IResult> IssueAsync(HttpContext http, ApiKeys keys, KeyActions actions)
    {
        var form = await FormState.ReadAsync(http, "key");
        if (form.Refusal is not null)
            return await PageAsync(http, keys, form);
        var check = new Check();
        var role = form.Word<Role>("role", check);
        if (form.Filled("role") is null)
            check.Missing("role");
        if (check.Refusal is { } wrong)
            return await PageAsync(http, keys, form.Refused(wrong));
        var (issued, refusal) = await actions.IssueAsync(http, new(role!.Value, form["name"], form.Filled("unitId")));
        return refusal is not null ? await PageAsync(http, keys, form.Refused(refusal)) : await PageAsync(http, keys, FormState.Empty("key"), issued!.Plain);
    }

    private static async Task<IResult> RevokeAsync(string id, HttpContext http, ApiKeys keys, KeyActions actions)
    {
        var form = await FormState.ReadAsync(http, "revoke");
        if (form.Refusal is { } stale)
            return await PageAsync(http, keys, FormState.Empty("key").Refused(stale));
        return await actions.RevokeAsync(http, id) is null ? Problems.NotFoundHere.ToResult() : PageAnswers.SeeOther(Root + "?done=revoked");
    }

    private static async Task<IResult> PageAsync(HttpContext http, ApiKeys keys, FormState form, string? plain = null)
    {
        var page = await PageContext.OfAsync(http);
        page.Here = Root;
        IReadOnlyList<KeyView> all = [.. (await keys.ListAsync(http.RequestAborted)).OrderBy(k => k.RevokedAt is not null).ThenByDescending(k => k.CreatedAt).Select(k => KeyView.Of(k))];
        return new PageResult<KeysPage>(
            page, (form.Refusal is null ? "" : page.Texts["error.title"]) + page.Texts["setup.keys"], form.Status, ("Keys", all), ("Form", form), ("Plain", plain), ("Done", http.Done()));
    }
}
