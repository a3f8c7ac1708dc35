using System.Globalization;
using HotlinePush.Clocks;
using HotlinePush.Security;
using HotlinePush.Tickets;
using HotlinePush.Tickets.Disclosure;
using HotlinePush.Units;
using HotlinePush.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace HotlinePush.Pages.UnitWork;

/// <summary>A unit's work: its queue by deadline, a ticket, and what the unit may do with it. The desk looks on.</summary>
internal static class UnitPages
{
    private const int PageSize = 50;
    private const string Evidence = "evidence.";
    private const int TodayMost = 100;
    private static readonly Role[] Unit = [Role.Unit];
    private static readonly Role[] Supervisor = [Role.Supervisor];

    /// <summary>The desk records for a unit on paper.</summary>
    private static readonly Role[] UnitOrDesk = [Role.Unit, Role.Desk, Role.Supervisor];

    public static void Map(RouteGroupBuilder pages)
    {
        pages.MapGet("/unit", QueueAsync).RequireRole(TicketEndpoints.Seers);
        pages.MapGet("/unit/today", TodayAsync).RequireRole(TicketEndpoints.Seers);
        pages.MapGet("/unit/tickets/{number}/sheet", SheetAsync).RequireRole(TicketEndpoints.Seers);
        new StaffTicketPages(pages, "/unit/tickets", (page, model, title) => new PageResult<UnitTicketPage>(page, title, model.Form.Status, ("Model", model)))
            .Show(TicketEndpoints.Seers)
            .Reveal(Role.Unit, Role.Desk, Role.Supervisor)
            .Action("sign", UnitOrDesk, _ => new Sign())
            .Action("return", UnitOrDesk, f => new ReturnTicket(f["reason"], f["text"]))
            .Action("contact", UnitOrDesk, f => new ContactResident(f.Filled("note")))
            .Action("extend", UnitOrDesk, f => new Extend(Days(f["workingDays"]), f["reason"]))
            .Action("suspend", UnitOrDesk, f => new Suspend(f["reason"]))
            .Action("resume", UnitOrDesk, _ => new Resume())
            .Action("answer", UnitOrDesk, f => new AnswerTicket(f["text"], f.Filled("outcome"), [.. f.Values.Keys.Where(k => k.StartsWith(Evidence, StringComparison.Ordinal)).Select(k => k[Evidence.Length..])]))
            .Action("join", UnitOrDesk, f => new JoinUnits([.. UnitTicketPage.JoinFields.Select(f.Filled).OfType<string>()], f["note"]))
            .Action("opinion", Unit, f => new GiveOpinion(f["text"]))
            .Action("delegate", Unit, f => new DelegateTicket(f["unitId"], f.Filled("workingDays") is { } days ? Days(days) : null, f["note"]))
            .Action("recall", Unit, f => new Recall(f["note"]))
            .Action("sign-off", Unit, f => new SignOff(f["accept"] == "yes", f.Filled("note")))
            .Action("supervise", Supervisor, f => new Supervise(f["text"], Days(f["workingDays"])))
            .Action("park", Supervisor, f => new Park(f["reason"], f["text"], Morning(f["reviewAt"])))
            .Action("review", Supervisor, f => new ReviewParked(f["note"], Morning(f["reviewAt"])))
            .Action("ask-correction", UnitOrDesk, f => new AskCorrection(f["text"], Days(f["workingDays"])))
            .Action("ask-third-party", UnitOrDesk, f => new AskThirdParty(f.Filled("note")))
            .Action("third-party-replied", UnitOrDesk, f => new RecordThirdParty(f["agrees"] == "yes", f.Filled("note")))
            .Action("decide-disclosure", UnitOrDesk, f => new DecideDisclosure(f["decision"], f.Filled("ground"), f.Filled("note")))
            .Action("deliver", UnitOrDesk, f => new DeliverInformation(WireWords.TryRead<InformationDelivery>(f["delivery"], out var how) ? how : default, f.Filled("note")))
            .Action("unpark", Supervisor, f => new Unpark(f["text"], []))
            .Attachments(UnitOrDesk);
    }

