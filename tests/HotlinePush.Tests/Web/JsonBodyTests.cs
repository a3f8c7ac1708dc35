using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace HotlinePush.Tests.Web;

public sealed class JsonBodyTests
{
    [Theory]
    [InlineData("""{"subject":"a","nope":1}""", "unknownField", "nope")]
    [InlineData("""{"subject":"a","Colour":"Red"}""", "unknownField", "Colour")]
    [InlineData("""{"subject":"a","inner":{"id":"x","nope":1}}""", "unknownField", "inner.nope")]
    [InlineData("""{"subject":"a","items":[{"id":"x"},{"id":"y","nope":1}]}""", "unknownField", "items[1].nope")]
    [InlineData("{}", "required", "subject")]
    [InlineData("", "required", "subject")]
    [InlineData("""{"subject":null}""", "required", "subject")]
    [InlineData("""{"subject":"a","inner":{}}""", "required", "inner.id")]
    [InlineData("""{"subject":1}""", "wrongType", "subject")]
    [InlineData("""{"subject":["a"]}""", "wrongType", "subject")]
    [InlineData("""{"subject":"a","inner":[]}""", "wrongType", "inner")]
    [InlineData("""{"subject":"a","items":{}}""", "wrongType", "items")]
    [InlineData("""{"subject":"a","texts":{"sms":1}}""", "wrongType", "texts.sms")]
    [InlineData("""{"subject":"a","colour":0}""", "wrongType", "colour")]
    [InlineData("""{"subject":"a","colour":"red"}""", "unknownWord", "colour")]
    [InlineData("""{"subject":"a","colour":"Red, DarkBlue"}""", "unknownWord", "colour")]
    [InlineData("""{"subject":"a","pace":"VeryUrgent"}""", "unknownWord", "pace")]
    [InlineData("""{"subject":"a","lat":"1.5"}""", "wrongType", "lat")]
    [InlineData("""{"subject":"a","lat":1e999}""", "outOfRange", "lat")]
    [InlineData("""{"subject":"a","inner":{"id":"x","count":1.5}}""", "outOfRange", "inner.count")]
    [InlineData("""{"subject":"a","inner":{"id":"x","count":99999999999}}""", "outOfRange", "inner.count")]
    [InlineData("""{"subject":"a","final":"true"}""", "wrongType", "final")]
    [InlineData("""{"subject":"a\ud800"}""", "badText", "subject")]
    [InlineData("""{"subject":"\udc00\ud800"}""", "badText", "subject")]
    [InlineData("""{"subject":"a\u0000"}""", "badText", "subject")]
    [InlineData("""{"subject":"a\u001b[0m"}""", "badText", "subject")]
    [InlineData("""{"subject":"a","texts":{"sms":"\u0007"}}""", "badText", "texts.sms")]
    [InlineData("""{"subject":"a","at":"2026-11-23T09:00:00"}""", "badTime", "at")]
    [InlineData("""{"subject":"a","at":"2026-11-23"}""", "badTime", "at")]
    [InlineData("""{"subject":"a","at":"2026-02-30T09:00:00Z"}""", "badTime", "at")]
    [InlineData("""{"subject":"a","at":"1988-12-31T23:59:59Z"}""", "badTime", "at")]
    [InlineData("""{"subject":"a","at":"9999-12-31T23:59:59Z"}""", "badTime", "at")]
    [InlineData("""{"subject":"a","at":"9999-12-31T23:59:59-12:00"}""", "badTime", "at")]
    [InlineData("""{"subject":"a","day":"2026-13-01"}""", "badTime", "day")]
    [InlineData("[]", "wrongType", "$")]
    [InlineData("null", "required", "$")]
    [InlineData("\"x\"", "wrongType", "$")]
    public async Task Body_WhenAFieldIsWrong_IsRefusedByItsName(string json, string code, string field)
    {
        await using var host = await WebHost.StartAsync();

        var answer = await host.PostAsync("/api/v1/echo", json);

        answer.IsProblem(400, code);
        Assert.Equal([field], answer.Fields);
    }

    [Theory]
    [InlineData("{", "badJson")]
    [InlineData("""{"subject":"a",}""", "badJson")]
    [InlineData("""{"subject":"a"} // x""", "badJson")]
    [InlineData("""{"subject":NaN}""", "badJson")]
    [InlineData("""{"subject":"a"}{}""", "badJson")]
    [InlineData("""{"subject":"a","subject":"b"}""", "duplicateField")]
    [InlineData("""{"subject":"a","sub\u006aect":"b"}""", "duplicateField")]
    [InlineData("""{"subject":"a","\ud800":"b"}""", "badText")]
    public async Task Body_WhenNoStrictJson_IsRefused(string json, string code)
    {
        await using var host = await WebHost.StartAsync();

        (await host.PostAsync("/api/v1/echo", json)).IsProblem(400, code);
    }

