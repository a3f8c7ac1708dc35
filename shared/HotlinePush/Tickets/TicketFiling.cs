using HotlinePush.Clocks;
using HotlinePush.Inbound.Merged;
using HotlinePush.Operations;
using HotlinePush.Security;
using HotlinePush.Storage;
using HotlinePush.Units;
using HotlinePush.Web;
using Microsoft.AspNetCore.Http;

namespace HotlinePush.Tickets;

/// <summary>Takes a request in: checks it, gives it a number, routes it and stores it, all in one commit.</summary>
public sealed class TicketFiling(
    TicketActions actions, TicketStore store, CitySource cities, RouteIntake route, KeyRing keys, ProductClock clock, MergedHotlines hotlines, ILogger<TicketFiling> log)
{
    private const int Candidates = 5;

    /// <summary>
    /// Numbers to try in turn. Seven random digits a day meet a taken one now and then; every attempt under one idempotency key must
    /// meet the same ones.
    /// </summary>
    public string ReserveNumbers()
    {
        var today = CityZone.DateOf(clock.GetUtcNow());
        return string.Join(',', Enumerable.Range(0, Candidates).Select(_ => TicketNumber.New(today)));
    }

    /// <param name="then">
    /// What the desk does with it in the same breath, instead of routing: an answer on the spot, or a dispatch of its own choice. One commit;
    /// where it is refused nothing is kept.
    /// </param>
    public async Task<Reply> FileAsync(NewTicket request, string reserved, Actor by, CancellationToken ct, TicketCommand? then = null)
    {
        var (ticket, refusal) = await FileTicketAsync(request, reserved, by, ct, then);
        return ticket is null ? Reply.Refused(refusal!) : Answer(ticket);
    }

    /// <inheritdoc cref="FileAsync"/>
    /// <param name="told">The caller tells the resident of the receipt.</param>
    public async Task<(Ticket? Ticket, Refusal? Refusal)> FileTicketAsync(
        NewTicket request, string reserved, Actor by, CancellationToken ct, TicketCommand? then = null, bool told = false)
    {
        var city = await cities.GetAsync(ct);
        if (Check(request, city) is { } refusal)
            return (null, refusal);
        var hotline = await hotlines.FindAsync(request.CalledNumber, ct);
        foreach (var number in reserved.Split(','))
        {
            var intake = ToIntake(request, number, by) with { Source = request.Source ?? hotline?.Id, Told = told };
            var (alarm, found) = Route(intake, city);
            found = Suggested(found, hotline, city);
            var context = new RuleContext(city, clock.GetUtcNow());
            var decision = then is null ? TicketRules.Receive(intake, alarm, found, by, context) : TicketRules.ReceiveAnd(then, intake, alarm, found, by, context);
            if (request.Application is { } application)
                decision = TicketRules.WithApplication(decision, application, by, context);
            var result = await actions.CreateAsync(decision, ct);
            if (result?.Refusal is { } no)
                return (null, no);
            if (result?.Stored is { } stored)
            {
                Telemetry.TicketFiled(stored.Ticket.Channel);
                return (stored.Ticket, null);
            }

            if (await ReadOwnAsync(request, number, ct) is { } mine)
                return (mine, null);
        }

        throw new TableStoreException("No free ticket number was met.", isTransient: true);
    }

    /// <summary>The answer for an attempt that was cut off after it had created the ticket; null where it had not.</summary>
    public async Task<Reply?> RereadAsync(NewTicket request, string reserved, CancellationToken ct) =>
        await RereadTicketAsync(request, reserved, ct) is { } mine ? Answer(mine) : null;

    /// <inheritdoc cref="RereadAsync"/>
    public async Task<Ticket?> RereadTicketAsync(NewTicket request, string reserved, CancellationToken ct)
    {
        foreach (var number in reserved.Split(','))
            if (await ReadOwnAsync(request, number, ct) is { } mine)
                return mine;
        return null;
    }

    /// <summary>The call that an earlier attempt under these numbers has attached; null where it had not come so far.</summary>
    public async Task<Ticket?> AttachedAsync(string reserved, string incidentId, CancellationToken ct)
    {
        foreach (var number in reserved.Split(','))
            if (await store.ReadAsync(number, ct) is { Ticket: var ticket } && ticket.IncidentId == incidentId)
                return ticket;
        return null;
    }

    /// <summary>The ticket of that number, if an earlier attempt with the same words made it: its first state, as first answered.</summary>
    private async Task<Ticket?> ReadOwnAsync(NewTicket request, string number, CancellationToken ct)
    {
        if (await store.ReadAsync(number, ct) is not { } stored
            || stored.Ticket.Subject != request.Subject || stored.Ticket.Description != request.Description || stored.Ticket.Type != request.Type
            || stored.Ticket.PersonHash != HashOf(request.Contact))
            return null;
        var history = await store.ReadHistoryAsync(stored, ct: ct);
        return TicketFold.Replay(history.TakeWhile(e => e.At == history[0].At && e.By.Role == Role.System || e.Seq == 1));
    }

    /// <summary>A broken router must not cost a resident the ticket: it is then received unrouted, and a message routes it.</summary>
    private (Alarm?, Route?) Route(Intake intake, City city)
    {
        try
        {
            return route(intake, city);
        }
        catch (Exception e)
        {
            log.LogError(e, "Ticket {Number} could not be routed at receipt; a message will", intake.Number);
            return (null, null);
        }
    }

    /// <summary>Where routing asks the desk, the department whose number was dialled is its first suggestion.</summary>
    private static Route? Suggested(Route? found, MergedHotline? hotline, City city) => found is not { LeadUnitId: null } || hotline is null || city.FindCategory(hotline.CategoryId) is not { } category
        ? found
        : found with
        {
            Suggestions = [new(category.Id, category.Name, hotline.UnitId, SureOfNumber, $"来电拨打的是{hotline.Name}"), .. found.Suggestions.Where(s => s.UnitId != hotline.UnitId).Take(2)],
        };

    private const double SureOfNumber = 0.8;

    private Reply Answer(Ticket ticket) => Reply.Created(
        new CreatedView(
            ticket.Number, keys.Token(TicketTelling.TrackingPurpose, ticket.Number), ticket.State, ticket.CategoryId, ticket.AreaId, ticket.LeadUnitId,
            DeadlinesView.Of(ticket), ticket.Alarm is { } alarm ? new(alarm.Words, alarm.Dial) : null, TicketView.LinksOf(ticket.Number)),
        $"/api/v1/tickets/{ticket.Number}", ticket.Seq);

    private Intake ToIntake(NewTicket r, string number, Actor by)
    {
        _ = PhoneNumber.TryParse(r.Contact.Phone, out var phone);
        _ = EmailAddress.TryParse(r.Contact.Email, out var email);
        var staff = by.IsStaff && by.Role != Role.Platform;
        return new()
        {
            Number = number,
            Type = r.Type,
            Subject = r.Subject,
            Description = r.Description,
            CategoryId = r.CategoryId,
            AreaId = r.AreaId,
            Location = r.Location is { } l ? new(l.Lat, l.Lng, l.Address) : null,
            Contact = new(Blank(r.Contact.Name), Blank(phone), Blank(email), Blank(r.Contact.OpenId)),
            PersonHash = PersonHash(keys, phone, email, r.Contact.OpenId),
            Anonymous = r.Contact.Anonymous,
            Confidential = r.Contact.Confidential,
            Priority = staff ? r.Priority ?? Priority.Normal : Priority.Normal,
            UrgentHint = !staff && r.Priority == Priority.Urgent,
            Channel = r.Channel ?? (by.Role == Role.Desk ? "phone" : "web"),
            Source = r.Source,
            ExternalId = r.ExternalId,
            ExternalDueAt = r.ExternalDueAt,
            OccurredAt = r.OccurredAt,
        };
    }

    private string? HashOf(NewContact contact)
    {
        _ = PhoneNumber.TryParse(contact.Phone, out var phone);
        _ = EmailAddress.TryParse(contact.Email, out var email);
        return PersonHash(keys, phone, email, contact.OpenId);
    }

    public static string? PersonHash(KeyRing keys, string? phone, string? email, string? openId = null) =>
        Blank(phone) is { } p ? keys.IndexHash("person", p) : Blank(email) is { } e ? keys.IndexHash("person", e.ToLowerInvariant())
        : Blank(openId) is { } o ? keys.IndexHash("person", o) : null;

    private static string? Blank(string? text) => string.IsNullOrWhiteSpace(text) ? null : text;

    private static Refusal? Check(NewTicket r, City city)
    {
        var check = new Check()
            .Text("subject", r.Subject, required: true, max: 200)
            .Text("description", r.Description, required: true)
            .Text("channel", r.Channel, max: 50)
            .Text("calledNumber", r.CalledNumber, max: 40)
            .Text("source", r.Source, max: 100)
            .Text("externalId", r.ExternalId, max: 200)
            .Text("contact.name", r.Contact.Name, max: 100)
            .Text("location.address", r.Location?.Address, max: 500)
            .Range("location.lat", r.Location?.Lat, -90, 90)
            .Range("location.lng", r.Location?.Lng, -180, 180)
            .That(r.CategoryId is null || city.FindCategory(r.CategoryId) is not null, "categoryId", "badValue", "没有这个事项分类。")
            .That(r.AreaId is null || city.FindArea(r.AreaId) is not null, "areaId", "badValue", "没有这个区划。")
            .That(Blank(r.Contact.Phone) is null || PhoneNumber.TryParse(r.Contact.Phone, out _), "contact.phone", "badValue", "不是有效的电话号码。")
            .That(Blank(r.Contact.Email) is null || EmailAddress.TryParse(r.Contact.Email, out _), "contact.email", "badValue", "不是有效的邮箱。")
            .That(
                r.Contact.Anonymous || Blank(r.Contact.Phone) is not null || Blank(r.Contact.Email) is not null || Blank(r.Contact.OpenId) is not null,
                "contact", "required", "请留下电话或邮箱，或选择匿名。");
        return check.Refusal;
    }
}
