using System.Buffers.Text;
using System.Text;
using System.Text.Json;

namespace HotlinePush.Tests.BadInput;

/// <summary>Everything around the body: paths, queries, headers.</summary>
[Collection(BadInputSuite.Name)]
public sealed class EnvelopeTests(BadInputApp app)
{
    private static readonly string[] BadSegments =
    [
        "%zz", "%", "%2", "%ff", "%c0%af", "%ed%a0%80", "%B9%A4", "%E5%B7", "%2f", "%5c", "..%2f..", "%2e%2e", "%7f", "%01%1f", "%0d%0aX-Evil:%201", "%25%30%30", "a;b", "a,b", "'", "\"", "<x>", "{x}",
        "|", "~", "!", "*", "-1", "0", "99999999999999999999", "2147483648", "1e9", "NaN", "null", "undefined", "%F0%9F%98%80", "%E2%80%AE", "%EF%BB%BF", "%20", "+", "ａ", new('a', 300), new('9', 5_000),
    ];

    [Fact]
    public async Task Path_WithAPlaceThatIsNone_IsNeverAFault()
    {
        var right = new RightRequests(app.Places);
        var wrong = new List<string>();
        using var connection = app.Connect();
        foreach (var operation in app.Operations.Where(o => o.Path.Contains('{', StringComparison.Ordinal)))
        {
            var sent = right.Of(operation);
            var at = operation.Path.IndexOf('{', StringComparison.Ordinal);
            foreach (var segment in BadSegments)
            {
                var target = operation.Path[..at] + segment + operation.Path[(operation.Path.IndexOf('}', at) + 1)..];
                var verdict = await app.TryAsync(sent with { Target = target }, connection);
                // Dots and encoded dots may lead to another place that exists.
                if (verdict.Wrong is not null || (verdict.Status < 400 && !segment.Contains("..", StringComparison.Ordinal) && !segment.Contains("%2e", StringComparison.Ordinal)))
                    wrong.Add($"{operation}: {verdict}");
            }
        }

        Wrong.None(wrong);
        Wrong.None(app.NewWarnings());
    }

    [Theory]
    [InlineData("/api/v1/nothing")]
    [InlineData("/api/v2/tickets")]
    [InlineData("/api")]
    [InlineData("/api/v1//tickets")]
    [InlineData("/api/v1/tickets//")]
    [InlineData("/api/v1/tickets/x/actions/")]
    [InlineData("/api/v1/tickets/x/history/y")]
    [InlineData("/API/v1/units/x/tickets/y")]
    [InlineData("/hooks/none")]
    [InlineData("/open311/none")]
    [InlineData("/api/v1/%F0%9F%98%80")]
    [InlineData("/api/v1/\\..\\")]
    public async Task Path_ThatLeadsNowhere_IsNotFound(string target)
    {
        foreach (var accept in (string[])["*/*", "text/html", "application/xml", "nonsense;;q=9", ""])
            foreach (var method in (string[])["GET", "POST"])
            {
                var verdict = await app.TryAsync(new Sent(method, target, null, method == "POST" ? "{}"u8.ToArray() : null).With("Accept", accept));
                Assert.True(verdict is { Wrong: null, Status: 404, Code: "notFound" }, verdict.ToString());
            }
    }

    [Theory]
    [InlineData("0", "outOfRange")]
    [InlineData("-1", "outOfRange")]
    [InlineData("201", "outOfRange")]
    [InlineData("99999999999999999999", "outOfRange")]
    [InlineData("abc", "wrongType")]
    [InlineData("1.5", "wrongType")]
    [InlineData("0x10", "wrongType")]
    [InlineData("1e1", "wrongType")]
    [InlineData("%20", "wrongType")]
    [InlineData("%EF%BC%91%EF%BC%90", "wrongType")]
    [InlineData("1&limit=2", "badValue")]
    [InlineData("%00", "badText")]
    [InlineData("%B9%A4", "badEncoding")]
    public async Task Limit_OutsideOneToTwoHundred_IsRefusedByEveryList(string limit, string code)
    {
        var wrong = new List<string>();
        foreach (var list in Lists())
        {
            var verdict = await app.TryAsync(new("GET", $"{app.Places.Fill(list.Path)}?limit={limit}", list.Key(app.Places)));
            // Several things may be wrong with one value; then each is named and the code is the general one.
            if (verdict.Wrong is not null || verdict.Status != 400 || (verdict.Code != code && (verdict.Code != "invalid" || !verdict.Answer!.Text.Contains(code, StringComparison.Ordinal))))
                wrong.Add($"{list}: {verdict}");
        }

        Wrong.None(wrong);
    }

