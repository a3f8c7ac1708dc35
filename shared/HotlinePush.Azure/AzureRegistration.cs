using Azure.Core;
using Azure.Data.Tables;
using Azure.Identity;
using Azure.Messaging.ServiceBus;
using Azure.Storage.Blobs;
using HotlinePush.Azure;
using HotlinePush.Channels;
using HotlinePush.Clocks;
using HotlinePush.Messaging;
using HotlinePush.Security;
using HotlinePush.Storage;
using Microsoft.Extensions.Configuration;

namespace Microsoft.Extensions.DependencyInjection;

public static class AzureRegistration
{
    /// <summary>The three ports on one storage account and one Service Bus namespace, and the keys.</summary>
    /// <exception cref="ProviderSettingsException">A setting is missing or wrong; the message names it and says what to do.</exception>
    public static IServiceCollection AddHotlineCloud(this IServiceCollection services, IConfiguration configuration)
    {
        var settings = CloudSettings.Read(configuration);
        services.AddSingleton(settings);
        services.AddSingleton(CloudSettings.ReadKeys(configuration));
        if (CloudSettings.ReadFirstAdmin(configuration) is { } first)
            services.AddHostedService(s => new FirstAdmin(s.GetRequiredService<ApiKeys>(), first));
        services.AddSingleton<TokenCredential>(_ => new DefaultAzureCredential(CredentialOf(settings)));
        services.AddSingleton<ITableStore>(s => new AzureTableStore(
            TablesOf(settings, s, maxRetries: 5), TablesOf(settings, s, maxRetries: 0), settings.TablePrefix, EngineOf(s)));
        services.AddSingleton<IFileStore>(s => new AzureFileStore(BlobsOf(settings, s).GetBlobContainerClient(settings.Container)));
        services.AddSingleton(s => settings.BusEmulator is { } emulator
            ? new ServiceBusClient(emulator)
            : new ServiceBusClient(settings.BusNamespace, s.GetRequiredService<TokenCredential>()));
        services.AddSingleton<IMessageBus>(s => new AzureMessageBus(s.GetRequiredService<ServiceBusClient>(), EngineOf(s)));
        return services;
    }

    private static DefaultAzureCredentialOptions CredentialOf(CloudSettings settings)
    {
        var options = new DefaultAzureCredentialOptions { ManagedIdentityClientId = settings.ClientId };
        if (settings.AuthorityHost is { } authority)
            options.AuthorityHost = authority;
        return options;
    }

    private static TableServiceClient TablesOf(CloudSettings settings, IServiceProvider services, int maxRetries)
    {
        var options = new TableClientOptions();
        options.Retry.MaxRetries = maxRetries;
        return settings.Emulator is { } emulator ? new(emulator, options) : new(settings.Tables, services.GetRequiredService<TokenCredential>(), options);
    }

    private static BlobServiceClient BlobsOf(CloudSettings settings, IServiceProvider services) =>
        settings.Emulator is { } emulator ? new(emulator) : new(settings.Blobs, services.GetRequiredService<TokenCredential>());

    private static TimeProvider EngineOf(IServiceProvider services) =>
        services.GetService<TimeProvider>() switch { ProductClock product => product.Engine, { } registered => registered, null => TimeProvider.System };
}
