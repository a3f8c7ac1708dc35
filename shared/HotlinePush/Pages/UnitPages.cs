using System.Globalization;
using HotlinePush.Clocks;
using HotlinePush.Security;
using HotlinePush.Tickets;
using HotlinePush.Units;
using HotlinePush.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace HotlinePush.Pages;

/// <summary>A unit's work: its queue by deadline, a ticket, and what the unit may do with it. The desk looks on.</summary>
internal static class UnitPages
{
    private const int PageSize = 50;

    public static void Map(RouteGroupBuilder pages)
    {
        pages.MapGet("/unit", QueueAsync).RequireRole(TicketEndpoints.Seers);
        pages.MapGet("/unit/tickets/{number}", TicketAsync).RequireRole(TicketEndpoints.Seers);
        pages.MapPost("/unit/tickets/{number}/reveal", RevealAsync).RequireRole(Role.Unit, Role.Desk, Role.Supervisor);
        Action("sign", _ => new Sign());
        Action("return", f => new ReturnTicket(f["reason"], f["text"]));
        Action("contact", f => new ContactResident(f.Filled("note")));
        Action("extend", f => new Extend(Days(f["workingDays"]), f["reason"]));
        Action("suspend", f => new Suspend(f["reason"]));
        Action("resume", _ => new Resume());
        Action("answer", f => new AnswerTicket(f["text"], f.Filled("outcome"), []));

        void Action(string name, Func<FormState, TicketCommand> command) => pages.MapPost("/unit/tickets/{number}/" + name,
            (string number, HttpContext http, TicketReading reading, TicketActions actions, CancellationToken ct) =>
                ActAsync(number, name, command, http, reading, actions, ct)).RequireRole(Role.Unit);
    }

    private static async Task<IResult> QueueAsync(HttpContext http, TicketLists lists, CancellationToken ct)
    {
        var page = await PageContext.OfAsync(http);
        var actor = page.Actor;
        var query = new QueryFields(http.Request);
        var state = query.Text("state") ?? "open";
        var unitId = query.Text("unit") ?? actor.UnitId;
        var after = query.Text("after", Cursor.MaxLength);
        query.Check.OneOf("state", state, UnitQueuePage.States);
        if (query.Refusal is { } refusal)
            return refusal.ToResult();
        var unit = page.City!.FindUnit(unitId);
        if ((unit is null && unitId is not null) || (actor.Role == Role.Unit && unitId != actor.UnitId))
            return Problems.NotFoundHere.ToResult();
        ListCursor? position = null;
        if (after is not null && !Cursor.TryRead(after, out position))
            return Cursor.Bad.ToResult();
        var found = unit is null ? new TicketPage([], null) : await lists.UnitAsync(unit.Id, state, position, PageSize, ct);
        IReadOnlyList<(Ticket, TicketSummary)> rows = [.. found.Tickets.Select(t => (t, TicketSummary.Of(t, actor)))];
        return new PageResult<UnitQueuePage>(
            page, page.Texts["queue.heading"], StatusCodes.Status200OK,
            ("Unit", unit), ("State", state), ("Rows", rows), ("Next", found.Next is { } next ? Cursor.Write(next) : null), ("After", after));
    }

    private static async Task<IResult> TicketAsync(string number, HttpContext http, TicketReading reading, CancellationToken ct)
    {
        var (seen, refusal) = await reading.ReadAsync(number, http, ct);
        return seen is null ? refusal!.ToResult() : await TicketPageAsync(seen, FormState.Empty(""), http, reading.Now);
    }

    private static async Task<IResult> ActAsync(
        string number, string name, Func<FormState, TicketCommand> command, HttpContext http, TicketReading reading, TicketActions actions, CancellationToken ct)
    {
        var form = await FormState.ReadAsync(http, name);
        var (seen, refusal) = await reading.ReadAsync(number, http, ct);
        if (seen is null)
            return refusal!.ToResult();
        if (form.Refusal is null && TextCheck.Of(form, "text", "note", "outcome") is { } wrong)
            form = form.Refused(wrong);
        if (form.Refusal is null)
        {
            // A form without a version was not made by this page: it matches nothing.
            var version = int.TryParse(form["version"], NumberStyles.None, CultureInfo.InvariantCulture, out var v) ? v : -1;
            var done = await actions.ActAsync(number, command(form), seen.Actor, version, ct);
            if (done.Refusal is null)
                return ResidentPages.SeeOther(PageLinks.UnitTicket(number, name));
            form = form.Refused(done.Refusal);
            // Somebody was faster: what is shown now is what they made of it, and the next attempt goes by that.
            (seen, refusal) = await reading.ReadAsync(number, http, ct);
            if (seen is null)
                return refusal!.ToResult();
        }

        return await TicketPageAsync(seen, form, http, reading.Now);
    }

    private static async Task<IResult> RevealAsync(string number, HttpContext http, TicketReading reading, AuditLog audit, CancellationToken ct)
    {
        var form = await FormState.ReadAsync(http, "reveal");
        var (seen, refusal) = await reading.ReadAsync(number, http, ct);
        if (seen is null)
            return refusal!.ToResult();
        var ticket = seen.Stored.Ticket;
        if (!TicketAccess.MayReachResident(ticket, seen.Actor))
            return new Refusal("forbidden", "此工单的联系方式只由话务中心掌握，请通过话务中心联系。").ToResult();
        if (form.Refusal is null && TextCheck.Of(form, "why") is { } wrong)
            form = form.Refused(wrong);
        if (form.Refusal is not null)
            return await TicketPageAsync(seen, form, http, reading.Now);
        // The trace comes first: no trace, no contact.
        await audit.AppendAsync(new(reading.Now, seen.Actor, "reveal-contact", number, form.Filled("why")), ct);
        return await TicketPageAsync(seen, FormState.Empty(""), http, reading.Now, ticket.Contact);
    }

    private static async Task<IResult> TicketPageAsync(SeenTicket seen, FormState form, HttpContext http, DateTimeOffset now, Contact? revealed = null)
    {
        var page = await PageContext.OfAsync(http);
        var (stored, actor, history, city) = seen;
        var ticket = stored.Ticket;
        page.Here = PageLinks.UnitTicket(ticket.Number);
        var view = TicketView.Of(ticket, actor);
        IReadOnlyList<EventView> events = [.. (await history()).Select(e => EventView.Of(ticket, e, actor))];
        IReadOnlyList<ClockView> clocks = [.. ticket.Clocks.Select(c => ClockView.Of(c, city, now, staff: true)).OrderBy(c => c.StoppedAt is not null).ThenBy(c => c.DueAt)];
        var done = http.Request.Query["done"].ToString();
        return new PageResult<UnitTicketPage>(
            page, (form.Refusal is null ? "" : page.Texts["error.title"]) + (view.Subject ?? page.Texts["unit.confidentialSubject"]), form.Status,
            ("Ticket", view), ("Version", ticket.Seq), ("UnitClock", ticket.Latest(ClockKind.Unit)), ("Clocks", clocks), ("History", events), ("Form", form),
            ("Done", page.Texts.Find("done." + done) is null ? null : done), ("Revealed", revealed));
    }

    private static int Days(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var days) ? days : 0;
}
