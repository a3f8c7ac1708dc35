using HotlinePush.Comments;
using HotlinePush.Pages.Setup;
using HotlinePush.Security;
using HotlinePush.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace HotlinePush.Pages.Consultations;

/// <summary>A comment as the office works on it.</summary>
/// <param name="Contact">Where somebody has asked for it; the look is in the audit log.</param>
/// <param name="Alike">How many it has beside it.</param>
public sealed record WorkComment(Comment Comment, string? Text, int Alike, CommentContact? Contact = null);

/// <summary>The queue of comments, by what is to be done with them, and like ones together.</summary>
internal static class CommentWorkPages
{
    private const string Root = ConsultationOfficePages.Root;
    private const int PageSize = 20;
    private static readonly Role[] Moderators = ConsultationOfficePages.Readers;
    private static readonly Role[] Writers = [Role.Publisher];

    internal static readonly (string Name, CommentList List)[] Tabs =
        [("held", CommentList.Held), ("unanswered", CommentList.Unanswered), ("published", CommentList.Published), ("refused", CommentList.Refused), ("all", CommentList.All)];

    public static void Map(RouteGroupBuilder pages)
    {
        pages.MapGet(Root + "/{id}/comments", (string id, HttpContext http, CancellationToken ct) => ListAsync(id, http, FormState.Empty(""), null, ct)).RequireRole(Moderators);
        pages.MapGet(Root + "/{id}/groups", (string id, HttpContext http, CancellationToken ct) => GroupsAsync(id, http, FormState.Empty(""), ct)).RequireRole(Moderators);
        Comment("moderate", Moderators, async (a, id, cid, f, by, ct) => (await a.ModerateAsync(id, cid, f["step"] == "publish", Reason(f), by, ct)).Refusal);
        Comment("respond", Writers, async (a, id, cid, f, by, ct) =>
            Adopted(f, out var adopted) is { } wrong ? wrong : (await a.RespondAsync(id, cid, adopted, f["text"], by, ct)).Refusal);
        Comment("group", Moderators, async (a, id, cid, f, by, ct) => (await a.GroupAsync(id, cid, f.Filled("like"), by, ct)).Refusal);
        Comment("erase", Writers, async (a, id, cid, f, by, ct) => (await a.EraseAsync(id, cid, f.Filled("words") is not null, f["reason"], by, ct)).Refusal);
        pages.MapPost(Root + "/{id}/comments/{cid}/reveal", RevealAsync).RequireRole(Writers);
        Group("moderate", Moderators, async (a, id, gid, f, by, ct) => (await a.ModerateGroupAsync(id, gid, f["step"] == "publish", Reason(f), by, ct)).Refusal);
        Group("respond", Writers, async (a, id, gid, f, by, ct) =>
            Adopted(f, out var adopted) is { } wrong ? wrong : (await a.RespondGroupAsync(id, gid, adopted, f["text"], by, ct)).Refusal);

        void Comment(string name, Role[] roles, Func<CommentActions, string, string, FormState, Actor, CancellationToken, Task<Refusal?>> act) => pages.MapPost(
            $"{Root}/{{id}}/comments/{{cid}}/{name}", async (string id, string cid, HttpContext http, CommentActions actions, ConsultationStore store, CancellationToken ct) =>
            {
                if (await store.ReadAsync(id, ct) is not { Consultation: var c } || !ConsultationRules.MaySeeAll(c, http.GetActor()))
                    return Problems.NotFoundHere.ToResult();
                var form = await FormState.ReadAsync(http, FormOf(name, cid));
                if (form.Refusal is null && await act(actions, id, cid, form, http.GetActor(), ct) is { } refusal)
                    form = form.Refused(refusal);
                return form.Refusal is { Code: "notFound" } missing ? missing.ToResult()
                    : form.Refusal is null ? PageAnswers.SeeOther($"{ConsultationOfficePages.Address(id)}/comments?list={TabOf(form["list"])}&done={name}")
                    : await ListAsync(id, http, form, cid, ct);
            }).RequireRole(roles);

        void Group(string name, Role[] roles, Func<CommentActions, string, string, FormState, Actor, CancellationToken, Task<Refusal?>> act) => pages.MapPost(
            $"{Root}/{{id}}/groups/{{gid}}/{name}", async (string id, string gid, HttpContext http, CommentActions actions, ConsultationStore store, CancellationToken ct) =>
            {
                if (await store.ReadAsync(id, ct) is not { Consultation: var c } || !ConsultationRules.MaySeeAll(c, http.GetActor()))
                    return Problems.NotFoundHere.ToResult();
                var form = await FormState.ReadAsync(http, FormOf(name, gid));
                if (form.Refusal is null && await act(actions, id, gid, form, http.GetActor(), ct) is { } refusal)
                    form = form.Refused(refusal);
                return form.Refusal is { Code: "notFound" } missing ? missing.ToResult()
                    : form.Refusal is null ? PageAnswers.SeeOther($"{ConsultationOfficePages.Address(id)}/groups?done={name}") : await GroupsAsync(id, http, form, ct);
            }).RequireRole(roles);
    }

