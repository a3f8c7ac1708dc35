using HotlinePush.Clocks;
using HotlinePush.Comments;
using HotlinePush.Pages.Residents;
using HotlinePush.Security;
using HotlinePush.Storage;
using HotlinePush.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace HotlinePush.Pages.Consultations;

/// <summary>What a page shows of a consultation, read once.</summary>
/// <param name="Comments">Published ones, newest first; those on <paramref name="Section"/> where it is named. Copies of one text on a page stand together.</param>
/// <param name="Figures">As far as everybody may read them.</param>
public sealed record ShownConsultation(
    Consultation Consultation, IReadOnlyList<ConsultationSection> Text, IReadOnlyList<IReadOnlyList<PublicCommentView>> Comments, string? Next, SectionHead? Section, CommentFigures Figures);

/// <summary>Consultations for everybody: what is open and past, one with its text and the comments on it, a comment and its confirmation.</summary>
internal static class ConsultationPages
{
    internal const string Root = "/consultations";
    private const string ReservedKind = "Comment";
    private const int OpenShown = 50;
    private const int PastShown = 20;
    private const int CommentsShown = 20;
    private static readonly string[] Dials = ["110", "119", "120", "122"];

    public static string Address(string id) => $"{Root}/{id}";

    public static void Map(RouteGroupBuilder pages)
    {
        pages.MapGet(Root, ListAsync).Public();
        pages.MapGet(Root + "/{id}", ShowAsync).Public();
        pages.MapPost(Root + "/{id}/comments", CommentAsync).Public();
        pages.MapGet(Root + "/{id}/confirm", ConfirmFormAsync).Public();
        pages.MapPost(Root + "/{id}/confirm", ConfirmAsync).Public();
        ConsultationOfficePages.Map(pages);
        CommentWorkPages.Map(pages);
    }

    private static async Task<IResult> ListAsync(HttpContext http, ConsultationStore store, ProductClock clock, CancellationToken ct)
    {
        var page = await PageContext.OfAsync(http);
        page.Script = false;
        if (!TryPlace(http, "after", out var after))
            return Cursor.Bad.ToResult();
        var now = clock.GetUtcNow();
        var open = after is null ? (await store.ReadPublicAsync(ConsultationList.Open, now, null, OpenShown, ct)).Items : [];
        var (past, next) = await store.ReadPublicAsync(ConsultationList.Past, now, after, PastShown, ct);
        return new PageResult<ConsultationsPage>(
            page, page.Texts["nav.consultations"], StatusCodes.Status200OK,
            ("Open", open.Where(c => c.StateAt(now) == ConsultationState.Open).OrderBy(c => c.ClosesAt).ToList()),
            ("Past", open.Where(c => c.StateAt(now) != ConsultationState.Open).Concat(past).ToList()), ("First", after is null), ("Next", next))
        { MayBeShownAgain = true };
    }

    private static async Task<IResult> ShowAsync(string id, HttpContext http, IDataProtectionProvider protection, CancellationToken ct)
    {
        var form = FormState.Empty("comment") with { Values = new Dictionary<string, string> { ["sectionId"] = http.Request.Query["on"].ToString() } };
        return await PageAsync(id, http, form, Reserved.Seal(protection, Comment.NewId(), ReservedKind), ct);
    }

    private static async Task<IResult> PageAsync(string id, HttpContext http, FormState form, string reserved, CancellationToken ct)
    {
        var page = await PageContext.OfAsync(http);
        page.Script = false;
        var services = http.RequestServices;
        var (store, now) = (services.GetRequiredService<CommentStore>(), services.GetRequiredService<ProductClock>().GetUtcNow());
        if (await services.GetRequiredService<ConsultationStore>().ReadAsync(id, ct) is not { Consultation: var c } || !ConsultationRules.MaySee(c, page.Actor, now))
            return Problems.NotFoundHere.ToResult();
        if (!TryPlace(http, "after", out var after))
            return Cursor.Bad.ToResult();
        var place = c.PlaceOf(http.Request.Query["on"].ToString());
        var (items, next) = await store.ReadListAsync(id, place is null ? CommentList.Published : CommentList.InSection(place), after, CommentsShown, ct);
        var shown = new ShownConsultation(
            c, await services.GetRequiredService<ConsultationStore>().ReadTextAsync(c, ct),
            [.. items.Select(m => (m.GroupId, View: PublicCommentView.Of(m, c, store.TextOf(m)))).Where(m => m.View is not null).GroupBy(m => m.GroupId, m => m.View!).Select(g => g.ToList())], next, c.SectionAt(place),
            SummaryView.Of(c, c.Summary is null ? await store.ReadFiguresAsync(c, ct) : CommentFigures.None, now).Figures);
        if (form.Refusal is not null)
            page.Here = Address(id);
        var (done, dial) = (http.Request.Query["done"].ToString(), http.Request.Query["dial"].ToString());
        return new PageResult<ConsultationPage>(
            page, (form.Refusal is null ? "" : page.Texts["error.title"]) + c.Title, form.Status, ("Shown", shown), ("Form", form), ("Reserved", reserved),
            ("Done", page.Texts.Find("con.done." + done) is null ? null : done), ("Dial", Dials.Contains(dial) ? dial : null))
        { MayBeShownAgain = !page.Actor.IsStaff };
    }

