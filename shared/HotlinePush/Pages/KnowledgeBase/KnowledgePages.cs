using HotlinePush.Clocks;
using HotlinePush.Knowledge;
using HotlinePush.Units;
using HotlinePush.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace HotlinePush.Pages.KnowledgeBase;

/// <summary>The knowledge base: for everybody to search and read, for the desk to write, for supervisors and admins to publish.</summary>
internal static class KnowledgePages
{
    private const int PageSize = 20;
    private const int MaxSkip = 2_000;

    public static void Map(RouteGroupBuilder pages)
    {
        pages.MapGet("/knowledge", SearchAsync).Public();
        pages.MapGet("/knowledge/{id}", ReadAsync).Public();
        pages.MapPost("/knowledge/{id}/helpful", VoteAsync).Public();
        ArticlePages.Map(pages);
    }

    private static async Task<IResult> SearchAsync(HttpContext http, KnowledgeSearch search, KnowledgeSource source, CancellationToken ct)
    {
        var page = await PageContext.OfAsync(http);
        page.Script = false;
        var query = new QueryFields(http.Request);
        var (q, categoryId, skip) = (query.Text("q")?.Trim() ?? "", query.Text("category"), (int)(query.Number("skip", 0, MaxSkip) ?? 0));
        if (query.Refusal is { } refusal)
            return refusal.ToResult();
        var category = page.City!.FindCategory(categoryId);
        var picture = await source.GetAsync(ct);
        var found = await search.SearchAsync(q, category?.Id, null, KnowledgeEndpoints.IsWriter(page.Actor), PageSize, skip, only: category is not null, ct);
        return new PageResult<KnowledgePage>(
            page, q.Length > 0 ? page.Texts["knowledge.titleFor", q] : page.Texts["knowledge.heading"], StatusCodes.Status200OK,
            ("Query", q), ("Category", category), ("Found", found), ("Branches", Branches(picture, page.City)),
            ("More", skip + PageSize < found.Total && skip + PageSize <= MaxSkip ? skip + PageSize : null))
        { MayBeShownAgain = true };
    }

    /// <summary>First levels with how many published articles lie below.</summary>
    private static List<(Category, int)> Branches(KnowledgePicture picture, City city)
    {
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var article in picture.Articles.Values)
        {
            var category = city.FindCategory(article.Live?.CategoryId);
            while (city.FindCategory(category?.ParentId) is { } above)
                category = above;
            if (category is not null)
                counts[category.Id] = counts.GetValueOrDefault(category.Id) + 1;
        }

        return [.. city.Categories.Where(c => counts.ContainsKey(c.Id)).Select(c => (c, counts[c.Id]))];
    }

    private static async Task<IResult> ReadAsync(string id, HttpContext http, KnowledgeStore store, ProductClock clock, CancellationToken ct)
    {
        var page = await PageContext.OfAsync(http);
        page.Script = false;
        var staff = KnowledgeEndpoints.IsWriter(page.Actor);
        if (await store.ReadAsync(id, ct) is not var (article, _) || article.Live is not { } live || !(staff || live.HasBegun(CityZone.DateOf(clock.GetUtcNow()))))
            return Problems.NotFoundHere.ToResult();
        return new PageResult<ArticlePage>(
            page, live.Title, StatusCodes.Status200OK, ("Article", article), ("ForStaff", staff), ("Done", http.Request.Query["done"] == "vote" ? "vote" : null))
        { MayBeShownAgain = true };
    }

    private static async Task<IResult> VoteAsync(string id, HttpContext http, KnowledgeStore store, KnowledgeVotes votes, CancellationToken ct)
    {
        var form = await FormState.ReadAsync(http, "vote");
        if (form.Refusal is { } stale)
            return stale.ToResult();
        if (await store.ReadAsync(id, ct) is not var (article, _) || article.Live is null || form["helpful"] is not ("yes" or "no"))
            return Problems.NotFoundHere.ToResult();
        await votes.VoteAsync(id, http.ClientAddressKey(), form["helpful"] == "yes", ct);
        return PageAnswers.SeeOther($"/knowledge/{id}?done=vote");
    }
}
