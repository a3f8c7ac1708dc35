using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using HotlinePush.Messaging;
using HotlinePush.Security;

namespace HotlinePush.Notices;

/// <summary>The life of a notice: <c>(notice, command, actor, context) → the notice after it and an event, or a refusal</c>. Pure.</summary>
public static class NoticeRules
{
    public static NoticeDecision Create(string id, NoticeDraft draft, Actor by, NoticeContext context, string? corrects = null)
    {
        if (NoticeChecks.Of(draft) is { } wrong)
            return wrong;
        if (by is not { Role: Role.Publisher, UnitId: { } unit })
            return Refuse("roleLacking", "只有发布单位的发布人员可以起草通知。");
        if ((AudienceProblem(context, unit) ?? MatterProblem(draft, unit, context)) is { } problem)
            return problem;
        var notice = Written(new Notice
        {
            Id = id,
            Title = draft.Title,
            Field = draft.Field,
            UnitId = unit,
            AudienceId = draft.AudienceId,
            Texts = draft.Texts,
            DraftedBy = by,
            CreatedAt = context.Now,
            Corrects = corrects,
        }, draft);
        return Happened(notice, NoticeState.Draft, by, context, "create");
    }

    public static NoticeDecision Decide(Notice notice, NoticeCommand command, Actor by, NoticeContext context) =>
        MayDo(notice, command, by) is { } no ? no : command switch
        {
            EditNotice c => Edit(notice, c, by, context),
            SubmitNotice => Submit(notice, by, context),
            ReviewNotice c => Review(notice, c, by, context),
            SendNotice c => Send(notice, c, by, context),
            BeginNotice => notice.State == NoticeState.Scheduled && notice.SendAt <= context.Now
                ? Happened(notice with { StartedAt = context.Now }, NoticeState.Sending, by, context, "begin")
                : WrongState(notice),
            PauseNotice c => notice.State == NoticeState.Sending ? Happened(notice, NoticeState.Paused, by, context, "pause", c.Note) : WrongState(notice),
            ResumeNotice => notice.State == NoticeState.Paused ? Happened(notice with { Trial = null }, NoticeState.Sending, by, context, "resume") : WrongState(notice),
            CancelNotice c => notice.State is NoticeState.Sent or NoticeState.Cancelled
                ? WrongState(notice)
                : Happened(notice with { EndedAt = context.Now }, NoticeState.Cancelled, by, context, "cancel", c.Note),
            RetryFailed => notice.State == NoticeState.Sent ? Happened(notice with { EndedAt = null }, NoticeState.Sending, by, context, "retry-failed") : WrongState(notice),
            EndTrial => notice is { State: NoticeState.Sending, Trial: not null } ? Happened(notice, NoticeState.Paused, by, context, "end-trial") : WrongState(notice),
            EndNotice => notice.State is NoticeState.Sending ? Happened(notice with { EndedAt = context.Now }, NoticeState.Sent, by, context, "end") : WrongState(notice),
            MarkCorrected c => notice.CorrectedBy == c.By ? WrongState(notice) : Happened(notice with { CorrectedBy = c.By }, notice.State, by, context, "corrected", c.By),
            _ => throw new ArgumentException($"No rule for {command.GetType().Name}."),
        };

    /// <summary>Who may do what. Somebody of another office does not learn that the notice exists.</summary>
    private static Refusal? MayDo(Notice notice, NoticeCommand command, Actor by)
    {
        if (command is BeginNotice or EndTrial or EndNotice or MarkCorrected)
            return by.Role == Role.System ? null : Refuse("roleLacking", "此项由系统办理。");
        if (!MaySee(notice, by))
            return Web.Problems.NotFoundHere;
        var ok = command switch
        {
            EditNotice or SubmitNotice or SendNotice or RetryFailed => by.Role == Role.Publisher,
            ReviewNotice => by.Role == Role.Reviewer,
            // Whoever sees that amounts are wrong stops it at once.
            PauseNotice or CancelNotice => by.Role is Role.Publisher or Role.Reviewer or Role.Supervisor,
            _ => by.Role is Role.Publisher,
        };
        if (!ok)
            return Refuse("roleLacking", "您的身份不能办理此项操作。");
        // Four eyes: by the person, not by the role.
        return command is ReviewNotice && by.Id == notice.DraftedBy.Id ? Refuse("ownDraft", "起草人不能审核自己的通知。") : null;
    }

