using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using HotlinePush.Tickets;

namespace HotlinePush.Tests.BadInput;

/// <summary>What a resident or a unit may get wrong, and the neighbour of each limit that is right.</summary>
[Collection(BadInputSuite.Name)]
public sealed class TicketInputTests(BadInputApp app)
{
    [Theory]
    [InlineData("subject", "\"   \"", "required", "subject")]
    [InlineData("subject", "\"\\u3000\\u2003\\n\"", "required", "subject")]
    [InlineData("subject", "\"\"", "required", "subject")]
    [InlineData("subject", "\"@201\"", "tooLong", "subject")]
    [InlineData("description", "\" \\t\\r\\n\"", "required", "description")]
    [InlineData("description", "\"@10001\"", "tooLong", "description")]
    [InlineData("type", "\"complaint\"", "unknownWord", "type")]
    [InlineData("type", "\"投诉\"", "unknownWord", "type")]
    [InlineData("type", "2", "wrongType", "type")]
    [InlineData("priority", "\"Urgent\"", "unknownWord", "priority")]
    [InlineData("categoryId", "\"no-such\"", "badValue", "categoryId")]
    [InlineData("categoryId", "\"\"", "badValue", "categoryId")]
    [InlineData("areaId", "\"999999\"", "badValue", "areaId")]
    [InlineData("contact", "{}", "required", "contact")]
    [InlineData("contact", "{\"phone\":\"\",\"email\":\" \"}", "required", "contact")]
    [InlineData("contact", "{\"phone\":\"12345\",\"anonymous\":false}", "badValue", "contact.phone")]
    [InlineData("contact", "{\"phone\":\"1380013800\"}", "badValue", "contact.phone")]
    [InlineData("contact", "{\"phone\":\"138001380000\"}", "badValue", "contact.phone")]
    [InlineData("contact", "{\"phone\":\"x' OR '1'='1\"}", "badValue", "contact.phone")]
    [InlineData("contact", "{\"phone\":13800138000}", "wrongType", "contact.phone")]
    [InlineData("contact", "{\"email\":\"a@b@c\"}", "badValue", "contact.email")]
    [InlineData("contact", "{\"email\":\"a@b.c\\r\\nBcc: x@y.cn\"}", "badValue", "contact.email")]
    [InlineData("contact", "{\"email\":\"@example.com\"}", "badValue", "contact.email")]
    [InlineData("contact", "{\"anonymous\":\"true\"}", "wrongType", "contact.anonymous")]
    [InlineData("contact", "{\"anonymous\":true,\"name\":\"@101\"}", "tooLong", "contact.name")]
    [InlineData("location", "{\"lat\":90.0001,\"lng\":0}", "outOfRange", "location.lat")]
    [InlineData("location", "{\"lat\":0,\"lng\":-180.0001}", "outOfRange", "location.lng")]
    [InlineData("location", "{\"lat\":1e308}", "outOfRange", "location.lat")]
    [InlineData("location", "{\"lat\":\"30.5\"}", "wrongType", "location.lat")]
    [InlineData("location", "[30.5,114.3]", "wrongType", "location")]
    [InlineData("location", "{\"address\":\"@501\"}", "tooLong", "location.address")]
    [InlineData("occurredAt", "\"1988-12-31T23:59:59Z\"", "badTime", "occurredAt")]
    [InlineData("occurredAt", "\"9999-12-31T00:00:00Z\"", "badTime", "occurredAt")]
    [InlineData("occurredAt", "\"2026-03-01\"", "badTime", "occurredAt")]
    [InlineData("occurredAt", "1772000000", "wrongType", "occurredAt")]
    [InlineData("externalDueAt", "\"2026-13-01T00:00:00Z\"", "badTime", "externalDueAt")]
    [InlineData("channel", "\"@51\"", "tooLong", "channel")]
    [InlineData("externalId", "\"a\\u0007b\"", "badText", "externalId")]
    [InlineData("number", "\"26030200000017\"", "unknownField", "number")]
    [InlineData("Subject", "\"x\"", "unknownField", "Subject")]
    public async Task Filing_WithAFieldWrong_NamesItAndStoresNothing(string field, string value, string code, string named)
    {
        var verdict = await FileAsync(field, value);

        Assert.True(verdict is { Wrong: null, Status: 400 } && verdict.Code == code, verdict.ToString());
        Assert.True(JsonDocument.Parse(verdict.Answer!.Body).RootElement.GetProperty("errors").TryGetProperty(named, out _), verdict.ToString());
        Wrong.None(app.NewWarnings());
    }

