using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace HotlinePush.Web;

/// <summary>Versions as strong ETags, and what <c>If-Match</c> says about them (RFC 9110 §13.1.1).</summary>
public static class Versions
{
    public static string ToETag(long version) => string.Create(CultureInfo.InvariantCulture, $"\"{version}\"");

    public static void SetVersion(this HttpResponse response, long version) => response.Headers.ETag = ToETag(version);

    public static IfMatch IfMatch(this HttpRequest request)
    {
        var header = request.Headers.IfMatch;
        if (header.Count == 0)
            return default;
        // What cannot be an ETag of ours matches nothing, as a weak one does not: 412, not 400, since the condition simply fails.
        var matches = new List<string>();
        if (EntityTagHeaderValue.TryParseStrictList(header, out var tags))
            matches.AddRange(from tag in tags where !tag.IsWeak select tag.Tag.ToString());
        return new(matches);
    }
}

/// <summary>The condition of a request; without the header everything matches.</summary>
public readonly struct IfMatch
{
    private readonly List<string>? _tags;

    internal IfMatch(List<string> tags) => _tags = tags;

    public bool IsGiven => _tags is not null;

    public bool Matches(long version) => _tags is null || _tags.Contains("*") || _tags.Contains(Versions.ToETag(version));

    /// <summary>Null, or the refusal that leads to 412.</summary>
    public Refusal? Check(long version) => Matches(version) ? null : Problems.SomebodyWasFaster;
}
