using HotlinePush.Web;
using Microsoft.AspNetCore.Http;

namespace HotlinePush.Tests.Web;

public sealed class ConditionTests
{
    [Theory]
    [InlineData(null, true)]
    [InlineData("*", true)]
    [InlineData("\"3\"", true)]
    [InlineData("\"1\", \"3\"", true)]
    [InlineData("\"2\"", false)]
    [InlineData("W/\"3\"", false)]
    [InlineData("3", false)]
    [InlineData("\"3", false)]
    [InlineData("", false)]
    [InlineData("\"03\"", false)]
    public void IfMatch_AgainstVersionThree(string? header, bool matches)
    {
        var http = new DefaultHttpContext();
        if (header is not null)
            http.Request.Headers.IfMatch = header;

        var condition = http.Request.IfMatch();

        Assert.Equal(matches, condition.Matches(3));
        Assert.Equal(header is not null, condition.IsGiven);
        Assert.Equal(matches ? null : "versionConflict", condition.Check(3)?.Code);
    }

    private sealed record Position(DateTimeOffset At, string Number);

    [Fact]
    public void Cursor_ReadsBackWhatWasWritten()
    {
        var position = new Position(new(2026, 11, 23, 9, 0, 0, TimeSpan.FromHours(8)), "26112300000017");
        var text = Cursor.Write(position);

        Assert.True(Cursor.TryRead<Position>(text, out var read));
        Assert.Equal(position, read);
        Assert.Matches("^[A-Za-z0-9_-]+$", text);
    }

    [Theory]
    [InlineData("x")]
    [InlineData("!!")]
    [InlineData("e30")]
    [InlineData("bnVsbA")]
    [InlineData("W10")]
    [InlineData("_____w")]
    public void Cursor_WhenForged_IsRefused(string text) => Assert.False(Cursor.TryRead<Position>(text, out _));

    [Theory]
    [InlineData("2026-11-23T09:00:00+08:00", true)]
    [InlineData("2026-11-23T09:00Z", true)]
    [InlineData("2026-11-23T09:00:00.1234567Z", true)]
    [InlineData("1989-01-01T00:00:00Z", true)]
    [InlineData("9999-12-30T23:59:59Z", true)]
    [InlineData("2026-11-23T09:00:00", false)]
    [InlineData("2026-11-23T09:00", false)]
    [InlineData("2026-11-23 09:00:00+08:00", false)]
    [InlineData("2026-11-23T24:00:00Z", false)]
    [InlineData("2026-11-23T09:00:00+25:00", false)]
    [InlineData("0001-01-01T00:00:00Z", false)]
    [InlineData("Z", false)]
    [InlineData("", false)]
    public void Time_IsReadOnlyWithOffsetAndInRange(string text, bool taken) => Assert.Equal(taken, WireTime.TryRead(text, out _));

    [Fact]
    public void Time_InTheCity_KnowsSummerTimeAndTheEndsOfTheCalendar()
    {
        Assert.Equal(TimeSpan.FromHours(9), WireTime.InCity(new(1990, 7, 1, 0, 0, 0, TimeSpan.Zero)).Offset);
        Assert.Equal(TimeSpan.FromHours(8), WireTime.InCity(new(2026, 7, 1, 0, 0, 0, TimeSpan.Zero)).Offset);
        Assert.Equal(DateTimeOffset.MaxValue, WireTime.InCity(DateTimeOffset.MaxValue));
        Assert.Equal(DateTimeOffset.MinValue, WireTime.InCity(DateTimeOffset.MinValue));
    }

    [Fact]
    public void Problems_EveryCodeHasAFittingStatusAndBothTitles()
    {
        Assert.All(Problems.Codes, code =>
        {
            var kind = Problems.KindOf(code);
            Assert.InRange(kind.Status, 400, 503);
            Assert.NotEqual("", kind.Title);
            Assert.NotEqual("", kind.TitleEn);
        });
        foreach (var status in (int[])[400, 401, 403, 404, 405, 406, 408, 409, 412, 413, 415, 429, 500, 503])
            Assert.Equal(status, Problems.KindOf(Problems.CodeOf(status)).Status);
    }
}