    /// <summary>The form carries the id reserved for the comment, sealed: sent twice by an impatient finger it is one comment.</summary>
    private static async Task<IResult> CommentAsync(string id, HttpContext http, CommentIntake intake, ConsultationStore store, IDataProtectionProvider protection, ProductClock clock, CancellationToken ct)
    {
        if (await store.ReadAsync(id, ct) is not { Consultation: var c } || !c.IsPublicAt(clock.GetUtcNow()))
            return Problems.NotFoundHere.ToResult();
        var form = await FormState.ReadAsync(http, "comment");
        var reserved = Reserved.Open(protection, form["reserved"], ReservedKind) ?? Comment.NewId();
        if (form.Refusal is null)
        {
            var staff = http.GetActor().IsStaff;
            var (taken, refusal) = await intake.AddAsync(
                reserved, id, new(form["text"], form.Filled("sectionId"), form.Filled("name"), form.Filled("phone")), staff ? CommentChannel.Phone : CommentChannel.Web, null,
                staff ? null : http.ClientAddressKey(), confirm: !staff, ct);
            if (taken is not null)
            {
                var dial = taken.Alarm is { } alarm ? "&dial=" + alarm.Service : "";
                return PageAnswers.SeeOther(taken.Comment.State == CommentState.Unconfirmed ? $"{Address(id)}/confirm?comment={taken.Comment.Id}{dial}" : $"{Address(id)}?done=held{dial}#done");
            }

            form = form.Refused(refusal!);
        }

        return await PageAsync(id, http, form, Reserved.Seal(protection, reserved, ReservedKind), ct);
    }

    private static Task<IResult> ConfirmFormAsync(string id, HttpContext http, ConsultationStore store, ProductClock clock, CancellationToken ct) =>
        ConfirmPageAsync(id, http.Request.Query["comment"].ToString(), http, FormState.Empty("confirm"), store, clock, ct);

    private static async Task<IResult> ConfirmAsync(string id, HttpContext http, CommentMessages messages, ConsultationStore store, ProductClock clock, CancellationToken ct)
    {
        if (await store.ReadAsync(id, ct) is not { Consultation: var c } || !c.IsPublicAt(clock.GetUtcNow()))
            return Problems.NotFoundHere.ToResult();
        var form = await FormState.ReadAsync(http, "confirm");
        if (form.Refusal is null)
        {
            var (comment, refusal) = await messages.ConfirmAsync(id, form["comment"], form["code"], http.ClientAddressKey(), ct);
            if (comment is not null)
                return PageAnswers.SeeOther($"{Address(id)}?done=held#done");
            form = form.Refused(refusal!);
        }

        return await ConfirmPageAsync(id, form["comment"], http, form, store, clock, ct);
    }

    private static async Task<IResult> ConfirmPageAsync(string id, string comment, HttpContext http, FormState form, ConsultationStore store, ProductClock clock, CancellationToken ct)
    {
        if (await store.ReadAsync(id, ct) is not { Consultation: var c } || !c.IsPublicAt(clock.GetUtcNow()))
            return Problems.NotFoundHere.ToResult();
        var page = await PageContext.OfAsync(http);
        page.Script = false;
        page.Here = $"{Address(id)}/confirm?comment={Uri.EscapeDataString(comment)}";
        var dial = http.Request.Query["dial"].ToString();
        return new PageResult<CommentConfirmPage>(
            page, (form.Refusal is null ? "" : page.Texts["error.title"]) + page.Texts["con.confirm.heading"], form.Status, ("Consultation", c), ("Comment", comment), ("Form", form),
            ("Dial", Dials.Contains(dial) ? dial : null));
    }

    /// <summary>Where a list goes on, from the address; false where it cannot be one.</summary>
    internal static bool TryPlace(HttpContext http, string field, out string? place)
    {
        place = http.Request.Query[field].ToString() is { Length: > 0 } text ? text : null;
        return place is null or { Length: <= 150 } && (place is null || Keys.IsKey(place));
    }
}
