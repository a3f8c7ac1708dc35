using HotlinePush.Notices;
using HotlinePush.Notices.Matters;
using HotlinePush.Pages.Setup;
using HotlinePush.Security;
using HotlinePush.Units;
using HotlinePush.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace HotlinePush.Pages.Publishing;

/// <summary>The disclosure catalogue: for everybody to read, with what went out on each matter; for an office to keep its own part.</summary>
internal static class MatterPages
{
    internal const string Root = "/matters";
    internal const string Own = "/publishing/matters";
    private const int NoticesShown = 50;

    private static readonly Role[] Readers = [Role.Publisher, Role.Reviewer];
    private static readonly Role[] Writers = [Role.Publisher];

    public static void Map(RouteGroupBuilder pages)
    {
        pages.MapGet(Root, ListAsync).Public();
        pages.MapGet(Root + ".csv", async (HttpContext http, DisclosureSource source, CitySource cities, CancellationToken ct) =>
            TypedResults.File(MatterCsv.Write((await source.GetAsync(ct)).Matters.All, await cities.GetAsync(ct)), "text/csv; charset=utf-8", "matters.csv")).Public();
        pages.MapGet(Root + "/{id}", ShowAsync).Public();
        pages.MapGet(Own, (HttpContext http, DisclosureSource source) => OwnAsync(http, FormState.Empty(""), source)).RequireRole(Readers);
        pages.MapGet(Own + ".csv", async (HttpContext http, DisclosureSource source, CitySource cities, CancellationToken ct) =>
        {
            http.Response.Headers.CacheControl = "no-store";
            return TypedResults.File(MatterCsv.Write((await source.GetAsync(ct)).Matters.Of(http.GetActor().UnitId ?? "").Items, await cities.GetAsync(ct)), "text/csv; charset=utf-8", "matters.csv");
        }).RequireRole(Readers);
        pages.MapPost(Own + "/upload", UploadAsync).RequireRole(Writers).TakesUpload(SetupLists.MaxBytes);
        pages.MapGet(Own + "/new", (HttpContext http, DisclosureSource source) => EditAsync(null, http, FormState.Empty("matter"), source)).RequireRole(Writers);
        pages.MapPost(Own + "/new", (HttpContext http, DisclosureSource source, MatterStore store) => SaveAsync(null, http, source, store)).RequireRole(Writers);
        pages.MapGet(Own + "/{id}", (string id, HttpContext http, DisclosureSource source) => EditAsync(id, http, null, source)).RequireRole(Writers);
        pages.MapPost(Own + "/{id}", (string id, HttpContext http, DisclosureSource source, MatterStore store) => SaveAsync(id, http, source, store)).RequireRole(Writers);
    }

    private static async Task<IResult> ListAsync(HttpContext http, DisclosureSource source)
    {
        var page = await PageContext.OfAsync(http);
        page.Script = false;
        var query = new QueryFields(http.Request);
        var (field, q) = (query.Text("field"), query.Text("q"));
        query.Check.That(field is null || DisclosureFields.NameOf(field) is not null, "field", "unknownWord", "没有这个公开领域。");
        if (query.Refusal is { } bad)
            return bad.ToResult();
        var all = (await source.GetAsync(http.RequestAborted)).Matters.All;
        IReadOnlyList<Matter> found = [.. all.Where(m => (field is null || m.Field == field) && (q is null || m.Name.Contains(q, StringComparison.OrdinalIgnoreCase) || m.Content.Contains(q, StringComparison.OrdinalIgnoreCase)))];
        IReadOnlyList<(string, int)> fields = [.. DisclosureFields.All.Select(f => (f.Code, all.Count(m => m.Field == f.Code))).Where(f => f.Item2 > 0)];
        return new PageResult<MattersPage>(page, page.Texts["matters.heading"], StatusCodes.Status200OK, ("Matters", found), ("Fields", fields), ("Field", field), ("Query", q)) { MayBeShownAgain = true };
    }

    private static async Task<IResult> ShowAsync(string id, HttpContext http, DisclosureSource source, NoticeStore notices)
    {
        var ct = http.RequestAborted;
        if ((await source.GetAsync(ct)).Matters.Find(id) is not { } matter)
            return Problems.NotFoundHere.ToResult();
        var page = await PageContext.OfAsync(http);
        page.Script = false;
        var sent = new List<Notice>();
        string? after = null;
        do
        {
            (var items, after) = await notices.ReadOfMatterAsync(id, after, NoticesShown, ct);
            sent.AddRange(items);
        }
        while (after is not null && sent.Count < NoticesShown);
        return new PageResult<MatterPage>(page, matter.Name, StatusCodes.Status200OK, ("Matter", matter), ("Sent", sent)) { MayBeShownAgain = true };
    }

