using HotlinePush.Notices;

namespace HotlinePush.Channels.Twilio;

/// <summary>Settings <c>Providers:Twilio</c>.</summary>
/// <param name="OtherAuthToken">A second token that signs reports while tokens are exchanged.</param>
/// <param name="From">A number of the account in E.164, or an alphanumeric sender; where <paramref name="MessagingServiceSid"/> is given, one of its pool.</param>
/// <param name="SecurityAssessment">
/// Names the security assessment of data leaving the country 数据出境安全评估. Without it no number in mainland China is given to Twilio.
/// </param>
/// <param name="PerSecond">Calls a second, over all instances.</param>
public sealed record TwilioSettings(
    string AccountSid, string AuthToken, string? OtherAuthToken, string? From, string? MessagingServiceSid, string? SecurityAssessment, Uri Endpoint, int PerSecond)
{
    public const string Provider = "Twilio";

    /// <param name="site">Reports come there, so Twilio has to reach it.</param>
    public static TwilioSettings Read(ProviderSettings s, SiteAddress site)
    {
        const string Standard = "https://api.twilio.com";
        var settings = new TwilioSettings(
            s.Required("AccountSid", "It begins with AC and stands on the console's first page."),
            s.Required("AuthToken", "It stands below the AccountSid; an API key does not sign reports."),
            s.Optional("OtherAuthToken"),
            s.Optional("From"),
            s.Optional("MessagingServiceSid"),
            s.Optional("SecurityAssessment"),
            s.Address("Endpoint", Standard),
            s.Number("PerSecond", 10, 1, 1_000));
        if (settings.AccountSid.Length > 0 && !IsSid(settings.AccountSid, "AC"))
            s.Wrong("AccountSid", "has to be AC and 32 hexadecimal digits.");
        if (settings.MessagingServiceSid is { } service && !IsSid(service, "MG"))
            s.Wrong("MessagingServiceSid", "has to be MG and 32 hexadecimal digits.");
        if (settings.From is null && settings.MessagingServiceSid is null)
            s.Wrong("From", "is missing: name a number of the account, or MessagingServiceSid.");
        if (!settings.Endpoint.IsLoopback && !(Uri.TryCreate(site.Url, UriKind.Absolute, out var url) && url is { Scheme: "https", IsLoopback: false }))
            s.Wrong("AccountSid", $"is set, but Twilio cannot report to {site.Url}: set Site:Address to the public https address.");
        return settings;
    }

    /// <summary>Country code 86; Hong Kong, Macao and Taiwan have their own.</summary>
    public bool Takes(string to) => to.StartsWith('+') && (SecurityAssessment is not null || !to.StartsWith("+86", StringComparison.Ordinal));

    private static bool IsSid(string text, string prefix) => text.Length == 34 && text.StartsWith(prefix, StringComparison.Ordinal) && text[2..].All(char.IsAsciiHexDigit);

    // A secret must not reach a log by way of a record's text.
    public override string ToString() => $"{Provider} {Endpoint.Host}";
}
