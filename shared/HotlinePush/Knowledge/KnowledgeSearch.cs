using HotlinePush.Clocks;
using HotlinePush.Units;

namespace HotlinePush.Knowledge;

/// <summary>An article that fits a question.</summary>
/// <param name="Answer">The ready answer, whole.</param>
/// <param name="Due">Past its date of review; <paramref name="Expired"/>: no longer valid.</param>
public sealed record KnowledgeHit(
    string Id, MarkedText Title, MarkedText Snippet, string Answer, string? InternalNote, string? CategoryId, string? UnitId, bool Due, bool Expired, DateTimeOffset ChangedAt, double Score);

/// <summary>What fits a question, best first.</summary>
/// <param name="Total">How many there are in all.</param>
public sealed record KnowledgeFound(IReadOnlyList<KnowledgeHit> Hits, int Total);

/// <summary>The search of the knowledge base, for residents, the desk and the API.</summary>
public sealed class KnowledgeSearch(KnowledgeSource source, CitySource cities, ProductClock clock)
{
    private const int Looked = 24;
    private const double ReadyTitle = 0.45, ReadyQuestion = 0.6;

    /// <summary>Published articles that share a telling term with the text. A blank text finds the newest.</summary>
    /// <param name="categoryId">Articles of that branch come earlier; with <paramref name="only"/> no others come.</param>
    /// <param name="areaId">Articles of that place come earlier, those of other places later.</param>
    /// <param name="staff">Also in internal notes, and what is not valid yet.</param>
    public async Task<KnowledgeFound> SearchAsync(
        string? text, string? categoryId = null, string? areaId = null, bool staff = false, int limit = 10, int skip = 0, bool only = false, CancellationToken ct = default)
    {
        var ranked = await RankAsync(text, categoryId, areaId, staff, only, ct);
        return new([.. ranked.Skip(skip).Take(limit).Select(s => Hit(s, text ?? "", staff))], ranked.Count);
    }

    /// <summary>
    /// Ready answers for what somebody is just writing or saying: few, and only such as are about the matter, because a wrong one costs
    /// more than none. The text may be long; its most telling words count.
    /// </summary>
    public async Task<IReadOnlyList<KnowledgeHit>> FindAsync(string text, string? categoryId, string? areaId, bool staff, int limit, CancellationToken ct = default)
    {
        var ranked = await RankAsync(text, categoryId, areaId, staff, only: false, ct);
        var index = (await source.GetAsync(ct)).Index;
        var folded = Routing.PlainText.Fold(text);
        var asked = SearchTerms.Of(text).Where(t => t.IsStrong).Select(t => t.Key).ToHashSet();
        return [.. ranked.Take(Looked).Where(IsAbout).Take(limit).Select(s => Hit(s, text, staff))];

        bool IsAbout(Scored found)
        {
            var live = found.Article.Live!;
            if (live.Keywords is { } keywords && IsNamed(keywords, folded))
                return true;
            var title = SearchTerms.Of(live.Title).Where(t => t.IsStrong && !SearchTerms.IsEmpty(t.Key)).Select(t => t.Key).Distinct().ToList();
            var mass = title.Sum(index.Idf);
            return mass > 0 && title.Where(asked.Contains).Sum(index.Idf) / mass >= ReadyTitle || (found.Strong >= ReadyQuestion && title.Exists(asked.Contains));
        }
    }

    /// <summary>A keyword in the first line, a long one anywhere, or two: a short one alone, deep in a story, is said in passing.</summary>
    private static bool IsNamed(IReadOnlyList<string> keywords, string folded)
    {
        var end = folded.IndexOf('\n');
        var subject = end < 0 ? folded : folded[..end];
        var named = 0;
        foreach (var keyword in keywords.Where(k => k.Length > 1).Select(Routing.PlainText.Fold).Where(k => folded.Contains(k, StringComparison.Ordinal)))
            if (++named > 1 || keyword.Length > 2 || (end >= 0 && subject.Contains(keyword, StringComparison.Ordinal)))
                return true;
        return false;
    }

    private async Task<List<Scored>> RankAsync(string? text, string? categoryId, string? areaId, bool staff, bool only, CancellationToken ct)
    {
        var picture = await source.GetAsync(ct);
        var city = await cities.GetAsync(ct);
        var today = CityZone.DateOf(clock.GetUtcNow());
        var places = Above(city, areaId);
        var found = string.IsNullOrWhiteSpace(text)
            ? [.. picture.Articles.Values.Where(a => a.Live is not null).Select(a => new Scored(a, 1, 1))]
            : picture.Index.Find(text, staff);
        var folded = Routing.PlainText.Fold(text ?? "").Trim();
        var ranked = new List<Scored>(found.Count);
        foreach (var one in found)
        {
            var live = one.Article.Live!;
            if ((!staff && !live.HasBegun(today)) || (only && categoryId is not null && !IsIn(live.CategoryId, categoryId, city)))
                continue;
            ranked.Add(one with { Score = one.Score * Factor(one.Article, live) });
        }

        ranked.Sort(static (a, b) => b.Score != a.Score ? b.Score.CompareTo(a.Score)
            : b.Article.ChangedAt != a.Article.ChangedAt ? b.Article.ChangedAt.CompareTo(a.Article.ChangedAt) : string.CompareOrdinal(a.Article.Id, b.Article.Id));
        return ranked;

        // The words decide; what is known besides only puts like beside like.
        double Factor(Article article, ArticleText live)
        {
            var factor = live.IsExpired(today) ? 0.4 : live.IsDue(today) ? 0.8 : 1.0;
            if (folded.Length > 1 && Routing.PlainText.Fold(live.Title).Contains(folded, StringComparison.Ordinal))
                factor *= 1.5;
            if (categoryId is not null && live.CategoryId is { } own)
                factor *= IsIn(own, categoryId, city) || IsIn(categoryId, own, city) ? 1.3 : own.Split('-')[0] == categoryId.Split('-')[0] ? 1.1 : 1;
            if (areaId is not null && live.AreaIds is { Count: > 0 } held)
                factor *= held.Any(places.Contains) ? 1.15 : 0.6;
            var votes = picture.Votes.GetValueOrDefault(article.Id);
            return factor * (0.9 + 0.2 * (votes.Helpful + 2) / (votes.Helpful + votes.Unhelpful + 4));
        }
    }

    private KnowledgeHit Hit(Scored found, string query, bool staff)
    {
        var live = found.Article.Live!;
        var today = CityZone.DateOf(clock.GetUtcNow());
        return new(
            found.Article.Id, Snippets.Whole(live.Title, query), Snippets.Best(ArticleBody.Plain(live.Body), query), live.Body, staff ? live.InternalNote : null,
            live.CategoryId, live.UnitId, live.IsDue(today), live.IsExpired(today), found.Article.PublishedAt ?? found.Article.ChangedAt, Math.Round(found.Score, 3));
    }

    private static bool IsIn(string? id, string branch, City city)
    {
        for (var category = city.FindCategory(id); category is not null; category = city.FindCategory(category.ParentId))
            if (category.Id == branch)
                return true;
        return false;
    }

    private static HashSet<string> Above(City city, string? areaId)
    {
        var ids = new HashSet<string>(StringComparer.Ordinal);
        for (var area = city.FindArea(areaId); area is not null && ids.Add(area.Id);)
            area = city.FindArea(area.ParentId);
        return ids;
    }
}
