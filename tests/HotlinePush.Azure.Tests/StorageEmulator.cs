using Azure;
using Azure.Core.Pipeline;
using Azure.Data.Tables;
using Azure.Storage.Blobs;

namespace HotlinePush.Azure.Tests;

/// <summary>A storage emulator (<c>npx azurite</c>), or a real account. Each test has tables and a container of its own, and takes them away.</summary>
internal sealed class StorageEmulator
{
    /// <summary>Connection string; without it, the emulator on this machine.</summary>
    public static readonly string Connection = Environment.GetEnvironmentVariable("HOTLINE_STORAGE") ?? "UseDevelopmentStorage=true";

    public string Prefix { get; } = "t" + string.Concat(Guid.NewGuid().ToString("N").Take(15).Select(c => (char)('a' + Convert.ToInt32(c.ToString(), 16))));

    public TableServiceClient Tables(int maxRetries, HttpPipelineTransport? transport = null)
    {
        var options = new TableClientOptions();
        options.Retry.MaxRetries = maxRetries;
        if (transport is not null)
            options.Transport = transport;
        return new(Connection, options);
    }

    public BlobContainerClient Container() => new(Connection, Prefix);

    public AzureTableStore Store(HttpPipelineTransport? transport = null) => new(Tables(2), Tables(0, transport), Prefix, TimeProvider.System);

    public async Task CleanAsync()
    {
        var tables = Tables(2);
        try
        {
            await foreach (var table in tables.QueryAsync())
                if (table.Name.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
                    await tables.DeleteTableAsync(table.Name);
            await Container().DeleteIfExistsAsync();
        }
        catch (Exception e) when (e is RequestFailedException or AggregateException)
        {
            throw new InvalidOperationException("There is no storage emulator: start Azurite (npx azurite), or name another account in HOTLINE_STORAGE.", e);
        }
    }
}
