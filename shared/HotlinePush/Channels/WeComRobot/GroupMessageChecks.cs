using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using HotlinePush.Units;
using HotlinePush.Web;

namespace HotlinePush.Channels.WeComRobot;

/// <summary>What somebody hands in.</summary>
public sealed record GroupMessageBody(
    IReadOnlyList<string> RobotIds, GroupMessageKind Kind, string? Text = null, string? Markdown = null, IReadOnlyList<GroupArticle>? Articles = null, string? NoticeId = null)
{
    public GroupContent ToContent() => new(
        Kind,
        Kind == GroupMessageKind.Text ? Text!.ReplaceLineEndings("\n") : null,
        Kind == GroupMessageKind.Markdown ? Markdown!.ReplaceLineEndings("\n") : null,
        Kind == GroupMessageKind.News ? [.. Articles!] : []);
}

/// <summary>
/// The platform's limits, in bytes of UTF-8 (developer.work.weixin.qq.com/document/path/91770); it cuts what is longer, in the middle of a word, so
/// that is refused here. A group is no place for a recipient's own figures, and nobody's telephone rings for it: mentions are refused.
/// </summary>
public static partial class GroupMessageChecks
{
    public const int MaxGroups = 40;
    public const int MaxText = 2_048, MaxMarkdown = 4_096, MaxArticles = 8, MaxTitle = 128, MaxDescription = 512, MaxUrl = 2_048;

    [GeneratedRegex(@"<\s*@|@all(?![A-Za-z0-9_.-])", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Mention();

    public static Refusal? Of(GroupMessageBody b)
    {
        var check = new Check()
            .That(b.RobotIds.Count > 0, "robotIds", "required", "至少选择一个群。")
            .Count("robotIds", b.RobotIds.Count, MaxGroups)
            .That(b.RobotIds.Distinct(StringComparer.Ordinal).Count() == b.RobotIds.Count, "robotIds", "repeated", "群重复。");
        // Of another kind's fields nothing would be posted: better said than dropped.
        foreach (var (name, kind, given) in new (string, GroupMessageKind, bool)[]
            { ("text", GroupMessageKind.Text, b.Text is not null), ("markdown", GroupMessageKind.Markdown, b.Markdown is not null), ("articles", GroupMessageKind.News, b.Articles is not null) })
            check.That(given == (b.Kind == kind), name, given ? "badValue" : "required", given ? "与消息类型不符。" : "此项必填。");
        if (!check.Ok)
            return check.Result();
        switch (b.Kind)
        {
            case GroupMessageKind.Text:
                Words(check, "text", b.Text, MaxText, required: true);
                break;
            case GroupMessageKind.Markdown:
                Words(check, "markdown", b.Markdown, MaxMarkdown, required: true);
                break;
            default:
                check.That(b.Articles!.Count is >= 1 and <= MaxArticles, "articles", "outOfRange", $"图文为1到{MaxArticles}条。");
                for (var i = 0; i < Math.Min(b.Articles!.Count, MaxArticles); i++)
                    Article(check, string.Create(CultureInfo.InvariantCulture, $"articles[{i}]"), b.Articles[i]);
                break;
        }

        return check.Result();
    }

    private static void Article(Check check, string at, GroupArticle article)
    {
        Words(check, at + ".title", article.Title, MaxTitle, required: true);
        Words(check, at + ".description", article.Description, MaxDescription);
        Address(check, at + ".url", article.Url);
        if (article.PicUrl is not null)
            Address(check, at + ".picUrl", article.PicUrl);
    }

    private static void Address(Check check, string field, string url)
    {
        Words(check, field, url, MaxUrl, required: true);
        check.That(Uri.TryCreate(url, UriKind.Absolute, out var address) && (address.Scheme == Uri.UriSchemeHttps || address.Scheme == Uri.UriSchemeHttp), field, "badValue", "应为 http 或 https 网址。");
    }

    private static void Words(Check check, string field, string? text, int bytes, bool required = false)
    {
        check.Text(field, text, required);
        if (string.IsNullOrWhiteSpace(text))
            return;
        var length = Encoding.UTF8.GetByteCount(text.ReplaceLineEndings("\n"));
        check.That(length <= bytes, field, "tooLong", string.Create(CultureInfo.InvariantCulture, $"按 UTF-8 计 {length} 字节，最多 {bytes} 字节（汉字每个 3 字节）。"))
            .That(!text.Contains("{{", StringComparison.Ordinal), field, "recipientPlaceholder", "群消息不能有收件人的占位符，也不发送个人信息。")
            .That(!Mention().IsMatch(text), field, "mentionRefused", "群消息不能提醒成员，请去掉“@”。");
    }
}
