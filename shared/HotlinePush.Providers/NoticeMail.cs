using HotlinePush.Channels;
using HotlinePush.Channels.Email;
using HotlinePush.Clocks;
using HotlinePush.Security;
using MimeKit;
using MimeKit.Text;

namespace HotlinePush.Providers;

/// <summary>One mail and its envelope.</summary>
internal sealed record NoticeMail(MimeMessage Message, MailboxAddress Sender, MailboxAddress Recipient)
{
    /// <summary>Names the attempt in the headers that a returned mail quotes.</summary>
    public const string AttemptHeader = "X-HotlinePush-Attempt";

    /// <param name="now">Product time.</param>
    /// <returns>Null where the address is none.</returns>
    public static NoticeMail? Make(SmtpSettings settings, DeliveryText text, DateTimeOffset now)
    {
        if (!EmailAddress.TryParse(text.To, out var to))
            return null;
        var recipient = new MailboxAddress("", to);
        var subject = OneLine(text.Subject ?? "");
        var message = new MimeMessage
        {
            Subject = subject,
            Date = CityZone.ToLocal(now),
            MessageId = $"{text.AttemptId}@{settings.From[(settings.From.LastIndexOf('@') + 1)..]}",
            Body = new MultipartAlternative
            {
                Part(TextFormat.Plain, text.Body),
                Part(TextFormat.Html, MailHtml.Of(subject, text.Body)),
            },
        };
        message.From.Add(new MailboxAddress(OneLine(settings.FromName ?? ""), settings.From));
        message.To.Add(recipient);
        message.Headers.Add(AttemptHeader, text.AttemptId);
        // Holiday replies and the like are not for machines: RFC 3834; and what Exchange goes by instead.
        message.Headers.Add(HeaderId.AutoSubmitted, "auto-generated");
        message.Headers.Add("X-Auto-Response-Suppress", "All");
        if (Uri.TryCreate(text.UnsubscribeUrl, UriKind.Absolute, out var way) && way is { Scheme: "https" or "http" })
        {
            // RFC 2369 and, for one click without a page, RFC 8058.
            message.Headers.Add(HeaderId.ListUnsubscribe, $"<{way.AbsoluteUri}>");
            message.Headers.Add(HeaderId.ListUnsubscribePost, "List-Unsubscribe=One-Click");
        }

        var sender = settings.ReturnPath is { } back ? ReturnAddress.Of(back, text.AttemptId) : settings.From;
        return new(message, new MailboxAddress("", sender), recipient);
    }

    /// <summary>Lines end as mail has them before they are encoded: RFC 2045, 6.8.</summary>
    private static TextPart Part(TextFormat format, string text) => new(format) { Text = text.ReplaceLineEndings("\r\n") };

    /// <summary>A line end in a header would begin another header.</summary>
    private static string OneLine(string text) => string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c)).Trim();
}
