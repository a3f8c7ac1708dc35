using System.Text.Json;
using HotlinePush.Clocks;
using HotlinePush.Inbound.Calls;
using HotlinePush.Incidents;
using HotlinePush.Pages.Residents;
using HotlinePush.Routing;
using HotlinePush.Security;
using HotlinePush.Tickets;
using HotlinePush.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace HotlinePush.Pages.Desk;

/// <summary>What became of the call that was just taken.</summary>
/// <param name="Code">The tracking code of an anonymous caller, who is told it now or never.</param>
/// <param name="Into">The ticket it was merged into.</param>
/// <param name="Incident">The event it was counted to.</param>
/// <param name="FollowedUp">Nothing new was filed: it was added to this one.</param>
public sealed record TakenCall(string Number, TicketState State, string? UnitName, DateTimeOffset? Due, string? Dial, string? Code, string? Into, bool FollowedUp, string? Incident = null);

/// <summary>
/// Taking a call 接电话, with the keyboard alone: who calls, what it is, who said the same, what could be answered; then filed and
/// dispatched, answered on the spot, or added to what is there. One form, and what it finds beside it.
/// </summary>
internal static class CallPages
{
    private const string Address = "/desk/call";
    private const int SubjectLength = 40;

    /// <summary>A greeting is no subject: the first stop is looked for after so many letters.</summary>
    private const int ShortestSubject = 6;

    /// <summary>How long the page after a call may show an anonymous caller's code.</summary>
    private static readonly TimeSpan CodeShown = TimeSpan.FromMinutes(30);

    public static void Map(RouteGroupBuilder pages)
    {
        pages.MapGet(Address, FormAsync).RequireRole(DeskEndpoints.Roles);
        pages.MapPost(Address, TakeAsync).RequireRole(DeskEndpoints.Roles);
        pages.MapPost(Address + "/hints", HintsAsync).RequireRole(DeskEndpoints.Roles);
    }

    /// <summary>An empty form; after a call with what became of it; with <c>?phone=</c> for a telephone system that opens it, with <c>?call=</c> for a call that popped up here.</summary>
    private static async Task<IResult> FormAsync(HttpContext http, TicketFiling filing, CallStore calls, IDataProtectionProvider protection, CancellationToken ct)
    {
        var query = new QueryFields(http.Request);
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        if (query.Text("phone", 40) is { } phone)
            values["contact.phone"] = phone;
        if (query.Text("call") is { } id && await calls.ReadAsync(id, ct) is { Value: var call })
        {
            values["call"] = id;
            if (call is { PersonHash: not null, Caller: { } caller })
                values["contact.phone"] = caller;
        }

        var form = FormState.Empty("call") with { Values = values };
        var page = await PageContext.OfAsync(http);
        // The number stands in the form, not in what a link of the page leads to.
        page.Here = Address;
        return await PageAsync(page, form, Reserved.Seal(protection, filing.ReserveNumbers()), http, await TakenAsync(http, page, ct));
    }

    private static async Task<IResult> HintsAsync(HttpContext http, CallHintsReading reading, CancellationToken ct)
    {
        var form = await FormState.ReadAsync(http, "call");
        if (form.Refusal is { } refusal)
            return refusal.ToResult();
        var page = await PageContext.OfAsync(http);
        return new FragmentResult<CallHintsColumn>(page, ("Hints", await reading.ReadAsync(form, page.Actor, ct)));
    }

    private static async Task<IResult> TakeAsync(HttpContext http, TicketFiling filing, TicketActions actions, CallHintsReading hints, IncidentDesk incidents, CallDesk calls, IDataProtectionProvider protection, ProductClock clock, CancellationToken ct)
    {
        var page = await PageContext.OfAsync(http);
        page.Here = Address;
        var form = await FormState.ReadAsync(http, "call");
        var reserved = Reserved.Open(protection, form["reserved"], CityZone.DateOf(clock.GetUtcNow())) ?? filing.ReserveNumbers();
        var (what, number) = Button(form);
        // Enter in a form with nothing but a number asks who calls.
        if (what == "look" || (what == "dispatch" && form.Filled("subject") is null && form.Filled("description") is null && form.Filled("contact.phone") is not null))
            return await PageAsync(page, form, Reserved.Seal(protection, reserved), http);
        if (form.Refusal is null)
        {
            var (ticket, next, refusal) = what == "follow"
                ? await FollowAsync(form, number, page.Actor, actions, ct)
                : what == "attach" ? await AttachAsync(form, number, reserved, page.Actor, incidents, ct)
                : await FileAsync(form, what, number, reserved, page.Actor, filing, actions, hints, ct);
            if (ticket is not null)
            {
                if (form.Filled("call") is { } call)
                    await calls.LinkAsync(call, ticket, ct);
                return PageAnswers.SeeOther(next!);
            }

            form = form.Refused(refusal!);
        }

        return await PageAsync(page, form, Reserved.Seal(protection, reserved), http);
    }

    /// <summary>Which button was pressed, and the ticket it is about.</summary>
    private static (string What, string Number) Button(FormState form)
    {
        var pressed = form.Filled("do") ?? "dispatch";
        var cut = pressed.IndexOf(':', StringComparison.Ordinal);
        return cut < 0 ? (pressed, "") : (pressed[..cut], pressed[(cut + 1)..]);
    }

