using HotlinePush.Audiences;
using HotlinePush.Notices;
using HotlinePush.Notices.Matters;
using HotlinePush.Notices.Sending;
using HotlinePush.Security;
using HotlinePush.Security.Accounts;
using HotlinePush.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace HotlinePush.Pages.Publishing;

/// <summary>A notice as its page shows it.</summary>
/// <param name="Audience">Null for readers of another office, who see no figures.</param>
/// <param name="Names">Display names by actor id.</param>
public sealed record ShownNotice(
    Notice Notice, Progress Progress, IReadOnlyList<NoticeEvent> History, IReadOnlyDictionary<string, string> Names, Audience? Audience, Matter? Matter, DryRun? DryRun, Refusal? DryRunRefused,
    IReadOnlyList<ReviewPoint> Checklist, FormState Form, string? Done)
{
    public string Root => NoticePages.Address(Notice.Id);

    public string NameOf(Actor actor, Texts texts) => Names.GetValueOrDefault(actor.Id) ?? texts["role." + actor.Role];
}

/// <summary>
/// Notices: the list, and one from its draft to its last delivery. Forms are decided by the same rules as the API; a refused one comes back with
/// what was typed.
/// </summary>
internal static class NoticePages
{
    internal const string Root = "/publishing";
    internal const string Check = "check.";
    private const int PageSize = 50;
    private const int Latest = 200;

    /// <summary>A list up to this size is gone through while its page is made; a larger one when somebody asks.</summary>
    private const int TriedAtOnce = 20_000;

    private static readonly Role[] Publisher = [Role.Publisher];
    private static readonly Role[] Stoppers = [Role.Publisher, Role.Reviewer, Role.Supervisor];

    public static void Map(RouteGroupBuilder pages)
    {
        pages.MapGet(Root, ListAsync).RequireRole(NoticeEndpoints.Readers);
        pages.MapGet(Root + "/notices/{id}", (string id, HttpContext http, NoticeStore store, CancellationToken ct) => ShowAsync(id, http, FormState.Empty(""), store, ct)).RequireRole(NoticeEndpoints.Readers);
        pages.MapGet(Root + "/notices/{id}/pulse", PulseAsync).RequireRole(NoticeEndpoints.Readers);
        pages.MapPost(Root + "/notices/{id}/dry-run", async (string id, HttpContext http, NoticeStore store, CancellationToken ct) =>
            await ShowAsync(id, http, await FormState.ReadAsync(http, "dry-run"), store, ct)).RequireRole(Role.Publisher, Role.Reviewer);
        pages.MapPost(Root + "/notices/{id}/correct", CorrectAsync).RequireRole(Publisher);
        Action("submit", Publisher, _ => (new SubmitNotice(), null));
        Action("review", [Role.Reviewer], f => (new ReviewNotice(f["step"] == "approve", f.Filled("note"), [.. f.Values.Keys.Where(k => k.StartsWith(Check, StringComparison.Ordinal)).Select(k => k[Check.Length..])]), null));
        Action("send", Publisher, Send);
        Action("pause", Stoppers, f => (new PauseNotice(f.Filled("note")), null));
        Action("resume", Publisher, _ => (new ResumeNotice(), null));
        Action("cancel", Stoppers, f => (new CancelNotice(f.Filled("note")), f["sure"] == "yes" ? null : Refusal.Of("required", "sure", "取消后不能恢复，请先确认。")));
        Action("retry-failed", Publisher, _ => (new RetryFailed(), null));

        void Action(string name, Role[] roles, Func<FormState, (NoticeCommand, Refusal?)> command) => pages.MapPost($"{Root}/notices/{{id}}/{name}",
            (string id, HttpContext http, NoticeStore store, NoticeActions actions, CancellationToken ct) => ActAsync(id, name, command, http, store, actions, ct)).RequireRole(roles);
    }

    internal static string Address(string id) => $"{Root}/notices/{id}";

