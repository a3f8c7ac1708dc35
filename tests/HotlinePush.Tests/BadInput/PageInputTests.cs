using System.Text;

namespace HotlinePush.Tests.BadInput;

/// <summary>The pages and whatever else is no part of the described API: forms that no page sends.</summary>
[Collection(BadInputSuite.Name)]
public sealed class PageInputTests(BadInputApp app)
{
    private const string Form = "application/x-www-form-urlencoded";

    private static readonly (string Name, string? Type, byte[]? Body)[] Bodies =
    [
        ("nothing", null, null),
        ("an empty form", Form, []),
        ("fields unknown to it", Form, "a=1&b=2&b=3&=&&=x"u8.ToArray()),
        ("broken escapes", Form, "subject=%zz&description=%&type=%2&number=%"u8.ToArray()),
        ("a NUL", Form, "subject=%00&description=a%00b&number=%00&code=%00&type=Complaint&phone=%00&text=%00&key=%00"u8.ToArray()),
        ("GB18030", Form, "subject=%B9%A4%B5%A5&description=%B9%A4&number=%B9%A4&code=%B9%A4&type=%B9%A4&key=%B9%A4"u8.ToArray()),
        ("a surrogate", Form, "subject=%ED%A0%80&description=%ED%A0%80&number=%ED%A0%80&key=%ED%A0%80"u8.ToArray()),
        ("raw bytes", Form, [.. "subject="u8, 0xff, 0xfe, 0, 0xc0, 0xaf]),
        ("the same field a thousand times", Form, Encoding.ASCII.GetBytes(string.Join('&', Enumerable.Range(0, 1_000).Select(_ => "subject=x")))),
        ("ten thousand fields", Form, Encoding.ASCII.GetBytes(string.Join('&', Enumerable.Range(0, 10_000).Select(i => $"f{i}=x")))),
        ("a very long name", Form, Encoding.ASCII.GetBytes(new string('n', 5_000) + "=x")),
        ("a very long value", Form, Encoding.ASCII.GetBytes("subject=" + new string('x', 900_000) + "&description=x&type=Complaint&phone=13800138000")),
        ("over one mebibyte", Form, Encoding.ASCII.GetBytes("subject=" + new string('x', 1_100_000))),
        ("JSON", "application/json", "{}"u8.ToArray()),
        ("a form in GBK by its own word", Form + "; charset=gbk", "subject=x"u8.ToArray()),
        ("a form in no known charset", Form + "; charset=x-none", "subject=x"u8.ToArray()),
        ("parts without boundary", "multipart/form-data", "--x\r\n\r\nx\r\n--x--"u8.ToArray()),
        ("parts cut off", "multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"subject\"\r\n\r\nabc"u8.ToArray()),
        ("parts without names", "multipart/form-data; boundary=x", "--x\r\n\r\nabc\r\n--x--\r\n"u8.ToArray()),
        ("a boundary too long", "multipart/form-data; boundary=" + new string('b', 500), "x"u8.ToArray()),
    ];

    private static readonly string[] Segments = ["x", "%ff", "%zz", "%B9%A4", "..%2f", "%F0%9F%98%80", "-1", new('9', 3_000)];

    [Fact]
    public async Task Page_WhateverFormItIsSent_IsNeverAFault()
    {
        var wrong = new List<string>();
        var routes = ApiOperation.Routes(app)
            .Where(r => !r.Path.StartsWith("/api/", StringComparison.Ordinal))
            .Select(r => (Method: r.Method is "GET" or "PUT" ? r.Method : "POST", r.Path)).Distinct().ToList();
        foreach (var (method, path) in routes)
            foreach (var (name, type, body) in method == "GET" ? [Bodies[0]] : Bodies)
                foreach (var key in (string?[])[null, "demo-desk", "demo-unit-" + app.Places.UnitId])
                    await Try(new(method, app.Places.Fill(path), key, body, type), name);
        foreach (var (method, path) in routes.Where(r => r.Path.Contains('{', StringComparison.Ordinal)))
            foreach (var segment in Segments)
                await Try(new(method, path[..path.IndexOf('{', StringComparison.Ordinal)] + segment, null, method == "GET" ? null : [], Form), segment);
        foreach (var (_, path) in routes.Where(r => r.Method == "GET"))
            foreach (var query in (string[])["number=%00&code=%00", "number=%ff&code=%ff", "lang=%00", "lang=xx", "lang=en&lang=zh", "after=%00", "after=x", "limit=-1", "state=%zz", "q=%B9%A4", "returnUrl=//evil.example", "=", "%00=%00"])
                foreach (var key in (string?[])[null, "demo-desk"])
                    await Try(new("GET", $"{app.Places.Fill(path)}?{query}", key), query);

        Wrong.None(wrong);
        Wrong.None(app.NewWarnings());

        async Task Try(Sent sent, string name)
        {
            var verdict = await app.TryAsync(sent.With("Accept", "text/html").With("Sec-Fetch-Site", "same-origin").With("Cookie", "session=%00; hotline=x; hp_form=CfDJ8x%00; lang=%zz"));
            if (verdict.Wrong is not null)
                wrong.Add($"{name}: {verdict}");
        }
    }
}
