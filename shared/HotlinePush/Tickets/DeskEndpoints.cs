using HotlinePush.Security;
using HotlinePush.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace HotlinePush.Tickets;

/// <summary>The desk's queues, and whose call it is.</summary>
public static class DeskEndpoints
{
    internal static readonly Role[] Roles = [Role.Desk, Role.Supervisor];

    public static void Map(IEndpointRouteBuilder routes)
    {
        var api = routes.MapHotlineGroup("/api/v1").WithTags("desk");
        api.MapGet("desk/queues", CountAsync).RequireRole(Roles).WithSummary("各队列件数 (how many wait in each queue)");
        api.MapGet("desk/queue", QueueAsync).RequireRole(Roles).TakesQuery("queue", string.Join(", ", DeskQueues.All) + "; 默认 (default) dispatch")
            .WithSummary("话务队列 (what waits for the desk)");
        api.MapPost("people/tickets", PersonAsync).RequireRole(Roles).WithSummary("按电话查工单，留痕 (a person's tickets by phone, audited)");
    }

    private static async Task<object> CountAsync(DeskLists lists, CancellationToken ct) => TypedResults.Ok(new Page<QueueCount>(await lists.CountAsync(ct), null));

    private static async Task<object> QueueAsync(HttpContext http, ListQuery list, DeskLists lists, CancellationToken ct)
    {
        var query = new QueryFields(http.Request);
        var queue = query.Text("queue") ?? DeskQueues.Dispatch;
        query.Check.OneOf("queue", queue, DeskQueues.All);
        if (query.Refusal is { } refusal)
            return refusal;
        if (!list.TryRead<RowCursor>(out var after) || after is { IsPosition: false })
            return Cursor.Bad;
        var (tickets, next) = await lists.QueueAsync(queue, after, list.Limit, ct);
        var actor = http.GetActor();
        return TypedResults.Ok(new Page<QueuedTicket>([.. tickets.Select(t => QueuedTicket.Of(t, actor))], next is null ? null : Cursor.Write(next)));
    }

    /// <summary>A POST, so that numbers stand in no address and in no log of addresses.</summary>
    private static async Task<object> PersonAsync(JsonBody<PersonQuery> body, HttpContext http, PersonTickets people, CancellationToken ct)
    {
        var (phone, limit, after) = body.Value;
        var check = new Check().Text("phone", phone, required: true, max: 40).Range("limit", limit, 1, ListQuery.MaxLimit);
        if (check.Ok && !PhoneNumber.TryParse(phone, out phone))
            check.Add("phone", "badValue", "不是有效的电话号码。");
        if (check.Refusal is { } refusal)
            return refusal;
        PersonCursor? position = null;
        if (after is not null && (!Cursor.TryRead(after, out position) || !position.IsPosition))
            return Cursor.Bad;
        var actor = http.GetActor();
        var page = await people.FindAsync(phone, actor, position, limit ?? ListQuery.DefaultLimit, ct);
        return TypedResults.Ok(new Page<TicketSummary>([.. page.Tickets.Select(t => TicketSummary.Of(t, actor))], page.Next is null ? null : Cursor.Write(page.Next)));
    }

    private sealed record PersonQuery(string Phone, int? Limit = null, string? After = null);
}

/// <summary>A ticket in a queue of the desk.</summary>
/// <param name="Asked">The queue's word, what is asked.</param>
/// <param name="Reason">Why, as a reason code.</param>
/// <param name="DueAt">Until when.</param>
public sealed record QueuedTicket(string Asked, DateTimeOffset Since, DateTimeOffset? DueAt, string? Reason, bool NeedsSupervisor, AlarmView? Alarm, TicketSummary Ticket)
{
    public static QueuedTicket Of(Ticket t, Actor actor)
    {
        var task = DeskTask.Of(t)!;
        return new(
            task.Queue, task.Since, task.Clock?.DueAt, task.Reason, task.NeedsSupervisor,
            t.Alarm is { } alarm ? new(TicketAccess.MayReadInList(t, actor) ? alarm.Words : "", alarm.Dial) : null,
            TicketSummary.Of(t, actor));
    }
}
