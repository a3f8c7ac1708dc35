using System.Globalization;
using HotlinePush.Security;
using HotlinePush.Units;
using HotlinePush.Web;

namespace HotlinePush.Knowledge;

/// <summary>What somebody wants done with an article.</summary>
public abstract record ArticleCommand(string Action);

public sealed record WriteArticle(ArticleText Text) : ArticleCommand("edit");
public sealed record SubmitArticle() : ArticleCommand("submit");
public sealed record PublishArticle() : ArticleCommand("publish");
public sealed record RejectArticle(string? Note) : ArticleCommand("reject");
public sealed record RetireArticle(string? Note = null) : ArticleCommand("retire");

/// <summary>Looked at and still right: the next date of review, nothing else changes.</summary>
public sealed record ConfirmArticle(DateOnly? ReviewBy) : ArticleCommand("confirm");

/// <summary>Pure: an article and a command make the next article, or a refusal.</summary>
public static class KnowledgeRules
{
    public const int MaxTitle = 200;
    public const int MaxKeywords = 30;
    public const int MaxKeyword = 50;
    public const int MaxAreas = 200;
    public const int MaxBasis = 1_000;

    public static readonly Role[] Writers = [Role.Desk, Role.Supervisor, Role.Admin];
    public static readonly Role[] Publishers = [Role.Supervisor, Role.Admin];

    private static readonly Refusal WrongState = new("wrongState", "条目当前的状态不能这样办理，请刷新后查看。");
    private static readonly Refusal OwnDraft = new("ownDraft", "不能发布自己起草或修改的条目，请由另一位有发布权限的人审核。");

    public static Article Create(string id, ArticleText text, Actor by, DateTimeOffset now) =>
        new() { Id = id, Version = 1, State = ArticleState.Draft, Text = text, Drafters = [by.Id], ChangedBy = by, ChangedAt = now };

    public static (Article? Next, Refusal? Refusal) Decide(Article a, ArticleCommand command, Actor by, DateTimeOffset now)
    {
        if (command is PublishArticle or RejectArticle or RetireArticle or ConfirmArticle && !Publishers.Contains(by.Role))
            return (null, new("roleLacking", "发布、退回、停用和复核由督办或管理人员办理。"));
        var next = a with { Version = a.Version + 1, ChangedBy = by, ChangedAt = now, Note = null };
        return command switch
        {
            WriteArticle w => (next with
            {
                State = ArticleState.Draft,
                Text = w.Text,
                Drafters = a.State is ArticleState.Published or ArticleState.Retired ? [by.Id] : [.. a.Drafters.Append(by.Id).Distinct(StringComparer.Ordinal)],
            }, null),
            SubmitArticle when a.State == ArticleState.Draft => (next with { State = ArticleState.InReview }, null),
            PublishArticle when a.State == ArticleState.InReview => a.Drafters.Contains(by.Id)
                ? (null, OwnDraft)
                : (next with { State = ArticleState.Published, Live = a.Text, Drafters = [], PublishedAt = now }, null),
            RejectArticle r when a.State == ArticleState.InReview => string.IsNullOrWhiteSpace(r.Note)
                ? (null, new Check().Missing("note").Refusal)
                : (next with { State = ArticleState.Draft, Note = r.Note }, null),
            RetireArticle r when a.State != ArticleState.Retired => (next with { State = ArticleState.Retired, Live = null, Drafters = [], Note = r.Note }, null),
            ConfirmArticle c when a.State == ArticleState.Published => Confirm(next, c.ReviewBy, Clocks.CityZone.DateOf(now)),
            _ => (null, WrongState),
        };
    }

    private static (Article?, Refusal?) Confirm(Article next, DateOnly? reviewBy, DateOnly today)
    {
        if (reviewBy <= today)
            return (null, Refusal.Of("badTime", "reviewBy", "下次复核的日期应在今天之后。"));
        var text = next.Text with { ReviewBy = reviewBy };
        return (next with { Text = text, Live = text }, null);
    }

    /// <summary>What is wrong with a text, by field; null where nothing is.</summary>
    public static Refusal? Check(ArticleText text, City city)
    {
        var check = new Check()
            .Text("title", text.Title, required: true, max: MaxTitle)
            .Text("body", text.Body, required: true)
            .Text("internalNote", text.InternalNote)
            .Text("basis", text.Basis, max: MaxBasis)
            .That(text.CategoryId is null || city.FindCategory(text.CategoryId) is not null, "categoryId", "badValue", "没有这个事项分类。")
            .That(text.UnitId is null || city.FindUnit(text.UnitId) is not null, "unitId", "badValue", "没有这个承办单位。")
            .That(text.ValidFrom is null || text.ValidTo is null || text.ValidFrom <= text.ValidTo, "validTo", "badTime", "失效日期不能早于生效日期。")
            .Count("areaIds", text.AreaIds?.Count, MaxAreas)
            .Count("keywords", text.Keywords?.Count, MaxKeywords);
        for (var i = 0; i < text.AreaIds?.Count; i++)
            check.That(city.FindArea(text.AreaIds[i]) is not null, At("areaIds", i), "badValue", "没有这个区划。");
        for (var i = 0; i < text.Keywords?.Count; i++)
            check.Text(At("keywords", i), text.Keywords[i], required: true, max: MaxKeyword);
        return check.Refusal;
    }

    private static string At(string field, int index) => string.Create(CultureInfo.InvariantCulture, $"{field}[{index}]");
}
