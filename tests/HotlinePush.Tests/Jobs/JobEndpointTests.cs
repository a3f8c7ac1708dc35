using System.Net;
using System.Net.Http.Headers;
using System.Text;
using HotlinePush.Jobs;
using HotlinePush.Messaging;
using HotlinePush.Storage;
using HotlinePush.Tests.Web;
using HotlinePush.Tickets.Import;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace HotlinePush.Tests.Jobs;

public sealed class JobEndpointTests
{
    private const string Csv = "subject,body,received_at,likes\n路灯不亮,和平路,2020-01-01 08:00,3\n,b,2020-01-01,0\n";

    private static readonly (string, string) Desk = ("Authorization", "Bearer desk");

    private static async Task<(WebHost Host, ImportBench Bench)> StartAsync()
    {
        var bench = new ImportBench();
        await bench.SetUpAsync();
        var host = await WebHost.StartAsync(
            api =>
            {
                JobEndpoints.Map(api);
                ImportEndpoints.Map(api);
            },
            services: services =>
            {
                services.AddSingleton(bench.Jobs).AddSingleton(bench.Services.GetRequiredService<TicketImport>());
                services.AddSingleton<IFileStore>(bench.Files);
            });
        return (host, bench);
    }

    private static HttpContent Body(string csv, string type = "text/csv")
    {
        var content = new ByteArrayContent(Encoding.UTF8.GetBytes(csv));
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        return content;
    }

    private static Task<Answer> PostAsync(WebHost host, HttpContent content, params (string, string)[] headers) =>
        host.SendAsync(HttpMethod.Post, "/api/v1/import/tickets", content, headers);

    [Fact]
    public async Task Import_WhenPostedAsCsv_IsAJobThatTellsHowItWent()
    {
        var (host, bench) = await StartAsync();
        await using var _ = host;

        var answer = await PostAsync(host, Body(Csv), Desk);
        Assert.Equal(HttpStatusCode.Accepted, answer.Status);
        var id = answer.Json.GetProperty("jobId").GetString()!;
        var running = (await host.GetAsync($"/api/v1/jobs/{id}", Desk)).Json;
        await bench.RunAsync();
        var done = (await host.GetAsync($"/api/v1/jobs/{id}", ("Authorization", "Bearer admin"))).Json;

        Assert.Equal("running", running.GetProperty("state").GetString());
        Assert.Equal(("done", 2, 2), (done.GetProperty("state").GetString(), done.GetProperty("done").GetInt32(), done.GetProperty("total").GetInt32()));
        var error = Assert.Single(done.GetProperty("errors").EnumerateArray());
        Assert.Equal((3, "subject", "required"), (error.GetProperty("row").GetInt32(), error.GetProperty("column").GetString(), error.GetProperty("code").GetString()));
        Assert.Equal("likes", Assert.Single(done.GetProperty("ignoredColumns").EnumerateArray()).GetString());
        Assert.Single(await bench.TicketsAsync());
    }

    [Fact]
    public async Task Job_WhenSomebodyElseAsks_IsNotThere()
    {
        var (host, _) = await StartAsync();
        await using var __ = host;
        var id = (await PostAsync(host, Body(Csv), Desk)).Json.GetProperty("jobId").GetString();

        (await host.GetAsync($"/api/v1/jobs/{id}", ("Authorization", "Bearer unit"))).IsProblem(404, "notFound");
        (await host.GetAsync($"/api/v1/jobs/{id}")).IsProblem(401, "keyRequired");
        foreach (var other in new[] { "nothing", "%01", new string('a', 300), "A!B", "%F0%9F%98%80" })
            Assert.Contains((int)(await host.GetAsync($"/api/v1/jobs/{other}", Desk)).Status, new[] { 400, 404 });
    }

    [Fact]
    public async Task Import_WhenPostedAsAForm_TakesItsFirstFile()
    {
        var (host, bench) = await StartAsync();
        await using var _ = host;
        using var form = new MultipartFormDataContent("x-boundary") { { new StringContent("hello"), "note" }, { Body(Csv, "application/vnd.ms-excel"), "file", "工单.csv" } };

        Assert.Equal(HttpStatusCode.Accepted, (await PostAsync(host, form, Desk)).Status);
        await bench.RunAsync();

        Assert.Single(await bench.TicketsAsync());
    }

    [Fact]
    public async Task Import_WhenRepeatedUnderOneKey_IsOneJob()
    {
        var (host, bench) = await StartAsync();
        await using var _ = host;

        var first = await PostAsync(host, Body(Csv), Desk, ("Idempotency-Key", "k1"));
        var again = await PostAsync(host, Body(Csv), Desk, ("Idempotency-Key", "k1"));
        var other = await PostAsync(host, Body(Csv + "s,b,2020-01-01,0\n"), Desk, ("Idempotency-Key", "k1"));

        Assert.Equal((first.Status, first.Text), (again.Status, again.Text));
        other.IsProblem(422, "idempotencyKeyReused");
        Assert.Equal(1, bench.Files.Count);
        Assert.Equal(1, (await bench.Bus.CountAsync(Queues.Jobs)).Ready);
    }

    [Theory]
    [InlineData("", "text/csv", 400, "required")]
    [InlineData("{}", "application/json", 415, "unsupportedMediaType")]
    [InlineData("x", "multipart/form-data", 400, "badForm")]
    [InlineData("x", "multipart/form-data; boundary=b", 400, "badForm")]
    [InlineData("--b\r\nContent-Disposition: form-data; name=f; filename=f.csv\r\n\r\nsubject", "multipart/form-data; boundary=b", 400, "badForm")]
    [InlineData("--b\r\nContent-Disposition: form-data; name=f\r\n\r\nx\r\n--b--\r\n", "multipart/form-data; boundary=b", 400, "required")]
    [InlineData("--b\r\nContent-Disposition: form-data; name=f; filename=f.csv\r\n\r\n\r\n--b--\r\n", "multipart/form-data; boundary=b", 400, "required")]
    public async Task Import_WhenTheBodyIsNoFile_IsRefusedAndKeepsNothing(string body, string type, int status, string code)
    {
        var (host, bench) = await StartAsync();
        await using var _ = host;

        (await PostAsync(host, Body(body, type), Desk)).IsProblem(status, code);

        Assert.Equal((0, 0L), (bench.Files.Count, (await bench.Bus.CountAsync(Queues.Jobs)).Ready));
    }

    [Fact]
    public async Task Import_WhenTheFileIsTooLarge_IsRefused()
    {
        var (host, bench) = await StartAsync();
        await using var _ = host;
        using var body = new StreamContent(new Endless(TicketImport.MaxBytes + 1));
        body.Headers.ContentType = new("text/csv");

        (await PostAsync(host, body, Desk)).IsProblem(413, "tooLarge");

        Assert.Equal(0, bench.Files.Count);
    }

    [Fact]
    public async Task Import_NeedsTheDesk()
    {
        var (host, _) = await StartAsync();
        await using var __ = host;

        (await PostAsync(host, Body(Csv), ("Authorization", "Bearer unit"))).IsProblem(403, "roleLacking");
        (await PostAsync(host, Body(Csv))).IsProblem(401, "keyRequired");
    }

    /// <summary>So many bytes that nobody counted before.</summary>
    private sealed class Endless(long left) : Stream
    {
        private long _left = left;

        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count)
        {
            var read = (int)Math.Min(count, _left);
            Array.Fill(buffer, (byte)'a', offset, read);
            _left -= read;
            return read;
        }

        public override void Flush() { }
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