    /// <summary>Whether the next step is the reader's.</summary>
    internal static bool WaitsFor(Notice n, Actor reader) => reader.Role switch
    {
        Role.Publisher => n.State is NoticeState.Draft or NoticeState.Rejected or NoticeState.Approved or NoticeState.Paused,
        Role.Reviewer => n.State == NoticeState.InReview && n.DraftedBy.Id != reader.Id,
        _ => false,
    };

    private static (NoticeCommand, Refusal?) Send(FormState form)
    {
        var check = new Web.Check();
        var trial = form["how"] == "all" ? null : AudiencePages.Number(form, "trial", 1, Place.PageSize, check);
        if (form["how"] != "all" && trial is null && check.Ok)
            check.Missing("trial");
        return (new SendNotice(trial), check.Refusal);
    }

    private static async Task<IResult> ListAsync(HttpContext http, NoticeStore store, CancellationToken ct)
    {
        var page = await PageContext.OfAsync(http);
        page.Script = false;
        var query = new QueryFields(http.Request);
        var after = query.Text("after");
        if (query.Refusal is { } bad)
            return bad.ToResult();
        if (after is not null && !Storage.Keys.IsKey(after))
            return Cursor.Bad.ToResult();
        var (actor, own) = (page.Actor, page.Actor.Role is Role.Publisher or Role.Reviewer);
        if (own && actor.UnitId is null)
            return new Refusal("forbidden", "您的账号不属于任何单位。").ToResult();
        var list = own ? actor.UnitId! : NoticeStore.EveryUnit;
        var (items, next) = await store.ReadListAsync(list, after, PageSize, ct);
        // What waits is looked for further back than a page shows.
        var waiting = own && after is null ? (next is null ? items : (await store.ReadListAsync(list, null, Latest, ct)).Items).Where(n => WaitsFor(n, actor)).ToArray() : [];
        return new PageResult<NoticesPage>(
            page, page.Texts["pub.heading"], StatusCodes.Status200OK,
            ("Waiting", (IReadOnlyList<Notice>)waiting), ("Others", (IReadOnlyList<Notice>)[.. items.Where(n => waiting.All(w => w.Id != n.Id))]), ("Next", next), ("First", after is null));
    }

    private static async Task<IResult> PulseAsync(string id, HttpContext http, NoticeStore store, NoticeSending sending, CancellationToken ct)
    {
        if (await store.ReadAsync(id, ct) is not { Notice: var notice } || !NoticeRules.MaySee(notice, http.GetActor()))
            return Problems.NotFoundHere.ToResult();
        return new FragmentResult<ProgressPicture>(await PageContext.OfAsync(http), ("Notice", notice), ("Progress", await sending.ProgressAsync(notice, ct)));
    }

    private static async Task<IResult> ActAsync(
        string id, string name, Func<FormState, (NoticeCommand, Refusal?)> command, HttpContext http, NoticeStore store, NoticeActions actions, CancellationToken ct)
    {
        var form = await FormState.ReadAsync(http, name);
        if (form.Refusal is null && TextCheck.Of(form, "note") is { } wrong)
            form = form.Refused(wrong);
        if (form.Refusal is null)
        {
            var (wanted, refusal) = command(form);
            refusal ??= await UntickedAsync(wanted, http, ct);
            if (refusal is null)
                refusal = (await actions.ActAsync(id, wanted, http.GetActor(), ComposePages.Version(form), ct)).Refusal;
            if (refusal is null)
                return PageAnswers.SeeOther($"{Address(id)}?done={(wanted is ReviewNotice { Approve: false } ? "rejected" : name)}");
            form = form.Refused(refusal);
        }

        return await ShowAsync(id, http, form, store, ct);
    }

    /// <summary>Here a reviewer who approves has looked at every point of the checklist.</summary>
    private static async Task<Refusal?> UntickedAsync(NoticeCommand wanted, HttpContext http, CancellationToken ct)
    {
        if (wanted is not ReviewNotice { Approve: true } review)
            return null;
        var open = (await http.RequestServices.GetRequiredService<DisclosureSource>().GetAsync(ct)).Checklist.Where(p => !review.Checklist.Contains(p.Id)).ToArray();
        return open.Length == 0 ? null : new("required", $"还有 {open.Length} 项没有核对。", open.ToDictionary(p => Check + p.Id, p => (string[])["required: 请逐项核对后勾选。"], StringComparer.Ordinal));
    }

