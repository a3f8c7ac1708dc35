using System.Text;
using System.Text.Json.Nodes;

namespace HotlinePush.Tests.BadInput;

/// <summary>Bodies that no endpoint takes, sent to every endpoint that takes one.</summary>
[Collection(BadInputSuite.Name)]
public sealed class EveryBodyTests(BadInputApp app)
{
    private static readonly byte[] Gb18030 = [0x7b, 0x22, 0x74, 0x65, 0x78, 0x74, 0x22, 0x3a, 0x22, 0xc2, 0xb7, 0xb5, 0xc6, 0x22, 0x7d];

    public static readonly Dictionary<string, Func<Sent, Sent>> Bodies = new()
    {
        ["a string"] = s => Json(s, "\"{}\""),
        ["a number"] = s => Json(s, "1"),
        ["true"] = s => Json(s, "true"),
        ["null"] = s => Json(s, "null"),
        ["an array of numbers"] = s => Json(s, "[1]"),
        ["an array of arrays"] = s => Json(s, "[[[]]]"),
        ["cut off"] = s => s with { Body = s.Body![..^1] },
        ["cut inside a character"] = s => s with { Body = "{\"text\":\"路"u8.ToArray()[..^1] },
        ["two documents"] = s => s with { Body = [.. s.Body!, .. s.Body!] },
        ["something after it"] = s => s with { Body = [.. s.Body!, .. "x"u8] },
        ["trailing comma"] = s => Json(s, "{\"text\":\"x\",}"),
        ["a comment"] = s => Json(s, "{/* x */}"),
        ["single quotes"] = s => Json(s, "{'text':'x'}"),
        ["NaN"] = s => Json(s, "{\"text\":NaN}"),
        ["only spaces"] = s => Json(s, " \r\n\t"),
        ["only a mark"] = s => s with { Body = [0xef, 0xbb, 0xbf, (byte)'['] },
        ["two marks"] = s => s with { Body = [0xef, 0xbb, 0xbf, 0xef, 0xbb, 0xbf, .. s.Body!] },
        ["UTF-16"] = s => s with { Body = Encoding.Unicode.GetBytes("{\"text\":\"x\"}") },
        ["GB18030"] = s => s with { Body = Gb18030 },
        ["an overlong encoding"] = s => s with { Body = [.. "{\"text\":\""u8, 0xc0, 0xaf, .. "\"}"u8] },
        ["a surrogate in UTF-8"] = s => s with { Body = [.. "{\"text\":\""u8, 0xed, 0xa0, 0x80, .. "\"}"u8] },
        ["a NUL"] = s => s with { Body = [.. "{\"text\":\""u8, 0, .. "\"}"u8] },
        ["NULs alone"] = s => s with { Body = new byte[100] },
        ["an unknown field"] = s => Field(s, "nobodyKnowsThis", 1),
        ["a field named like the prototype"] = s => Field(s, "__proto__", new JsonObject()),
        ["an empty field name"] = s => Field(s, "", "x"),
        ["a very long field name"] = s => Field(s, new string('n', 5_000), "x"),
        ["half a surrogate pair as field name"] = s => Json(s, "{\"\\ud800\":1}"),
        ["a control character as field name"] = s => Json(s, "{\"\\u0000\":1}"),
        ["the same field twice"] = s => Json(s, "{\"text\":\"x\",\"text\":\"x\"}"),
        ["the same field twice, once escaped"] = s => Json(s, "{\"text\":\"x\",\"te\\u0078t\":\"x\"}"),
        ["33 levels"] = s => Json(s, "{\"text\":" + new string('[', 33) + new string(']', 33) + "}"),
        ["100,000 levels"] = s => Json(s, new string('[', 100_000)),
        ["100,000 objects deep"] = s => Json(s, string.Concat(Enumerable.Repeat("{\"a\":", 100_000))),
        ["100,000 unknown fields"] = s => Json(s, "{" + string.Join(',', Enumerable.Range(0, 50_000).Select(i => $"\"f{i}\":0")) + "}"),
        ["a huge number"] = s => Json(s, "{\"text\":1e999999}"),
        ["text/plain"] = s => s with { ContentType = "text/plain" },
        ["a form"] = s => s with { ContentType = "application/x-www-form-urlencoded" },
        ["a form without boundary"] = s => s with { ContentType = "multipart/form-data" },
        ["no content type"] = s => s with { ContentType = null },
        ["an empty content type"] = s => s with { ContentType = "" },
        ["a broken content type"] = s => s with { ContentType = "application/;;=json" },
        ["JSON in GBK by its own word"] = s => s with { ContentType = "application/json; charset=gbk" },
        ["gzip by its own word"] = s => s.With("Content-Encoding", "gzip"),
    };

