using HotlinePush.Channels.Email;
using HotlinePush.Channels.Twilio;
using HotlinePush.Notices;
using Microsoft.Extensions.Configuration;

namespace HotlinePush.Channels;

/// <summary>Settings of the providers that need MailKit or Twilio's SDK. They are known here, so that a build without these can say that they are set in vain.</summary>
public sealed record MailAndTwilioSettings(SmtpSettings? Smtp, ImapSettings? Imap, TwilioSettings? Twilio)
{
    /// <summary>What each of them asks for.</summary>
    public static IReadOnlyList<(string Provider, Func<ProviderSettings, object> Read)> Settings { get; } =
        [(SmtpSettings.Provider, SmtpSettings.Read), (ImapSettings.Provider, ImapSettings.Read), (TwilioSettings.Provider, s => TwilioSettings.Read(s, new("https://12345.example.gov.cn")))];

    /// <exception cref="ProviderSettingsException">A setting is missing or wrong.</exception>
    public static MailAndTwilioSettings Read(IConfiguration configuration, SiteAddress site)
    {
        var settings = new MailAndTwilioSettings(
            ProviderSetup.Given(configuration, SmtpSettings.Provider, SmtpSettings.Read),
            ProviderSetup.Given(configuration, ImapSettings.Provider, ImapSettings.Read),
            ProviderSetup.Given(configuration, TwilioSettings.Provider, s => TwilioSettings.Read(s, site)));
        return settings is { Imap: not null, Smtp.ReturnPath: null } or { Imap: not null, Smtp: null }
            ? throw new ProviderSettingsException("Providers:Imap is set, but Providers:Smtp:ReturnPath is missing: name the address of that mailbox, so that what comes back names its attempt.")
            : settings;
    }

    /// <summary>For a build without them: mail that somebody set up must not end in the outbox unnoticed.</summary>
    /// <exception cref="ProviderSettingsException">One of them is set.</exception>
    public static void RefuseIfGiven(IConfiguration configuration)
    {
        foreach (var (provider, _) in Settings)
            if (new ProviderSettings(configuration, provider).IsGiven)
                throw new ProviderSettingsException($"Providers:{provider} is set, but this build has neither MailKit nor Twilio: build it with -p:Providers=true, or take the setting away.");
    }
}
