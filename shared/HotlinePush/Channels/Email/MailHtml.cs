using System.Net;
using System.Text;
using System.Text.RegularExpressions;

namespace HotlinePush.Channels.Email;

/// <summary>A text as the HTML half of a mail: escaped, its lines kept, its links clickable. No style, no picture, nothing from elsewhere.</summary>
public static partial class MailHtml
{
    /// <summary>Belongs to the sentence around a link rather than to the link.</summary>
    private const string AfterLink = ".,;:!?)]}'\"";

    public static string Of(string subject, string body)
    {
        var html = new StringBuilder("<!DOCTYPE html>\n<html");
        // Screen readers pick their voice by it; a text without Chinese leaves that to the reader's own settings.
        if (body.Any(c => c is >= '\u4E00' and <= '\u9FFF'))
            html.Append(" lang=\"zh-CN\"");
        html.Append("><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>").Append(WebUtility.HtmlEncode(subject)).Append("</title></head>\n<body>\n");
        foreach (var paragraph in Blank().Split(body.ReplaceLineEndings("\n").Trim('\n')))
            html.Append("<p>").AppendJoin("<br>\n", paragraph.Split('\n').Select(Line)).Append("</p>\n");
        return html.Append("</body></html>\n").ToString();
    }

    private static string Line(string line)
    {
        var html = new StringBuilder();
        var done = 0;
        foreach (Match match in Link().Matches(line))
        {
            var address = match.Value.TrimEnd(AfterLink.ToCharArray());
            var escaped = WebUtility.HtmlEncode(address);
            html.Append(WebUtility.HtmlEncode(line[done..match.Index])).Append($"<a href=\"{escaped}\">{escaped}</a>");
            done = match.Index + address.Length;
        }

        return html.Append(WebUtility.HtmlEncode(line[done..])).ToString();
    }

    // An address ends where Chinese begins: nobody puts a space between.
    [GeneratedRegex(@"https?://[!#-;=?-~]+", RegexOptions.IgnoreCase)]
    private static partial Regex Link();

    [GeneratedRegex(@"\n[ \t]*\n\s*")]
    private static partial Regex Blank();
}
