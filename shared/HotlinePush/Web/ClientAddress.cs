using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace HotlinePush.Web;

/// <summary>The address a request came from: the connection's, or what trusted proxies say they saw.</summary>
public sealed class ClientAddress(IOptions<HotlineWebOptions> options)
{
    private readonly IPNetwork[] _trusted = [.. options.Value.TrustedProxies.Select(Network)];

    public IPAddress Of(HttpContext http)
    {
        var address = Plain(http.Connection.RemoteIpAddress ?? IPAddress.None);
        if (_trusted.Length == 0)
            return address;
        // Nearest first: every hop is believed only while the one that reports it is ours.
        var hops = http.Request.Headers["X-Forwarded-For"].ToString().Split(',');
        for (var i = hops.Length - 1; i >= 0 && IsTrusted(address); i--)
        {
            if (!IPAddress.TryParse(WithoutPort(hops[i].Trim()), out var hop))
                break;
            address = Plain(hop);
        }

        return address;
    }

    /// <summary>What limits count by: an IPv4 address, or the /64 of an IPv6 address, since one subscriber has all of that.</summary>
    public string KeyOf(HttpContext http)
    {
        var address = Of(http);
        if (address.AddressFamily != System.Net.Sockets.AddressFamily.InterNetworkV6)
            return address.ToString();
        var bytes = address.GetAddressBytes();
        bytes.AsSpan(8).Clear();
        return new IPAddress(bytes).ToString();
    }

    private bool IsTrusted(IPAddress address) => Array.Exists(_trusted, n => n.Contains(address));

    private static IPNetwork Network(string text) =>
        IPNetwork.TryParse(text, out var network) ? network
        : IPAddress.TryParse(text, out var one) ? new IPNetwork(one, one.GetAddressBytes().Length * 8)
        : throw new ArgumentException($"'{text}' is no address or network; trusted proxies are written 10.1.2.3 or 10.0.0.0/8.");

    private static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    // Azure's front ends write address:port.
    private static string WithoutPort(string hop) =>
        hop.StartsWith('[') ? hop[1..Math.Max(1, hop.IndexOf(']'))] : hop.Count(c => c == ':') == 1 ? hop[..hop.IndexOf(':')] : hop;
}

public static class ClientAddressExtensions
{
    public static string ClientAddressKey(this HttpContext http) => http.RequestServices.GetRequiredService<ClientAddress>().KeyOf(http);
}
