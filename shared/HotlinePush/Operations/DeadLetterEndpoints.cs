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
    private const int MaxIdLength = 200;

    private sealed record Position(string Id);

    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet("/dead-letters", ListAsync).RequireRole(Role.Admin).Produces<Page<DeadLetter>>().WithSummary("无法处理的消息 (dead letters)");
        api.MapPost("/dead-letters/{id}/replay", ReplayAsync).RequireRole(Role.Admin).WithSummary("重新处理一条消息 (replay a dead letter)");
    }

    private static async Task<IResult> ListAsync(ListQuery list, IMessageBus bus, CancellationToken ct)
    {
        if (!list.TryRead<Position>(out var after))
            return Cursor.Bad.ToResult();
        var dead = await bus.ReadDeadLettersAsync(list.Limit + 1, after?.Id, ct);
        return TypedResults.Ok(dead.Count > list.Limit
            ? new Page<DeadLetter>([.. dead.Take(list.Limit)], Cursor.Write(new Position(dead[list.Limit - 1].Id)))
            : new Page<DeadLetter>(dead, null));
    }

    private static async Task<IResult> ReplayAsync(string id, IMessageBus bus, CancellationToken ct) =>
        id.Length <= MaxIdLength && Characters.AreAllowed(id) && await bus.ReplayAsync(id, ct)
            ? TypedResults.Ok(new { Id = id, Replayed = true })
            : Problems.NotFoundHere.ToResult();
}
