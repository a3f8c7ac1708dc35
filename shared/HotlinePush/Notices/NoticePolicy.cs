using HotlinePush.Channels;
using Microsoft.Extensions.Configuration;

namespace HotlinePush.Notices;

/// <summary>What the city demands of every notice.</summary>
/// <param name="RequireExpected">A text that names an amount needs the approval document's count and total beside it.</param>
public sealed record NoticePolicy(bool RequireExpected = false)
{
    public const string Setting = "Notices:RequireExpected";

    /// <exception cref="ProviderSettingsException">The setting is neither true nor false.</exception>
    public static NoticePolicy Read(IConfiguration configuration) => configuration[Setting] switch
    {
        null or "" => new(),
        { } text when bool.TryParse(text, out var required) => new(required),
        _ => throw new ProviderSettingsException($"{Setting} has to be true or false."),
    };
}
