using HotlinePush.Channels;
using HotlinePush.Channels.Outbox;
using HotlinePush.Clocks;
using HotlinePush.Messaging;
using HotlinePush.Operations;
using HotlinePush.Security;
using HotlinePush.Storage;
using HotlinePush.Tests.Support;
using HotlinePush.Tests.Web;
using HotlinePush.Timers;
using Microsoft.Extensions.DependencyInjection;

namespace HotlinePush.Tests.Operations;

public sealed class OperationsTests
{
    private static readonly (string, string) Admin = ("Authorization", "Bearer admin");

    private static async Task<(WebHost Host, MemoryMessageBus Bus, ManualTimeProvider Time)> StartAsync(bool showBodies = true)
    {
        var time = new ManualTimeProvider(new(2026, 11, 23, 1, 0, 0, TimeSpan.Zero));
        var bus = new MemoryMessageBus(time);
        var host = await WebHost.StartAsync(OperationsEndpoints.Map, services: services =>
        {
            services.AddSingleton<TimeProvider>(time);
            services.AddSingleton<IMessageBus>(bus).AddSingleton(KeyRing.Create()).AddSingleton<ProductClock>().AddSingleton<PendingMessages>();
            services.AddSingleton<AuditLog>().AddSingleton<OutboxChannel>().AddSingleton(new OutboxOptions(TimeSpan.Zero, showBodies));
            services.AddHotlineOperations();
        });
        return (host, bus, time);
    }

    private static async Task DieAsync(MemoryMessageBus bus, int number)
    {
        await bus.SendAsync([new(Queues.Tickets, $"m{number}", "ticket.route.v1", $$"""{"number":"{{number}}"}""")]);
        var message = (await bus.ReceiveAsync(Queues.Tickets, 1, TimeSpan.FromMinutes(1), TimeSpan.Zero))[0];
        await bus.SettleAsync(message, new Settlement.Dead("InvalidOperationException: no"));
    }

    [Fact]
    public async Task DeadLetters_ArePagedOldestFirst_AndReplayedOnce()
    {
        var (host, bus, time) = await StartAsync();
        await using var _ = host;
        for (var i = 1; i <= 3; i++)
            await DieAsync(bus, i);

        var first = (await host.GetAsync("/api/v1/dead-letters?limit=2", Admin)).Json;
        var second = (await host.GetAsync($"/api/v1/dead-letters?limit=2&after={first.GetProperty("next").GetString()}", Admin)).Json;
        var items = first.GetProperty("items").EnumerateArray().Concat(second.GetProperty("items").EnumerateArray()).ToList();

        Assert.Equal(["m1", "m2", "m3"], items.Select(i => i.GetProperty("messageId").GetString()));
        Assert.Equal(System.Text.Json.JsonValueKind.Null, second.GetProperty("next").ValueKind);
        var replay = $"/api/v1/dead-letters/{items[0].GetProperty("id").GetString()}/replay";
        Assert.Equal(200, (int)(await host.PostAsync(replay, "{}", Admin)).Status);
        Assert.Equal(1, (await bus.CountAsync(Queues.Tickets)).Ready);
        (await host.PostAsync(replay, "{}", Admin)).IsProblem(404, "notFound");
        (await host.GetAsync("/api/v1/dead-letters", ("Authorization", "Bearer desk"))).IsProblem(403, "roleLacking");
        (await host.GetAsync("/api/v1/dead-letters?after=x", Admin)).IsProblem(400, "badCursor");
    }

