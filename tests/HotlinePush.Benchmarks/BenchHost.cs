using HotlinePush.Local;
using HotlinePush.Local.Demo;
using HotlinePush.Messaging;
using HotlinePush.Sqlite;
using HotlinePush.Storage;

namespace HotlinePush.Benchmarks;

/// <summary>The real embedded host in this process, on a fresh folder: the fictional city's set-up and keys, no tickets, no rate limits.</summary>
internal sealed class BenchHost : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly string _folder;

    private BenchHost(WebApplication app, string folder)
    {
        (_app, _folder) = (app, folder);
        Database = Get<SqliteDatabase>();
        Counts = Get<PortCounts>();
        Bus = Get<IMessageBus>();
        Store = Get<ITableStore>();
    }

    public Uri Address => new(_app.Urls.First());
    public SqliteDatabase Database { get; }
    public PortCounts Counts { get; }
    public IMessageBus Bus { get; }
    public ITableStore Store { get; }

    public T Get<T>() where T : notnull => _app.Services.GetRequiredService<T>();

    public static async Task<BenchHost> StartAsync(BenchOptions options, Action<IServiceCollection>? change = null)
    {
        var folder = options.NewFolder();
        var host = LocalHost.Build(
            new LocalOptions { Urls = "http://127.0.0.1:0", Data = Path.Combine(folder, "data"), Demo = true, NoLimits = true, NoBrowser = true },
            services =>
            {
                services.AddSingleton(new DemoSeedOptions(0));
                services.AddSingleton<PortCounts>();
                services.AddSingleton<ITableStore>(s => new CountedStore(new SqliteTableStore(s.GetRequiredService<SqliteDatabase>()), s.GetRequiredService<PortCounts>()));
                services.AddSingleton<IMessageBus>(s => new CountedBus(
                    new SqliteMessageBus(s.GetRequiredService<SqliteDatabase>(), TimeProvider.System), s.GetRequiredService<PortCounts>()));
                services.AddLogging(l => l.SetMinimumLevel(LogLevel.Warning));
                change?.Invoke(services);
            });
        Directory.CreateDirectory(folder);
        await host.StartAsync();
        await LocalHost.PrepareAsync(host, CancellationToken.None);
        return new(host, folder);
    }

    /// <summary>Messages that are due or being handled, over all queues, and since when the oldest waits.</summary>
    public async Task<(long Busy, DateTimeOffset? OldestReadyAt)> BacklogAsync()
    {
        var (busy, oldest) = (0L, (DateTimeOffset?)null);
        foreach (var queue in Queues.All)
        {
            var depth = await Bus.CountAsync(queue);
            busy += depth.Ready + depth.Locked;
            oldest = depth.OldestReadyAt is { } at && (oldest is null || at < oldest) ? at : oldest;
        }

        return (busy, oldest);
    }

    /// <summary>Until the bus has nothing due and no pending message stands; false where that took too long.</summary>
    public async Task<bool> DrainAsync(TimeSpan atMost)
    {
        var sweep = Get<PendingSweep>();
        var start = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(start) < atMost)
        {
            if ((await BacklogAsync()).Busy == 0 && await sweep.OldestAsync(CancellationToken.None) is null && (await BacklogAsync()).Busy == 0)
                return true;
            await Task.Delay(5);
        }

        return false;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
