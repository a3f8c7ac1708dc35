using System.Text.Json;
using HotlinePush.Channels;
using HotlinePush.Messaging;
using HotlinePush.Storage;

namespace HotlinePush.Notices.Sending;

/// <summary>Whether a provider is called now.</summary>
/// <param name="Most">Texts of the next slice: one for a try after an outage.</param>
/// <param name="WaitUntil">Engine time before which it is not called; null: now.</param>
public readonly record struct BreakerAnswer(int Most, DateTimeOffset? WaitUntil, bool Marked);

/// <summary>
/// One breaker for each provider, kept in the store: what one instance learnt of an outage, all know, and a restart forgets nothing. Two
/// slices in a row without a single answer open it, for 5 s at first, twice as long each time up to 5 min; then one slice of one text tries.
/// A sound provider has no row and costs one read a slice.
/// </summary>
public sealed class BreakerStore(ITableStore store)
{
    private const string RowKey = "breaker";
    private const int OpensAfter = 2;
    private static readonly TimeSpan First = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);

    /// <summary>A try that never reports holds the others up this long.</summary>
    private static readonly TimeSpan TryFor = TimeSpan.FromMinutes(1);

    private sealed record Breaker(int Failures, DateTimeOffset? OpenUntil, DateTimeOffset? TriedUntil);

    public async Task<BreakerAnswer> AskAsync(string provider, DateTimeOffset now, CancellationToken ct)
    {
        var (breaker, row) = await ReadAsync(provider, ct);
        if (breaker is not { OpenUntil: { } until })
            return new(int.MaxValue, null, breaker is not null);
        if (until > now || breaker.TriedUntil > now)
            return new(0, until > now ? until : breaker.TriedUntil, true);
        var tried = breaker with { TriedUntil = now + TryFor };
        return await WriteAsync(provider, row, tried, ct) ? new(1, null, true) : new(0, now + TimeSpan.FromSeconds(1), true);
    }

    /// <param name="marked"><see cref="BreakerAnswer.Marked"/> of the answer before: without it a sound slice writes nothing.</param>
    public async Task ReportAsync(string provider, IReadOnlyList<SendOutcome> outcomes, bool marked, DateTimeOffset now, CancellationToken ct)
    {
        if (outcomes.Count == 0)
            return;
        var failed = outcomes.All(o => o is SendOutcome.Unknown or SendOutcome.NotAccepted { Retry.Outage: true });
        // One text whose end is unknown tells of the text; a provider that says it is down tells of itself.
        if (failed && !marked && outcomes.Count == 1 && outcomes[0] is SendOutcome.Unknown)
            return;
        if (!failed && !marked)
            return;
        var (breaker, row) = await ReadAsync(provider, ct);
        if (!failed)
        {
            if (row is not null)
                await store.CommitAsync(new Batch(SlotStore.Table, SlotStore.PartitionOf(provider)).DeleteIf(RowKey, row.ETag), ct);
            return;
        }

        var failures = (breaker?.Failures ?? 0) + 1;
        var wait = First * Math.Pow(2, Math.Clamp(failures - OpensAfter, 0, 10));
        var advised = outcomes.OfType<SendOutcome.NotAccepted>().Select(o => o.Retry.After).DefaultIfEmpty().Max();
        wait = wait < advised ? advised : wait;
        await WriteAsync(provider, row, new(failures, failures < OpensAfter ? null : now + (wait < Longest ? wait : Longest), null), ct);
    }

    private async Task<(Breaker? Breaker, Row? Row)> ReadAsync(string provider, CancellationToken ct) =>
        await store.ReadAsync(SlotStore.Table, SlotStore.PartitionOf(provider), RowKey, ct) is { } row
            ? (JsonSerializer.Deserialize<Breaker>(row.Value.Span, MessageJson.Options), row)
            : (null, null);

    // Somebody else's report at the same moment says the same.
    private async Task<bool> WriteAsync(string provider, Row? row, Breaker breaker, CancellationToken ct)
    {
        var batch = new Batch(SlotStore.Table, SlotStore.PartitionOf(provider));
        var value = JsonSerializer.SerializeToUtf8Bytes(breaker, MessageJson.Options);
        return (await store.CommitAsync(row is null ? batch.Insert(RowKey, value) : batch.Replace(RowKey, row.ETag, value), ct)).Committed;
    }
}