    private static async Task<(string? Number, string? Next, Refusal? Refusal)> FollowAsync(FormState form, string number, Actor by, TicketActions actions, CancellationToken ct)
    {
        var text = string.Join('\n', new[] { form.Filled("subject"), form.Filled("description") }.OfType<string>());
        if (new Check().Text("description", text, required: true).Refusal is { } missing)
            return (null, null, missing);
        var done = await actions.ActAsync(number, new FollowUp(text), by, null, ct);
        return done.Refusal is { } refusal ? (null, null, refusal) : (number, $"{Address}?filed={number}&added=1", null);
    }

    private static async Task<(string? Number, string? Next, Refusal? Refusal)> AttachAsync(
        FormState form, string incident, string reserved, Actor by, IncidentDesk incidents, CancellationToken ct)
    {
        var (ticket, _, refusal) = await incidents.CallAsync(incident, IncidentPages.CallOf(form), reserved, by, ct);
        return ticket is null ? (null, null, refusal) : (ticket.Number, $"{Address}?filed={ticket.Number}", null);
    }

    private static async Task<(string? Number, string? Next, Refusal? Refusal)> FileAsync(
        FormState form, string what, string into, string reserved, Actor by, TicketFiling filing, TicketActions actions, CallHintsReading hints, CancellationToken ct)
    {
        var (request, refusal) = FiledForm.Read(WithSubject(form));
        if (request is null)
            return (null, null, refusal);
        TicketCommand? then = null;
        if (what == "answer")
        {
            var ready = await hints.TextOfAsync(form.Filled("articleId"), ct);
            var answer = form.Filled("answer") ?? ready ?? "";
            if (new Check().Text("answer", answer, required: true).Refusal is { } missing)
                return (null, null, missing);
            then = new AnswerAtDesk(answer, ready is null ? null : form["articleId"]);
        }
        else if (what != "merge")
            then = await hints.DispatchAsync(form, ct);
        request = request with { Channel = "phone", Priority = form.Filled("priority") is null ? null : Priority.Urgent };
        var reply = await filing.FileAsync(request, reserved, by, ct, then);
        if (reply.Status != StatusCodes.Status201Created)
        {
            var problem = JsonSerializer.Deserialize<Problem>(reply.Body.Span, WireJson.Options)!;
            return (null, null, new(problem.Code, problem.Detail, problem.Errors));
        }

        var filed = JsonSerializer.Deserialize<CreatedView>(reply.Body.Span, WireJson.Options)!.Number;
        if (what == "merge" && (await actions.ActAsync(filed, new MergeInto(into), by, null, ct)).Refusal is { } unmerged)
            // Filed it is, and stays: sent again it is the same ticket.
            return (null, null, unmerged);
        // The redacted text of a confidential ticket is written while the words are fresh.
        return (filed, request.Contact.Confidential && what != "answer" ? PageLinks.DeskTicket(filed) : $"{Address}?filed={filed}", null);
    }

    /// <summary>A subject costs time while somebody talks: without one the first sentence serves.</summary>
    private static FormState WithSubject(FormState form)
    {
        if (form.Filled("subject") is not null || form.Filled("description") is not { Length: > ShortestSubject } words)
            return form.Filled("subject") is null ? With(form, form["description"]) : form;
        var end = words.AsSpan(ShortestSubject..).IndexOfAny("。！？；\n，,.!?");
        var subject = words[..Math.Min(end < 0 ? words.Length : end + ShortestSubject, SubjectLength)];
        if (char.IsHighSurrogate(subject[^1]))
            subject = subject[..^1];
        return With(form, subject);
    }

    private static FormState With(FormState form, string subject) =>
        form with { Values = new Dictionary<string, string>(form.Values, StringComparer.Ordinal) { ["subject"] = subject } };

    private static async Task<TakenCall?> TakenAsync(HttpContext http, PageContext page, CancellationToken ct)
    {
        var number = http.Request.Query["filed"].ToString();
        if (!TicketNumber.IsValid(number) || await http.RequestServices.GetRequiredService<TicketStore>().ReadAsync(number, ct) is not { } stored)
            return null;
        var t = stored.Ticket;
        var fresh = page.Moments.Now - t.ReceivedAt < CodeShown;
        return new(
            number, t.State, page.City!.FindUnit(t.LeadUnitId)?.Name, t.Latest(ClockKind.Resolve)?.DueAt,
            fresh ? AlarmWords.Detect(t.Subject, t.Description)?.Service : null,
            fresh && t.Anonymous ? http.RequestServices.GetRequiredService<KeyRing>().Token(TicketTelling.TrackingPurpose, number) : null,
            t.MergedInto, http.Request.Query["added"] == "1",
            t.IncidentId is { } incident ? (await http.RequestServices.GetRequiredService<IncidentDesk>().ReadAsync(incident, ct))?.Incident.Title : null);
    }

    private static async Task<IResult> PageAsync(PageContext page, FormState form, string reserved, HttpContext http, TakenCall? taken = null)
    {
        var hints = await http.RequestServices.GetRequiredService<CallHintsReading>().ReadAsync(form, page.Actor, http.RequestAborted);
        return new PageResult<CallPage>(
            page, (form.Refusal is null ? "" : page.Texts["error.title"]) + page.Texts["nav.call"], form.Status,
            ("Form", form), ("Reserved", reserved), ("Hints", hints), ("Taken", taken),
            ("Live", await http.RequestServices.GetRequiredService<CallLists>().LiveAsync(page.Actor, http.RequestAborted)));
    }
}
