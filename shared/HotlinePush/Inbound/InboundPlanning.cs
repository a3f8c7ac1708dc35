using HotlinePush.Clocks;
using HotlinePush.Tickets;

namespace HotlinePush.Inbound;

/// <summary>Reads what the rules need to know, and asks them.</summary>
internal sealed class InboundPlanning(ConversationStore store, Senders senders, TicketStore tickets, ProductClock clock)
{
    public async Task<(Conversation After, Plan Plan)> PlanAsync(StoredConversation c, Intent intent, InboundMessage message, string key, CancellationToken ct)
    {
        var said = intent is Intent.Request r && message.Media.Count == 0 ? store.HashOf(r.Words, CityZone.DateOf(message.At)) : null;
        var facts = intent is Intent.Request request ? await FactsAsync(c, request, message, ct) : new();
        var now = clock.GetUtcNow();
        return ConversationRules.Decide(c.Conversation, intent, message, key, said, facts, CityZone.DateOf(now), now);
    }

    private async Task<Facts> FactsAsync(StoredConversation c, Intent.Request request, InboundMessage message, CancellationToken ct)
    {
        if (request.Kind == RequestKind.Alarm)
            return new(AlarmOpen: c.Conversation.Alarms.FirstOrDefault(a => a.Service == request.Service) is { } alarm && await IsAlarmOpenAsync(c, alarm.Request, ct));
        var sender = await senders.OfAsync(message.Channel, message.Sender, ct);
        var quoted = request.Number is { } number ? await QuotedAsync(number, message.Thread == number, sender, ct) : null;
        if (quoted is not null)
            return new(Quoted: quoted);
        if (c.Conversation.Main is { } main)
        {
            var (known, pending) = await NumberOfAsync(c, main, ct);
            if (pending)
                return new(MainUnknown: true);
            if (known is not null && await senders.OpenAsync(known, ct) is { } open)
                return new(Main: open);
        }

        // What the conversation has opened itself it knows; plain words never go to what was said to be another matter.
        return new(Elsewhere: (await senders.TicketsAsync(sender, ct)).FirstOrDefault(t => t.State.IsOpen() && !t.Confidential && t.Channel != message.Channel));
    }

    private async Task<Ticket?> QuotedAsync(string number, bool proved, Sender sender, CancellationToken ct) =>
        await tickets.ReadAsync(number, ct) is { Key: not null, Ticket: var ticket } && (proved || sender.Owns(ticket)) ? await senders.OpenAsync(number, ct) : null;

    private async Task<bool> IsAlarmOpenAsync(StoredConversation c, OpenRequest alarm, CancellationToken ct)
    {
        var (known, pending) = await NumberOfAsync(c, alarm, ct);
        return pending || (known is not null && await tickets.ReadAsync(known, ct) is { Ticket: { Alarm: not null } ticket } && ticket.State.IsOpen());
    }

    /// <summary>The request's ticket; or that it is being filed.</summary>
    private async Task<(string? Number, bool Pending)> NumberOfAsync(StoredConversation c, OpenRequest request, CancellationToken ct)
    {
        if (request.Number is not null)
            return (request.Number, false);
        return await store.ReadMessageAsync(c, request.Opening, ct) is { Message: var opening } ? (opening.Number, !opening.Done) : (null, false);
    }
}
