using System.Globalization;
using HotlinePush.Clocks;
using HotlinePush.Security;
using HotlinePush.Web;

namespace HotlinePush.Comments;

/// <summary>What a command makes of a consultation, or why it is refused. Pure.</summary>
public sealed record ConsultationDecision(Consultation? After, ConsultationEvent? Event, Refusal? Refusal)
{
    public static implicit operator ConsultationDecision(Refusal refusal) => new(null, null, refusal);
}

public static class ConsultationRules
{
    /// <summary>
    /// Days a draft is usually open at least: 《重大行政决策程序暂行条例》第十五条 (major administrative decisions) and
    /// 《规章制定程序条例》第十五条 (rules of departments and local governments). Shorter only where it is urgent or the like, and then it is said why.
    /// </summary>
    public const int UsualDays = 30;

    public const int MostSections = 60;
    public const int MostDays = 731;
    private const int LongestTitle = 200;
    private const int LongestNote = 500;
    private const int LongestId = 64;

    /// <summary>What an earlier opening may lie back and still be taken as it is: a request is on its way for a moment.</summary>
    private static readonly TimeSpan OnItsWay = TimeSpan.FromMinutes(10);

    /// <summary>Of its own office: drafts it, answers comments, publishes the summary.</summary>
    public static bool MayManage(Consultation c, Actor by) => by.Role == Role.Publisher && by.UnitId == c.UnitId;

    /// <summary>Decides what of the comments is shown.</summary>
    public static bool MayModerate(Consultation c, Actor by) => by.Role == Role.Supervisor || (by.Role is Role.Publisher or Role.Reviewer && by.UnitId == c.UnitId);

    /// <summary>Reads what is not public: drafts, comments held back, figures of them.</summary>
    public static bool MaySeeAll(Consultation c, Actor by) => MayModerate(c, by);

    public static bool MaySee(Consultation c, Actor by, DateTimeOffset now) => c.IsPublicAt(now) || MaySeeAll(c, by);

    /// <summary>Days from one moment's date in the city to another's: the day of opening does not count.</summary>
    public static int DaysBetween(DateTimeOffset from, DateTimeOffset to) => CityZone.DateOf(to).DayNumber - CityZone.DateOf(from).DayNumber;

    public static ConsultationDecision Create(string id, ConsultationDraft draft, Actor by, DateTimeOffset now)
    {
        if (by is not { Role: Role.Publisher, UnitId: { } unit })
            return new Refusal("forbidden", "只有单位的发布人员可以发起意见征集。");
        if (Check(draft, now) is { } wrong)
            return wrong;
        var made = Written(new() { Id = id, UnitId = unit, Title = "", Sections = [], MinDays = 0, CreatedAt = now, CreatedBy = by.Id, Seq = 1 }, draft, now);
        return new(made, new(1, now, by, "create"), null);
    }

    /// <param name="text">The sections' texts in force.</param>
    public static ConsultationDecision Edit(Consultation c, IReadOnlyList<ConsultationSection> text, ConsultationDraft draft, Actor by, DateTimeOffset now)
    {
        if (!MayManage(c, by))
            return NotOwn;
        switch (c.StateAt(now))
        {
            case ConsultationState.Draft or ConsultationState.Planned:
                if (Check(draft, now) is { } wrong)
                    return wrong;
                return new(Written(c, draft, now) with { Seq = c.Seq + 1 }, new(c.Seq + 1, now, by, "edit"), null);
            case ConsultationState.Open:
                return Extend(c, text, draft, by, now);
            default:
                return new Refusal("consultationClosed", "意见征集已经结束，内容不能再改。");
        }
    }

    /// <summary>
    /// While it is open only the end moves, and only to later. People comment on the words before them: other words are another draft, and
    /// another consultation.
    /// </summary>
    private static ConsultationDecision Extend(Consultation c, IReadOnlyList<ConsultationSection> text, ConsultationDraft draft, Actor by, DateTimeOffset now)
    {
        var same = draft.Title.Trim() == c.Title && draft.ConfirmByCode == c.ConfirmByCode && draft.MinDays == c.MinDays && draft.Text.Select(Tidy).SequenceEqual(text)
            && (draft.OpensAt is not { } opens || (opens - c.OpensAt!.Value).Duration() <= OnItsWay);
        if (!same)
            return new Refusal("textFixed", "意见征集期间，标题、内容和开始时间不能改动，只能延长截止时间；内容有重大调整的，请另行征求意见。");
        var closes = draft.ClosesAt ?? c.ClosesAt!.Value;
        var check = new Check()
            .That(closes > c.ClosesAt, "closesAt", "outOfRange", "只能延长，不能提前结束。")
            .That(DaysBetween(c.OpensAt!.Value, closes) <= MostDays, "closesAt", "outOfRange", "期限过长。")
            .Text("note", draft.Note, max: LongestNote);
        if (check.Refusal is { } wrong)
            return wrong;
        var amendment = new Amendment(now, c.ClosesAt!.Value, closes, string.IsNullOrWhiteSpace(draft.Note) ? "延长征求意见的期限" : draft.Note.Trim());
        return new(c with { ClosesAt = closes, Amendments = [.. c.Amendments, amendment], Seq = c.Seq + 1 }, new(c.Seq + 1, now, by, "extend", amendment.Reason), null);
    }

