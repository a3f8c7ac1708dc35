using HotlinePush.Routing;
using HotlinePush.Security;
using HotlinePush.Units;
using HotlinePush.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace HotlinePush.Pages.Setup;

/// <summary>An area or a category as the pages edit it.</summary>
public sealed record TreeItem(string Id, string Name, string? ParentId, IReadOnlyList<string>? Aliases = null, IReadOnlyList<CategoryAsk>? Asks = null);

/// <summary>A tree of the set-up, place by place: renamed, moved, added to. What is saved is the whole list under the version seen.</summary>
/// <param name="key">The texts' and the address's word for it, which is the document's name too.</param>
/// <param name="check">What the list must be before it comes into force.</param>
/// <param name="isUsed">Whether a rule of the catalogue names this id.</param>
internal sealed class TreeSetup<T>(
    string key, Func<City, IReadOnlyList<T>> items, Func<T, TreeItem> show, Func<TreeItem, T> make, Func<IReadOnlyList<T>, Refusal?> check,
    Func<CatalogueRule, string, bool> isUsed, bool hasAliases)
{
    private static readonly char[] Commas = [',', '，', '、', ';', '；', '\n'];
    private readonly string _root = "/setup/" + key;

    public void Map(RouteGroupBuilder pages)
    {
        pages.MapGet(_root, (Delegate)((HttpContext http) => ShowAsync(http, null))).RequireRole(Role.Admin);
        pages.MapGet(_root + "/{id}", (string id, HttpContext http) => ShowAsync(http, id)).RequireRole(Role.Admin);
        pages.MapPost(_root, AddAsync).RequireRole(Role.Admin);
        pages.MapPost(_root + "/{id}", EditAsync).RequireRole(Role.Admin);
        pages.MapPost(_root + "/{id}/remove", RemoveAsync).RequireRole(Role.Admin);
    }

    private async Task<IResult> ShowAsync(HttpContext http, string? id) => await PageAsync(http, id, null);

    private async Task<IResult> AddAsync(HttpContext http, SetupStore setup, CitySource cities)
    {
        var form = await FormState.ReadAsync(http, "add");
        var under = form.Filled("under");
        if (form.Refusal is not null)
            return await PageAsync(http, under, form);
        var at = 0;
        var refusal = await ReplaceAsync(http, setup, cities, form, before =>
        {
            at = before.Count;
            return [.. before, make(new(form["id"], form["name"], under))];
        });
        return refusal is null ? PageAnswers.SeeOther($"{_root}/{form["id"]}?done=added") : await PageAsync(http, under, form.Refused(Named(refusal, at)));
    }

    private async Task<IResult> EditAsync(string id, HttpContext http, SetupStore setup, CitySource cities)
    {
        var form = await FormState.ReadAsync(http, "edit");
        if (form.Refusal is not null)
            return await PageAsync(http, id, form);
        var aliases = form["aliases"].Split(Commas, StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var at = -1;
        var refusal = await ReplaceAsync(http, setup, cities, form, before =>
        {
            at = before.TakeWhile(i => show(i).Id != id).Count();
            return at == before.Count ? null : [.. before.Select((i, n) => n == at ? make(show(i) with { Name = form["name"], ParentId = form.Filled("parentId"), Aliases = aliases.Length == 0 ? null : aliases }) : i)];
        });
        return refusal is null ? PageAnswers.SeeOther($"{_root}/{id}?done=saved") : await PageAsync(http, id, form.Refused(Named(refusal, at)));
    }

    private async Task<IResult> RemoveAsync(string id, HttpContext http, SetupStore setup, CitySource cities)
    {
        var form = await FormState.ReadAsync(http, "remove");
        var city = await cities.GetAsync(http.RequestAborted);
        if (items(city).Select(show).FirstOrDefault(i => i.Id == id) is not { } item)
            return Problems.NotFoundHere.ToResult();
        var rules = city.Catalogue.Where(r => isUsed(r, id)).Select(r => r.Id).Take(4).ToList();
        var refusal = form.Refusal
            ?? (items(city).Any(i => show(i).ParentId == id) ? new Refusal("invalid", "下面还有内容，请先移走或删除。") : null)
            ?? (rules.Count > 0 ? new Refusal("invalid", $"派单目录仍在使用（规则 {string.Join("、", rules.Take(3))}{(rules.Count > 3 ? " 等" : "")}），请先修改派单目录。") : null)
            ?? await ReplaceAsync(http, setup, cities, form, before => [.. before.Where(i => show(i).Id != id)]);
        return refusal is null
            ? PageAnswers.SeeOther(_root + (item.ParentId is null ? "" : "/" + item.ParentId) + "?done=removed")
            : await PageAsync(http, id, new FormState("remove", form.Values, refusal));
    }

    private async Task<Refusal?> ReplaceAsync(HttpContext http, SetupStore setup, CitySource cities, FormState form, Func<IReadOnlyList<T>, IReadOnlyList<T>?> change) =>
        (await SetupLists.ReplaceAsync<IReadOnlyList<T>>(http, setup, cities, key, [], read =>
        {
            var changed = change(read.Value);
            return Task.FromResult((changed is null ? Problems.NotFoundHere : check(changed)) is { } wrong ? wrong : new SetupChange<IReadOnlyList<T>>(changed, [], null));
        }, seen: form.Version())).Refusal;

    private static Refusal Named(Refusal refusal, int at)
    {
        var here = SetupChecks.Path(at) + ".";
        return refusal.Errors is null ? refusal : refusal with
        {
            Errors = refusal.Errors
                .GroupBy(e => e.Key.StartsWith(here, StringComparison.Ordinal) ? e.Key[here.Length..].Split('[')[0] : e.Key, StringComparer.Ordinal)
                .ToDictionary(g => g.Key, g => g.SelectMany(e => e.Value).ToArray(), StringComparer.Ordinal),
        };
    }

    private async Task<IResult> PageAsync(HttpContext http, string? id, FormState? form)
    {
        var page = await PageContext.OfAsync(http);
        page.Here = id is null ? _root : $"{_root}/{id}";
        var all = items(page.City!).Select(show).ToList();
        var at = all.Find(i => i.Id == id);
        if (id is not null && at is null)
            return Problems.NotFoundHere.ToResult();
        var children = all.ToLookup(i => i.ParentId ?? "", StringComparer.Ordinal);
        IReadOnlyList<(TreeItem, int)> below = [.. children[id ?? ""].Select(i => (i, children[i.Id].Count()))];
        var edited = at is null ? FormState.Empty("") : SetupFields.Filled("edit", ("name", at.Name), ("parentId", at.ParentId), ("aliases", string.Join("、", at.Aliases ?? [])));
        // A refused removal shows the place as it stands.
        var shown = form is null ? edited : form.Name == "remove" ? edited.Refused(form.Refusal!) : form;
        return new PageResult<TreePage>(
            page, (shown.Refusal is null ? "" : page.Texts["error.title"]) + (at?.Name ?? page.Texts["setup." + key]), shown.Status,
            ("Root", _root), ("Key", key), ("At", at), ("Parent", all.Find(i => i.Id == at?.ParentId)), ("Children", below), ("Form", shown),
            ("Version", page.City!.VersionOf(key)), ("HasAliases", hasAliases), ("Done", http.Done()));
    }
}

internal static class TreeSetup
{
    public static void Map(RouteGroupBuilder pages)
    {
        new TreeSetup<Area>(
            SetupNames.Areas, c => c.Areas, a => new(a.Id, a.Name, a.ParentId, a.Aliases), i => new(i.Id, i.Name, i.ParentId, i.Aliases), AreaEndpoints.Check,
            (rule, id) => rule.AreaPrefix == id, hasAliases: true).Map(pages);
        new TreeSetup<Category>(
            SetupNames.Categories, c => c.Categories, c => new(c.Id, c.Name, c.ParentId, Asks: c.Asks), i => new(i.Id, i.Name, i.ParentId, i.Asks), CategoryEndpoints.Check,
            (rule, id) => rule.CategoryPrefix == id, hasAliases: false).Map(pages);
    }
}
