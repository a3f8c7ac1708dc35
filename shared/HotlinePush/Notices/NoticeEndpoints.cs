using System.Collections.Immutable;
using HotlinePush.Audiences;
using HotlinePush.Channels;
using HotlinePush.Notices.Sending;
using HotlinePush.Security;
using HotlinePush.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace HotlinePush.Notices;

/// <summary><c>/api/v1/notices</c>: writing, trying, reviewing and sending notices.</summary>
public static class NoticeEndpoints
{
    internal static readonly Role[] Readers = [Role.Publisher, Role.Reviewer, Role.Supervisor, Role.Admin];

    /// <summary>Figures, names and samples are the office's own.</summary>
    internal static bool IsOffice(Actor actor) => actor.Role is Role.Publisher or Role.Reviewer;

    private static readonly Role[] Writers = [Role.Publisher];
    private static readonly Role[] Stoppers = [Role.Publisher, Role.Reviewer, Role.Supervisor];

    public static void Map(RouteGroupBuilder api)
    {
        var notices = api.MapGroup("/notices").WithTags("notices");
        notices.MapGet("", ListAsync).RequireRole(Readers).TakesQuery("state", "draft, inReview, approved, …").WithSummary("定向通知 (notices)");
        notices.MapPost("", CreateAsync).RequireRole(Writers).WithSummary("起草通知 (draft a notice)");
        notices.MapGet("{id}", GetAsync).RequireRole(Readers).WithSummary("一则通知及进度 (a notice and how far it is)");
        notices.MapPut("{id}", EditAsync).RequireRole(Writers).WithSummary("修改草稿 (change a draft)");
        notices.MapGet("{id}/history", HistoryAsync).RequireRole(Readers).WithSummary("办理记录 (history)");
        notices.MapPost("{id}/dry-run", DryRunAsync).RequireRole(Readers).WithSummary("试算 (dry run)");
        notices.MapPost("{id}/correct", CorrectAsync).RequireRole(Writers).WithSummary("更正 (a correction, as a draft)");
        Action<NoBody>("submit", Writers, _ => new SubmitNotice());
        // The drafter is refused by the rules, whatever the role of the key: 403.
        Action<ReviewBody>("review", [Role.Reviewer, Role.Publisher], b => new ReviewNotice(b.Approve, b.Note, [.. b.Checklist ?? []]));
        Action<SendBody>("send", Writers, b => new SendNotice(b.Trial));
        Action<NoteBody>("pause", Stoppers, b => new PauseNotice(b.Note));
        Action<NoBody>("resume", Writers, _ => new ResumeNotice());
        Action<NoteBody>("cancel", Stoppers, b => new CancelNotice(b.Note));
        Action<NoBody>("retry-failed", Writers, _ => new RetryFailed());

        void Action<TBody>(string action, Role[] roles, Func<TBody, NoticeCommand> command) => notices.MapPost("{id}/" + action,
            (string id, JsonBody<TBody> body, HttpContext http, NoticeActions actions, NoticeSending sending, CancellationToken ct) =>
                ActAsync(id, command(body.Value), http, actions, sending, ct)).RequireRole(roles);
    }

    private static async Task<object> ListAsync(HttpContext http, ListQuery list, NoticeStore store, CancellationToken ct)
    {
        var query = new QueryFields(http.Request);
        var state = query.Word<NoticeState>("state");
        if (query.Refusal is { } refusal)
            return refusal;
        if (!list.TryRead<Position>(out var after) || after is not null && !Storage.Keys.IsKey(after.Row))
            return Cursor.Bad;
        var actor = http.GetActor();
        var (items, last) = await store.ReadListAsync(IsOffice(actor) ? actor.UnitId! : NoticeStore.EveryUnit, after?.Row, list.Limit, ct);
        return TypedResults.Ok(new Page<NoticeSummary>(
            [.. items.Where(n => NoticeRules.MaySee(n, actor) && (state is null || n.State == state)).Select(NoticeSummary.Of)], last is null ? null : Cursor.Write(new Position(last))));
    }

    private static Task<IResult> CreateAsync(JsonBody<NoticeBody> body, HttpContext http, NoticeActions actions, NoticeStore store, CancellationToken ct) =>
        IdempotentCreate.RunAsync(
            http,
            NoticeStore.NewId,
            async reserved => Reply(await actions.CreateAsync(reserved, body.Value.ToDraft(), http.GetActor(), ct)),
            async reserved => await store.ReadAsync(reserved, ct) is { } mine ? Created(mine.Notice) : null);

    private static Task<IResult> CorrectAsync(string id, JsonBody<CorrectBody> body, HttpContext http, NoticeActions actions, NoticeStore store, CancellationToken ct) =>
        IdempotentCreate.RunAsync(
            http,
            NoticeStore.NewId,
            async reserved =>
            {
                var actor = http.GetActor();
                if (await store.ReadAsync(id, ct) is not { } original || !NoticeRules.MaySee(original.Notice, actor))
                    return Web.Reply.Refused(Problems.NotFoundHere);
                if (original.Notice.StartedAt is null)
                    return Web.Reply.Refused(new("wrongState", "通知还没有发出，请直接修改。"));
                return Reply(await actions.CreateAsync(reserved, body.Value.ToDraft(original.Notice), actor, ct, corrects: id));
            },
            async reserved => await store.ReadAsync(reserved, ct) is { } mine ? Created(mine.Notice) : null);