    private static async Task<IResult> QueueAsync(HttpContext http, TicketLists lists, CancellationToken ct)
    {
        var page = await PageContext.OfAsync(http);
        page.Script = false;
        var actor = page.Actor;
        var query = new QueryFields(http.Request);
        var state = query.Text("state") ?? "open";
        var unitId = query.Text("unit") ?? actor.UnitId;
        var after = query.Text("after", Cursor.MaxLength);
        query.Check.OneOf("state", state, UnitQueuePage.States);
        if (query.Refusal is { } refusal)
            return refusal.ToResult();
        var unit = page.City!.FindUnit(unitId);
        if ((unit is null && unitId is not null) || (actor.Role == Role.Unit && unitId != actor.UnitId && !page.City.IsAbove(actor.UnitId, unitId)))
            return Problems.NotFoundHere.ToResult();
        ListCursor? position = null;
        if (after is not null && !Cursor.TryRead(after, out position))
            return Cursor.Bad.ToResult();
        var found = unit is null ? new TicketPage([], null) : await lists.UnitAsync(unit.Id, state, position, PageSize, ct);
        IReadOnlyList<(Ticket, TicketSummary)> rows = [.. found.Tickets.Where(t => TicketAccess.MaySee(t, actor, page.City)).Select(t => (t, TicketSummary.OfUnit(t, actor, unit!.Id)))];
        return new PageResult<UnitQueuePage>(
            page, page.Texts["queue.heading"], StatusCodes.Status200OK,
            ("Unit", unit), ("State", state), ("Rows", rows), ("Next", found.Next is { } next ? Cursor.Write(next) : null), ("After", after));
    }

    /// <summary>What is due today and on the next working day, with what is late on top and what waits for the head.</summary>
    private static async Task<IResult> TodayAsync(HttpContext http, TicketLists lists, CancellationToken ct)
    {
        var page = await PageContext.OfAsync(http);
        page.Script = false;
        var actor = page.Actor;
        var unitId = new QueryFields(http.Request).Text("unit") ?? actor.UnitId;
        if (page.City!.FindUnit(unitId) is not { } unit || (actor.Role == Role.Unit && unitId != actor.UnitId && !page.City.IsAbove(actor.UnitId, unitId)))
            return Problems.NotFoundHere.ToResult();
        var today = CityZone.DateOf(page.Moments.Now);
        var next = DeadlineCalculator.AddWorkingDays(today, 1, page.City.Calendar);
        var (due, signOff) = await lists.UnitDueAsync(unit.Id, CityZone.FromLocal(next.AddDays(1), TimeOnly.MinValue), TodayMost, ct);
        return new PageResult<UnitTodayPage>(
            page, page.Texts["today.heading"], StatusCodes.Status200OK,
            ("Unit", unit), ("Today", today), ("Next", next), ("Due", Rows(due)), ("SignOff", Rows(signOff)), ("More", due.Count >= TodayMost));

        IReadOnlyList<(Ticket Ticket, TicketSummary Row)> Rows(List<Ticket> found) =>
            [.. found.Where(t => TicketAccess.MaySee(t, actor, page.City)).Select(t => (t, TicketSummary.OfUnit(t, actor, unit.Id)))];
    }

    /// <summary>The ticket on one sheet of paper. It lies on desks: whoever prints it, it shows what the unit may know, contacts masked.</summary>
    private static async Task<IResult> SheetAsync(string number, HttpContext http, TicketReading reading, CancellationToken ct)
    {
        var (seen, refusal) = await reading.ReadAsync(number, http, ct);
        if (seen is not var (stored, _, history, _))
            return refusal!.ToResult();
        var page = await PageContext.OfAsync(http);
        page.Script = false;
        var ticket = stored.Ticket;
        var onPaper = new Actor(Role.Unit, "paper", ticket.LeadUnitId);
        IReadOnlyList<EventView> events = [.. (await history()).Where(e => e is not ReminderFellDue).Select(e => EventView.Of(ticket, e, onPaper))];
        return new PageResult<TicketSheetPage>(
            page, page.Texts["sheet.heading"] + " " + ticket.Number, StatusCodes.Status200OK, ("Ticket", TicketView.Of(ticket, onPaper)), ("History", events));
    }

    /// <summary>A day as the start of its office hours; a day nobody could mean where none was given.</summary>
    private static DateTimeOffset Morning(string day) =>
        DateOnly.TryParseExact(day, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date) && date.Year is > 2000 and < 9000
            ? CityZone.FromLocal(date, new TimeOnly(9, 0))
            : DateTimeOffset.UnixEpoch;

    private static int Days(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var days) ? days : 0;
}
