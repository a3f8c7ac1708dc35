using System.Text;
using HotlinePush.Clocks;
using HotlinePush.Jobs;
using HotlinePush.Messaging;
using HotlinePush.Security;
using HotlinePush.Storage;
using HotlinePush.Tests.Support;
using HotlinePush.Tests.Web;
using HotlinePush.Tickets;
using HotlinePush.Tickets.Import;
using HotlinePush.Timers;
using HotlinePush.Units;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace HotlinePush.Tests.Jobs;

/// <summary>Everything an import needs, in memory. Times out of the store can be told to happen, as a killed worker would leave it.</summary>
internal sealed class ImportBench
{
    public static readonly Actor Desk = new(Role.Desk, "k-desk");
    public static readonly DateTimeOffset Now = new(2026, 11, 23, 1, 0, 0, TimeSpan.Zero);

    public ImportBench(MemoryTableStore? rows = null)
    {
        Rows = rows ?? new();
        Store = new(Rows);
        var time = new ManualTime(Now);
        Bus = new(time);
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton<TimeProvider>(time);
        services.AddSingleton<ITableStore>(Store).AddSingleton<IMessageBus>(Bus).AddSingleton<IFileStore>(Files);
        services.AddSingleton(KeyRing.Create());
        services.AddSingleton<ProductClock>().AddSingleton<PendingMessages>().AddSingleton<SetupStore>().AddSingleton<CitySource>();
        services.AddSingleton<TicketStore>().AddSingleton<TicketMessages>().AddSingleton<IndexSync>().AddSingleton<HotlinePush.Incidents.IncidentStore>().AddSingleton<TicketActions>();
        services.AddSingleton<OperationsLog>().AddSingleton<PendingSweep>().AddSingleton<MessageDispatcher>();
        services.AddHotlineJobs();
        services.AddSingleton<RouteIntake>((intake, _) => (new Alarm("着火", "119"), new Route(null, [], intake.CategoryId, intake.AreaId, null, null, DeskReasons.NoRule, [])));
        services.AddSingleton<LearnConfirmed>((texts, _) =>
        {
            Learnt.AddRange(texts);
            return Task.CompletedTask;
        });
        var catalogue = new MessageCatalogue().AddJobMessages();
        catalogue.Add<SyncIndexes, IndexSync>(TicketMessages.SyncType, Queues.Tickets, ImportHandler.Retry, (handler, message, ct) => handler.RunAsync(message, ct));
        foreach (var type in new[] { TicketMessages.RouteType, TicketMessages.TellType, TicketMessages.LearnType, TimerPass.MomentType })
            catalogue.Add<object, object>(type, Queues.People, ImportHandler.Retry, (_, _, _) => Task.CompletedTask);
        services.AddSingleton(catalogue);
        Services = services.BuildServiceProvider();
    }

    public MemoryTableStore Rows { get; }
    public DyingStore Store { get; }
    public MemoryMessageBus Bus { get; }
    public MemoryFileStore Files { get; } = new();
    public List<ConfirmedText> Learnt { get; } = [];
    public ServiceProvider Services { get; }
    public JobStore Jobs => Services.GetRequiredService<JobStore>();
    public TicketStore Tickets => Services.GetRequiredService<TicketStore>();

    public async Task SetUpAsync()
    {
        var setup = Services.GetRequiredService<SetupStore>();
        var unset = new SetupDocument<IReadOnlyList<Category>>(0, [], null);
        await setup.ReplaceAsync<IReadOnlyList<Category>>(SetupNames.Categories,
            [new("city", "城乡建设"), new("city-safe", "安全生产", "city"), new("city-safe-risk", "安全隐患", "city-safe")], unset, []);
        await setup.ReplaceAsync<IReadOnlyList<Area>>(SetupNames.Areas,
            [new("01", "江城市"), new("0101", "东区", "01", ["滨江"]), new("010101", "和平街道", "0101"), new("0102", "西区", "01"), new("010201", "和平街道", "0102")],
            new(0, [], null), []);
    }

    public Task<string> StartAsync(string csv) => StartAsync(Encoding.UTF8.GetBytes(csv));

    public async Task<string> StartAsync(byte[] csv)
    {
        await SetUpAsync();
        return await Services.GetRequiredService<TicketImport>().StartAsync(new MemoryStream(csv), Desk, default);
    }

    /// <summary>Handles what waits in the queue of jobs until nothing does.</summary>
    public async Task RunAsync()
    {
        var dispatcher = Services.GetRequiredService<MessageDispatcher>();
        while (await Bus.ReceiveAsync(Queues.Jobs, 1, TimeSpan.FromSeconds(30), default) is { Count: > 0 } messages)
        {
            var settlement = await dispatcher.DispatchAsync(messages[0], default);
            Assert.Equal(Settlement.Done, settlement);
            await Bus.SettleAsync(messages[0], settlement);
        }
    }

    public async Task<Job> JobAsync(string id) => (await Jobs.ReadAsync(id, default))!.Job;

    public async Task<(Job Job, List<JobError> Errors)> ImportAsync(string csv) => await ImportAsync(Encoding.UTF8.GetBytes(csv));

    public async Task<(Job Job, List<JobError> Errors)> ImportAsync(byte[] csv)
    {
        var id = await StartAsync(csv);
        await RunAsync();
        return (await JobAsync(id), await Jobs.ReadErrorsAsync(id, default));
    }

    /// <summary>All tickets, by the moments that every open ticket has.</summary>
    public async Task<List<Ticket>> TicketsAsync()
    {
        var all = new List<Ticket>();
        foreach (var shard in WorkShard.All)
        {
            var (due, _) = await Tickets.ReadMomentsAsync(shard, new(9999, 12, 31, 0, 0, 1, TimeSpan.Zero), 1000, null, default);
            foreach (var (_, number) in due)
                all.Add((await Tickets.ReadAsync(number))!.Ticket);
        }

        return [.. all.OrderBy(t => t.ReceivedAt)];
    }
}

/// <summary>A store whose user is killed after some commits: from then on every call throws, as for a worker that is no more.</summary>
internal sealed class DyingStore(ITableStore inner) : ITableStore
{
    private int _left = int.MaxValue;

    public void DieAfter(int commits) => _left = commits;

    public Task<Row?> ReadAsync(string table, string partition, string row, CancellationToken ct = default) => Alive(inner.ReadAsync(table, partition, row, ct));

    public Task<RowPage> ReadRangeAsync(string table, string partition, KeyRange range, int limit, string? continuation = null, CancellationToken ct = default) =>
        Alive(inner.ReadRangeAsync(table, partition, range, limit, continuation, ct));

    public Task<CommitResult> CommitAsync(Batch batch, CancellationToken ct = default)
    {
        if (Interlocked.Decrement(ref _left) < 0)
            throw new Killed();
        return inner.CommitAsync(batch, ct);
    }

    private Task<T> Alive<T>(Task<T> task) => Volatile.Read(ref _left) < 0 ? throw new Killed() : task;

    public sealed class Killed : Exception;
}
