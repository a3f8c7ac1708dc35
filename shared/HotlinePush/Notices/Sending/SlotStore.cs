using System.Collections.Immutable;
using System.Text.Json;
using HotlinePush.Messaging;
using HotlinePush.Storage;

namespace HotlinePush.Notices.Sending;

/// <summary>Calls a provider may be made.</summary>
/// <param name="Count">At most as many as asked for; none where the window is full.</param>
/// <param name="UseBefore">Calls not begun by then have lost their slots. They are not given back.</param>
/// <param name="NextAt">When more may be free; for a grant of none.</param>
public readonly record struct SlotGrant(int Count, DateTimeOffset UseBefore, DateTimeOffset NextAt);

/// <summary>
/// Provider limits, exact over all instances: one row for each provider counts what was reserved in small steps of its window, replaced
/// if its ETag holds. However the provider lays its own window, no stretch of that length meets more calls than it allows: reservations
/// count for the window, a margin in which their calls may still begin, and the step they fell into.
/// </summary>
public sealed class SlotStore(ITableStore store)
{
    public const string Table = "limits";
    private const string RowKey = "window";
    private const int Steps = 20;
    private const int MostTries = 30;

    private sealed record Step(long At, int Count);

    private sealed record Window(ImmutableArray<Step> Steps);

    public static string PartitionOf(string name) => Keys.Of(name);

    /// <summary>How long after a reservation its calls may begin: a quarter of the window, at most five seconds. Clocks of instances may differ by less.</summary>
    public static TimeSpan Margin(TimeSpan window) => TimeSpan.FromTicks(Math.Min(window.Ticks / 4, TimeSpan.TicksPerSecond * 5));

    /// <param name="name">The provider, or whatever else is paced.</param>
    /// <param name="calls">In any stretch as long as <paramref name="window"/>.</param>
    public async Task<SlotGrant> TakeAsync(string name, int calls, TimeSpan window, int want, DateTimeOffset now, CancellationToken ct)
    {
        var margin = Margin(window);
        for (var tries = 0; tries < MostTries; tries++)
        {
            var row = await store.ReadAsync(Table, PartitionOf(name), RowKey, ct);
            var held = row is null ? [] : JsonSerializer.Deserialize<Window>(row.Value.Span, MessageJson.Options)!.Steps;
            var (after, count, next) = Take(held, calls, window, margin, want, now.UtcTicks);
            if (count == 0)
                return new(0, now, new(next, TimeSpan.Zero));
            var batch = new Batch(Table, PartitionOf(name));
            var value = JsonSerializer.SerializeToUtf8Bytes(new Window(after), MessageJson.Options);
            batch = row is null ? batch.Insert(RowKey, value) : batch.Replace(RowKey, row.ETag, value);
            // An answer that was lost is a reservation that may stand: it is left unused.
            if ((await store.CommitAsync(batch, ct)).Committed)
                return new(count, now + margin, now);
        }

        return new(0, now, now + margin);
    }

    private static (ImmutableArray<Step> Steps, int Count, long Next) Take(ImmutableArray<Step> held, int calls, TimeSpan window, TimeSpan margin, int want, long now)
    {
        var grain = Math.Max(window.Ticks / Steps, TimeSpan.TicksPerMillisecond);
        var counts = window.Ticks + margin.Ticks + grain;
        // A clock that went back must not make room: what lies ahead counts.
        var live = held.RemoveAll(s => s.At + counts <= now);
        var count = Math.Min(want, calls - live.Sum(s => s.Count));
        if (count <= 0)
            return (live, 0, live.IsEmpty ? now + grain : live[0].At + counts);
        var at = now - now % grain;
        var i = live.FindIndex(s => s.At == at);
        return (i >= 0 ? live.SetItem(i, live[i] with { Count = live[i].Count + count }) : live.Add(new(at, count)), count, now);
    }
}

internal static class ImmutableSearch
{
    public static int FindIndex<T>(this ImmutableArray<T> items, Predicate<T> match)
    {
        for (var i = 0; i < items.Length; i++)
            if (match(items[i]))
                return i;
        return -1;
    }
}
