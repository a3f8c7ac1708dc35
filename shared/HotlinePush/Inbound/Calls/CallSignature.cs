using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace HotlinePush.Inbound.Calls;

/// <summary>
/// The signature of <c>POST /hooks/calls</c>: <c>X-Hotline-Timestamp</c>, seconds since 1970 (UTC), and <c>X-Hotline-Signature</c>,
/// <c>sha256=</c> and the HMAC-SHA256, in hex, of the timestamp, a full stop and the body byte for byte.
/// </summary>
public static class CallSignature
{
    public const string TimestampHeader = "X-Hotline-Timestamp";
    public const string SignatureHeader = "X-Hotline-Signature";
    private const string Prefix = "sha256=";
    private const int LongestTimestamp = 12;

    public static string Of(string secret, string timestamp, ReadOnlySpan<byte> body)
    {
        byte[] signed = [.. Encoding.ASCII.GetBytes(timestamp), (byte)'.', .. body];
        return Prefix + Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), signed));
    }

    /// <param name="secrets">Any of them may have signed: two are live while they are exchanged.</param>
    /// <param name="now">Engine time; further from the timestamp than <paramref name="window"/>, whoever sent it may have overheard it.</param>
    public static bool Holds(IReadOnlyCollection<string> secrets, string? timestamp, string? signature, ReadOnlySpan<byte> body, DateTimeOffset now, TimeSpan window)
    {
        if (timestamp is not { Length: > 0 and <= LongestTimestamp } || signature is not { Length: > 0 and <= 100 }
            || !long.TryParse(timestamp, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            || Math.Abs(now.ToUnixTimeSeconds() - seconds) > window.TotalSeconds)
            return false;
        var given = Encoding.UTF8.GetBytes(signature.ToLowerInvariant());
        var holds = false;
        foreach (var secret in secrets)
            holds |= CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(Of(secret, timestamp, body)), given);
        return holds;
    }
}
