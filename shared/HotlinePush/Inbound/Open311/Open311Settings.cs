using HotlinePush.Channels;
using Microsoft.Extensions.Configuration;

namespace HotlinePush.Inbound.Open311;

/// <summary>Who may file by Open311, and what has to be said. Configuration <c>Open311:…</c>.</summary>
/// <param name="KeyRequired">A POST needs an <c>api_key</c>: the key of a platform.</param>
/// <param name="ContactRequired">A POST needs a phone or an e-mail address; otherwise one without is anonymous.</param>
/// <param name="JurisdictionId">The one jurisdiction served; others are not found. Null: whatever is given is ignored.</param>
public sealed record Open311Settings(bool KeyRequired, bool ContactRequired, string? JurisdictionId)
{
    public const string Section = "Open311";

    /// <param name="demo">In a demonstration anybody may try it: what is not set is not required.</param>
    /// <exception cref="ProviderSettingsException">A setting is neither true nor false.</exception>
    public static Open311Settings Read(IConfiguration? configuration, bool demo)
    {
        return new(Flag(nameof(KeyRequired)), Flag(nameof(ContactRequired)), configuration?[$"{Section}:{nameof(JurisdictionId)}"] is { Length: > 0 } id ? id : null);

        bool Flag(string name) => configuration?[$"{Section}:{name}"] switch
        {
            null or "" => !demo,
            { } text when bool.TryParse(text, out var flag) => flag,
            _ => throw new ProviderSettingsException($"{Section}:{name} has to be true or false."),
        };
    }
}
