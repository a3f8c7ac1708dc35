using HotlinePush.Clocks;
using HotlinePush.Routing;
using HotlinePush.Security;
using HotlinePush.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace HotlinePush.Comments;

/// <summary><c>/consultations/{id}/comments</c> and <c>/groups</c>: everybody comments and reads what is published; the office moderates and answers.</summary>
public static class CommentEndpoints
{
    internal static readonly Role[] Moderators = [Role.Supervisor, Role.Publisher, Role.Reviewer];
    private const int LongestPlace = 150;

    private sealed record Position(string Row);

    internal static void Map(RouteGroupBuilder group)
    {
        group.MapGet("{id}/comments", ListAsync).Public().Produces<Page<PublicCommentView>>().TakesQuery("sectionId", "某一节的 (on one section)")
            .TakesQuery("state", "工作人员 staff: held, published, refused, unanswered, all").WithSummary("公开的意见 (published comments)");
        group.MapPost("{id}/comments", AddAsync).Public().Produces<TakenView>(StatusCodes.Status202Accepted).WithSummary("提意见 (comment)");
        group.MapGet("{id}/comments.csv", CsvAsync).RequireRole(Moderators).TakesQuery("held", "true：含未公开的 (those held back too)", "boolean").WithSummary("导出意见 (export)");
        group.MapGet("{id}/comments/{cid}", GetAsync).Public().WithSummary("一条意见 (a comment)");
        group.MapGet("{id}/comments/{cid}/history", HistoryAsync).RequireRole(Moderators).Produces<Page<CommentDecision>>().WithSummary("审核和答复的经过 (every decision on it)");
        group.MapPost("{id}/comments/{cid}/confirm", ConfirmAsync).Public().Produces<TakenView>().WithSummary("用验证码确认 (confirm by one-time code)");
        group.MapPost("{id}/comments/{cid}/moderate", (string id, string cid, JsonBody<ModerateBody> body, HttpContext http, CommentActions actions, CancellationToken ct) =>
            ActAsync(id, http, actions.ModerateAsync(id, cid, body.Value.Publish, body.Value.Reason, http.GetActor(), ct))).RequireRole(Moderators).Produces<CommentView>().WithSummary("审核 (moderate)");
        group.MapPost("{id}/comments/{cid}/respond", (string id, string cid, JsonBody<RespondBody> body, HttpContext http, CommentActions actions, CancellationToken ct) =>
            ActAsync(id, http, actions.RespondAsync(id, cid, body.Value.Adopted, body.Value.Text, http.GetActor(), ct))).RequireRole(Role.Publisher).Produces<CommentView>().WithSummary("答复 (answer)");
        group.MapPost("{id}/comments/{cid}/group", (string id, string cid, JsonBody<LikeBody> body, HttpContext http, CommentActions actions, CancellationToken ct) =>
            ActAsync(id, http, actions.GroupAsync(id, cid, body.Value.Like, http.GetActor(), ct))).RequireRole(Moderators).Produces<CommentView>().WithSummary("归并同类意见 (put beside like ones)");
        group.MapPost("{id}/comments/{cid}/reveal", RevealAsync).RequireRole(Role.Publisher).Produces<CommentContact>().WithSummary("查看联系方式 (the contact, audited)");
        group.MapPost("{id}/comments/{cid}/erase", (string id, string cid, JsonBody<EraseBody> body, HttpContext http, CommentActions actions, CancellationToken ct) =>
            ActAsync(id, http, actions.EraseAsync(id, cid, body.Value.Text, body.Value.Reason, http.GetActor(), ct))).RequireRole(Role.Publisher).Produces<CommentView>().WithSummary("删除个人信息 (erase)");
        group.MapGet("{id}/groups", GroupsAsync).RequireRole(Moderators).Produces<Page<GroupView>>().WithSummary("同类意见 (like comments)");
        group.MapPost("{id}/groups/{gid}/moderate", (string id, string gid, JsonBody<ModerateBody> body, HttpContext http, CommentActions actions, CancellationToken ct) =>
            GroupAnswerAsync(id, http, actions.ModerateGroupAsync(id, gid, body.Value.Publish, body.Value.Reason, http.GetActor(), ct))).RequireRole(Moderators).Produces<GroupView>().WithSummary("一并审核 (moderate all)");
        group.MapPost("{id}/groups/{gid}/respond", (string id, string gid, JsonBody<RespondBody> body, HttpContext http, CommentActions actions, CancellationToken ct) =>
            GroupAnswerAsync(id, http, actions.RespondGroupAsync(id, gid, body.Value.Adopted, body.Value.Text, http.GetActor(), ct))).RequireRole(Role.Publisher).Produces<GroupView>().WithSummary("一并答复 (answer all)");
    }

