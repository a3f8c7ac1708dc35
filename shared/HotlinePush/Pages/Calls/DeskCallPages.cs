using HotlinePush.Clocks;
using HotlinePush.Inbound.Calls;
using HotlinePush.Pages.Desk;
using HotlinePush.Security;
using HotlinePush.Security.Accounts;
using HotlinePush.Tickets;
using HotlinePush.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace HotlinePush.Pages.Calls;

/// <summary>Calls at the desk: what rings now 来电弹屏, today's calls, and who is to be called back 漏接回拨.</summary>
internal static class DeskCallPages
{
    public const string Address = "/desk/calls";
    public const string Callbacks = "/desk/callbacks";
    private const int PageSize = 50;
    private const int DoneShown = 20;
    private const int OwnShown = 10;

    public static void Map(RouteGroupBuilder pages)
    {
        pages.MapGet(Address, (Delegate)((HttpContext http) => CallsAsync(http, FormState.Empty("line")))).RequireRole(DeskEndpoints.Roles);
        pages.MapGet(Address + "/live", LiveAsync).RequireRole(DeskEndpoints.Roles);
        pages.MapPost(Address + "/line", LineAsync).RequireRole(DeskEndpoints.Roles);
        pages.MapGet(Callbacks, CallbacksAsync).RequireRole(DeskEndpoints.Roles);
        pages.MapGet(Callbacks + "/{id}", (Delegate)((string id, HttpContext http) => CallbackAsync(id, http, FormState.Empty("done"), null))).RequireRole(DeskEndpoints.Roles);
        pages.MapPost(Callbacks + "/{id}/reveal", RevealAsync).RequireRole(DeskEndpoints.Roles);
        pages.MapPost(Callbacks + "/{id}/done", DoneAsync).RequireRole(DeskEndpoints.Roles);
    }

    /// <summary>The piece that pages of the desk ask for every three seconds.</summary>
    private static async Task<IResult> LiveAsync(HttpContext http, CallLists lists, CancellationToken ct)
    {
        var page = await PageContext.OfAsync(http);
        return new FragmentResult<LiveCallsPart>(page, ("Live", await lists.LiveAsync(page.Actor, ct)), ("Window", http.Request.Query["window"] == "1"));
    }

    private static async Task<IResult> CallsAsync(HttpContext http, FormState form)
    {
        var page = await PageContext.OfAsync(http);
        page.Here = Address;
        var ct = http.RequestAborted;
        var (lists, lines) = (http.RequestServices.GetRequiredService<CallLists>(), http.RequestServices.GetRequiredService<AgentLines>());
        var query = new QueryFields(http.Request);
        var after = query.Text("after", Cursor.MaxLength);
        if (query.Refusal is { } refusal)
            return refusal.ToResult();
        RowCursor? position = null;
        if (after is not null && (!Cursor.TryRead(after, out position) || !position.IsPosition))
            return Cursor.Bad.ToResult();
        var (calls, next) = await lists.OfDayAsync(CityZone.DateOf(page.Moments.Now), position, PageSize, ct);
        if (form.Values.Count == 0)
            form = form with { Values = new Dictionary<string, string> { ["line"] = await lines.ReadAsync(page.Actor, ct) ?? "" } };
        return new PageResult<CallsPage>(
            page, page.Texts["nav.calls"], form.Status, ("Form", form), ("Live", await lists.LiveAsync(page.Actor, ct)), ("Names", await lines.NamesAsync(page.Actor, ct)),
            ("Calls", calls), ("Next", next is null ? null : Cursor.Write(next)), ("Done", http.Request.Query["done"] == "line"));
    }

    private static async Task<IResult> LineAsync(HttpContext http, AgentLines lines, CancellationToken ct)
    {
        var form = await FormState.ReadAsync(http, "line");
        if (form.Refusal is null && new Check().Text("line", form["line"], max: Agents.MaxLength).Refusal is { } wrong)
            form = form.Refused(wrong);
        if (form.Refusal is not null)
            return await CallsAsync(http, form);
        await lines.SetAsync(http.GetActor(), form["line"], ct);
        return PageAnswers.SeeOther(Address + "?done=line");
    }

    private static async Task<IResult> CallbacksAsync(HttpContext http, MissedCallers callers, StaffNames names, CancellationToken ct)
    {
        var page = await PageContext.OfAsync(http);
        var query = new QueryFields(http.Request);
        var after = query.Text("after", Cursor.MaxLength);
        if (query.Refusal is { } refusal)
            return refusal.ToResult();
        RowCursor? position = null;
        if (after is not null && (!Cursor.TryRead(after, out position) || !position.IsPosition))
            return Cursor.Bad.ToResult();
        var (open, next) = await callers.ReadListAsync(false, position, PageSize, ct);
        var (done, _) = await callers.ReadListAsync(true, null, DoneShown, ct);
        var by = await names.OfAsync(done.Select(c => c.Settled!.By), page.Actor, ct);
        return new PageResult<CallbacksPage>(
            page, page.Texts["nav.callbacks"], StatusCodes.Status200OK, ("Open", open), ("Closed", done), ("By", by), ("Next", next is null ? null : Cursor.Write(next)),
            ("Done", http.Request.Query["done"].ToString() is "reached" or "unreached" ? http.Request.Query["done"].ToString() : null));
    }

    private static async Task<IResult> CallbackAsync(string id, HttpContext http, FormState form, string? revealed)
    {
        var (callers, people) = (http.RequestServices.GetRequiredService<MissedCallers>(), http.RequestServices.GetRequiredService<PersonTickets>());
        var ct = http.RequestAborted;
        if (await callers.ReadAsync(id, ct) is not { Value: { Missed.IsEmpty: false, Phone: { } phone } caller })
            return Problems.NotFoundHere.ToResult();
        var page = await PageContext.OfAsync(http);
        page.Here = $"{Callbacks}/{id}";
        var own = (await people.FindAsync(phone, page.Actor, null, OwnShown, ct)).Tickets;
        return new PageResult<CallbackPage>(
            page, (form.Refusal is null ? "" : page.Texts["error.title"]) + page.Texts["nav.callbacks"], form.Status,
            ("Caller", caller), ("Own", own.OrderBy(t => !t.State.IsOpen()).ToList()), ("Form", form), ("Revealed", revealed));
    }

    private static async Task<IResult> RevealAsync(string id, HttpContext http, MissedCallers callers, CancellationToken ct)
    {
        var form = await FormState.ReadAsync(http, "reveal");
        return form.Refusal is { } refusal ? refusal.ToResult()
            : await callers.RevealAsync(id, http.GetActor(), ct) is { } phone ? await CallbackAsync(id, http, FormState.Empty("done"), phone)
            : Problems.NotFoundHere.ToResult();
    }

    private static async Task<IResult> DoneAsync(string id, HttpContext http, MissedCallers callers, CancellationToken ct)
    {
        var form = await FormState.ReadAsync(http, "done");
        if (form.Refusal is null)
        {
            var reached = DeskForms.Yes(form, "reached");
            var (caller, refusal) = await callers.CallBackAsync(id, reached, form.Filled("note"), http.GetActor(), ct);
            if (caller is not null)
                return PageAnswers.SeeOther($"{Callbacks}?done={(reached ? "reached" : "unreached")}");
            form = form.Refused(refusal!);
        }

        return form.Refusal!.Code is "notFound" or "wrongState" ? form.Refusal.ToResult() : await CallbackAsync(id, http, form, null);
    }
}
