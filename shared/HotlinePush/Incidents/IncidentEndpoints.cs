using System.Text.Json;
using HotlinePush.Security;
using HotlinePush.Storage;
using HotlinePush.Tickets;
using HotlinePush.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace HotlinePush.Incidents;

/// <summary><c>/api/v1/incidents</c>: one event, many callers.</summary>
public static class IncidentEndpoints
{
    private static readonly Role[] Desk = [Role.Desk, Role.Supervisor];

    public static void Map(IEndpointRouteBuilder routes)
    {
        var incidents = routes.MapHotlineGroup("/api/v1/incidents").WithTags("incidents");
        incidents.MapPost("", OpenAsync).RequireRole(Desk).WithSummary("登记突发事件 (open an incident)");
        incidents.MapGet("", ListAsync).RequireRole([.. Desk, Role.Admin]).TakesQuery("state", "open 或 closed，默认 open").WithSummary("突发事件 (incidents)");
        incidents.MapGet("{id}", GetAsync).RequireRole([.. Desk, Role.Unit, Role.Admin]).WithSummary("一个突发事件 (an incident)");
        incidents.MapPost("{id}/update", UpdateAsync).RequireRole(Desk).WithSummary("更新对外口径 (what callers are told)");
        incidents.MapPost("{id}/restore", RestoreAsync).RequireRole(Desk).WithSummary("恢复并告知全部来电人 (it is over; tell everybody)");
        incidents.MapPost("{id}/calls", CallAsync).RequireRole(Desk).WithSummary("登记一个来电 (one more caller)");
    }

    private static Task<IResult> OpenAsync(JsonBody<NewIncident> body, HttpContext http, IncidentDesk desk, CancellationToken ct) => IdempotentCreate.RunAsync(
        http,
        desk.Reserve,
        async reserved =>
        {
            var (incident, refusal) = await desk.OpenAsync(body.Value, reserved, http.GetActor(), ct);
            return incident is null ? Reply.Refused(refusal!) : Created(incident);
        },
        async reserved => await desk.ReadAsync(reserved.Split(':')[0], ct) is { } found ? Created(found) : null);

    private static Reply Created(CountedIncident found) => Reply.Created(View.Of(found, null), $"/api/v1/incidents/{found.Incident.Id}", found.Incident.Seq);

    private static async Task<object> ListAsync(HttpContext http, ListQuery list, IncidentDesk desk, CancellationToken ct)
    {
        var query = new QueryFields(http.Request);
        var state = query.Word<IncidentState>("state") ?? IncidentState.Open;
        if (query.Refusal is { } refusal)
            return refusal;
        if (!list.TryRead<Position>(out var after) || (after is not null && !Keys.IsKey(after.Row)))
            return Cursor.Bad;
        var (items, next) = await desk.ListAsync(state, after?.Row, list.Limit, ct);
        return TypedResults.Ok(new Page<View>([.. items.Select(i => View.Of(i, null))], next is null ? null : Cursor.Write(new Position(next))));
    }

    private static async Task<object> GetAsync(string id, HttpContext http, IncidentDesk desk, IncidentStore store, CancellationToken ct)
    {
        var actor = http.GetActor();
        if (await desk.ReadAsync(id, ct) is not { } found || (actor.Role == Role.Unit && found.Incident.LeadUnitId != actor.UnitId))
            return Problems.NotFoundHere;
        http.Response.SetVersion(found.Incident.Seq);
        return TypedResults.Ok(View.Of(found, await store.ReadHistoryAsync(id, ct)));
    }

    private static Task<object> UpdateAsync(string id, JsonBody<Words> body, HttpContext http, IncidentDesk desk, IncidentStore store, CancellationToken ct) =>
        ChangeAsync(id, http, store, version => desk.UpdateAsync(id, body.Value.Text, version, http.GetActor(), ct), ct);

    private static Task<object> RestoreAsync(string id, JsonBody<Words> body, HttpContext http, IncidentDesk desk, IncidentStore store, CancellationToken ct) =>
        ChangeAsync(id, http, store, version => desk.RestoreAsync(id, body.Value.Text, version, http.GetActor(), ct), ct);

    private static async Task<object> ChangeAsync(
        string id, HttpContext http, IncidentStore store, Func<int?, Task<(CountedIncident? Incident, Refusal? Refusal)>> change, CancellationToken ct)
    {
        if (await store.ReadAsync(id, ct) is not { } stored)
            return Problems.NotFoundHere;
        var condition = http.Request.IfMatch();
        if (condition.Check(stored.Incident.Seq) is { } conflict)
            return conflict;
        var (incident, refusal) = await change(condition.IsGiven ? stored.Incident.Seq : null);
        if (incident is null)
            return refusal!;
        http.Response.SetVersion(incident.Incident.Seq);
        return TypedResults.Ok(View.Of(incident, null));
    }

    private static Task<IResult> CallAsync(string id, JsonBody<NewCall> body, HttpContext http, IncidentDesk desk, TicketFiling filing, KeyRing keys, CancellationToken ct) =>
        IdempotentCreate.RunAsync(
            http,
            filing.ReserveNumbers,
            async reserved =>
            {
                var (ticket, incident, refusal) = await desk.CallAsync(id, body.Value, reserved, http.GetActor(), ct);
                return ticket is null ? Reply.Refused(refusal!) : Taken(ticket, incident!, keys);
            },
            async reserved => await desk.ReadAsync(id, ct) is { } incident && await filing.AttachedAsync(reserved, id, ct) is { } ticket ? Taken(ticket, incident, keys) : null);

    private static Reply Taken(Ticket ticket, CountedIncident incident, KeyRing keys) => Reply.Created(
        new CallView(ticket.Number, keys.Token(TicketTelling.TrackingPurpose, ticket.Number), ticket.State, incident.Incident.Id, incident.Incident.Text, incident.Callers, TicketView.LinksOf(ticket.Number)),
        $"/api/v1/tickets/{ticket.Number}", ticket.Seq);

    private sealed record Words(string Text);

    private sealed record Position(string Row);

    /// <param name="Text">What the desk reads out.</param>
    private sealed record CallView(string Number, string TrackingCode, TicketState State, string IncidentId, string Text, int Callers, LinksView Links);

    private sealed record EventLine(int Seq, DateTimeOffset At, Role By, string Action, string? Text);

    private sealed record View(
        string Id, string Title, IncidentState State, string Text, string? AreaId, string? CategoryId, string? LeadUnitId, string? MasterNumber,
        DateTimeOffset OpenedAt, DateTimeOffset? ClosedAt, string? RestoreText, int Callers, IReadOnlyList<EventLine>? History)
    {
        public static View Of(CountedIncident counted, IReadOnlyList<IncidentEvent>? history)
        {
            var i = counted.Incident;
            return new(
                i.Id, i.Title, i.State, i.Text, i.AreaId, i.CategoryId, i.LeadUnitId, i.MasterNumber, i.OpenedAt, i.ClosedAt, i.RestoreText, counted.Callers,
                history is null ? null : [.. history.Select(e => new EventLine(e.Seq, e.At, e.By.Role, e.Action, e.Text))]);
        }
    }
}
