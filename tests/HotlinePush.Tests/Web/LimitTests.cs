using System.Net;
using HotlinePush.Web;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace HotlinePush.Tests.Web;

public sealed class LimitTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 23, 1, 0, 10, TimeSpan.Zero);

    private readonly ManualTime _time = new(Start);
    private readonly TableTwin _store = new();

    private CodeGuesses Guesses(Action<HotlineWebOptions>? set = null)
    {
        var options = new HotlineWebOptions { WrongCodesPerAddress = 3, WrongCodesPerNumber = 5 };
        set?.Invoke(options);
        return new(_store, _time, Options.Create(options));
    }

    [Fact]
    public async Task Guesses_FromOneAddress_AreStoppedUntilTheMinuteEnds()
    {
        var guesses = Guesses();
        for (var i = 0; i < 3; i++)
        {
            Assert.Null(await guesses.CheckAsync("1.1.1.1", "n" + i));
            await guesses.CountAsync("1.1.1.1", "n" + i);
        }

        Assert.Equal("tooManyGuesses", (await guesses.CheckAsync("1.1.1.1", "n9"))?.Code);
        Assert.Equal(50, guesses.RetryAfterSeconds);
        Assert.Null(await guesses.CheckAsync("2.2.2.2", "n0"));
        _time.Now = Start.AddSeconds(50);
        Assert.Null(await guesses.CheckAsync("1.1.1.1", "n9"));
    }

    [Fact]
    public async Task Guesses_AtOneNumberFromMany_StopTheGuessersButNotTheResident()
    {
        var guesses = Guesses();
        for (var i = 0; i < 5; i++)
            await guesses.CountAsync("1.1.1." + i, "n");

        Assert.NotNull(await guesses.CheckAsync("1.1.1.0", "n"));
        Assert.Null(await guesses.CheckAsync("1.1.1.0", "another"));
        Assert.Null(await guesses.CheckAsync("9.9.9.9", "n"));
    }

    [Fact]
    public async Task Guesses_HoldAcrossInstances_AndAreLiftedWithNoLimits()
    {
        for (var i = 0; i < 3; i++)
            await Guesses().CountAsync("1.1.1.1", "n");

        Assert.NotNull(await Guesses().CheckAsync("1.1.1.1", "n"));
        Assert.Null(await Guesses(o => o.NoLimits = true).CheckAsync("1.1.1.1", "n"));
    }

    [Fact]
    public async Task Guesses_WhenPurged_LeaveNothing()
    {
        var guesses = Guesses();
        for (var i = 0; i < 70; i++)
            await guesses.CountAsync("1.1.1." + i, "n" + i);

        Assert.Equal(140, await guesses.PurgeAsync(new(2026, 11, 23)));
        Assert.Equal(0, await _store.CountAsync(CodeGuesses.Table));
    }

    [Fact]
    public async Task PublicWrites_OverTheLimit_Are429_StaffAndHealthAreNot()
    {
        await using var host = await WebHost.StartAsync(options: o => o.PublicWritesPerMinute = 2);
        await host.PostAsync("/api/v1/echo", """{"subject":"a"}""");
        await host.PostAsync("/api/v1/echo", """{"subject":"a"}""");

        var third = await host.PostAsync("/api/v1/echo", """{"subject":"a"}""");

        third.IsProblem(429, "tooManyRequests");
        Assert.InRange(int.Parse(third.Headers["Retry-After"], System.Globalization.CultureInfo.InvariantCulture), 1, 60);
        Assert.Equal(HttpStatusCode.OK, (await host.PostAsync("/api/v1/echo", """{"subject":"a"}""", ("Authorization", "Bearer desk"))).Status);
        Assert.Equal(HttpStatusCode.OK, (await host.GetAsync("/api/v1/things")).Status);
    }

    [Fact]
    public async Task Limits_WhenLifted_StopNobody()
    {
        await using var host = await WebHost.StartAsync(options: o => (o.PublicWritesPerMinute, o.NoLimits) = (1, true));

        for (var i = 0; i < 5; i++)
            Assert.Equal(HttpStatusCode.OK, (await host.PostAsync("/api/v1/echo", """{"subject":"a"}""")).Status);
    }

    [Theory]
    [InlineData("203.0.113.7", "1.2.3.4", "", "203.0.113.7")]
    [InlineData("203.0.113.7", "1.2.3.4", "10.0.0.0/8", "203.0.113.7")]
    [InlineData("10.0.0.1", "1.2.3.4", "10.0.0.0/8", "1.2.3.4")]
    [InlineData("::ffff:10.0.0.1", "1.2.3.4", "10.0.0.0/8", "1.2.3.4")]
    [InlineData("10.0.0.1", "6.6.6.6, 1.2.3.4, 10.9.9.9", "10.0.0.0/8", "1.2.3.4")]
    [InlineData("10.0.0.1", "1.2.3.4:5678", "10.0.0.1", "1.2.3.4")]
    [InlineData("10.0.0.1", "garbage", "10.0.0.1", "10.0.0.1")]
    [InlineData("10.0.0.1", "[", "10.0.0.1", "10.0.0.1")]
    [InlineData("10.0.0.1", "", "10.0.0.1", "10.0.0.1")]
    [InlineData("2001:db8:1:2:3:4:5:6", "", "", "2001:db8:1:2::")]
    public void Address_IsWhatTrustedProxiesSaw(string connection, string forwarded, string trusted, string expected)
    {
        var options = new HotlineWebOptions();
        if (trusted.Length > 0)
            options.TrustedProxies.Add(trusted);
        var http = new DefaultHttpContext();
        http.Connection.RemoteIpAddress = IPAddress.Parse(connection);
        http.Request.Headers["X-Forwarded-For"] = forwarded;

        Assert.Equal(expected, new ClientAddress(Options.Create(options)).KeyOf(http));
    }
}
