using System.Globalization;
using System.Text.Json;
using HotlinePush.Clocks;
using HotlinePush.Security;
using HotlinePush.Storage;
using HotlinePush.Units;
using HotlinePush.Web;

namespace HotlinePush.Supervision;

/// <summary>A month's figures as they stood when they were frozen 定格. Never changed again.</summary>
/// <param name="Id">The month, <c>yyyy-MM</c>.</param>
/// <param name="Tag">Under it the lost points are stored.</param>
public sealed record FrozenPeriod(
    string Id, DateOnly From, DateOnly To, DateTimeOffset FrozenAt, Actor FrozenBy, ScoreRule Rule, IReadOnlyList<ScoreItem> Units, IReadOnlyList<ScoreItem> Categories, ScoreItem Total,
    int Deductions, int Chunks, string Tag);

public sealed record FrozenSummary(string Id, DateOnly From, DateOnly To, DateTimeOffset FrozenAt, int RuleVersion, int Deductions, ScoreItem Total);

/// <summary>Where the list of a frozen month's lost points goes on.</summary>
public sealed record LostPosition(int Chunk, int Index)
{
    internal bool IsPosition => Chunk is >= 0 and <= 999_999 && Index is >= 0 and <= 999_999;
}

/// <summary>
/// Frozen months: <c>period</c> / <c>head!yyyyMM</c> (the scores) and <c>lost!yyyyMM!tag!n</c> (the lost points, by five hundred). The head
/// comes last and is only ever inserted.
/// </summary>
public sealed class FrozenPeriods(ITableStore store, FactStore facts, Deductions deductions, Figures figures, ProductClock clock)
{
    private const int PerChunk = 500;
    private const int MostRounds = 50;
    private static readonly string Partition = Keys.Of("period");

    public static Period? Read(string id) =>
        DateOnly.TryParseExact(id + "-01", "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var first) && first.Year is >= 2000 and < 9999 ? Period.MonthOf(first) : null;

    public async Task<(FrozenPeriod? Frozen, Refusal? Refusal)> FreezeAsync(string id, Actor by, CancellationToken ct)
    {
        if (Read(id) is not { } period)
            return (null, Problems.NotFoundHere);
        var now = clock.GetUtcNow();
        if (period.To >= CityZone.DateOf(now))
            return (null, new("periodNotOver", "这个月还没有结束，不能定格。"));
        if (await FindAsync(id, ct) is not null)
            return (null, Frozen);
        // Figures are made some days at a time.
        for (var round = 0; (await facts.FiguresAsync(period.From, period.To, ct)).Pending > 0; round++)
            if (round == MostRounds)
                throw new TableStoreException("The month's figures could not be made.", isTransient: true);
        var units = await figures.ScoresAsync(period, Dimension.Unit, null, ct);
        var categories = await figures.ScoresAsync(period, Dimension.Category, 1, ct);
        var tag = Guid.NewGuid().ToString("N");
        var (count, chunks) = (0, 0);
        FactPosition? after = null;
        do
        {
            var page = await deductions.ReadAsync(period, null, after, PerChunk, ct);
            if (page.Items.Count > 0)
                await store.CommitAsync(new Batch(FactStore.Table, Partition).Upsert(ChunkRow(id, tag, chunks++), JsonSerializer.SerializeToUtf8Bytes(page.Items, WireJson.Options)), ct);
            count += page.Items.Count;
            after = page.Next;
        }
        while (after is not null);

        var frozen = new FrozenPeriod(id, period.From, period.To, now, by, units.Rule, units.Items, categories.Items, units.Total, count, chunks, tag);
        var result = await store.CommitAsync(new Batch(FactStore.Table, Partition).Insert(HeadRow(id), JsonSerializer.SerializeToUtf8Bytes(frozen, WireJson.Options)), ct);
        if (result.Committed)
            return (frozen, null);
        for (var i = 0; i < chunks; i++)
            await store.CommitAsync(new Batch(FactStore.Table, Partition).Delete(ChunkRow(id, tag, i)), ct);
        return (null, Frozen);
    }

    public async Task<FrozenPeriod?> FindAsync(string id, CancellationToken ct) => Read(id) is null
        ? null
        : await store.ReadAsync(FactStore.Table, Partition, HeadRow(id), ct) is { } row ? Open(row) : null;

    /// <summary>The latest month first.</summary>
    public async Task<(IReadOnlyList<FrozenSummary> Items, string? Next)> ListAsync(string? after, int limit, CancellationToken ct)
    {
        var range = Keys.Under("head");
        if (after is not null)
            range = range with { From = Keys.After(HeadRow(after)) };
        var page = await store.ReadRangeAsync(FactStore.Table, Partition, range, limit, null, ct);
        IReadOnlyList<FrozenSummary> items = [.. page.Rows.Select(Open).Select(f => new FrozenSummary(f.Id, f.From, f.To, f.FrozenAt, f.Rule.Version, f.Deductions, f.Total))];
        return (items, page.Continuation is null || items.Count == 0 ? null : items[^1].Id);
    }

    /// <summary>The lost points as they stood.</summary>
    public async Task<(IReadOnlyList<Deduction> Items, LostPosition? Next)> LostAsync(FrozenPeriod frozen, LostPosition? after, int limit, CancellationToken ct)
    {
        var (chunk, index) = (after?.Chunk ?? 0, after?.Index ?? 0);
        var items = new List<Deduction>();
        while (chunk < frozen.Chunks && items.Count < limit)
        {
            var lost = await ChunkAsync(frozen, chunk, ct);
            var taken = lost.Skip(index).Take(limit - items.Count).ToList();
            items.AddRange(taken);
            index += taken.Count;
            if (index >= lost.Count)
                (chunk, index) = (chunk + 1, 0);
        }

        return (items, chunk < frozen.Chunks ? new(chunk, index) : null);
    }

    private async Task<IReadOnlyList<Deduction>> ChunkAsync(FrozenPeriod frozen, int chunk, CancellationToken ct) =>
        await store.ReadAsync(FactStore.Table, Partition, ChunkRow(frozen.Id, frozen.Tag, chunk), ct) is { } row
            ? JsonSerializer.Deserialize<IReadOnlyList<Deduction>>(row.Value.Span, WireJson.Options)!
            : [];

    private static FrozenPeriod Open(Row row) => JsonSerializer.Deserialize<FrozenPeriod>(row.Value.Span, WireJson.Options)!;

    private static string HeadRow(string id) => Keys.Of("head", KeyPart.Descending(Read(id)!.Value.From));

    private static string ChunkRow(string id, string tag, int n) => Keys.Of("lost", Read(id)!.Value.From, tag, KeyPart.Short(n));

    private static readonly Refusal Frozen = new("periodFrozen", "这个月已经定格，定格后的数据不再改变。");
}