    [Fact]
    public async Task Body_ThatIsNone_IsRefusedByEveryEndpoint()
    {
        var right = new RightRequests(app.Places);
        var wrong = new List<string>();
        foreach (var operation in app.Operations.Where(o => o.Body is not null))
            foreach (var (name, spoil) in Bodies)
            {
                var verdict = await app.TryAsync(spoil(right.Of(operation)));
                if (verdict.Wrong is not null || verdict.Status is < 400 or 404 or 409)
                    wrong.Add($"{operation}, {name}: {verdict}");
            }

        Wrong.None(wrong);
        Wrong.None(app.NewWarnings());
    }

    /// <summary>Each field of each body: left out, null, of every other type, and with values no field takes.</summary>
    [Fact]
    public async Task Field_OfAWrongKind_IsRefusedByEveryEndpoint()
    {
        var right = new RightRequests(app.Places);
        var wrong = new List<string>();
        var tried = 0;
        foreach (var operation in app.Operations.Where(o => o.Body is not null))
        {
            var sent = right.Of(operation);
            foreach (var (name, body) in FieldCases.Of(JsonNode.Parse(sent.Body!)!, operation.Body!))
            {
                tried++;
                var verdict = await app.TryAsync(Sent.Json(sent.Method, sent.Target, sent.Key, body));
                if (verdict.Wrong is not null || verdict.Status is not 400)
                    wrong.Add($"{operation}, {name}: {verdict}");
            }
        }

        Wrong.None(wrong);
        Assert.True(tried > 300, $"{tried} cases only.");
        Wrong.None(app.NewWarnings());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Body_OverOneMebibyte_IsRefusedAndOneOfThatSizeIsRead(bool chunked)
    {
        const int limit = 1024 * 1024;
        var ticket = Encoding.UTF8.GetBytes(Places.Ticket().ToJsonString());
        byte[] Padded(int size) => [.. ticket, .. Enumerable.Repeat((byte)' ', size - ticket.Length)];

        var fits = await app.TryAsync(new Sent("POST", "/api/v1/tickets", null, Padded(limit)) { Chunked = chunked });
        var over = await app.TryAsync(new Sent("POST", "/api/v1/tickets", null, Padded(limit + 1)) { Chunked = chunked });
        var wayOver = await app.TryAsync(new Sent("POST", "/api/v1/tickets", null, Padded(8 * limit)) { Chunked = chunked });

        Assert.Equal(201, fits.Status);
        Assert.True(over is { Wrong: null, Code: "tooLarge" }, over.ToString());
        Assert.True(wayOver is { Wrong: null, Code: "tooLarge" }, wayOver.ToString());
        Wrong.None(app.NewWarnings());
    }

    private static Sent Json(Sent sent, string json) => sent with { Body = Encoding.UTF8.GetBytes(json) };

    private static Sent Field(Sent sent, string name, JsonNode value)
    {
        var body = JsonNode.Parse(sent.Body!)!.AsObject();
        body[name] = value;
        return Json(sent, body.ToJsonString());
    }
}
