using HotlinePush.Clocks;
using HotlinePush.Messaging;
using HotlinePush.Security;
using HotlinePush.Storage;
using HotlinePush.Tickets;
using HotlinePush.Web;

namespace HotlinePush.Inbound.Calls;

/// <summary>Bring the list in line with a caller.</summary>
public sealed record ListCaller(string Hash, IReadOnlyList<CallRow> Former);

/// <summary>Callers to be called back, in the work shards: row <c>caller!hash</c>, and the list of them in table <c>calls</c>.</summary>
public sealed class MissedCallers(ITableStore store, KeyRing keys, PendingMessages pending, MessageCatalogue catalogue, PersonTickets people, AuditLog audit, ProductClock clock)
{
    public const string ListType = "caller.list.v1";
    public const string RevealAction = "reveal-caller";
    private const int Attempts = 8;
    private const int MostNote = 1_000;

    public async Task<Stored<MissedCaller>?> ReadAsync(string hash, CancellationToken ct) =>
        hash.Length <= 64 && Characters.AreAllowed(hash) && hash.Length > 0
        && await store.ReadAsync(WorkShard.Table, PartitionOf(hash), RowKey(hash), ct) is { } row ? SealedRow.Read<MissedCaller>(row, keys) : null;

    /// <summary>Puts what is known of a call to its caller; a call that says nothing new changes nothing.</summary>
    public async Task TakeAsync(Call call, CancellationToken ct)
    {
        if (call is not { PersonHash: { } hash, Caller: { } phone } || call.State == CallState.Ringing)
            return;
        var urgent = call.State == CallState.Missed && await people.HasAlarmAsync(hash, ct);
        await ChangeAsync(hash, create: true, caller =>
        {
            if (call.State == CallState.Missed)
                caller = MissedCallerRules.Miss(caller, new(call.Id, call.MissedAt!.Value, call.Called), phone, urgent);
            if (call.AnsweredAt is { } at)
                caller = MissedCallerRules.GetThrough(caller, call.Id, at, Actor.System);
            return (caller, null);
        }, ct);
    }

    /// <param name="reached">Whether somebody answered; the third try in vain ends the callback too.</param>
    public async Task<(MissedCaller? Caller, Refusal? Refusal)> CallBackAsync(string hash, bool reached, string? note, Actor by, CancellationToken ct) =>
        new Check().Text("note", note, max: MostNote).Refusal is { } refusal
            ? (null, refusal)
            : await ChangeAsync(hash, create: false, caller => MissedCallerRules.CallBack(caller, reached, string.IsNullOrWhiteSpace(note) ? null : note.Trim(), by, clock.GetUtcNow()), ct);

    /// <summary>The number in the clear, on the record before it is shown.</summary>
    public async Task<string?> RevealAsync(string hash, Actor by, CancellationToken ct)
    {
        if (await ReadAsync(hash, ct) is not { Value: { Phone: { } phone } })
            return null;
        await audit.AppendAsync(new(clock.GetUtcNow(), by, RevealAction, PhoneNumber.Mask(phone)), ct);
        return phone;
    }

