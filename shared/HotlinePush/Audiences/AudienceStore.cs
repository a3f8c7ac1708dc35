using System.Security.Cryptography;
using System.Text.Json;
using HotlinePush.Messaging;
using HotlinePush.Security;
using HotlinePush.Storage;

namespace HotlinePush.Audiences;

public sealed record StoredAudience(Audience Audience, ETag ETag);

/// <summary>
/// Audiences in the work shards (<c>a!id!head</c>), the pages and look-up indexes of their lists, and which audiences a unit has.
/// </summary>
public sealed class AudienceStore
{
    /// <summary>Which audiences a unit has, and which are to be deleted when; keys only.</summary>
    public const string Table = "audiences";

    private const int MaxFound = 1_000;
    private static readonly byte[] Empty = "{}"u8.ToArray();

    private readonly ITableStore _store;
    private readonly KeyRing _keys;
    private readonly PendingMessages _pending;
    private readonly MessageCatalogue _catalogue;

    public AudienceStore(ITableStore store, KeyRing keys, PendingMessages pending, MessageCatalogue catalogue)
    {
        (_store, _keys, _pending, _catalogue) = (store, keys, pending, catalogue);
        Pages = new(store, keys);
        Indexes = new(store);
    }

    internal RecipientPages Pages { get; }
    internal RecipientIndexes Indexes { get; }

    /// <summary>As an audience's id is written: <c>a</c> and 31 hex digits.</summary>
    public static string NewId() => "a" + Guid.NewGuid().ToString("N")[1..];

