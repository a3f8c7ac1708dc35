using HotlinePush.Clocks;
using static HotlinePush.Tests.Clocks.ClockWords;

namespace HotlinePush.Tests.Clocks;

public class DeadlineTableTests
{
    [Theory]
    // Working days: the day of receipt does not count.
    [InlineData("2026-11-23 10:00", "1 wd", "2026-11-24T18:00:00+08:00")]
    [InlineData("2026-11-23 00:00", "1 wd", "2026-11-24T18:00:00+08:00")]
    [InlineData("2026-11-23 23:59", "1 wd", "2026-11-24T18:00:00+08:00")]
    [InlineData("2026-11-20 17:30", "5 wd", "2026-11-27T18:00:00+08:00")]
    [InlineData("2026-11-22 12:00", "5 wd", "2026-11-27T18:00:00+08:00")]
    [InlineData("2026-11-22T02:00:00Z", "1 wd", "2026-11-23T18:00:00+08:00")]
    [InlineData("2026-11-23T16:30:00Z", "1 wd", "2026-11-25T18:00:00+08:00")]
    // National Day 2026: 1–7 October off, Sunday 20 September and Saturday 10 October worked.
    [InlineData("2026-09-30 09:00", "3 wd", "2026-10-10T18:00:00+08:00")]
    [InlineData("2026-10-03 09:00", "4 wd", "2026-10-12T18:00:00+08:00")]
    [InlineData("2026-09-18 09:00", "1 wd", "2026-09-20T18:00:00+08:00")]
    // Spring Festival 2025: 26 January and 8 February worked, 28 January – 4 February off.
    [InlineData("2025-01-24 16:00", "3 wd", "2025-02-05T18:00:00+08:00")]
    [InlineData("2025-01-24 16:00", "6 wd", "2025-02-08T18:00:00+08:00")]
    // Spring Festival 2020 was lengthened to 2 February.
    [InlineData("2020-01-23 09:00", "1 wd", "2020-02-03T18:00:00+08:00")]
    // The end of 2018 stands in the notice of 2019, that of 2022 in the notice of 2023.
    [InlineData("2018-12-28 09:00", "1 wd", "2018-12-29T18:00:00+08:00")]
    [InlineData("2018-12-28 09:00", "2 wd", "2019-01-02T18:00:00+08:00")]
    [InlineData("2022-12-30 09:00", "1 wd", "2023-01-03T18:00:00+08:00")]
    // Working hours.
    [InlineData("2026-11-23 09:00", "3 wh", "2026-11-23T12:00:00+08:00")]
    [InlineData("2026-11-23 09:00", "8 wh", "2026-11-23T18:00:00+08:00")]
    [InlineData("2026-11-23 09:00", "4 wh", "2026-11-23T14:00:00+08:00")]
    [InlineData("2026-11-23 12:00", "1 wh", "2026-11-23T14:00:00+08:00")]
    [InlineData("2026-11-23 12:30", "5 wh", "2026-11-23T18:00:00+08:00")]
    [InlineData("2026-11-20 17:30", "4 wh", "2026-11-23T13:30:00+08:00")]
    [InlineData("2026-11-20 18:00", "4 wh", "2026-11-23T14:00:00+08:00")]
    [InlineData("2026-11-23 03:00", "1 wh", "2026-11-23T10:00:00+08:00")]
    [InlineData("2026-10-01 10:00", "4 wh", "2026-10-08T14:00:00+08:00")]
    [InlineData("2026-11-23T09:00:00.5", "1 wh", "2026-11-23T10:00:00+08:00")]
    // Wall clock.
    [InlineData("2026-10-01 23:50", "30 min", "2026-10-02T00:20:00+08:00")]
    [InlineData("2026-11-20 17:30", "24 h", "2026-11-21T17:30:00+08:00")]
    [InlineData("2024-02-28 12:00", "24 h", "2024-02-29T12:00:00+08:00")]
    // Summer time 1986–1991: clocks go 02:00 → 03:00 and back at 02:00 in September.
    [InlineData("1988-07-01 10:00", "1 wd", "1988-07-04T18:00:00+09:00")]
    [InlineData("1988-04-16 12:00", "24 h", "1988-04-17T13:00:00+09:00")]
    [InlineData("1988-09-10 12:00", "24 h", "1988-09-11T11:00:00+08:00")]
    [InlineData("1988-04-15 17:00", "2 wh", "1988-04-18T10:00:00+09:00")]
    [InlineData("1989-09-15 10:00", "1 wd", "1989-09-18T18:00:00+08:00")]
    [InlineData("1992-07-01 10:00", "1 h", "1992-07-01T11:00:00+08:00")]
    public void Compute_ByTheRules_GivesTheDeadline(string start, string limit, string due) =>
        Assert.Equal(due, Show(Compute(start, limit).DueAt));

