using HotlinePush.Clocks;
using static HotlinePush.Tests.Clocks.ClockWords;

namespace HotlinePush.Tests.Clocks;

public class ExplanationTests
{
    private static Explanation Explain(string start, string limit, params Suspension[] suspended) =>
        DeadlineCalculator.Explain(At(start), Limit(limit), WorkCalendar.Shipped, OfficeHours.Default, suspended);

    private static string Skipped(Explanation explanation) =>
        string.Join(' ', explanation.Skipped.Select(s => $"{s.Date:MM-dd}={s.Code}"));

    private static string Counted(Explanation explanation) => string.Join(' ', explanation.Counted.Select(d => $"{d:MM-dd}"));

    [Fact]
    public void Explain_OverNationalDay_NamesEachDaySkipped()
    {
        var explanation = Explain("2026-09-30 10:00", "3 wd");

        Assert.Equal("10-08 10-09 10-10", Counted(explanation));
        Assert.Equal(
            "09-30=receiptDay 10-01=holiday:国庆节 10-02=holiday:国庆节 10-03=holiday:国庆节 10-04=holiday:国庆节 10-05=holiday:国庆节 10-06=holiday:国庆节 10-07=holiday:国庆节",
            Skipped(explanation));
        Assert.Equal(["收到当日不计", "国庆节放假"], explanation.Skipped.Take(2).Select(s => s.Why));
    }

    [Fact]
    public void Explain_WorkingHoursFromAfterHours_SkipsTheEveningAndTheWeekend()
    {
        var explanation = Explain("2026-11-20 18:30", "4 wh");

        Assert.Equal("11-23", Counted(explanation));
        Assert.Equal("11-20=afterHours 11-21=weekend 11-22=weekend", Skipped(explanation));
    }

    [Fact]
    public void Explain_WhenSuspendedForADay_NamesTheSuspension()
    {
        var explanation = Explain("2026-11-23 10:00", "2 wd", Stop("2026-11-24 18:00", "2026-11-25 18:00"));

        Assert.Equal("11-24 11-26", Counted(explanation));
        Assert.Equal("11-23=receiptDay 11-25=suspended", Skipped(explanation));
    }

    [Fact]
    public void Explain_OnTheWallClock_SkipsNothing()
    {
        var explanation = Explain("2026-10-01 10:00", "48 h");

        Assert.Empty(explanation.Counted);
        Assert.Empty(explanation.Skipped);
    }

    [Fact]
    public void Explain_OfTheLongestLimit_StaysBounded()
    {
        var explanation = Explain("2018-01-02 10:00", "1000 wd");

        Assert.Equal(1000, explanation.Counted.Count);
        Assert.InRange(explanation.Skipped.Count, 400, 600);
    }

    [Theory]
    [InlineData("2026-11-23 10:00", "2 wd", 50, "2026-11-24T18:00:00+08:00")]
    [InlineData("2026-11-23 10:00", "3 wd", 80, "2026-11-26T13:12:00+08:00")]
    [InlineData("2026-11-23 10:00", "5 wd", 80, "2026-11-27T18:00:00+08:00")]
    [InlineData("2026-11-20 17:30", "4 wh", 50, "2026-11-23T10:30:00+08:00")]
    [InlineData("2026-11-20 17:30", "30 min", 80, "2026-11-20T17:54:00+08:00")]
    [InlineData("2026-11-20 17:30", "24 h", 50, "2026-11-21T05:30:00+08:00")]
    public void MomentAt_OfAShare_IsWhenItHasBeenCounted(string start, string limit, int percent, string moment) => Assert.Equal(
        moment,
        Show(DeadlineCalculator.MomentAt(At(start), Limit(limit), WorkCalendar.Shipped, OfficeHours.Default, null, percent)));

    [Theory]
    [InlineData("2026-11-23 10:00", "2026-11-23T10:00:00+08:00")]
    [InlineData("2026-11-23 12:00", "2026-11-23T12:00:00+08:00")]
    [InlineData("2026-11-23 12:01", "2026-11-23T13:00:00+08:00")]
    [InlineData("2026-11-23 18:00", "2026-11-23T18:00:00+08:00")]
    [InlineData("2026-11-23 18:01", "2026-11-24T09:00:00+08:00")]
    [InlineData("2026-11-23 02:00", "2026-11-23T09:00:00+08:00")]
    [InlineData("2026-09-30 20:00", "2026-10-08T09:00:00+08:00")]
    public void NextOfficeMoment_OutsideOfficeTime_IsWhenItNextBegins(string moment, string next) =>
        Assert.Equal(next, Show(DeadlineCalculator.NextOfficeMoment(At(moment), WorkCalendar.Shipped, OfficeHours.Default)));

    [Theory]
    [InlineData("2026-11-23 08:59", "2026-11-23T09:00:00+08:00")]
    [InlineData("2026-11-23 09:00", "2026-11-24T09:00:00+08:00")]
    [InlineData("2026-11-20 18:00", "2026-11-23T09:00:00+08:00")]
    [InlineData("2026-10-09 18:00", "2026-10-10T09:00:00+08:00")]
    public void NextWorkingDayAt_AMoment_IsStrictlyLater(string after, string next) =>
        Assert.Equal(next, Show(DeadlineCalculator.NextWorkingDayAt(At(after), new(9, 0), WorkCalendar.Shipped)));

    [Theory]
    [InlineData("2026-11-23 10:00", "2026-11-23 14:00", 3.0)]
    [InlineData("2026-11-20 17:00", "2026-11-23 10:00", 2.0)]
    [InlineData("2026-11-23 14:00", "2026-11-23 10:00", 0.0)]
    [InlineData("2026-09-30 18:00", "2026-10-08 09:00", 0.0)]
    public void WorkingTimeBetween_TwoMoments_IsTheOfficeTime(string from, string to, double hours) => Assert.Equal(
        TimeSpan.FromHours(hours),
        DeadlineCalculator.WorkingTimeBetween(At(from), At(to), WorkCalendar.Shipped, OfficeHours.Default));
}
