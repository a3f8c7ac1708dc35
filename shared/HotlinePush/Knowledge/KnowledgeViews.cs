namespace HotlinePush.Knowledge;

/// <summary>A line of a list of articles.</summary>
/// <param name="TitleMarks">Where the title has what was looked for.</param>
/// <param name="Due">Past its date of review.</param>
public sealed record KnowledgeRow(
    string Id, string Title, IReadOnlyList<TextRange> TitleMarks, string Snippet, IReadOnlyList<TextRange> SnippetMarks,
    string? CategoryId, string? UnitId, bool Due, bool Expired, DateTimeOffset ChangedAt, ArticleState State)
{
    public static KnowledgeRow Of(KnowledgeHit hit) => new(
        hit.Id, hit.Title.Text, hit.Title.Marks, hit.Snippet.Text, hit.Snippet.Marks, hit.CategoryId, hit.UnitId, hit.Due, hit.Expired, hit.ChangedAt, ArticleState.Published);

    public static KnowledgeRow Of(Article article, DateOnly today) => new(
        article.Id, article.Text.Title, [], Snippets.Best(ArticleBody.Plain(article.Text.Body), "").Text, [],
        article.Text.CategoryId, article.Text.UnitId, article.Text.IsDue(today), article.Text.IsExpired(today), article.ChangedAt, article.State);
}

/// <summary>What everybody may read of an article.</summary>
public sealed record PublicArticleView(
    string Id, string Title, string Body, string? CategoryId, IReadOnlyList<string> AreaIds, string? UnitId, string? Basis, DateOnly? ValidFrom, DateOnly? ValidTo,
    bool Due, bool Expired, DateTimeOffset PublishedAt)
{
    public static PublicArticleView Of(Article article, DateOnly today)
    {
        var live = article.Live!;
        return new(
            article.Id, live.Title, live.Body, live.CategoryId, live.AreaIds ?? [], live.UnitId, live.Basis, live.ValidFrom, live.ValidTo,
            live.IsDue(today), live.IsExpired(today), article.PublishedAt ?? article.ChangedAt);
    }
}

/// <summary>An article as those who write it see it.</summary>
/// <param name="Live">What the public reads; null where it reads nothing.</param>
/// <param name="Votes">Of the last 180 days, up to ten minutes old.</param>
public sealed record ArticleView(
    string Id, int Version, ArticleState State, ArticleText Text, ArticleText? Live, string? Note, DateTimeOffset ChangedAt, DateTimeOffset? PublishedAt, Helpfulness Votes)
{
    public static ArticleView Of(Article a, Helpfulness votes) => new(a.Id, a.Version, a.State, a.Text, a.Live, a.Note, a.ChangedAt, a.PublishedAt, votes);
}

/// <summary>The lists those who write work from.</summary>
public static class KnowledgeLists
{
    /// <summary>Last changed first; with a text only those that hold it.</summary>
    public static List<Article> InState(KnowledgePicture picture, ArticleState state, string? text) =>
        [.. picture.Articles.Values
            .Where(a => a.State == state && (string.IsNullOrWhiteSpace(text) || Holds(a.Text.Title, text) || Holds(a.Text.Body, text)))
            .OrderByDescending(a => a.ChangedAt).ThenBy(a => a.Id, StringComparer.Ordinal)];

    /// <summary>Published, and past the date of review or of validity; longest first.</summary>
    public static List<Article> Due(KnowledgePicture picture, DateOnly today) =>
        [.. picture.Articles.Values.Where(a => a.Live?.IsDue(today) == true)
            .OrderBy(a => a.Live!.ReviewBy ?? a.Live.ValidTo).ThenBy(a => a.Id, StringComparer.Ordinal)];

    private static bool Holds(string text, string part) => Routing.PlainText.Fold(text).Contains(Routing.PlainText.Fold(part).Trim(), StringComparison.Ordinal);
}
