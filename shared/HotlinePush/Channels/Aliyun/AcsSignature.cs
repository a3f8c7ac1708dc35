using System.Security.Cryptography;
using System.Text;

namespace HotlinePush.Channels.Aliyun;

/// <summary>
/// Alibaba Cloud's request signature, version 3, <c>ACS3-HMAC-SHA256</c>
/// (help.aliyun.com/zh/sdk/product-overview/v3-request-structure-and-signature).
/// </summary>
public static class AcsSignature
{
    private const string Algorithm = "ACS3-HMAC-SHA256";

    /// <summary>The query as it is signed and has to be sent: by name, each part percent-encoded as RFC 3986 says.</summary>
    public static string Query(IEnumerable<KeyValuePair<string, string>> parameters) =>
        string.Join('&', parameters.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => $"{Uri.EscapeDataString(p.Key)}={Uri.EscapeDataString(p.Value)}"));

    public static string Hash(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    /// <summary>The <c>Authorization</c> header of a request.</summary>
    /// <param name="headers">Those that are signed, by lower-case name: <c>host</c>, <c>x-acs-*</c>, <c>content-type</c>.</param>
    /// <param name="bodyHash"><see cref="Hash"/> of the body, as in <c>x-acs-content-sha256</c>.</param>
    public static string Authorization(string method, string path, string query, IReadOnlyDictionary<string, string> headers, string bodyHash, string keyId, string secret)
    {
        var sorted = headers.OrderBy(h => h.Key, StringComparer.Ordinal).ToList();
        var names = string.Join(';', sorted.Select(h => h.Key));
        var canonical = string.Join('\n', method, path, query, string.Concat(sorted.Select(h => $"{h.Key}:{h.Value.Trim()}\n")), names, bodyHash);
        var signed = HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes($"{Algorithm}\n{Hash(Encoding.UTF8.GetBytes(canonical))}"));
        return $"{Algorithm} Credential={keyId},SignedHeaders={names},Signature={Convert.ToHexStringLower(signed)}";
    }
}
