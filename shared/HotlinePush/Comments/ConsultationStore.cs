using System.Security.Cryptography;
using System.Text.Json;
using HotlinePush.Messaging;
using HotlinePush.Storage;

namespace HotlinePush.Comments;

public sealed record StoredConsultation(Consultation Consultation, ETag ETag);

/// <summary>Which consultations a list has: those taking comments, those that are over, or both.</summary>
[CamelCaseWords]
public enum ConsultationList { Open, Past, All }

/// <summary>
/// Consultations in the work shards: <c>c!id!head</c>, <c>c!id!s!n</c> (a section), <c>c!id!h!seq</c> (who did what when), and the comments beside them.
/// Table <c>consultations</c> lists them by their end and, for an office, by their making; keys only, and what a row says is believed only if the head says so too.
/// </summary>
public sealed class ConsultationStore(ITableStore store)
{
    public const string Table = "consultations";
    public const string EveryUnit = "all";

    private const string Letters = "abcdefghjkmnpqrstuvwxyz23456789";
    private static readonly byte[] Empty = "{}"u8.ToArray();

    /// <summary><c>c</c> and 13 letters and digits: it stands in addresses that people read out.</summary>
    public static string NewId() => "c" + RandomNumberGenerator.GetString(Letters, 13);

    public static bool IsId(string id) => id is ['c', ..] && id.Length <= 32 && id.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c));

    internal static string PartitionOf(string id) => WorkShard.Of(id).Partition;

    public async Task<StoredConsultation?> ReadAsync(string id, CancellationToken ct = default) =>
        IsId(id) && await store.ReadAsync(WorkShard.Table, PartitionOf(id), HeadKey(id), ct) is { } row ? new(Open<Consultation>(row), row.ETag) : null;

    public async Task<IReadOnlyList<ConsultationSection>> ReadTextAsync(Consultation c, CancellationToken ct) =>
        [.. (await RowsAsync(c.Id, "s", ct)).Take(c.Sections.Count).Select(Open<ConsultationSection>)];

    /// <summary>Oldest first.</summary>
    public async Task<IReadOnlyList<ConsultationEvent>> ReadHistoryAsync(string id, CancellationToken ct) => [.. (await RowsAsync(id, "h", ct)).Select(Open<ConsultationEvent>)];

    /// <param name="text">Where the sections are written anew; null leaves them.</param>
    /// <returns>Null where somebody was faster, or the id is taken.</returns>
    public async Task<StoredConsultation?> CommitAsync(StoredConsultation? before, Consultation after, ConsultationEvent happened, IReadOnlyList<ConsultationSection>? text, CancellationToken ct)
    {
        // Before the head: a list may name what never came to be, but misses nothing.
        await ListAsync(before?.Consultation, after, ct);
        var batch = new Batch(WorkShard.Table, PartitionOf(after.Id));
        if (before is null)
            batch.Insert(HeadKey(after.Id), Pack(after));
        else
            batch.Replace(HeadKey(after.Id), before.ETag, Pack(after));
        batch.Insert(Keys.Of("c", after.Id, "h", KeyPart.Short(happened.Seq)), Pack(happened));
        for (var i = 0; i < text?.Count; i++)
            batch.Upsert(SectionKey(after.Id, i), Pack(text[i]));
        for (var i = text?.Count; i < before?.Consultation.Sections.Count; i++)
            batch.Delete(SectionKey(after.Id, i.Value));
        var result = await store.CommitAsync(batch, ct);
        if (!result.Committed)
            return null;
        if (before?.Consultation.ClosesAt is { } old && old != after.ClosesAt)
            await store.CommitAsync(new Batch(Table, EveryUnit).Delete(EndKey(old, after.Id)), ct);
        return new(after, result.ETags[HeadKey(after.Id)]);
    }

    private async Task ListAsync(Consultation? before, Consultation after, CancellationToken ct)
    {
        if (after.ClosesAt is { } end && before?.ClosesAt != end)
            await store.CommitAsync(new Batch(Table, EveryUnit).Upsert(EndKey(end, after.Id), Empty), ct);
        if (before is not null)
            return;
        var made = Keys.Of("made", KeyPart.Descending(after.CreatedAt), after.Id);
        await store.CommitAsync(new Batch(Table, EveryUnit).Upsert(made, Empty), ct);
        await store.CommitAsync(new Batch(Table, UnitPartition(after.UnitId)).Upsert(made, Empty), ct);
    }

    /// <summary>By their end: those that close last first. Drafts and what is yet to open are left out, so that a page may be short.</summary>
    /// <param name="after">The row the former page ended with.</param>
    public Task<(List<Consultation> Items, string? Last)> ReadPublicAsync(ConsultationList list, DateTimeOffset now, string? after, int limit, CancellationToken ct)
    {
        var (whole, today) = (Keys.Under("end"), Keys.Of("end", KeyPart.Descending(now)));
        var range = list switch { ConsultationList.Open => whole with { To = today }, ConsultationList.Past => whole with { From = today }, _ => whole };
        return ReadListAsync(EveryUnit, range, after, limit, c => c.IsPublicAt(now), ct);
    }

    /// <summary>An office's consultations, or <see cref="EveryUnit"/>'s, newest first, drafts among them.</summary>
    public Task<(List<Consultation> Items, string? Last)> ReadOfUnitAsync(string unitId, string? after, int limit, CancellationToken ct) =>
        ReadListAsync(unitId == EveryUnit ? EveryUnit : UnitPartition(unitId), Keys.Under("made"), after, limit, _ => true, ct);

    private async Task<(List<Consultation> Items, string? Last)> ReadListAsync(
        string partition, KeyRange range, string? after, int limit, Func<Consultation, bool> wanted, CancellationToken ct)
    {
        if (after is not null && string.CompareOrdinal(after, range.From) >= 0)
            range = range with { From = Keys.After(after) };
        if (string.CompareOrdinal(range.From, range.To) >= 0)
            return ([], null);
        var page = await store.ReadRangeAsync(Table, partition, range, limit, null, ct);
        var heads = await Task.WhenAll(page.Rows.Select(async r => (Row: r.Key, Head: await ReadAsync(Keys.Split(r.Key)[2], ct))));
        List<Consultation> items = [.. heads.Where(h => h.Head is { Consultation: var c } && (h.Row[0] != 'e' || h.Row == EndKey(c.ClosesAt ?? default, c.Id)) && wanted(c)).Select(h => h.Head!.Consultation)];
        return (items, page.Continuation is null ? null : page.Rows.LastOrDefault()?.Key ?? after);
    }

    private async Task<List<Row>> RowsAsync(string id, string kind, CancellationToken ct)
    {
        var rows = new List<Row>();
        await foreach (var row in store.ReadAllAsync(WorkShard.Table, PartitionOf(id), Keys.Under("c", id, kind), ct: ct))
            rows.Add(row);
        return rows;
    }

    private static string HeadKey(string id) => Keys.Of("c", id, "head");
    private static string SectionKey(string id, int place) => Keys.Of("c", id, "s", KeyPart.Short(place, 3));
    private static string EndKey(DateTimeOffset end, string id) => Keys.Of("end", KeyPart.Descending(end), id);
    private static string UnitPartition(string unitId) => Keys.Of("unit", unitId);
    private static byte[] Pack<T>(T value) => JsonSerializer.SerializeToUtf8Bytes(value, MessageJson.Options);
    private static T Open<T>(Row row) => JsonSerializer.Deserialize<T>(row.Value.Span, MessageJson.Options)!;
}