    private static Reply Reply(NoticeResult result) => result.Refusal is { } no ? Web.Reply.Refused(no) : Created(result.Notice!);

    private static Reply Created(Notice notice) => Web.Reply.Created(NoticeView.Of(notice, Progress.None), "/api/v1/notices/" + notice.Id, notice.Seq);

    private static async Task<object> GetAsync(string id, HttpContext http, NoticeStore store, NoticeSending sending, CancellationToken ct)
    {
        if (await store.ReadAsync(id, ct) is not { } stored || !NoticeRules.MaySee(stored.Notice, http.GetActor()))
            return Problems.NotFoundHere;
        return await AnswerAsync(stored.Notice, http, sending, ct);
    }

    private static async Task<object> EditAsync(string id, JsonBody<NoticeBody> body, HttpContext http, NoticeActions actions, NoticeSending sending, CancellationToken ct) =>
        await ActAsync(id, new EditNotice(body.Value.ToDraft()), http, actions, sending, ct);

    private static async Task<object> HistoryAsync(string id, HttpContext http, NoticeStore store, CancellationToken ct)
    {
        if (await store.ReadAsync(id, ct) is not { } stored || !NoticeRules.MaySee(stored.Notice, http.GetActor()))
            return Problems.NotFoundHere;
        return TypedResults.Ok(new Page<NoticeEventView>([.. (await store.ReadHistoryAsync(id, ct)).Select(NoticeEventView.Of)], null));
    }

    private static async Task<object> DryRunAsync(string id, JsonBody<NoBody> body, HttpContext http, NoticeStore store, AudienceStore audiences, NoticeDryRuns runs, CancellationToken ct)
    {
        var actor = http.GetActor();
        if (await store.ReadAsync(id, ct) is not { } stored || !NoticeRules.MaySee(stored.Notice, actor))
            return Problems.NotFoundHere;
        if (await audiences.ReadAsync(stored.Notice.AudienceId, ct) is not { } audience)
            return Problems.NotFoundHere;
        var (run, refusal) = await runs.RunAsync(stored.Notice, audience.Audience, ct);
        if (refusal is not null)
            return refusal;
        return TypedResults.Ok(IsOffice(actor) ? run! : run! with { Sample = [], Amounts = [] });
    }

    private static async Task<object> ActAsync(string id, NoticeCommand command, HttpContext http, NoticeActions actions, NoticeSending sending, CancellationToken ct)
    {
        var condition = http.Request.IfMatch();
        int? version = null;
        if (condition.IsGiven)
        {
            if (await http.RequestServices.GetRequiredService<NoticeStore>().ReadAsync(id, ct) is not { } stored || !NoticeRules.MaySee(stored.Notice, http.GetActor()))
                return Problems.NotFoundHere;
            if (condition.Check(stored.Notice.Seq) is { } conflict)
                return conflict;
            version = stored.Notice.Seq;
        }

        var done = await actions.ActAsync(id, command, http.GetActor(), version, ct);
        return done.Refusal is { } no ? no : await AnswerAsync(done.Notice!, http, sending, ct);
    }

    private static async Task<object> AnswerAsync(Notice notice, HttpContext http, NoticeSending sending, CancellationToken ct)
    {
        http.Response.SetVersion(notice.Seq);
        return TypedResults.Ok(NoticeView.Of(notice, await sending.ProgressAsync(notice, ct)));
    }

    private sealed record Position(string Row);
    private sealed record NoBody;
    private sealed record NoteBody(string? Note = null);
    private sealed record ReviewBody(bool Approve, string? Note = null, IReadOnlyList<string>? Checklist = null);
    private sealed record SendBody(int? Trial = null);

    private sealed record NoticeBody(
        string Title, string Field, string AudienceId, IReadOnlyList<ChannelKind> Channels, NoticeTexts Texts, string? MatterId = null, string? LegalBasis = null, bool Mandatory = false,
        ExpectedAmount? Expected = null, DateTimeOffset? SendAt = null, string? Script = null, int? PerHour = null, NoticeTemplates? Templates = null, bool SharedPhones = false)
    {
        public NoticeDraft ToDraft() => new(Title, Field, AudienceId, [.. Channels], Texts, MatterId, LegalBasis, Mandatory, Expected, SendAt, Script, PerHour, Templates, SharedPhones);
    }

    /// <summary>What the correction says otherwise; all else is as in the original.</summary>
    private sealed record CorrectBody(NoticeTexts Texts, string? Title = null, string? AudienceId = null, ExpectedAmount? Expected = null, string? Script = null)
    {
        public NoticeDraft ToDraft(Notice n) => new(
            Title ?? "更正：" + n.Title, n.Field, AudienceId ?? n.AudienceId, n.Channels, Texts, n.MatterId, n.LegalBasis, n.Mandatory, Expected ?? n.Expected, null, Script ?? n.Script, n.PerHour,
            n.Templates, n.SharedPhones);
    }
}
