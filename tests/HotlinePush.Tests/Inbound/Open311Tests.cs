using System.Net;
using System.Text.Json;
using System.Xml.Linq;
using HotlinePush.Tests.Support;
using HotlinePush.Tests.Tickets;

namespace HotlinePush.Tests.Inbound;

/// <summary>GeoReport v2 as a civic app meets it.</summary>
public sealed class Open311Tests : IAsyncLifetime
{
    private const string V2 = "/open311/v2";
    private readonly HotlineApp _app = new();

    public Task InitializeAsync() => _app.InitializeAsync();

    public Task DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task Services_InBothFormats_AreTheSame()
    {
        var json = (await GetAsync("/services.json")).EnumerateArray().ToList();
        var xml = XDocument.Parse(await _app.Public.GetStringAsync(V2 + "/services.xml")).Root!;

        Assert.Equal("services", xml.Name.LocalName);
        Assert.Equal(json.Count, xml.Elements("service").Count());
        foreach (var (one, other) in json.Zip(xml.Elements("service")))
            foreach (var field in one.EnumerateObject())
                Assert.Equal(field.Value.ToString(), field.Value.ValueKind is JsonValueKind.True or JsonValueKind.False ? Capital(other.Element(field.Name)!.Value) : other.Element(field.Name)!.Value);
        Assert.All(json, s => Assert.Equal("realtime", s.GetProperty("type").GetString()));
        Assert.Contains(json, s => !s.GetProperty("metadata").GetBoolean());

        static string Capital(string word) => char.ToUpperInvariant(word[0]) + word[1..];
    }

    [Fact]
    public async Task Definition_OfACategoryThatAsks_NamesWhatIsRequiredInOrder()
    {
        var attributes = (await GetAsync("/services/hjbh-02-03.json")).GetProperty("attributes").EnumerateArray().ToList();

        Assert.Equal(["exact_place True", "occurred_at True", "request_type False"], attributes.Select(a => $"{a.GetProperty("code").GetString()} {a.GetProperty("required").GetBoolean()}"));
        Assert.Equal([1, 2, 3], attributes.Select(a => a.GetProperty("order").GetInt32()));
        var xml = XDocument.Parse(await _app.Public.GetStringAsync(V2 + "/services/hjbh-02-03.xml")).Root!;
        Assert.Equal("service_definition", xml.Name.LocalName);
        Assert.Equal(["Complaint", "Help", "Inquiry", "Suggestion", "Praise"], xml.Descendants("value").Select(v => v.Element("key")!.Value));
        await RefusedAsync(await _app.Public.GetAsync(V2 + "/services/none.xml"), HttpStatusCode.NotFound, "service_code");
    }

    [Fact]
    public async Task Post_WithoutKeyOrContact_IsATicketAtOnceAndShowsItsStatusAlone()
    {
        var id = await FileAsync("general", ("lat", "30.5"), ("long", "114.3"), ("description", "琴台路的路灯坏了。晚上看不清路。"));

        var shown = Assert.Single((await GetAsync($"/requests/{id}.json")).EnumerateArray());
        Assert.Equal(["service_request_id", "status", "service_name", "service_code"], shown.EnumerateObject().Select(p => p.Name));
        Assert.Equal("open", shown.GetProperty("status").GetString());
        var seen = (await TicketScenario.SendAsync(_app, TicketScenario.Desk, HttpMethod.Get, "/api/v1/tickets/" + id)).Ok();
        Assert.Equal(("琴台路的路灯坏了", "open311", true), (seen["subject"].GetString(), seen["channel"].GetString(), seen["contact"].GetProperty("anonymous").GetBoolean()));
        Assert.Empty((await GetAsync("/requests.json")).EnumerateArray());
        var token = XDocument.Parse(await _app.Public.GetStringAsync($"{V2}/tokens/{id}.xml")).Root!;
        Assert.Equal(id, token.Element("request")!.Element("service_request_id")!.Value);
    }

