using HotlinePush.Clocks;
using static HotlinePush.Tests.Clocks.ClockWords;

namespace HotlinePush.Tests.Clocks;

public class SuspensionTests
{
    [Theory]
    // One working day of standstill moves the deadline one working day.
    [InlineData("2026-11-23 10:00", "3 wd", "2026-11-25 09:00", "2026-11-25 18:00", "2026-11-27T18:00:00+08:00")]
    [InlineData("2026-11-23 10:00", "3 wd", "2026-11-24 15:00", "2026-11-25 15:00", "2026-11-27T18:00:00+08:00")]
    // A weekend, a night and the day of receipt are no counted time.
    [InlineData("2026-11-20 10:00", "2 wd", "2026-11-20 18:00", "2026-11-23 09:00", "2026-11-24T18:00:00+08:00")]
    [InlineData("2026-11-23 10:00", "2 wd", "2026-11-23 10:00", "2026-11-24 00:00", "2026-11-25T18:00:00+08:00")]
    // Part of a day.
    [InlineData("2026-11-23 10:00", "1 wd", "2026-11-24 10:00", "2026-11-24 11:30", "2026-11-25T10:30:00+08:00")]
    [InlineData("2026-11-23 10:00", "1 wd", "2026-11-24 10:00", "2026-11-24 13:00", "2026-11-25T11:00:00+08:00")]
    // Up to a break: ends there.
    [InlineData("2026-11-23 10:00", "1 wd", "2026-11-24 09:00", "2026-11-24 12:00", "2026-11-25T12:00:00+08:00")]
    [InlineData("2026-11-23 09:00", "4 wh", "2026-11-23 10:00", "2026-11-23 11:00", "2026-11-23T15:00:00+08:00")]
    // From the deadline on, or before the start: nothing.
    [InlineData("2026-11-23 10:00", "1 wd", "2026-11-24 18:00", "2026-11-26 18:00", "2026-11-24T18:00:00+08:00")]
    [InlineData("2026-11-23 10:00", "4 h", "2026-11-23 08:00", "2026-11-23 10:00", "2026-11-23T14:00:00+08:00")]
    // Wall clocks stand still by the wall clock.
    [InlineData("2026-11-20 17:30", "24 h", "2026-11-21 03:00", "2026-11-21 06:00", "2026-11-21T20:30:00+08:00")]
    [InlineData("2026-11-20 17:30", "30 min", "2026-11-20 17:40", "2026-11-20 17:50", "2026-11-20T18:10:00+08:00")]
    // Into the neighbouring holiday.
    [InlineData("2026-09-28 10:00", "2 wd", "2026-09-30 09:00", "2026-09-30 18:00", "2026-10-08T18:00:00+08:00")]
    public void Compute_WhenSuspended_DoesNotCountThatTime(string start, string limit, string from, string to, string due) =>
        Assert.Equal(due, Show(Compute(start, limit, null, Stop(from, to)).DueAt));

    [Fact]
    public void Compute_WhenSuspensionsOverlap_CountsTheirTimeOnce() => Assert.Equal(
        Compute("2026-11-23 10:00", "3 wd", null, Stop("2026-11-24 10:00", "2026-11-25 11:00")),
        Compute("2026-11-23 10:00", "3 wd", null, Stop("2026-11-24 15:00", "2026-11-25 11:00"), Stop("2026-11-24 10:00", "2026-11-24 16:00"), Stop("2026-11-26 10:00", "2026-11-26 10:00")));

    [Theory]
    [InlineData("3 wd", "2026-11-24 00:00", 24.0)]
    [InlineData("3 wd", "2026-11-25 10:00", 15.0)]
    [InlineData("3 wd", "2026-11-27 10:00", 0.0)]
    [InlineData("4 wh", "2026-11-23 14:00", 1.0)]
    [InlineData("24 h", "2026-11-23 22:00", 12.0)]
    public void Remaining_AtAMoment_IsTheTimeNotYetCounted(string limit, string at, double hours) => Assert.Equal(
        TimeSpan.FromHours(hours),
        DeadlineCalculator.Remaining(At("2026-11-23 10:00"), Limit(limit), WorkCalendar.Shipped, OfficeHours.Default, null, At(at)));
}
