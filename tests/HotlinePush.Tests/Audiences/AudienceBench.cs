using System.Text;
using System.Text.Json;
using HotlinePush.Audiences;
using HotlinePush.Audiences.Import;
using HotlinePush.Clocks;
using HotlinePush.Jobs;
using HotlinePush.Messaging;
using HotlinePush.Security;
using HotlinePush.Storage;
using HotlinePush.Tests.Jobs;
using HotlinePush.Tests.Support;
using HotlinePush.Tests.Web;
using HotlinePush.Timers;
using HotlinePush.Units;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace HotlinePush.Tests.Audiences;

/// <summary>Everything the making of lists needs, in memory.</summary>
internal sealed class AudienceBench
{
    public static readonly Actor Publisher = new(Role.Publisher, "k-publisher", "city-civil-affairs");
    public static readonly DateTimeOffset Now = new(2026, 11, 23, 1, 0, 0, TimeSpan.Zero);

    public AudienceBench(ITableStore? rows = null, ILoggerProvider? log = null)
    {
        Rows = rows ?? new MemoryTableStore();
        Store = new(Rows);
        var time = new ManualTime(Now);
        Bus = new(time);
        var services = new ServiceCollection();
        services.AddLogging(l =>
        {
            if (log is not null)
                l.SetMinimumLevel(LogLevel.Trace).AddProvider(log);
        });
        services.AddSingleton<TimeProvider>(time);
        services.AddSingleton<ITableStore>(Store).AddSingleton<IMessageBus>(Bus).AddSingleton<IFileStore>(Files);
        services.AddSingleton(KeyRing.Create());
        services.AddSingleton<ProductClock>().AddSingleton<PendingMessages>().AddSingleton<SetupStore>().AddSingleton<CitySource>();
        services.AddSingleton<OperationsLog>().AddSingleton<PendingSweep>().AddSingleton<MessageDispatcher>().AddSingleton<JobStore>().AddSingleton<AuditLog>();
        services.AddHotlineAudiences();
        services.AddSingleton(new MessageCatalogue().AddAudienceMessages());
        Services = services.BuildServiceProvider();
    }

    public ITableStore Rows { get; }
    public DyingStore Store { get; }
    public MemoryMessageBus Bus { get; }
    public MemoryFileStore Files { get; } = new();
    public ServiceProvider Services { get; }
    public AudienceStore Audiences => Services.GetRequiredService<AudienceStore>();
    public StagedRows Staged => Services.GetRequiredService<StagedRows>();
    public JobStore Jobs => Services.GetRequiredService<JobStore>();
    public RecipientImport Import => Services.GetRequiredService<RecipientImport>();

    public async Task<string> CreateAsync(string id = "a1")
    {
        var setup = Services.GetRequiredService<SetupStore>();
        if ((await setup.ReadAsync<IReadOnlyList<Area>>(SetupNames.Areas, [])).Version == 0)
            await setup.ReplaceAsync<IReadOnlyList<Area>>(SetupNames.Areas,
                [new("01", "江城市"), new("0101", "东区", "01", ["滨江"]), new("010101", "和平街道", "0101"), new("0102", "西区", "01"), new("010201", "和平街道", "0102")],
                new(0, [], null), []);
        await Audiences.CreateAsync(new() { Id = id, Name = "拆迁户", Field = "relocation", UnitId = "city-civil-affairs", CreatedBy = Publisher, CreatedAt = Now }, default);
        return id;
    }

    public Task<Result> ImportAsync(string csv, ImportOptions? options = null, string id = "a1") => ImportAsync(Encoding.UTF8.GetBytes(csv), options, id);

    public async Task<Result> ImportAsync(byte[] file, ImportOptions? options = null, string id = "a1")
    {
        await CreateAsync(id);
        var jobId = await StartAsync(file, options, id);
        await RunAsync();
        return await ResultAsync(jobId, id);
    }

    public async Task<string> StartAsync(byte[] file, ImportOptions? options = null, string id = "a1")
    {
        var (jobId, fileId) = (JobStore.NewId(), RecipientImport.NewFileId());
        await Files.PutAsync(fileId, new MemoryStream(file));
        await Import.StartFileAsync(jobId, id, fileId, options ?? new(), Publisher, default);
        return jobId;
    }

    public async Task<Result> ResultAsync(string jobId, string id = "a1")
    {
        var audience = (await Audiences.ReadAsync(id))!.Audience;
        return new((await Jobs.ReadAsync(jobId, default))!.Job, await Jobs.ReadErrorsAsync(jobId, default), audience, await AllAsync(audience));
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

    public async Task<List<Recipient>> AllAsync(Audience audience)
    {
        var all = new List<Recipient>();
        for (var page = 0; page < (audience.List?.Pages ?? 0); page++)
            all.AddRange((await Audiences.ReadPageAsync(audience.Id, audience.List!.Version, page))!.Recipients.OfType<Recipient>());
        return all;
    }

    internal sealed record Result(Job Job, List<JobError> Errors, Audience Audience, List<Recipient> Recipients)
    {
        public IEnumerable<(int Row, string? Column, string Code)> Wrong => Errors.Select(e => (e.Row, e.Column, e.Code));
    }
}
