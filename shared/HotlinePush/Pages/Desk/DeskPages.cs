using HotlinePush.Clocks;
using HotlinePush.Inbound.Calls;
using HotlinePush.Pages.Calls;
using HotlinePush.Routing;
using HotlinePush.Security;
using HotlinePush.Tickets;
using HotlinePush.Tickets.Similar;
using HotlinePush.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace HotlinePush.Pages.Desk;

/// <summary>The desk's work: what waits, a ticket with all the desk may do with it. Supervisors work here too.</summary>
internal static class DeskPages
{
    private const int PageSize = 30;
    private const int AlarmsShown = 5;
    private const int SiblingsShown = 5;
    private const int SimilarShown = 5;
    private static readonly Role[] Desk = DeskEndpoints.Roles;

    public static void Map(RouteGroupBuilder pages)
    {
        pages.MapGet("/desk", QueueAsync).RequireRole(Desk);
        pages.MapGet("/desk/pulse", PulseAsync).RequireRole(Desk);
        CallPages.Map(pages);
        DeskCallPages.Map(pages);
        DeskSearchPages.Map(pages);
        IncidentPages.Map(pages);
        new StaffTicketPages(pages, "/desk/tickets", TicketAsync) { Onward = Onward }
            .Show(Desk)
            .Reveal(Desk)
            .Action("answer-at-desk", Desk, DeskForms.Answer)
            .Action("dispatch", Desk, DeskForms.Dispatch)
            .Action("decide-return", Desk, f => new DecideReturn(DeskForms.Yes(f, "approve"), f.Filled("note"), DeskForms.Yes(f, "approve") ? f.Filled("leadUnitId") : null))
            .Action("reassign", Desk, f => new Reassign(f["leadUnitId"], f["note"]))
            .Action("contact", Desk, f => new ContactResident(f.Filled("note")))
            .Action("decide-extension", [Role.Supervisor], f => new DecideExtension(DeskForms.Yes(f, "approve"), f.Filled("note")))
            .Action("decide-suspension", Desk, f => new DecideSuspension(DeskForms.Yes(f, "approve"), f.Filled("note")))
            .Action("resume", Desk, _ => new Resume())
            .Action("audit", Desk, DeskForms.Audit)
            .Action("callback", Desk, DeskForms.CallBack)
            .Action("merge", Desk, f => new MergeInto(DeskForms.Number(f.Filled("into") ?? f["candidate"])))
            .Action("decline", Desk, f => new Decline(f["reason"], f["text"]))
            .Action("handover", Desk, f => new HandOver(f["service"], f["takenBy"]))
            .Action("terminate", Desk, f => new Terminate(f["reason"], f["text"]))
            .Action("follow-up", Desk, f => new FollowUp(f["text"]))
            .Action("urge", Desk, _ => new Urge())
            .Action("publish", Desk, f => new PublishText(f["text"], f.Filled("withPlace") is not null))
            .Action("withdraw", Desk, _ => new WithdrawText())
            .Attachments(Desk);
    }

    /// <summary>Who works through a queue goes back to it; the ticket is named there.</summary>
    private static string? Onward(FormState form, string number) =>
        DeskQueues.All.Contains(form["queue"], StringComparer.Ordinal) ? $"{PageLinks.DeskQueue(form["queue"])}&done={form.Name}&ticket={number}" : null;

    private static async Task<IResult> QueueAsync(HttpContext http, DeskLists lists, MissedCallers callers, CallLists calls, CancellationToken ct)
    {
        var page = await PageContext.OfAsync(http);
        var query = new QueryFields(http.Request);
        var queue = query.Text("queue");
        var after = query.Text("after", Cursor.MaxLength);
        query.Check.OneOf("queue", queue, DeskQueues.All);
        if (query.Refusal is { } refusal)
            return refusal.ToResult();
        RowCursor? position = null;
        if (after is not null && (!Cursor.TryRead(after, out position) || !position.IsPosition))
            return Cursor.Bad.ToResult();
        var counts = await lists.CountAsync(ct);
        var callbacks = await callers.CountAsync(ct);
        // Who just comes to work is shown what presses most.
        queue ??= counts.FirstOrDefault(c => c.Count > 0 && (page.Actor.Role == Role.Supervisor || !OfSupervisor(c.Queue)))?.Queue ?? DeskQueues.Dispatch;
        var (tickets, next) = await lists.QueueAsync(queue, position, PageSize, ct);
        var alarms = queue == DeskQueues.Alarm || counts[0].Count == 0 ? [] : (await lists.QueueAsync(DeskQueues.Alarm, null, AlarmsShown, ct)).Tickets;
        var (done, ticket) = (http.Request.Query["done"].ToString(), http.Request.Query["ticket"].ToString());
        var model = new DeskQueue(
            queue, counts, [.. tickets.Select(t => new DeskRow(t, TicketSummary.Of(t, page.Actor), DeskTask.Of(t)!))],
            [.. alarms.Select(t => new DeskRow(t, TicketSummary.Of(t, page.Actor), DeskTask.Of(t)!))],
            next is null ? null : Cursor.Write(next), after is not null,
            page.Texts.Find("desk.done." + done) is not null && TicketNumber.IsValid(ticket) ? (done, ticket) : null,
            PulseOf([.. counts, callbacks]))
        {
            Callbacks = callbacks,
            Live = await calls.LiveAsync(page.Actor, ct),
        };
        return new PageResult<DeskQueuePage>(page, page.Texts["desk.queue." + queue] + " – " + page.Texts["desk.heading"], StatusCodes.Status200OK, ("Model", model));
    }