    private static async Task<object> ListAsync(string id, HttpContext http, ListQuery list, ConsultationStore consultations, CommentStore store, ProductClock clock, CancellationToken ct)
    {
        if (await consultations.ReadAsync(id, ct) is not { Consultation: var c } || !ConsultationRules.MaySee(c, http.GetActor(), clock.GetUtcNow()))
            return Problems.NotFoundHere;
        var query = new QueryFields(http.Request);
        var (state, section) = (query.Text("state"), query.Text("sectionId"));
        query.Check.OneOf("state", state, "held", "published", "refused", "unanswered", "all")
            .That(section is null || c.PlaceOf(section) is not null, "sectionId", "badValue", "没有这一节。")
            .That(section is null || state is null, "sectionId", "badValue", "不能同时按状态列出。");
        if (query.Refusal is { } refusal)
            return refusal;
        var all = ConsultationRules.MaySeeAll(c, http.GetActor());
        if (state is not null && !all)
            return Refusal.Of("roleLacking", "state", "按状态列出须有审核权限。");
        if (!list.TryRead<Position>(out var after) || after is not null && !IsPlace(after.Row))
            return Cursor.Bad;
        var wanted = state switch
        {
            null or "published" => section is null ? CommentList.Published : CommentList.InSection(c.PlaceOf(section)),
            "held" => CommentList.Held,
            "refused" => CommentList.Refused,
            "unanswered" => CommentList.Unanswered,
            _ => CommentList.All,
        };
        var (items, last) = await store.ReadListAsync(id, wanted, after?.Row, list.Limit, ct);
        var next = last is null ? null : Cursor.Write(new Position(last));
        return all
            ? TypedResults.Ok(new Page<CommentView>([.. items.Select(m => CommentView.Of(m, c, store.TextOf(m)))], next))
            : TypedResults.Ok(new Page<PublicCommentView>([.. items.Select(m => PublicCommentView.Of(m, c, store.TextOf(m))).OfType<PublicCommentView>()], next));
    }

    private static async Task<object> GetAsync(string id, string cid, HttpContext http, ConsultationStore consultations, CommentStore store, ProductClock clock, CancellationToken ct)
    {
        if (await consultations.ReadAsync(id, ct) is not { Consultation: var c } || !ConsultationRules.MaySee(c, http.GetActor(), clock.GetUtcNow())
            || await store.ReadAsync(id, cid, ct) is not { Comment: { Counts: true } comment })
            return Problems.NotFoundHere;
        if (ConsultationRules.MaySeeAll(c, http.GetActor()))
            return TypedResults.Ok(CommentView.Of(comment, c, store.TextOf(comment), await store.ReadContactAsync(comment, ct)));
        return PublicCommentView.Of(comment, c, store.TextOf(comment)) is { } shown ? TypedResults.Ok(shown) : Problems.NotFoundHere;
    }

    private static async Task<object> HistoryAsync(string id, string cid, HttpContext http, ConsultationStore consultations, CommentStore store, CancellationToken ct) =>
        await consultations.ReadAsync(id, ct) is { Consultation: var c } && ConsultationRules.MaySeeAll(c, http.GetActor()) && await store.ReadAsync(id, cid, ct) is not null
            ? TypedResults.Ok(new Page<CommentDecision>(await store.ReadDecisionsAsync(id, cid, ct), null))
            : Problems.NotFoundHere;

    private static async Task<IResult> AddAsync(string id, JsonBody<CommentBody> body, HttpContext http, CommentIntake intake, ConsultationStore consultations, CommentStore store, CancellationToken ct)
    {
        var (sent, actor) = (body.Value, http.GetActor());
        if (sent.Channel is not null && !actor.IsStaff)
            return Refusal.Of("roleLacking", "channel", "只有工作人员可以注明来源。").ToResult();
        // Whoever is on the telephone or at the counter is known to those who write for them.
        var channel = sent.Channel ?? (actor.IsStaff ? CommentChannel.Phone : CommentChannel.Web);
        return await IdempotentCreate.RunAsync(
            http,
            Comment.NewId,
            async reserved =>
            {
                var (taken, refusal) = await intake.AddAsync(
                    reserved, id, new(sent.Text, sent.SectionId, sent.Name, sent.Phone), channel, null, actor.IsStaff ? null : http.ClientAddressKey(), confirm: !actor.IsStaff, ct);
                return taken is null ? Reply.Refused(refusal!) : Reply.Accepted(await ViewAsync(taken));
            },
            async reserved => await store.ReadAsync(id, reserved, ct) is { Comment: var mine } ? Reply.Accepted(await ViewAsync(new(mine, true, AlarmWords.Detect(null, sent.Text)))) : null);

        async Task<TakenView> ViewAsync(TakenComment taken) => TakenView.Of(
            taken.Comment, (await consultations.ReadAsync(id, ct))!.Consultation, taken.Alarm is { } alarm ? new(alarm.Phrase, alarm.Service) : null);
    }

