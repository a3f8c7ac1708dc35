namespace HotlinePush.Knowledge;

/// <summary>All articles as they stood at one change, ready to be searched. Immutable.</summary>
public sealed record KnowledgePicture(long Change, IReadOnlyDictionary<string, Article> Articles, SearchIndex Index, IReadOnlyDictionary<string, Helpfulness> Votes);

/// <summary>
/// The knowledge base in memory. A change made by this process is seen by its next request, one made by another within two seconds; only
/// what changed is read again. Votes move an order a little and are looked at every ten minutes.
/// </summary>
public sealed class KnowledgeSource(KnowledgeStore store, KnowledgeVotes votes, TimeProvider engine)
{
    private const long FarBehind = 2_000;
    internal static readonly TimeSpan Fresh = TimeSpan.FromSeconds(2);
    internal static readonly TimeSpan VotesFresh = TimeSpan.FromMinutes(10);

    private readonly SemaphoreSlim _loading = new(1, 1);
    private volatile Loaded? _loaded;
    private int _changes;

    /// <param name="Changes">How many changes this process had made when the store was asked.</param>
    private sealed record Loaded(KnowledgePicture Picture, long CheckedAt, long VotesAt, int Changes);

    public async ValueTask<KnowledgePicture> GetAsync(CancellationToken ct = default)
    {
        if (IsFresh(_loaded))
            return _loaded!.Picture;
        await _loading.WaitAsync(ct);
        try
        {
            if (IsFresh(_loaded))
                return _loaded!.Picture;
            var changes = Volatile.Read(ref _changes);
            var at = engine.GetTimestamp();
            var picture = await NextAsync(_loaded?.Picture, await store.LastChangeAsync(ct), ct);
            var votesAt = _loaded?.VotesAt ?? at;
            if (_loaded is null || engine.GetElapsedTime(votesAt) >= VotesFresh)
                (picture, votesAt) = (picture with { Votes = await votes.ReadAsync(ct) }, at);
            _loaded = new(picture, at, votesAt, changes);
            return picture;
        }
        finally
        {
            _loading.Release();
        }
    }

    /// <summary>To be called after a change: the next look asks the store.</summary>
    public void Forget() => Interlocked.Increment(ref _changes);

    private bool IsFresh(Loaded? loaded) =>
        loaded is not null && loaded.Changes == Volatile.Read(ref _changes) && engine.GetElapsedTime(loaded.CheckedAt) < Fresh;

    private async Task<KnowledgePicture> NextAsync(KnowledgePicture? known, long change, CancellationToken ct)
    {
        if (known is not null && known.Change == change)
            return known;
        if (known is null || change - known.Change > FarBehind)
        {
            var all = await store.ReadAllAsync(ct);
            return new(change, all.ToDictionary(a => a.Id, StringComparer.Ordinal), SearchIndex.Of(all), known?.Votes ?? new Dictionary<string, Helpfulness>());
        }

        var changed = new List<Article>();
        foreach (var id in await store.ChangedSinceAsync(known.Change, ct))
            if (await store.ReadAsync(id, ct) is var (article, _))
                changed.Add(article);
        var articles = new Dictionary<string, Article>(known.Articles, StringComparer.Ordinal);
        foreach (var article in changed)
            articles[article.Id] = article;
        return known with { Change = change, Articles = articles, Index = known.Index.With(changed) };
    }
}