    public static bool OfSupervisor(string queue) => queue is DeskQueues.Extension or DeskQueues.Supervisor;

    /// <summary>Changes when a queue does: a page that shows them asks for it and says so.</summary>
    private static async Task<IResult> PulseAsync(HttpContext http, DeskLists lists, MissedCallers callers, CancellationToken ct)
    {
        http.Response.Headers.ETag = PulseOf([.. await lists.CountAsync(ct), await callers.CountAsync(ct)]);
        http.Response.Headers.CacheControl = "no-store";
        return TypedResults.NoContent();
    }

    private static string PulseOf(IReadOnlyList<QueueCount> counts) =>
        "\"" + string.Join('-', counts.Select(c => c.Count.ToString(System.Globalization.CultureInfo.InvariantCulture))) + "\"";

    private static async Task<IResult> TicketAsync(PageContext page, StaffTicket staff, string title, SeenTicket seen, HttpContext http)
    {
        var ticket = seen.Stored.Ticket;
        var city = seen.City;
        var queue = staff.Form.Filled("queue") ?? http.Request.Query["queue"].ToString();
        queue = DeskQueues.All.Contains(queue, StringComparer.Ordinal) ? queue : null;
        IReadOnlyList<Suggestion> suggestions = [];
        IReadOnlyList<ReadyAnswer> ready = [];
        string? why = null;
        if (ticket.State == TicketState.Received)
        {
            var routing = http.RequestServices.GetRequiredService<TicketRouting>();
            var found = routing.Decide(new(ticket.Type, ticket.Subject ?? "", ticket.Description ?? "", ticket.CategoryId, ticket.AreaId, ticket.Confidential), city);
            why = found.Why;
            ready = await http.RequestServices.GetRequiredService<CallHintsReading>().ReadyAsync(
                PlainText.OfTicket(ticket.Subject, ticket.Description), found.CategoryId, found.AreaId, http.RequestAborted);
            // What was found at receipt is what the desk was asked about; a ticket that came back has nothing of that left.
            suggestions = ticket.Suggestions.IsEmpty
                ? [.. found.Suggestions.Select(s => new Suggestion(s.CategoryId, s.CategoryName, s.UnitId, s.Confidence, s.Why))]
                : ticket.Suggestions;
        }

        var named = ticket.NamedUnitIds.Select(city.FindUnit).OfType<Units.Unit>().ToArray();
        IReadOnlyList<Ticket> siblings = [];
        IReadOnlyList<SimilarTicket> similar = [];
        if (ticket.State.IsOpen())
        {
            siblings = await http.RequestServices.GetRequiredService<PersonTickets>().OthersAsync(ticket, SiblingsShown, http.RequestAborted);
            if (!ticket.Confidential)
                similar = await http.RequestServices.GetRequiredService<SimilarTickets>().FindLikeAsync(ticket, seen.Actor, SimilarShown, http.RequestAborted);
        }

        var done = http.Request.Query["done"].ToString();
        var model = new DeskTicket(
            staff with { Done = page.Texts.Find("desk.done." + done) is null ? null : done }, DeskTask.Of(ticket), queue,
            // A unit that is complained of is no suggestion.
            [.. suggestions.Where(s => s.Confidence >= CallHintsReading.WorthShowing && s.UnitId is { } unit && !ticket.NamedUnitIds.Contains(unit)).DistinctBy(s => s.UnitId)],
            why, named, ticket is { IsProtected: true, State: TicketState.Received } ? ticket.UnitText ?? RedactedDraft.Of(ticket) : null,
            [.. siblings.Select(t => TicketSummary.Of(t, seen.Actor))],
            [.. similar.Where(s => s.Ticket.State.IsOpen() && siblings.All(t => t.Number != s.Ticket.Number))], ready, ticket.UnreachedDays, ticket.IsProtected)
        {
            Calls = await http.RequestServices.GetRequiredService<CallStore>().ReadManyAsync(ticket.Calls.Select(c => c.Id), http.RequestAborted),
        };
        return new PageResult<DeskTicketPage>(page, title, staff.Form.Status, ("Model", model), ("Head", ticket));
    }
}

/// <summary>A row of a queue.</summary>
public sealed record DeskRow(Ticket Ticket, TicketSummary Shown, DeskTask Task);

/// <summary>The queues with one of them open.</summary>
/// <param name="Alarms">Live emergencies, where another queue is open.</param>
/// <param name="Done">What was just done, and to which ticket.</param>
/// <param name="Pulse">By which a changed queue is told.</param>
public sealed record DeskQueue(
    string Queue, IReadOnlyList<QueueCount> Counts, IReadOnlyList<DeskRow> Rows, IReadOnlyList<DeskRow> Alarms, string? Next, bool Deeper, (string What, string Ticket)? Done, string Pulse)
{
    /// <summary>How many callers wait to be called back.</summary>
    public required QueueCount Callbacks { get; init; }

    public required LiveCalls Live { get; init; }
}