    [Fact]
    public async Task Body_WhenTooDeep_IsRefused()
    {
        await using var host = await WebHost.StartAsync();

        (await host.PostAsync("/api/v1/echo", new string('[', 100_000) + new string(']', 100_000))).IsProblem(400, "badJson");
    }

    [Fact]
    public async Task Body_WhenSeveralFieldsAreWrong_NamesAll()
    {
        await using var host = await WebHost.StartAsync();

        var answer = await host.PostAsync("/api/v1/echo", """{"colour":"Green","nope":1,"at":"yesterday","items":[{"count":"x"}]}""");

        answer.IsProblem(400, "invalid");
        Assert.Equal(["at", "colour", "items[0].count", "items[0].id", "nope", "subject"], answer.Fields.Order(StringComparer.Ordinal));
        Assert.StartsWith("unknownWord: ", answer.Json.GetProperty("errors").GetProperty("colour")[0].GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Body_WhenGb18030_IsRefusedAsBadEncoding()
    {
        await using var host = await WebHost.StartAsync();
        // 水管 in GB18030.
        var bytes = new ByteArrayContent([.. "{\"subject\":\""u8, 0xCB, 0xAE, 0xB9, 0xDC, .. "\"}"u8]);
        bytes.Headers.ContentType = new("application/json");

        (await host.SendAsync(HttpMethod.Post, "/api/v1/echo", bytes)).IsProblem(400, "badEncoding");
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("application/json; charset=gb18030")]
    [InlineData(null)]
    public async Task Body_WhenNotDeclaredAsJson_Is415(string? type)
    {
        await using var host = await WebHost.StartAsync();
        var content = new ByteArrayContent("""{"subject":"a"}"""u8.ToArray());
        content.Headers.ContentType = type is null ? null : MediaTypeHeaderValue.Parse(type);

        (await host.SendAsync(HttpMethod.Post, "/api/v1/echo", content)).IsProblem(415, "unsupportedMediaType");
    }

    [Fact]
    public async Task Text_WhenTenThousandCharacters_IsTaken_AndOneMoreIsNot()
    {
        await using var host = await WebHost.StartAsync();
        var longest = string.Concat(Enumerable.Repeat("😀", 9_999)) + "水";

        var taken = await host.PostAsync("/api/v1/echo", $$"""{"subject":"{{longest}}"}""");
        var refused = await host.PostAsync("/api/v1/echo", $$"""{"subject":"{{longest}}水"}""");

        Assert.Equal(HttpStatusCode.OK, taken.Status);
        Assert.Equal(longest, taken.Json.GetProperty("subject").GetString());
        refused.IsProblem(400, "tooLong");
    }

    [Fact]
    public async Task Body_WhenOverOneMebibyte_Is413_DeclaredOrNot()
    {
        await using var host = await WebHost.StartAsync();
        var json = "{\"subject\":\"" + new string('a', 1024 * 1024) + "\"}";

        (await host.PostAsync("/api/v1/echo", json)).IsProblem(413, "tooLarge");
        var chunked = new StreamContent(new Unseekable(Encoding.UTF8.GetBytes(json)));
        chunked.Headers.ContentType = new("application/json");
        (await host.SendAsync(HttpMethod.Post, "/api/v1/echo", chunked)).IsProblem(413, "tooLarge");
    }

    [Fact]
    public async Task Wire_WhenWritten_HasWordsCityTimeNullsAndReadableChinese()
    {
        await using var host = await WebHost.StartAsync();

        var answer = await host.PostAsync("/api/v1/echo",
            """{"subject":"漏水<b>","colour":"DarkBlue","pace":"veryUrgent","at":"2026-11-23T01:00:00.5Z","day":"2026-11-23","inner":{"id":"x"}}""");

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Contains("\"漏水\\u003Cb\\u003E\"", answer.Text, StringComparison.Ordinal);
        Assert.Contains("\"colour\":\"DarkBlue\",\"pace\":\"veryUrgent\"", answer.Text, StringComparison.Ordinal);
        Assert.Contains("\"at\":\"2026-11-23T09:00:00.5+08:00\"", answer.Text, StringComparison.Ordinal);
        Assert.Contains("\"items\":null", answer.Text, StringComparison.Ordinal);
    }

    private sealed class Unseekable(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;
    }
}
