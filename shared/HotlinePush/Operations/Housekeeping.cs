using HotlinePush.Audiences;
using HotlinePush.Records;
using HotlinePush.Security;
using HotlinePush.Web;

namespace HotlinePush.Operations;

/// <summary>Each day: what has run out goes. Ended sessions, idempotency keys past their seven days, counts of wrong codes, recipients and what tickets tell about people, kept long enough.</summary>
public sealed class Housekeeping(IdempotencyStore idempotency, CodeGuesses guesses, Sessions sessions, Erasure erasure, TicketRetention retention, TimeProvider engine)
{
    public static readonly TimeSpan Every = TimeSpan.FromDays(1);

    /// <summary>Days of counts looked at: enough for a host that did not run every day.</summary>
    private const int DaysBack = 7;

    /// <returns>How many rows went.</returns>
    public async Task<int> RunAsync(CancellationToken ct)
    {
        var gone = await sessions.RemoveExpiredAsync(ct);
        for (var i = 0; i < IdempotencyStore.Partitions; i++)
            gone += await idempotency.PurgeAsync((byte)i, ct);
        var today = DateOnly.FromDateTime(engine.GetUtcNow().UtcDateTime);
        for (var back = 1; back <= DaysBack; back++)
            gone += await guesses.PurgeAsync(today.AddDays(-back), ct);
        return gone + await erasure.RetireAsync(ct) + await retention.RunAsync(ct);
    }
}
