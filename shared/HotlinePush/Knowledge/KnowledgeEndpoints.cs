using HotlinePush.Clocks;
using HotlinePush.Security;
using HotlinePush.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace HotlinePush.Knowledge;

public sealed record HelpfulVote(bool Helpful);
public sealed record ReviewNote(string? Note = null);
public sealed record NextReview(DateOnly? ReviewBy = null);

/// <summary><c>/knowledge</c>: everybody searches what is published; the desk writes, supervisors and admins publish.</summary>
public static class KnowledgeEndpoints
{
    internal const int MaxQuery = 500;
    private const int MaxSkip = 2_000;

    private sealed record Position(int Skip);

    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet("/knowledge", SearchAsync).Public().Produces<Page<KnowledgeRow>>()
            .TakesQuery("q", "要找的话 (what to look for)").TakesQuery("categoryId", "事项分类及其下级 (category and below)").TakesQuery("areaId", "优先的区划 (place that comes first)")
            .TakesQuery("state", "工作人员：按状态列出 (staff: by state)").WithSummary("检索知识库 (search the knowledge base)");
        api.MapGet("/knowledge/reviews/due", DueAsync).RequireRole(KnowledgeRules.Writers).Produces<Page<ArticleView>>().WithSummary("到期待复核 (due for review)");
        api.MapGet("/knowledge/{id}", GetAsync).Public().WithSummary("一个条目 (one article)");
        api.MapGet("/knowledge/{id}/history", HistoryAsync).RequireRole(KnowledgeRules.Writers).Produces<Page<ArticleVersion>>().WithSummary("条目的历史 (its versions)");
        api.MapPost("/knowledge", CreateAsync).RequireRole(KnowledgeRules.Writers).Produces<ArticleView>(StatusCodes.Status201Created).WithSummary("起草条目 (draft an article)");
        api.MapPut("/knowledge/{id}", (string id, JsonBody<ArticleText> body, HttpContext http, KnowledgeActions actions) =>
            ActAsync(id, new WriteArticle(body.Value), http, actions)).RequireRole(KnowledgeRules.Writers).Produces<ArticleView>().WithSummary("修改条目 (edit)");
        api.MapPost("/knowledge/{id}/actions/submit", (string id, HttpContext http, KnowledgeActions actions) =>
            ActAsync(id, new SubmitArticle(), http, actions)).RequireRole(KnowledgeRules.Writers).Produces<ArticleView>().WithSummary("送审 (submit)");
        api.MapPost("/knowledge/{id}/actions/publish", (string id, HttpContext http, KnowledgeActions actions) =>
            ActAsync(id, new PublishArticle(), http, actions)).RequireRole(KnowledgeRules.Publishers).Produces<ArticleView>().WithSummary("发布 (publish)");
        api.MapPost("/knowledge/{id}/actions/reject", (string id, JsonBody<ReviewNote> body, HttpContext http, KnowledgeActions actions) =>
            ActAsync(id, new RejectArticle(body.Value.Note), http, actions)).RequireRole(KnowledgeRules.Publishers).Produces<ArticleView>().WithSummary("退回修改 (reject)");
        api.MapPost("/knowledge/{id}/actions/retire", (string id, JsonBody<ReviewNote> body, HttpContext http, KnowledgeActions actions) =>
            ActAsync(id, new RetireArticle(body.Value.Note), http, actions)).RequireRole(KnowledgeRules.Publishers).Produces<ArticleView>().WithSummary("停用 (retire)");
        api.MapPost("/knowledge/{id}/actions/confirm", (string id, JsonBody<NextReview> body, HttpContext http, KnowledgeActions actions) =>
            ActAsync(id, new ConfirmArticle(body.Value.ReviewBy), http, actions)).RequireRole(KnowledgeRules.Publishers).Produces<ArticleView>().WithSummary("复核无误 (still right)");
        api.MapPost("/knowledge/{id}/helpful", VoteAsync).Public().WithSummary("有帮助、没帮助 (did this help)");
    }

    internal static bool IsWriter(Actor actor) => KnowledgeRules.Writers.Contains(actor.Role);

    private static async Task<object> SearchAsync(ListQuery list, HttpContext http, KnowledgeSearch search, KnowledgeSource source, ProductClock clock, CancellationToken ct)
    {
        var query = new QueryFields(http.Request);
        var (q, category, area, state) = (query.Text("q", MaxQuery), query.Text("categoryId"), query.Text("areaId"), query.Word<ArticleState>("state"));
        if (query.Refusal is { } refusal)
            return refusal;
        if (!list.TryRead<Position>(out var after) || after?.Skip is < 0 or > MaxSkip)
            return Cursor.Bad;
        var skip = after?.Skip ?? 0;
        var staff = IsWriter(http.GetActor());
        if (state is not null && !staff)
            return Refusal.Of("roleLacking", "state", "按状态列出须有编写权限。");
        if (state is { } wanted)
        {
            var listed = KnowledgeLists.InState(await source.GetAsync(ct), wanted, q);
            var today = CityZone.DateOf(clock.GetUtcNow());
            return new Page<KnowledgeRow>([.. listed.Skip(skip).Take(list.Limit).Select(a => KnowledgeRow.Of(a, today))], Next(listed.Count));
        }

        var found = await search.SearchAsync(q, category, area, staff, list.Limit, skip, only: category is not null, ct);
        return new Page<KnowledgeRow>([.. found.Hits.Select(KnowledgeRow.Of)], Next(found.Total));

        string? Next(int total) => skip + list.Limit < total && skip + list.Limit <= MaxSkip ? Cursor.Write(new Position(skip + list.Limit)) : null;
    }

    private static async Task<object> DueAsync(ListQuery list, KnowledgeSource source, ProductClock clock, CancellationToken ct)
    {
        if (!list.TryRead<Position>(out var after) || after?.Skip < 0)
            return Cursor.Bad;
        var skip = after?.Skip ?? 0;
        var picture = await source.GetAsync(ct);
        var due = KnowledgeLists.Due(picture, CityZone.DateOf(clock.GetUtcNow()));
        return new Page<ArticleView>(
            [.. due.Skip(skip).Take(list.Limit).Select(a => ArticleView.Of(a, picture.Votes.GetValueOrDefault(a.Id)))],
            skip + list.Limit < due.Count ? Cursor.Write(new Position(skip + list.Limit)) : null);
    }

    private static async Task<object> GetAsync(string id, HttpContext http, KnowledgeStore store, KnowledgeSource source, ProductClock clock, CancellationToken ct)
    {
        if (await store.ReadAsync(id, ct) is not var (article, _))
            return Problems.NotFoundHere;
        var today = CityZone.DateOf(clock.GetUtcNow());
        if (!IsWriter(http.GetActor()))
            return article.Live is { } live && live.HasBegun(today) ? TypedResults.Ok(PublicArticleView.Of(article, today)) : Problems.NotFoundHere;
        return Reply.Json(StatusCodes.Status200OK, ArticleView.Of(article, (await source.GetAsync(ct)).Votes.GetValueOrDefault(id)), article.Version);
    }

    private static async Task<object> HistoryAsync(string id, KnowledgeStore store, CancellationToken ct) =>
        await store.HistoryAsync(id, ct) is { Count: > 0 } versions ? new Page<ArticleVersion>(versions, null) : Problems.NotFoundHere;

    private static async Task<IResult> CreateAsync(JsonBody<ArticleText> body, HttpContext http, KnowledgeActions actions, KnowledgeStore store)
    {
        var actor = http.GetActor();
        return await IdempotentCreate.RunAsync(
            http,
            KnowledgeStore.NewId,
            async id =>
            {
                var (article, refusal) = await actions.CreateAsync(id, body.Value, actor, http.RequestAborted);
                return article is null ? Reply.Refused(refusal!) : Created(article);
            },
            async id => await store.ReadAsync(id, http.RequestAborted) is var (article, _) ? Created(article) : null);
    }

    private static Reply Created(Article article) => Reply.Created(ArticleView.Of(article, default), $"/api/v1/knowledge/{article.Id}", article.Version);

    private static async Task<object> ActAsync(string id, ArticleCommand command, HttpContext http, KnowledgeActions actions)
    {
        var condition = http.Request.IfMatch();
        var (article, refusal) = await actions.ActAsync(id, command, http.GetActor(), v => condition.Matches(v), http.RequestAborted);
        return article is null ? refusal! : Reply.Json(StatusCodes.Status200OK, ArticleView.Of(article, default), article.Version);
    }

    private static async Task<object> VoteAsync(string id, JsonBody<HelpfulVote> body, HttpContext http, KnowledgeStore store, KnowledgeVotes votes, CancellationToken ct)
    {
        if (await store.ReadAsync(id, ct) is not var (article, _) || article.Live is null)
            return Problems.NotFoundHere;
        await votes.VoteAsync(id, http.ClientAddressKey(), body.Value.Helpful, ct);
        return TypedResults.NoContent();
    }
}
