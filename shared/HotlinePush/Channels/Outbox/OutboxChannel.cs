using System.Text.Json;
using HotlinePush.Clocks;
using HotlinePush.Messaging;
using HotlinePush.Security;
using HotlinePush.Storage;

namespace HotlinePush.Channels.Outbox;

/// <summary>A recorded text. Its body and address are sealed; only a demonstration shows them.</summary>
public sealed record OutboxEntry(string Id, DateTimeOffset At, ChannelKind Channel, string? Subject, string Purpose, string? TicketNumber, string? NoticeId, string? DeliveryId)
{
    [Personal] public string? To { get; init; }
    [Personal] public string? Body { get; init; }
}

/// <summary>
/// The channel that records texts instead of sending them. One row per text under its own id in one of sixteen partitions, so that a text
/// handed over twice is there once; and a row by time in the same partition, so that it can be read oldest first.
/// </summary>
public sealed class OutboxChannel(ITableStore store, KeyRing keys, ProductClock clock, OutboxOptions options) : IChannel
{
    public const string Table = "outbox";
    private const int Partitions = 16;
    private const int MostLooked = 2_000;
    private static readonly byte[] Marker = "{}"u8.ToArray();
    private static readonly string AtPrefix = Keys.Under("at").From;

    public async Task SendAsync(OutgoingText text, CancellationToken ct)
    {
        if (options.Delay > TimeSpan.Zero)
            await Task.Delay(options.Delay, clock.Engine, ct);
        await SendAllAsync([text], ct);
    }

    /// <summary>Texts handed over together are written in one batch where they are not too long, or in a few. Handed over again they must be the same together.</summary>
    public async Task SendAllAsync(IReadOnlyList<OutgoingText> texts, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        using var key = keys.NewDataKey();
        var wrapped = JsonSerializer.SerializeToUtf8Bytes(keys.Wrap(key), MessageJson.Options);
        Batch? batch = null;
        foreach (var text in texts)
        {
            var entry = new OutboxEntry(text.Id, now, text.Kind, text.Subject, text.Purpose, text.TicketNumber, text.NoticeId, text.DeliveryId)
            {
                To = text.To,
                Body = text.Body,
            };
            byte[] value = [.. wrapped, (byte)'\n', .. PersonalJson.Serialize(entry, key)];
            if (batch is not null && (batch.Operations.Count == Batch.MaxOperations || batch.Bytes + value.Length + Marker.Length > Batch.MaxBytes))
            {
                await CommitAsync(batch, ct);
                batch = null;
            }

            batch ??= new Batch(Table, PartitionOf(text.Id));
            batch.Insert(Keys.Of("id", text.Id), Marker).Insert(Keys.Of("at", now, text.Id), value);
        }

        if (batch is not null)
            await CommitAsync(batch, ct);
    }

    /// <summary>Refused means that they stand there already: the texts were handed over before. An answer that was lost is asked for again.</summary>
    private async Task CommitAsync(Batch batch, CancellationToken ct)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                await store.CommitAsync(batch, ct);
                return;
            }
            catch (TableStoreException e) when (e.IsTransient && tries < 3)
            {
            }
        }
    }

    /// <summary>Entries by time, oldest first, after the entry a former page ended with.</summary>
    /// <param name="after"><see cref="OutboxPage.Next"/> of the page before.</param>
    /// <param name="limit">1–1000. A page looks at a bounded number of rows: it may hold fewer entries, even none, and still have a next one.</param>
    public async Task<OutboxPage> ReadAsync(string? after, int limit, Func<OutboxEntry, bool> wanted, CancellationToken ct)
    {
        var from = after is null ? Keys.Under("at").From : Keys.Of("at") + Keys.Separator + after + Keys.Separator;
        var parts = await Task.WhenAll(Enumerable.Range(0, Partitions).Select(i => ReadPartitionAsync(Name(i), from, limit, wanted, ct)));
        // Beyond the least far reader another one's entries would overtake those it has not reached.
        var reach = parts.Select(p => p.Reached).Where(r => r is not null).Min(StringComparer.Ordinal);
        var found = parts.SelectMany(p => p.Found).Where(e => reach is null || string.CompareOrdinal(CursorOf(e), reach) <= 0)
            .OrderBy(CursorOf, StringComparer.Ordinal).Take(limit + 1).ToList();
        return found.Count > limit
            ? new(found[..limit], CursorOf(found[limit - 1]))
            : new(found, reach);
    }

    private static string CursorOf(OutboxEntry entry) => Keys.Of(entry.At, entry.Id);

    private async Task<(List<OutboxEntry> Found, string? Reached)> ReadPartitionAsync(
        string partition, string from, int limit, Func<OutboxEntry, bool> wanted, CancellationToken ct)
    {
        var found = new List<OutboxEntry>();
        string? continuation = null;
        string? last = null;
        for (var looked = 0; looked < MostLooked;)
        {
            var page = await store.ReadRangeAsync(Table, partition, new(from, Keys.Under("at").To), limit, continuation, ct);
            looked += Math.Max(1, page.Rows.Count);
            found.AddRange(page.Rows.Select(Open).Where(wanted));
            continuation = page.Continuation;
            if (continuation is null)
                return (found, null);
            if (page.Rows.Count > 0)
                last = page.Rows[^1].Key;
            if (found.Count >= limit)
                break;
        }

        // Where nothing was read, the former position stands; "0" lies before every time.
        return (found, last is not null ? last[AtPrefix.Length..] : from.Length > AtPrefix.Length ? from[AtPrefix.Length..^1] : "0");
    }

    private OutboxEntry Open(Row row)
    {
        var bytes = row.Value.Span;
        var line = bytes.IndexOf((byte)'\n');
        var wrapped = JsonSerializer.Deserialize<WrappedKey>(bytes[..line], MessageJson.Options);
        return PersonalJson.Deserialize<OutboxEntry>(bytes[(line + 1)..], wrapped is null ? null : keys.Unwrap(wrapped));
    }

    private static string PartitionOf(string id) => Name(WorkShard.Of(id).Index % Partitions);
    private static string Name(int i) => i.ToString("x1");
}

/// <param name="Next">Where the next page goes on; null at the end.</param>
public sealed record OutboxPage(IReadOnlyList<OutboxEntry> Items, string? Next);

/// <param name="Delay">Slows each delivery down, to watch progress; zero outside demonstrations.</param>
/// <param name="ShowBodies">Bodies and addresses are shown in demonstrations only.</param>
public sealed record OutboxOptions(TimeSpan Delay, bool ShowBodies);
