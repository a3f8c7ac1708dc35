using System.Globalization;
using System.Text;
using HotlinePush.Routing;
using HotlinePush.Security;
using HotlinePush.Tickets;
using HotlinePush.Units;
using HotlinePush.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace HotlinePush.Pages.Setup;

/// <summary>
/// The dispatch catalogue: searched, tried with a text, edited rule by rule or as a CSV. Either way what would change is shown first,
/// and saved only from there.
/// </summary>
internal static class CatalogueSetup
{
    private const string Root = "/setup/catalogue";
    private const int PageSize = 50;

    // Of the tickets received last: enough to see what a rule does, few enough to read while somebody waits.
    private const int LastTickets = 500;
    private const int MovesShown = 50;

    private static readonly byte[] Mark = "\uFEFF"u8.ToArray();

    public static void Map(RouteGroupBuilder pages)
    {
        pages.MapGet(Root, (Delegate)((HttpContext http) => PageAsync(http, FormState.Empty("")))).RequireRole(Role.Admin);
        pages.MapGet(Root + ".csv", async (HttpContext http, CitySource cities) =>
        {
            http.Response.Headers.CacheControl = "no-store";
            // A byte order mark, or spreadsheets take the Chinese for something else.
            byte[] csv = CatalogueCsv.Write((await cities.GetAsync(http.RequestAborted)).Catalogue);
            return TypedResults.File((byte[])[.. Mark, .. csv], "text/csv; charset=utf-8", "catalogue.csv");
        }).RequireRole(Role.Admin);
        pages.MapGet(Root + "/rule", RuleAsync).RequireRole(Role.Admin);
        pages.MapPost(Root + "/try", TryAsync).RequireRole(Role.Admin);
        pages.MapPost(Root + "/preview", PreviewAsync).RequireRole(Role.Admin).TakesUpload(SetupLists.MaxBytes);
        pages.MapPost(Root + "/save", SaveAsync).RequireRole(Role.Admin).TakesUpload(SetupLists.MaxBytes);
    }

    private static async Task<IResult> RuleAsync(HttpContext http, CitySource cities)
    {
        var id = http.Request.Query["id"].ToString();
        var rule = (await cities.GetAsync(http.RequestAborted)).Catalogue.FirstOrDefault(r => r.Id == id);
        return rule is null && id.Length > 0 ? Problems.NotFoundHere.ToResult() : await RulePageAsync(http, rule, rule is null ? FormState.Empty("rule") : FormOf(rule));
    }

    private static async Task<IResult> TryAsync(HttpContext http, TicketRouting routing, CitySource cities)
    {
        var form = await FormState.ReadAsync(http, "try");
        if (form.Refusal is null && TextCheck.Of(form, "subject", "description") is { } wrong)
            form = form.Refused(wrong);
        if (form.Refusal is null && form.Filled("subject") is null && form.Filled("description") is null)
            form = form.Refused(new Check().Missing("subject").Refusal!);
        if (form.Refusal is not null)
            return await PageAsync(http, form);
        var decision = routing.Decide(new(TicketType.Complaint, form["subject"], form["description"]), await cities.GetAsync(http.RequestAborted));
        return await PageAsync(http, form, CatalogueEndpoints.CatalogueTrial.Of(decision));
    }

    private static async Task<IResult> PreviewAsync(HttpContext http, CitySource cities)
    {
        var city = await cities.GetAsync(http.RequestAborted);
        var form = await FormState.ReadAsync(http, "rule");
        var isRule = form.Values.ContainsKey("leadUnitId");
        var was = city.Catalogue.FirstOrDefault(r => r.Id == form["was"]);
        if (form.Refusal is not null)
            return await BackAsync(form);
        IReadOnlyList<CatalogueRule> rules;
        Func<int, string> at = SetupChecks.Path;
        if (isRule)
        {
            var check = new Check();
            var rule = new CatalogueRule(
                was?.Id ?? form["id"], form["categoryPrefix"], form["areaPrefix"], form["leadUnitId"], Words(form["coUnitIds"]), Words(form["tags"]), form.Word<Priority>("priority", check));
            if (check.Refusal is { } word)
                return await BackAsync(form.Refused(word));
            var place = was is null ? city.Catalogue.Count : city.Catalogue.TakeWhile(r => r.Id != was.Id).Count();
            at = i => i == place ? "" : SetupChecks.Path(i);
            rules = form["do"] == "remove" ? [.. city.Catalogue.Where(r => r.Id != was?.Id)] : was is null ? [.. city.Catalogue, rule] : [.. city.Catalogue.Select(r => r.Id == was.Id ? rule : r)];
        }
        else
        {
            var file = (await http.Request.ReadFormAsync(http.RequestAborted)).Files["file"];
            if (file is null or { Length: 0 })
                return await BackAsync(form.Refused(new Check().Missing("file").Refusal!));
            using var bytes = new MemoryStream();
            await file.CopyToAsync(bytes, http.RequestAborted);
            var (read, rows, refusal) = CatalogueCsv.Read(bytes.ToArray());
            if (refusal is not null)
                return await BackAsync(form.Refused(refusal));
            (rules, at) = (read, i => CatalogueCsv.At(rows[i]));
        }

        // A rule's own fields stand at the root of the path, so that the form finds them.
        return CatalogueChecks.Check(rules, at, city.Units, city.Areas, city.Categories) is { } wrong
            ? await BackAsync(form.Refused(isRule ? Fields(wrong) : wrong))
            : await DiffAsync(http, rules, form.Version(), FormState.Empty("save"));

        Task<IResult> BackAsync(FormState refused) => isRule ? RulePageAsync(http, was, refused) : PageAsync(http, refused with { Name = "upload" });
    }

