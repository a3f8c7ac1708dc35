using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text;
using HotlinePush.Audiences;
using HotlinePush.Audiences.Import;
using HotlinePush.Jobs;
using HotlinePush.Messaging;
using HotlinePush.Security;
using HotlinePush.Storage;
using HotlinePush.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace HotlinePush.Tests.Audiences;

public sealed class AudienceLifeTests
{
    private const string Three = "编号,姓名,电话,邮箱,所属村,金额,标签\n1,赵一,13800001234,a@test.invalid,滨江,100,低保 残疾\n2,钱二,13800001235,,0102,2000,低保\n3,孙三,13800001235,,,,\n";

    [Fact]
    public async Task Erase_OfARecipient_DestroysTheKeyInEveryVersionAndProvesItWithoutTheName()
    {
        var bench = new AudienceBench();
        var first = await bench.ImportAsync(Three);
        Assert.NotNull(await bench.Audiences.FreezeAsync("a1", 1, "n1"));
        await bench.ImportAsync("编号,姓名\n4,李四\n");
        await bench.ImportAsync("编号,姓名,电话\n1,,12\n");

        var proof = await bench.Services.GetRequiredService<Erasure>().EraseAsync("a1", "1", AudienceBench.Publisher, default);

        Assert.Equal((2, 2, 1), (proof!.Versions, proof.Rows, proof.StagedRows));
        var audience = (await bench.Audiences.ReadAsync("a1"))!.Audience;
        foreach (var version in audience.Lists().Select(l => l.Version))
        {
            Assert.Null(await bench.Audiences.FindByIdAsync("a1", version, "1"));
            Assert.Empty(await bench.Audiences.FindByPhoneAsync("a1", version, "+8613800001234"));
            Assert.Null((await bench.Audiences.ReadPageAsync("a1", version, 0))!.Recipients[0]);
            Assert.Equal("2", (await bench.Audiences.FindByIdAsync("a1", version, "2"))!.Value.Recipient.Id);
        }

        Assert.Equal([1], SealedRowBytes(bench, "recipients").Select(b => b.Length).Where(l => l < 10).Distinct());
        var events = (await bench.Services.GetRequiredService<AuditLog>().ReadDayAsync(new(2026, 11, 23), 100)).Items;
        Assert.Equal(("eraseRecipient", "a1"), events.Select(e => (e.Action, e.Subject)).Single());
        Assert.DoesNotContain("赵一", events[0].Detail, StringComparison.Ordinal);
        Assert.Null(await bench.Services.GetRequiredService<Erasure>().EraseAsync("a1", "1", AudienceBench.Publisher, default));

        // The next file does not bring the gap back.
        var next = await bench.ImportAsync("编号,姓名\n5,周五\n");
        Assert.Equal(["2", "3", "4", "5"], next.Recipients.Select(r => r.Id));
        Assert.NotEqual(first.Audience.List!.Hash, next.Audience.List!.Hash);
    }

    private static List<byte[]> SealedRowBytes(AudienceBench bench, string table) =>
        [.. ((MemoryTableStore)bench.Rows).AllKeys().Where(k => k.Table == table).Select(k => bench.Rows.ReadAsync(k.Table, k.Partition, k.Row).Result!.Value.ToArray())];

    [Fact]
    public async Task Erase_WhileAnImportRuns_BringsNobodyBack()
    {
        var bench = new AudienceBench();
        await bench.ImportAsync(Three);
        var jobId = await bench.StartAsync(Encoding.UTF8.GetBytes("编号,姓名\n4,李四\n"));
        // Read and counted: the person stands in the facts of the version to be.
        for (var step = 0; step < 2; step++)
        {
            var message = Assert.Single(await bench.Bus.ReceiveAsync(Queues.Jobs, 1, TimeSpan.FromHours(1), default));
            await bench.Services.GetRequiredService<MessageCatalogue>().Find(message.Type)!.Handle(bench.Services, message.Body, default);
            await bench.Bus.SettleAsync(message, Settlement.Done);
        }

        await bench.Services.GetRequiredService<Erasure>().EraseAsync("a1", "1", AudienceBench.Publisher, default);
        await bench.RunAsync();

        var result = await bench.ResultAsync(jobId);
        Assert.Equal((JobState.Done, 0), (result.Job.State, result.Job.ErrorCount));
        Assert.Equal(["2", "3", "4"], result.Recipients.Select(r => r.Id));
    }

