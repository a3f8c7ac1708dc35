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

    public async Task SendAsync(OutgoingText text, CancellationToken ct)
    {
        if (options.Delay > TimeSpan.Zero)
            await Task.Delay(options.Delay, clock.Engine, ct);
        var now = clock.GetUtcNow();
        var entry = new OutboxEntry(text.Id, now, text.Kind, text.Subject, text.Purpose, text.TicketNumber, text.NoticeId, text.DeliveryId)
        {
            To = text.To,
            Body = text.Body,
        };
        var key = keys.NewDataKey();
        byte[] value = [.. JsonSerializer.SerializeToUtf8Bytes(keys.Wrap(key), MessageJson.Options), (byte)'\n', .. PersonalJson.Serialize(entry, key)];
        var partition = PartitionOf(text.Id);
        // Refused means that it stands there already: the text was handed over before.
        await store.CommitAsync(new Batch(Table, partition).Insert(Keys.Of("id", text.Id), "{}"u8.ToArray()).Insert(Keys.Of("at", now, text.Id), value), ct);
    }

    /// <summary>Entries by time, oldest first, after the entry a former page ended with.</summary>
    public async Task<List<OutboxEntry>> ReadAsync(string? after, int limit, Func<OutboxEntry, bool> wanted, CancellationToken ct)
    {
        var from = after is null ? Keys.Under("at").From : Keys.Of("at") + Keys.Separator + after + Keys.Separator;
        var readers = Enumerable.Range(0, Partitions).Select(i => ReadPartitionAsync(Name(i), from, limit, wanted, ct));
        return [.. (await Task.WhenAll(readers)).SelectMany(e => e).OrderBy(CursorOf, StringComparer.Ordinal).Take(limit)];
    }

    /// <summary>Where a page that ends with this entry goes on.</summary>
    public static string CursorOf(OutboxEntry entry) => Keys.Of(entry.At, entry.Id);

    private async Task<List<OutboxEntry>> ReadPartitionAsync(string partition, string from, int limit, Func<OutboxEntry, bool> wanted, CancellationToken ct)
    {
        var found = new List<OutboxEntry>();
        string? continuation = null;
        do
        {
            var page = await store.ReadRangeAsync(Table, partition, new(from, Keys.Under("at").To), 1000, continuation, ct);
            foreach (var row in page.Rows)
            {
                var entry = Open(row);
                if (wanted(entry))
                    found.Add(entry);
                if (found.Count == limit)
                    return found;
            }

            continuation = page.Continuation;
        }
        while (continuation is not null);
        return found;
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

/// <param name="Delay">Slows each delivery down, to watch progress; zero outside demonstrations.</param>
/// <param name="ShowBodies">Bodies and addresses are shown in demonstrations only.</param>
public sealed record OutboxOptions(TimeSpan Delay, bool ShowBodies);
