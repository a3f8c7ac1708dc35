using System.Globalization;
using HotlinePush.Clocks;
using HotlinePush.Incidents;
using HotlinePush.Pages.Residents;
using HotlinePush.Tickets;
using HotlinePush.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace HotlinePush.Pages.Desk;

/// <summary>Incidents 突发事件: opened by the desk, read out to callers, one key for one more caller, over for all of them at once.</summary>
internal static class IncidentPages
{
    public const string Address = "/desk/incidents";
    private const string Kind = "Incident";
    private const int Shown = 50;

    public static void Map(RouteGroupBuilder pages)
    {
        pages.MapGet(Address, (Delegate)((HttpContext http, IncidentDesk desk, IDataProtectionProvider protection, CancellationToken ct) =>
            ListAsync(http, FormState.Empty("open"), desk, protection, ct))).RequireRole(DeskEndpoints.Roles);
        pages.MapPost(Address, OpenAsync).RequireRole(DeskEndpoints.Roles);
        pages.MapGet(Address + "/{id}", ShowAsync).RequireRole(DeskEndpoints.Roles);
        pages.MapPost(Address + "/{id}/calls", CallAsync).RequireRole(DeskEndpoints.Roles);
        Change("update", (desk, id, form, version, http) => desk.UpdateAsync(id, form["text"], version, http.GetActor(), http.RequestAborted));
        Change("restore", (desk, id, form, version, http) => desk.RestoreAsync(id, form["text"], version, http.GetActor(), http.RequestAborted));

        void Change(string name, Func<IncidentDesk, string, FormState, int, HttpContext, Task<(CountedIncident? Incident, Refusal? Refusal)>> change) =>
            pages.MapPost(Address + "/{id}/" + name, (string id, HttpContext http, IncidentDesk desk, IncidentStore store, TicketFiling filing, IDataProtectionProvider protection) =>
                ChangeAsync(id, name, change, http, desk, store, filing, protection)).RequireRole(DeskEndpoints.Roles);
    }

    private static async Task<IResult> ListAsync(HttpContext http, FormState form, IncidentDesk desk, IDataProtectionProvider protection, CancellationToken ct, string? reserved = null)
    {
        var page = await PageContext.OfAsync(http);
        page.Here = Address;
        var (open, _) = await desk.ListAsync(IncidentState.Open, null, Shown, ct);
        var (closed, _) = await desk.ListAsync(IncidentState.Closed, null, Shown, ct);
        return new PageResult<IncidentsPage>(
            page, page.Texts["nav.incidents"], form.Status, ("Open", open), ("Closed", closed), ("Form", form), ("Reserved", Reserved.Seal(protection, reserved ?? desk.Reserve(), Kind)));
    }

    private static async Task<IResult> OpenAsync(HttpContext http, IncidentDesk desk, IDataProtectionProvider protection, CancellationToken ct)
    {
        var form = await FormState.ReadAsync(http, "open");
        // Sent twice it opens one.
        var reserved = Reserved.Open(protection, form["reserved"], Kind) ?? desk.Reserve();
        if (form.Refusal is null)
        {
            var (incident, refusal) = await desk.OpenAsync(
                new(form["title"], form["text"], form.Filled("areaId"), form.Filled("categoryId"), form.Filled("leadUnitId")), reserved, http.GetActor(), ct);
            if (incident is not null)
                return PageAnswers.SeeOther($"{Address}/{incident.Incident.Id}");
            form = form.Refused(refusal!);
        }

        return await ListAsync(http, form, desk, protection, ct, reserved);
    }

    private static Task<IResult> ShowAsync(string id, HttpContext http, IncidentDesk desk, IncidentStore store, TicketFiling filing, IDataProtectionProvider protection) =>
        PageAsync(id, FormState.Empty(""), http, desk, store, protection, filing.ReserveNumbers());

    private static async Task<IResult> CallAsync(
        string id, HttpContext http, IncidentDesk desk, IncidentStore store, TicketFiling filing, IDataProtectionProvider protection, ProductClock clock, CancellationToken ct)
    {
        var form = await FormState.ReadAsync(http, "calls");
        var reserved = Reserved.Open(protection, form["reserved"], CityZone.DateOf(clock.GetUtcNow())) ?? filing.ReserveNumbers();
        if (form.Refusal is null)
        {
            var (ticket, _, refusal) = await desk.CallAsync(id, CallOf(form), reserved, http.GetActor(), ct);
            if (ticket is not null)
                return PageAnswers.SeeOther($"{Address}/{id}?done=calls");
            form = form.Refused(refusal!);
        }

        return await PageAsync(id, form, http, desk, store, protection, reserved);
    }

    /// <summary>A caller without a number is counted and not told.</summary>
    public static NewCall CallOf(FormState form) => new(
        form["identity"] == "anonymous" || form.Filled("contact.phone") is null
            ? new NewContact(form.Filled("contact.name"), Anonymous: true)
            : new NewContact(form.Filled("contact.name"), form.Filled("contact.phone"), Confidential: form["identity"] == "confidential"),
        form.Filled("areaId"), form.Filled("description"));

    private static async Task<IResult> ChangeAsync(
        string id, string name, Func<IncidentDesk, string, FormState, int, HttpContext, Task<(CountedIncident? Incident, Refusal? Refusal)>> change,
        HttpContext http, IncidentDesk desk, IncidentStore store, TicketFiling filing, IDataProtectionProvider protection)
    {
        var form = await FormState.ReadAsync(http, name);
        if (form.Refusal is null)
        {
            var version = int.TryParse(form["version"], NumberStyles.None, CultureInfo.InvariantCulture, out var v) ? v : -1;
            var (incident, refusal) = await change(desk, id, form, version, http);
            if (incident is not null)
                return PageAnswers.SeeOther($"{Address}/{id}?done={name}");
            form = form.Refused(refusal!);
        }

        return await PageAsync(id, form, http, desk, store, protection, filing.ReserveNumbers());
    }

    private static async Task<IResult> PageAsync(
        string id, FormState form, HttpContext http, IncidentDesk desk, IncidentStore store, IDataProtectionProvider protection, string reserved)
    {
        if (await desk.ReadAsync(id, http.RequestAborted) is not { } found)
            return Problems.NotFoundHere.ToResult();
        var page = await PageContext.OfAsync(http);
        page.Here = $"{Address}/{id}";
        var done = http.Request.Query["done"].ToString();
        return new PageResult<IncidentPage>(
            page, (form.Refusal is null ? "" : page.Texts["error.title"]) + found.Incident.Title, form.Status,
            ("Found", found), ("History", await store.ReadHistoryAsync(id, http.RequestAborted)), ("Form", form), ("Reserved", Reserved.Seal(protection, reserved)),
            ("Done", page.Texts.Find("incident.done." + done) is null ? null : done));
    }
}
