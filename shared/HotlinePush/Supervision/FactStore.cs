using HotlinePush.Clocks;
using HotlinePush.Storage;
using HotlinePush.Tickets;
using HotlinePush.Units;

namespace HotlinePush.Supervision;

/// <summary>What was read of a period: the days that have tickets, and how many more are still to be counted.</summary>
/// <param name="Pending">Days whose figures were not made because this request's share of reading was used up; the next request goes on.</param>
public sealed record PeriodFigures(IReadOnlyList<DayFigures> Days, int Pending);

/// <summary>
/// Reads facts and keeps the figures of each day: <c>rollup!yyyyMM</c> / <c>day!date</c>. Figures that no longer hold are made from the
/// day's facts and written over the old ones by whoever asks for them.
/// </summary>
public sealed class FactStore(ITableStore store, CitySource cities, ProductClock clock)
{
    public const string Table = "supervision";

    /// <summary>Facts one request may read to bring figures up to date.</summary>
    public const int FactBudget = 200_000;

    private const int PageSize = 1_000;
    private const int AtOnce = 16;

    /// <summary>A roll-up of more than this is made anew each time rather than stored: a row holds 512 KiB.</summary>
    private const int MostBytes = 500 * 1024;

    public static string MonthPartition(DateOnly day) => Keys.Of("rollup", day.ToString("yyyyMM", System.Globalization.CultureInfo.InvariantCulture));

    private static string DayRow(DateOnly day) => Keys.Of("day", day);
    private static string PersonsRow(DateOnly day) => Keys.Of("persons", day);

    public async Task<PeriodFigures> FiguresAsync(DateOnly from, DateOnly to, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var today = CityZone.DateOf(now);
        if (to > today)
            to = today;
        if (from > to)
            return new([], 0);
        var city = await cities.GetAsync(ct);
        var kept = await KeptAsync(from, to, ct);
        var stamps = await StampsAsync(from, to, ct);
        var days = new List<DayFigures>();
        var (budget, pending) = (FactBudget, 0);
        for (var day = from; day <= to; day = day.AddDays(1))
        {
            if (stamps.GetValueOrDefault(day) is not { } changed)
                continue;
            var stamp = Stamp(changed, city);
            if (kept.GetValueOrDefault(day) is { } figures && figures.Stamp == stamp && figures.ValidUntil >= now)
                days.Add(figures);
            else if (budget <= 0)
                pending++;
            else
            {
                var (made, read) = await MakeAsync(day, stamp, city, now, ct);
                budget -= read;
                days.Add(made);
            }
        }

        return new(days, pending);
    }

    /// <summary>Facts of a day by number, a page at a time, after <paramref name="after"/> or from it on.</summary>
    public async Task<(List<TicketFact> Facts, string? Next)> ReadAsync(DateOnly day, string? after, int limit, CancellationToken ct, bool inclusive = false)
    {
        var range = TicketFact.Range;
        if (after is not null)
            range = range with { From = inclusive ? TicketFact.RowOf(after) : Keys.After(TicketFact.RowOf(after)) };
        var facts = new List<TicketFact>();
        string? continuation = null;
        do
        {
            var page = await store.ReadRangeAsync(TicketIndexes.Table, TicketIndexes.DayPartition(day), range, Math.Min(PageSize, limit - facts.Count), continuation, ct);
            facts.AddRange(page.Rows.Select(r => TicketFact.Read(r.Value)).OfType<TicketFact>());
            continuation = page.Continuation;
        }
        while (continuation is not null && facts.Count < limit);
        return (facts, continuation is null ? null : facts[^1].Number);
    }

    public async IAsyncEnumerable<TicketFact> ReadDayAsync(DateOnly day, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct)
    {
        string? after = null;
        do
        {
            (var facts, after) = await ReadAsync(day, after, PageSize, ct);
            foreach (var fact in facts)
                yield return fact;
        }
        while (after is not null);
    }

    /// <summary>The first six bytes of the hash of each person who asked on that day, once for each ticket; as they were when its figures were made.</summary>
    public async Task<byte[]> PersonsAsync(DateOnly day, CancellationToken ct) =>
        (await store.ReadAsync(Table, MonthPartition(day), PersonsRow(day), ct))?.Value.ToArray() ?? [];

