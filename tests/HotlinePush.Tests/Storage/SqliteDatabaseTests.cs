using System.Text;
using HotlinePush.Messaging;
using HotlinePush.Sqlite;
using HotlinePush.Storage;
using HotlinePush.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace HotlinePush.Tests.Storage;

public sealed class SqliteDatabaseTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Open_WhenTheFolderIsTaken_SaysSo()
    {
        using var first = SqliteDatabase.Open(_folder.Path);

        Assert.Contains("in use by another process", Assert.Throws<SqliteFolderException>(() => SqliteDatabase.Open(_folder.Path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_WhenClosedBefore_GetsTheFolder()
    {
        SqliteDatabase.Open(_folder.Path).Dispose();
        SqliteDatabase.Open(_folder.Path).Dispose();
    }

    [Theory]
    [InlineData(0, 100)]
    [InlineData(4096, 4000)]
    [InlineData(40_960, 8192)]
    public async Task Open_WhenTheFileIsDamaged_NamesItAndTheRemedyAndChangesNothing(int at, int length)
    {
        await FillAsync(200);
        var file = _folder.File(SqliteDatabase.FileName);
        var bytes = await File.ReadAllBytesAsync(file);
        Array.Fill(bytes, (byte)0xAB, at, length);
        await File.WriteAllBytesAsync(file, bytes);

        var error = Assert.Throws<SqliteFolderException>(() => SqliteDatabase.Open(_folder.Path));

        Assert.Contains(file, error.Message, StringComparison.Ordinal);
        Assert.Contains("restore command", error.Message, StringComparison.Ordinal);
        Assert.Equal(bytes, await File.ReadAllBytesAsync(file));
    }

    [Fact]
    public async Task Open_WhenTheFileIsOfAnotherProgram_LeavesIt()
    {
        using (var other = new Connection(_folder.File(SqliteDatabase.FileName), readOnly: false))
            other.Execute("CREATE TABLE theirs(a)");
        var bytes = await File.ReadAllBytesAsync(_folder.File(SqliteDatabase.FileName));

        Assert.Contains("no database of this program", Assert.Throws<SqliteFolderException>(() => SqliteDatabase.Open(_folder.Path)).Message, StringComparison.Ordinal);
        Assert.Equal(bytes, await File.ReadAllBytesAsync(_folder.File(SqliteDatabase.FileName)));
    }

    [Fact]
    public async Task Disk_WhenFull_FailsTheCallTransientlyAndLosesNothingAcknowledged()
    {
        var acknowledged = new List<string>();
        using (var database = SqliteDatabase.Open(_folder.Path, new() { MaxPages = 120 }))
        {
            var store = new SqliteTableStore(database);
            var error = await Assert.ThrowsAsync<TableStoreException>(async () =>
            {
                for (var i = 0; i < 1000; i++)
                {
                    await store.CommitAsync(new Batch("t", "p").Insert($"k{i:D4}", new byte[3000]));
                    acknowledged.Add($"k{i:D4}");
                }
            });

            Assert.True(error.IsTransient);
            Assert.Null(database.Failure);
            // Room is made, and work goes on.
            await store.CommitAsync(new Batch("t", "p").Delete(acknowledged[0]).Delete(acknowledged[1]));
            acknowledged.RemoveRange(0, 2);
            await store.CommitAsync(new Batch("t", "p").Insert("last", new byte[3000]));
            acknowledged.Add("last");
        }

        using var again = SqliteDatabase.Open(_folder.Path);
        var rows = await new SqliteTableStore(again).ReadRangeAsync("t", "p", new("!", "~"), 1000);
        Assert.True(acknowledged.Count > 20);
        Assert.Equal(acknowledged, rows.Rows.Select(r => r.Key));
    }

    [Fact]
    public async Task Bus_WhenTheDiskIsFull_FailsAndTakesTheSameMessageLater()
    {
        using var database = SqliteDatabase.Open(_folder.Path, new() { MaxPages = 60 });
        using var bus = new SqliteMessageBus(database, new ManualTimeProvider());
        var body = new string('x', 3000);
        var sent = 0;
        await Assert.ThrowsAsync<MessageBusException>(async () =>
        {
            for (; sent < 100; sent++)
                await bus.SendAsync([new("q", $"m{sent}", "t", body)]);
        });
        var first = Assert.Single(await bus.ReceiveAsync("q", 1, TimeSpan.FromMinutes(1), TimeSpan.Zero));
        await bus.SettleAsync(first, Settlement.Done);

        await bus.SendAsync([new("q", $"m{sent}", "t", body)]);

        Assert.Equal(sent, (await bus.CountAsync("q")).Ready);
    }

    [Fact]
    public async Task Writer_WhenTheFileFails_StopsForGoodAndSaysWhy()
    {
        using var database = SqliteDatabase.Open(_folder.Path);
        using var bus = new SqliteMessageBus(database, new ManualTimeProvider());
        var store = new SqliteTableStore(database);
        await store.CommitAsync(new Batch("t", "p").Insert("a", new byte[10]));
        var waiting = bus.ReceiveAsync("q", 1, TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(1));

        database.Writer.Stop(new IOException("disk I/O error"));

        Assert.False((await Assert.ThrowsAsync<TableStoreException>(() => store.CommitAsync(new Batch("t", "p").Insert("b", default)))).IsTransient);
        await Assert.ThrowsAsync<MessageBusException>(() => bus.SendAsync([new("q", "m", "t", "{}")]));
        await Assert.ThrowsAsync<MessageBusException>(() => waiting);
        Assert.Equal("disk I/O error", database.Failure!.Message);
        Assert.NotNull(await store.ReadAsync("t", "p", "a"));
    }

    [Fact]
    public async Task Store_WhenClosed_SaysSoInsteadOfWaiting()
    {
        var database = SqliteDatabase.Open(_folder.Path);
        var store = new SqliteTableStore(database);
        var bus = new SqliteMessageBus(database, new ManualTimeProvider());
        var receiving = bus.ReceiveAsync("q", 1, TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(1));
        await database.DisposeAsync();

        Assert.Empty(await receiving);
        await Assert.ThrowsAsync<TableStoreException>(() => store.CommitAsync(new Batch("t", "p").Delete("a")));
        await Assert.ThrowsAsync<TableStoreException>(() => store.ReadAsync("t", "p", "a"));
        await Assert.ThrowsAsync<MessageBusException>(() => bus.CountAsync("q"));
    }

    [Fact]
    public async Task Log_WhenWritesNeverPause_StaysBounded()
    {
        const int Pages = 64;
        using var database = SqliteDatabase.Open(_folder.Path, new() { CheckpointPages = Pages });
        var store = new SqliteTableStore(database);
        var longest = 0L;
        await Task.WhenAll(Enumerable.Range(0, 8).Select(w => Task.Run(async () =>
        {
            for (var i = 0; i < 400; i++)
            {
                await store.CommitAsync(new Batch("t", $"p{w}").Upsert($"k{i % 50}", new byte[2000]));
                await store.ReadRangeAsync("t", $"p{w}", new("!", "~"), 1000);
                var length = new FileInfo(_folder.File(SqliteDatabase.FileName + "-wal")).Length;
                if (length > Interlocked.Read(ref longest))
                    Interlocked.Exchange(ref longest, length);
            }
        })));

        // All of it would be some 3,200 commits of 2 pages or more.
        Assert.InRange(longest, 1, 3200L * 2 * 4096 / 2);
    }

    [Fact]
    public async Task Backup_WhenRestored_HoldsRowsMessagesAndFiles()
    {
        using var backup = new TemporaryFolder();
        using var target = new TemporaryFolder();
        var clock = new ManualTimeProvider();
        using (var database = SqliteDatabase.Open(_folder.Path))
        {
            using var bus = new SqliteMessageBus(database, clock);
            await new SqliteTableStore(database).CommitAsync(new Batch("t", "p").Insert("a", Encoding.UTF8.GetBytes("一")));
            await bus.SendAsync([new("q", "m1", "t", "{}")]);
            await new FolderFileStore(_folder.File(FolderFileStore.FolderName)).PutAsync("x/y", new MemoryStream(new byte[10]));
            await database.BackupAsync(backup.File("monday"));
            await new SqliteTableStore(database).CommitAsync(new Batch("t", "p").Insert("later", default));
            await Assert.ThrowsAsync<SqliteFolderException>(() => database.BackupAsync(backup.File("monday")));
        }

        SqliteDatabase.Restore(target.Path, backup.File("monday"));

        using var restored = SqliteDatabase.Open(target.Path);
        using var restoredBus = new SqliteMessageBus(restored, clock);
        Assert.NotNull(await new SqliteTableStore(restored).ReadAsync("t", "p", "a"));
        Assert.Null(await new SqliteTableStore(restored).ReadAsync("t", "p", "later"));
        Assert.Single(await restoredBus.ReceiveAsync("q", 9, TimeSpan.FromMinutes(1), TimeSpan.Zero));
        await using var file = await new FolderFileStore(target.File(FolderFileStore.FolderName)).OpenAsync("x/y");
        Assert.Equal(10, file!.Length);
    }

    [Fact]
    public async Task Restore_WhenTheFolderHoldsData_AsksToBeToldSoAndKeepsTheOldBeside()
    {
        using var backup = new TemporaryFolder();
        await FillAsync(3);
        using (var database = SqliteDatabase.Open(_folder.Path))
        {
            await database.BackupAsync(backup.File("b"));
            Assert.Contains("in use", Assert.Throws<SqliteFolderException>(() => SqliteDatabase.Restore(_folder.Path, backup.File("b"), replace: true)).Message, StringComparison.Ordinal);
        }

        await FillAsync(1, "extra");
        Assert.Contains("holds data already", Assert.Throws<SqliteFolderException>(() => SqliteDatabase.Restore(_folder.Path, backup.File("b"))).Message, StringComparison.Ordinal);
        SqliteDatabase.Restore(_folder.Path, backup.File("b"), replace: true);

        Assert.True(File.Exists(_folder.File("hotline.db.before-restore")));
        using var restored = SqliteDatabase.Open(_folder.Path);
        var rows = await new SqliteTableStore(restored).ReadRangeAsync("t", "p", new("!", "~"), 100);
        Assert.Equal(["k0", "k1", "k2"], rows.Rows.Select(r => r.Key));
    }

    [Fact]
    public async Task Restore_WhenTheBackupIsDamagedOrMissing_ChangesNothing()
    {
        using var backup = new TemporaryFolder();
        using var target = new TemporaryFolder();
        await FillAsync(300);
        using (var database = SqliteDatabase.Open(_folder.Path))
            await database.BackupAsync(backup.File("b"));
        var file = Path.Combine(backup.File("b"), SqliteDatabase.FileName);
        var bytes = await File.ReadAllBytesAsync(file);
        Array.Fill(bytes, (byte)0xAB, bytes.Length / 2, 8192);
        await File.WriteAllBytesAsync(file, bytes);

        Assert.Contains("damaged", Assert.Throws<SqliteFolderException>(() => SqliteDatabase.Restore(target.Path, backup.File("b"))).Message, StringComparison.Ordinal);
        Assert.Contains("no finished backup", Assert.Throws<SqliteFolderException>(() => SqliteDatabase.Restore(target.Path, backup.Path)).Message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFiles(target.Path));
    }

    [Fact]
    public async Task AddSqliteStorage_WhenResolved_GivesThreePortsOnOneFolder()
    {
        await using (var services = new ServiceCollection().AddSqliteStorage(_folder.Path).BuildServiceProvider())
        {
            await services.GetRequiredService<ITableStore>().CommitAsync(new Batch("t", "p").Insert("a", default));
            await services.GetRequiredService<IMessageBus>().SendAsync([new("q", "m", "t", "{}")]);
            await services.GetRequiredService<IFileStore>().PutAsync("f", Stream.Null);
            Assert.Equal(_folder.Path, services.GetRequiredService<SqliteDatabase>().Folder);
        }

        using var again = SqliteDatabase.Open(_folder.Path);
        Assert.NotNull(await new SqliteTableStore(again).ReadAsync("t", "p", "a"));
    }

    private async Task FillAsync(int rows, string prefix = "k")
    {
        using var database = SqliteDatabase.Open(_folder.Path);
        var store = new SqliteTableStore(database);
        for (var i = 0; i < rows; i++)
            await store.CommitAsync(new Batch("t", "p").Insert($"{prefix}{i}", new byte[1000]));
    }
}
