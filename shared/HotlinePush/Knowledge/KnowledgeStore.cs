using System.Security.Cryptography;
using System.Text.Json;
using HotlinePush.Messaging;
using HotlinePush.Storage;

namespace HotlinePush.Knowledge;

/// <summary>
/// Articles in one partition: <c>a!id</c> the article, <c>v!id!version</c> each state it was in, <c>c!n!id</c> that change n was to it, and
/// <c>stamp</c> the number of the last change. One batch writes all four, so whoever knows change n learns what came after by a short range.
/// </summary>
public sealed class KnowledgeStore(ITableStore store)
{
    public const string Table = "knowledge";
    private const string Partition = "articles";
    private const int Attempts = 20;
    private const string IdLetters = "23456789abcdefghjkmnpqrstuvwxyz";

    private static readonly string Stamp = Keys.Of("stamp");

    private sealed record Changes(long Last);

    public static string NewId() => RandomNumberGenerator.GetString(IdLetters, 10);

    public async Task<(Article Article, ETag ETag)?> ReadAsync(string id, CancellationToken ct = default) =>
        IsId(id) && await store.ReadAsync(Table, Partition, ArticleKey(id), ct) is { } row ? (Open<Article>(row), row.ETag) : null;

    /// <summary>The number of the last change; 0 where there was none.</summary>
    public async Task<long> LastChangeAsync(CancellationToken ct = default) =>
        await store.ReadAsync(Table, Partition, Stamp, ct) is { } row ? Open<Changes>(row).Last : 0;

    /// <summary>The ids of articles changed after that change.</summary>
    public async Task<IReadOnlyList<string>> ChangedSinceAsync(long change, CancellationToken ct = default)
    {
        var range = Keys.Under("c") with { From = Keys.Of("c", change + 1) };
        return [.. (await RowsAsync(range, ct)).Select(r => Keys.Split(r.Key)[2]).Distinct(StringComparer.Ordinal)];
    }

    public async Task<IReadOnlyList<Article>> ReadAllAsync(CancellationToken ct = default) => [.. (await RowsAsync(Keys.Under("a"), ct)).Select(Open<Article>)];

    /// <summary>All versions, oldest first.</summary>
    public async Task<IReadOnlyList<ArticleVersion>> HistoryAsync(string id, CancellationToken ct = default) =>
        IsId(id) ? [.. (await RowsAsync(Keys.Under("v", id), ct)).Select(Open<ArticleVersion>)] : [];

    /// <returns>False where the article was changed or created by somebody else meanwhile.</returns>
    public async Task<bool> CommitAsync(Article article, string action, ETag? before, CancellationToken ct = default)
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var stamp = await store.ReadAsync(Table, Partition, Stamp, ct);
            var change = (stamp is null ? 0 : Open<Changes>(stamp).Last) + 1;
            var batch = new Batch(Table, Partition)
                .Insert(VersionKey(article), Pack(new ArticleVersion(article.Version, article.ChangedAt, article.ChangedBy, action, article.State, article.Text, article.Note)))
                .Insert(Keys.Of("c", change, article.Id), "{}"u8.ToArray());
            if (before is { } etag)
                batch.Replace(ArticleKey(article.Id), etag, Pack(article));
            else
                batch.Insert(ArticleKey(article.Id), Pack(article));
            if (stamp is null)
                batch.Insert(Stamp, Pack(new Changes(change)));
            else
                batch.Replace(Stamp, stamp.ETag, Pack(new Changes(change)));
            var result = await store.CommitAsync(batch, ct);
            if (result.Committed)
                return true;
            // Another article was changed at the same time: only the number of the change has to move on.
            if (result.Conflict!.Value.Row == ArticleKey(article.Id) || result.Conflict.Value.Row == VersionKey(article))
                return false;
        }

        throw new TableStoreException("The knowledge base changes too fast.", isTransient: true);
    }

    public static bool IsId(string id) => id.Length is > 0 and <= 64 && id.All(c => c is (>= 'a' and <= 'z') or (>= '0' and <= '9') or '-');

    private async Task<List<Row>> RowsAsync(KeyRange range, CancellationToken ct)
    {
        var rows = new List<Row>();
        await foreach (var row in store.ReadAllAsync(Table, Partition, range, 500, ct))
            rows.Add(row);
        return rows;
    }

    private static string ArticleKey(string id) => Keys.Of("a", id);
    private static string VersionKey(Article article) => Keys.Of("v", article.Id, KeyPart.Short(article.Version));
    private static byte[] Pack<T>(T value) => JsonSerializer.SerializeToUtf8Bytes(value, MessageJson.Options);
    private static T Open<T>(Row row) => JsonSerializer.Deserialize<T>(row.Value.Span, MessageJson.Options)!;
}
