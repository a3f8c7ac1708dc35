using System.Globalization;
using System.Text;

namespace HotlinePush.Tests.BadInput;

/// <summary>A request before it is bytes.</summary>
/// <param name="Target">Path and query exactly as they stand in the request line.</param>
/// <param name="Body">Null: none, and no Content-Length.</param>
public sealed record Sent(string Method, string Target, string? Key, byte[]? Body = null, string? ContentType = "application/json")
{
    public IReadOnlyList<(string Name, string Value)> Headers { get; init; } = [];

    /// <summary>Leaves out Content-Length and frames the body as one chunk.</summary>
    public bool Chunked { get; init; }

    public static Sent Json(string method, string target, string? key, string json) => new(method, target, key, Encoding.UTF8.GetBytes(json));

    public Sent With(string name, string value) => this with { Headers = [.. Headers, (name, value)] };

    public byte[] ToBytes(string id)
    {
        var head = new StringBuilder($"{Method} {Target} HTTP/1.1\r\nHost: localhost\r\n{WatchedStore.Header}: {id}\r\n");
        if (Key is not null)
            head.Append("Authorization: Bearer ").Append(Key).Append("\r\n");
        foreach (var (name, value) in Headers)
            head.Append(name).Append(": ").Append(value).Append("\r\n");
        if (Body is not null && ContentType is not null)
            head.Append("Content-Type: ").Append(ContentType).Append("\r\n");
        if (Chunked)
            head.Append("Transfer-Encoding: chunked\r\n");
        else if (Body is not null)
            head.Append(CultureInfo.InvariantCulture, $"Content-Length: {Body.Length}\r\n");
        var start = Encoding.UTF8.GetBytes(head.Append("\r\n").ToString());
        var body = Body ?? [];
        return !Chunked ? [.. start, .. body]
            : body.Length == 0 ? [.. start, .. "0\r\n\r\n"u8]
            : [.. start, .. Encoding.ASCII.GetBytes(body.Length.ToString("x", CultureInfo.InvariantCulture)), .. "\r\n"u8, .. body, .. "\r\n0\r\n\r\n"u8];
    }

    public override string ToString()
    {
        var bytes = Convert.ToBase64String(Body is { Length: <= 600 } ? Body : (Body ?? [])[..Math.Min(600, Body?.Length ?? 0)]);
        var text = Encoding.UTF8.GetString(Body ?? []);
        return $"{Method} {Cut(Target)} key={Key ?? "-"} {string.Join(' ', Headers.Select(h => $"[{h.Name}: {Cut(h.Value)}]"))} {ContentType}{(Chunked ? " chunked" : "")} body({Body?.Length ?? -1})={Cut(text)} base64={bytes}";
    }

    private static string Cut(string text) => text.Length <= 400 ? text : text[..400] + "…";
}
