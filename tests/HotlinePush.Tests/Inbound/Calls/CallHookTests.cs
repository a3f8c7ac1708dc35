using System.Net;
using System.Text;
using System.Text.Json;
using HotlinePush.Inbound.Calls;
using HotlinePush.Tests.Pages;
using Microsoft.Extensions.DependencyInjection;

namespace HotlinePush.Tests.Inbound.Calls;

public sealed class CallHookTests : IAsyncLifetime
{
    private PageHost _host = null!;
    private CallScenario _pbx = null!;

    public async Task InitializeAsync()
    {
        _host = await PageHost.StartAsync(still: true);
        _pbx = new(new(_host.Address), clock: _host.Time);
    }

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task Report_SentAgain_IsAnsweredAsTheFirstTime_AndChangesNothing()
    {
        const string body = """{"callId":"pbx-1","state":"ringing","caller":"13800138000","called":"12345","agent":"8012"}""";

        var first = await _pbx.PostAsync(body);
        var before = await ReadAsync("pbx-1");
        _host.Time.Advance(TimeSpan.FromMinutes(2));
        var second = await _pbx.PostAsync(body, late: TimeSpan.FromMinutes(2));

        Assert.Equal(HttpStatusCode.OK, first.Status);
        Assert.Equal(first, second);
        Assert.Equal(before!.ETag, (await ReadAsync("pbx-1"))!.ETag);
    }

    [Fact]
    public async Task Report_EndedBeforeAnswered_IsPutTogether()
    {
        var at = new DateTimeOffset(2026, 11, 20, 0, 30, 0, TimeSpan.Zero);
        await _pbx.SaysAsync("pbx-1", "ended", at: at.AddMinutes(4));
        await _pbx.SaysAsync("pbx-1", "answered", "13800138000", "8012", at: at.AddSeconds(9));
        await _pbx.SaysAsync("pbx-1", "ringing", "13800138000", "8012", at: at);

        var call = (await ReadAsync("pbx-1"))!.Value;

        Assert.Equal((CallState.Ended, at, at.AddSeconds(9), at.AddMinutes(4), "8012", "12345"), (call.State, call.RingingAt, call.AnsweredAt, call.EndedAt, call.Agent, call.Called));
    }

    [Fact]
    public async Task Report_Forged_Is403AndNothingIsStored()
    {
        const string body = """{"callId":"pbx-1","state":"missed","caller":"13800138000"}""";
        var other = new CallScenario(new(_host.Address), "another-secret", _host.Time);

        foreach (var (status, text) in new[]
        {
            await other.PostAsync(body), await _pbx.PostAsync(body, signature: ""), await _pbx.PostAsync(body, signature: "sha256=00"),
            await _pbx.PostAsync(body, late: TimeSpan.FromMinutes(6)), await _pbx.PostAsync(body, late: TimeSpan.FromMinutes(-6)),
        })
        {
            Assert.Equal(HttpStatusCode.Forbidden, status);
            Assert.Equal("forged", JsonDocument.Parse(text).RootElement.GetProperty("code").GetString());
        }

        Assert.Null(await ReadAsync("pbx-1"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("nonsense")]
    [InlineData("""{"callId":"","state":"ringing"}""")]
    [InlineData("""{"callId":"a","state":"Ringing"}""")]
    [InlineData("""{"callId":"a","state":"ringing","more":1}""")]
    [InlineData("""{"callId":"a","state":"ringing","state":"ended"}""")]
    [InlineData("""{"callId":"a","state":"ringing","at":"2026-11-20T09:00:00"}""")]
    [InlineData("""{"callId":"a","state":"ringing","at":"2020-11-20T09:00:00Z"}""")]
    [InlineData("""{"callId":"a","state":"ringing","at":"2030-11-20T09:00:00Z"}""")]
    [InlineData("""{"callId":"a","state":"ended","recordingUrl":"javascript:alert(1)"}""")]
    [InlineData("""{"callId":"a","state":"ended","recordingUrl":"http://pbx.example/1"}""")]
    [InlineData("""{"callId":"a","state":"ended","recordingUrl":"https://me:secret@pbx.example/1"}""")]
    [InlineData("""{"callId":"a\u0000b","state":"ended"}""")]
    [InlineData("""{"callId":"a","state":"ringing","agent":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}""")]
    public async Task Report_SignedButWrong_Is400AndNothingIsStored(string body)
    {
        var (status, text) = await _pbx.PostAsync(body);

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.NotEqual("", JsonDocument.Parse(text).RootElement.GetProperty("code").GetString());
        Assert.Null(await ReadAsync("a"));
    }

    /// <summary>Whatever comes, signed or not: no 5xx, and what is not signed stores nothing.</summary>
    [Fact]
    public async Task Report_SpoiltAtRandom_IsNeverA5xx()
    {
        const string right = """{"callId":"fuzz","state":"ringing","at":"2026-11-20T09:00:00+08:00","caller":"13800138000","called":"12345","agent":"8012","recordingUrl":"https://pbx.example/1"}""";
        var random = new Random(20261120);
        var statuses = new HashSet<HttpStatusCode>();
        for (var i = 0; i < 400; i++)
        {
            var body = Spoil(right, random);
            var (status, text) = await _pbx.PostAsync(body, random.Next(4) == 0 ? new string([.. Spoil("sha256=" + new string('a', 64), random).Where(char.IsAscii)]) : null);
            Assert.True((int)status < 500, $"{(int)status} for {body}: {text}");
            statuses.Add(status);
        }

        Assert.Contains(HttpStatusCode.BadRequest, statuses);
        Assert.Contains(HttpStatusCode.Forbidden, statuses);
    }

    private static string Spoil(string text, Random random)
    {
        var spoilt = new StringBuilder(text);
        for (var n = random.Next(1, 4); n > 0 && spoilt.Length > 1; n--)
        {
            var at = random.Next(spoilt.Length);
            _ = random.Next(4) switch
            {
                0 => spoilt.Remove(at, Math.Min(spoilt.Length - at, random.Next(1, 12))),
                1 => spoilt.Insert(at, "{}[]\",:0-\\é𝄞"[random.Next(11)]),
                2 => spoilt.Replace(spoilt[at], (char)random.Next(0x20, 0x7f), at, 1),
                _ => spoilt.Insert(at, text[..random.Next(text.Length)]),
            };
        }

        return spoilt.ToString().Replace("\r", "", StringComparison.Ordinal).Replace("\n", "", StringComparison.Ordinal);
    }

    private Task<Stored<Call>?> ReadAsync(string callId) => _host.Services.GetRequiredService<CallStore>().ReadAsync(CallStore.IdOf(CallHook.Source, callId), default);
}
