namespace HotlinePush.Supervision;

/// <summary>Where a list made from facts goes on.</summary>
/// <param name="Number">The last ticket that was looked at on that day; null at the day's beginning.</param>
/// <param name="Measure">Set where that ticket itself is not done: go on with what follows this measure.</param>
public sealed record FactPosition(DateOnly Day, string? Number = null, Measure? Measure = null)
{
    /// <summary>False for what no list gave out: the store takes keys only.</summary>
    internal bool IsPosition => Number is null || (Number.Length is > 0 and <= 40 && Number.All(char.IsAsciiDigit));
}

/// <param name="Next">Null at the end. A page may be short, even empty, and still go on: so many facts were looked at.</param>
public sealed record FactPage<T>(IReadOnlyList<T> Items, FactPosition? Next);

/// <summary>Reads facts of some days in order and keeps what is asked for, within a budget for one page.</summary>
public sealed class FactScan(FactStore facts)
{
    public const int Budget = 20_000;
    private const int PageSize = 1_000;

    /// <param name="days">Ascending.</param>
    /// <param name="pick">What a fact gives, in a fixed order.</param>
    /// <param name="measure">The measure an item stands for, where a fact may give several.</param>
    public async Task<FactPage<T>> ReadAsync<T>(
        IEnumerable<DateOnly> days, FactPosition? after, int limit, Func<TicketFact, IEnumerable<T>> pick, Func<T, Measure?> measure, CancellationToken ct)
    {
        var items = new List<T>();
        var read = 0;
        foreach (var day in days.SkipWhile(d => d < after?.Day))
        {
            var at = after?.Day == day ? after : new(day);
            while (true)
            {
                var (page, more) = await facts.ReadAsync(day, at.Number, Math.Min(PageSize, Budget), ct, inclusive: at.Measure is not null);
                foreach (var fact in page)
                {
                    foreach (var item in pick(fact).Where(i => fact.Number != at.Number || at.Measure is not { } done || measure(i) > done))
                    {
                        if (items.Count == limit)
                            return new(items, at);
                        items.Add(item);
                        at = new(day, fact.Number, measure(item));
                    }

                    at = new(day, fact.Number);
                }

                read += page.Count;
                if (more is null)
                    break;
                if (read >= Budget)
                    return new(items, at);
            }
        }

        return new(items, null);
    }
}
