using System.Text.Json;
using HotlinePush.Clocks;
using HotlinePush.Messaging;
using HotlinePush.Security;
using HotlinePush.Storage;
using HotlinePush.Tickets;
using HotlinePush.Timers;
using HotlinePush.Web;

namespace HotlinePush.Local.Demo;

/// <summary>
/// Moves product time, and only that: to the next due moment, runs what is due, waits until bus and pending messages are idle, and on to the next.
/// The offset survives restarts.
/// </summary>
public sealed class DemoClock(
    ProductClock clock, TicketStore tickets, TimerPass pass, PendingSweep sweep, IMessageBus bus, ITableStore store, TimeProvider engine) : IHostedService
{
    public static readonly TimeSpan Most = TimeSpan.FromDays(30);
    private const string Table = "demo";
    private const string Partition = "clock";
    private const int StuckAfter = 20;
    private readonly SemaphoreSlim _moving = new(1, 1);

    public static void Map(IEndpointRouteBuilder routes)
    {
        var demo = routes.MapHotlineGroup("/api/v1/demo").WithTags("demo");
        demo.MapGet("clock", (DemoClock c) => TypedResults.Ok(new Now(c.Time))).RequireRole(Role.Admin);
        demo.MapPost("clock", async (JsonBody<Advance> body, DemoClock c, CancellationToken ct) => await c.AdvanceAsync(body.Value.Advance_, ct)).RequireRole(Role.Admin);
    }

    private sealed record Now(DateTimeOffset Now_)
    {
        [System.Text.Json.Serialization.JsonPropertyName("now")] public DateTimeOffset Now_ { get; init; } = Now_;
    }

    private sealed record Advance(string Advance_)
    {
        [System.Text.Json.Serialization.JsonPropertyName("advance")] public string Advance_ { get; init; } = Advance_;
    }

    private DateTimeOffset Time => clock.GetUtcNow();

    /// <summary>Before requests, queues and timers: what they did by the wrong time would be dated before what is already there.</summary>
    public async Task StartAsync(CancellationToken ct)
    {
        if (await store.ReadAsync(Table, Partition, "offset", ct) is { } row)
            clock.Offset = new TimeSpan(JsonSerializer.Deserialize<long>(row.Value.Span));
    }

    public Task StopAsync(CancellationToken ct) => Task.CompletedTask;

    private async Task<object> AdvanceAsync(string text, CancellationToken ct)
    {
        if (!TimeSpan.TryParseExact(text, [@"d\.hh\:mm\:ss", @"hh\:mm\:ss"], null, out var span) || span <= TimeSpan.Zero || span > Most)
            return Refusal.Of("badValue", "advance", "应为 d.hh:mm:ss，大于零，最多 30 天。");
        await AdvanceAsync(span, ct);
        return TypedResults.Ok(new Now(Time));
    }

    public async Task AdvanceAsync(TimeSpan span, CancellationToken ct)
    {
        await _moving.WaitAsync(ct);
        try
        {
            var target = Time + span;
            DateTimeOffset? before = null;
            var stuck = 0;
            while (await NextAsync(target, ct) is { } moment)
            {
                stuck = moment == before ? stuck + 1 : 0;
                if (stuck > StuckAfter)
                    throw new TableStoreException($"A reminder due at {moment:O} does not fire; look at the dead letters.", isTransient: true);
                before = moment;
                await MoveToAsync(moment + TimerPass.Grain, ct);
                await pass.RunAsync(Time + TimeSpan.FromMilliseconds(1), ct);
                await IdleAsync(ct);
            }

            await MoveToAsync(target, ct);
            await IdleAsync(ct);
        }
        finally
        {
            _moving.Release();
        }
    }

    private async Task<DateTimeOffset?> NextAsync(DateTimeOffset target, CancellationToken ct)
    {
        DateTimeOffset? next = null;
        foreach (var shard in WorkShard.All)
        {
            var (due, _) = await tickets.ReadMomentsAsync(shard, target + TimeSpan.FromMilliseconds(1), 1, null, ct);
            if (due.Count > 0 && (next is null || due[0].Moment < next))
                next = due[0].Moment;
        }

        return next;
    }

    private async Task MoveToAsync(DateTimeOffset moment, CancellationToken ct)
    {
        var ahead = moment - Time;
        if (ahead <= TimeSpan.Zero)
            return;
        var offset = clock.Offset + ahead;
        // Stored first: a moment that somebody has seen must still be past after a crash.
        await store.CommitAsync(new Batch(Table, Partition).Upsert("offset", JsonSerializer.SerializeToUtf8Bytes(offset.Ticks)), ct);
        clock.Offset = offset;
    }

    /// <summary>Nothing ready, nothing being handled, nothing pending.</summary>
    private async Task IdleAsync(CancellationToken ct)
    {
        while (true)
        {
            var busy = false;
            foreach (var queue in Queues.All)
                busy |= await bus.CountAsync(queue, ct) is { Ready: > 0 } or { Locked: > 0 };
            if (!busy && await sweep.OldestAsync(ct) is null)
                return;
            // Requests of others may leave something behind; give it the time of a round trip.
            await Task.Delay(TimeSpan.FromMilliseconds(5), engine, ct);
        }
    }
}