    [Theory]
    [InlineData("")]
    [InlineData("1")]
    [InlineData("200")]
    public async Task Limit_Within_IsTakenByEveryList(string limit)
    {
        foreach (var list in Lists())
        {
            var verdict = await app.TryAsync(new("GET", $"{app.Places.Fill(list.Path)}?limit={limit}", list.Key(app.Places)));
            Assert.True(verdict is { Wrong: null, Status: 200 }, $"{list}: {verdict}");
        }
    }

    /// <summary>Cursors that were never given out. One that has the right shape may be taken; none may be a fault.</summary>
    [Fact]
    public async Task Cursor_MadeUp_IsRefusedOrHarmlessInEveryList()
    {
        string[] plain = ["x", "-", "====", "%00", "%FF", "%20", "你好", new('A', 2_000), new('A', 2_001), new('A', 8_000), "..", "null", "0", "-1"];
        string[] inside =
        [
            "", "null", "[]", "{}", "\"x\"", "1", "{\"seq\":-1}", "{\"seq\":2147483647}", "{\"seq\":2147483648}", "{\"seq\":null}", "{\"seq\":1,\"seq\":2}", "{\"id\":\"x\"}", "{\"id\":\"\"}", "{\"id\":\"\\u0000\"}",
            "{\"at\":\"9999-12-30T00:00:00Z\"}", "{\"at\":\"x\"}", "{\"after\":\"\"}", "{\"after\":\"x\"}", "{\"key\":\"\"}", "{\"key\":\"é\"}", "{\"index\":-5}", "{\"offset\":-5}", "{\"offset\":2147483647}",
            .. from partition in (string[])["", "x", "day!20260302", "day!99999999", "day!00010101", "day!~", "day!.", "unit!x", "天", new('k', 300)]
               from row in (string[])["", "x", "!", "~~~~", "\\u0000", "行", new('r', 256), new('r', 900)]
               select $"{{\"partition\":\"{partition}\",\"row\":\"{row}\"}}",
        ];
        var wrong = new List<string>();
        using var connection = app.Connect();
        foreach (var list in Lists())
        {
            foreach (var cursor in plain.Concat(inside.Select(j => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(j)))))
            {
                var verdict = await app.TryAsync(new("GET", $"{app.Places.Fill(list.Path)}?after={cursor}", list.Key(app.Places)), connection);
                if (verdict.Wrong is not null || verdict.Status is not (200 or 400))
                    wrong.Add($"{list}: {verdict}");
            }

            // A real one with a letter changed.
            var page = await app.DoAsync(new("GET", $"{app.Places.Fill(list.Path)}?limit=1", list.Key(app.Places)));
            if (page.GetProperty("next").GetString() is not { Length: > 0 } next)
                continue;
            for (var i = 0; i < next.Length; i += 3)
            {
                var verdict = await app.TryAsync(new("GET", $"{app.Places.Fill(list.Path)}?after={next[..i]}{(next[i] == 'A' ? 'B' : 'A')}{next[(i + 1)..]}", list.Key(app.Places)), connection);
                if (verdict.Wrong is not null || verdict.Status is not (200 or 400))
                    wrong.Add($"{list}: {verdict}");
            }
        }

