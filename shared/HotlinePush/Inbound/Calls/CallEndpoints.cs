using HotlinePush.Clocks;
using HotlinePush.Security;
using HotlinePush.Tickets;
using HotlinePush.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace HotlinePush.Inbound.Calls;

/// <summary>Calls and callbacks for the desk, with numbers masked.</summary>
public static class CallEndpoints
{
    public static void Map(RouteGroupBuilder api)
    {
        var desk = api.MapGroup("").WithTags("desk");
        desk.MapGet("desk/calls", LiveAsync).RequireRole(DeskEndpoints.Roles).WithSummary("响铃和通话中的来电 (calls that ring here, are talked on, or wait)");
        desk.MapPut("desk/line", LineAsync).RequireRole(DeskEndpoints.Roles).WithSummary("今天用的分机 (the extension one works at)");
        desk.MapGet("desk/calls/{id}", CallAsync).RequireRole(DeskEndpoints.Roles).WithSummary("一次来电 (one call)");
        desk.MapGet("desk/missed-calls", MissedAsync).RequireRole(DeskEndpoints.Roles).TakesQuery("done", "true：已回拨的 (those done)", "boolean").WithSummary("漏接回拨 (who is to be called back)");
        desk.MapPost("desk/missed-calls/{id}/reveal", RevealAsync).RequireRole(DeskEndpoints.Roles).WithSummary("显示号码，留痕 (the number unmasked, audited)");
        desk.MapPost("desk/missed-calls/{id}/done", DoneAsync).RequireRole(DeskEndpoints.Roles).WithSummary("登记回拨结果 (what came of calling back)");
    }

    private static async Task<object> LiveAsync(HttpContext http, CallLists lists, AgentLines lines, CancellationToken ct)
    {
        var actor = http.GetActor();
        var live = await lists.LiveAsync(actor, ct);
        return TypedResults.Ok(new LiveView(
            await lines.ReadAsync(actor, ct),
            [.. live.Mine.Select(c => new PoppedView(CallView.Of(c.Call), [.. c.Own.Select(t => TicketSummary.Of(t, actor))], [.. c.Nearby.Select(i => i.Id)]))],
            [.. live.Waiting.Select(CallView.Of)]));
    }

    private static async Task<object> LineAsync(JsonBody<LineBody> body, HttpContext http, AgentLines lines, CancellationToken ct)
    {
        var line = body.Value.Line;
        if (new Check().Text("line", line, max: Agents.MaxLength).Refusal is { } refusal)
            return refusal;
        await lines.SetAsync(http.GetActor(), line, ct);
        return TypedResults.Ok(new LineBody(Agents.Normal(line)));
    }

    private static async Task<object> CallAsync(string id, CallStore calls, CancellationToken ct) =>
        await calls.ReadAsync(id, ct) is { Value: var call } ? TypedResults.Ok(CallView.Of(call)) : Problems.NotFoundHere;

    private static async Task<object> MissedAsync(HttpContext http, ListQuery list, MissedCallers callers, CancellationToken ct)
    {
        var query = new QueryFields(http.Request);
        var done = query.Flag("done") ?? false;
        if (query.Refusal is { } refusal)
            return refusal;
        if (!list.TryRead<RowCursor>(out var after) || after is { IsPosition: false })
            return Cursor.Bad;
        var (found, next) = await callers.ReadListAsync(done, after, list.Limit, ct);
        return TypedResults.Ok(new Page<MissedView>([.. found.Select(MissedView.Of)], next is null ? null : Cursor.Write(next)));
    }

    private static async Task<object> RevealAsync(string id, HttpContext http, MissedCallers callers, CancellationToken ct) =>
        await callers.RevealAsync(id, http.GetActor(), ct) is { } phone ? TypedResults.Ok(new Revealed(phone)) : Problems.NotFoundHere;

    private static async Task<object> DoneAsync(string id, JsonBody<DoneBody> body, HttpContext http, MissedCallers callers, CancellationToken ct)
    {
        var (caller, refusal) = await callers.CallBackAsync(id, body.Value.Reached, body.Value.Note, http.GetActor(), ct);
        return caller is null ? refusal! : TypedResults.Ok(MissedView.Of(caller));
    }

    private sealed record LineBody(string? Line = null);
    private sealed record DoneBody(bool Reached, string? Note = null);
    private sealed record Revealed(string Phone);
    private sealed record PoppedView(CallView Call, IReadOnlyList<TicketSummary> Tickets, IReadOnlyList<string> IncidentIds);
    private sealed record LiveView(string? Line, IReadOnlyList<PoppedView> Mine, IReadOnlyList<CallView> Waiting);
}

/// <summary>A call, its caller masked.</summary>
/// <param name="State">Null while the caller is in the telephone menu, or where they left it without asking for a person.</param>
public sealed record CallView(
    string Id, string CallId, CallState? State, string? Caller, string? Called, string? Agent,
    DateTimeOffset? RingingAt, DateTimeOffset? AnsweredAt, DateTimeOffset? EndedAt, DateTimeOffset? MissedAt, string? RecordingUrl, IReadOnlyList<string> Tickets)
{
    public static CallView Of(Call c) => new(
        c.Id, c.CallId, c.InMenu ? null : c.State, c.Caller is null ? null : PhoneNumber.Mask(c.Caller), c.Called, c.Agent, c.RingingAt, c.AnsweredAt, c.EndedAt, c.MissedAt, c.RecordingUrl, c.Tickets);
}

/// <summary>Somebody to be called back, or who was.</summary>
/// <param name="Calls">How often they rang in vain.</param>
/// <param name="Tries">How often the desk called back in vain.</param>
public sealed record MissedView(
    string Id, string? Caller, bool Urgent, int Calls, DateTimeOffset? FirstAt, DateTimeOffset? LastAt, IReadOnlyList<string> Called, int Tries,
    CallbackEnd? End, DateTimeOffset? DoneAt, Actor? DoneBy, string? Note)
{
    public static MissedView Of(MissedCaller c)
    {
        var open = !c.Missed.IsEmpty;
        return new(
            c.Hash, c.Phone is null ? null : PhoneNumber.Mask(c.Phone), c.Urgent, open ? c.Missed.Length : c.Settled?.Calls ?? 0, open ? c.Missed[0].At : null, open ? c.Missed[^1].At : null,
            [.. c.Missed.Select(m => m.Called).OfType<string>().Distinct()], c.Tries.Length, open ? null : c.Settled?.End, open ? null : c.Settled?.At, open ? null : c.Settled?.By,
            open ? null : c.Settled?.Note);
    }
}
