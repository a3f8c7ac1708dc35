using HotlinePush.Channels;

namespace HotlinePush.Inbound.Calls;

/// <summary>Settings <c>Providers:Calls</c>: what a call-centre system signs its reports with. None: every report is forged.</summary>
/// <param name="Window">How far a report's timestamp may be from our clock.</param>
public sealed record CallSettings(IReadOnlyList<string> Secrets, TimeSpan Window)
{
    public const string Provider = "Calls";

    /// <summary>As many as HMAC-SHA256 makes use of.</summary>
    private const int ShortestSecret = 32;

    private static readonly TimeSpan UsualWindow = TimeSpan.FromMinutes(5);

    public static readonly CallSettings Off = new([], UsualWindow);

    /// <summary>Of a demonstration, so that one can let it ring.</summary>
    public static readonly CallSettings Demo = new(["demo-calls"], UsualWindow);

    public static CallSettings Read(ProviderSettings s)
    {
        var secret = s.Required("Secret", "Draw one with `openssl rand -hex 32` and give it to the call-centre system.");
        var other = s.Optional("OtherSecret");
        var minutes = s.Number("WindowMinutes", (int)UsualWindow.TotalMinutes, 1, 60);
        if (secret.Length is > 0 and < ShortestSecret)
            s.Wrong("Secret", $"has to have at least {ShortestSecret} characters.");
        if (other is { Length: < ShortestSecret })
            s.Wrong("OtherSecret", $"has to have at least {ShortestSecret} characters.");
        return new([secret, .. other is null ? Array.Empty<string>() : [other]], TimeSpan.FromMinutes(minutes));
    }

    // A secret must not reach a log by way of a record's text.
    public override string ToString() => Provider;
}
