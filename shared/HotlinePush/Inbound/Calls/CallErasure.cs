using HotlinePush.Clocks;
using HotlinePush.Inbound.TwilioVoice;
using HotlinePush.Storage;

namespace HotlinePush.Inbound.Calls;

/// <summary>Each day: what telephone systems said of calls goes after <see cref="Kept"/>, and so do callbacks that were done by then. Tickets stay, with their recordings.</summary>
public sealed class CallErasure(ITableStore store, CallStore calls, VoiceStore menus, MissedCallers callers, ProductClock clock)
{
    public static readonly TimeSpan Every = TimeSpan.FromDays(1);

    /// <summary>Long enough to look into a complaint about a call.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromDays(90);

    /// <summary>Days looked at: enough for a host that did not run every day.</summary>
    private const int DaysBack = 14;

    public async Task<int> RunAsync(CancellationToken ct)
    {
        var until = clock.GetUtcNow() - Kept;
        var gone = await callers.ForgetAsync(until, ct);
        for (var back = 1; back <= DaysBack; back++)
        {
            var date = CityZone.DateOf(until).AddDays(-back);
            gone += await callers.ForgetAsync(date, ct);
            var day = CallIndex.Day(date);
            await foreach (var row in store.ReadAllAsync(CallIndex.Table, day, new("!", "~"), ct: ct))
            {
                await ForgetAsync(CallIndex.IdOf(row.Key), ct);
                await store.CommitAsync(new Batch(CallIndex.Table, day).Delete(row.Key), ct);
                gone++;
            }
        }

        return gone;
    }

    private async Task ForgetAsync(string id, CancellationToken ct)
    {
        var seen = Keys.Of("seen", id);
        await foreach (var row in store.ReadAllAsync(CallIndex.Table, seen, new("!", "~"), ct: ct))
            await store.CommitAsync(new Batch(CallIndex.Table, seen).Delete(row.Key), ct);
        if (await calls.ReadAsync(id, ct) is not { Value: var call })
            return;
        foreach (var row in CallIndex.KeysOf(call).Where(k => k.Partition == CallIndex.Live))
            await store.CommitAsync(new Batch(CallIndex.Table, row.Partition).Delete(row.Row), ct);
        await menus.DeleteAsync(id, ct);
        await calls.DeleteAsync(id, ct);
    }
}
