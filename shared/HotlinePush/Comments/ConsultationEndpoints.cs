using HotlinePush.Clocks;
using HotlinePush.Security;
using HotlinePush.Units;
using HotlinePush.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace HotlinePush.Comments;

/// <summary><c>/api/v1/consultations</c>: everybody reads what is open or past; an office drafts its own, and publishes what became of the comments.</summary>
public static class ConsultationEndpoints
{
    internal static readonly Role[] Readers = [Role.Supervisor, Role.Publisher, Role.Reviewer];

    private sealed record Position(string Row);

    public static void Map(RouteGroupBuilder api)
    {
        var group = api.MapGroup("/consultations").WithTags("consultations");
        group.MapGet("", ListAsync).Public().Produces<Page<ConsultationRow>>().TakesQuery("state", "open, past, all（默认 default）")
            .TakesQuery("own", "true：本单位的，含草稿 (staff: one's office's own, drafts too)", "boolean").WithSummary("意见征集 (consultations)");
        group.MapGet("{id}", GetAsync).Public().Produces<ConsultationView>().WithSummary("一次意见征集 (a consultation)");
        group.MapPost("", CreateAsync).RequireRole(Role.Publisher).Produces<ConsultationView>(StatusCodes.Status201Created).WithSummary("起草意见征集 (draft a consultation)");
        group.MapPut("{id}", (string id, JsonBody<ConsultationBody> body, HttpContext http, ConsultationActions actions) =>
            ActAsync(http, (by, matches, ct) => actions.EditAsync(id, body.Value.ToDraft(), by, matches, ct))).RequireRole(Role.Publisher).Produces<ConsultationView>()
            .WithSummary("修改；征集期间只能延长 (change it; while it is open, only a later end)");
        group.MapPost("{id}/withdraw", (string id, JsonBody<ReasonBody> body, HttpContext http, ConsultationActions actions) =>
            ActAsync(http, (by, matches, ct) => actions.WithdrawAsync(id, body.Value.Reason, by, matches, ct))).RequireRole(Role.Publisher).Produces<ConsultationView>().WithSummary("撤回 (withdraw)");
        group.MapGet("{id}/history", HistoryAsync).RequireRole(Readers).Produces<Page<ConsultationEvent>>().WithSummary("办理经过 (who did what when)");
        group.MapGet("{id}/summary", SummaryAsync).Public().Produces<SummaryView>().WithSummary("意见采纳情况 (what became of the comments)");
        group.MapPost("{id}/summary", (string id, JsonBody<TextBody> body, HttpContext http, ConsultationActions actions) =>
            ActAsync(http, (by, matches, ct) => actions.PublishSummaryAsync(id, body.Value.Text, by, matches, ct))).RequireRole(Role.Publisher).Produces<ConsultationView>()
            .WithSummary("公布意见采纳情况 (publish the summary)");
        CommentEndpoints.Map(group);
    }

    private static async Task<object> ListAsync(HttpContext http, ListQuery list, ConsultationStore store, CitySource cities, ProductClock clock, CancellationToken ct)
    {
        var query = new QueryFields(http.Request);
        var (state, own, actor) = (query.Word<ConsultationList>("state") ?? ConsultationList.All, query.Flag("own") == true, http.GetActor());
        if (query.Refusal is { } refusal)
            return refusal;
        if (own && !Readers.Contains(actor.Role))
            return Refusal.Of("roleLacking", "own", "只有发布、审核和督办人员可以查看草稿。");
        if (!list.TryRead<Position>(out var after) || after is not null && !Storage.Keys.IsKey(after.Row))
            return Cursor.Bad;
        var (now, city) = (clock.GetUtcNow(), await cities.GetAsync(ct));
        var (items, last) = own
            ? await store.ReadOfUnitAsync(actor.Role == Role.Supervisor ? ConsultationStore.EveryUnit : actor.UnitId ?? "-", after?.Row, list.Limit, ct)
            : await store.ReadPublicAsync(state, now, after?.Row, list.Limit, ct);
        return TypedResults.Ok(new Page<ConsultationRow>(
            [.. items.Where(c => ConsultationRules.MaySee(c, actor, now)).Select(c => ConsultationRow.Of(c, city, now))], last is null ? null : Cursor.Write(new Position(last))));
    }

