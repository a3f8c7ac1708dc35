using System.Collections.Frozen;

namespace HotlinePush.Messaging;

/// <summary>
/// How many messages of a queue one process handles at once. The platform knows one number for all queues; long work must not take the places of
/// what is quick, nor fill the memory of one instance.
/// </summary>
public sealed class QueuePlaces(IReadOnlyDictionary<string, int> places) : IDisposable
{
    /// <summary>How long a message waits for a place here before another instance may have it. Its lock is renewed meanwhile.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly FrozenDictionary<string, SemaphoreSlim> _queues = places.ToFrozenDictionary(p => p.Key, p => new SemaphoreSlim(p.Value, p.Value), StringComparer.Ordinal);

    /// <returns>A place, to be disposed of; null where none came free in time.</returns>
    public async Task<IDisposable?> EnterAsync(string queue, TimeSpan patience, CancellationToken ct) =>
        await _queues[queue].WaitAsync(patience, ct) ? new Place(_queues[queue]) : null;

    public void Dispose()
    {
        foreach (var queue in _queues.Values)
            queue.Dispose();
    }

    private sealed class Place(SemaphoreSlim queue) : IDisposable
    {
        private SemaphoreSlim? _queue = queue;

        public void Dispose() => Interlocked.Exchange(ref _queue, null)?.Release();
    }
}
