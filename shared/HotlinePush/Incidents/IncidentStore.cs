using System.Security.Cryptography;
using System.Text.Json;
using HotlinePush.Messaging;
using HotlinePush.Storage;
using HotlinePush.Tickets;

namespace HotlinePush.Incidents;

/// <summary>An incident as it was read, with its version in the store.</summary>
public sealed record StoredIncident(Incident Incident, ETag ETag);

/// <summary>
/// Incidents in the work shards: <c>i!id!head</c> and <c>i!id!h!seq</c>, with their pending messages beside them. The list of them lies in table
/// <c>index</c>; who is attached, in partition <c>incident!id</c> of the same table, as a function of the tickets' heads.
/// </summary>
public sealed class IncidentStore(ITableStore store, PendingMessages pending, MessageCatalogue catalogue)
{
    private const int IdLength = 16;
    private static readonly string ListPartition = Keys.Of("incidents");
    private static readonly byte[] Empty = "{}"u8.ToArray();

    public static string NewId() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(IdLength / 2));

    public async Task<StoredIncident?> ReadAsync(string id, CancellationToken ct)
    {
        if (!IsId(id) || await store.ReadAsync(WorkShard.Table, PartitionOf(id), HeadKey(id), ct) is not { } row)
            return null;
        return new(JsonSerializer.Deserialize<Incident>(row.Value.Span, MessageJson.Options)!, row.ETag);
    }

    public async Task<IReadOnlyList<IncidentEvent>> ReadHistoryAsync(string id, CancellationToken ct)
    {
        var events = new List<IncidentEvent>();
        await foreach (var row in store.ReadAllAsync(WorkShard.Table, PartitionOf(id), Keys.Under("i", id, "h"), ct: ct))
            events.Add(JsonSerializer.Deserialize<IncidentEvent>(row.Value.Span, MessageJson.Options)!);
        return events;
    }

    /// <summary>One batch: head, history and what it owes. Null where somebody was faster, or the id is taken.</summary>
    public async Task<StoredIncident?> CommitAsync(StoredIncident? before, IncidentDecision decision, CancellationToken ct)
    {
        var (after, happened) = (decision.After!, decision.Event!);
        var head = JsonSerializer.SerializeToUtf8Bytes(after, MessageJson.Options);
        var batch = new Batch(WorkShard.Table, PartitionOf(after.Id));
        if (before is null)
            batch.Insert(HeadKey(after.Id), head);
        else
            batch.Replace(HeadKey(after.Id), before.ETag, head);
        batch.Insert(Keys.Of("i", after.Id, "h", KeyPart.Short(after.Seq)), JsonSerializer.SerializeToUtf8Bytes(happened, MessageJson.Options));
        var result = await pending.CommitAsync(batch, after.Id, IncidentFollowing.After(before?.Incident, after, catalogue), ct);
        return result.Committed ? new(after, result.ETags[HeadKey(after.Id)]) : null;
    }

    /// <summary>The row of the list that an incident wants; both rows lie in one partition, so one batch changes them.</summary>
    public Task ListAsync(Incident incident, CancellationToken ct)
    {
        var newest = KeyPart.Descending(incident.OpenedAt);
        var batch = new Batch(TicketIndexes.Table, ListPartition);
        foreach (var state in Enum.GetValues<IncidentState>())
        {
            var row = Keys.Of(Word(state), newest, incident.Id);
            if (state == incident.State)
                batch.Upsert(row, Empty);
            else
                batch.Delete(row);
        }

        return store.CommitAsync(batch, ct);
    }

    /// <summary>Newest first. The heads decide: one that has just closed may stand in the other list for a moment.</summary>
    /// <param name="after">The row to go on after.</param>
    public async Task<(IReadOnlyList<Incident> Items, string? Next)> ReadListAsync(IncidentState state, string? after, int limit, CancellationToken ct)
    {
        var range = Keys.Under(Word(state));
        if (after is not null)
            range = range with { From = Keys.After(after) };
        var page = await store.ReadRangeAsync(TicketIndexes.Table, ListPartition, range, limit, null, ct);
        var heads = await Task.WhenAll(page.Rows.Select(r => ReadAsync(TicketIndexes.NumberOf(r.Key), ct)));
        return ([.. heads.OfType<StoredIncident>().Select(h => h.Incident).Where(i => i.State == state)], page.Continuation is null || page.Rows.Count == 0 ? null : page.Rows[^1].Key);
    }

    /// <summary>How many called: counted from the keys each time, so that a repeat counts nobody twice.</summary>
    public async Task<int> CountCallersAsync(string id, CancellationToken ct)
    {
        var count = 0;
        await foreach (var _ in store.ReadAllAsync(TicketIndexes.Table, TicketIndexes.IncidentPartition(id), TicketIndexes.IncidentCallers, ct: ct))
            count++;
        return count;
    }

    /// <summary>Tickets attached to it, by number.</summary>
    public async Task<(IReadOnlyList<string> Numbers, string? Next)> ReadCallersAsync(string id, string? after, int limit, CancellationToken ct)
    {
        var range = TicketIndexes.IncidentCallers;
        if (after is not null)
            range = range with { From = Keys.After(Keys.Of("caller", after)) };
        var page = await store.ReadRangeAsync(TicketIndexes.Table, TicketIndexes.IncidentPartition(id), range, limit, null, ct);
        string[] numbers = [.. page.Rows.Select(r => TicketIndexes.NumberOf(r.Key))];
        return (numbers, page.Continuation is null || numbers.Length == 0 ? null : numbers[^1]);
    }

    private static bool IsId(string id) => id.Length == IdLength && id.All(char.IsAsciiHexDigitLower);

    private static string Word(IncidentState state) => state == IncidentState.Open ? "open" : "closed";
    private static string PartitionOf(string id) => WorkShard.Of(id).Partition;
    private static string HeadKey(string id) => Keys.Of("i", id, "head");
}