    internal static string FormOf(string action, string id) => $"{action}-{id}";

    private static string TabOf(string? name) => Array.Exists(Tabs, t => t.Name == name) ? name! : Tabs[0].Name;

    /// <summary>One of the usual reasons, or one's own words.</summary>
    private static string? Reason(FormState form) => form.Filled("reason") ?? form.Filled("usual");

    private static Refusal? Adopted(FormState form, out Adoption adopted)
    {
        var check = new Check();
        adopted = form.Word<Adoption>("adopted", check) ?? default;
        if (form.Filled("adopted") is null)
            check.Missing("adopted");
        return check.Refusal;
    }

    private static async Task<IResult> RevealAsync(string id, string cid, HttpContext http, CommentActions actions, ConsultationStore store, CancellationToken ct)
    {
        if (await store.ReadAsync(id, ct) is not { Consultation: var c } || !ConsultationRules.MaySeeAll(c, http.GetActor()))
            return Problems.NotFoundHere.ToResult();
        var form = await FormState.ReadAsync(http, FormOf("reveal", cid));
        CommentContact? contact = null;
        if (form.Refusal is null)
        {
            (contact, var refusal) = await actions.RevealAsync(id, cid, null, http.GetActor(), ct);
            form = refusal is null ? form : form.Refused(refusal);
        }

        return form.Refusal is { Code: "notFound" } missing ? missing.ToResult() : await ListAsync(id, http, form, cid, ct, contact);
    }

    /// <param name="only">One alone, where a form about it is shown again.</param>
    private static async Task<IResult> ListAsync(string id, HttpContext http, FormState form, string? only, CancellationToken ct, CommentContact? contact = null)
    {
        var services = http.RequestServices;
        var store = services.GetRequiredService<CommentStore>();
        if (await services.GetRequiredService<ConsultationStore>().ReadAsync(id, ct) is not { Consultation: var c } || !ConsultationRules.MaySeeAll(c, http.GetActor()))
            return Problems.NotFoundHere.ToResult();
        if (!ConsultationPages.TryPlace(http, "after", out var after))
            return Cursor.Bad.ToResult();
        var page = await PageContext.OfAsync(http);
        page.Script = false;
        var tab = TabOf(only is null ? http.Request.Query["list"].ToString() : form["list"]);
        page.Here = $"{ConsultationOfficePages.Address(id)}/comments?list={tab}";
        var (items, next) = only is null
            ? await store.ReadListAsync(id, Array.Find(Tabs, t => t.Name == tab).List, after, PageSize, ct)
            : (await store.ReadAsync(id, only, ct) is { } one ? [one.Comment] : [], null);
        var shown = await Task.WhenAll(items.Select(async m => new WorkComment(m, store.TextOf(m), (await store.ReadGroupAsync(id, m.GroupId, ct))?.Count - 1 ?? 0, m.Id == only ? contact : null)));
        var done = http.Request.Query["done"].ToString();
        return new PageResult<CommentWorkPage>(
            page, (form.Refusal is null ? "" : page.Texts["error.title"]) + page.Texts["con.work"], form.Status, ("Consultation", c), ("Figures", await store.ReadFiguresAsync(c, ct)), ("Items", shown), ("Tab", tab),
            ("Next", next), ("Form", form), ("Done", page.Texts.Find("con.done." + done) is null ? null : done));
    }

    private static async Task<IResult> GroupsAsync(string id, HttpContext http, FormState form, CancellationToken ct)
    {
        var services = http.RequestServices;
        var store = services.GetRequiredService<CommentStore>();
        if (await services.GetRequiredService<ConsultationStore>().ReadAsync(id, ct) is not { Consultation: var c } || !ConsultationRules.MaySeeAll(c, http.GetActor()))
            return Problems.NotFoundHere.ToResult();
        if (!ConsultationPages.TryPlace(http, "after", out var after))
            return Cursor.Bad.ToResult();
        var page = await PageContext.OfAsync(http);
        page.Script = false;
        page.Here = ConsultationOfficePages.Address(id) + "/groups";
        var (groups, next) = await store.ReadGroupsAsync(id, after, PageSize, ct);
        var shown = await Task.WhenAll(groups.Select(g => CommentEndpoints.ViewOfAsync(id, g, store, ct)));
        var done = http.Request.Query["done"].ToString();
        return new PageResult<CommentGroupsPage>(
            page, (form.Refusal is null ? "" : page.Texts["error.title"]) + page.Texts["con.groups"], form.Status, ("Consultation", c), ("Groups", shown), ("Next", next), ("Form", form),
            ("Done", page.Texts.Find("con.done." + done) is null ? null : done));
    }
}
