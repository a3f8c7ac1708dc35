using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace HotlinePush.Tests.BadInput;

/// <summary>Makes one request from one random source: a right one for some operation, then none to four changes for the worse.</summary>
public sealed class Spoiler(BadInputApp app)
{
    private static readonly JsonSerializerOptions Plain = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping, MaxDepth = 200 };

    // Moving the product clock belongs to other tests: it makes time pass for everything.
    private readonly ApiOperation[] _operations = [.. app.Operations.Where(o => !o.Path.Contains("/demo/clock", StringComparison.Ordinal) || o.Method == "GET")];

    private static readonly string[] Texts =
    [
        "", " ", "\u3000", "x", "路灯", "😀", "𠀀𪚥", "\u202e\u200b\ufeff", "e\u0301", "\u0000", "\u001b", "\u007f", "\u0085", "\ufffe", "null", "true", "0", "-1", "1e9", "NaN", "2026-02-30", "1989-01-01T00:00:00Z",
        "9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z", "2026-03-02T10:00:00+08:00", "' OR 1=1 --", "<script>", "=1+1", "../..", "%00", "{{x}}", "demo-desk", "13800138000", "a@b.cn", "119", "notOurDuty", "Received", "26030200000017",
    ];

    private static readonly string[] Numbers = ["0", "-1", "1", "1.5", "-0", "2147483647", "2147483648", "9223372036854775808", "1e400", "1e-400", "123456789012345678901234567890"];
    private static readonly string[] Keys = ["demo-desk", "demo-supervisor", "demo-admin", "demo-publisher", "demo-reviewer", "demo-unit-x", "x", ""];
    private static readonly string[] ContentTypes = ["application/json; charset=utf-8", "application/JSON", "text/json", "text/csv", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded", "", ";", "application/json; charset=", "application/json;charset=\"utf-8\"", "*/*"];

    private static readonly (string, string)[] Odd =
    [
        ("If-Match", "\"1\""), ("If-Match", "*"), ("If-Match", "W/\"2\""), ("If-Match", "\"\u00ff"), ("Idempotency-Key", "k"), ("Idempotency-Key", ""), ("Idempotency-Key", "k k"), ("Accept", "text/html"), ("Accept", "text/csv"), ("Accept", ";;"),
        ("Content-Encoding", "gzip"), ("Expect", "100-continue"), ("Cookie", "session=x; =;"), ("Origin", "http://evil.example"), ("Sec-Fetch-Site", "cross-site"), ("Range", "bytes=0-"), ("Accept-Language", "en;q=x"), ("X-Forwarded-For", "x"),
    ];

    public Sent Make(Random random)
    {
        var operation = Pick(random, _operations);
        var sent = new RightRequests(app.Places).Of(operation, random);
        if (operation.Rule.NeedsKey && random.Next(4) > 0)
            sent = sent with { Key = operation.Rule.Roles.Count == 0 ? "demo-desk" : ApiOperation.KeyOf(Pick(random, operation.Rule.Roles), app.Places) };
        else if (random.Next(3) == 0)
            sent = sent with { Target = sent.Target + (sent.Target.Contains('?', StringComparison.Ordinal) ? "&" : "?") + "code=" + app.Places.Code };
        for (var i = random.Next(5); i > 0; i--)
            sent = Spoil(sent, random);
        return sent;
    }

    private Sent Spoil(Sent sent, Random random)
    {
        switch (random.Next(14))
        {
            case <= 6 when sent.Body is { Length: > 0 }:
                return sent with { Body = SpoilJson(sent.Body, random) };
            case 7 when sent.Body is { Length: > 0 } body:
                return sent with { Body = Flip(body, random) };
            case 8:
                return sent with { Target = SpoilTarget(sent.Target, random) };
            case 9:
                var (name, value) = Pick(random, Odd);
                return sent.With(name, value);
            case 10:
                return random.Next(3) == 0 ? sent with { Method = Pick(random, (string[])["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"]) } : sent with { ContentType = Pick(random, ContentTypes) };
            case 11:
                return sent with { Key = random.Next(3) == 0 ? null : Pick(random, Keys) };
            case 12:
                return sent with { Chunked = sent.Body is not null };
            case 13:
                return sent with { Body = Pick(random, (byte[][])[[], "{}"u8.ToArray(), "[]"u8.ToArray(), [0xff, 0xfe], [0xef, 0xbb, 0xbf], [.. Enumerable.Repeat((byte)'[', 5_000)]]) };
            default:
                return sent with { Target = sent.Target + (sent.Target.Contains('?', StringComparison.Ordinal) ? '&' : '?') + Pick(random, (string[])["limit", "after", "from", "to", "state", "q", "code", "areaId", "channel"]) + "=" + Escaped(Pick(random, Texts), random) };
        }
    }

    private static byte[] SpoilJson(byte[] body, Random random)
    {
        try
        {
            return SpoilTree(body, random);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or ArgumentException)
        {
            // What was spoilt before is no JSON any more, or holds a field twice.
            return Flip(body, random);
        }
    }

    private static byte[] SpoilTree(byte[] body, Random random)
    {
        var root = JsonNode.Parse(body);
        var places = new List<(JsonNode Parent, object Key)>();
        Walk(root, places);
        if (places.Count == 0)
            return Flip(body, random);
        var (parent, key) = Pick(random, places);
        switch (random.Next(6))
        {
            case 0 when parent is JsonObject o:
                o.Remove((string)key);
                break;
            case 1 when parent is JsonObject o:
                o[Pick(random, Texts)] = Value(random, 0);
                break;
            case 2 when parent is JsonArray a:
                for (var i = random.Next(300); i > 0; i--)
                    a.Add(a[0]?.DeepClone());
                break;
            case 3:
                // A copy of another part of the same body in the wrong place.
                var (from, at) = Pick(random, places);
                Set(parent, key, (at is string s ? from[s] : from[(int)at])?.DeepClone());
                break;
            default:
                Set(parent, key, Value(random, 0));
                break;
        }

        return Encoding.UTF8.GetBytes(root!.ToJsonString(Plain));
    }

    private static JsonNode? Value(Random random, int depth) => random.Next(depth > 3 ? 5 : 8) switch
    {
        0 => null,
        1 => random.Next(2) == 0,
        2 => JsonNode.Parse(Pick(random, Numbers)),
        3 => random.Next(4) == 0 ? new string(Pick(random, Texts) is [var c, ..] && !char.IsSurrogate(c) ? c : '字', random.Next(12_000)) : Pick(random, Texts),
        4 => Pick(random, Texts) + Pick(random, Texts),
        5 => new JsonArray([.. Enumerable.Range(0, random.Next(4)).Select(_ => Value(random, depth + 1))]),
        6 => new JsonObject(Enumerable.Range(0, random.Next(4)).Select(i => KeyValuePair.Create(i + Pick(random, Texts), Value(random, depth + 1)))),
        _ => JsonNode.Parse(string.Concat(Enumerable.Repeat("[", 40)) + string.Concat(Enumerable.Repeat("]", 40))),
    };

    private static void Set(JsonNode parent, object key, JsonNode? value)
    {
        if (key is string name)
            parent[name] = value;
        else
            parent[(int)key] = value;
    }

    private static void Walk(JsonNode? node, List<(JsonNode, object)> places)
    {
        if (node is JsonObject o)
            foreach (var (name, value) in o)
            {
                places.Add((o, name));
                Walk(value, places);
            }
        else if (node is JsonArray a)
            for (var i = 0; i < Math.Min(a.Count, 50); i++)
            {
                places.Add((a, i));
                Walk(a[i], places);
            }
    }

    /// <summary>Single bytes changed, dropped, doubled or put in.</summary>
    private static byte[] Flip(byte[] bytes, Random random)
    {
        var changed = bytes.ToList();
        for (var i = random.Next(1, 4); i > 0 && changed.Count > 0; i--)
        {
            var at = random.Next(changed.Count);
            switch (random.Next(5))
            {
                case 0:
                    changed[at] = (byte)random.Next(256);
                    break;
                case 1:
                    changed.RemoveAt(at);
                    break;
                case 2:
                    changed.InsertRange(at, changed.GetRange(at, Math.Min(random.Next(40), changed.Count - at)));
                    break;
                case 3:
                    changed.RemoveRange(at, changed.Count - at);
                    break;
                default:
                    changed.InsertRange(at, Pick(random, (byte[][])[[0], [0xff], [0xed, 0xa0, 0x80], "\\ud800"u8.ToArray(), "\\u0000"u8.ToArray(), [0xb7, 0xb5], "\""u8.ToArray(), [0xef, 0xbb, 0xbf]]));
                    break;
            }
        }

        return [.. changed];
    }

    private string SpoilTarget(string target, Random random)
    {
        var parts = target.Split('/');
        var at = random.Next(1, parts.Length);
        parts[at] = random.Next(6) switch
        {
            0 => Escaped(Pick(random, Texts), random),
            1 => Pick(random, app.Places.Numbers),
            2 => parts[at] + Escaped(Pick(random, Texts), random),
            3 => new string('a', random.Next(2_000)),
            4 => Pick(random, (string[])["%zz", "%ff", "%B9%A4", "%2f", "%ed%a0%80", "%", "..", ".", ""]),
            _ => parts[at].ToUpperInvariant(),
        };
        // Nothing but the kernel of a target that the HTTP layer lets through: the rest has its own tests.
        return string.Join('/', parts) is ['/', ..] fine ? fine : "/" + string.Join('/', parts);
    }

    // An escaped NUL in a path never comes as far as the pipeline.
    private static string Escaped(string text, Random random) =>
        Uri.EscapeDataString(text).Replace("%00", random.Next(2) == 0 ? "%01" : "", StringComparison.Ordinal);

    /// <summary>For the HTTP layer: a request's bytes spoilt anywhere, mostly in the head.</summary>
    public static byte[] Bytes(byte[] request, Random random)
    {
        var head = Math.Min(request.Length, random.Next(3) == 0 ? request.Length : 200);
        return [.. Flip(request[..head], random), .. request[head..]];
    }

    private static T Pick<T>(Random random, IReadOnlyList<T> of) => of[random.Next(of.Count)];
}