    private static async Task<object> ConfirmAsync(string id, string cid, JsonBody<CodeBody> body, HttpContext http, CommentMessages messages, ConsultationStore consultations, CancellationToken ct)
    {
        var (comment, refusal) = await messages.ConfirmAsync(id, cid, body.Value.Code, http.ClientAddressKey(), ct);
        return comment is null ? refusal! : TypedResults.Ok(TakenView.Of(comment, (await consultations.ReadAsync(id, ct))!.Consultation, null));
    }

    private static async Task<object> RevealAsync(string id, string cid, JsonBody<WhyBody> body, HttpContext http, CommentActions actions, CancellationToken ct) =>
        await actions.RevealAsync(id, cid, body.Value.Why, http.GetActor(), ct) is var (contact, refusal) && contact is not null ? TypedResults.Ok(contact) : refusal!;

    private static async Task<object> GroupsAsync(string id, HttpContext http, ListQuery list, ConsultationStore consultations, CommentStore store, CancellationToken ct)
    {
        if (await consultations.ReadAsync(id, ct) is not { Consultation: var c } || !ConsultationRules.MaySeeAll(c, http.GetActor()))
            return Problems.NotFoundHere;
        if (!list.TryRead<Position>(out var after) || after is not null && !IsPlace(after.Row))
            return Cursor.Bad;
        var (items, last) = await store.ReadGroupsAsync(id, after?.Row, list.Limit, ct);
        return TypedResults.Ok(new Page<GroupView>(await Task.WhenAll(items.Select(g => ViewOfAsync(id, g, store, ct))), last is null ? null : Cursor.Write(new Position(last))));
    }

    private static async Task<object> GroupAnswerAsync(string id, HttpContext http, Task<(CommentGroup? Group, Refusal? Refusal)> deciding)
    {
        var (group, refusal) = await deciding;
        return group is null ? refusal! : TypedResults.Ok(await ViewOfAsync(id, group, http.RequestServices.GetRequiredService<CommentStore>(), http.RequestAborted));
    }

    internal static async Task<GroupView> ViewOfAsync(string id, CommentGroup g, CommentStore store, CancellationToken ct)
    {
        var (first, _) = await store.ReadListAsync(id, CommentList.Group(g.Id), null, 1, ct);
        return new(g.Id, g.Count, g.Held, g.Published, g.Refused, g.Unanswered, first.Select(store.TextOf).FirstOrDefault(), g.Moderation, g.Response);
    }

    private static async Task<object> ActAsync(string id, HttpContext http, Task<(Comment? After, Refusal? Refusal)> acting)
    {
        var (after, refusal) = await acting;
        if (after is null)
            return refusal!;
        var services = http.RequestServices;
        var c = (await services.GetRequiredService<ConsultationStore>().ReadAsync(id, http.RequestAborted))!.Consultation;
        return TypedResults.Ok(CommentView.Of(after, c, services.GetRequiredService<CommentStore>().TextOf(after)));
    }

    private static async Task<object> CsvAsync(string id, HttpContext http, ConsultationStore consultations, CommentCsv csv, CancellationToken ct)
    {
        var query = new QueryFields(http.Request);
        var held = query.Flag("held") == true;
        if (query.Refusal is { } refusal)
            return refusal;
        if (await consultations.ReadAsync(id, ct) is not { Consultation: var c } || !ConsultationRules.MaySeeAll(c, http.GetActor()))
            return Problems.NotFoundHere;
        if (held)
            await http.TraceAsync("exportComments", id);
        http.Response.Headers.CacheControl = "no-store";
        return TypedResults.Stream(stream => csv.WriteAsync(stream, c, held, ct), "text/csv; charset=utf-8", held ? "comments-all.csv" : "comments.csv");
    }

    private static bool IsPlace(string text) => text.Length <= LongestPlace && Storage.Keys.IsKey(text);

    /// <param name="Channel">Staff only: the way it came to them; by default <c>phone</c>.</param>
    private sealed record CommentBody(string Text, string? SectionId = null, string? Name = null, string? Phone = null, CommentChannel? Channel = null);
    private sealed record CodeBody(string Code);
    private sealed record ModerateBody(bool Publish, string? Reason = null);
    private sealed record RespondBody(Adoption Adopted, string Text);

    /// <param name="Like">A comment of the group it is to be in; null: a group of its own.</param>
    private sealed record LikeBody(string? Like = null);
    private sealed record WhyBody(string? Why = null);

    /// <param name="Text">Whether the words go too, and not the contact alone.</param>
    private sealed record EraseBody(string Reason, bool Text = false);
}
