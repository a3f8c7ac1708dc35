using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using HotlinePush.Clocks;
using HotlinePush.Security;
using HotlinePush.Storage;
using HotlinePush.Tickets;
using HotlinePush.Web;

namespace HotlinePush.Supervision;

/// <summary>Closed tickets drawn at random, to be called once more 抽查.</summary>
/// <param name="Seed">With it the draw can be repeated: the tickets with the smallest SHA-256 of seed and number.</param>
/// <param name="DrawnFrom">How many there were to draw from.</param>
public sealed record Recheck(
    string Id, DateTimeOffset At, Actor By, DateOnly From, DateOnly To, string? UnitId, int Count, string Seed, int DrawnFrom, IReadOnlyList<RecheckTicket> Items);

/// <param name="Resolved">As the callback recorded it; null where the resident was not reached.</param>
public sealed record RecheckTicket(string Number, string? Unit, bool? Resolved, bool? Satisfied, RecheckResult? Result = null)
{
    /// <summary>The second call found something else than the first recorded; null while there is no second word.</summary>
    public bool? Differs => Result is not { Reached: true } r ? null : r.Resolved != Resolved || r.Satisfied != Satisfied;
}

public sealed record RecheckResult(DateTimeOffset At, string By, bool Reached, bool? Resolved, bool? Satisfied);

/// <param name="Differing">Of those reached.</param>
public sealed record RecheckSummary(string Id, DateTimeOffset At, DateOnly From, DateOnly To, string? UnitId, int Count, int Drawn, int Called, int Reached, int Differing)
{
    public static RecheckSummary Of(Recheck r) => new(
        r.Id, r.At, r.From, r.To, r.UnitId, r.Count, r.Items.Count, r.Items.Count(i => i.Result is not null), r.Items.Count(i => i.Result is { Reached: true }), r.Items.Count(i => i.Differs == true));
}

public sealed record NewRecheck(DateOnly From, DateOnly To, int Count, string? UnitId = null);

public sealed record RecheckWord(bool Reached, bool? Resolved = null, bool? Satisfied = null, string? Note = null);

/// <summary>Re-checks: <c>recheck</c> / <c>at!↓time!id</c>. What was said stands in the tickets' histories, sealed; here only yes and no.</summary>
public sealed class Rechecks(ITableStore store, FactStore facts, TicketActions actions, ProductClock clock)
{
    public const int MostDays = 100;
    public const int MostTickets = 200;
    private const int Attempts = 8;
    private static readonly string Partition = Keys.Of("recheck");

    public string NewId() => $"{clock.GetUtcNow().UtcDateTime:yyyyMMddHHmmssfff}-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))}";

    public static bool IsId(string id) =>
        id.Length == 34 && id[17] == '-' && id[..17].All(char.IsAsciiDigit) && id[18..].All(char.IsAsciiHexDigitLower)
        && DateTime.TryParseExact(id[..17], "yyyyMMddHHmmssfff", null, System.Globalization.DateTimeStyles.None, out _);

    /// <summary>Draws, or answers the draw that was made under this id before.</summary>
    public async Task<Recheck> DrawAsync(string id, NewRecheck wanted, Actor by, CancellationToken ct)
    {
        var seed = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        var drawn = new PriorityQueue<TicketFact, UInt128>();
        var from = 0;
        for (var day = wanted.From; day <= wanted.To; day = day.AddDays(1))
            await foreach (var fact in facts.ReadDayAsync(day, ct))
            {
                if (!MayBeDrawn(fact) || (wanted.UnitId is not null && fact.Unit != wanted.UnitId))
                    continue;
                from++;
                // The smallest stay: the greatest goes out first.
                drawn.Enqueue(fact, UInt128.MaxValue - Lot(seed, fact.Number));
                if (drawn.Count > wanted.Count)
                    drawn.Dequeue();
            }

        var items = drawn.UnorderedItems.Select(d => d.Element).OrderBy(f => f.Number, StringComparer.Ordinal)
            .Select(f => new RecheckTicket(f.Number, f.Unit, f.Resolved, f.Satisfied));
        var recheck = new Recheck(id, clock.GetUtcNow(), by, wanted.From, wanted.To, wanted.UnitId, wanted.Count, seed, from, [.. items]);
        var result = await store.CommitAsync(new Batch(FactStore.Table, Partition).Insert(RowOf(id), Bytes(recheck)), ct);
        return result.Committed ? recheck : (await FindAsync(id, ct))!;
    }

    /// <summary>Closed by a callback or for want of one; what the desk answered itself has none to compare with.</summary>
    public static bool MayBeDrawn(TicketFact fact) => fact.State == TicketState.Closed && fact.EndReason is EndReasons.Satisfied or EndReasons.Unreachable or EndReasons.SupervisorClosed;

    public static UInt128 Lot(string seed, string number) => BinaryPrimitives.ReadUInt128BigEndian(SHA256.HashData(Encoding.ASCII.GetBytes(seed + number)));

    public async Task<Recheck?> FindAsync(string id, CancellationToken ct) =>
        IsId(id) && await store.ReadAsync(FactStore.Table, Partition, RowOf(id), ct) is { } row ? Open(row) : null;

    public async Task<(IReadOnlyList<RecheckSummary> Items, string? Next)> ListAsync(string? after, int limit, CancellationToken ct)
    {
        var range = Keys.Under("at");
        if (after is not null)
            range = range with { From = Keys.After(RowOf(after)) };
        var page = await store.ReadRangeAsync(FactStore.Table, Partition, range, limit, null, ct);
        IReadOnlyList<RecheckSummary> items = [.. page.Rows.Select(r => RecheckSummary.Of(Open(r)))];
        return (items, page.Continuation is null || items.Count == 0 ? null : items[^1].Id);
    }

    /// <summary>What the second call found, once for each ticket of the draw.</summary>
    public async Task<(Recheck? Recheck, Refusal? Refusal)> RecordAsync(string id, string number, RecheckWord word, Actor by, CancellationToken ct)
    {
        if (await FindAsync(id, ct) is not { } before || before.Items.FirstOrDefault(i => i.Number == number) is not { } drawn)
            return (null, Problems.NotFoundHere);
        if (drawn.Result is not null)
            return (null, new("wrongState", "此件的抽查结果已经记录。"));
        var done = await actions.ActAsync(number, new RecordRecheck(id, word.Reached, word.Resolved, word.Satisfied, word.Note), by, null, ct);
        if (done.Refusal is not null)
            return (null, done.Refusal);
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            if (await store.ReadAsync(FactStore.Table, Partition, RowOf(id), ct) is not { } row)
                return (null, Problems.NotFoundHere);
            var recheck = Open(row);
            recheck = recheck with
            {
                Items = [.. recheck.Items.Select(i => i.Number == number ? i with { Result = new(clock.GetUtcNow(), by.Id, word.Reached, word.Resolved, word.Satisfied) } : i)],
            };
            if ((await store.CommitAsync(new Batch(FactStore.Table, Partition).Replace(row.Key, row.ETag, Bytes(recheck)), ct)).Committed)
                return (recheck, null);
        }

        return (null, Problems.SomebodyWasFaster);
    }

    private static string RowOf(string id) =>
        Keys.Of("at", KeyPart.Descending(KeyPart.ToMoment(id[..17])), id[18..]);

    private static byte[] Bytes(Recheck recheck) => JsonSerializer.SerializeToUtf8Bytes(recheck, Messaging.MessageJson.Options);

    private static Recheck Open(Row row) => JsonSerializer.Deserialize<Recheck>(row.Value.Span, Messaging.MessageJson.Options)!;
}
