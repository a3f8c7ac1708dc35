using HotlinePush.Web;

namespace HotlinePush.Comments;

/// <summary>What staff decide about a comment. Pure: the comment afterwards, or a refusal.</summary>
public static class CommentRules
{
    private const int LongestReason = 500;

    public static (Comment? After, Refusal? Refusal) Moderate(Comment c, bool publish, string? reason, string by, DateTimeOffset now)
    {
        if (CheckReason(publish, reason) is { } wrong)
            return (null, wrong);
        if (!c.Counts)
            return (null, new("wrongState", "这条意见还没有经验证码确认。"));
        if (c.Text is null && publish)
            return (null, new("personalDataDeleted", "这条意见的内容已经删除。"));
        return (c with { State = publish ? CommentState.Published : CommentState.Refused, Moderation = new(publish, Blank(reason), now, by) }, null);
    }

    public static (Comment? After, Refusal? Refusal) Respond(Comment c, Adoption adopted, string text, string by, DateTimeOffset now)
    {
        if (CheckText(text) is { } wrong)
            return (null, wrong);
        return c.Counts
            ? (c with { Response = new(adopted, Tidy(text), now, by) }, null)
            : (null, new("wrongState", "这条意见还没有经验证码确认。"));
    }

    public static Refusal? CheckReason(bool publish, string? reason) => new Check().Text("reason", reason, required: !publish, max: LongestReason).Refusal;

    public static Refusal? CheckText(string text) => new Check().Text("text", text, required: true).Refusal;

    /// <summary>What a group's decisions make of one of it: those that have their own keep it.</summary>
    public static Comment UnderGroup(Comment c, CommentGroup group)
    {
        if (c.State == CommentState.Held && group.Moderation is { } m && (c.Text is not null || !m.Publish))
            c = c with { State = m.Publish ? CommentState.Published : CommentState.Refused, Moderation = m };
        if (c.Counts && group.Response is { } answer && c.Response is null or { ForGroup: true })
            c = c with { Response = answer };
        return c;
    }

    /// <summary>Takes the words away for good; the comment still counts as one that came in.</summary>
    public static Comment EraseText(Comment c, string reason, string by, DateTimeOffset now) => c with
    {
        Text = null,
        State = CommentState.Refused,
        Moderation = new(false, reason, now, by),
    };

    internal static string Tidy(string text) => text.ReplaceLineEndings("\n").Trim();

    internal static string? Blank(string? text) => string.IsNullOrWhiteSpace(text) ? null : Tidy(text);
}