    private static async Task<object> GetAsync(string id, HttpContext http, ConsultationStore store, ProductClock clock, CancellationToken ct) =>
        await store.ReadAsync(id, ct) is { Consultation: var c } && ConsultationRules.MaySee(c, http.GetActor(), clock.GetUtcNow()) ? await AnswerAsync(c, http, ct) : Problems.NotFoundHere;

    private static async Task<IResult> CreateAsync(JsonBody<ConsultationBody> body, HttpContext http, ConsultationActions actions, ConsultationStore store, CancellationToken ct) =>
        await IdempotentCreate.RunAsync(
            http,
            ConsultationStore.NewId,
            async id =>
            {
                var (made, refusal) = await actions.CreateAsync(id, body.Value.ToDraft(), http.GetActor(), ct);
                return made is null ? Reply.Refused(refusal!) : await CreatedAsync(made, http, ct);
            },
            async id => await store.ReadAsync(id, ct) is { } mine ? await CreatedAsync(mine.Consultation, http, ct) : null);

    private static async Task<Reply> CreatedAsync(Consultation c, HttpContext http, CancellationToken ct) =>
        Reply.Created(await ViewAsync(c, http, ct), "/api/v1/consultations/" + c.Id, c.Seq);

    private static async Task<object> HistoryAsync(string id, HttpContext http, ConsultationStore store, CancellationToken ct) =>
        await store.ReadAsync(id, ct) is { Consultation: var c } && ConsultationRules.MaySeeAll(c, http.GetActor())
            ? TypedResults.Ok(new Page<ConsultationEvent>(await store.ReadHistoryAsync(id, ct), null))
            : Problems.NotFoundHere;

    private static async Task<object> SummaryAsync(string id, HttpContext http, ConsultationStore store, CommentStore comments, ProductClock clock, CancellationToken ct) =>
        await store.ReadAsync(id, ct) is { Consultation: var c } && ConsultationRules.MaySee(c, http.GetActor(), clock.GetUtcNow())
            ? TypedResults.Ok(SummaryView.Of(c, c.Summary is null ? await comments.ReadFiguresAsync(c, ct) : CommentFigures.None, clock.GetUtcNow()))
            : Problems.NotFoundHere;

    private static async Task<object> ActAsync(HttpContext http, Func<Actor, Func<int, bool>, CancellationToken, Task<(Consultation?, Refusal?)>> act)
    {
        var condition = http.Request.IfMatch();
        var (after, refusal) = await act(http.GetActor(), v => condition.Matches(v), http.RequestAborted);
        return after is null ? refusal! : await AnswerAsync(after, http, http.RequestAborted);
    }

    private static async Task<object> AnswerAsync(Consultation c, HttpContext http, CancellationToken ct)
    {
        http.Response.SetVersion(c.Seq);
        return TypedResults.Ok(await ViewAsync(c, http, ct));
    }

    private static async Task<ConsultationView> ViewAsync(Consultation c, HttpContext http, CancellationToken ct)
    {
        var services = http.RequestServices;
        return ConsultationView.Of(
            c, await services.GetRequiredService<ConsultationStore>().ReadTextAsync(c, ct), await services.GetRequiredService<CommentStore>().ReadFiguresAsync(c, ct),
            ConsultationRules.MaySeeAll(c, http.GetActor()), await services.GetRequiredService<CitySource>().GetAsync(ct), services.GetRequiredService<ProductClock>().GetUtcNow());
    }

    private sealed record ReasonBody(string Reason);
    private sealed record TextBody(string Text);

    /// <param name="OpensAt">Without: a draft that does not open.</param>
    /// <param name="Note">Why it closes later, where it is open already.</param>
    private sealed record ConsultationBody(
        string Title, IReadOnlyList<ConsultationSection> Text, DateTimeOffset? OpensAt = null, DateTimeOffset? ClosesAt = null, int MinDays = ConsultationRules.UsualDays, string? ShortReason = null,
        bool ConfirmByCode = false, string? Note = null)
    {
        public ConsultationDraft ToDraft() => new(Title, Text, OpensAt, ClosesAt, MinDays, ShortReason, ConfirmByCode, Note);
    }
}
