using HotlinePush.Clocks;
using HotlinePush.Incidents;
using HotlinePush.Messaging;
using HotlinePush.Security;
using HotlinePush.Storage;
using HotlinePush.Units;

namespace HotlinePush.Tickets;

/// <summary>What became of a command: the ticket as it now is, or a refusal.</summary>
public sealed record TicketResult(StoredTicket? Stored, Refusal? Refusal)
{
    public static implicit operator TicketResult(Refusal refusal) => new(null, refusal);
}

/// <summary>
/// The way of a request: read the head, decide, commit one batch, bring the lists in line, send what is pending, answer.
/// A failure after the commit never fails the request: the sweep finishes it.
/// </summary>
public sealed class TicketActions(
    TicketStore store, TicketMessages following, IndexSync indexes, PendingMessages pending, CitySource cities, IncidentStore incidents, ProductClock clock, ILogger<TicketActions> log)
{
    private const int Attempts = 8;
    private static readonly TimeSpan AfterCommit = TimeSpan.FromSeconds(5);

    /// <summary>Stores a new ticket. Null where the number is taken: draw another.</summary>
    /// <param name="quiet">A past life told in hindsight: nobody is told of it.</param>
    public async Task<TicketResult?> CreateAsync(Decision decision, CancellationToken ct, bool quiet = false)
    {
        if (decision.Refusal is { } refusal)
            return refusal;
        var ticket = TicketFold.Replay(decision.Events);
        return await CommitAsync(null, ticket, decision, ct, quiet) is { } stored ? new(stored, null) : null;
    }

    /// <param name="ifVersion">The version the caller decided on; another one is a conflict. Null: whatever it is now.</param>
    public async Task<TicketResult> ActAsync(string number, TicketCommand command, Actor by, int? ifVersion, CancellationToken ct)
    {
        if (command is MergeInto merge)
            return await MergeAsync(number, merge, by, ifVersion, ct);
        if (command is AttachToIncident attach)
        {
            // Where it is restored between this look and the commit, the message that the commit owes tells the resident.
            if (await incidents.ReadAsync(attach.IncidentId, ct) is not { Incident: var incident })
                return Invalid("incidentId", "unknownIncident", "没有这个突发事件。");
            if (incident.State == IncidentState.Closed)
                return IncidentRules.IsClosed;
        }

        return await ActAloneAsync(number, command, by, ifVersion, ct);
    }

    /// <summary>What somebody asks by a message, once for each message: where its id stands in the history, it was done, and that is the answer.</summary>
    public async Task<TicketResult> ActOnceAsync(string number, TicketCommand command, Actor by, string messageId, DateTimeOffset saidAt, CancellationToken ct)
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            if (await store.ReadAsync(number, ct) is not { } stored)
                return NotFound;
            if ((await store.ReadHistoryAsync(stored, ct: ct)).Exists(e => e.MessageId == messageId))
                return new(stored, null);
            // Only on the version whose history was looked at: who comes between is looked at again.
            var result = await LoopAsync(number, stored.Ticket.Seq, (ticket, context) => TicketRules.Decide(ticket, command, by, context with { MessageId = messageId, SaidAt = saidAt }), ct);
            if (result.Refusal != Conflict)
                return result;
        }

        throw new TableStoreException($"Ticket {number} is being changed by many at once.", isTransient: true);
    }

    /// <summary>Puts a decision of the product itself on a ticket; nothing to decide is no event.</summary>
    /// <exception cref="TableStoreException">Others were faster each time. There is no caller to tell: the message has to come again, or what it stood for is lost.</exception>
    public async Task<TicketResult> ApplyAsync(string number, Func<Ticket, RuleContext, Decision> decide, CancellationToken ct)
    {
        var result = await LoopAsync(number, null, decide, ct);
        return result.Refusal == Conflict ? throw new TableStoreException($"Ticket {number} is being changed by many at once.", isTransient: true) : result;
    }

    private Task<TicketResult> ActAloneAsync(string number, TicketCommand command, Actor by, int? ifVersion, CancellationToken ct) =>
        LoopAsync(number, ifVersion, (ticket, context) => TicketRules.Decide(ticket, command, by, context), ct);

    private async Task<TicketResult> LoopAsync(string number, int? ifVersion, Func<Ticket, RuleContext, Decision> decide, CancellationToken ct)
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            if (await store.ReadAsync(number, ct) is not { } stored)
                return NotFound;
            if (ifVersion is { } version && version != stored.Ticket.Seq)
                return Conflict;
            var decision = DecideInTime(stored.Ticket, new(await cities.GetAsync(ct), clock.GetUtcNow()), decide);
            if (decision.Refusal is { } refusal)
                return refusal;
            if (decision.Events.IsEmpty)
                return new(stored, null);
            var after = decision.Events.Aggregate(stored.Ticket, TicketFold.Apply);
            if (await CommitAsync(stored, after, decision, ct) is { } committed)
                return new(committed, null);
        }

        return Conflict;
    }

    /// <summary>
    /// What fell due before somebody acts is noted before the act, in the same batch: a unit that signs a second after its deadline was late,
    /// whether or not the reminder's own message came first.
    /// </summary>
    private static Decision DecideInTime(Ticket ticket, RuleContext context, Func<Ticket, RuleContext, Decision> decide)
    {
        if (!ticket.State.IsOpen() || ticket.NextMoment > context.Now)
            return decide(ticket, context);
        var due = TicketRules.Decide(ticket, new FireReminders(), Actor.System, context).Events;
        var decision = decide(due.Aggregate(ticket, TicketFold.Apply), context);
        // Nothing to decide is nothing to write, but for the reminders' own handler, which finds them fired and must still keep them.
        return decision.Refusal is null ? decision with { Events = due.AddRange(decision.Events) } : decision;
    }

    private async Task<StoredTicket?> CommitAsync(StoredTicket? before, Ticket after, Decision decision, CancellationToken ct, bool quiet = false)
    {
        var (messages, touched) = following.After(before?.Ticket, after, quiet ? [] : decision.Events);
        if (await store.CommitAsync(before, after, decision.Events, messages, ct) is not { } commit)
            return null;
        // The change stands. What follows is done now, but it neither fails the request nor ends with it.
        using var bounded = new CancellationTokenSource(AfterCommit, clock.Engine);
        try
        {
            var sync = indexes.RunAsync(commit.Stored, touched, bounded.Token);
            await pending.SendAsync(commit.Partition, commit.Pending, m => m.Type == TicketMessages.SyncType, bounded.Token, sync);
        }
        catch (Exception e) when (e is TableStoreException or MessageBusException or OperationCanceledException)
        {
            log.LogWarning(e, "Ticket {Number}: what follows its change is left to the sweep", after.Number);
        }

        return commit.Stored;
    }

    /// <summary>The target accepts first; then the source ends; where that fails, the target lets go.</summary>
    private async Task<TicketResult> MergeAsync(string number, MergeInto merge, Actor by, int? ifVersion, CancellationToken ct)
    {
        if (merge.Into == number)
            return Invalid("into", "sameTicket", "工单不能并入自身。");
        if (!TicketNumber.IsValid(merge.Into))
            return Invalid("into", "unknownTicket", "没有这个目标工单。");
        var source = await store.ReadAsync(number, ct);
        if (source is null)
            return NotFound;
        if (ifVersion is { } version && version != source.Ticket.Seq)
            return Conflict;
        var dryRun = TicketRules.Decide(source.Ticket, merge, by, new(await cities.GetAsync(ct), clock.GetUtcNow()));
        if (dryRun.Refusal is { } refusal)
            return refusal;
        if (await store.ReadAsync(merge.Into, ct) is not { } target)
            return Invalid("into", "unknownTicket", "没有这个目标工单。");
        if (target.Ticket.Confidential != source.Ticket.Confidential)
            return Invalid("into", "confidential", "保密件不能与其他工单合并。");

        var accepted = await ActAloneAsync(merge.Into, new AcceptDuplicate(number), by, null, ct);
        if (accepted.Refusal is not null)
            return accepted.Refusal;
        var merged = await ActAloneAsync(number, merge, by, source.Ticket.Seq, ct);
        if (merged.Refusal is not null)
            await HandleAsync(new SettleMerge(merge.Into, number), ct);
        return merged;
    }

    /// <summary>
    /// Brings the target's list in line with the source, which alone says whether it is merged: another request may have merged the same pair,
    /// or have been cut off between the two.
    /// </summary>
    public async Task HandleAsync(SettleMerge message, CancellationToken ct)
    {
        while (await store.ReadAsync(message.Source, ct) is { } source && await store.ReadAsync(message.Target, ct) is { Key: not null } target)
        {
            var merged = source.Ticket.MergedInto == message.Target;
            if (merged == target.Ticket.Joined.Contains(message.Source))
                return;
            TicketCommand command = merged ? new AcceptDuplicate(message.Source, Settling: true) : new ReleaseDuplicate(message.Source);
            await ApplyAsync(message.Target, (ticket, context) => TicketRules.Decide(ticket, command, Actor.System, context), ct);
        }
    }

    private static Refusal Invalid(string field, string problem, string message) =>
        new("invalid", message, new Dictionary<string, string[]> { [field] = [$"{problem}: {message}"] });

    private static readonly Refusal NotFound = new("notFound", "没有这个工单。");
    private static readonly Refusal Conflict = new("versionConflict", "工单刚刚被他人办理过，请刷新后再试。");
}