    [Fact]
    public async Task Post_WithEverything_KeepsWhatATicketHasAndNothingOfTheDevice()
    {
        var id = await FileAsync("hjbh-02-03", ("api_key", "demo-open311"), ("lat", "30.51234"), ("long", "114.31234"), ("address_string", "鹤汀街道1号"), ("first_name", "三"), ("last_name", "张"),
            ("phone", "19900012345"), ("email", "zhang@test.invalid"), ("device_id", "QZXDEVICE"), ("account_id", "QZXACCOUNT"), ("media_url", "https://example.com/1.jpg"),
            ("description", "夜间施工"), ("attribute[exact_place]", "东门工地"), ("attribute[occurred_at]", "2026-03-01T23:30:00+08:00"), ("attribute[request_type]", "Help"));

        var seen = (await TicketScenario.SendAsync(_app, TicketScenario.Desk, HttpMethod.Get, "/api/v1/tickets/" + id)).Ok();
        Assert.Equal("Help", seen["type"].GetString());
        Assert.Equal("hjbh-02-03", seen["categoryId"].GetString());
        Assert.Equal("鹤汀街道1号 东门工地", seen["location"].GetProperty("address").GetString());
        Assert.Equal("张三", seen["contact"].GetProperty("name").GetString());
        Assert.Equal(new(2026, 3, 1, 15, 30, 0, TimeSpan.Zero), seen["occurredAt"].GetDateTimeOffset());
        Assert.Contains("https://example.com/1.jpg", seen["description"].GetString(), StringComparison.Ordinal);
        Assert.DoesNotContain("QZX", seen.Text, StringComparison.Ordinal);
    }

    /// <summary>As an older client library sends it: no body, every field in the address, zeros for what it does not know.</summary>
    [Fact]
    public async Task Post_WithAllOfItInTheAddress_IsTaken()
    {
        using var answer = await _app.Public.PostAsync(V2 + "/requests.json?jurisdiction_id=x&api_key=demo-open311&service_code=general&lat=0&long=0&address_string=%E7%90%B4%E5%8F%B0%E8%B7%AF&address_id=0&email=&phone=19900012345&description=%E8%B7%AF%E7%81%AF+%E4%B8%8D%E4%BA%AE&media_url=", null);

        var id = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement[0].GetProperty("service_request_id").GetString();
        var seen = (await TicketScenario.SendAsync(_app, TicketScenario.Desk, HttpMethod.Get, "/api/v1/tickets/" + id)).Ok();
        Assert.Equal(("琴台路", "路灯 不亮"), (seen["location"].GetProperty("address").GetString(), seen["subject"].GetString()));
        Assert.Equal(JsonValueKind.Null, seen["location"].GetProperty("lat").ValueKind);
    }

    [Theory]
    [InlineData("lat=1&long=1", 400, "service_code")]
    [InlineData("service_code=none&lat=1&long=1", 404, "service_code")]
    [InlineData("service_code=general&description=x", 400, "address_string")]
    [InlineData("service_code=general&lat=30", 400, "long")]
    [InlineData("service_code=general&lat=91&long=1", 400, "lat")]
    [InlineData("service_code=general&lat=NaN&long=1", 400, "lat")]
    [InlineData("service_code=general&lat=1&long=1&api_key=wrong", 403, "api_key")]
    [InlineData("service_code=general&lat=1&long=1&api_key=demo-desk", 403, "api_key")]
    [InlineData("service_code=general&lat=1&long=1&phone=12", 400, "phone")]
    [InlineData("service_code=general&lat=1&long=1&email=a@@b", 400, "email")]
    [InlineData("service_code=general&lat=1&long=1&media_url=file:///etc/passwd", 400, "media_url")]
    [InlineData("service_code=general&lat=1&long=1&attribute[x]=1", 400, "attribute[x]")]
    [InlineData("service_code=hjbh-02-03&lat=1&long=1", 400, "attribute[occurred_at]")]
    [InlineData("service_code=hjbh-02-03&lat=1&long=1&attribute[exact_place]=a&attribute[occurred_at]=yesterday", 400, "attribute[occurred_at]")]
    [InlineData("service_code=cxjs-02-02&lat=1&long=1&attribute[request_type]=Report", 400, "attribute[request_type]")]
    [InlineData("service_code=general&lat=1&long=1&description=%ff", 400, "")]
    [InlineData("service_code=general&lat=1&long=1&description=%0", 400, "")]
    [InlineData("service_code=general&service_code=general&lat=1&long=1", 400, "service_code")]
    public async Task Post_ThatIsWrong_IsRefusedInTheirForm(string body, int status, string field)
    {
        foreach (var format in (string[])["json", "xml"])
            await RefusedAsync(await PostAsync(format, body), (HttpStatusCode)status, field);
    }

    [Fact]
    public async Task Post_RepeatedUnderOneKey_IsOneTicket()
    {
        var bodies = new List<string>();
        for (var i = 0; i < 2; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, V2 + "/requests.json") { Content = Form("service_code=general&address_string=a&description=b") };
            request.Headers.Add("Idempotency-Key", "app-1");
            bodies.Add(await (await _app.Public.SendAsync(request)).Content.ReadAsStringAsync());
        }

