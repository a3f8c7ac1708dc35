namespace HotlinePush.Channels.Email;

/// <summary>Settings <c>Providers:Imap</c>: the mailbox that undeliverable mail comes back to. Nothing else should be read there.</summary>
/// <param name="Done">Folder for what was understood.</param>
/// <param name="Other">Folder for what a person should look at.</param>
public sealed record ImapSettings(MailServer Server, string Done, string Other, int EveryMinutes)
{
    public const string Provider = "Imap";

    public static ImapSettings Read(ProviderSettings s)
    {
        var settings = new ImapSettings(MailServer.Read(s, 993, MailSecurity.Implicit), s.Text("Done", "Bounces-Done"), s.Text("Other", "Bounces-Other"), s.Number("EveryMinutes", 5, 1, 1_440));
        if (settings.Server.UserName is null && settings.Server.Host.Length > 0)
            s.Wrong("UserName", "is missing: a mailbox is opened with a name and a password.");
        if (settings.Done == settings.Other)
            s.Wrong("Other", "has to be another folder than Done.");
        return settings;
    }

    public override string ToString() => $"{Provider} {Server}";
}
