using System.Collections.Immutable;
using System.Text.Json;
using HotlinePush.Messaging;
using HotlinePush.Storage;

namespace HotlinePush.Changes;

/// <summary>A place in the log: after so many changes of a chunk.</summary>
public sealed record ChangeCursor(long Chunk, int Index);

/// <param name="More">Whether more follows at once.</param>
public sealed record ChangePage(IReadOnlyList<TicketChange> Items, ChangeCursor? Last, bool More);

/// <summary>
/// One order for the changes of all tickets, made when they are collected and not when they happen: a writer that is slow, or whose clock is
/// behind, is put behind what was read already, never before it. So nobody who reads on from where he was misses anything.
/// </summary>
/// <remarks>
/// Table <c>changes</c>, partition <c>log</c>: chunks <c>e!seq</c>, and <c>head</c>, which counts them. Collecting takes what waits in the 256
/// shards, writes the next chunk together with the head if the head is still the one it began with, and removes what it took. Any number of
/// instances may collect: one of them writes the chunk. What a cut-off one left in the shards is removed before the next chunk is made, so
/// nothing stands in the log twice.
/// </remarks>
public sealed class ChangeLog(ITableStore store)
{
    public const string Table = "changes";
    private const string Partition = "log";
    private const string HeadRow = "head";

    /// <summary>Commits in a chunk: some 100 KB.</summary>
    private const int MaxChunk = 400;

    private const int PerShard = 100;
    private const int ReadAtOnce = 32;

    /// <summary>Chunks one page may read without finding enough of one source.</summary>
    private const int ChunkBudget = 40;

    private static readonly KeyRange Chunks = Keys.Under("e");

    /// <summary>The latest chunk of which nothing is left in the shards, as far as this instance knows.</summary>
    private long _cleared;

    private sealed record Head(long Last);

    /// <summary>Collects what waits; others may be at it at the same time.</summary>
    /// <param name="rounds">Chunks at most.</param>
    /// <returns>How many commits found their place.</returns>
    public async Task<int> CollectAsync(int rounds, CancellationToken ct)
    {
        var all = 0;
        for (var i = 0; i < rounds; i++)
        {
            var collected = await CollectOnceAsync(ct);
            all += collected;
            if (collected < MaxChunk)
                break;
        }

        return all;
    }

    /// <summary>Changes after a place in the log, in its order.</summary>
    /// <param name="source">Only of tickets from there; null: all.</param>
    public async Task<ChangePage> ReadAsync(ChangeCursor? after, int limit, string? source, CancellationToken ct)
    {
        var items = new List<TicketChange>();
        var last = after;
        var range = Chunks with { From = after is null ? Chunks.From : ChunkRow(after.Chunk) };
        string? continuation = null;
        var read = 0;
        do
        {
            var page = await store.ReadRangeAsync(Table, Partition, range, Math.Clamp(limit - items.Count, 1, 10), continuation, ct);
            foreach (var row in page.Rows)
            {
                var chunk = long.Parse(Keys.Split(row.Key)[1], System.Globalization.CultureInfo.InvariantCulture);
                var changes = Changes(row).SelectMany(c => c.Changes).ToList();
                for (var i = after?.Chunk == chunk ? after.Index : 0; i < changes.Count; i++)
                {
                    if (items.Count == limit)
                        return new(items, last, true);
                    last = new(chunk, i + 1);
                    if (source is null || changes[i].Source == source)
                        items.Add(changes[i]);
                }
            }

            read += page.Rows.Count;
            continuation = page.Continuation;
        }
        while (continuation is not null && items.Count < limit && read < ChunkBudget);
        return new(items, last, continuation is not null);
    }