        Assert.Equal(bodies[0], bodies[1]);
    }

    [Fact]
    public async Task Text_ThatTheDeskPublishes_IsShownUntilItIsWithdrawn()
    {
        var ticket = await TicketScenario.DispatchedAsync(_app, location: new { lat = 30.5, lng = 114.3, address = "鹤汀南路1号" });
        (await ticket.DeskAsync("publish", new { text = "某工地夜间施工扰民。" })).Ok();

        var listed = Assert.Single((await GetAsync("/requests.json?status=open&service_code=" + TicketScenario.NoiseCategory)).EnumerateArray());
        Assert.Equal("某工地夜间施工扰民。", listed.GetProperty("description").GetString());
        Assert.Equal("云泽市望江区鹤汀街道", listed.GetProperty("address").GetString());
        Assert.Equal(JsonValueKind.Null, listed.GetProperty("lat").ValueKind);
        Assert.Equal("2026-03-02", listed.GetProperty("requested_datetime").GetString()![..10]);
        Assert.Empty((await GetAsync("/requests.json?status=closed")).EnumerateArray());
        Assert.Empty((await GetAsync("/requests.json?service_code=general")).EnumerateArray());

        (await ticket.DeskAsync("publish", new { text = "某工地夜间施工扰民。", withPlace = true })).Ok();
        var one = Assert.Single((await GetAsync($"/requests/{ticket.Number}.json?extensions=true")).EnumerateArray());
        Assert.Equal(30.5, one.GetProperty("lat").GetDouble());
        Assert.Equal("Dispatched", one.GetProperty("extended_attributes").GetProperty("state").GetString());
        Assert.Contains("dispatch", one.GetProperty("notes").EnumerateArray().Select(n => n.GetProperty("type").GetString()));

        (await ticket.DeskAsync("withdraw")).Ok();
        Assert.Empty((await GetAsync("/requests.json")).EnumerateArray());
        Assert.DoesNotContain("某工地", (await GetAsync($"/requests/{ticket.Number}.json")).GetRawText(), StringComparison.Ordinal);
        (await ticket.DeskAsync("withdraw")).Refused(HttpStatusCode.Conflict, "wrongState");
    }

    [Fact]
    public async Task Text_ThatPointsAtSomebody_IsNotPublished()
    {
        var ticket = await TicketScenario.DispatchedAsync(_app);
        foreach (var text in (string[])["张三反映噪音", "联系 13912345678", "身份证 110101199003070011", "邮箱 a@b.cn", ""])
            (await ticket.DeskAsync("publish", new { text })).Refused(HttpStatusCode.BadRequest, "invalid");
        (await ticket.LeadAsync("publish", new { text = "噪音" })).Refused(HttpStatusCode.Forbidden, "roleLacking");
        var anonymous = await TicketScenario.DispatchedAsync(_app, anonymous: true);
        (await anonymous.DeskAsync("publish", new { text = "噪音", withPlace = true })).Refused(HttpStatusCode.BadRequest, "invalid");
    }

    [Fact]
    public async Task ConfidentialTicket_IsNeitherPublishedNorFound()
    {
        var ticket = await TicketScenario.ConfidentialAsync(_app);

        (await ticket.DeskAsync("publish", new { text = "某单位违规。" })).Refused(HttpStatusCode.BadRequest, "invalid");
        foreach (var path in (string[])[$"/requests/{ticket.Number}.json", $"/tokens/{ticket.Number}.json"])
            Assert.Equal(HttpStatusCode.NotFound, (await _app.Public.GetAsync(V2 + path)).StatusCode);
        Assert.Empty((await GetAsync("/requests.json?service_request_id=" + ticket.Number)).EnumerateArray());
    }

    [Fact]
    public async Task List_ByPageDatesAndIds_IsNewestFirstAndExact()
    {
        var numbers = new List<string>();
        for (var i = 0; i < 5; i++)
        {
            var ticket = await TicketScenario.DispatchedAsync(_app, subject: $"噪音{i}", description: $"第{i}处工地夜间噪音。");
            (await ticket.DeskAsync("publish", new { text = $"第{i}处工地噪音。" })).Ok();
            numbers.Insert(0, ticket.Number);
            await _app.AdvanceAsync(TimeSpan.FromDays(1));
        }

        Assert.Equal(numbers, await IdsAsync("/requests.json"));
        Assert.Equal(numbers[2..4], await IdsAsync("/requests.json?page=2&page_size=2"));
        Assert.Equal(numbers[3..], await IdsAsync("/requests.json?start_date=2026-03-02T00:00:00%2B08:00&end_date=2026-03-03T23:59:59%2B08:00"));
        Assert.Equal(numbers[3..], await IdsAsync("/requests.json?end_date=2026-03-03T23:59:59Z&status=open,closed"));
        Assert.Equal(numbers[1..3], await IdsAsync($"/requests.json?status=nonsense&service_request_id={numbers[1]},{numbers[2]},26030200000017,x"));
        await _app.AdvanceAsync(TimeSpan.FromDays(30));
        await _app.AdvanceAsync(TimeSpan.FromDays(30));
        await _app.AdvanceAsync(TimeSpan.FromDays(27.5));
        Assert.Equal(numbers[..2], await IdsAsync("/requests.json"));
    }

    [Theory]
    [InlineData("status=broken", 400, "status")]
    [InlineData("service_code=none", 404, "service_code")]
    [InlineData("start_date=2026-01-01", 400, "start_date")]
    [InlineData("start_date=2026-01-01T00:00:00Z&end_date=2026-06-01T00:00:00Z", 400, "end_date")]
    [InlineData("start_date=2026-02-01T00:00:00Z&end_date=2026-01-01T00:00:00Z", 400, "end_date")]
    [InlineData("page=0", 400, "page")]
    [InlineData("page=9999&page_size=1000", 400, "page")]
    [InlineData("page_size=1001", 400, "page_size")]
    [InlineData("extensions=yes", 400, "extensions")]
    public async Task List_ThatIsAskedForWrongly_IsRefusedInTheirForm(string query, int status, string field)
    {
        foreach (var format in (string[])["json", "xml"])
            await RefusedAsync(await _app.Public.GetAsync($"{V2}/requests.{format}?{query}"), (HttpStatusCode)status, field);
    }

    [Fact]
    public async Task Format_IsTheSuffixElseWhatIsAccepted()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, V2 + "/services");
        request.Headers.Accept.ParseAdd("text/xml");
        Assert.Equal("text/xml", (await _app.Public.SendAsync(request)).Content.Headers.ContentType!.MediaType);
        Assert.Equal("application/json", (await _app.Public.GetAsync(V2 + "/services")).Content.Headers.ContentType!.MediaType);
        await RefusedAsync(await _app.Public.GetAsync(V2 + "/services.csv"), HttpStatusCode.NotFound, "");
        await RefusedAsync(await _app.Public.GetAsync(V2 + "/nowhere.xml"), HttpStatusCode.NotFound, "");
        var discovery = XDocument.Parse(await _app.Public.GetStringAsync("/open311/discovery.xml")).Root!;
        Assert.Equal(["text/xml", "application/json"], discovery.Descendants("format").Select(f => f.Value));
        Assert.EndsWith(V2, discovery.Descendants("url").Single().Value, StringComparison.Ordinal);
    }

    private async Task<List<string>> IdsAsync(string path) => [.. (await GetAsync(path)).EnumerateArray().Select(r => r.GetProperty("service_request_id").GetString()!)];

    private async Task<JsonElement> GetAsync(string path)
    {
        using var answer = await _app.Public.GetAsync(V2 + path);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == HttpStatusCode.OK, text);
        return JsonDocument.Parse(text).RootElement;
    }

    private async Task<string> FileAsync(string service, params (string Name, string Value)[] fields)
    {
        using var answer = await PostAsync("json", string.Join('&', fields.Prepend(("service_code", service)).Select(f => $"{Uri.EscapeDataString(f.Item1)}={Uri.EscapeDataString(f.Item2)}")));
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == HttpStatusCode.Created, text);
        return JsonDocument.Parse(text).RootElement[0].GetProperty("service_request_id").GetString()!;
    }

    private Task<HttpResponseMessage> PostAsync(string format, string body) => _app.Public.PostAsync($"{V2}/requests.{format}", Form(body));

    private static StringContent Form(string body) => new(body, new System.Net.Http.Headers.MediaTypeHeaderValue("application/x-www-form-urlencoded"));

    private static async Task RefusedAsync(HttpResponseMessage answer, HttpStatusCode status, string field)
    {
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == status, text);
        var errors = answer.Content.Headers.ContentType!.MediaType == "text/xml"
            ? XDocument.Parse(text).Root!.Elements("error").Select(e => ((int)e.Element("code")!, e.Element("description")!.Value))
            : JsonDocument.Parse(text).RootElement.EnumerateArray().Select(e => (e.GetProperty("code").GetInt32(), e.GetProperty("description").GetString()!));
        Assert.All(errors, e => Assert.Equal((int)status, e.Item1));
        Assert.Contains(errors, e => e.Item2.StartsWith(field, StringComparison.Ordinal));
    }
}
