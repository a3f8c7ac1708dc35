using HotlinePush.Security;

namespace HotlinePush.Channels.Email;

/// <summary>Settings <c>Providers:Smtp</c>: the server that takes our mail.</summary>
/// <param name="From">Plain address that stands as the sender.</param>
/// <param name="FromName">The name beside it.</param>
/// <param name="ReturnPath">Mailbox for what comes back, with each attempt's name behind a plus sign (RFC 5233); null: it comes back to <paramref name="From"/>, without.</param>
/// <param name="Connections">Held open at once by one instance.</param>
/// <param name="PerMinute">Mails a minute, over all instances.</param>
public sealed record SmtpSettings(MailServer Server, string From, string? FromName, string? ReturnPath, int Connections, int PerMinute)
{
    public const string Provider = "Smtp";

    public static SmtpSettings Read(ProviderSettings s)
    {
        var server = MailServer.Read(s, 587, MailSecurity.StartTls);
        var sender = s.Required("From", "Name the sender, such as 12345热线 <notices@example.gov.cn>.");
        var (from, name) = Mailbox(sender);
        if (from is null && sender.Length > 0)
            s.Wrong("From", "has to be an address, or a name and <address>.");
        var back = s.Optional("ReturnPath");
        if (back is not null && !EmailAddress.TryParse(back, out back!))
            s.Wrong("ReturnPath", "has to be a plain address.");
        return new(server, from ?? "", name, back, s.Number("Connections", 4, 1, 50), s.Number("PerMinute", 600, 1, 100_000));
    }

    private static (string? Address, string? Name) Mailbox(string text)
    {
        var open = text.IndexOf('<', StringComparison.Ordinal);
        var name = open > 0 ? text[..open].Trim().Trim('"') : "";
        var plain = open >= 0 && text.EndsWith('>') ? text[(open + 1)..^1] : text;
        return EmailAddress.TryParse(plain, out var address) && !name.Any(char.IsControl) ? (address, name.Length == 0 ? null : name) : (null, null);
    }

    public override string ToString() => $"{Provider} {Server}";
}
