using System.Collections.Immutable;
using HotlinePush.Clocks;
using HotlinePush.Messaging;
using HotlinePush.Security;
using HotlinePush.Storage;
using HotlinePush.Tickets;

namespace HotlinePush.Inbound;

public sealed record TellGathered(string Conversation, int No);

/// <summary>
/// What a flood said, told to its ticket together: each text once, in the order it was said. A piece is frozen in the conversation before it is told, and
/// named by what it was frozen as: two that tell it at once mean the same piece.
/// </summary>
internal sealed class InboundGathering(ConversationStore store, InboundWork work, TicketActions actions)
{
    public const string MessageType = "inbound.gather.v1";
    private const int MaxNote = 10_000;
    private const int MostAPiece = 50;

    /// <summary>A few at a time are enough for a ticket that one person floods.</summary>
    public static readonly TimeSpan After = TimeSpan.FromMinutes(2);

    public static PendingMessage Message(MessageCatalogue catalogue, Conversation c, ProductClock clock) =>
        catalogue.Message(MessageType, $"{c.Id}-gather-{c.GatherNo}", new TellGathered(c.Id, c.GatherNo), clock.Engine.GetUtcNow() + After);

    public async Task HandleAsync(TellGathered message, CancellationToken ct)
    {
        while (await store.ReadAsync(message.Conversation, ct) is { } c)
        {
            if (c.Conversation.Telling.IsEmpty)
            {
                // What comes after the last of these waits for a message of its own.
                if (c.Conversation.Gathered.IsEmpty || c.Conversation.GatherNo > message.No)
                    return;
                var piece = await PieceAsync(c, ct);
                await store.CommitAsync(c, c.Conversation with { Telling = piece, Gathered = c.Conversation.Gathered[piece.Length..] }, [], [], ct);
                continue;
            }

            await TellAsync(c, ct);
            await store.CommitAsync(c, c.Conversation with { Telling = [] }, [], [], ct);
        }
    }

    /// <summary>As many as fit into one note.</summary>
    private async Task<ImmutableArray<string>> PieceAsync(StoredConversation c, CancellationToken ct)
    {
        var (count, length) = (0, 0);
        foreach (var key in c.Conversation.Gathered.Take(MostAPiece))
        {
            length += 1 + ((await store.ReadMessageAsync(c, key, ct))?.Message.Words?.Words.Length ?? 0);
            if (count > 0 && length > MaxNote)
                break;
            count++;
        }

        return c.Conversation.Gathered[..count];
    }

    private async Task TellAsync(StoredConversation c, CancellationToken ct)
    {
        var heard = new List<StoredHeard>();
        foreach (var key in c.Conversation.Telling)
            if (await store.ReadMessageAsync(c, key, ct) is { Message.Done: false } one)
                heard.Add(one);
        if (heard.Count == 0)
            return;
        // Where some have been noted as told already, so was the piece: its id stands in the history, and nothing is added.
        var together = heard.TrueForAll(h => h.Message.Plan.Kind == PlanKind.Gather);
        if (together && await work.NumberAsync(c, heard[0].Message.Plan, 0, ct) is { } number)
        {
            var note = string.Join('\n', heard.OrderBy(h => h.Message.SaidAt).ThenBy(h => h.Message.Key, StringComparer.Ordinal).Select(h => h.Message.Words!.Words));
            var id = $"{c.Conversation.Telling[0]}-{c.Conversation.Telling.Length}";
            var result = await actions.ActOnceAsync(number, new FollowUp(note), Actor.Resident, id, heard.Min(h => h.Message.SaidAt), ct);
            if (result.Refusal is null)
            {
                await store.CommitAsync(
                    c, null, [.. heard.Select(h => (h.Message with { Done = true, Number = number, FilesDone = true, Words = h.Message.Words! with { Words = "" } }, (ETag?)h.ETag))], [], ct);
                if ((await LeftAsync(c, ct)).Count > 0)
                    throw new TableStoreException("A flood is being told by many at once.", isTransient: true);
                return;
            }
        }

        // Its ticket has ended: each goes where such words go now.
        foreach (var one in heard)
        {
            if (one.Message.Plan.Kind == PlanKind.Gather && await store.ReadAsync(c.Id, ct) is { } now)
                await work.ReplanAsync(now, one, ct);
            await work.DoAsync(c.Id, one.Message.Key, byCaller: false, ct);
        }

        if ((await LeftAsync(c, ct)).Count > 0)
            throw new TableStoreException("A flood is being told by many at once.", isTransient: true);
    }

    private async Task<List<string>> LeftAsync(StoredConversation c, CancellationToken ct)
    {
        var left = new List<string>();
        foreach (var key in c.Conversation.Telling)
            if (await store.ReadMessageAsync(c, key, ct) is { Message.Done: false })
                left.Add(key);
        return left;
    }
}
