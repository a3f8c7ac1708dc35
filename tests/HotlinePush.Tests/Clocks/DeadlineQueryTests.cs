using HotlinePush.Clocks;
using static HotlinePush.Tests.Clocks.ClockWords;

namespace HotlinePush.Tests.Clocks;

public class DeadlineQueryTests
{
    [Theory]
    [InlineData("2026-11-20T17:30:00+08:00", "4", "workingHours", "2026-11-23T13:30:00+08:00")]
    [InlineData("2026-11-20T17:30:00 08:00", "4", "workingHours", "2026-11-23T13:30:00+08:00")]
    [InlineData("2026-11-20T09:30:00Z", "4", "workingHours", "2026-11-23T13:30:00+08:00")]
    [InlineData("2026-11-20T09:30:00.1234567Z", "5", "workingDays", "2026-11-27T18:00:00+08:00")]
    [InlineData("2026-11-20T17:30", "30", "minutes", "2026-11-20T18:00:00+08:00")]
    [InlineData("1989-07-01T17:30:00", "1", "hours", "1989-07-01T18:30:00+09:00")]
    public void Ask_AGoodQuestion_IsAnswered(string from, string amount, string unit, string due)
    {
        var answer = DeadlineQuery.Ask(from, amount, unit, WorkCalendar.Shipped);

        Assert.Empty(answer.Problems);
        Assert.Equal(due, Show(answer.Explanation!.Deadline.DueAt));
    }

    [Theory]
    [InlineData(null, null, null, "badTime amountOutOfRange unknownUnit")]
    [InlineData("", "", "", "badTime amountOutOfRange unknownUnit")]
    [InlineData("2026-11-20", "5", "workingDays", "badTime")]
    [InlineData("2026-02-30T10:00:00+08:00", "5", "workingDays", "badTime")]
    [InlineData("2026-11-20T17:30:00+25:00", "5", "workingDays", "badTime")]
    [InlineData("0001-01-01T00:00:00", "5", "workingDays", "badTime")]
    [InlineData("0001-01-01T00:00:00+08:00", "5", "workingDays", "badTime")]
    [InlineData("9999-12-31T23:59:59Z", "5", "minutes", "badTime")]
    [InlineData("9999-12-31T23:59:59-14:00", "5", "minutes", "badTime")]
    [InlineData("9999-12-31T23:59:00+08:00", "5", "minutes", "beyondCalendar")]
    [InlineData("9998-01-01T00:00:00+08:00", "1000", "workingDays", "beyondCalendar")]
    [InlineData("2026-11-20T17:30:00Z", "0", "hours", "amountOutOfRange")]
    [InlineData("2026-11-20T17:30:00Z", "1001", "hours", "amountOutOfRange")]
    [InlineData("2026-11-20T17:30:00Z", "-1", "hours", "amountOutOfRange")]
    [InlineData("2026-11-20T17:30:00Z", "1.5", "hours", "amountOutOfRange")]
    [InlineData("2026-11-20T17:30:00Z", "99999999999", "hours", "amountOutOfRange")]
    [InlineData("2026-11-20T17:30:00Z", "5", "WorkingDays", "unknownUnit")]
    public void Ask_ABadQuestion_NamesWhatIsWrong(string? from, string? amount, string? unit, string codes)
    {
        var answer = DeadlineQuery.Ask(from, amount, unit, WorkCalendar.Shipped);

        Assert.Null(answer.Explanation);
        Assert.Equal(codes, string.Join(' ', answer.Problems.Select(p => p.Code)));
    }
}