    public static bool MaySee(Notice notice, Actor by) => by.Role switch
    {
        Role.Publisher or Role.Reviewer => by.UnitId == notice.UnitId,
        Role.Supervisor or Role.Admin => true,
        _ => false,
    };

    private static NoticeDecision Edit(Notice notice, EditNotice c, Actor by, NoticeContext context)
    {
        if (notice.State is not (NoticeState.Draft or NoticeState.Rejected))
            return WrongState(notice);
        if ((NoticeChecks.Of(c.Draft) ?? AudienceProblem(context, notice.UnitId) ?? MatterProblem(c.Draft, notice.UnitId, context)) is { } wrong)
            return wrong;
        return Happened(Written(notice, c.Draft) with { DraftedBy = by }, NoticeState.Draft, by, context, "edit");
    }

    private static Notice Written(Notice notice, NoticeDraft d) => notice with
    {
        Title = d.Title,
        Field = d.Field,
        MatterId = d.MatterId,
        AudienceId = d.AudienceId,
        Channels = d.Channels,
        Texts = d.Texts,
        LegalBasis = d.LegalBasis,
        Mandatory = d.Mandatory,
        Expected = d.Expected,
        SendAt = d.SendAt,
        Script = d.Script,
        PerHour = d.PerHour,
        Templates = d.Templates,
        SharedPhones = d.SharedPhones,
    };

    private static NoticeDecision Submit(Notice notice, Actor by, NoticeContext context)
    {
        if (notice.State is not (NoticeState.Draft or NoticeState.Rejected))
            return WrongState(notice);
        return Blocked(notice, context) is { } blocked
            ? blocked
            : Happened(Bound(notice, context) with { ReviewedBy = null, Frozen = null }, NoticeState.InReview, by, context, "submit", details: ListDetails(context));
    }

    private static NoticeDecision Review(Notice notice, ReviewNotice c, Actor by, NoticeContext context)
    {
        if (notice.State != NoticeState.InReview)
            return WrongState(notice);
        if (!c.Approve)
            return string.IsNullOrWhiteSpace(c.Note)
                ? Invalid("note", "required", "退回时请写明原因。")
                : Happened(notice with { ReviewedBy = by, Checklist = c.Checklist }, NoticeState.Rejected, by, context, "review", c.Note);
        // The list may have changed since it was handed in: what is approved is what is there now.
        if (Blocked(notice, context) is { } blocked)
            return blocked;
        var list = context.Audience!.List!;
        var frozen = new Frozen(list.Version, list.Hash, TextHash(notice), list.Recipients, list.Pages, context.Now);
        var details = ListDetails(context);
        details["textHash"] = frozen.TextHash;
        details["checklist"] = string.Join('；', c.Checklist);
        return Happened(Bound(notice, context) with { ReviewedBy = by, Checklist = c.Checklist, Frozen = frozen }, NoticeState.Approved, by, context, "review", c.Note, details);
    }

    private static NoticeDecision Send(Notice notice, SendNotice c, Actor by, NoticeContext context)
    {
        if (notice.State != NoticeState.Approved || notice.Frozen is null)
            return WrongState(notice);
        if (notice.Frozen.TextHash != TextHash(notice))
            return Refuse("changedAfterApproval", "通知在审核后有改动，请重新送审。");
        // The trial is of the list's first page.
        if (c.Trial is < 1 or > Audiences.Place.PageSize)
            return Invalid("trial", "outOfRange", "试发人数应在1到1000之间。");
        var after = notice with { Trial = c.Trial };
        return notice.SendAt is { } at && at > context.Now
            ? Happened(after, NoticeState.Scheduled, by, context, "send")
            : Happened(after with { StartedAt = context.Now }, NoticeState.Sending, by, context, "send");
    }

    /// <summary>What keeps a notice from going out: no list, rows that lack a value, amounts other than the document's, words other than the registered template's.</summary>
    private static Refusal? Blocked(Notice notice, NoticeContext context)
    {
        if (AudienceProblem(context, notice.UnitId) is { } problem)
            return problem;
        if (context.Audience!.List is not { Recipients: > 0 })
            return Refuse("emptyAudience", "人群里还没有对象，请先导入名单。");
        if (context.DryRun is { Blocking.Count: > 0 } dry)
            return new("dryRunFailed", dry.Blocking[0].Message, new Dictionary<string, string[]> { ["recipients"] = [.. dry.Blocking.Take(20).Select(b => $"{b.Code}: {b.Message}")] });
        return Amounts(notice, context) ?? context.Templates?.Bind(notice).Refusal;
    }

