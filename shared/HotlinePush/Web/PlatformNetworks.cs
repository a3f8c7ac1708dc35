namespace HotlinePush.Web;

/// <summary>
/// Where a platform puts front ends and a host of its own before the product, nobody else reaches it, and their addresses are not public. Each
/// appends whom it saw to <c>X-Forwarded-For</c>, so the last address there that is none of theirs is the caller's.
/// </summary>
public static class PlatformNetworks
{
    private static readonly string[] All = ["127.0.0.0/8", "::1", "10.0.0.0/8", "100.64.0.0/10", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7", "fe80::/10"];

    /// <summary>Unless a setting names other proxies: a gateway with a public address, or fewer, where callers have addresses of these networks themselves.</summary>
    public static void TrustUnlessTold(HotlineWebOptions web)
    {
        if (web.TrustedProxies.Count > 0)
            return;
        foreach (var network in All)
            web.TrustedProxies.Add(network);
    }
}
