using HotlinePush.Channels;
using Microsoft.Extensions.Configuration;

namespace HotlinePush.Notices;

/// <summary>Where the public pages are, for links that leave the system: <c>https://12345.example.gov.cn</c>, no slash at the end.</summary>
public sealed record SiteAddress(string Url)
{
    /// <summary>The setting, for hosts that are reached by another address than they listen on.</summary>
    public const string Setting = "Site:Address";

    /// <exception cref="ProviderSettingsException">The setting is no address.</exception>
    public static SiteAddress Read(IConfiguration configuration, string otherwise)
    {
        var given = configuration[Setting]?.Trim().TrimEnd('/');
        if (string.IsNullOrEmpty(given))
            return new(otherwise.TrimEnd('/'));
        return Uri.TryCreate(given, UriKind.Absolute, out var url) && url is { Scheme: "https" or "http" } && url is { Query: "", Fragment: "", UserInfo: "" }
            ? new(given)
            : throw new ProviderSettingsException($"{Setting} has to be an address such as https://12345.example.gov.cn, without a query.");
    }

    /// <summary>For a host that cannot know by what name it is reached.</summary>
    /// <exception cref="ProviderSettingsException">The setting is missing, or no address.</exception>
    public static SiteAddress Required(IConfiguration configuration) => string.IsNullOrWhiteSpace(configuration[Setting])
        ? throw new ProviderSettingsException($"{Setting} is missing. It is the address that residents know, such as https://12345.example.gov.cn.")
        : Read(configuration, "");

    /// <summary>Of one recipient's own copy of a notice: shown without figures until a second factor.</summary>
    public string Copy(string token) => $"{Url}/n/{token}";

    /// <summary>Of a notice as everybody may read it.</summary>
    public string Notice(string noticeId) => $"{Url}/notices/{noticeId}";

    /// <summary>One click ends the office's notices, RFC 8058.</summary>
    public string Unsubscribe(string token) => $"{Url}/unsubscribe/{token}";
}