        Wrong.None(wrong);
        Wrong.None(app.NewWarnings());
    }

    [Fact]
    public async Task Query_WhateverItHolds_IsNeverAFault()
    {
        string[] values =
        [
            "%00", "%01", "%FF", "%B9%A4", "%ed%a0%80", "%zz", "%", "%F0%A0%80%80", "%27%20OR%201=1", "%3Cscript%3E", "-1", "0", "99999999999999999999", "1988-12-31", "0001-01-01", "9999-12-31", "9999-12-31T23:59:59Z", "2026-02-30",
            "2026-03-02T10:00:00%2B08:00", "1989-01-01T00:00:00Z", "9999-12-30T00:00:00Z", "Received", "received", "open", "x".PadLeft(201, 'x'), new('y', 6_000), "[]", "{}", "null", "true", "*", "../..", "%0d%0a", "workingDays", "1000", "1001", "minutes",
        ];
        string[] names = ["state", "areaId", "categoryId", "from", "to", "q", "code", "limit", "after", "amount", "unit", "channel", "who", "action", "subject", "queue", "onError", "%00", "%FF", "a[b]", ""];
        var right = new RightRequests(app.Places);
        var wrong = new List<string>();
        using var connection = app.Connect();
        foreach (var operation in app.Operations.Where(o => o.Method == "GET"))
            foreach (var name in operation.Query.Concat(names).Distinct())
                // Every value for what the operation says it reads; for the others a part, or the product of all three grows too long.
                foreach (var value in values.Where((_, i) => operation.Query.Contains(name) || (i + name.Length) % 5 == 0))
                {
                    var verdict = await app.TryAsync(right.Of(operation) with { Target = $"{app.Places.Fill(operation.Path)}?{name}={value}" }, connection);
                    if (verdict.Wrong is not null)
                        wrong.Add($"{operation}: {verdict}");
                }

        Wrong.None(wrong);
        Wrong.None(app.NewWarnings());
    }

    [Theory]
    [InlineData("from=1988-12-31", "badTime")]
    [InlineData("from=2026-02-29", "badTime")]
    [InlineData("to=26-03-01", "badTime")]
    [InlineData("to=2026-03-01T00:00:00Z", "badTime")]
    [InlineData("state=received", "unknownWord")]
    [InlineData("state=Received&state=Closed", "badValue")]
    [InlineData("q=%00", "badText")]
    [InlineData("q=%B9%A4", "badEncoding")]
    public async Task Filter_ThatIsWrong_IsNamed(string query, string code)
    {
        var verdict = await app.TryAsync(new("GET", "/api/v1/tickets?" + query, "demo-desk"));

        Assert.True(verdict is { Wrong: null, Status: 400 } && verdict.Answer!.Text.Contains(code, StringComparison.Ordinal), verdict.ToString());
    }

    [Theory]
    [InlineData("from=2026-03-02&to=2026-03-01")]
    [InlineData("from=9999-12-31")]
    [InlineData("to=1989-01-01")]
    [InlineData("from=1989-01-01&to=9999-12-31")]
    [InlineData("q=%F0%A0%80%80")]
    [InlineData("areaId=x'%20OR%20'1'='1")]
    [InlineData("q=%25_%5B%5D*%3F")]
    [InlineData("somethingElse=1")]
    public async Task Filter_ThatFindsNothing_IsAnEmptyList(string query)
    {
        var verdict = await app.TryAsync(new("GET", "/api/v1/tickets?" + query, "demo-desk"));

        Assert.True(verdict is { Wrong: null, Status: 200 }, verdict.ToString());
    }

    [Theory]
    [InlineData("Bearer")]
    [InlineData("Bearer ")]
    [InlineData("Bearer  demo-desk x")]
    [InlineData("Bearer demo-desk,demo-admin")]
    [InlineData("Bearer DEMO-DESK")]
    [InlineData("Bearer demo-unit-")]
    [InlineData("Bearer demo-unit-no-such")]
    [InlineData("Basic ZGVtbzpkZW1v")]
    [InlineData("demo-desk")]
    [InlineData("Digest username=\"x\"")]
    [InlineData("")]
    [InlineData("Bearer %00")]
    [InlineData("Bearer 密钥")]
    [InlineData("Bearer \u00ff\u00fe")]
    [InlineData("Bearer ' OR '1'='1")]
    [InlineData("@300")]
    [InlineData("@7000")]
    public async Task Authorization_ThatIsNoKey_IsRefusedOnEveryEndpoint(string value)
    {
        if (value.StartsWith('@'))
            value = "Bearer " + new string('k', int.Parse(value[1..], System.Globalization.CultureInfo.InvariantCulture));
        var right = new RightRequests(app.Places);
        var wrong = new List<string>();
        foreach (var operation in app.Operations)
        {
            var verdict = await app.TryAsync((right.Of(operation) with { Key = null }).With("Authorization", value));
            // GeoReport v2 knows 403 alone.
            var expected = operation.Path.StartsWith("/open311/", StringComparison.Ordinal) ? (403, "forbidden") : (401, "badKey");
            if (verdict.Wrong is not null || (verdict.Status, verdict.Code) != expected)
                wrong.Add($"{operation}: {verdict}");
        }

        Wrong.None(wrong);
        Wrong.None(app.NewWarnings());
    }

    [Fact]
    public async Task Authorization_GivenTwice_IsRefused()
    {
        var verdict = await app.TryAsync(new Sent("GET", "/api/v1/tickets", "demo-desk").With("Authorization", "Bearer demo-desk"));

        Assert.True(verdict is { Wrong: null, Status: 401 }, verdict.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("two words")]
    [InlineData("tab\tin it")]
    [InlineData("钥匙")]
    [InlineData("del\u007f")]
    [InlineData("\u00e9")]
    [InlineData("@129")]
    [InlineData("@8000")]
    public async Task IdempotencyKey_ThatIsNone_IsRefused(string key)
    {
        key = key.StartsWith('@') ? new('k', int.Parse(key[1..], System.Globalization.CultureInfo.InvariantCulture)) : key;

        var verdict = await app.TryAsync(Filing().With("Idempotency-Key", key));

        Assert.True(verdict is { Wrong: null, Status: 400, Code: "badIdempotencyKey" }, verdict.ToString());
    }

    [Fact]
    public async Task IdempotencyKey_OfOneOrOneHundredTwentyEightCharacters_IsTaken()
    {
        foreach (var key in (string[])["~", new('!', 128), "a\\\"'<>{}|^`;,:"])
        {
            var first = await app.TryAsync(Filing().With("Idempotency-Key", key));
            var again = await app.TryAsync(Filing().With("Idempotency-Key", key));
            Assert.True(first is { Wrong: null, Status: 201 }, first.ToString());
            Assert.Equal(first.Answer!.Body, again.Answer!.Body);
        }
    }

    [Fact]
    public async Task IdempotencyKey_UsedTwiceOrAtOnce_NeverMakesTwoTickets()
    {
        var twice = await app.TryAsync(Filing().With("Idempotency-Key", "one").With("Idempotency-Key", "two"));
        Assert.True(twice is { Wrong: null, Code: "badIdempotencyKey" }, twice.ToString());

        await app.DoAsync(Filing().With("Idempotency-Key", "reused"));
        var other = await app.TryAsync((Filing() with { Body = [.. Filing().Body!, (byte)' '] }).With("Idempotency-Key", "reused"));
        Assert.True(other is { Wrong: null, Status: 422, Code: "idempotencyKeyReused" }, other.ToString());
        var garbage = await app.TryAsync(Sent.Json("POST", "/api/v1/tickets", null, "{").With("Idempotency-Key", "reused"));
        Assert.True(garbage is { Wrong: null, Status: 400 or 422 }, garbage.ToString());

        var together = await Task.WhenAll(Enumerable.Range(0, 24).Select(_ => app.TryAsync(Filing().With("Idempotency-Key", "together"))));
        Assert.All(together, v => Assert.True(v is { Wrong: null, Status: 201 } or { Wrong: null, Status: 409, Code: "inFlight" }, v.ToString()));
        Assert.Single(together.Where(v => v.Status == 201).Select(v => JsonDocument.Parse(v.Answer!.Body).RootElement.GetProperty("number").GetString()).Distinct());
        Wrong.None(app.NewWarnings());
    }

    /// <summary>A refusal is the answer to that key too: repeated, it is the same, and the right request needs another key.</summary>
    [Fact]
    public async Task IdempotencyKey_OfARefusedRequest_RepeatsTheRefusal()
    {
        var bad = Sent.Json("POST", "/api/v1/tickets", null, Places.Ticket().ToJsonString().Replace(Places.Phone, "123", StringComparison.Ordinal)).With("Idempotency-Key", "refused");

        var first = await app.TryAsync(bad);
        var again = await app.TryAsync(bad);

        Assert.True(first is { Wrong: null, Status: 400 }, first.ToString());
        Assert.Equal(first.Answer!.Body, again.Answer!.Body);
        Assert.Equal("application/problem+json", again.Answer.Header("Content-Type"));
    }

    [Theory]
    [InlineData("Accept", "text/html")]
    [InlineData("Accept", "application/xml;q=1, */*;q=0")]
    [InlineData("Accept", "nonsense")]
    [InlineData("Accept", "text/html;q=banana, ,;;")]
    [InlineData("Accept-Language", "xx-YY;q=2,*;q=-1")]
    [InlineData("Accept-Encoding", "gzip;q=nope, br, *;q=0")]
    [InlineData("Accept-Charset", "gbk")]
    [InlineData("Range", "bytes=0-1")]
    [InlineData("If-None-Match", "*")]
    [InlineData("If-Modified-Since", "yesterday")]
    [InlineData("Content-Language", "\u00ff")]
    [InlineData("Cookie", "a=b; session=; ;;==; session=%00")]
    [InlineData("Cookie", "=\u00ff")]
    [InlineData("Origin", "null")]
    [InlineData("Referer", "not a url \u00ff")]
    [InlineData("X-Forwarded-For", "999.1.1.1, [::1, , x")]
    [InlineData("X-Forwarded-Proto", "javascript")]
    [InlineData("X-HTTP-Method-Override", "DELETE")]
    [InlineData("Expect", "100-continue")]
    [InlineData("Date", "x")]
    [InlineData("Traceparent", "00-zz-zz-zz")]
    [InlineData("Baggage", "=,=;=")]
    [InlineData("Connection", "x, upgrade")]
    [InlineData("Upgrade", "websocket")]
    public async Task Header_ThatIsOdd_ChangesNeitherAnswerNorErrors(string name, string value)
    {
        var filed = await app.TryAsync(Filing().With(name, value));
        var refused = await app.TryAsync(Sent.Json("POST", "/api/v1/tickets", null, "{}").With(name, value));
        var read = await app.TryAsync(new Sent("GET", "/api/v1/tickets?limit=1", "demo-desk").With(name, value));

        Assert.True(filed is { Wrong: null, Status: 201 }, filed.ToString());
        Assert.True(refused is { Wrong: null, Status: 400, Code: "required" }, refused.ToString());
        Assert.True(read is { Wrong: null, Status: 200 }, read.ToString());
        Wrong.None(app.NewWarnings());
    }

    [Fact]
    public async Task Body_EmptyOrMissing_CountsAsAnEmptyObject()
    {
        var path = $"/api/v1/tickets/{app.Places.Number}/actions/urge";
        foreach (var sent in (Sent[])[new("POST", path, "demo-desk"), new("POST", path, "demo-desk", []), new("POST", path, "demo-desk", [], null), new("POST", path, "demo-desk", []) { Chunked = true }, new("POST", path, "demo-desk", [0xef, 0xbb, 0xbf, .. "{}"u8])])
        {
            var verdict = await app.TryAsync(sent);
            Assert.True(verdict is { Wrong: null, Status: 200 or 409 }, verdict.ToString());
        }

        var filing = await app.TryAsync(new("POST", "/api/v1/tickets", null, []));
        Assert.True(filing is { Wrong: null, Code: "required" }, filing.ToString());
    }

    private IEnumerable<ApiOperation> Lists() => app.Operations.Where(o => o.Method == "GET" && o.Query.Contains("after"));

    private static Sent Filing() => Sent.Json("POST", "/api/v1/tickets", null, Places.Ticket().ToJsonString());
}
