using HotlinePush.Channels;
using HotlinePush.Channels.Outbox;
using HotlinePush.Clocks;
using HotlinePush.Local.Demo;
using HotlinePush.Messaging;
using HotlinePush.Notices;
using HotlinePush.Operations;
using HotlinePush.Records;
using HotlinePush.Security;
using HotlinePush.Sqlite;
using HotlinePush.Tickets;
using HotlinePush.Web;

namespace HotlinePush.Local;

/// <summary>The same system as in the cloud, in one process on SQLite.</summary>
public static class LocalHost
{
    /// <exception cref="SqliteFolderException">The data folder cannot be used; the message says why and what to do.</exception>
    /// <exception cref="KeyFileException">The key file cannot be used.</exception>
    /// <exception cref="ProviderSettingsException">A provider's setting is missing or wrong.</exception>
    public static WebApplication Build(LocalOptions options, Action<IServiceCollection>? change = null)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.WebHost.UseUrls(options.Urls);
        builder.WebHost.ConfigureKestrel(k => k.ConfigureEndpointDefaults(endpoint => endpoint.Use(BareRefusals.Middleware)));
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
        // A form without a right token is refused and answered; anybody can send one, so it is nothing to warn the operator of.
        builder.Logging.AddFilter("Microsoft.AspNetCore.Antiforgery", LogLevel.None);
        builder.Services.Configure<HostOptions>(o => o.ShutdownTimeout = TimeSpan.FromSeconds(20));

        var services = builder.Services;
        services.AddSingleton(options);
        services.AddSqliteStorage(options.Data);
        var hadData = HasData(options);
        services.AddSingleton(_ => LoadKeys(options, hadData));
        services.AddSingleton(new OutboxOptions(options.OutboxDelay, options.Demo));
        var site = SiteAddress.Read(builder.Configuration, options.Urls.Split(';')[0]);
        services.AddSingleton(site);
        services.AddSingleton(NoticePolicy.Read(builder.Configuration));
        services.AddSingleton(RetentionPolicy.Read(builder.Configuration));
        services.AddHotlineProduct(options.Demo);
        if (options.Demo)
            DemoReach.Check(builder.Configuration);
        services.AddHotlineProviders(builder.Configuration);
        ProvidersOfThisBuild.AddTo(services, builder.Configuration, site);
        var web = WebSettings.Read(builder.Configuration);
        services.AddHotlineWeb(o =>
        {
            web(o);
            o.NoLimits = options.NoLimits;
        });
        services.AddHotlineTelemetry(builder.Configuration);

        services.AddSingleton<Startup>();
        services.AddSingleton(s => new ReadyCheck("startup", _ => ValueTask.FromResult(s.GetRequiredService<Startup>().Pending)));
        services.AddSingleton(s => new ReadyCheck("store", _ => ValueTask.FromResult(s.GetRequiredService<SqliteDatabase>().Failure is null ? null : "the store has failed; see the log")));
        // Started in this order, each before the next, and all before the first request is listened for.
        if (options.Demo)
            services.AddSingleton<DemoClock>().AddSingleton<DemoAudience>().AddSingleton(new DemoSeedOptions(options.Seed)).AddHostedService(s => s.GetRequiredService<DemoClock>());
        services.AddHostedService<MessagePump>();
        services.AddHostedService<Timetable>();
        change?.Invoke(services);

        var app = builder.Build();
        app.UseHotline(routes =>
        {
            routes.MapProduct();
            if (options.Demo)
                DemoClock.Map(routes);
        });
        return app;
    }

    /// <summary>What stands between a started process and a ready one.</summary>
    public static async Task PrepareAsync(WebApplication app, CancellationToken ct)
    {
        var services = app.Services;
        var options = services.GetRequiredService<LocalOptions>();
        var startup = services.GetRequiredService<Startup>();
        if (options.Demo)
        {
            await ActivatorUtilities.CreateInstance<DemoSeed>(services).RunAsync(ct);
            // The hourly run came before there was anything to find.
            await services.GetRequiredService<Supervision.Topics.TopicSearch>().RunAsync(ct);
        }

        await services.GetRequiredService<TicketRouting>().WarmUpAsync(ct);
        startup.Pending = null;
    }

    /// <summary>A folder that holds data already must meet the keys it was written with: new ones would open nothing.</summary>
    /// <param name="hadData">Whether it held data before this process opened it.</param>
    internal static KeyRing LoadKeys(LocalOptions options, bool hadData) =>
        hadData ? KeyFile.Load(options.Keys) : KeyFile.LoadOrCreate(options.Keys, options.Data);

    internal static bool HasData(LocalOptions options) => File.Exists(Path.Combine(options.Data, SqliteDatabase.FileName));
}

/// <summary>Why the process is not ready yet; null once it is.</summary>
public sealed class Startup
{
    public volatile string? Pending = "starting";
}

/// <summary>What the platform's timer triggers do in the cloud.</summary>
public sealed class Timetable(PendingSweep sweep, TimedRuns runs, TimeProvider engine, ILogger<Timetable> log) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // What an earlier process left behind has nobody who would send it: it does not wait to grow old.
        await OnceAsync(PendingSweep.Every, ct => sweep.RunAsync(TimeSpan.Zero, ct), stoppingToken);
        await Task.WhenAll(runs.All.Select(run => EveryAsync(run.Every, run.Run, stoppingToken)));
    }

    private async Task EveryAsync(TimeSpan period, Func<CancellationToken, Task<int>> run, CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            await OnceAsync(period, run, stopping);
            await Task.Delay(period, engine, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task OnceAsync(TimeSpan period, Func<CancellationToken, Task<int>> run, CancellationToken stopping)
    {
        try
        {
            await run(stopping);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
        }
        catch (Exception e)
        {
            log.LogError(e, "A timed run failed; the next one is in {Period}", period);
        }
    }
}