    /// <summary>The days with tickets, latest first.</summary>
    public async IAsyncEnumerable<DateOnly> DaysAsync(DateOnly from, DateOnly to, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct)
    {
        var range = new KeyRange(Keys.Of(KeyPart.Descending(to)), Keys.After(Keys.Of(KeyPart.Descending(from))));
        await foreach (var row in store.ReadAllAsync(TicketIndexes.Table, TicketIndexes.DaysPartition, range, 100, ct))
            yield return TicketIndexes.DayOfRow(row.Key);
    }

    private async Task<(DayFigures Figures, int Read)> MakeAsync(DateOnly day, string stamp, City city, DateTimeOffset now, CancellationToken ct)
    {
        var count = new DayCount(day, city.Calendar, now);
        var read = 0;
        await foreach (var fact in ReadDayAsync(day, ct))
        {
            count.Add(fact);
            read++;
        }

        // The stamp was read before the facts: what changed meanwhile makes the figures void at the next look.
        var figures = count.Done(stamp);
        var bytes = figures.ToBytes();
        var persons = PersonHashes.Pack(count.Persons);
        if (bytes.Length <= MostBytes && persons.Length <= MostBytes)
            await store.CommitAsync(new Batch(Table, MonthPartition(day)).Upsert(DayRow(day), bytes).Upsert(PersonsRow(day), persons), ct);
        return (figures, read);
    }

    private async Task<Dictionary<DateOnly, DayFigures>> KeptAsync(DateOnly from, DateOnly to, CancellationToken ct)
    {
        var kept = new Dictionary<DateOnly, DayFigures>();
        for (var month = new DateOnly(from.Year, from.Month, 1); month <= to; month = month.AddMonths(1))
        {
            var last = month.AddMonths(1).AddDays(-1);
            var range = new KeyRange(DayRow(month < from ? from : month), Keys.After(DayRow(last > to ? to : last)));
            await foreach (var row in store.ReadAllAsync(Table, MonthPartition(month), range, 40, ct))
            {
                var figures = DayFigures.Read(row.Value);
                kept[figures.Day] = figures;
            }
        }

        return kept;
    }

    private async Task<Dictionary<DateOnly, string>> StampsAsync(DateOnly from, DateOnly to, CancellationToken ct)
    {
        var stamps = new Dictionary<DateOnly, string>();
        foreach (var days in Enumerable.Range(from.DayNumber, to.DayNumber - from.DayNumber + 1).Select(DateOnly.FromDayNumber).Chunk(AtOnce))
        {
            var rows = await Task.WhenAll(days.Select(d => store.ReadAsync(TicketIndexes.Table, TicketIndexes.DayPartition(d), TicketFact.ChangedRow, ct)));
            foreach (var (day, row) in days.Zip(rows))
                if (row is not null)
                    stamps[day] = row.ETag.Value;
        }

        return stamps;
    }

    /// <summary>Of what is counted and how it is stored: with another one all figures are made anew.</summary>
    private const int Counting = 2;

    private static string Stamp(string changed, City city) => $"{Counting} {changed} {city.VersionOf(SetupNames.Calendar)}";
}

/// <summary>Hashes of persons cut to six bytes: enough to see who asked again among a month's, too little to be a list of anybody.</summary>
public static class PersonHashes
{
    private const int Bytes = 6;

    public static byte[] Pack(IReadOnlyList<string> hashes)
    {
        var packed = new byte[hashes.Count * Bytes];
        for (var i = 0; i < hashes.Count; i++)
            System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(hashes[i])).AsSpan(0, Bytes).CopyTo(packed.AsSpan(i * Bytes));
        return packed;
    }

    /// <returns>How many tickets came from somebody who has more than one among them.</returns>
    public static int Repeated(IEnumerable<byte[]> days)
    {
        var seen = new Dictionary<long, int>();
        foreach (var day in days)
            for (var at = 0; at + Bytes <= day.Length; at += Bytes)
            {
                long key = 0;
                foreach (var b in day.AsSpan(at, Bytes))
                    key = key << 8 | b;
                seen[key] = seen.GetValueOrDefault(key) + 1;
            }

        return seen.Values.Where(n => n > 1).Sum();
    }
}
