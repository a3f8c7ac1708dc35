using HotlinePush.Storage;
using HotlinePush.Timers;

namespace HotlinePush.Messaging;

/// <summary>Each minute: sends the pending messages that stood longer than thirty seconds, from all shards.</summary>
public sealed class PendingSweep(PendingMessages pending, OperationsLog operations, ILogger<PendingSweep> log)
{
    public static readonly TimeSpan Every = TimeSpan.FromMinutes(1);
    public static readonly TimeSpan MinAge = TimeSpan.FromSeconds(30);
    private const int Page = 100;

    public Task<int> RunAsync(CancellationToken ct) => RunAsync(MinAge, ct);

    public async Task<int> RunAsync(TimeSpan minAge, CancellationToken ct)
    {
        var sent = 0;
        foreach (var shard in WorkShard.All)
        {
            try
            {
                int count;
                do
                {
                    count = await pending.SweepAsync(shard, minAge, Page, ct);
                    sent += count;
                }
                while (count == Page);
            }
            catch (Exception e) when (e is TableStoreException or MessageBusException)
            {
                log.LogError(e, "Pending messages of shard {Shard} could not be sent; the next sweep tries again", shard.Partition);
            }
        }

        await operations.SweptAsync(ct);
        return sent;
    }

    /// <summary>When the oldest pending message of all shards was written; null where there is none.</summary>
    public async Task<DateTimeOffset?> OldestAsync(CancellationToken ct)
    {
        DateTimeOffset? oldest = null;
        foreach (var shard in WorkShard.All)
            if (await pending.OldestAsync(shard, ct) is { } at && (oldest is null || at < oldest))
                oldest = at;
        return oldest;
    }

    /// <summary>Messages the bus would never take, counted up to <paramref name="limit"/>.</summary>
    public async Task<int> CountDeadAsync(int limit, CancellationToken ct) => (await pending.ReadDeadAsync(limit, null, ct)).Count;
}