    [Theory]
    [InlineData("subject", "\"@200\"")]
    [InlineData("subject", "\"a\"")]
    [InlineData("description", "\"@10000\"")]
    [InlineData("contact", "{\"anonymous\":true}")]
    [InlineData("contact", "{\"anonymous\":true,\"name\":\"@100\"}")]
    [InlineData("contact", "{\"phone\":\" 138-0013-8000 \"}")]
    [InlineData("contact", "{\"phone\":\"１３８００１３８０００\"}")]
    [InlineData("contact", "{\"phone\":\"+8613800138000\",\"email\":null}")]
    [InlineData("contact", "{\"email\":\"li.si+12345@example.com\"}")]
    [InlineData("location", "{\"lat\":90,\"lng\":-180}")]
    [InlineData("location", "{\"lat\":-90.0,\"lng\":180.0,\"address\":\"@500\"}")]
    [InlineData("location", "{}")]
    [InlineData("location", "null")]
    [InlineData("occurredAt", "\"1989-01-01T00:00:00Z\"")]
    [InlineData("occurredAt", "\"9999-12-30T23:59:59+00:00\"")]
    [InlineData("occurredAt", "\"1991-07-01T00:00:00+09:00\"")]
    [InlineData("externalDueAt", "\"2026-03-01T09:00Z\"")]
    [InlineData("priority", "\"urgent\"")]
    [InlineData("channel", "\"@50\"")]
    public async Task Filing_JustInsideALimit_IsTaken(string field, string value)
    {
        var verdict = await FileAsync(field, value);

        Assert.True(verdict is { Wrong: null, Status: 201 }, verdict.ToString());
    }

    [Theory]
    [InlineData("emoji 😀👨‍👩‍👧‍👦🇨🇳 and a flag")]
    [InlineData("扩展区 𠀀𠮷𪚥𫝀 与 𰀀")]
    [InlineData("零宽\u200b字\u200d符\ufeff与\u202e右向左\u202c和\u2066隔离\u2069")]
    [InlineData("'; DROP TABLE tickets;-- \" OR 1=1")]
    [InlineData("<script>alert('x')</script><img src=x onerror=y>&amp;&lt;")]
    [InlineData("body{background:url(javascript:x)} </style>")]
    [InlineData("=cmd|'/c calc'!A1\t+1+1\t-1\t@SUM(A1)")]
    [InlineData("${jndi:ldap://x} {{7*7}} {0} %s %n %00 \\u0000 \\\\ ../../etc/passwd")]
    [InlineData("e\u0301 与 é，ﬁ，ｆｕｌｌ　ｗｉｄｔｈ，ᄀ")]
    [InlineData("第一行\r\n第二行\n\t缩进\u2028段\u2029落\u00a0")]
    public async Task Text_WhateverItHolds_ComesBackAsItWas(string text)
    {
        var ticket = Places.Ticket();
        (ticket["subject"], ticket["description"], ticket["contact"]!["name"]) = (text, text + text, text);

        var filed = await app.DoAsync(Sent.Json("POST", "/api/v1/tickets", null, ticket.ToJsonString()));
        var read = await app.DoAsync(new("GET", "/api/v1/tickets/" + filed.GetProperty("number").GetString(), "demo-desk"));

        Assert.Equal(text, read.GetProperty("subject").GetString());
        Assert.Equal(text + text, read.GetProperty("description").GetString());
        Wrong.None(app.NewWarnings());
    }

    [Theory]
    [InlineData("0")]
    [InlineData("2603020000001")]
    [InlineData("260302000000170")]
    [InlineData("26030200000018")]
    [InlineData("99023000000010")]
    [InlineData("２６０３０２００００００１７")]
    [InlineData("26030200%30000017x")]
    [InlineData("-6030200000017")]
    [InlineData("%2e%2e%2funits")]
    [InlineData("..%5cunits")]
    [InlineData("%E5%B7%A5%E5%8D%95")]
    [InlineData("%B9%A4%B5%A5")]
    [InlineData("%ff%fe")]
    [InlineData("%ed%a0%80")]
    [InlineData("%zz")]
    [InlineData("%")]
    [InlineData("%2")]
    [InlineData("a%20b%09c")]
    [InlineData("%7f%01")]
    [InlineData("t%7C1%21%22~")]
    [InlineData("@5000")]
    public async Task TicketNumber_ThatIsNone_IsNotFound(string number)
    {
        number = Long(number).Replace("字", "9", StringComparison.Ordinal);
        foreach (var key in (string?[])["demo-desk", "demo-unit-" + app.Places.UnitId, null])
            foreach (var (method, path, body) in ((string, string, string?)[])
                [("GET", "", null), ("GET", "/history", null), ("GET", "/clocks?code=x", null), ("GET", "?code=x", null), ("POST", "/actions/follow-up?code=x", "{\"text\":\"x\"}"), ("POST", "/rating?code=x", "{\"resolved\":true,\"satisfied\":true}")])
            {
                var verdict = await app.TryAsync(new(method, $"/api/v1/tickets/{number}{path}", key, body is null ? null : Encoding.UTF8.GetBytes(body)));
                Assert.True(verdict is { Wrong: null, Status: 404 or 401 or 403 or 400 }, verdict.ToString());
            }

        Wrong.None(app.NewWarnings());
    }

