using HotlinePush.Channels;
using HotlinePush.Messaging;
using HotlinePush.Web;
using Microsoft.Extensions.Configuration;

namespace HotlinePush.Operations;

/// <summary>What the host in the cloud is told besides where its data lies.</summary>
/// <param name="Places">Messages of each queue that one instance handles at once.</param>
/// <param name="Proxies">Addresses and networks whose <c>X-Forwarded-For</c> is believed.</param>
/// <param name="PlatformIdentity">Whether the platform's authentication stands before the app and says who calls.</param>
/// <param name="UserClaim">Its claim that is an account's user name.</param>
public sealed record CloudHostSettings(IReadOnlyDictionary<string, int> Places, IReadOnlyList<string> Proxies, bool PlatformIdentity, string UserClaim)
{
    /// <summary>The host's own router sees to it that nobody else reaches the worker: what is not public is the platform's.</summary>
    private const string PlatformNetworks = "127.0.0.0/8, ::1, 10.0.0.0/8, 100.64.0.0/10, 169.254.0.0/16, 172.16.0.0/12, 192.168.0.0/16, fc00::/7, fe80::/10";

    private const int MostPlaces = 64;

    private static readonly (string Name, string Queue)[] Named =
    [
        (nameof(Queues.Tickets), Queues.Tickets), (nameof(Queues.UrgentTimers), Queues.UrgentTimers), (nameof(Queues.Timers), Queues.Timers),
        (nameof(Queues.People), Queues.People), (nameof(Queues.Jobs), Queues.Jobs), (nameof(Queues.Notices), Queues.Notices),
    ];

    /// <summary>The parts and what each asks for.</summary>
    public static IReadOnlyList<(string Part, Func<ProviderSettings, object> Read)> Parts { get; } = [("Queues", ReadPlaces), ("Http", s => ReadHttp(s))];

    /// <exception cref="ProviderSettingsException">A setting is wrong; the message names it and says what to do.</exception>
    public static CloudHostSettings Read(IConfiguration configuration)
    {
        var places = Part(configuration, "Queues", ReadPlaces);
        var (proxies, identity, claim) = Part(configuration, "Http", ReadHttp);
        return new(places, proxies, identity, claim);
    }

    public void Apply(HotlineWebOptions web)
    {
        foreach (var proxy in Proxies)
            web.TrustedProxies.Add(proxy);
        web.TrustPlatformIdentity = PlatformIdentity;
        web.PlatformUserClaim = UserClaim;
    }

    private static T Part<T>(IConfiguration configuration, string part, Func<ProviderSettings, T> read)
    {
        var settings = new ProviderSettings(configuration, part, "");
        var found = read(settings);
        settings.Check();
        return found;
    }

    private static Dictionary<string, int> ReadPlaces(ProviderSettings s) =>
        Named.ToDictionary(q => q.Queue, q => s.Number(q.Name, MessagePump.Concurrency(q.Queue), 1, MostPlaces), StringComparer.Ordinal);

    private static (IReadOnlyList<string> Proxies, bool Identity, string Claim) ReadHttp(ProviderSettings s)
    {
        var proxies = s.Text("TrustedProxies", PlatformNetworks).Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        foreach (var proxy in proxies.Where(p => !ClientAddress.IsNetwork(p)))
            s.Wrong("TrustedProxies", $"has '{proxy}', which is no address or network: write 10.1.2.3 or 10.0.0.0/8, with commas between.");
        return (proxies, s.Flag("TrustPlatformIdentity"), s.Text("PlatformUserClaim", new HotlineWebOptions().PlatformUserClaim));
    }
}