    private async Task<int> CollectOnceAsync(CancellationToken ct)
    {
        var head = await store.ReadAsync(Table, Partition, HeadRow, ct);
        var last = head is null ? 0 : JsonSerializer.Deserialize<Head>(head.Value.Span, MessageJson.Options)!.Last;
        if (last > Interlocked.Read(ref _cleared))
            await ClearAsync(last, Changes((await store.ReadAsync(Table, Partition, ChunkRow(last), ct))!), ct);

        var waiting = await WaitingAsync(ct);
        if (waiting.Count == 0)
            return 0;
        var next = last + 1;
        var count = JsonSerializer.SerializeToUtf8Bytes(new Head(next), MessageJson.Options);
        var batch = new Batch(Table, Partition).Insert(ChunkRow(next), JsonSerializer.SerializeToUtf8Bytes(waiting, MessageJson.Options));
        var result = await store.CommitAsync(head is null ? batch.Insert(HeadRow, count) : batch.Replace(HeadRow, head.ETag, count), ct);
        if (!result.Committed)
            return 0;
        await ClearAsync(next, waiting, ct);
        return waiting.Count;
    }

    /// <summary>What waits, up to a chunk: each ticket's changes in their order, tickets by the moment of theirs.</summary>
    private async Task<List<ChangedTicket>> WaitingAsync(CancellationToken ct)
    {
        var found = new List<ChangedTicket>();
        foreach (var shards in WorkShard.All.Chunk(ReadAtOnce))
            foreach (var page in await Task.WhenAll(shards.Select(s => store.ReadRangeAsync(WorkShard.Table, s.Partition, ChangedTicket.Range, PerShard, null, ct))))
                found.AddRange(page.Rows.Select(r => ChangedTicket.Read(r.Value.Span)));
        var waiting = new List<(DateTimeOffset At, ChangedTicket Changed)>();
        foreach (var some in found.GroupBy(c => c.Number, StringComparer.Ordinal).Chunk(ReadAtOnce))
            foreach (var whole in await Task.WhenAll(some.Select(t => WholeAsync(t.Key, [.. t], ct))))
            {
                // A clock set back must not turn two changes of one ticket round.
                var at = DateTimeOffset.MinValue;
                foreach (var changed in whole)
                    waiting.Add((at = changed.At > at ? changed.At : at, changed));
            }

        return [.. waiting.OrderBy(w => w.At).ThenBy(w => w.Changed.Key, StringComparer.Ordinal).Take(MaxChunk).Select(w => w.Changed)];
    }

    /// <summary>
    /// A page is no snapshot: it may show a ticket's later change without the one before, which is there by now. What is read after the latest
    /// was seen has all that came before it.
    /// </summary>
    private async Task<List<ChangedTicket>> WholeAsync(string number, List<ChangedTicket> seen, CancellationToken ct)
    {
        if (seen is [{ Changes: [{ Seq: 1 }, ..] }])
            return seen;
        var range = ChangedTicket.RangeOf(number) with { To = Keys.After(seen[^1].Key) };
        var whole = new List<ChangedTicket>();
        await foreach (var row in store.ReadAllAsync(WorkShard.Table, WorkShard.Of(number).Partition, range, ct: ct))
            whole.Add(ChangedTicket.Read(row.Value.Span));
        return whole;
    }

    private async Task ClearAsync(long chunk, IEnumerable<ChangedTicket> changes, CancellationToken ct)
    {
        foreach (var shards in changes.GroupBy(c => WorkShard.Of(c.Number)).Chunk(ReadAtOnce))
            await Task.WhenAll(shards.SelectMany(shard => shard.Chunk(Batch.MaxOperations).Select(some =>
            {
                var batch = new Batch(WorkShard.Table, shard.Key.Partition);
                foreach (var changed in some)
                    batch.Delete(changed.Key);
                return store.CommitAsync(batch, ct);
            })));
        Interlocked.Exchange(ref _cleared, chunk);
    }

    private static ImmutableArray<ChangedTicket> Changes(Row chunk) => JsonSerializer.Deserialize<ImmutableArray<ChangedTicket>>(chunk.Value.Span, MessageJson.Options);

    private static string ChunkRow(long chunk) => Keys.Of("e", chunk);
}