    [Fact]
    public async Task CheckDigit_WhenWrong_IsNotFoundForEveryoneAlike()
    {
        var number = app.Places.Number;
        for (var digit = '0'; digit <= '9'; digit++)
        {
            var other = number[..^1] + digit;
            var verdict = await app.TryAsync(new("GET", "/api/v1/tickets/" + other, "demo-desk"));
            Assert.Equal(TicketNumber.IsValid(other) ? 200 : 404, verdict.Status);
            Assert.Null(verdict.Wrong);
        }
    }

    [Fact]
    public async Task Ticket_OfAnotherUnit_IsNotFoundWhateverIsDone()
    {
        var right = new RightRequests(app.Places);
        foreach (var operation in app.Operations.Where(o => o.Path.Contains("{number}", StringComparison.Ordinal)))
        {
            var verdict = await app.TryAsync(right.Of(operation) with { Key = "demo-unit-" + app.Places.OtherUnitId });
            Assert.True(verdict is { Wrong: null, Code: "notFound" or "roleLacking" }, verdict.ToString());
        }
    }

    [Theory]
    [InlineData("\"0\"")]
    [InlineData("\"999999\"")]
    [InlineData("W/\"1\"")]
    [InlineData("1")]
    [InlineData("\"")]
    [InlineData("")]
    [InlineData("\"-1\", \"x\"")]
    [InlineData("nonsense")]
    [InlineData("\"99999999999999999999\"")]
    public async Task ETag_WhenStaleOrNone_IsAConflict(string etag)
    {
        var verdict = await app.TryAsync(Sent.Json("POST", $"/api/v1/tickets/{app.Places.Number}/actions/contact", "demo-unit-" + app.Places.UnitId, "{}").With("If-Match", etag));

        Assert.True(verdict is { Wrong: null, Status: 412, Code: "versionConflict" }, verdict.ToString());
    }

