using System.Globalization;
using HotlinePush.Channels;
using HotlinePush.Clocks;
using HotlinePush.Notices;
using HotlinePush.Security;

namespace HotlinePush.Inbound.TwilioVoice;

/// <summary>Settings <c>Providers:TwilioVoice</c>: the telephone menu. They stand apart from <c>Providers:Twilio</c>, which sends texts and needs an SDK.</summary>
/// <param name="OtherAuthToken">A second token that may have signed, while tokens are exchanged.</param>
/// <param name="DeskNumber">The desk's telephone in E.164, dialled for whoever asks for a person; else <paramref name="DeskQueue"/>.</param>
/// <param name="DeskQueue">A queue of the account that agents take calls from.</param>
/// <param name="From">When the desk can be reached, and <paramref name="Until"/> when, each day; the same twice: always.</param>
/// <param name="RingSeconds">How long the desk rings before the caller is told that nobody answers.</param>
/// <param name="RecordSeconds">The longest request that is recorded.</param>
/// <param name="Transcribe">Whether Twilio is asked to write down what was said; it does so in English only, up to two minutes.</param>
public sealed record TwilioVoiceSettings(
    string AccountSid, string AuthToken, string? OtherAuthToken, string? DeskNumber, string? DeskQueue, TimeOnly From, TimeOnly Until,
    int RingSeconds, int RecordSeconds, bool Transcribe, Uri Endpoint)
{
    public const string Provider = "TwilioVoice";

    /// <summary>No menu: every request is forged.</summary>
    public static readonly TwilioVoiceSettings Off = new("", "", null, null, null, default, default, 25, 120, false, new("https://api.twilio.com"));

    public IReadOnlyList<string> Tokens => AuthToken.Length == 0 ? [] : OtherAuthToken is null ? [AuthToken] : [AuthToken, OtherAuthToken];

    /// <param name="site">Twilio asks there what to say, so it has to reach it.</param>
    public static TwilioVoiceSettings Read(ProviderSettings s, SiteAddress site)
    {
        const string Standard = "https://api.twilio.com", Always = "00:00-24:00";
        var account = s.Required("AccountSid", "It begins with AC and stands on the console's first page.");
        var token = s.Required("AuthToken", "It stands below the AccountSid; it signs what Twilio asks.");
        var other = s.Optional("OtherAuthToken");
        var number = s.Optional("DeskNumber");
        var queue = s.Optional("DeskQueue");
        var hours = s.Text("Hours", Always);
        var settings = new TwilioVoiceSettings(
            account, token, other, number, queue, default, default, s.Number("RingSeconds", 25, 5, 120), s.Number("RecordSeconds", 120, 10, 600), s.Flag("Transcribe"),
            s.Address("Endpoint", Standard));
        if (account.Length > 0 && !TwilioSid.Is(account, "AC"))
            s.Wrong("AccountSid", "has to be AC and 32 hexadecimal digits.");
        if (number is null == queue is null)
            s.Wrong("DeskNumber", "or DeskQueue has to be given, one of the two: a caller can always ask for a person.");
        if (number is not null && !(number.StartsWith('+') && PhoneNumber.TryParse(number, out _)))
            s.Wrong("DeskNumber", "has to be a telephone number in E.164, such as +862887654321.");
        if (queue is { Length: > 64 })
            s.Wrong("DeskQueue", "has to have at most 64 characters.");
        if (!settings.Endpoint.IsLoopback && !(Uri.TryCreate(site.Url, UriKind.Absolute, out var url) && url is { Scheme: "https", IsLoopback: false }))
            s.Wrong("AccountSid", $"is set, but Twilio cannot ask {site.Url}: set Site:Address to the public https address.");
        if (TryHours(hours, out var from, out var until))
            return settings with { From = from, Until = until };
        s.Wrong("Hours", "has to be two times of day, such as 08:00-20:00.");
        return settings;
    }

    public bool IsOpen(DateTimeOffset now)
    {
        var time = TimeOnly.FromDateTime(CityZone.ToLocal(now).DateTime);
        return From == Until || time.IsBetween(From, Until);
    }

    private static bool TryHours(string text, out TimeOnly from, out TimeOnly until)
    {
        (from, until) = (default, default);
        // Midnight at the end of the day is that of its beginning.
        return text.Replace("24:00", "00:00", StringComparison.Ordinal).Split('-') is [var first, var last]
            && TimeOnly.TryParseExact(first.Trim(), "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out from)
            && TimeOnly.TryParseExact(last.Trim(), "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out until);
    }

    // A secret must not reach a log by way of a record's text.
    public override string ToString() => $"{Provider} {Endpoint.Host}";
}

/// <summary>Twilio's ids: two letters and 32 hexadecimal digits.</summary>
internal static class TwilioSid
{
    public static bool Is(string? text, string prefix) => text is { Length: 34 } && text.StartsWith(prefix, StringComparison.Ordinal) && text.AsSpan(2).IndexOfAnyExcept("0123456789abcdefABCDEF") < 0;
}
