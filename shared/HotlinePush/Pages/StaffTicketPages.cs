using System.Globalization;
using HotlinePush.Clocks;
using HotlinePush.Incidents;
using HotlinePush.Pages.Media;
using HotlinePush.Security;
using HotlinePush.Security.Accounts;
using HotlinePush.Tickets;
using HotlinePush.Tickets.Attachments;
using HotlinePush.Units;
using HotlinePush.Units.Roster;
using HotlinePush.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace HotlinePush.Pages;

/// <summary>
/// The page of a ticket for one kind of staff: shown under <c>root/{number}</c>, its forms sent to <c>root/{number}/{action}</c> and decided
/// by the same rules as the API. A refused form comes back with what was typed.
/// </summary>
/// <param name="render">The page from what it shows and its title, with the ticket it was made of where it has more to say or to read.</param>
internal sealed class StaffTicketPages(RouteGroupBuilder pages, string root, RenderStaffTicket render)
{
    /// <inheritdoc cref="StaffTicketPages"/>
    public StaffTicketPages(RouteGroupBuilder pages, string root, Func<PageContext, StaffTicket, string, IResult> render)
        : this(pages, root, (page, model, title, _, _) => Task.FromResult(render(page, model, title)))
    {
    }

    /// <summary>Where a form leads once it was taken in; null: back to the ticket.</summary>
    public Func<FormState, string, string?>? Onward { get; init; }

    public StaffTicketPages Show(params Role[] roles)
    {
        pages.MapGet(root + "/{number}", ShowAsync).RequireRole(roles);
        return this;
    }

    /// <summary>The contact in full, once it is written down who asked and why.</summary>
    public StaffTicketPages Reveal(params Role[] roles)
    {
        pages.MapPost(root + "/{number}/reveal", RevealAsync).RequireRole(roles);
        return this;
    }

    public StaffTicketPages Action(string name, Role[] roles, Func<FormState, TicketCommand> command)
    {
        pages.MapPost(root + "/{number}/" + name, (string number, HttpContext http, TicketReading reading, TicketActions actions, CancellationToken ct) =>
            ActAsync(number, name, command, http, reading, actions, ct)).RequireRole(roles);
        return this;
    }

    /// <summary>Files, for those who may add some.</summary>
    public StaffTicketPages Attachments(params Role[] roles)
    {
        pages.MapPost(root + "/{number}/attachments", AttachAsync).RequireRole(roles).TakesUpload(AttachmentFiles.MaxRequest);
        return this;
    }

    private string Address(string number) => $"{root}/{Uri.EscapeDataString(number)}";

    private async Task<IResult> ShowAsync(string number, HttpContext http, TicketReading reading, CancellationToken ct)
    {
        var (seen, refusal) = await reading.ReadAsync(number, http, ct);
        return seen is null ? refusal!.ToResult() : await PageAsync(seen, FormState.Empty(""), http, reading.Now);
    }

    private async Task<IResult> ActAsync(
        string number, string name, Func<FormState, TicketCommand> command, HttpContext http, TicketReading reading, TicketActions actions, CancellationToken ct)
    {
        var form = await FormState.ReadAsync(http, name);
        var (seen, refusal) = await reading.ReadAsync(number, http, ct);
        if (seen is null)
            return refusal!.ToResult();
        if (form.Refusal is null && TextCheck.Of(form, [.. form.Values.Keys]) is { } wrong)
            form = form.Refused(wrong);
        if (form.Refusal is null)
        {
            // A form without a version was not made by this page: it matches nothing.
            var version = int.TryParse(form["version"], NumberStyles.None, CultureInfo.InvariantCulture, out var v) ? v : -1;
            var done = await actions.ActAsync(number, command(form), seen.Actor, version, ct);
            if (done.Refusal is null)
                return PageAnswers.SeeOther(Onward?.Invoke(form, number) ?? $"{Address(number)}?done={name}");
            form = form.Refused(done.Refusal);
            // Somebody was faster: what is shown now is what they made of it, and the next attempt goes by that.
            (seen, refusal) = await reading.ReadAsync(number, http, ct);
            if (seen is null)
                return refusal!.ToResult();
        }

        return await PageAsync(seen, form, http, reading.Now);
    }

