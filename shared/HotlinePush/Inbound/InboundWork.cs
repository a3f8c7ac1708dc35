using HotlinePush.Clocks;
using HotlinePush.Messaging;
using HotlinePush.Notices;
using HotlinePush.Security;
using HotlinePush.Storage;
using HotlinePush.Tickets;

namespace HotlinePush.Inbound;

/// <summary>Does what was planned for a message, once, whoever does it and however often.</summary>
internal sealed class InboundWork(
    ConversationStore store, InboundPlanning planning, Senders senders, TicketFiling filing, TicketActions actions, TicketStore tickets, OptOuts optOuts, InboundAnswers answers,
    IEnumerable<IInboundTaker> takers, MessageCatalogue catalogue)
{
    private const int MostTries = 50;
    private const int MostDeep = 3;

    /// <param name="byCaller">Whoever handed the message in waits for the answer. Else it goes out by itself.</param>
    public async Task<HeardMessage> DoAsync(string id, string key, bool byCaller, CancellationToken ct, int deep = 0)
    {
        for (var tries = 0; tries < MostTries; tries++)
        {
            if (await store.ReadAsync(id, ct) is not { } c || await store.ReadMessageAsync(c, key, ct) is not { } stored)
                throw new TableStoreException("A message is not to be found.", isTransient: true);
            var heard = stored.Message;
            if (heard.Done)
                return heard;
            if (heard.Plan.Kind == PlanKind.Gather)
                return heard;
            if (await RunAsync(c, stored, deep, ct) is not { } answer)
                continue;
            if (await EndAsync(c, stored, answer, byCaller, ct) is { } ended)
                return ended;
        }

        throw new TableStoreException("A message is being worked on by many at once.", isTransient: true);
    }

    /// <summary>Notes the end with the answer, and what follows it.</summary>
    private async Task<HeardMessage?> EndAsync(StoredConversation c, StoredHeard stored, HeardAnswer answer, bool byCaller, CancellationToken ct)
    {
        var heard = stored.Message;
        var fetched = answer.Number is not null && heard.Words?.Media.Any(m => m.Reference is not null) == true;
        var given = answer.Number is not null && heard.Words?.Media.Length > 0;
        var ended = heard with
        {
            Done = true,
            Number = answer.Number,
            Reply = heard.Plan.Silent ? null : answer.Text,
            Purpose = answer.Purpose,
            FilesDone = !given,
            AnsweredByCaller = heard.AnsweredByCaller && byCaller,
            // What was said stands in the ticket now.
            Words = heard.Words! with { Words = "", Location = null, Media = given ? heard.Words.Media : [] },
        };
        var owed = new List<PendingMessage>();
        if (fetched)
            owed.Add(catalogue.Message(InboundFiles.MessageType, $"{heard.Key}-files", new FetchFiles(c.Id, heard.Key)));
        if (!ended.AnsweredByCaller && ended.Reply is not null)
            owed.Add(catalogue.Message(InboundDesk.AnswerType, $"{heard.Key}-answer", new AnswerHeard(c.Id, heard.Key)));
        if (await store.CommitAsync(c, null, [(ended, stored.ETag)], owed, ct) is not { } rows)
            return null;
        if (rows.Count > 0)
            await TrySendAsync(c.Id, rows, ct);
        return ended;
    }

    public async Task AnswerLaterAsync(StoredConversation c, string key, CancellationToken ct)
    {
        for (var tries = 0; tries < MostTries; tries++)
        {
            if (await store.ReadMessageAsync(c, key, ct) is not { Message: { AnsweredByCaller: true } heard } stored)
                return;
            var owed = heard is { Done: true, Reply: not null } ? [catalogue.Message(InboundDesk.AnswerType, $"{key}-answer", new AnswerHeard(c.Id, key))] : Array.Empty<PendingMessage>();
            if (await store.CommitAsync(c, null, [(heard with { AnsweredByCaller = false }, stored.ETag)], owed, ct) is { } rows)
            {
                await TrySendAsync(c.Id, rows, ct);
                return;
            }
        }
    }

    private async Task TrySendAsync(string id, IReadOnlyList<(string Row, PendingMessage Message)> rows, CancellationToken ct)
    {
        try
        {
            if (rows.Count > 0)
                await store.SendAsync(id, rows, null, ct);
        }
        catch (Exception e) when (e is TableStoreException or MessageBusException or OperationCanceledException)
        {
            // They stand as rows: the sweep sends them.
        }
    }

    /// <returns>Null: the plan was changed, or has to be looked at again.</returns>
    private async Task<HeardAnswer?> RunAsync(StoredConversation c, StoredHeard stored, int deep, CancellationToken ct)
    {
        var heard = stored.Message;
        var plan = heard.Plan;
        switch (plan.Kind)
        {
            case PlanKind.File:
                return await FileAsync(heard, ct);
            case PlanKind.FollowUp:
                return await FollowUpAsync(c, stored, deep, ct);
            case PlanKind.Repeat:
                return await NumberAsync(c, plan, deep, ct) is { } number && await tickets.ReadAsync(number, ct) is { Ticket: var same } ? answers.Added(same, plan.Service) : HeardAnswer.None;
            case PlanKind.Rate:
                return await RateAsync(c, stored, ct);
            case PlanKind.Ask:
                return await AskAsync(heard, ct);
            case PlanKind.OptOut:
                await OptAsync(c.Id, heard.Words!.Sender, ct);
                return answers.Plain(plan.Digit == 1 ? TicketTexts.InboundOptedOut : TicketTexts.InboundOptedIn);
            case PlanKind.Help:
                return answers.Plain(TicketTexts.InboundHelp);
            case PlanKind.Disclosure:
                return answers.Plain(TicketTexts.InboundDisclosure);
            case PlanKind.Take:
                var reply = await takers.First(t => t.Name == plan.Taker).TakeAsync(MessageOf(heard), heard.Key, ct);
                return new(reply.Text, plan.Taker!, reply.Number);
            default:
                return HeardAnswer.None;
        }
    }

    private static InboundMessage MessageOf(HeardMessage heard) =>
        new(heard.Channel, heard.Account, heard.Words!.Sender, heard.Words.ExternalId ?? heard.Key, heard.SaidAt, heard.Words.Words) { Subject = heard.Words.Subject, Location = heard.Words.Location };

    private async Task<HeardAnswer> FileAsync(HeardMessage heard, CancellationToken ct)
    {
        var (plan, said) = (heard.Plan, heard.Words!);
        var sender = await senders.OfAsync(heard.Channel, said.Sender, ct);
        var contact = plan.Request == RequestKind.Anonymous
            ? new NewContact(Anonymous: true)
            : new NewContact(Phone: sender.Phone, Email: sender.Email, Confidential: plan.Request == RequestKind.Confidential) { OpenId = sender.OpenId };
        var words = said.Words.Length > 0 ? said.Words : "（没有文字）";
        var request = new NewTicket(
            InboundWords.TypeOf(words), InboundWords.SubjectOf(words), words, contact,
            Location: said.Location is { } l ? new(l.Lat, l.Lng, l.Address is { Length: > 500 } a ? a[..500] : l.Address) : null,
            Channel: heard.Channel, ExternalId: said.ExternalId is { Length: <= 200 } id ? id : heard.Key, OccurredAt: heard.SaidAt);
        var (ticket, refusal) = await filing.FileTicketAsync(request, heard.Reserved, Actor.Public, ct, told: true);
        return ticket is not null ? answers.Filed(ticket, plan.Service) : answers.Refused(refusal!.Message);
    }

    private async Task<HeardAnswer?> FollowUpAsync(StoredConversation c, StoredHeard stored, int deep, CancellationToken ct)
    {
        var heard = stored.Message;
        if (await NumberAsync(c, heard.Plan, deep, ct) is { } number)
        {
            // Added before, whatever has become of the ticket since.
            var result = await actions.ActOnceAsync(number, new FollowUp(heard.Words!.Words), Actor.Resident, heard.Key, heard.SaidAt, ct);
            if (result.Refusal is null)
                return heard.Plan.TellsFlood ? answers.Gathered(number) : answers.Added(result.Stored!.Ticket, heard.Plan.Service);
            if (await senders.OpenAsync(number, ct) is { } other && other.Number != number)
            {
                await store.CommitAsync(c, null, [(heard with { Plan = heard.Plan with { Number = other.Number, Opening = null } }, stored.ETag)], [], ct);
                return null;
            }
        }

        await ReplanAsync(c, stored, ct);
        return null;
    }

    /// <summary>What it was to go to has ended meanwhile: decided anew, on the conversation as it is now.</summary>
    public async Task ReplanAsync(StoredConversation c, StoredHeard stored, CancellationToken ct)
    {
        var heard = stored.Message;
        var kind = heard.Plan.Request == RequestKind.Alarm ? RequestKind.Alarm : RequestKind.Plain;
        var message = MessageOf(heard);
        var (after, plan) = await planning.PlanAsync(c, new Intent.Request(kind, heard.Words!.Words, null, heard.Plan.Service), message, heard.Key, ct);
        if (plan.Kind == PlanKind.Gather)
            plan = plan with { Kind = PlanKind.FollowUp };
        after = after with { Gathered = c.Conversation.Gathered, GatherNo = c.Conversation.GatherNo };
        await store.CommitAsync(c, after, [(heard with { Plan = plan }, stored.ETag)], [], ct);
    }

    /// <summary>The ticket a plan means. Where the message that opens it was cut off, that one is done first.</summary>
    public async Task<string?> NumberAsync(StoredConversation c, Plan plan, int deep, CancellationToken ct)
    {
        if (plan.Number is not null || plan.Opening is null)
            return plan.Number;
        if (await store.ReadMessageAsync(c, plan.Opening, ct) is not { Message: var opening })
            return null;
        if (!opening.Done && deep < MostDeep)
            opening = await DoAsync(c.Id, opening.Key, byCaller: false, ct, deep + 1);
        return opening.Number;
    }

    private async Task<HeardAnswer?> RateAsync(StoredConversation c, StoredHeard stored, CancellationToken ct)
    {
        var heard = stored.Message;
        var sender = await senders.OfAsync(heard.Channel, heard.Words!.Sender, ct);
        if (heard.Plan.Number is not { } number)
        {
            var waiting = (await senders.TicketsAsync(sender, ct)).Where(WaitsForWord).ToList();
            if (waiting.Count != 1)
                return waiting.Count == 0 ? answers.Plain(TicketTexts.InboundNothingToRate) : answers.RateWhich(waiting);
            // Named before it is rated: afterwards it no longer waits, and a second look would not find it.
            await store.CommitAsync(c, null, [(heard with { Plan = heard.Plan with { Number = waiting[0].Number } }, stored.ETag)], [], ct);
            return null;
        }

        if (!TicketNumber.IsValid(number) || await tickets.ReadAsync(number, ct) is not { Key: not null, Ticket: var ticket } || !sender.Owns(ticket))
            return answers.Status([]);
        var word = new CallBack(true, heard.Plan.Digit != 3, heard.Plan.Digit == 1);
        var result = await actions.ActOnceAsync(number, word, Actor.Resident, heard.Key, heard.SaidAt, ct);
        return result.Refusal is null ? answers.Rated(result.Stored!.Ticket) : answers.Plain(TicketTexts.InboundNothingToRate);
    }

    private static bool WaitsForWord(Ticket ticket) => ticket is { State: TicketState.Answered, AuditAccepted: true, SupervisorDue: false };

    private async Task<HeardAnswer> AskAsync(HeardMessage heard, CancellationToken ct)
    {
        var sender = await senders.OfAsync(heard.Channel, heard.Words!.Sender, ct);
        if (heard.Plan.Number is null)
            return answers.Status([.. (await senders.TicketsAsync(sender, ct)).Where(t => t.State.IsOpen())]);
        // A number that is nobody's and one that is somebody else's are the same to who asks.
        return TicketNumber.IsValid(heard.Plan.Number) && await tickets.ReadAsync(heard.Plan.Number, ct) is { Key: not null, Ticket: var ticket } && sender.Owns(ticket)
            ? answers.Status([ticket])
            : answers.Status([]);
    }

    /// <summary>Brings the list in line with the conversation until both say the same: two that were said at once may be worked on in either order.</summary>
    private async Task OptAsync(string id, string sender, CancellationToken ct)
    {
        bool? done = null;
        while (await store.ReadAsync(id, ct) is { Conversation.OptedOut: { } wanted } && wanted != done)
        {
            await (wanted ? optOuts.AddAsync(OptOuts.EveryOffice, sender, ct) : optOuts.RemoveAsync(OptOuts.EveryOffice, sender, ct));
            done = wanted;
        }
    }
}
