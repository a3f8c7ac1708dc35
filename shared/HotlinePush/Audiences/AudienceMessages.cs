using HotlinePush.Audiences.Import;
using HotlinePush.Messaging;

namespace HotlinePush.Audiences;

/// <summary>Take a former version's pages away.</summary>
public sealed record RemoveList(string AudienceId, int Version);

public static class AudienceMessages
{
    public const string RemoveType = "audience.remove.v1";

    public static MessageCatalogue AddAudienceMessages(this MessageCatalogue catalogue) => catalogue
        .Add<ImportRecipients, RecipientImportHandler>(RecipientImport.MessageType, Queues.Jobs, RecipientImport.Retry, (h, m, ct) => h.RunAsync(m, ct))
        .Add<RemoveList, ListRemoval>(RemoveType, Queues.Jobs, RecipientImport.Retry, (h, m, ct) => h.HandleAsync(m, ct));

    public static IServiceCollection AddHotlineAudiences(this IServiceCollection services)
    {
        services.AddSingleton<AudienceStore>();
        services.AddSingleton<StagedRows>();
        services.AddSingleton<RecipientImport>();
        services.AddSingleton<RecipientImportHandler>();
        services.AddSingleton<ListRemoval>();
        services.AddSingleton<Erasure>();
        return services;
    }
}
