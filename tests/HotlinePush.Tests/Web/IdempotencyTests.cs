using System.Net;
using HotlinePush.Storage;
using HotlinePush.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace HotlinePush.Tests.Web;

public sealed class IdempotencyTests
{
    private const string Body = """{"subject":"路灯不亮"}""";

    /// <summary>An endpoint that makes things, and what it made.</summary>
    private sealed class Maker
    {
        public List<string> Made { get; } = [];
        public int Reserved;
        public int Rereads;
        public Func<string, Task>? AfterMaking { get; set; }
        public int Padding { get; set; }

        public void Map(RouteGroupBuilder api)
        {
            foreach (var path in (string[])["/make", "/make-other"])
                api.MapPost(path, (JsonBody<Sample> body, HttpContext http) => IdempotentCreate.RunAsync(http,
                    reserve: () => "n" + Interlocked.Increment(ref Reserved),
                    create: async number =>
                    {
                        lock (Made)
                            Made.Add(number);
                        if (AfterMaking is { } after)
                            await after(number);
                        return Answer(number);
                    },
                    reread: number =>
                    {
                        Rereads++;
                        return Task.FromResult(Made.Contains(number) ? Answer(number) : null);
                    })).Public();
        }

        private Reply Answer(string number) => Reply.Created(new { number, padding = new string('x', Padding) }, "/api/v1/things/" + number, version: 1);
    }

    private static (string, string) Key(string key) => ("Idempotency-Key", key);

    [Fact]
    public async Task Create_WithoutKey_WritesNothingMore()
    {
        var maker = new Maker();
        await using var host = await WebHost.StartAsync(maker.Map);

        await host.PostAsync("/api/v1/make", Body);
        var second = await host.PostAsync("/api/v1/make", Body);

        Assert.Equal("n2", second.Json.GetProperty("number").GetString());
        Assert.Equal(0, host.Store.Commits);
    }

    [Fact]
    public async Task Create_WhenRepeated_AnswersTheSameByteForByte()
    {
        var maker = new Maker();
        await using var host = await WebHost.StartAsync(maker.Map);

        var first = await host.PostAsync("/api/v1/make", Body, Key("k"));
        var again = await host.PostAsync("/api/v1/make", Body, Key("k"));

        Assert.Equal(HttpStatusCode.Created, again.Status);
        Assert.Equal(first.Text, again.Text);
        foreach (var header in (string[])["ETag", "Location", "Content-Type"])
            Assert.Equal(first.Headers[header], again.Headers[header]);
        Assert.Equal(["n1"], maker.Made);
        Assert.Equal(0, maker.Rereads);
    }

    [Fact]
    public async Task Create_WhenTheBodyDiffersInOneByte_Is422()
    {
        var maker = new Maker();
        await using var host = await WebHost.StartAsync(maker.Map);
        await host.PostAsync("/api/v1/make", Body, Key("k"));

        (await host.PostAsync("/api/v1/make", Body + " ", Key("k"))).IsProblem(422, "idempotencyKeyReused");
    }

    [Fact]
    public async Task Create_IsScopedToCallerPathAndKey()
    {
        var maker = new Maker();
        await using var host = await WebHost.StartAsync(maker.Map);

        await host.PostAsync("/api/v1/make", Body, Key("k"));
        await host.PostAsync("/api/v1/make", Body, Key("k"), ("Authorization", "Bearer desk"));
        await host.PostAsync("/api/v1/make", Body, Key("k"), ("Authorization", "Bearer unit"));
        await host.PostAsync("/api/v1/make-other", Body, Key("k"));
        await host.PostAsync("/api/v1/make", Body, Key("K"));

        Assert.Equal(["n1", "n2", "n3", "n4", "n5"], maker.Made);
    }

    [Fact]
    public async Task Create_WhileTheFirstIsInFlight_Is409_AndAfterTheLeaseATakeoverUsesTheSameNumber()
    {
        var maker = new Maker();
        var arrived = new TaskCompletionSource();
        var release = new TaskCompletionSource();
        maker.AfterMaking = async _ =>
        {
            arrived.TrySetResult();
            await release.Task;
        };
        await using var host = await WebHost.StartAsync(maker.Map);

        var first = host.PostAsync("/api/v1/make", Body, Key("k"));
        await arrived.Task;
        var early = await host.PostAsync("/api/v1/make", Body, Key("k"));
        host.Time.Now += IdempotencyStore.Lease;
        var late = await host.PostAsync("/api/v1/make", Body, Key("k"));
        release.SetResult();

        early.IsProblem(409, "inFlight");
        Assert.Equal("30", early.Headers["Retry-After"]);
        Assert.Equal(HttpStatusCode.Created, late.Status);
        Assert.Equal((await first).Text, late.Text);
        Assert.Equal(["n1"], maker.Made);
    }

