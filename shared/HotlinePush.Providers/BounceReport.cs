using HotlinePush.Channels.Email;
using HotlinePush.Notices.Sending;
using MimeKit;

namespace HotlinePush.Providers;

/// <summary>What a mail that came back says of an attempt.</summary>
/// <param name="State">Null: a report, but of nothing final.</param>
public sealed record BounceReport(string AttemptId, DeliveryState? State, string Code)
{
    private static readonly string[] RecipientHeaders = ["Delivered-To", "X-Original-To", "X-Envelope-To", "To"];

    /// <param name="returnPath">The address that our mails name as envelope sender; the attempt stands behind its plus sign.</param>
    /// <returns>Null where it is no delivery report (RFC 3464), or names no attempt: for a person to read.</returns>
    public static BounceReport? Read(MimeMessage message, string returnPath)
    {
        if (Find<MessageDeliveryStatus>(message) is not { } status || AttemptOf(message, status, returnPath) is not { } attempt)
            return null;
        // The first group is about the mail, each further one about a recipient; ours have one.
        foreach (var group in status.StatusGroups.Skip(1))
            if (DeliveryStatusRules.Of(group["Action"], group["Status"]) is var (state, code))
                return new(attempt, state, code);
        return new(attempt, null, "");
    }

    /// <summary>The address it came back to says it best; else the envelope's name, else the headers it quotes.</summary>
    private static string? AttemptOf(MimeMessage message, MessageDeliveryStatus status, string returnPath) =>
        RecipientHeaders.SelectMany(name => message.Headers.Where(h => string.Equals(h.Field, name, StringComparison.OrdinalIgnoreCase)))
            .SelectMany(h => InternetAddressList.TryParse(h.Value, out var list) ? list.Mailboxes : [])
            .Select(m => ReturnAddress.AttemptOf(returnPath, m.Address)).FirstOrDefault(a => a is not null)
        ?? status.StatusGroups.FirstOrDefault()?["Original-Envelope-Id"]?.Trim()
        ?? Quoted(message)?[NoticeMail.AttemptHeader]?.Trim();

    private static HeaderList? Quoted(MimeMessage message)
    {
        if (Find<MessagePart>(message) is { Message.Headers: { } whole })
            return whole;
        // text/rfc822-headers: MimeKit gives it as a message without a body, or as the text it is.
        var text = message.BodyParts.OfType<TextPart>().FirstOrDefault(p => p.ContentType.IsMimeType("text", "rfc822-headers"));
        if (text?.Content is null)
            return null;
        using var stream = text.Content.Open();
        try
        {
            return HeaderList.Load(stream);
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private static T? Find<T>(MimeMessage message) where T : MimeEntity
    {
        using var entities = new MimeIterator(message);
        while (entities.MoveNext())
            if (entities.Current is T found)
                return found;
        return null;
    }
}