    /// <summary>A correction begins as a copy of what it corrects, to be rewritten.</summary>
    private static async Task<IResult> CorrectAsync(string id, HttpContext http, NoticeStore store, NoticeActions actions, CancellationToken ct)
    {
        var form = await FormState.ReadAsync(http, "correct");
        if (await store.ReadAsync(id, ct) is not { Notice: var n } || !NoticeRules.MaySee(n, http.GetActor()))
            return Problems.NotFoundHere.ToResult();
        if (form.Refusal is null)
        {
            var refusal = n.StartedAt is null ? new("wrongState", "通知还没有发出，请直接修改。") : (Refusal?)null;
            if (refusal is null)
            {
                var title = "更正：" + n.Title;
                var draft = new NoticeDraft(
                    title.Length > NoticeChecks.MaxTitle ? title[..NoticeChecks.MaxTitle] : title, n.Field, n.AudienceId, n.Channels, n.Texts, n.MatterId, n.LegalBasis, n.Mandatory, n.Expected, null, n.Script, n.PerHour,
                    n.Templates, n.SharedPhones);
                var made = await actions.CreateAsync(NoticeStore.NewId(), draft, http.GetActor(), ct, corrects: id);
                if (made.Refusal is null)
                    return PageAnswers.SeeOther(Address(made.Notice!.Id) + "/edit");
                refusal = made.Refusal;
            }

            form = form.Refused(refusal);
        }

        return await ShowAsync(id, http, form, store, ct);
    }

    private static async Task<IResult> ShowAsync(string id, HttpContext http, FormState form, NoticeStore store, CancellationToken ct)
    {
        if (await store.ReadAsync(id, ct) is not { Notice: var notice } || !NoticeRules.MaySee(notice, http.GetActor()))
            return Problems.NotFoundHere.ToResult();
        var services = http.RequestServices;
        var page = await PageContext.OfAsync(http);
        page.Here = Address(id);
        var own = page.Actor.Role is Role.Publisher or Role.Reviewer;
        var audience = own ? (await services.GetRequiredService<AudienceStore>().ReadAsync(notice.AudienceId, ct))?.Audience : null;
        var (dry, refused) = await TryAsync(notice, audience, form, services, ct);
        var history = await store.ReadHistoryAsync(id, ct);
        var names = await services.GetRequiredService<StaffNames>().OfAsync(history.Select(h => h.By), page.Actor, ct);
        var disclosure = await services.GetRequiredService<DisclosureSource>().GetAsync(ct);
        var done = http.Request.Query["done"].ToString();
        var shown = new ShownNotice(
            notice, await services.GetRequiredService<NoticeSending>().ProgressAsync(notice, ct), history, names, audience, disclosure.Matters.Find(notice.MatterId), dry, refused, disclosure.Checklist, form,
            page.Texts.Find("pub.done." + done) is null ? null : done);
        page.Script = notice.State == NoticeState.Sending;
        return new PageResult<NoticePage>(page, (form.Refusal is null ? "" : page.Texts["error.title"]) + notice.Title, form.Status, ("Shown", shown));
    }

    /// <summary>What the notice would do, before it is sent.</summary>
    private static async Task<(DryRun? Run, Refusal? Refusal)> TryAsync(Notice notice, Audience? audience, FormState form, IServiceProvider services, CancellationToken ct)
    {
        if (audience is null || notice.StartedAt is not null || notice.State == NoticeState.Cancelled)
            return (null, null);
        return audience.List is not { } list || list.Recipients <= TriedAtOnce || (form.Name == "dry-run" && form.Refusal is null)
            ? await services.GetRequiredService<NoticeDryRuns>().RunAsync(notice, audience, ct)
            : (null, null);
    }
}