    [Fact]
    public async Task Audit_OverDays_ComesNewestFirstInPages()
    {
        var (host, _, _) = await StartAsync();
        await using var __ = host;
        var log = host.Services.GetRequiredService<AuditLog>();
        for (var i = 0; i < 7; i++)
            await log.AppendAsync(new(new DateTimeOffset(2026, 11, 23, 8, 0, 0, TimeSpan.FromHours(8)).AddHours(-15 * i), new(Role.Desk, i % 2 == 0 ? "a" : "b"), "revealPhone", $"t{i}"));

        async Task<List<string>> ReadAsync(string query)
        {
            var subjects = new List<string>();
            for (string? after = ""; after is not null;)
            {
                var page = (await host.GetAsync($"/api/v1/audit?{query}&after={after}", Admin)).Json;
                subjects.AddRange(page.GetProperty("items").EnumerateArray().Select(i => i.GetProperty("subject").GetString()!));
                after = page.GetProperty("next").GetString();
            }

            return subjects;
        }

        Assert.Equal(["t0", "t1", "t2", "t3", "t4", "t5", "t6"], await ReadAsync("limit=2"));
        Assert.Equal(["t1", "t2"], await ReadAsync("limit=1&from=2026-11-22&to=2026-11-22"));
        Assert.Equal(["t1", "t3", "t5"], await ReadAsync("limit=2&actor=b&from=2026-01-01"));
        Assert.Equal(["t4"], await ReadAsync("subject=t4&to=2027-11-22&from=2026-11-01"));
        (await host.GetAsync("/api/v1/audit?from=2026-11-23&to=2026-11-22", Admin)).IsProblem(400, "outOfRange");
        (await host.GetAsync("/api/v1/audit?from=9999-12-32", Admin)).IsProblem(400, "badTime");
        (await host.GetAsync("/api/v1/audit", ("Authorization", "Bearer desk"))).IsProblem(403, "roleLacking");
    }

    [Fact]
    public async Task Outbox_ComesOldestFirstInPages_AndFindsAPersonHoweverThePhoneIsWritten()
    {
        var (host, _, time) = await StartAsync();
        await using var __ = host;
        var outbox = host.Services.GetRequiredService<OutboxChannel>();
        for (var i = 0; i < 25; i++)
        {
            var mail = i % 5 == 0;
            var text = new OutgoingText($"n{i:D2}", mail ? ChannelKind.Email : i % 5 == 1 ? ChannelKind.WeChat : ChannelKind.Sms, mail ? "wang@example.com" : "+8613800001234", mail ? "主题" : null, $"正文{i}", "reminder", TicketNumber: $"{i}");
            await outbox.SendAsync(text, default);
            await outbox.SendAsync(text, default);
            time.Advance(TimeSpan.FromMilliseconds(i % 3));
        }

        async Task<List<string>> ReadAsync(string query)
        {
            var ids = new List<string>();
            for (string? after = ""; after is not null;)
            {
                var page = (await host.GetAsync($"/api/v1/outbox?{query}&after={after}", Admin)).Json;
                ids.AddRange(page.GetProperty("items").EnumerateArray().Select(i => i.GetProperty("id").GetString()!));
                after = page.GetProperty("next").GetString();
            }

            return ids;
        }

        var all = await ReadAsync("limit=200");
        Assert.Equal(Enumerable.Range(0, 25).Select(i => $"n{i:D2}"), all);
        Assert.Equal(all, await ReadAsync("limit=1"));
        Assert.Equal(all, await ReadAsync("limit=7"));
        Assert.Equal(["n01", "n06", "n11", "n16", "n21"], await ReadAsync("limit=2&channel=wechat&to=%2B8613800001234"));
        Assert.Equal(["n00", "n05", "n10", "n15", "n20"], await ReadAsync("limit=2&to=WANG@example.com"));
        Assert.Equal(20, (await ReadAsync("to=+8613800001234")).Count);
        Assert.Equal(20, (await ReadAsync("to=138-0000-1234")).Count);
        var item = (await host.GetAsync("/api/v1/outbox?channel=email&limit=1", Admin)).Json.GetProperty("items")[0];
        Assert.Equal(("email", "wang@example.com", "主题", "正文0", "0"), (
            item.GetProperty("channel").GetString(), item.GetProperty("to").GetString(), item.GetProperty("subject").GetString(), item.GetProperty("body").GetString(), item.GetProperty("ticketNumber").GetString()));
        (await host.GetAsync("/api/v1/outbox?channel=SMS", Admin)).IsProblem(400, "unknownWord");
        (await host.GetAsync("/api/v1/outbox?after=" + HotlinePush.Web.Cursor.Write(new { After = "/" }), Admin)).IsProblem(400, "badCursor");
    }

