using HotlinePush.Messaging;
using HotlinePush.Sqlite;
using HotlinePush.Storage;
using HotlinePush.Tests.Messaging;
using HotlinePush.Tests.Support;

namespace HotlinePush.Tests.Storage;

public class SqliteTableStoreTests : TableStoreContract
{
    private readonly TemporaryFolder _folder = new();
    private SqliteDatabase? _database;

    protected override Task<ITableStore> OpenAsync()
    {
        _database?.Dispose();
        _database = SqliteDatabase.Open(_folder.Path);
        return Task.FromResult(Wrap(new SqliteTableStore(_database)));
    }

    protected virtual ITableStore Wrap(ITableStore store) => store;

    protected override Task CloseAsync()
    {
        _database?.Dispose();
        _folder.Dispose();
        return Task.CompletedTask;
    }
}

/// <summary>The suite itself must bear what Azure Tables may answer.</summary>
public sealed class EmptyPagesTests : SqliteTableStoreTests
{
    protected override ITableStore Wrap(ITableStore store) => new EmptyPages(store);
}

public sealed class SqliteMessageBusTests : MessageBusContract
{
    private readonly TemporaryFolder _folder = new();
    private SqliteDatabase? _database;
    private SqliteMessageBus? _bus;

    protected override Task<IMessageBus> OpenAsync()
    {
        _bus?.Dispose();
        _database?.Dispose();
        _database = SqliteDatabase.Open(_folder.Path);
        _bus = new(_database, Clock);
        return Task.FromResult<IMessageBus>(_bus);
    }

    protected override Task CloseAsync()
    {
        _bus?.Dispose();
        _database?.Dispose();
        _folder.Dispose();
        return Task.CompletedTask;
    }
}

public sealed class FolderFileStoreTests : FileStoreContract, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public FolderFileStoreTests() => Files = new FolderFileStore(_folder.Path);

    protected override IFileStore Files { get; }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Put_WhenAnyIdIsStored_StaysBelowItsFolder()
    {
        await Files.PutAsync("a/b/c", Stream.Null);

        Assert.Equal("a/b/c.file", Path.GetRelativePath(_folder.Path, Directory.GetFiles(_folder.Path, "*", SearchOption.AllDirectories).Single()));
    }
}
