using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using HotlinePush.Jobs;
using HotlinePush.Security;
using HotlinePush.Storage;

namespace HotlinePush.Audiences;

/// <summary>A row of a file that could not be taken as it stands, kept to be repaired.</summary>
/// <param name="Id">The version it was meant for and its row, such as <c>3-17</c>.</param>
/// <param name="Cells">By our columns (<c>recipient_id, name, phone, …</c>) and the further columns of the list, as the file has them.</param>
/// <param name="Errors">Empty once it is repaired.</param>
public sealed record StagedRow(string Id, int Version, int Row, ImmutableSortedDictionary<string, string> Cells, ImmutableArray<JobError> Errors)
{
    public bool Repaired => Errors.IsEmpty;
}

/// <summary>Bad rows of imports, a partition an audience, each sealed under a key of its own. Good rows are never here.</summary>
public sealed class StagedRows(ITableStore store, KeyRing keys)
{
    public const string Table = "staged";

    /// <summary>Kept of one audience's import; further bad rows are only counted in its report.</summary>
    public const int MaxPerImport = 20_000;

    public static string IdOf(int version, int row) => string.Create(CultureInfo.InvariantCulture, $"{version}-{row}");

    /// <summary>Written again after a crash it is the same row.</summary>
    internal async Task WriteAsync(string audienceId, IReadOnlyList<StagedRow> rows, CancellationToken ct)
    {
        foreach (var chunk in rows.Chunk(Batch.MaxOperations / 4))
        {
            var batch = new Batch(Table, Keys.Of(audienceId));
            foreach (var row in chunk)
                batch.Upsert(KeyOf(row.Version, row.Row), Seal(audienceId, row));
            await store.CommitAsync(batch, ct);
        }
    }

    /// <summary>In the order of versions and rows.</summary>
    public async Task<(List<StagedRow> Items, string? Last)> ReadAsync(string audienceId, string? after, int limit, CancellationToken ct)
    {
        var page = await store.ReadRangeAsync(Table, Keys.Of(audienceId), new(after is null ? "0" : Keys.After(after), ":"), limit, null, ct);
        return ([.. page.Rows.Select(r => Open(audienceId, r)).OfType<StagedRow>()], page.Continuation is null && page.Rows.Count < limit ? null : page.Rows.LastOrDefault()?.Key);
    }

    /// <param name="id"><see cref="StagedRow.Id"/>.</param>
    public async Task<(StagedRow Row, ETag ETag)?> FindAsync(string audienceId, string id, CancellationToken ct) =>
        TryRead(id, out var key) && await store.ReadAsync(Table, Keys.Of(audienceId), key, ct) is { } row && Open(audienceId, row) is { } staged ? (staged, row.ETag) : null;

    /// <returns>False where somebody was faster.</returns>
    public async Task<bool> ReplaceAsync(string audienceId, StagedRow row, ETag etag, CancellationToken ct) =>
        (await store.CommitAsync(new Batch(Table, Keys.Of(audienceId)).Replace(KeyOf(row.Version, row.Row), etag, Seal(audienceId, row)), ct)).Committed;

    public async Task DeleteAsync(string audienceId, IEnumerable<string> ids, CancellationToken ct)
    {
        foreach (var chunk in ids.Chunk(Batch.MaxOperations))
        {
            var batch = new Batch(Table, Keys.Of(audienceId));
            foreach (var id in chunk)
                if (TryRead(id, out var key))
                    batch.Delete(key);
            await store.CommitAsync(batch, ct);
        }
    }

    public Task DeleteAllAsync(string audienceId, CancellationToken ct) => store.DeletePartitionAsync(Table, Keys.Of(audienceId), ct);

    /// <summary>Rows under that recipient id go.</summary>
    internal async Task<int> EraseAsync(string audienceId, string recipientId, CancellationToken ct)
    {
        var found = await FindOfAsync(audienceId, recipientId, ct);
        await DeleteAsync(audienceId, found, ct);
        return found.Count;
    }

    /// <summary>Ids of the rows that are about that recipient.</summary>
    internal async Task<IReadOnlyList<string>> FindOfAsync(string audienceId, string recipientId, CancellationToken ct)
    {
        var found = new List<string>();
        string? after = null;
        do
        {
            (var rows, after) = await ReadAsync(audienceId, after, 1000, ct);
            found.AddRange(rows.Where(r => r.Cells.TryGetValue("recipient_id", out var id) && id.Trim() == recipientId).Select(r => r.Id));
        }
        while (after is not null);
        return found;
    }

    private static string KeyOf(int version, int row) => Keys.Of(KeyPart.Short(version), KeyPart.Short(row, 8));

    private static bool TryRead(string id, out string key)
    {
        key = "";
        var dash = id.IndexOf('-', StringComparison.Ordinal);
        if (dash < 1 || !int.TryParse(id.AsSpan(0, dash), NumberStyles.None, CultureInfo.InvariantCulture, out var version) || version > 999_999
            || !int.TryParse(id.AsSpan(dash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var row) || row > 99_999_999)
            return false;
        key = KeyOf(version, row);
        return true;
    }

    private byte[] Seal(string audienceId, StagedRow row) =>
        SealedRow.Seal(keys, JsonSerializer.SerializeToUtf8Bytes(row, PersonalJson.PlainOptions), PlaceOf(audienceId, KeyOf(row.Version, row.Row)));

    private StagedRow? Open(string audienceId, Row row) => SealedRow.Open(keys, row.Value.Span, PlaceOf(audienceId, row.Key)) is { } plain
        ? JsonSerializer.Deserialize<StagedRow>(plain, PersonalJson.PlainOptions)
        : null;

    private static string PlaceOf(string audienceId, string row) => Keys.Of("staged", audienceId) + Keys.Separator + row;
}
