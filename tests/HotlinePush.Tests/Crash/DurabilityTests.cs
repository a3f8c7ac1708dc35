using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using HotlinePush.Clocks;
using HotlinePush.Local;
using HotlinePush.Local.Demo;
using HotlinePush.Sqlite;
using HotlinePush.Storage;
using HotlinePush.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace HotlinePush.Tests.Crash;

/// <summary>What an answer of the embedded host is worth, and what its command line says of a folder it cannot use.</summary>
public sealed class DurabilityTests : IDisposable
{
    private const string Tickets = "/api/v1/tickets";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static object Request(string subject) => new
    {
        type = "Complaint",
        subject,
        description = "工地每天施工到凌晨两点。",
        categoryId = "cxjs",
        contact = new { phone = "19900001234" },
    };

    private static HotlineApp On(SqliteOptions options) => new()
    {
        Change = services => services.Replace(ServiceDescriptor.Singleton(s => SqliteDatabase.Open(s.GetRequiredService<LocalOptions>().Data, options))),
    };

    [Fact]
    public async Task Created_WhenTheCommitIsHeldUp_IsNotAnsweredBeforeIt()
    {
        using var gate = new CommitGate();
        var app = On(new() { BeforeCommit = gate.Pass });
        await app.InitializeAsync();
        try
        {
            gate.Close();
            var answer = app.Public.PostAsJsonAsync(Tickets, Request("夜间施工"));
            var heldUp = 0;
            while (!answer.IsCompleted)
            {
                await Task.WhenAny(answer, gate.ReachedAsync());
                if (Heads(app) > 0)
                    break;
                heldUp++;
                // Time for an answer that does not wait for the disk to arrive.
                await Task.WhenAny(answer, Task.Delay(100));
                Assert.False(answer.IsCompleted && Heads(app) == 0, "Answered, and nothing is committed.");
                gate.LetOneGo();
            }

            gate.Open();
            Assert.Equal(HttpStatusCode.Created, (await answer).StatusCode);
            Assert.True(heldUp > 0);
            Assert.Equal(1, Heads(app));
        }
        finally
        {
            gate.Open();
            await app.DisposeAsync();
        }
    }

    [Fact]
    public async Task Disk_WhenFullUnderLoad_Answers503AndLosesNothingAcknowledgedAndGoesOnWhenThereIsRoom()
    {
        var app = On(new() { MaxPages = 3000 });
        await app.InitializeAsync();
        try
        {
            var store = app.Services().GetRequiredService<ITableStore>();
            var ballast = 0;
            await Assert.ThrowsAsync<TableStoreException>(async () =>
            {
                for (; ballast < 1000; ballast++)
                    await store.CommitAsync(new Batch("ballast", "b").Insert($"{ballast:D4}", new byte[100_000]));
            });
            var acknowledged = new List<string>();
            var refused = 0;
            while (refused < 5)
            {
                var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => app.Public.PostAsJsonAsync(Tickets, Request($"第{i}件"))));
                foreach (var answer in answers)
                {
                    var body = await answer.Content.ReadFromJsonAsync<JsonElement>();
                    if (answer.StatusCode == HttpStatusCode.Created)
                    {
                        acknowledged.Add(body.GetProperty("number").GetString()!);
                        continue;
                    }

                    Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
                    Assert.Equal("storeUnavailable", body.GetProperty("code").GetString());
                    refused++;
                }
            }

