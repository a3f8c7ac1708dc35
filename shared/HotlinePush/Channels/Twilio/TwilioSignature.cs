using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Primitives;

namespace HotlinePush.Channels.Twilio;

/// <summary>
/// <c>X-Twilio-Signature</c> of a form that Twilio posts: Base64 of HMAC-SHA1, under the account's auth token, over the whole address as it was
/// given to Twilio and then every field, name and value, in order of names (twilio.com/docs/usage/security).
/// </summary>
public static class TwilioSignature
{
    public const string Header = "X-Twilio-Signature";

    public static string Of(string authToken, string url, IEnumerable<KeyValuePair<string, StringValues>> form)
    {
        var text = new StringBuilder(url);
        foreach (var (name, values) in form.OrderBy(f => f.Key, StringComparer.Ordinal))
            foreach (var value in values.Select(v => v ?? "").Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
                text.Append(name).Append(value);
        return Convert.ToBase64String(HMACSHA1.HashData(Encoding.UTF8.GetBytes(authToken), Encoding.UTF8.GetBytes(text.ToString())));
    }

    /// <param name="authTokens">Any of them may have signed: two are live while they are exchanged.</param>
    /// <param name="url">The public address with its query, whatever the request went through since.</param>
    public static bool Holds(IEnumerable<string> authTokens, string url, IReadOnlyCollection<KeyValuePair<string, StringValues>> form, string? given)
    {
        if (string.IsNullOrEmpty(given))
            return false;
        var bytes = Encoding.UTF8.GetBytes(given);
        var holds = false;
        foreach (var token in authTokens)
            foreach (var address in Spellings(url))
                holds |= CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(Of(token, address, form)), bytes);
        return holds;
    }

    /// <summary>Twilio's own libraries accept the address with and without its port, because Twilio signs either.</summary>
    private static IEnumerable<string> Spellings(string url)
    {
        yield return url;
        var start = url.IndexOf("://", StringComparison.Ordinal) + 3;
        var end = url.IndexOfAny(['/', '?'], start);
        if (start < 3 || end < 0)
            yield break;
        var authority = url[start..end];
        var colon = authority.LastIndexOf(':');
        if (colon > authority.LastIndexOf(']') && colon > authority.LastIndexOf('@'))
            yield return url[..start] + authority[..colon] + url[end..];
        else
            yield return url[..end] + (url.StartsWith("https", StringComparison.OrdinalIgnoreCase) ? ":443" : ":80") + url[end..];
    }
}
