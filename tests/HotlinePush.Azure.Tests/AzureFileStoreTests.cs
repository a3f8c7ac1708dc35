using HotlinePush.Storage;
using HotlinePush.Tests.Storage;

namespace HotlinePush.Azure.Tests;

public sealed class AzureFileStoreTests : FileStoreContract, IAsyncLifetime
{
    private readonly StorageEmulator _emulator = new();

    public AzureFileStoreTests() => Files = new AzureFileStore(_emulator.Container());

    protected override IFileStore Files { get; }

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => _emulator.CleanAsync();
}
