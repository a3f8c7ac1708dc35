using System.Collections.Frozen;
using HotlinePush.Channels;
using Microsoft.Extensions.Configuration;

namespace HotlinePush.Messaging;

/// <summary>
/// How many messages of a queue one process handles at once. The platform knows one number for all queues; long work must not take the places of
/// what is quick, nor fill the memory of one instance.
/// </summary>
public sealed class QueuePlaces(IReadOnlyDictionary<string, int> places) : IDisposable
{
    /// <summary>Settings <c>Queues:…</c>.</summary>
    public const string Part = "Queues";

    private const int Most = 64;

    /// <summary>How long a message waits for a place here before another instance may have it. Its lock is renewed meanwhile.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly FrozenDictionary<string, SemaphoreSlim> _queues = places.ToFrozenDictionary(p => p.Key, p => new SemaphoreSlim(p.Value, p.Value), StringComparer.Ordinal);

    /// <exception cref="ProviderSettingsException">A setting is wrong; the message names it and says what to do.</exception>
    public static QueuePlaces Read(IConfiguration configuration)
    {
        var settings = new ProviderSettings(configuration, Part, "");
        var places = Read(settings);
        settings.Check();
        return new(places);
    }

    public static IReadOnlyDictionary<string, int> Read(ProviderSettings s) => Named.ToDictionary(
        q => q.Queue, q => s.Number(q.Setting, MessagePump.Concurrency(q.Queue), 1, Most), StringComparer.Ordinal);

    // Queue names have hyphens, which names of environment variables may not.
    private static IEnumerable<(string Setting, string Queue)> Named => Queues.All.Select(q => (string.Concat(q.Split('-').Reverse().Select(w => char.ToUpperInvariant(w[0]) + w[1..])), q));

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