    private async Task<IResult> AttachAsync(string number, HttpContext http, TicketReading reading, CancellationToken ct)
    {
        var (form, files) = await PageUpload.ReadAsync(http, "attachments");
        var (seen, refusal) = await reading.ReadAsync(number, http, ct);
        if (seen is null)
            return refusal!.ToResult();
        if (form.Refusal is null)
        {
            var (added, wrong) = files is null ? (0, null) : await files.AddAsync(http, seen.Stored, seen.Actor, form["public"] == "on", ct);
            if (added > 0 && wrong is null)
                return PageAnswers.SeeOther($"{Address(number)}?done=attachments");
            form = form.Refused(wrong ?? Refusal.Of("required", "files", "请选择要上传的文件。"));
            (seen, refusal) = await reading.ReadAsync(number, http, ct);
            if (seen is null)
                return refusal!.ToResult();
        }
        else if (files is not null)
            await files.DropAsync(ct);

        return await PageAsync(seen, form, http, reading.Now);
    }

    private async Task<IResult> RevealAsync(string number, HttpContext http, TicketReading reading, AuditLog audit, CancellationToken ct)
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
            return await PageAsync(seen, form, http, reading.Now);
        // The trace comes first: no trace, no contact.
        await audit.AppendAsync(new(reading.Now, seen.Actor, "reveal-contact", number, form.Filled("why")), ct);
        return await PageAsync(seen, FormState.Empty(""), http, reading.Now, ticket.Contact);
    }

    private static async Task<IReadOnlyList<DutyContact>> OnDutyAsync(string unitId, City city, DateTimeOffset now, HttpContext http)
    {
        var roster = await http.RequestServices.GetRequiredService<DutyRoster>().GetAsync(http.RequestAborted);
        return roster.At(unitId, now) is { Count: > 0 } on ? [.. on.Select(s => new DutyContact(s.Name, s.Phone, s.Email))] : DutyContacts.Of(city, unitId, 0);
    }

    private async Task<IResult> PageAsync(SeenTicket seen, FormState form, HttpContext http, DateTimeOffset now, Contact? revealed = null)
    {
        var page = await PageContext.OfAsync(http);
        var (stored, actor, history, city) = seen;
        var ticket = stored.Ticket;
        page.Here = Address(ticket.Number);
        var view = TicketView.Of(ticket, actor);
        var happened = await history();
        var names = await http.RequestServices.GetRequiredService<StaffNames>().OfAsync(happened.Select(e => e.By), actor, http.RequestAborted);
        IReadOnlyList<EventView> events = [.. happened.Select(e => EventView.Of(ticket, e, actor, names))];
        IReadOnlyList<ClockView> clocks = [.. ticket.Clocks.Select(c => ClockView.OfStaff(ticket, c, city, now)).OrderBy(c => c.StoppedAt is not null).ThenBy(c => c.DueAt)];
        var done = http.Request.Query["done"].ToString();
        var model = new StaffTicket(
            page.Here, view, ticket.Seq, actor.UnitId is { } own && ticket.TakesPart(own) ? ticket.ClockOf(own) : ticket.Latest(ClockKind.Unit), clocks, events, form, page.Texts.Find("done." + done) is null ? null : done, revealed)
        {
            OnDuty = ticket is { TelephoneUnit: true, LeadUnitId: { } lead } && actor.Role is Role.Desk or Role.Supervisor ? await OnDutyAsync(lead, city, now, http) : [],
            Incident = (ticket.MasterOf ?? ticket.IncidentId) is { } incident ? await http.RequestServices.GetRequiredService<IncidentDesk>().ReadAsync(incident, http.RequestAborted) : null,
        };
        return await render(page, model, (form.Refusal is null ? "" : page.Texts["error.title"]) + (view.Subject ?? page.Texts["unit.confidentialSubject"]), seen, http);
    }
}

internal delegate Task<IResult> RenderStaffTicket(PageContext page, StaffTicket model, string title, SeenTicket seen, HttpContext http);
