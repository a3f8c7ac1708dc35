using System.Collections.Concurrent;
using System.Globalization;
using System.Text;

namespace HotlinePush.Tests.BadInput;

/// <summary>
/// Right requests to every operation, spoilt at random in structure, types, encoding and headers; and bytes that are no HTTP.
/// HOTLINE_FUZZ sets how many, HOTLINE_FUZZ_SEED repeats a run; a failure names the seed of the one request.
/// </summary>
[Collection(BadInputSuite.Name)]
public sealed class FuzzTests(BadInputApp app)
{
    private static readonly int Count = Setting("HOTLINE_FUZZ", 3_000);
    private static readonly int Seed = Setting("HOTLINE_FUZZ_SEED", 20260302);

    [Fact]
    public async Task Request_SpoiltAtRandom_IsAnsweredWithCodeAndStoresNothingIfRefused()
    {
        var wrong = new ConcurrentQueue<string>();
        var statuses = new ConcurrentDictionary<int, int>();
        var spoiler = new Spoiler(app);
        await Parallel.ForEachAsync(Enumerable.Range(0, 4), async (worker, _) =>
        {
            using var connection = app.Connect();
            for (var i = worker; i < Count && wrong.Count < 20; i += 4)
            {
                var sent = spoiler.Make(new Random(unchecked(Seed + i * 7919)));
                var verdict = await app.TryAsync(sent, connection);
                statuses.AddOrUpdate(verdict.Status, 1, (_, n) => n + 1);
                if (verdict.Wrong is not null)
                    wrong.Enqueue($"seed {Seed}, request {i}: {verdict}");
                // What the others stand on is put back.
                if (verdict.Status == 200 && sent.Method == "PUT" && app.Places.SetUp.TryGetValue(sent.Target, out var whole))
                    await app.TryAsync(Sent.Json("PUT", sent.Target, "demo-admin", whole), connection);
            }
        });

        Wrong.None(wrong);
        Wrong.None(app.NewWarnings());
        // A fuzzer whose requests all fail in the same way, or all succeed, tries nothing.
        Assert.True(statuses.Keys.Count >= 5 && statuses.Where(s => s.Key < 300).Sum(s => s.Value) > Count / 50, string.Join(' ', statuses));
    }

    [Fact]
    public async Task Bytes_ThatAreNoHttp_AreRefusedAndTheHostGoesOn()
    {
        var count = Math.Max(300, Count / 10);
        var wrong = new ConcurrentQueue<string>();
        var spoiler = new Spoiler(app);
        await Parallel.ForEachAsync(Enumerable.Range(0, 4), async (worker, _) =>
        {
            for (var i = worker; i < count && wrong.Count < 20; i += 4)
            {
                var random = new Random(unchecked(Seed + i * 104729));
                var bytes = Spoiler.Bytes(spoiler.Make(random).ToBytes("raw"), random);
                using var connection = app.Connect();
                var answer = await connection.SendAsync(bytes, closing: true);
                if (answer is { Status: >= 500 } && !(answer.Status == 505 || answer.Status == 501))
                    wrong.Enqueue($"seed {Seed}, request {i}: {answer.Status} {answer.Text}\n{Convert.ToBase64String(bytes)}");
            }
        });

        Wrong.None(wrong);
        Wrong.None(app.NewWarnings());
        Assert.Equal(200, (await app.TryAsync(new("GET", "/readyz", null))).Status);
    }

    /// <summary>The HTTP layer's own refusals: whatever the server says, it is a 4xx and the next client is served.</summary>
    [Theory]
    [InlineData("GET /api/v1/tickets/%00 HTTP/1.1\r\nHost: x\r\n\r\n")]
    [InlineData("GET /api/v1/tickets HTTP/1.1\r\n\r\n")]
    [InlineData("GET /api/v1/tickets HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n")]
    [InlineData("GET /api/v1/tickets HTTP/9.9\r\nHost: x\r\n\r\n")]
    [InlineData("GET  /api/v1/tickets HTTP/1.1\r\nHost: x\r\n\r\n")]
    [InlineData("GET api/v1/tickets HTTP/1.1\r\nHost: x\r\n\r\n")]
    [InlineData("G\0T /api/v1/tickets HTTP/1.1\r\nHost: x\r\n\r\n")]
    [InlineData("GET /api/v1/tickets HTTP/1.1\r\nHost: x\r\nA b: c\r\n\r\n")]
    [InlineData("GET /api/v1/tickets HTTP/1.1\r\nHost: x\r\nA: b\0c\r\n\r\n")]
    [InlineData("GET /api/v1/tickets HTTP/1.1\r\nHost: x\r\n folded: y\r\n\r\n")]
    [InlineData("POST /api/v1/tickets HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n{}")]
    [InlineData("POST /api/v1/tickets HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}")]
    [InlineData("POST /api/v1/tickets HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n{}")]
    [InlineData("POST /api/v1/tickets HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: gzip\r\n\r\n{}")]
    [InlineData("POST /api/v1/tickets HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked, gzip\r\n\r\n{}")]
    [InlineData("POST /api/v1/tickets HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n")]
    [InlineData("POST /api/v1/tickets HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n{}")]
    [InlineData("POST /api/v1/tickets HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}")]
    [InlineData("POST /api/v1/tickets HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n{}")]
    [InlineData("POST /api/v1/tickets HTTP/1.1\r\nHost: x\r\nExpect: 200-ok\r\nContent-Length: 2\r\n\r\n{}")]
    public async Task Http_ThatIsMalformed_IsA4xxOrAClosedConnection(string request)
    {
        using var connection = app.Connect();
        var answer = await connection.SendAsync(Encoding.Latin1.GetBytes(request), closing: true);

        Assert.True(answer is null or { Status: >= 400 and < 500 } or { Status: 501 or 505 }, answer?.Text);
        Assert.Equal(200, (await app.TryAsync(new("GET", "/readyz", null))).Status);
        Wrong.None(app.NewWarnings());
    }

    /// <summary>What the server refuses before the pipeline sees it has a code and words all the same.</summary>
    [Theory]
    [InlineData("/api/v1/tickets/%00", 400)]
    [InlineData("/api/v1/tickets/a%00b?code=x", 400)]
    [InlineData("/api/v1/tickets/工单", 400)]
    [InlineData("/api/v1/tickets?q=工单", 400)]
    [InlineData("@9000", 414)]
    public async Task Address_ThatTheServerCannotRead_IsAProblemWithACode(string target, int status)
    {
        var sent = new Sent("GET", target == "@9000" ? "/api/v1/tickets/" + new string('9', 9_000) : target, "demo-desk");

        var verdict = await app.TryAsync(sent);

        Assert.True(verdict.Wrong is null && verdict.Status == status, verdict.ToString());
    }

    [Fact]
    public async Task Headers_ThatAreTooLarge_AreAProblemWithACode()
    {
        var verdict = await app.TryAsync(new Sent("GET", "/api/v1/tickets", "demo-desk").With("X-Long", new string('x', 40_000)));

        Assert.True(verdict is { Wrong: null, Status: 431, Code: "headersTooLarge" }, verdict.ToString());
    }

    private static int Setting(string name, int usual) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out var set) ? set : usual;
}
