using HotlinePush.Channels;
using HotlinePush.Security;
using Microsoft.Extensions.Configuration;

namespace HotlinePush.Storage;

/// <summary>
/// Where an installation in the cloud keeps its rows, files and messages. Every address comes from here, for Azure operated by 21Vianet has other
/// ones than global Azure. Identity is the platform's; a connection string is taken for emulators on this machine only.
/// </summary>
/// <param name="Tables">Null where <paramref name="Emulator"/> is given.</param>
/// <param name="Blobs">Null where <paramref name="Emulator"/> is given.</param>
/// <param name="Emulator">Connection string of a storage emulator.</param>
/// <param name="TablePrefix">Before the name of every table.</param>
/// <param name="Container">Where files lie.</param>
/// <param name="BusNamespace">Fully qualified; null where <paramref name="BusEmulator"/> is given.</param>
/// <param name="BusEmulator">Connection string of a Service Bus emulator.</param>
/// <param name="ClientId">Of a managed identity assigned by the user; null for the one of the system.</param>
/// <param name="AuthorityHost">Where tokens come from outside the platform, on a developer's machine; null for the SDK's own.</param>
public sealed record CloudSettings(
    Uri? Tables, Uri? Blobs, string? Emulator, string TablePrefix, string Container, string? BusNamespace, string? BusEmulator, string? ClientId, Uri? AuthorityHost)
{
    /// <summary>The connection of every Service Bus trigger: the platform reads the same settings.</summary>
    public const string BusConnection = "ServiceBus";

    /// <summary>The parts and what each asks for.</summary>
    public static IReadOnlyList<(string Part, Func<ProviderSettings, object> Read)> Parts { get; } =
        [("Storage", s => ReadStorage(s)), (BusConnection, s => ReadBus(s, null)), ("Identity", s => ReadIdentity(s)), ("Keys", s => ReadKeys(s))];

    /// <exception cref="ProviderSettingsException">A setting is missing or wrong.</exception>
    public static CloudSettings Read(IConfiguration configuration)
    {
        var storage = Part(configuration, "Storage", ReadStorage);
        var bus = Part(configuration, BusConnection, s => ReadBus(s, configuration[BusConnection]?.Trim()));
        var identity = Part(configuration, "Identity", ReadIdentity);
        return new(storage.Tables, storage.Blobs, storage.Emulator, storage.Prefix, storage.Container, bus.Namespace, bus.Emulator, identity.ClientId, identity.AuthorityHost);
    }

    /// <summary>The key ring: its text, which the platform takes from a key vault, or a file.</summary>
    /// <exception cref="ProviderSettingsException">Missing, or no key ring.</exception>
    /// <exception cref="KeyFileException">The file cannot be read.</exception>
    public static KeyRing ReadKeys(IConfiguration configuration)
    {
        var (ring, file, _) = Part(configuration, "Keys", ReadKeys);
        if (ring is null)
            return KeyFile.Load(file!);
        try
        {
            return KeyRing.Parse(ring);
        }
        catch (FormatException e)
        {
            // A reference that the platform could not follow stands there as it was written.
            throw new ProviderSettingsException(ring.StartsWith("@Microsoft.KeyVault", StringComparison.OrdinalIgnoreCase)
                ? "Keys:Ring is still a reference to the key vault: the app's identity may not read the secret, or there is none of that name."
                : $"Keys:Ring is no key ring: {e.Message}");
        }
    }

    /// <summary>The key by which the first administrator calls and makes the accounts; null where there is none, or no longer.</summary>
    /// <exception cref="ProviderSettingsException">Too short to be a secret.</exception>
    public static string? ReadFirstAdmin(IConfiguration configuration) => Part(configuration, "Keys", ReadKeys).FirstAdmin;

    private static T Part<T>(IConfiguration configuration, string part, Func<ProviderSettings, T> read)
    {
        var settings = new ProviderSettings(configuration, part, "");
        var found = read(settings);
        settings.Check();
        return found;
    }

    private static (Uri? Tables, Uri? Blobs, string? Emulator, string Prefix, string Container) ReadStorage(ProviderSettings s)
    {
        var emulator = s.Optional("ConnectionString");
        if (emulator is not null && !IsEmulator(emulator))
            s.Wrong("ConnectionString", "is for an emulator on this machine only: name TableEndpoint and BlobEndpoint, and give the app's identity its roles.");
        var tables = Endpoint(s, "TableEndpoint", emulator is null);
        var blobs = Endpoint(s, "BlobEndpoint", emulator is null);
        var prefix = s.Text("TablePrefix", "hotline");
        if (prefix.Length > 20 || !prefix.All(char.IsAsciiLetterLower))
            s.Wrong("TablePrefix", "has to be 1 to 20 small letters.");
        var container = s.Text("Container", "files");
        if (container.Length is < 3 or > 63 || !container.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-') || container[0] == '-' || container[^1] == '-' || container.Contains("--", StringComparison.Ordinal))
            s.Wrong("Container", "has to be 3 to 63 small letters, digits and single hyphens.");
        return (tables, blobs, emulator, prefix, container);
    }

    private static Uri? Endpoint(ProviderSettings s, string name, bool needed)
    {
        var given = needed ? s.Required(name, "It stands under Endpoints of the storage account.") : s.Optional(name);
        if (string.IsNullOrEmpty(given))
            return null;
        if (Uri.TryCreate(given, UriKind.Absolute, out var address) && address is { Scheme: "https", PathAndQuery: "/", UserInfo: "" })
            return address;
        s.Wrong(name, "has to be an https address without a path.");
        return null;
    }

    private static (string? Namespace, string? Emulator) ReadBus(ProviderSettings s, string? connection)
    {
        // The names that triggers know: Microsoft.Azure.WebJobs.Extensions.ServiceBus, identity-based connections.
        var ns = connection is null ? s.Required("fullyQualifiedNamespace", "It is the host of the Service Bus namespace.") : s.Optional("fullyQualifiedNamespace");
        _ = s.Optional("credential");
        _ = s.Optional("clientId");
        if (connection is not null && !connection.Contains("UseDevelopmentEmulator=true", StringComparison.OrdinalIgnoreCase))
            s.Wrong("fullyQualifiedNamespace", "is missing: a connection string is for an emulator only, with UseDevelopmentEmulator=true.");
        if (!string.IsNullOrEmpty(ns) && Uri.CheckHostName(ns) != UriHostNameType.Dns)
            s.Wrong("fullyQualifiedNamespace", "has to be a host name, without a scheme.");
        return (connection is null ? ns : null, connection);
    }

    private static (string? ClientId, Uri? AuthorityHost) ReadIdentity(ProviderSettings s)
    {
        var clientId = s.Optional("ClientId");
        if (clientId is not null && !Guid.TryParse(clientId, out _))
            s.Wrong("ClientId", "has to be the client id of a managed identity.");
        var authority = s.Optional("AuthorityHost");
        if (authority is not null && !(Uri.TryCreate(authority, UriKind.Absolute, out var address) && address is { Scheme: "https" }))
            s.Wrong("AuthorityHost", "has to be an https address.");
        return (clientId, authority is null ? null : Uri.TryCreate(authority, UriKind.Absolute, out var host) ? host : null);
    }

    private static (string? Ring, string? File, string? FirstAdmin) ReadKeys(ProviderSettings s)
    {
        var (ring, file) = (s.Optional("Ring"), s.Optional("File"));
        if (ring is null == file is null)
            s.Wrong("Ring", "or Keys:File is needed, and not both: the key ring itself, as a reference to a secret of the key vault, or a file that holds it.");
        var first = s.Optional("FirstAdmin");
        if (first is { Length: < ApiKeys.MinGiven })
            s.Wrong("FirstAdmin", $"has to have {ApiKeys.MinGiven} random characters or more: openssl rand -hex 32.");
        return (ring, file, first);
    }

    private static bool IsEmulator(string connection) =>
        connection.Contains("UseDevelopmentStorage=true", StringComparison.OrdinalIgnoreCase)
        || (connection.Contains("127.0.0.1", StringComparison.Ordinal) && !connection.Contains("EndpointSuffix", StringComparison.OrdinalIgnoreCase));

    // A connection string has a key in it.
    public override string ToString() => $"{Tables?.Host ?? "emulator"}, {BusNamespace ?? "emulator"}";
}