    private static async Task<IResult> SaveAsync(HttpContext http, SetupStore setup, CitySource cities)
    {
        var form = await FormState.ReadAsync(http, "save");
        var (rules, rows, refusal) = CatalogueCsv.Read(Encoding.UTF8.GetBytes(form["csv"]));
        if ((form.Refusal ?? refusal) is { } unread)
            return refusal is null ? await DiffAsync(http, rules, form.Version(), form) : await PageAsync(http, form.Refused(unread) with { Name = "upload" });
        var (_, wrong) = await SetupLists.ReplaceAsync<IReadOnlyList<CatalogueRule>>(http, setup, cities, SetupNames.Catalogue, [], async _ =>
        {
            var city = await cities.GetAsync(http.RequestAborted);
            return CatalogueChecks.Check(rules, i => CatalogueCsv.At(rows[i]), city.Units, city.Areas, city.Categories) is { } no ? no : new SetupChange<IReadOnlyList<CatalogueRule>>(rules, [], null);
        }, seen: form.Version());
        return wrong is null ? PageAnswers.SeeOther(Root + "?done=saved") : await DiffAsync(http, rules, null, form.Refused(wrong));
    }

    private static async Task<IResult> DiffAsync(HttpContext http, IReadOnlyList<CatalogueRule> rules, int? version, FormState form)
    {
        var page = await PageContext.OfAsync(http);
        page.Here = Root;
        var lists = http.RequestServices.GetRequiredService<TicketLists>();
        var last = new List<Ticket>();
        ListCursor? after = null;
        do
        {
            var found = await lists.CityAsync(new(null, null, null, null, null, null), after, ListQuery.MaxLimit, http.RequestAborted);
            last.AddRange(found.Tickets);
            after = found.Next;
        }
        while (after is not null && last.Count < LastTickets);
        var diff = CatalogueDiff.Of(page.City!, rules, last, MovesShown);
        return new PageResult<CatalogueDiffPage>(
            page, page.Texts["catalogue.diff"], form.Status, ("Diff", diff), ("Csv", Encoding.UTF8.GetString(CatalogueCsv.Write(rules))),
            ("Version", version ?? page.City!.VersionOf(SetupNames.Catalogue)), ("Form", form));
    }

    private static Refusal Fields(Refusal refusal) => refusal.Errors is null ? refusal : refusal with
    {
        Errors = refusal.Errors.GroupBy(e => e.Key.StartsWith('.') ? e.Key[1..].Split('[')[0] : e.Key, StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => g.SelectMany(e => e.Value).ToArray(), StringComparer.Ordinal),
    };

    private static string[]? Words(string text) =>
        text.Split([' ', ',', '，', '、', ';', '；'], StringSplitOptions.RemoveEmptyEntries) is { Length: > 0 } words ? words : null;

    private static FormState FormOf(CatalogueRule r) => SetupFields.Filled(
        "rule", ("categoryPrefix", r.CategoryPrefix), ("areaPrefix", r.AreaPrefix), ("leadUnitId", r.LeadUnitId), ("coUnitIds", string.Join(' ', r.CoUnitIds ?? [])),
        ("tags", string.Join(' ', r.Tags ?? [])), ("priority", r.Priority?.Word()));

    private static async Task<IResult> RulePageAsync(HttpContext http, CatalogueRule? rule, FormState form)
    {
        var page = await PageContext.OfAsync(http);
        page.Here = Root + "/rule" + (rule is null ? "" : QueryString.Create("id", rule.Id));
        return new PageResult<CatalogueRulePage>(
            page, (form.Refusal is null ? "" : page.Texts["error.title"]) + (rule?.Id ?? page.Texts["catalogue.newRule"]), form.Status,
            ("Rule", rule), ("Form", form), ("Version", page.City!.VersionOf(SetupNames.Catalogue)));
    }

    private static async Task<IResult> PageAsync(HttpContext http, FormState form, CatalogueEndpoints.CatalogueTrial? trial = null)
    {
        var page = await PageContext.OfAsync(http);
        var query = new QueryFields(http.Request);
        var q = query.Text("q");
        var skip = (int)(query.Number("skip", 0, CatalogueChecks.MaxRules) ?? 0);
        if (query.Refusal is { } bad)
            return bad.ToResult();
        if (HttpMethods.IsPost(http.Request.Method))
            page.Here = Root;
        var city = page.City!;
        var found = q is null ? city.Catalogue : [.. city.Catalogue.Where(r => r.Id.Contains(q, StringComparison.OrdinalIgnoreCase) || RuleWords.Of(r, city, page.Texts).Contains(q, StringComparison.OrdinalIgnoreCase))];
        IReadOnlyList<CatalogueRule> shown = [.. found.Skip(skip).Take(PageSize)];
        var next = skip + PageSize < found.Count
            ? Root + QueryString.Create((KeyValuePair<string, string?>[])[new("q", q ?? ""), new("skip", (skip + PageSize).ToString(CultureInfo.InvariantCulture))]) : null;
        return new PageResult<CataloguePage>(
            page, (form.Refusal is null ? "" : page.Texts["error.title"]) + page.Texts["setup.catalogue"], form.Status,
            ("Rules", shown), ("Found", found.Count), ("Form", form), ("Trial", trial), ("Q", q), ("Next", next), ("Done", http.Done()));
    }
}