    private async Task<(MissedCaller? Caller, Refusal? Refusal)> ChangeAsync(string hash, bool create, Func<MissedCaller, (MissedCaller? After, Refusal? Refusal)> change, CancellationToken ct)
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var before = await ReadAsync(hash, ct);
            if (before is null && !create)
                return (null, Problems.NotFoundHere);
            var (after, refusal) = change(before?.Value ?? new() { Hash = hash });
            if (after is null || after == before?.Value || (before is null && after.Seq == 0))
                return (after, refusal);
            var former = before is null ? [] : CallIndex.KeysOf(before.Value);
            var key = before?.Key ?? keys.NewDataKey();
            var value = SealedRow.Write(after, before?.Wrapped ?? keys.Wrap(key), key);
            var batch = new Batch(WorkShard.Table, PartitionOf(hash));
            _ = before is null ? batch.Insert(RowKey(hash), value) : batch.Replace(RowKey(hash), before.ETag, value);
            var owed = new ListCaller(hash, former);
            if ((await pending.CommitAsync(batch, hash, [catalogue.Message(ListType, $"{hash}-{after.Seq}-list", owed)], ct, done => ListAsync(owed, done))).Committed)
                return (after, null);
        }

        throw new TableStoreException("A caller is being changed by many at once.", isTransient: true);
    }

    /// <summary>Again where the caller changed meanwhile: the last one to list knows the last state.</summary>
    public async Task ListAsync(ListCaller message, CancellationToken ct)
    {
        var former = message.Former;
        while (true)
        {
            var read = await ReadAsync(message.Hash, ct);
            var wanted = read is null ? [] : CallIndex.KeysOf(read.Value);
            await CallIndex.SyncAsync(store, wanted, former, ct);
            if ((await ReadAsync(message.Hash, ct))?.ETag == read?.ETag)
                return;
            former = [.. former, .. wanted];
        }
    }

    /// <summary>Those to be called back, urgent ones first, or those that were, newest first; the heads decide.</summary>
    public async Task<(IReadOnlyList<MissedCaller> Callers, RowCursor? Next)> ReadListAsync(bool done, RowCursor? after, int limit, CancellationToken ct)
    {
        var range = done ? CallIndex.DoneCallbacks : CallIndex.OpenCallbacks;
        if (after is not null && string.CompareOrdinal(after.Row, range.From) > 0)
            range = range with { From = Keys.After(after.Row) };
        var page = string.CompareOrdinal(range.From, range.To) < 0 ? await store.ReadRangeAsync(CallIndex.Table, CallIndex.Callbacks, range, limit, null, ct) : new([], null);
        var heads = await Task.WhenAll(page.Rows.Select(r => ReadAsync(CallIndex.IdOf(r.Key), ct)));
        return (
            [.. heads.OfType<Stored<MissedCaller>>().Select(h => h.Value).Where(c => c.Missed.IsEmpty == done)],
            page.Continuation is null || page.Rows.Count == 0 ? null : new(page.Rows[^1].Key));
    }

    /// <summary>How many wait, up to <see cref="DeskLists.MostCounted"/>.</summary>
    public async Task<QueueCount> CountAsync(CancellationToken ct)
    {
        var page = await store.ReadRangeAsync(CallIndex.Table, CallIndex.Callbacks, CallIndex.OpenCallbacks, DeskLists.MostCounted + 1, null, ct);
        return new(Queue, Math.Min(page.Rows.Count, DeskLists.MostCounted), page.Rows.Count > DeskLists.MostCounted);
    }

    public const string Queue = "missedCalls";

    /// <summary>Callbacks that were done before a moment go, with their callers.</summary>
    public Task<int> ForgetAsync(DateTimeOffset before, CancellationToken ct) =>
        ForgetAsync(CallIndex.Callbacks, CallIndex.DoneCallbacks with { From = Keys.Of("done", KeyPart.Descending(before)) }, ct);

    /// <summary>Callers who were last spoken to on a day go.</summary>
    public Task<int> ForgetAsync(DateOnly spoken, CancellationToken ct) => ForgetAsync(CallIndex.Spoken(spoken), new("!", "~"), ct);

    private async Task<int> ForgetAsync(string partition, KeyRange range, CancellationToken ct)
    {
        var gone = 0;
        await foreach (var row in store.ReadAllAsync(CallIndex.Table, partition, range, ct: ct))
        {
            // Who has rung since stands in another row, and stays.
            if (await ReadAsync(CallIndex.IdOf(row.Key), ct) is { } read && CallIndex.KeysOf(read.Value).Contains(new(partition, row.Key)))
                await store.CommitAsync(new Batch(WorkShard.Table, PartitionOf(read.Value.Hash)).DeleteIf(RowKey(read.Value.Hash), read.ETag), ct);
            await store.CommitAsync(new Batch(CallIndex.Table, partition).Delete(row.Key), ct);
            gone++;
        }

        return gone;
    }

    private static string PartitionOf(string hash) => WorkShard.Of(hash).Partition;
    private static string RowKey(string hash) => Keys.Of("caller", hash);
}