    [Fact]
    public async Task Outbox_OutsideDemonstrations_ShowsNeitherWordsNorAddress()
    {
        var (host, _, _) = await StartAsync(showBodies: false);
        await using var __ = host;
        await host.Services.GetRequiredService<OutboxChannel>().SendAsync(new("n", ChannelKind.Sms, "+8613800001234", "秘密主题", "秘密正文", "code"), default);

        var answer = await host.GetAsync("/api/v1/outbox", Admin);

        Assert.Equal("138****1234", answer.Json.GetProperty("items")[0].GetProperty("to").GetString());
        Assert.DoesNotContain("秘密", answer.Text, StringComparison.Ordinal);
        Assert.False(answer.Json.GetProperty("items")[0].TryGetProperty("body", out var _));
    }

    [Fact]
    public async Task Ready_WhenTheStoreTakesNoWrites_SaysSo_AndLooksOnlyEverySoOften()
    {
        var (host, bus, time) = await StartAsync();
        await using var _ = host;
        for (var i = 0; i < 5; i++)
            Assert.Equal(200, (int)(await host.GetAsync("/readyz")).Status);
        Assert.Equal(1, host.Store.Commits);

        host.Store.Fail = true;
        time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(["store"], (await host.GetAsync("/readyz")).Fields);

        host.Store.Fail = false;
        bus.Fail = true;
        time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(["bus"], (await host.GetAsync("/readyz")).Fields);
    }

    [Fact]
    public async Task Health_TellsWhatIsOldDeadOrLate()
    {
        var (host, bus, time) = await StartAsync();
        await using var _ = host;
        var store = host.Services.GetRequiredService<ITableStore>();
        Assert.Equal("ok", (await host.GetAsync("/api/v1/health", Admin)).Json.GetProperty("state").GetString());

        await DieAsync(bus, 1);
        var batch = new Batch(WorkShard.Table, new WorkShard(77).Partition);
        host.Services.GetRequiredService<PendingMessages>().AddTo(batch, "x", [new(Queues.Tickets, "m", "t", "{}", null)]);
        await store.CommitAsync(batch);
        await host.Services.GetRequiredService<OperationsLog>().TimerPassedAsync(CancellationToken.None);
        time.Advance(TimeSpan.FromMinutes(15));
        host.Services.GetRequiredService<LatenessLog>().Handled(new(Queues.Timers, "m", "t", "{}", 1, time.GetUtcNow().AddSeconds(-2), "l", time.GetUtcNow()));
        var health = (await host.GetAsync("/api/v1/health", Admin)).Json;

        Assert.Equal(["pendingOld", "deadLetters", "timerPassOld", "timersLate"], health.GetProperty("warnings").EnumerateArray().Select(w => w.GetString()));
        Assert.Equal((900, 900, 1), (health.GetProperty("pendingOldestSeconds").GetDouble(), health.GetProperty("timerPassSeconds").GetDouble(), health.GetProperty("deadLetters").GetInt32()));
        Assert.Equal(2000, health.GetProperty("timerLateness").GetProperty("p99Ms").GetDouble());
        Assert.Equal(Queues.All, health.GetProperty("queues").EnumerateArray().Select(q => q.GetProperty("queue").GetString()));
    }

    [Fact]
    public void Lateness_CountsFirstDeliveriesOfTimersAlone()
    {
        var time = new ManualTime(new(2026, 11, 23, 1, 0, 0, TimeSpan.Zero));
        var log = new LatenessLog(time);
        for (var i = 1; i <= 100; i++)
            log.Handled(new(i % 2 == 0 ? Queues.Timers : Queues.UrgentTimers, "m", "t", "{}", 1, time.Now.AddMilliseconds(-i), "l", time.Now));
        log.Handled(new(Queues.Timers, "m", "t", "{}", 2, time.Now.AddHours(-1), "l", time.Now));
        log.Handled(new(Queues.People, "m", "t", "{}", 1, time.Now.AddHours(-1), "l", time.Now));

        Assert.Equal(new Lateness(100, 50, 99, 100), log.Read());
        for (var i = 0; i < 2 * LatenessLog.Kept; i++)
            log.Handled(new(Queues.Timers, "m", "t", "{}", 1, time.Now.AddMilliseconds(-7), "l", time.Now));
        Assert.Equal(new Lateness(LatenessLog.Kept, 7, 7, 7), log.Read());
    }
}