            for (var i = 0; i < ballast; i++)
                await store.CommitAsync(new Batch("ballast", "b").Delete($"{i:D4}"));
            using var again = await app.Public.PostAsJsonAsync(Tickets, Request("又能提交了"));
            Assert.Equal(HttpStatusCode.Created, again.StatusCode);
            foreach (var number in acknowledged)
                Assert.Equal(HttpStatusCode.OK, (await app.Desk.GetAsync($"{Tickets}/{number}")).StatusCode);
            Assert.Equal(HttpStatusCode.OK, (await app.Public.GetAsync("/readyz")).StatusCode);
        }
        finally
        {
            await app.DisposeAsync();
        }
    }

    [Fact]
    public async Task Host_WhenTheFileIsDamaged_SaysSoInOneLineAndEnds()
    {
        var data = _folder.File("data");
        Assert.Equal(0, (await HostProcess.RunAsync("issue-key", "desk", "--data", data)).ExitCode);
        var file = Path.Combine(data, SqliteDatabase.FileName);
        var bytes = await File.ReadAllBytesAsync(file);
        Array.Fill(bytes, (byte)0xAB, 0, 4096);
        await File.WriteAllBytesAsync(file, bytes);

        var (exitCode, output) = await HostProcess.RunAsync("--data", data, "--no-browser", "--urls", "http://127.0.0.1:0");

        Assert.Equal(2, exitCode);
        Assert.Contains("is damaged", Assert.Single(Lines(output)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Host_WhenAnotherHasTheFolder_SaysSoInOneLineAndEnds()
    {
        Assert.Equal(0, (await HostProcess.RunAsync("issue-key", "desk", "--data", _folder.File("data"))).ExitCode);
        using var first = SqliteDatabase.Open(_folder.File("data"));

        var (exitCode, output) = await HostProcess.RunAsync("--data", _folder.File("data"), "--no-browser", "--urls", "http://127.0.0.1:0");

        Assert.Equal(2, exitCode);
        Assert.Contains("in use by another process", Assert.Single(Lines(output)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task BackupAndRestore_ByTheCommandLine_BringBackWhatWasThereAndKeepWhatCameAfter()
    {
        var data = _folder.File("data");
        var address = new Uri($"http://127.0.0.1:{HostProcess.FreePort()}");
        string[] serve = ["--demo", "--seed", "0", "--no-browser", "--data", data, "--urls", address.ToString().TrimEnd('/')];
        using var desk = new HttpClient { BaseAddress = address };
        desk.DefaultRequestHeaders.Authorization = new("Bearer", "demo-desk");
        string number;
        using (var host = HostProcess.Start(serve))
        {
            await host.AnswersAsync(desk, "/readyz");
            var answer = await desk.PostAsJsonAsync(Tickets, Request("备份之前"));
            number = (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("number").GetString()!;
            Assert.Equal(0, await host.StopAsync());
        }

        Assert.Equal(0, (await HostProcess.RunAsync("backup", _folder.File("backup"), "--data", data)).ExitCode);
        var later = (await HostProcess.RunAsync("issue-key", "desk", "--data", data)).Output.Trim();
        Assert.Equal(2, (await HostProcess.RunAsync("backup", _folder.File("backup"), "--data", data)).ExitCode);
        Assert.Equal(0, (await HostProcess.RunAsync("restore", _folder.File("backup"), "--data", data)).ExitCode);

        Assert.True(File.Exists(Path.Combine(data, SqliteDatabase.FileName + ".before-restore")));
        using (var host = HostProcess.Start(serve))
        {
            await host.AnswersAsync(desk, "/readyz");
            Assert.Equal("备份之前", (await desk.GetFromJsonAsync<JsonElement>($"{Tickets}/{number}")).GetProperty("subject").GetString());
            desk.DefaultRequestHeaders.Authorization = new("Bearer", later);
            Assert.Equal(HttpStatusCode.Unauthorized, (await desk.GetAsync($"{Tickets}/{number}")).StatusCode);
            Assert.Equal(0, await host.StopAsync());
        }
    }

    [Fact]
    public async Task DemoClock_WhenTheHostStartsAgain_StandsBeforeAnythingRuns()
    {
        var options = new LocalOptions { Urls = "http://127.0.0.1:0", Data = _folder.File("data"), Demo = true, Seed = 0, NoBrowser = true };
        await using (var host = LocalHost.Build(options))
        {
            await host.StartAsync();
            await LocalHost.PrepareAsync(host, CancellationToken.None);
            await host.Services.GetRequiredService<DemoClock>().AdvanceAsync(TimeSpan.FromDays(3), CancellationToken.None);
            await host.StopAsync();
        }

        var seen = TimeSpan.Zero;
        await using var again = LocalHost.Build(options, services => services.AddHostedService(s => new Look(() => seen = s.GetRequiredService<ProductClock>().Offset)));
        await again.StartAsync();
        await again.StopAsync();

        Assert.InRange(seen, TimeSpan.FromDays(2.9), TimeSpan.FromDays(3.1));
    }

    private static string[] Lines(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static int Heads(HotlineApp app) =>
        StoredRows.Of(app.Services().GetRequiredService<SqliteDatabase>()).Of(WorkShard.Table).Count(r => r.Row.StartsWith("t!", StringComparison.Ordinal) && r.Row.EndsWith("!head", StringComparison.Ordinal));

    private sealed class Look(Action look) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            look();
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }

    /// <summary>Stands before each COMMIT.</summary>
    private sealed class CommitGate : IDisposable
    {
        private readonly SemaphoreSlim _reached = new(0), _go = new(0);
        private volatile bool _closed;

        public void Pass()
        {
            if (!_closed)
                return;
            _reached.Release();
            _go.Wait();
        }

        public Task ReachedAsync() => _reached.WaitAsync();

        public void LetOneGo() => _go.Release();

        public void Close() => _closed = true;

        public void Open()
        {
            _closed = false;
            _go.Release(100);
        }

        public void Dispose()
        {
            Open();
        }
    }
}