    private static Notice Bound(Notice notice, NoticeContext context) => notice with { Bindings = context.Templates?.Bind(notice).Bindings };

    private static Refusal? Amounts(Notice notice, NoticeContext context)
    {
        if (notice.Expected is not { } expected)
            return context.Policy.RequireExpected && NamesAnAmount(notice, context.Audience!.List!)
                ? Refusal.Of("expectedRequired", "expected", "文字里有数额：请填写批准文件上的笔数与合计，系统据此核对名单。")
                : null;
        if (context.Audience!.List!.Columns.FirstOrDefault(c => c.Name == expected.Column) is not { } column)
            return Refusal.Of("expectedMismatch", "expected.column", $"名单里没有“{expected.Column}”这一列。");
        return column.Filled == expected.Count && column.IsAmount && column.Sum == expected.Total
            ? null
            : Refusal.Of("expectedMismatch", "expected", string.Create(CultureInfo.InvariantCulture,
                $"与批准文件不符：文件为{expected.Count}笔、合计{expected.Total}，名单为{column.Filled}笔、合计{column.Sum ?? 0}。"));
    }

    private static bool NamesAnAmount(Notice notice, Audiences.AudienceList list) => notice.Channels
        .SelectMany(c => Texts.NoticeTemplate.Parse(Texts.NoticeTexting.TextOf(notice.Texts, c) ?? "").Template?.Names ?? [])
        .Any(name => list.Columns.Any(c => c.Name == name && c.IsAmount));

    private static Refusal? AudienceProblem(NoticeContext context, string unit) =>
        context.Audience is { } audience && audience.UnitId == unit ? null : Invalid("audienceId", "unknownAudience", "没有这个人群。");

    /// <summary>What is pushed and what is published say the same: the matter is the office's own and of the notice's field.</summary>
    private static Refusal? MatterProblem(NoticeDraft draft, string unit, NoticeContext context) => draft.MatterId is not { } id ? null
        : context.Matters?.Find(id) is not { } matter || matter.UnitId != unit ? Invalid("matterId", "unknownMatter", "本单位的公开事项目录里没有这个事项。")
        : matter.Field == draft.Field ? null : Invalid("matterId", "otherField", $"这个事项属于“{DisclosureFields.NameOf(matter.Field)}”，与通知的领域不一致。");

    /// <summary>What an approval holds fast besides the list.</summary>
    public static string TextHash(Notice n) => Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(
        new { n.Title, n.Field, n.MatterId, n.AudienceId, Channels = n.Channels.ToArray(), n.Texts, n.LegalBasis, n.Mandatory, n.Expected, n.Script, n.Corrects, n.Templates, n.SharedPhones }, MessageJson.Options)));

    private static Dictionary<string, string> ListDetails(NoticeContext context) => new(StringComparer.Ordinal)
    {
        ["listVersion"] = context.Audience!.List!.Version.ToString(CultureInfo.InvariantCulture),
        ["listHash"] = context.Audience.List.Hash,
        ["recipients"] = context.Audience.List.Recipients.ToString(CultureInfo.InvariantCulture),
    };

    private static NoticeDecision Happened(
        Notice notice, NoticeState to, Actor by, NoticeContext context, string action, string? note = null, IReadOnlyDictionary<string, string>? details = null)
    {
        var happened = new NoticeEvent(notice.Seq + 1, context.Now, by, action, notice.State, to, note, details);
        return new(notice with { Seq = happened.Seq, State = to }, happened, null);
    }

    private static Refusal WrongState(Notice notice) => Refuse("wrongState", $"通知现在的状态是“{NoticeWords.StateName(notice.State)}”，不能办理此项操作。");

    private static Refusal Refuse(string code, string message) => new(code, message);

    private static Refusal Invalid(string field, string problem, string message) =>
        new("invalid", message, new Dictionary<string, string[]> { [field] = [$"{problem}: {message}"] });
}

/// <summary>Names for people.</summary>
public static class NoticeWords
{
    public static string StateName(NoticeState state) => state switch
    {
        NoticeState.Draft => "草稿",
        NoticeState.InReview => "审核中",
        NoticeState.Approved => "已批准",
        NoticeState.Scheduled => "定时待发",
        NoticeState.Sending => "发送中",
        NoticeState.Paused => "已暂停",
        NoticeState.Sent => "已发完",
        NoticeState.Rejected => "已退回",
        _ => "已取消",
    };
}
