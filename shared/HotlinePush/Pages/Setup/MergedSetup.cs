using HotlinePush.Inbound.Merged;
using HotlinePush.Security;
using HotlinePush.Units;
using HotlinePush.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace HotlinePush.Pages.Setup;

/// <summary>Departments' hotlines that were merged into 12345: their numbers, and to whom these lead.</summary>
internal static class MergedSetup
{
    public const string Root = "/setup/merged-hotlines";
    private static readonly char[] Between = [' ', ',', '，', '、', ';', '；', '\n', '\r', '\t'];

    public static void Map(RouteGroupBuilder pages)
    {
        pages.MapGet(Root, (HttpContext http, MergedHotlines hotlines) => PageAsync(http, hotlines, FormState.Empty("hotline"))).RequireRole(Role.Admin);
        pages.MapPost(Root, SaveAsync).RequireRole(Role.Admin);
        pages.MapPost(Root + "/{id}/remove", RemoveAsync).RequireRole(Role.Admin);
    }

    /// <summary>One of that id is replaced, another added.</summary>
    private static async Task<IResult> SaveAsync(HttpContext http, SetupStore setup, CitySource cities, MergedHotlines hotlines)
    {
        var form = await FormState.ReadAsync(http, "hotline");
        if (form.Refusal is not null)
            return await PageAsync(http, hotlines, form);
        var check = new Check();
        var kind = form.Word<MergeKind>("kind", check);
        if (check.Refusal is { } wrong)
            return await PageAsync(http, hotlines, form.Refused(wrong));
        var numbers = form["numbers"].Split(Between, StringSplitOptions.RemoveEmptyEntries);
        var hotline = new MergedHotline(form["id"].Trim(), form["name"].Trim(), numbers, form["unitId"], form["categoryId"], kind ?? MergeKind.Merged);
        var refusal = await ReplaceAsync(http, setup, cities, hotlines, form, all => [.. all.Where(h => h.Id != hotline.Id), hotline]);
        return refusal is null ? PageAnswers.SeeOther(Root + "?done=saved") : await PageAsync(http, hotlines, form.Refused(refusal));
    }

    private static async Task<IResult> RemoveAsync(string id, HttpContext http, SetupStore setup, CitySource cities, MergedHotlines hotlines)
    {
        var form = await FormState.ReadAsync(http, "remove");
        if (form.Refusal is null && (await hotlines.GetAsync(http.RequestAborted)).Of(id) is null)
            return Problems.NotFoundHere.ToResult();
        var refusal = form.Refusal ?? await ReplaceAsync(http, setup, cities, hotlines, form, all => [.. all.Where(h => h.Id != id)]);
        return refusal is null ? PageAnswers.SeeOther(Root + "?done=removed") : await PageAsync(http, hotlines, FormState.Empty("hotline").Refused(refusal));
    }

    private static async Task<Refusal?> ReplaceAsync(
        HttpContext http, SetupStore setup, CitySource cities, MergedHotlines hotlines, FormState form, Func<IReadOnlyList<MergedHotline>, IReadOnlyList<MergedHotline>> change)
    {
        var city = await cities.GetAsync(http.RequestAborted);
        var at = 0;
        var (_, refusal) = await SetupLists.ReplaceAsync<IReadOnlyList<MergedHotline>>(http, setup, cities, MergedHotlines.Name, [], read =>
        {
            var changed = change(read.Value);
            at = changed.Count - 1;
            return Task.FromResult(MergedEndpoints.Check(changed, city) is { } wrong ? wrong : new SetupChange<IReadOnlyList<MergedHotline>>(changed, [], null));
        }, seen: form.Version());
        hotlines.Forget();
        return refusal?.Errors is null ? refusal : refusal with
        {
            // The one that was filled in is the last of the list.
            Errors = refusal.Errors.ToDictionary(e => e.Key.Replace(SetupChecks.Path(at) + ".", "", StringComparison.Ordinal), e => e.Value, StringComparer.Ordinal),
        };
    }

    private static async Task<IResult> PageAsync(HttpContext http, MergedHotlines hotlines, FormState form)
    {
        var page = await PageContext.OfAsync(http);
        page.Here = Root;
        return new PageResult<MergedHotlinesPage>(
            page, (form.Refusal is null ? "" : page.Texts["error.title"]) + page.Texts["setup.merged"], form.Status,
            ("Picture", await hotlines.GetAsync(http.RequestAborted)), ("Form", form), ("Done", http.Done()));
    }
}