    [Fact]
    public async Task Create_WhenTheFirstDiedBeforeMaking_IsFinishedWithItsNumberAtOnce()
    {
        var maker = new Maker();
        maker.AfterMaking = _ =>
        {
            maker.Made.Clear();
            maker.AfterMaking = null;
            throw new TableStoreException("disk full", isTransient: true);
        };
        await using var host = await WebHost.StartAsync(maker.Map);

        (await host.PostAsync("/api/v1/make", Body, Key("k"))).IsProblem(503, "storeUnavailable");
        var again = await host.PostAsync("/api/v1/make", Body, Key("k"));

        Assert.Equal("n1", again.Json.GetProperty("number").GetString());
        Assert.Equal(["n1"], maker.Made);
    }

    [Fact]
    public async Task Create_WhenTheAnswerCouldNotBeNoted_IsStillAnsweredAndLaterReread()
    {
        var maker = new Maker();
        await using var host = await WebHost.StartAsync(maker.Map);
        maker.AfterMaking = _ =>
        {
            host.Store.Fail = true;
            return Task.CompletedTask;
        };

        var first = await host.PostAsync("/api/v1/make", Body, Key("k"));
        host.Store.Fail = false;
        host.Time.Now += IdempotencyStore.Lease;
        var again = await host.PostAsync("/api/v1/make", Body, Key("k"));

        Assert.Equal(HttpStatusCode.Created, first.Status);
        Assert.Equal(first.Text, again.Text);
        Assert.Equal((1, 1), (maker.Made.Count, maker.Rereads));
    }

    [Fact]
    public async Task Create_WhenTheAnswerIsLarge_IsRereadRatherThanKept()
    {
        var maker = new Maker { Padding = 40_000 };
        await using var host = await WebHost.StartAsync(maker.Map);

        var first = await host.PostAsync("/api/v1/make", Body, Key("k"));
        var again = await host.PostAsync("/api/v1/make", Body, Key("k"));

        Assert.Equal(first.Text, again.Text);
        Assert.Equal((1, 1), (maker.Made.Count, maker.Rereads));
    }

    [Fact]
    public async Task Key_AfterSevenDays_IsNewAgain_AndPurged()
    {
        var maker = new Maker();
        await using var host = await WebHost.StartAsync(maker.Map);
        await host.PostAsync("/api/v1/make", Body, Key("a"));
        await host.PostAsync("/api/v1/make", Body, Key("b"));
        host.Time.Now += IdempotencyStore.Kept - TimeSpan.FromSeconds(1);
        await host.PostAsync("/api/v1/make", Body, Key("a"));
        Assert.Equal(2, maker.Made.Count);

        host.Time.Now += TimeSpan.FromSeconds(1);
        await host.PostAsync("/api/v1/make", """{"subject":"另一件"}""", Key("a"));
        var purged = 0;
        for (var p = 0; p < IdempotencyStore.Partitions; p++)
            purged += await host.Services.GetRequiredService<IdempotencyStore>().PurgeAsync((byte)p);

        Assert.Equal(["n1", "n2", "n3"], maker.Made.Select((_, i) => "n" + (i + 1)));
        Assert.Equal((1, 1), (purged, await host.Store.CountAsync(IdempotencyStore.Table)));
    }

    [Fact]
    public async Task Create_WhenManyRaceUnderOneKey_MakesOne()
    {
        var maker = new Maker();
        await using var host = await WebHost.StartAsync(maker.Map);

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() => host.PostAsync("/api/v1/make", Body, Key("k")))));

        Assert.Single(maker.Made);
        Assert.All(answers, a => Assert.True(a.Status is HttpStatusCode.Created or HttpStatusCode.Conflict, a.Text));
        Assert.Single(answers.Where(a => a.Status == HttpStatusCode.Created).Select(a => a.Text).Distinct());
    }

    [Fact]
    public async Task KeptAnswer_WithASeal_IsNotReadableInTheStore()
    {
        var maker = new Maker();
        static byte[] Flip(ReadOnlyMemory<byte> bytes) => [.. bytes.ToArray().Select(b => (byte)~b)];
        await using var host = await WebHost.StartAsync(maker.Map, services: s => s.AddSingleton(new ReplySeal(Flip, Flip)));

        var first = await host.PostAsync("/api/v1/make", Body, Key("k"));
        var again = await host.PostAsync("/api/v1/make", Body, Key("k"));

        Assert.Equal(first.Text, again.Text);
        Assert.Equal(0, maker.Rereads);
    }

    [Theory]
    [InlineData("\u00e9")]
    [InlineData("a b")]
    [InlineData("a,\u007f")]
    public async Task Key_WhenNotVisibleAscii_Is400(string key)
    {
        await using var host = await WebHost.StartAsync(new Maker().Map);

        (await host.PostAsync("/api/v1/make", Body, Key(key))).IsProblem(400, "badIdempotencyKey");
        (await host.PostAsync("/api/v1/make", Body, Key(new string('k', 129)))).IsProblem(400, "badIdempotencyKey");
    }
}
