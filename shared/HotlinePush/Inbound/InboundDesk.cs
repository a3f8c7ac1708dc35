using HotlinePush.Clocks;
using HotlinePush.Messaging;
using HotlinePush.Storage;
using HotlinePush.Tickets;

namespace HotlinePush.Inbound;

/// <param name="Conversation">Its id.</param>
/// <param name="Key">The message's.</param>
public sealed record FinishHeard(string Conversation, string Key);

public sealed record AnswerHeard(string Conversation, string Key);

/// <summary>
/// Where every message from a resident comes in. What is to be done is decided on the conversation and stored with the numbers a ticket may take,
/// in one batch, before it is done; so it is done once, whoever does it: this call, the same message handed in again, a later message that needs
/// its ticket, or the bus after a crash.
/// </summary>
public sealed class InboundDesk
{
    public const string FinishType = "inbound.finish.v1";
    public const string AnswerType = "inbound.answer.v1";
    private const int MostTries = 50;
    private const int MaxSender = 320;

    private readonly ConversationStore _store;
    private readonly InboundPlanning _planning;
    private readonly InboundWork _work;
    private readonly InboundFiles _files;
    private readonly InboundAnswers _answers;
    private readonly IReadOnlyList<IInboundTaker> _takers;
    private readonly TicketFiling _filing;
    private readonly MessageCatalogue _catalogue;
    private readonly ProductClock _clock;
    private readonly ILogger<InboundDesk> _log;

    internal InboundDesk(
        ConversationStore store, InboundPlanning planning, InboundWork work, InboundFiles files, InboundAnswers answers, IEnumerable<IInboundTaker> takers, TicketFiling filing,
        MessageCatalogue catalogue, ProductClock clock, ILogger<InboundDesk> log)
    {
        (_store, _planning, _work, _files, _answers, _takers) = (store, planning, work, files, answers, [.. takers]);
        (_filing, _catalogue, _clock, _log) = (filing, catalogue, clock, log);
    }

    /// <summary>
    /// Does what the message asks and says what to answer. The same message again gets the first answer again and does nothing, however much
    /// later, at whatever instance, after whatever crash.
    /// </summary>
    /// <exception cref="TableStoreException">It is not certain that the message is kept: it has to be handed in again.</exception>
    /// <exception cref="ArgumentException">The sender or the id is none: a bug of the caller.</exception>
    public async Task<InboundReply> ReceiveAsync(InboundMessage message, CancellationToken ct)
    {
        if (message.Sender.Length is 0 or > MaxSender || message.ExternalId.Length == 0)
            throw new ArgumentException("A message has a sender and an id.");
        var now = _clock.GetUtcNow();
        message = message with { At = message.At > now ? now : message.At };
        var heard = await HearAsync(message, now, ct);
        if (message.Media.Any(m => m.Open is not null) && heard.Heard is { FilesDone: false, Number: not null })
            await _files.TakeAsync(heard.Conversation, heard.Heard.Key, message.Media, ct);
        return new(heard.Heard.AnsweredByCaller ? heard.Heard.Reply : null, heard.Heard.Number);
    }

    private async Task<(string Conversation, HeardMessage Heard)> HearAsync(InboundMessage message, DateTimeOffset now, CancellationToken ct)
    {
        var key = ConversationStore.KeyOf(message);
        for (var tries = 0; tries < MostTries; tries++)
        {
            var c = await _store.ReadAsync(message.Channel, message.Sender, ct);
            if (c.ETag is not null && await _store.ReadMessageAsync(c, key, ct) is { } known)
                return (c.Id, known.Message.Done ? known.Message : await _work.DoAsync(c.Id, key, byCaller: true, ct));
            var intent = InboundWords.Read(message, _takers);
            var (after, plan) = await _planning.PlanAsync(c, intent, message, key, ct);
            var heard = new HeardMessage(key, message.Channel, message.Account, message.At, now, plan.Kind is PlanKind.File or PlanKind.FollowUp or PlanKind.Gather ? _filing.ReserveNumbers() : "", plan)
            {
                Words = new(
                    message.Sender, intent is Intent.Request r ? r.Words : message.Text ?? "", message.Subject, Place(message.Location),
                    [.. message.Media.Take(Tickets.Attachments.AttachmentFiles.MaxFiles).Select(m => new HeardMedia(m.Name, m.ContentType, m.Reference))])
                { ExternalId = message.ExternalId },
                AnsweredByCaller = message.AnsweredByCaller,
                Done = plan.Kind == PlanKind.Nothing,
            };
            var owed = new List<PendingMessage>();
            if (plan.Kind == PlanKind.Gather && after.GatherNo != c.Conversation.GatherNo)
                owed.Add(InboundGathering.Message(_catalogue, after, _clock));
            else if (plan.Kind is not (PlanKind.Nothing or PlanKind.Gather))
                owed.Add(_catalogue.Message(FinishType, $"{key}-finish", new FinishHeard(c.Id, key)));
            if (await _store.CommitAsync(c, after, [(heard, null)], owed, ct) is not { } rows)
                continue;
            if (plan.Kind != PlanKind.Nothing)
                heard = await _work.DoAsync(c.Id, key, byCaller: true, ct);
            await SettleAsync(c.Id, rows);
            return (c.Id, heard);
        }

        throw new TableStoreException("A conversation is being changed by many at once.", isTransient: true);
    }

    /// <summary>What was done needs nobody to finish it. Where that cannot be noted, the sweep sends it, and its handler finds nothing to do.</summary>
    private async Task SettleAsync(string id, IReadOnlyList<(string Row, PendingMessage Message)> rows)
    {
        using var bounded = new CancellationTokenSource(TimeSpan.FromSeconds(5), _clock.Engine);
        try
        {
            if (rows.Count > 0)
                await _store.SendAsync(id, rows, m => m.Type == FinishType, bounded.Token);
        }
        catch (Exception e) when (e is TableStoreException or MessageBusException or OperationCanceledException)
        {
            _log.LogWarning(e, "What a message owes is left to the sweep");
        }
    }

    internal async Task HandleAsync(FinishHeard message, CancellationToken ct) => await _work.DoAsync(message.Conversation, message.Key, byCaller: false, ct);

    internal async Task HandleAsync(AnswerHeard message, CancellationToken ct)
    {
        if (await _store.ReadAsync(message.Conversation, ct) is { } c && await _store.ReadMessageAsync(c, message.Key, ct) is { Message: var heard })
            await _answers.SendAsync(heard, ct);
    }

    /// <summary>The caller can no longer give the answer: it goes out as a message of its own.</summary>
    public async Task AnswerLaterAsync(InboundMessage message, CancellationToken ct)
    {
        var c = await _store.ReadAsync(message.Channel, message.Sender, ct);
        await _work.AnswerLaterAsync(c, ConversationStore.KeyOf(message), ct);
    }

    private static Location? Place(Location? l) => l is null ? null
        : l.Lat is >= -90 and <= 90 && l.Lng is >= -180 and <= 180 ? l : l.Address is null ? null : new(null, null, l.Address);

    /// <summary>Forgets what was dealt with long ago; daily.</summary>
    public async Task<int> PurgeAsync(CancellationToken ct)
    {
        var gone = 0;
        foreach (var shard in WorkShard.All)
            gone += await _store.PurgeAsync(shard, _clock.GetUtcNow(), ct);
        return gone;
    }
}
