using System.Net;
using HotlinePush.Channels;
using Microsoft.Extensions.Configuration;

namespace HotlinePush.Web;

/// <summary>Settings <c>Web:…</c>: what a host may change of <see cref="HotlineWebOptions"/> without being built anew.</summary>
public static class WebSettings
{
    public const string Part = "Web";

    private const int Most = 1_000_000;

    /// <exception cref="ProviderSettingsException">A setting is wrong, or none of these.</exception>
    public static Action<HotlineWebOptions> Read(IConfiguration configuration)
    {
        var settings = new ProviderSettings(configuration, Part, "");
        var apply = Read(settings);
        settings.Check();
        return apply;
    }

    public static Action<HotlineWebOptions> Read(ProviderSettings s)
    {
        var standard = new HotlineWebOptions();
        var given = new HotlineWebOptions
        {
            PublicWritesPerMinute = s.Number(nameof(standard.PublicWritesPerMinute), standard.PublicWritesPerMinute, 1, Most),
            PublicReadsPerMinute = s.Number(nameof(standard.PublicReadsPerMinute), standard.PublicReadsPerMinute, 1, Most),
            StaffRequestsPerMinute = s.Number(nameof(standard.StaffRequestsPerMinute), standard.StaffRequestsPerMinute, 1, Most),
            WrongCodesPerAddress = s.Number(nameof(standard.WrongCodesPerAddress), standard.WrongCodesPerAddress, 1, Most),
            WrongCodesPerNumber = s.Number(nameof(standard.WrongCodesPerNumber), standard.WrongCodesPerNumber, 1, Most),
            WrongSignInsPerAddress = s.Number(nameof(standard.WrongSignInsPerAddress), standard.WrongSignInsPerAddress, 1, Most),
            LookupsPerAddress = s.Number(nameof(standard.LookupsPerAddress), standard.LookupsPerAddress, 1, Most),
            CodesPerPhone = s.Number(nameof(standard.CodesPerPhone), standard.CodesPerPhone, 1, Most),
            TrustPlatformIdentity = s.Flag(nameof(standard.TrustPlatformIdentity)),
            PlatformUserClaim = s.Text(nameof(standard.PlatformUserClaim), standard.PlatformUserClaim),
        };
        foreach (var proxy in (s.Optional(nameof(standard.TrustedProxies)) ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (!IPAddress.TryParse(proxy, out _) && !IPNetwork.TryParse(proxy, out _))
                s.Wrong(nameof(standard.TrustedProxies), "has to be addresses or networks, such as 10.0.0.0/8, with commas between them.");
            given.TrustedProxies.Add(proxy);
        }

        return options =>
        {
            // Lifting every limit is no setting of a running city.
            foreach (var property in typeof(HotlineWebOptions).GetProperties().Where(p => p.CanWrite && p.Name != nameof(HotlineWebOptions.NoLimits)))
                property.SetValue(options, property.GetValue(given));
            foreach (var proxy in given.TrustedProxies)
                options.TrustedProxies.Add(proxy);
        };
    }
}