    [Theory]
    [InlineData("2026-12-31 10:00", "1 wd", true)]
    [InlineData("2026-12-30 10:00", "1 wd", false)]
    [InlineData("2026-12-31 17:30", "1 wh", true)]
    [InlineData("2026-12-31 17:30", "24 h", false)]
    [InlineData("2017-12-29 10:00", "1 wd", true)]
    [InlineData("2018-01-01 10:00", "1 wd", false)]
    [InlineData("1989-06-01 10:00", "5 wd", true)]
    [InlineData("1989-06-01 10:00", "5 min", false)]
    public void Compute_WhenAYearHasNoNotice_IsProvisional(string start, string limit, bool provisional) =>
        Assert.Equal(provisional, Compute(start, limit).Provisional);

    [Fact]
    public void Compute_CarriesTheCitysOffset_WhateverTheStartHad()
    {
        var due = Compute("2026-11-22T02:00:00Z", "1 h").DueAt;

        Assert.Equal((TimeSpan.FromHours(8), 11), (due.Offset, due.Hour));
    }

    [Theory]
    [InlineData("9999-12-31T10:00:00+08:00", "1 wd")]
    [InlineData("9999-12-31T17:59:00+08:00", "2 wh")]
    [InlineData("9999-12-31T23:30:00+08:00", "31 min")]
    [InlineData("9998-12-31T10:00:00+08:00", "1000 wd")]
    public void Compute_WhenDueAfterTheLastYear_IsRefused(string start, string limit)
    {
        Assert.Null(DeadlineCalculator.TryCompute(At(start), Limit(limit), WorkCalendar.Shipped, OfficeHours.Default));
        Assert.Throws<ArgumentOutOfRangeException>(() => Compute(start, limit));
    }

    [Fact]
    public void Compute_WhenTheStartLiesOutsideTheZone_IsRefused()
    {
        foreach (var start in new[] { DateTimeOffset.MinValue, DateTimeOffset.MaxValue })
            Assert.Null(DeadlineCalculator.TryCompute(start, TimeLimit.WorkingDays(1), WorkCalendar.Shipped, OfficeHours.Default));
    }

    [Fact]
    public void Compute_OnTheLastDays_StillAnswers() =>
        Assert.Equal("9999-12-31T18:00:00+08:00", Show(Compute("9999-12-30 10:00", "1 wd").DueAt));

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(2001)]
    public void Compute_WhenTheAmountIsOutOfRange_Throws(int amount) => Assert.Throws<ArgumentOutOfRangeException>(() =>
        DeadlineCalculator.Compute(At("2026-11-23 10:00"), TimeLimit.WorkingDays(amount), WorkCalendar.Shipped, OfficeHours.Default));

    [Theory]
    [InlineData("08:00-12:00 12:10-12:30", "2026-11-23 10:00", "1 wd", "2026-11-24T12:30:00+08:00")]
    [InlineData("08:00-12:00 12:10-12:30", "2026-11-23 10:00", "2 wh", "2026-11-23T12:00:00+08:00")]
    [InlineData("08:30-11:30 14:00-15:30", "2026-11-23 11:00", "4 wh", "2026-11-24T10:30:00+08:00")]
    [InlineData("00:00-23:59", "2026-11-20 23:00", "1 wh", "2026-11-23T00:01:00+08:00")]
    public void Compute_WithAUnitsOwnHours_GoesByThem(string hours, string start, string limit, string due) =>
        Assert.Equal(due, Show(Compute(start, limit, Hours(hours)).DueAt));

    [Fact]
    public void Compute_WhenSuspendedForAUnitsWholeDay_MovesOneDay() => Assert.Equal(
        "2026-11-26T15:30:00+08:00",
        Show(Compute("2026-11-23 10:00", "2 wd", Hours("08:30-11:30 14:00-15:30"), Stop("2026-11-24 08:30", "2026-11-24 15:30")).DueAt));
}
