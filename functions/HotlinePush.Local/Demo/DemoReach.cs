using HotlinePush.Channels;

namespace HotlinePush.Local.Demo;

/// <summary>The fictional city's people have telephone numbers that may be somebody's: in a demonstration, providers are stand-ins on this machine or none.</summary>
public static class DemoReach
{
    /// <summary>Those that reach people by number or address.</summary>
    private static readonly (string Provider, string Where)[] Reaching = [("Aliyun", "Endpoint"), ("Twilio", "Endpoint"), ("TwilioVoice", "Endpoint"), ("Smtp", "Host")];

    /// <exception cref="ProviderSettingsException">A provider of the demonstration would reach real people.</exception>
    public static void Check(IConfiguration configuration)
    {
        foreach (var (provider, where) in Reaching)
            if (configuration.GetSection($"Providers:{provider}") is var section && section.GetChildren().Any() && !IsHere(section[where]))
                throw new ProviderSettingsException($"Providers:{provider} is set, but --demo reaches nobody real: leave --demo out, or let {where} name a stand-in on this machine.");
    }

    private static bool IsHere(string? where) =>
        Uri.CheckHostName(where) != UriHostNameType.Unknown ? new UriBuilder(Uri.UriSchemeHttp, where).Uri.IsLoopback : Uri.TryCreate(where, UriKind.Absolute, out var address) && address.IsLoopback;
}