    [Theory]
    [InlineData("answer-at-desk", "{\"text\":\" \"}")]
    [InlineData("answer-at-desk", "{\"text\":\"答复\",\"articleId\":\"@5000\"}")]
    [InlineData("dispatch", "{\"leadUnitId\":\"\"}")]
    [InlineData("dispatch", "{\"leadUnitId\":\"no-such-unit\"}")]
    [InlineData("dispatch", "{\"leadUnitId\":\"@10000\"}")]
    [InlineData("reassign", "{\"leadUnitId\":\"UNIT\",\"note\":\"改派\"}")]
    [InlineData("reassign", "{\"leadUnitId\":\"OTHER\",\"note\":\"  \"}")]
    [InlineData("return", "{\"reason\":\"NotOurDuty\",\"text\":\"x\"}")]
    [InlineData("return", "{\"reason\":\"notOurDuty\",\"text\":\"\\u3000\"}")]
    [InlineData("extend", "{\"workingDays\":0,\"reason\":\"complex\"}")]
    [InlineData("extend", "{\"workingDays\":-1,\"reason\":\"complex\"}")]
    [InlineData("extend", "{\"workingDays\":-2147483648,\"reason\":\"complex\"}")]
    [InlineData("extend", "{\"workingDays\":1.0e0,\"reason\":\"\"}")]
    [InlineData("extend", "{\"workingDays\":1,\"reason\":\"complex \"}")]
    [InlineData("suspend", "{\"reason\":\"holiday\"}")]
    [InlineData("answer", "{\"text\":\"\\n\"}")]
    [InlineData("answer", "{\"text\":\"好\",\"outcome\":\"@10000\"}")]
    [InlineData("answer", "{\"text\":\"好\",\"evidence\":[null]}")]
    [InlineData("answer", "{\"text\":\"好\",\"evidence\":[\"\"]}")]
    [InlineData("answer", "{\"text\":\"好\",\"evidence\":[\"@9000\",\"@9000\"]}")]
    [InlineData("callback", "{\"reached\":true}")]
    [InlineData("callback", "{\"reached\":false,\"resolved\":true}")]
    [InlineData("callback", "{\"reached\":\"yes\"}")]
    [InlineData("merge", "{\"into\":\"\"}")]
    [InlineData("merge", "{\"into\":\"x\"}")]
    [InlineData("merge", "{\"into\":\"@1000\"}")]
    [InlineData("merge", "{\"into\":\"NUMBER\"}")]
    [InlineData("merge", "{\"into\":\"26030200000018\"}")]
    [InlineData("merge", "{\"into\":\"😀\"}")]
    [InlineData("decline", "{\"reason\":\"vague\",\"text\":\"\"}")]
    [InlineData("decline", "{\"reason\":\"otherLegalChanel\",\"text\":\"x\"}")]
    [InlineData("handover", "{\"service\":\"911\",\"takenBy\":\"王\"}")]
    [InlineData("handover", "{\"service\":110,\"takenBy\":\"王\"}")]
    [InlineData("handover", "{\"service\":\"110\",\"takenBy\":\"  \"}")]
    [InlineData("terminate", "{\"reason\":\"repeated\",\"text\":\"\\t\"}")]
    [InlineData("follow-up", "{\"text\":\" \"}")]
    [InlineData("follow-up", "{\"text\":null}")]
    [InlineData("urge", "{\"text\":\"x\"}")]
    [InlineData("sign", "{\"now\":true}")]
    public async Task Action_WithAFieldWrong_SaysSoAndChangesNothing(string action, string body)
    {
        body = Long(body.Replace("UNIT", app.Places.UnitId, StringComparison.Ordinal).Replace("OTHER", app.Places.OtherUnitId, StringComparison.Ordinal).Replace("NUMBER", app.Places.Number, StringComparison.Ordinal));
        var operation = app.Operations.Single(o => o.Path.EndsWith("{number}/actions/" + action, StringComparison.Ordinal));
        var key = operation.Rule.NeedsKey ? operation.Key(app.Places) : "demo-desk";

        var verdict = await app.TryAsync(Sent.Json("POST", app.Places.Fill(operation.Path), key, body));

        Assert.True(verdict is { Wrong: null, Status: 400 or 409 }, verdict.ToString());
        Wrong.None(app.NewWarnings());
    }

    [Fact]
    public async Task Answer_WithMoreEvidenceThanARowHolds_IsRefused()
    {
        var (number, _) = await app.Places.FileAsync(app);
        var unit = "demo-unit-" + app.Places.UnitId;
        await app.DoAsync(new("POST", $"/api/v1/tickets/{number}/actions/sign", unit));
        var many = new JsonArray([.. Enumerable.Range(0, 100).Select(_ => (JsonNode)new string('字', 3_000))]);
        var short_ = new JsonArray([.. Enumerable.Range(0, 150_000).Select(i => (JsonNode)"e")]);

        foreach (var evidence in (JsonArray[])[many, short_])
        {
            var verdict = await app.TryAsync(new("POST", $"/api/v1/tickets/{number}/actions/answer", unit,
                Encoding.UTF8.GetBytes(new JsonObject { ["text"] = "已修好", ["evidence"] = evidence }.ToJsonString(new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))));
            Assert.True(verdict is { Wrong: null, Status: 400 }, verdict.ToString());
        }

        Wrong.None(app.NewWarnings());
    }

    [Fact]
    public async Task Action_ThatDoesNotExist_IsNotFound()
    {
        foreach (var action in (string[])["", "/", "explode", "SIGN", "sign/x", "%73ign%00"[..6]])
        {
            var verdict = await app.TryAsync(Sent.Json("POST", $"/api/v1/tickets/{app.Places.Number}/actions/{action}", "demo-desk", "{}"));
            Assert.True(verdict is { Wrong: null, Status: 404 or 403 }, verdict.ToString());
        }
    }

    private async Task<Verdict> FileAsync(string field, string value)
    {
        var ticket = Places.Ticket();
        ticket[field] = "@@";
        return await app.TryAsync(Sent.Json("POST", "/api/v1/tickets", null, ticket.ToJsonString().Replace("\"@@\"", Long(value), StringComparison.Ordinal)));
    }

    /// <summary>@n stands for n characters.</summary>
    private static string Long(string text) =>
        System.Text.RegularExpressions.Regex.Replace(text, "@([0-9]+)", m => new string('字', int.Parse(m.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture)));
}