    [Fact]
    public async Task Version_WhenFrozen_StaysUntilItIsReleased()
    {
        var bench = new AudienceBench();
        var first = await bench.ImportAsync(Three);
        var frozen = await bench.Audiences.FreezeAsync("a1", 1, "n1");
        await bench.ImportAsync("编号,姓名\n9,李四\n", new(Replace: true));

        Assert.Equal(first.Audience.List!.Hash, frozen!.Hash);
        Assert.Equal(3, (await bench.Audiences.ReadPageAsync("a1", 1, 0))!.Recipients.Count);
        Assert.Null(await bench.Audiences.FreezeAsync("a1", 1, "n2"));

        await bench.Audiences.ReleaseAsync("a1", "n1");
        await bench.RunAsync();

        Assert.Null(await bench.Audiences.ReadPageAsync("a1", 1, 0));
        var audience = (await bench.Audiences.ReadAsync("a1"))!.Audience;
        Assert.Equal((2, 0, 0), (audience.List!.Version, audience.Frozen.Length, audience.Leaving.Length));
    }

    [Fact]
    public async Task List_WhenReadAgain_HasTheHashItsPagesGive()
    {
        var bench = new AudienceBench();
        var first = await bench.ImportAsync(Three);
        var same = await new AudienceBench().ImportAsync(Three);
        var other = await new AudienceBench().ImportAsync(Three.Replace(",100,", ",101,", StringComparison.Ordinal));

        Assert.Equal(first.Audience.List!.Hash, same.Audience.List!.Hash);
        Assert.NotEqual(first.Audience.List.Hash, other.Audience.List!.Hash);
    }

    [Fact]
    public async Task Query_OnAnotherAudience_MakesAListOfThoseWhoMeetIt()
    {
        var bench = new AudienceBench();
        await bench.ImportAsync(Three);

        async Task<IEnumerable<string>> SelectAsync(params QueryCondition[] where)
        {
            await bench.CreateAsync("a2");
            var jobId = JobStore.NewId();
            await bench.Import.StartQueryAsync(jobId, "a2", new("a1", [.. where]), AudienceBench.Publisher, default);
            await bench.RunAsync();
            var result = await bench.ResultAsync(jobId, "a2");
            Assert.Equal(JobState.Done, result.Job.State);
            return result.Recipients.Select(r => r.Id);
        }

        Assert.Equal(["1", "2"], await SelectAsync(new QueryCondition("area", QueryOp.Is, "01")));
        Assert.Equal(["2"], await SelectAsync(new QueryCondition("area", QueryOp.Is, "0102")));
        Assert.Equal(["1", "2"], await SelectAsync(new QueryCondition("tag", QueryOp.Is, "低保")));
        Assert.Equal(["2"], await SelectAsync(new("tag", QueryOp.Is, "低保"), new("金额", QueryOp.AtLeast, "1000")));
        Assert.Equal(["3"], await SelectAsync(new QueryCondition("金额", QueryOp.Empty)));
        var audience = (await bench.Audiences.ReadAsync("a2"))!.Audience;
        Assert.Equal((5, "a1"), (audience.List!.Version, audience.Query!.Source));
    }

