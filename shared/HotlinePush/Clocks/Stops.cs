namespace HotlinePush.Clocks;

/// <summary>Suspensions in UTC ticks, in order and apart; those that last no time are dropped.</summary>
internal readonly struct Stops
{
    public static readonly Stops None = new(null);

    private readonly (long From, long To)[]? _stops;

    public Stops(IReadOnlyList<Suspension>? suspended)
    {
        if (suspended is null or { Count: 0 })
            return;
        var stops = new List<(long From, long To)>(suspended.Count);
        foreach (var (from, to) in suspended.Select(s => (From: s.From.UtcTicks, To: s.To.UtcTicks)).Where(s => s.From < s.To).Order())
        {
            if (stops.Count > 0 && stops[^1].To >= from)
                stops[^1] = (stops[^1].From, Math.Max(stops[^1].To, to));
            else
                stops.Add((from, to));
        }

        _stops = [.. stops];
    }

    public bool Any => _stops is { Length: > 0 };

    public long FreeBetween(long open, long close)
    {
        var left = long.MaxValue;
        Take(open, close, ref left);
        return long.MaxValue - left;
    }

    /// <summary>Uses the time from open to close that no stop covers. The moment at which nothing is left, or null with the rest in <paramref name="left"/>.</summary>
    public long? Take(long open, long close, ref long left)
    {
        var cursor = open;
        foreach (var (from, to) in _stops.AsSpan())
        {
            if (to <= cursor)
                continue;
            if (from >= close)
                break;
            if (Use(cursor, from, ref left) is { } end)
                return end;
            cursor = to;
        }

        return Use(cursor, close, ref left);
    }

    private static long? Use(long from, long to, ref long left)
    {
        if (to <= from)
            return null;
        if (left <= to - from)
            return from + left;
        left -= to - from;
        return null;
    }
}
