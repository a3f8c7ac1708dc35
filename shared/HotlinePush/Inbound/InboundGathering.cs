using HotlinePush.Clocks;
using HotlinePush.Messaging;
using HotlinePush.Security;
using HotlinePush.Storage;
using HotlinePush.Tickets;

namespace HotlinePush.Inbound;

public sealed record TellGathered(string Conversation, int No);

/// <summary>What a flood said, told to its ticket together: each text once, in the order it was said.</summary>
internal sealed class InboundGathering(ConversationStore store, InboundWork work, TicketActions actions)
{
    public const string MessageType = "inbound.gather.v1";
    private const int MaxNote = 10_000;
    private const int MostARow = 50;

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
                // Frozen first: what comes from now on waits for the next telling.
                if (c.Conversation.Gathered.IsEmpty || c.Conversation.GatherNo > message.No)
                    return;
                await store.CommitAsync(c, c.Conversation with { Telling = c.Conversation.Gathered, Gathered = [] }, [], [], ct);
                continue;
            }

            await TellAsync(c, ct);
            await ForgetAsync(message.Conversation, c.Conversation.Telling, ct);
        }
    }

    private async Task TellAsync(StoredConversation c, CancellationToken ct)
    {
        while (true)
        {
            var heard = new List<StoredHeard>();
            foreach (var key in c.Conversation.Telling)
                if (await store.ReadMessageAsync(c, key, ct) is { Message.Done: false } one)
                    heard.Add(one);
            // Same pieces each time, whatever was told of them before: they are cut by the whole list.
            var pieces = Pieces([.. heard.Where(h => h.Message.Plan.Kind == PlanKind.Gather).OrderBy(h => h.Message.SaidAt).ThenBy(h => h.Message.Key, StringComparer.Ordinal)]);
            foreach (var single in heard.Where(h => h.Message.Plan.Kind != PlanKind.Gather))
                await work.DoAsync(c.Id, single.Message.Key, byCaller: false, ct);
            if (pieces.Count == 0)
                return;
            foreach (var piece in pieces)
                if (!await TellAsync(c, piece, ct))
                    break;
            if (await store.ReadAsync(c.Id, ct) is not { } now)
                return;
            c = now;
        }
    }

    /// <summary>False: its ticket has ended, and the first of the piece has been planned anew.</summary>
    private async Task<bool> TellAsync(StoredConversation c, List<StoredHeard> piece, CancellationToken ct)
    {
        var first = piece[0].Message;
        if (await work.NumberAsync(c, first.Plan, 0, ct) is { } number)
        {
            var note = string.Join('\n', piece.Select(p => p.Message.Words!.Words));
            var result = await actions.ActOnceAsync(number, new FollowUp(note), Actor.Resident, $"{first.Key}-{piece.Count}", first.SaidAt, ct);
            if (result.Refusal is null)
            {
                // One batch: what is told and not noted would be cut into other pieces the next time.
                await store.CommitAsync(
                    c, null, [.. piece.Select(p => (p.Message with { Done = true, Number = number, FilesDone = true, Words = p.Message.Words! with { Words = "" } }, (ETag?)p.ETag))], [], ct);
                return true;
            }
        }

        await work.ReplanAsync(c, piece[0], ct);
        await work.DoAsync(c.Id, first.Key, byCaller: false, ct);
        return false;
    }

    private static List<List<StoredHeard>> Pieces(List<StoredHeard> heard)
    {
        var pieces = new List<List<StoredHeard>>();
        var length = MaxNote;
        foreach (var one in heard)
        {
            var more = one.Message.Words!.Words.Length + 1;
            if (length + more > MaxNote || pieces[^1].Count == MostARow)
            {
                pieces.Add([]);
                length = 0;
            }

            pieces[^1].Add(one);
            length += more;
        }

        return pieces;
    }

    private async Task ForgetAsync(string id, System.Collections.Immutable.ImmutableArray<string> told, CancellationToken ct)
    {
        while (await store.ReadAsync(id, ct) is { } c && c.Conversation.Telling.SequenceEqual(told))
            if (await store.CommitAsync(c, c.Conversation with { Telling = [] }, [], [], ct) is not null)
                return;
    }
}
