using HotlinePush.Clocks;
using HotlinePush.Security;
using HotlinePush.Security.Accounts;
using HotlinePush.Units;
using HotlinePush.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace HotlinePush.Tickets;

/// <summary><c>/api/v1/tickets</c>: filing, reading and acting on tickets.</summary>
public static class TicketEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var tickets = routes.MapHotlineGroup("/api/v1/tickets").WithTags("tickets");
        tickets.MapPost("", FileAsync).Public().WithSummary("提交诉求 (file a request)");
        tickets.MapGet("{number}", GetAsync).Public().WithSummary("查看工单 (a ticket)");
        tickets.MapGet("{number}/history", HistoryAsync).RequireRole(Seers).WithSummary("办理记录 (history)");
        tickets.MapGet("{number}/clocks", ClocksAsync).Public().WithSummary("计时与期限依据 (clocks, explained)");
        tickets.MapPost("{number}/reveal", RevealAsync).RequireRole(Role.Desk, Role.Supervisor, Role.Unit).WithSummary("显示联系方式，留痕 (reveal the contact, audited)");
        tickets.MapPost("{number}/rating", RateAsync).Public().WithSummary("群众评价 (the resident's own callback)");
        TicketActionEndpoints.Map(tickets);
        TicketListEndpoints.Map(routes);
        DeskEndpoints.Map(routes);
    }

    internal static readonly Role[] Seers = [Role.Desk, Role.Supervisor, Role.Admin, Role.Unit];

    private static Task<IResult> FileAsync(JsonBody<NewTicket> body, HttpContext http, TicketFiling filing, CancellationToken ct) =>
        IdempotentCreate.RunAsync(
            http,
            filing.ReserveNumbers,
            reserved => filing.FileAsync(body.Value, reserved, http.GetActor(), ct),
            reserved => filing.RereadAsync(body.Value, reserved, ct));

    private static async Task<object> GetAsync(string number, HttpContext http, TicketReading reading, CancellationToken ct)
    {
        var (seen, refusal) = await reading.ReadAsync(number, http, ct);
        if (seen is not var (stored, actor, history, city))
            return refusal!;
        http.Response.SetVersion(stored.Ticket.Seq);
        return actor.Role == Role.Resident
            ? TypedResults.Ok(PublicTicketView.Of(stored.Ticket, await history(), city, reading.Now))
            : TypedResults.Ok(TicketView.Of(stored.Ticket, actor));
    }

    private static async Task<object> HistoryAsync(string number, HttpContext http, TicketReading reading, StaffNames staff, ListQuery list, CancellationToken ct)
    {
        var (seen, refusal) = await reading.ReadAsync(number, http, ct);
        if (seen is not var (stored, actor, _, _))
            return refusal!;
        if (!list.TryRead<HistoryCursor>(out var after) || after is { Seq: < 0 or > MaxSeq })
            return Cursor.Bad;
        var events = await reading.EventsAsync(stored, (after?.Seq ?? 0) + 1, list.Limit, ct);
        var last = events.Count > 0 && events[^1].Seq < stored.Ticket.Seq ? Cursor.Write(new HistoryCursor(events[^1].Seq)) : null;
        var names = await staff.OfAsync(events.Select(e => e.By), actor, ct);
        return TypedResults.Ok(new Page<EventView>([.. events.Select(e => EventView.Of(stored.Ticket, e, actor, names))], last));
    }

    private static async Task<object> ClocksAsync(string number, HttpContext http, TicketReading reading, CancellationToken ct)
    {
        var (seen, refusal) = await reading.ReadAsync(number, http, ct);
        if (seen is not var (stored, actor, _, city))
            return refusal!;
        var staff = actor.Role != Role.Resident;
        var clocks = stored.Ticket.Clocks.Where(c => staff || c.Kind is ClockKind.Response or ClockKind.Resolve);
        return TypedResults.Ok(new Page<ClockView>([.. clocks.Select(c => staff ? ClockView.OfStaff(stored.Ticket, c, city, reading.Now) : ClockView.Of(c, city, reading.Now, staff: false))], null));
    }

    private static async Task<object> RevealAsync(string number, JsonBody<RevealContact> body, HttpContext http, TicketReading reading, AuditLog audit, CancellationToken ct)
    {
        var (seen, refusal) = await reading.ReadAsync(number, http, ct);
        if (seen is not var (stored, actor, _, _))
            return refusal!;
        if (!TicketAccess.MayReachResident(stored.Ticket, actor))
            return new Refusal("forbidden", "此工单的联系方式只由话务中心掌握，请通过话务中心联系。");
        // The trace comes first: no trace, no contact.
        await audit.AppendAsync(new(reading.Now, actor, "reveal-contact", number, body.Value.Why), ct);
        var contact = stored.Ticket.Contact;
        return TypedResults.Ok(new ContactView(contact?.Name, contact?.Phone, contact?.Email, stored.Ticket.Anonymous, stored.Ticket.Confidential));
    }

    private static async Task<object> RateAsync(string number, JsonBody<Rating> body, HttpContext http, TicketReading reading, TicketActions actions, CancellationToken ct)
    {
        var (seen, refusal) = await reading.ReadAsync(number, http, ct, residentOnly: true);
        if (seen is not var (_, _, history, city))
            return refusal!;
        var rating = body.Value;
        var done = await actions.ActAsync(number, new CallBack(true, rating.Resolved, rating.Satisfied, rating.Note), Actor.Resident, null, ct);
        if (done.Refusal is not null)
            return done.Refusal;
        http.Response.SetVersion(done.Stored!.Ticket.Seq);
        return TypedResults.Ok(PublicTicketView.Of(done.Stored.Ticket, await reading.EventsAsync(done.Stored, 1, int.MaxValue, ct), city, reading.Now));
    }

    // Six digits in the key of a history row, less the one it goes on with.
    private const int MaxSeq = 999_998;

    private sealed record HistoryCursor(int Seq);

    /// <param name="Why">What the contact is needed for; stands in the audit log.</param>
    private sealed record RevealContact(string? Why = null);

    private sealed record Rating(bool Resolved, bool Satisfied, string? Note = null);
}

/// <summary>What the API takes for a new ticket.</summary>
/// <param name="Application">With an InformationRequest that is an application; without it, it is a call for information.</param>
/// <param name="CalledNumber">The number that was dialled: where it is a merged hotline's, that is the source, and its department a suggestion.</param>
public sealed record NewTicket(
    TicketType Type,
    string Subject,
    string Description,
    NewContact Contact,
    string? CategoryId = null,
    string? AreaId = null,
    NewLocation? Location = null,
    Priority? Priority = null,
    string? Channel = null,
    string? ExternalId = null,
    string? Source = null,
    DateTimeOffset? ExternalDueAt = null,
    DateTimeOffset? OccurredAt = null,
    string? CalledNumber = null,
    NewApplication? Application = null);

public sealed record NewContact(string? Name = null, string? Phone = null, string? Email = null, bool Anonymous = false, bool Confidential = false)
{
    /// <summary>Proved by the platform alone: nobody can name one over the API.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public string? OpenId { get; init; }
}

public sealed record NewLocation(double? Lat = null, double? Lng = null, string? Address = null);