    private static async Task<IResult> OwnAsync(HttpContext http, FormState form, DisclosureSource source)
    {
        var page = await PageContext.OfAsync(http);
        page.Script = false;
        page.Here = Own;
        var mine = (await source.GetAsync(http.RequestAborted)).Matters.Of(page.Actor.UnitId ?? "");
        return new PageResult<OwnMattersPage>(
            page, (form.Refusal is null ? "" : page.Texts["error.title"]) + page.Texts["matters.own"], form.Status, ("Mine", mine), ("Form", form), ("Done", http.Done()));
    }

    private static async Task<IResult> UploadAsync(HttpContext http, DisclosureSource source, MatterStore store)
    {
        var form = await FormState.ReadAsync(http, "upload");
        if (http.GetActor().UnitId is not { } unit)
            return new Refusal("forbidden", "您的账号不属于任何单位。").ToResult();
        var file = form.Refusal is null ? (await http.Request.ReadFormAsync(http.RequestAborted)).Files["file"] : null;
        if (form.Refusal is null && file is null or { Length: 0 })
            form = form.Refused(new Web.Check().Missing("file").Refusal!);
        if (form.Refusal is null)
        {
            using var bytes = new MemoryStream();
            await file!.CopyToAsync(bytes, http.RequestAborted);
            var (matters, rows, refusal) = await MatterCsv.ReadAsync(bytes.ToArray(), http.RequestAborted);
            if (refusal is null)
                (_, refusal) = await store.ChangeAsync(http, unit, v => v == form.Version(), _ => (matters, null), (_, i) => MatterCsv.At(rows[i]));
            if (refusal is null)
                return PageAnswers.SeeOther(Own + "?done=saved");
            form = form.Refused(refusal);
        }

        return await OwnAsync(http, form, source);
    }

    private static async Task<IResult> EditAsync(string? id, HttpContext http, FormState? form, DisclosureSource source)
    {
        var page = await PageContext.OfAsync(http);
        page.Script = false;
        var mine = (await source.GetAsync(http.RequestAborted)).Matters.Of(page.Actor.UnitId ?? "");
        var matter = id is null ? null : mine.Items.FirstOrDefault(m => m.Id == id);
        if (id is not null && matter is null)
            return Problems.NotFoundHere.ToResult();
        form ??= Filled(matter!);
        page.Here = id is null ? Own + "/new" : $"{Own}/{id}";
        return new PageResult<MatterEditPage>(
            page, (form.Refusal is null ? "" : page.Texts["error.title"]) + (matter?.Name ?? page.Texts["matters.new"]), form.Status, ("Matter", matter), ("Form", form), ("Version", mine.Version));
    }

    private static async Task<IResult> SaveAsync(string? id, HttpContext http, DisclosureSource source, MatterStore store)
    {
        var form = await FormState.ReadAsync(http, "matter");
        if (http.GetActor().UnitId is not { } unit)
            return new Refusal("forbidden", "您的账号不属于任何单位。").ToResult();
        if (id is not null && (await source.GetAsync(http.RequestAborted)).Matters.Of(unit).Items.All(m => m.Id != id))
            return Problems.NotFoundHere.ToResult();
        if (form.Refusal is null)
        {
            var check = new Web.Check();
            var method = form.Word<DisclosureMethod>("method", check) ?? DisclosureMethod.Active;
            var matter = new Matter(
                id ?? MatterStore.NewId(), form["field"], form["name"], form["content"], form["legalBasis"], form["timeLimit"], method,
                form["elements"].Split(['、', '；', ';', '\n'], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries), form.Filled("channel"), form.Filled("audience"));
            var remove = id is not null && form["step"] == "remove";
            var (_, refusal) = check.Refusal is { } wrong ? (null, wrong) : await store.ChangeAsync(
                http, unit, v => v == form.Version(),
                before => (id is null ? [.. before.Items, matter] : remove ? [.. before.Items.Where(m => m.Id != id)] : [.. before.Items.Select(m => m.Id == id ? matter : m)], null),
                (m, i) => m.Id == matter.Id ? "" : SetupChecks.Path(i));
            if (refusal is null)
                return PageAnswers.SeeOther(Own + "?done=" + (remove ? "removed" : "saved"));
            form = form.Refused(refusal);
        }

        return await EditAsync(id, http, form, source);
    }

    private static FormState Filled(Matter m) => SetupFields.Filled(
        "matter", ("field", m.Field), ("name", m.Name), ("content", m.Content), ("legalBasis", m.LegalBasis), ("timeLimit", m.TimeLimit), ("method", m.Method.Word()),
        ("elements", string.Join('、', m.Elements ?? [])), ("channel", m.Channel), ("audience", m.Audience));
}
