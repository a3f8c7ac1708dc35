using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using HotlinePush.Tests.Support;

namespace HotlinePush.Tests.Audiences;

public sealed class AudienceEndpointTests(AudienceEndpointTests.App host) : IClassFixture<AudienceEndpointTests.App>
{
    public sealed class App : IAsyncLifetime
    {
        public HotlineApp Value { get; } = new();
        public Task InitializeAsync() => Value.InitializeAsync();
        public Task DisposeAsync() => Value.DisposeAsync();
    }

    private HttpClient Publisher => host.Value.As("demo-publisher");

    private async Task<string> CreateAsync()
    {
        using var created = await Publisher.PostAsJsonAsync("/api/v1/audiences", new { name = "拆迁户", field = "relocation" });
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        var body = await created.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal($"/api/v1/audiences/{body.GetProperty("id").GetString()}", created.Headers.Location?.ToString());
        return body.GetProperty("id").GetString()!;
    }

    private async Task<JsonElement> SendAsync(string path, HttpContent content)
    {
        using var started = await Publisher.PostAsync(path, content);
        Assert.Equal(HttpStatusCode.Accepted, started.StatusCode);
        return await DoneAsync((await started.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("jobId").GetString()!);
    }

    private async Task<JsonElement> DoneAsync(string jobId)
    {
        for (var i = 0; i < 600; i++)
        {
            var job = await Publisher.GetFromJsonAsync<JsonElement>($"/api/v1/jobs/{jobId}");
            if (job.GetProperty("state").GetString() != "running")
                return job;
            await Task.Delay(50);
        }

        throw new TimeoutException();
    }

    private static ByteArrayContent Csv(string text, string type = "text/csv") => new(Encoding.UTF8.GetBytes(text)) { Headers = { ContentType = MediaTypeHeaderValue.Parse(type) } };

    [Fact]
    public async Task Audience_WhenImported_ShowsItsListMaskedToItsUnitAlone()
    {
        var id = await CreateAsync();

        var job = await SendAsync($"/api/v1/audiences/{id}/recipients", Csv("recipient_id,name,phone,email,amount\n1,赵一,13800001234,zhao@example.com,10.5\n2,钱二,bad,,\n"));

        Assert.Equal(("done", 2, 2), (job.GetProperty("state").GetString(), job.GetProperty("done").GetInt32(), job.GetProperty("total").GetInt32()));
        var error = job.GetProperty("errors").EnumerateArray().Single();
        Assert.Equal((3, "phone", "badPhone"), (error.GetProperty("row").GetInt32(), error.GetProperty("column").GetString(), error.GetProperty("code").GetString()));
        var audience = await host.Value.As("demo-reviewer").GetFromJsonAsync<JsonElement>($"/api/v1/audiences/{id}");
        Assert.Equal((1, 10.5m), (audience.GetProperty("recipients").GetInt32(), audience.GetProperty("list").GetProperty("columns")[0].GetProperty("sum").GetDecimal()));
        var item = (await Publisher.GetFromJsonAsync<JsonElement>($"/api/v1/audiences/{id}/recipients")).GetProperty("items").EnumerateArray().Single();
        Assert.Equal(("1", "138****1234", "z***@example.com"), (item.GetProperty("id").GetString(), item.GetProperty("phone").GetString(), item.GetProperty("email").GetString()));
        Assert.Contains((await Publisher.GetFromJsonAsync<JsonElement>("/api/v1/audiences")).GetProperty("items").EnumerateArray(), a => a.GetProperty("id").GetString() == id);

        foreach (var key in (string?[])["demo-desk", "demo-supervisor", "demo-admin", "demo-unit-city-housing"])
            Assert.Equal(HttpStatusCode.Forbidden, (await host.Value.As(key).GetAsync($"/api/v1/audiences/{id}")).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await host.Value.Public.GetAsync($"/api/v1/audiences/{id}")).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await host.Value.As("demo-reviewer").PostAsync($"/api/v1/audiences/{id}/recipients", Csv("x"))).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await Publisher.GetAsync("/api/v1/audiences/nobody")).StatusCode);

        var row = (await Publisher.GetFromJsonAsync<JsonElement>($"/api/v1/audiences/{id}/staged")).GetProperty("items").EnumerateArray().Single().GetProperty("id").GetString();
        using var stillWrong = await Publisher.PutAsJsonAsync($"/api/v1/audiences/{id}/staged/{row}", new { cells = new[] { new { column = "phone", value = "1" } } });
        Assert.Equal("badPhone", (await stillWrong.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("errors")[0].GetProperty("code").GetString());
        using var repaired = await Publisher.PutAsJsonAsync($"/api/v1/audiences/{id}/staged/{row}", new { cells = new[] { new { column = "phone", value = "13800001235" } } });
        Assert.Empty((await repaired.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("errors").EnumerateArray());
        using var accepted = await Publisher.PostAsync($"/api/v1/audiences/{id}/accept-staged", null);
        Assert.Equal("done", (await DoneAsync((await accepted.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("jobId").GetString()!)).GetProperty("state").GetString());
        Assert.Equal(2, (await Publisher.GetFromJsonAsync<JsonElement>($"/api/v1/audiences/{id}")).GetProperty("recipients").GetInt32());

        using var erased = await Publisher.DeleteAsync($"/api/v1/audiences/{id}/recipients/1");
        // One, or two where the former version was still on its way out.
        Assert.InRange((await erased.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("rows").GetInt32(), 1, 2);
        Assert.Equal(HttpStatusCode.NotFound, (await Publisher.DeleteAsync($"/api/v1/audiences/{id}/recipients/1")).StatusCode);
        Assert.Empty(host.Value.Warnings);
    }

    [Fact]
    public async Task Upload_AsWorkbookOrForm_IsTaken()
    {
        var id = await CreateAsync();
        var file = new Workbook().Sheet("表", [["编号", "姓名"], ["1", "赵一"]]).ToBytes();
        var body = new ByteArrayContent(file) { Headers = { ContentType = MediaTypeHeaderValue.Parse("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet") } };
        var form = new MultipartFormDataContent { { new ByteArrayContent(file), "file", "名单.xlsx" } };

        Assert.Equal("done", (await SendAsync($"/api/v1/audiences/{id}/recipients", body)).GetProperty("state").GetString());
        var again = await SendAsync($"/api/v1/audiences/{id}/recipients?onError=abort", form);

        Assert.Equal(("failed", "duplicateRecipient"), (again.GetProperty("state").GetString(), again.GetProperty("errors")[0].GetProperty("code").GetString()));
        Assert.Equal(1, (await Publisher.GetFromJsonAsync<JsonElement>($"/api/v1/audiences/{id}")).GetProperty("recipients").GetInt32());
    }

    [Theory]
    [InlineData("onError=stop", "unknownWord")]
    [InlineData("mode=merge", "unknownWord")]
    [InlineData("header=0", "outOfRange")]
    [InlineData("map=phone", "badValue")]
    [InlineData("map=fax:传真", "badValue")]
    [InlineData("recipientId=md5:x", "badValue")]
    [InlineData("fillMerged=1", "wrongType")]
    public async Task Upload_WithAWrongQuestion_IsRefused(string query, string code)
    {
        var id = await CreateAsync();

        using var answer = await Publisher.PostAsync($"/api/v1/audiences/{id}/recipients?{query}", Csv("recipient_id,name\n1,x\n"));

        Assert.Equal((HttpStatusCode.BadRequest, code), (answer.StatusCode, (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString()));
    }

    [Theory]
    [InlineData("", "relocation", "required")]
    [InlineData("名", "拆迁", "badValue")]
    [InlineData("名", "", "required")]
    public async Task Audience_WithAWrongField_IsRefused(string name, string field, string code)
    {
        using var answer = await Publisher.PostAsJsonAsync("/api/v1/audiences", new { name, field });

        Assert.Equal((HttpStatusCode.BadRequest, code), (answer.StatusCode, (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString()));
    }
}
