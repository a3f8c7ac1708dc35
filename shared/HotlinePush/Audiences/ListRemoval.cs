using HotlinePush.Storage;

namespace HotlinePush.Audiences;

/// <summary>Takes former versions away, pages first, so that one cut off goes on when the message comes again.</summary>
public sealed class ListRemoval(AudienceStore audiences)
{
    private const int AtOnce = 4;

    public async Task HandleAsync(RemoveList message, CancellationToken ct)
    {
        if (await audiences.ReadAsync(message.AudienceId, ct) is not { } read || read.Audience.Leaving.FirstOrDefault(l => l.Version == message.Version) is not { } list)
            return;
        await DeleteAsync(message.AudienceId, message.Version, list.Pages, ct);
        await audiences.ChangeAsync(message.AudienceId, a => a.Leaving.Any(l => l.Version == message.Version)
            ? a with { Leaving = a.Leaving.RemoveAll(l => l.Version == message.Version) }
            : null, ct);
    }

    /// <summary>A version nobody ever pointed to: of an import that failed or came second.</summary>
    internal async Task DeleteAsync(string audienceId, int version, int pages, CancellationToken ct)
    {
        await audiences.Indexes.DeleteAsync(audienceId, version, ct);
        await Parallel.ForEachAsync(Enumerable.Range(0, pages), new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = ct },
            async (page, token) => await audiences.Pages.DeleteAsync(audienceId, version, page, token));
    }
}
