using HotlinePush.Messaging;
using HotlinePush.Security;
using HotlinePush.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace HotlinePush.Operations;

/// <summary>Messages that were given up, and sending one round again. Their bodies hold ids only, so they may be shown.</summary>
public static class DeadLetterEndpoints
{
    private const int MaxIdLength = 400;

    private sealed record Position(string Id);

    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet("/dead-letters", ListAsync).RequireRole(Role.Admin).Produces<Page<DeadLetter>>().WithSummary("无法处理的消息 (dead letters)");
        api.MapPost("/dead-letters/{id}/replay", AnswerReplayAsync).RequireRole(Role.Admin).WithSummary("重新处理一条消息 (replay a dead letter)");
    }

    private static async Task<IResult> ListAsync(ListQuery list, DeadLetters letters, CancellationToken ct)
    {
        if (!list.TryRead<Position>(out var after))
            return Cursor.Bad.ToResult();
        var dead = await letters.ReadAsync(list.Limit + 1, after?.Id, ct);
        return TypedResults.Ok(dead.Count > list.Limit
            ? new Page<DeadLetter>([.. dead.Take(list.Limit)], Cursor.Write(new Position(dead[list.Limit - 1].Id)))
            : new Page<DeadLetter>(dead, null));
    }

    private static async Task<IResult> AnswerReplayAsync(string id, HttpContext http, DeadLetters letters, CancellationToken ct) =>
        await ReplayAsync(http, letters, id, ct) ? TypedResults.Ok(new { Id = id, Replayed = true }) : Problems.NotFoundHere.ToResult();

    /// <returns>False where there is none of that id.</returns>
    internal static async Task<bool> ReplayAsync(HttpContext http, DeadLetters letters, string id, CancellationToken ct)
    {
        if (id.Length > MaxIdLength || !Characters.AreAllowed(id) || !await letters.ReplayAsync(id, ct))
            return false;
        await http.TraceAsync("deadLetterReplayed", id);
        return true;
    }
}