    [Fact]
    public async Task StagedRow_WhenRepaired_IsTakenInByTheNextVersion()
    {
        var bench = new AudienceBench();
        var result = await bench.ImportAsync("编号,姓名,电话,金额\n1,赵一,13800001234,5\n2,钱二,1.38E+10,7\n");
        var row = Assert.Single((await bench.Staged.ReadAsync("a1", null, 10, default)).Items);
        Assert.Equal(("1-3", "1.38E+10", "phoneRounded", "7"), (row.Id, row.Cells["phone"], row.Errors.Single().Code, row.Cells["金额"]));

        var (found, etag) = (await bench.Staged.FindAsync("a1", "1-3", default))!.Value;
        await bench.Staged.ReplaceAsync("a1", found with { Cells = found.Cells.SetItem("phone", "13800001236"), Errors = [] }, etag, default);
        var jobId = JobStore.NewId();
        await bench.Import.StartStagedAsync(jobId, "a1", AudienceBench.Publisher, default);
        await bench.RunAsync();

        var after = await bench.ResultAsync(jobId);
        Assert.Empty(after.Errors);
        Assert.Equal([("1", "5"), ("2", "7")], after.Recipients.Select(r => (r.Id, r.Fields["金额"])));
        Assert.Equal((2, 12m), (after.Audience.List!.Version, after.Audience.List.Columns.Single().Sum));
        Assert.Empty((await bench.Staged.ReadAsync("a1", null, 10, default)).Items);
        Assert.Equal(1, result.Audience.List!.Version);
    }

    [Fact]
    public async Task Retention_WhenItsDayIsOver_EmptiesTheAudience()
    {
        var bench = new AudienceBench();
        await bench.ImportAsync(Three + "9,,1\n");
        var erasure = bench.Services.GetRequiredService<Erasure>();
        await bench.Audiences.ChangeAsync("a1", a => a with { RetainUntil = new(2026, 11, 23) }, default);

        Assert.Equal(0, await erasure.RetireAsync(default));
        await bench.Audiences.ChangeAsync("a1", a => a with { RetainUntil = new(2026, 11, 22) }, default);
        Assert.Equal(1, await erasure.RetireAsync(default));
        await bench.RunAsync();

        Assert.Null((await bench.Audiences.ReadAsync("a1"))!.Audience.List);
        Assert.DoesNotContain(((MemoryTableStore)bench.Rows).AllKeys(), k => k.Table is "recipients" or "recipient-index" or "staged");
    }

    /// <summary>Nothing of a person is in a message, a log line, a report, a job, or a plain row.</summary>
    [Fact]
    public async Task Import_OfPeople_LeavesNothingOfThemInTheOpen()
    {
        var log = new Lines();
        var store = new MemoryTableStore();
        var bench = new AudienceBench(store, log);
        string[] secrets = ["欧阳秘密", "13800008888", "13800007777", "geheim@test.invalid", "秘密路九号", "秘密备注", "hh-77", "oSECRET_1", "r-SECRET-1", "r-SECRET-2", "慕容秘密", "11010519491231002X", "zzz-not-a-phone"];
        await bench.ImportAsync("编号,姓名,电话,邮箱,openid,地址,户号,备注,身份证号\n"
            + "r-SECRET-1,欧阳秘密,13800008888,geheim@test.invalid,oSECRET_1,秘密路九号,hh-77,秘密备注,11010519491231002X\n"
            + "r-SECRET-2,慕容秘密,zzz-not-a-phone,,,,,,\n"
            + "r-SECRET-1,慕容秘密,13800007777,,,,,,\n");

        var texts = new List<string>(log.All);
        foreach (var (table, partition, row) in store.AllKeys())
            texts.Add($"{table} {partition} {row} {Encoding.UTF8.GetString((await store.ReadAsync(table, partition, row))!.Value.Span)}");
        texts.AddRange(bench.Bus.Sent.Select(m => m.Body));
        Assert.Contains(texts, t => t.Contains("conflictingRecipient", StringComparison.Ordinal));
        foreach (var secret in secrets)
            Assert.DoesNotContain(texts, t => t.Contains(secret, StringComparison.Ordinal));
    }

    private sealed class Lines : ILoggerProvider, ILogger
    {
        public ConcurrentQueue<string> All { get; } = new();
        public ILogger CreateLogger(string categoryName) => this;
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;
        public bool IsEnabled(LogLevel logLevel) => true;
        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => All.Enqueue(formatter(state, exception) + exception);
        public void Dispose()
        {
        }
    }
}