    /// <summary>Takes it back; what was open stays to be read, with the reason.</summary>
    public static ConsultationDecision Withdraw(Consultation c, string? reason, Actor by, DateTimeOffset now)
    {
        if (!MayManage(c, by))
            return NotOwn;
        if (c.StateAt(now) is not (ConsultationState.Draft or ConsultationState.Planned or ConsultationState.Open))
            return new Refusal("wrongState", "意见征集已经结束，不能撤回。");
        if (new Check().Text("reason", reason, required: true, max: LongestNote).Refusal is { } wrong)
            return wrong;
        return new(c with { Withdrawn = new(now, by.Id, reason!.Trim()), Seq = c.Seq + 1 }, new(c.Seq + 1, now, by, "withdraw", reason), null);
    }

    /// <summary>Publishes what became of the comments, once all of them have been looked at; again, where something was put right.</summary>
    public static ConsultationDecision PublishSummary(Consultation c, string? text, CommentFigures figures, Actor by, DateTimeOffset now)
    {
        if (!MayManage(c, by))
            return NotOwn;
        if (c.StateAt(now) is not (ConsultationState.Closed or ConsultationState.Answered))
            return new Refusal("wrongState", "征求意见截止后才能公布采纳情况。");
        if (new Check().Text("text", text, required: true).Refusal is { } wrong)
            return wrong;
        if (figures.Held > 0)
            return new Refusal("commentsHeld", string.Create(CultureInfo.InvariantCulture, $"还有 {figures.Held} 条意见没有审核，审核完再公布。"));
        return new(c with { Summary = new(text!.ReplaceLineEndings("\n").Trim(), now, by.Id, figures), Seq = c.Seq + 1 }, new(c.Seq + 1, now, by, "summary"), null);
    }

    public static Refusal NotOwn { get; } = new("notOwnUnit", "这是其他单位的意见征集。");

    public static ConsultationSection Tidy(ConsultationSection s) => new(s.Id.Trim(), s.Heading.Trim(), s.Body.ReplaceLineEndings("\n").Trim());

    private static Consultation Written(Consultation c, ConsultationDraft d, DateTimeOffset now) => c with
    {
        Title = d.Title.Trim(),
        Sections = [.. d.Text.Select(Tidy).Select(s => new SectionHead(s.Id, s.Heading))],
        OpensAt = Opening(d.OpensAt, now),
        ClosesAt = d.ClosesAt,
        MinDays = d.MinDays,
        ShortReason = string.IsNullOrWhiteSpace(d.ShortReason) ? null : d.ShortReason.Trim(),
        ConfirmByCode = d.ConfirmByCode,
    };

    /// <summary>Nothing was open before it was there: an opening further back is now.</summary>
    private static DateTimeOffset? Opening(DateTimeOffset? opensAt, DateTimeOffset now) => opensAt is { } at && at < now - OnItsWay ? now : opensAt;

    private static Refusal? Check(ConsultationDraft d, DateTimeOffset now)
    {
        var check = new Check()
            .Text("title", d.Title, required: true, max: LongestTitle)
            .Text("shortReason", d.ShortReason, max: LongestNote)
            .Text("note", d.Note, max: LongestNote)
            .Range("minDays", d.MinDays, 0, 365)
            .That(d.Text.Count > 0, "text", "required", "请至少写一节内容。")
            .That(d.Text.Count <= MostSections, "text", "outOfRange", string.Create(CultureInfo.InvariantCulture, $"最多 {MostSections} 节。"))
            .That(d.OpensAt is null || d.ClosesAt is not null, "closesAt", "required", "请写明截止时间。");
        var ids = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < Math.Min(d.Text.Count, MostSections); i++)
        {
            var (section, at) = (d.Text[i], string.Create(CultureInfo.InvariantCulture, $"text[{i}]"));
            check.Text(at + ".id", section.Id, required: true, max: LongestId)
                .Text(at + ".heading", section.Heading, max: LongestTitle)
                .Text(at + ".body", section.Body, required: true)
                .That(ids.Add(section.Id.Trim()), at + ".id", "badValue", "与前面一节相同。");
        }

        if (check.Refusal is { } wrong || d.ClosesAt is not { } closes)
            return check.Refusal;
        var opens = Opening(d.OpensAt, now) ?? now;
        check.That(closes > opens && closes > now, "closesAt", "outOfRange", "截止时间应在开始时间之后，并且还没有过去。");
        if (check.Ok)
            check.That(DaysBetween(opens, closes) <= MostDays, "closesAt", "outOfRange", string.Create(CultureInfo.InvariantCulture, $"期限最长 {MostDays} 天。"));
        if (check.Ok && d.OpensAt is not null && DaysBetween(opens, closes) < d.MinDays && string.IsNullOrWhiteSpace(d.ShortReason))
            check.Add("closesAt", "periodTooShort", string.Create(CultureInfo.InvariantCulture, $"公开征求意见不少于 {d.MinDays} 日；因情况紧急等原因缩短的，请说明理由（shortReason）。"));
        return check.Refusal;
    }
}
