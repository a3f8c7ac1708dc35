using HotlinePush.Clocks;
using HotlinePush.Messaging;
using HotlinePush.Security;
using HotlinePush.Storage;
using HotlinePush.Tickets;

namespace HotlinePush.Inbound.Calls;

/// <summary>Bring lists, callbacks and tickets in line with a call.</summary>
public sealed record FollowCall(string Id, IReadOnlyList<CallRow> Former);

/// <summary>Takes in what telephone systems report, and links tickets to calls: one commit each, and what follows from it at once.</summary>
public sealed class CallDesk(
    CallStore calls, MissedCallers callers, TicketActions tickets, ITableStore store, MessageCatalogue catalogue, KeyRing keys, ProductClock clock)
{
    public const string FollowType = "call.follow.v1";
    private const int Attempts = 8;

    /// <summary>A report that says nothing new changes nothing, however often and late it comes.</summary>
    public Task<Call> ReportAsync(string source, CallReport report, CancellationToken ct)
    {
        var id = CallStore.IdOf(source, report.CallId);
        var caller = CallerOf(report.Caller);
        return ChangeAsync(id, call => CallRules.Apply(call ?? new() { Id = id, Source = source, CallId = report.CallId, HeardAt = clock.GetUtcNow() }, report, caller), ct)!;
    }

    /// <summary>There is such a call; nothing rings for it yet.</summary>
    public Task HearAsync(string source, string callId, string? phone, string? called, CancellationToken ct)
    {
        var id = CallStore.IdOf(source, callId);
        var (caller, hash) = CallerOf(phone);
        return ChangeAsync(id, call => call ?? new() { Id = id, Source = source, CallId = callId, Seq = 1, HeardAt = clock.GetUtcNow(), Caller = caller, PersonHash = hash, Called = called }, ct);
    }

    /// <summary>The ticket came of the call; null where there is no such call.</summary>
    public Task<Call?> LinkAsync(string id, string number, CancellationToken ct) =>
        ChangeAsync(id, call => call is null ? null : CallRules.Link(call, number), ct);

    /// <summary>The number in E.164 and its keyed hash; one that cannot be called back has none.</summary>
    public (string? Phone, string? Hash) CallerOf(string? caller) =>
        PhoneNumber.TryParse(caller, out var phone) ? (phone, TicketFiling.PersonHash(keys, phone, null)) : (string.IsNullOrWhiteSpace(caller) ? null : caller.Trim(), null);

    private async Task<Call?> ChangeAsync(string id, Func<Call?, Call?> change, CancellationToken ct)
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var before = await calls.ReadAsync(id, ct);
            var after = change(before?.Value);
            if (after is null || after == before?.Value)
                return after;
            var owed = new FollowCall(id, before is null ? [] : CallIndex.KeysOf(before.Value));
            if (await calls.CommitAsync(before, after, [catalogue.Message(FollowType, $"{id}-{after.Seq}-follow", owed)], done => FollowAsync(owed, done), ct))
                return after;
        }

        throw new TableStoreException($"Call {id} is being changed by many at once.", isTransient: true);
    }

    /// <summary>All of it may be repeated. Again where the call changed meanwhile: the last one to follow knows the last state.</summary>
    public async Task FollowAsync(FollowCall message, CancellationToken ct)
    {
        var former = message.Former;
        while (await calls.ReadAsync(message.Id, ct) is { } read)
        {
            var call = read.Value;
            var wanted = CallIndex.KeysOf(call);
            await CallIndex.SyncAsync(store, wanted, former, ct);
            await callers.TakeAsync(call, ct);
            foreach (var number in call.Tickets)
                await tickets.ApplyAsync(number, (ticket, context) => TicketRules.Decide(ticket, new LinkCall(call.Id, call.BeganAt), Actor.System, context), ct);
            if ((await calls.ReadAsync(message.Id, ct))?.ETag == read.ETag)
                return;
            former = [.. former, .. wanted];
        }
    }
}