    private static bool IsId(string id) => id.Length is > 0 and <= 64 && id.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c));

    public async Task<StoredAudience?> ReadAsync(string id, CancellationToken ct = default)
    {
        if (!IsId(id) || await _store.ReadAsync(WorkShard.Table, WorkShard.Of(id).Partition, HeadKey(id), ct) is not { } row)
            return null;
        return new(JsonSerializer.Deserialize<Audience>(row.Value.Span, PersonalJson.PlainOptions)!, row.ETag);
    }

    /// <returns>False where the id is taken: it was created before.</returns>
    public async Task<bool> CreateAsync(Audience audience, CancellationToken ct)
    {
        // The list of the unit first: it may name one that never came to be, never miss one.
        await _store.CommitAsync(new Batch(Table, UnitPartition(audience.UnitId)).Upsert(Keys.Of(KeyPart.Descending(audience.CreatedAt), audience.Id), Empty), ct);
        await NoteRetentionAsync(audience, ct);
        return (await _store.CommitAsync(new Batch(WorkShard.Table, WorkShard.Of(audience.Id).Partition).Insert(HeadKey(audience.Id), Encode(audience)), ct)).Committed;
    }

    /// <summary>Decides on the head as it is until the commit holds; null ends without a change.</summary>
    /// <returns>The audience as it now is; null where there is none.</returns>
    public async Task<Audience?> ChangeAsync(string id, Func<Audience, Audience?> decide, CancellationToken ct)
    {
        while (await ReadAsync(id, ct) is { } read)
        {
            if (decide(read.Audience) is not { } after)
                return read.Audience;
            after = after with { Seq = read.Audience.Seq + 1 };
            if (after.RetainUntil != read.Audience.RetainUntil)
                await NoteRetentionAsync(after, ct);
            var batch = new Batch(WorkShard.Table, WorkShard.Of(id).Partition).Replace(HeadKey(id), read.ETag, Encode(after));
            // A version that has just become a former one is taken away by a message owed in the same batch.
            var owed = after.Leaving.Except(read.Audience.Leaving)
                .Select(l => _catalogue.Message(AudienceMessages.RemoveType, $"{id}-{l.Version}", new RemoveList(id, l.Version))).ToArray();
            if ((await _pending.CommitAsync(batch, id, owed, ct)).Committed)
                return after;
        }

        return null;
    }

    /// <summary>One page of a version; null where there is none. An erased recipient is null at its place.</summary>
    public Task<RecipientPage?> ReadPageAsync(string audienceId, int version, int page, CancellationToken ct = default) => Pages.ReadAsync(audienceId, version, page, ct);

    public Task<Recipient?> ReadRecipientAsync(string audienceId, int version, Place place, CancellationToken ct = default) => Pages.ReadAsync(audienceId, version, place, ct);

    public async Task<(Place Place, Recipient Recipient)?> FindByIdAsync(string audienceId, int version, string recipientId, CancellationToken ct = default) =>
        await FindAsync(audienceId, version, RecipientIndex.Id, recipientId, r => r.Id == recipientId, 8, ct) is [var first, ..] ? first : null;

    /// <param name="phone">E.164. At most a thousand recipients who share it.</param>
    public Task<IReadOnlyList<(Place Place, Recipient Recipient)>> FindByPhoneAsync(string audienceId, int version, string phone, CancellationToken ct = default) =>
        FindAsync(audienceId, version, RecipientIndex.Phone, phone, r => r.Phone == phone, MaxFound, ct);

    public Task<IReadOnlyList<(Place Place, Recipient Recipient)>> FindByEmailAsync(string audienceId, int version, string email, CancellationToken ct = default) =>
        FindAsync(audienceId, version, RecipientIndex.Email, email, r => r.Email == email, MaxFound, ct);

    /// <summary>Keeps the version in force for a notice until it is released.</summary>
    /// <returns>The list; null where that version is no longer the one in force.</returns>
    public async Task<AudienceList?> FreezeAsync(string audienceId, int version, string noticeId, CancellationToken ct = default)
    {
        var after = await ChangeAsync(audienceId, a => a.List?.Version != version || a.Frozen.Any(f => f.For == noticeId && f.List.Version == version)
            ? null
            : a with { Frozen = a.Frozen.Add(new(a.List, noticeId)) }, ct);
        return after?.Frozen.FirstOrDefault(f => f.For == noticeId && f.List.Version == version)?.List;
    }

    /// <summary>Ends it; a version that nobody holds any more is taken away.</summary>
    public Task ReleaseAsync(string audienceId, string noticeId, CancellationToken ct = default) => ChangeAsync(audienceId, a =>
    {
        var ended = a.Frozen.Where(f => f.For == noticeId).Select(f => f.List).ToArray();
        return ended.Length == 0 ? null : a with { Frozen = a.Frozen.RemoveAll(f => f.For == noticeId) } is var after ? after with { Leaving = AudienceRules.LeavingAfter(after, ended) } : null;
    }, ct);

    /// <summary>A unit's audiences, newest first.</summary>
    public async Task<(List<Audience> Items, string? Last)> ReadOfUnitAsync(string unitId, string? after, int limit, CancellationToken ct)
    {
        var page = await _store.ReadRangeAsync(Table, UnitPartition(unitId), new(after is null ? "0" : Keys.After(after), ":"), limit, null, ct);
        var heads = await Task.WhenAll(page.Rows.Select(r => ReadAsync(Keys.Split(r.Key)[1], ct)));
        return ([.. heads.OfType<StoredAudience>().Select(s => s.Audience)], page.Rows.Count < limit && page.Continuation is null ? null : page.Rows.LastOrDefault()?.Key);
    }

    /// <summary>Audiences whose recipients are to go by that day.</summary>
    internal async Task<IReadOnlyList<(string Row, string Id)>> ReadExpiredAsync(DateOnly until, int limit, CancellationToken ct)
    {
        var page = await _store.ReadRangeAsync(Table, Retention, new("0", Keys.Of(until.AddDays(1))), limit, null, ct);
        return [.. page.Rows.Select(r => (r.Key, Keys.Split(r.Key)[1]))];
    }

    internal Task ForgetRetentionAsync(string row, CancellationToken ct) => _store.CommitAsync(new Batch(Table, Retention).Delete(row), ct);

    /// <summary>Under every live key of the ring: a list may have been written under a former one.</summary>
    internal IReadOnlyList<ulong> Hashes(RecipientIndex index, string value) => _keys.IndexNumbers(Purpose(index), value);

    internal ulong Hash(RecipientIndex index, string value) => _keys.IndexNumber(Purpose(index), value);

    private static string Purpose(RecipientIndex index) => index switch { RecipientIndex.Id => "recipientId", RecipientIndex.Phone => "recipientPhone", _ => "recipientEmail" };

    private async Task<IReadOnlyList<(Place Place, Recipient Recipient)>> FindAsync(
        string audienceId, int version, RecipientIndex index, string value, Func<Recipient, bool> same, int max, CancellationToken ct)
    {
        var found = new List<(Place, Recipient)>();
        foreach (var place in await Indexes.FindAsync(audienceId, version, index, Hashes(index, value), max, ct))
            if (await Pages.ReadAsync(audienceId, version, place, ct) is { } recipient && same(recipient))
                found.Add((place, recipient));
        return found;
    }

    private Task NoteRetentionAsync(Audience audience, CancellationToken ct) => audience.RetainUntil is { } day
        ? _store.CommitAsync(new Batch(Table, Retention).Upsert(Keys.Of(day, audience.Id), Empty), ct)
        : Task.CompletedTask;

    private const string Retention = "retention";
    private static string UnitPartition(string unitId) => Keys.Of("unit", unitId);
    private static string HeadKey(string id) => Keys.Of("a", id, "head");
    private static byte[] Encode(Audience audience) => JsonSerializer.SerializeToUtf8Bytes(audience, PersonalJson.PlainOptions);
}
