using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace HotlinePush.Channels;

/// <summary>A setting of a provider is missing or wrong: the host does not start. The message names the setting and says what to do.</summary>
public sealed class ProviderSettingsException(string message) : Exception(message);

/// <summary>
/// One provider's part of the configuration, <c>Providers:name:…</c> (in the environment <c>Providers__name__…</c>). Reads what the provider
/// asks for and collects what is wrong with it; <see cref="Check"/> tells all of it at once, misspelt names too.
/// </summary>
/// <param name="above">What the part lies below: the cloud the product runs in has parts of its own, below nothing.</param>
public sealed class ProviderSettings(IConfiguration configuration, string provider, string above = "Providers:")
{
    private readonly IConfigurationSection _section = configuration.GetSection(above + provider);
    private readonly List<(string Name, string Default)> _asked = [];
    private readonly List<string> _problems = [];

    /// <summary>Whether anything of it is set: only then is there such a provider. An empty value sets nothing.</summary>
    public bool IsGiven => _section.GetChildren().Any(c => !string.IsNullOrWhiteSpace(c.Value) || c.GetChildren().Any());

    /// <summary>What was asked for, each with its default as the documentation states it.</summary>
    public IReadOnlyList<(string Name, string Default)> Asked => _asked;

    /// <param name="remedy">Where the value is to be found; one sentence.</param>
    public string Required(string name, string remedy)
    {
        var value = Ask(name, "required");
        if (value is null)
            Wrong(name, $"is missing. {remedy}");
        return value ?? "";
    }

    public string? Optional(string name) => Ask(name, "none");

    public string Text(string name, string otherwise) => Ask(name, otherwise) ?? otherwise;

    public int Number(string name, int otherwise, int min, int max)
    {
        if (Ask(name, otherwise.ToString(CultureInfo.InvariantCulture)) is not { } text)
            return otherwise;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max)
            return number;
        Wrong(name, string.Create(CultureInfo.InvariantCulture, $"has to be a number from {min} to {max}."));
        return otherwise;
    }

    public bool Flag(string name)
    {
        var text = Ask(name, "false");
        if (text is null || bool.TryParse(text, out _))
            return text is not null && bool.Parse(text);
        Wrong(name, "has to be true or false.");
        return false;
    }

    /// <summary>Where the provider is: <c>https</c> and nothing behind the host; plain <c>http</c> on this machine only, for stand-ins.</summary>
    public Uri Address(string name, string otherwise)
    {
        var text = Ask(name, otherwise) ?? otherwise;
        if (Uri.TryCreate(text, UriKind.Absolute, out var address) && address.PathAndQuery == "/" && address.UserInfo.Length == 0 && address.Fragment.Length == 0
            && (address.Scheme == Uri.UriSchemeHttps || address is { Scheme: "http", IsLoopback: true }))
            return address;
        Wrong(name, $"has to be an address such as {otherwise}, without a path.");
        return new(otherwise);
    }

    public void Wrong(string name, string why) => _problems.Add($"{_section.Path}:{name} {why}");

    /// <exception cref="ProviderSettingsException">Something is missing, wrong or unknown.</exception>
    public void Check()
    {
        foreach (var child in _section.GetChildren().Where(c => !_asked.Exists(a => string.Equals(a.Name, c.Key, StringComparison.OrdinalIgnoreCase))))
            Wrong(child.Key, $"is no setting of {provider}; known are {string.Join(", ", _asked.Select(a => a.Name))}.");
        if (_problems.Count > 0)
            throw new ProviderSettingsException(string.Join('\n', _problems));
    }

    private string? Ask(string name, string otherwise)
    {
        _asked.Add((name, otherwise));
        var value = _section[name]?.Trim();
        return string.IsNullOrEmpty(value) ? null : value;
    }
}
