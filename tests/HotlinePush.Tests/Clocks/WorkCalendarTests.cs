using System.Text.Json;
using HotlinePush.Clocks;
using static HotlinePush.Tests.Clocks.ClockWords;

namespace HotlinePush.Tests.Clocks;

public class WorkCalendarTests
{
    private static readonly CalendarYear NewYear2027 = new(2027, [new(Day("2027-01-01"), "元旦", true), new(Day("2026-12-31"), "元旦", true), new(Day("2027-01-03"), "元旦", false)]);

    [Theory]
    [InlineData("2026-11-23", "workday", "工作日")]
    [InlineData("2026-11-22", "weekend", "周末")]
    [InlineData("2026-10-01", "holiday:国庆节", "国庆节放假")]
    [InlineData("2026-10-10", "swappedWorkday:国庆节", "国庆节调休上班")]
    [InlineData("2018-12-29", "swappedWorkday:元旦", "元旦调休上班")]
    [InlineData("2018-12-31", "holiday:元旦", "元旦放假")]
    [InlineData("2022-12-31", "holiday:元旦", "元旦放假")]
    [InlineData("2023-09-29", "holiday:中秋节、国庆节", "中秋节、国庆节放假")]
    public void Describe_ADay_SaysWhatItIs(string date, string code, string why)
    {
        var day = WorkCalendar.Shipped.Describe(Day(date));

        Assert.Equal((code, why), (day.Code, day.Why));
        Assert.Equal(day.IsWorkingDay, WorkCalendar.Shipped.IsWorkingDay(Day(date)));
    }

    [Fact]
    public void Shipped_Years_Are2018To2026AndFreeOfProblems()
    {
        Assert.Equal(Enumerable.Range(2018, 9), WorkCalendar.Shipped.Years.Keys);
        Assert.All(WorkCalendar.Shipped.Years.Values, y => Assert.Empty(y.Validate()));
        Assert.False(WorkCalendar.Shipped.HasNotice(2017));
        Assert.False(WorkCalendar.Shipped.HasNotice(2027));
    }

    [DataFact]
    public void Shipped_Days_AreThoseOfThePublicHolidayData()
    {
        foreach (var (number, year) in WorkCalendar.Shipped.Years)
        {
            using var file = JsonDocument.Parse(File.ReadAllText(RealData.File($"holidays/{number}.json")));
            var expected = file.RootElement.GetProperty("days").EnumerateArray().Select(d => new CalendarDay(
                Day(d.GetProperty("date").GetString()!), d.GetProperty("name").GetString()!, d.GetProperty("isOffDay").GetBoolean()));
            Assert.Equal(expected.OrderBy(d => d.Date), year.Days);
        }
    }

    [Fact]
    public void With_ANewNotice_MakesTheDeadlineFirm_AndMovesIt()
    {
        var calendar = WorkCalendar.Shipped.With(NewYear2027);
        var before = DeadlineCalculator.Compute(At("2026-12-30 10:00"), TimeLimit.WorkingDays(2), WorkCalendar.Shipped, OfficeHours.Default);
        var after = DeadlineCalculator.Compute(At("2026-12-30 10:00"), TimeLimit.WorkingDays(2), calendar, OfficeHours.Default);

        Assert.Equal(("2027-01-01T18:00:00+08:00", true), (Show(before.DueAt), before.Provisional));
        Assert.Equal(("2027-01-04T18:00:00+08:00", false), (Show(after.DueAt), after.Provisional));
        Assert.Equal([2026, 2027], NewYear2027.YearsTouched());
        Assert.False(WorkCalendar.Shipped.HasNotice(2027));
    }

    [Fact]
    public void With_ANoticeOfTheSameYear_ReplacesIt()
    {
        var calendar = WorkCalendar.Shipped.With(new(2026, [new(Day("2026-03-03"), "试", true)]));

        Assert.True(calendar.IsWorkingDay(Day("2026-10-01")));
        Assert.False(calendar.IsWorkingDay(Day("2026-03-03")));
    }

    [Fact]
    public void With_TwoNoticesListingOneDay_TheLaterYearWins_WhicheverCameFirst()
    {
        var inYear = new CalendarYear(2026, [new(Day("2026-12-31"), "甲", false)]);
        var next = new CalendarYear(2027, [new(Day("2026-12-31"), "乙", true)]);

        Assert.Equal("乙", new WorkCalendar([]).With(inYear).With(next).Describe(Day("2026-12-31")).Name);
        Assert.Equal("乙", new WorkCalendar([]).With(next).With(inYear).Describe(Day("2026-12-31")).Name);
    }

    [Fact]
    public void With_ANoticeWithoutDays_WithdrawsIt() =>
        Assert.False(WorkCalendar.Shipped.With(new(2026, [])).HasNotice(2026));

    [Theory]
    [InlineData(2027, "2027-01-01", "元旦", "")]
    [InlineData(2027, "2026-12-31", "元旦", "")]
    [InlineData(2027, "2028-01-01", "元旦", "")]
    [InlineData(2027, "2025-12-31", "元旦", "days[0].date otherYear")]
    [InlineData(2027, "2027-01-01", " ", "days[0].name badName")]
    [InlineData(2027, "2027-01-01", "a\0b", "days[0].name badName")]
    [InlineData(2027, "2027-01-01", "\ud83d", "days[0].name badName")]
    [InlineData(1988, "1988-01-01", "元旦", "year yearOutOfRange")]
    [InlineData(1989, "1989-01-01", "元旦", "")]
    [InlineData(9999, "9999-12-31", "元旦", "")]
    [InlineData(10000, "9999-12-31", "元旦", "year yearOutOfRange")]
    public void Validate_OfANotice_NamesWhatIsWrong(int year, string date, string name, string problems) => Assert.Equal(
        problems,
        string.Join(';', new CalendarYear(year, [new(Day(date), name, true)]).Validate().Select(p => $"{p.Field} {p.Code}")));

    [Fact]
    public void Validate_OfLongNamesRepeatedAndTooManyDays_NamesThem()
    {
        var day = new CalendarDay(Day("2027-01-01"), new string('长', 50), true);
        Assert.Empty(new CalendarYear(2027, [day]).Validate());
        Assert.Equal("badName", Assert.Single(new CalendarYear(2027, [day with { Name = new string('长', 51) }]).Validate()).Code);
        Assert.Equal("days[1].date", Assert.Single(new CalendarYear(2027, [day, day with { IsOffDay = false }]).Validate()).Field);
        Assert.Equal("tooManyDays", Assert.Single(new CalendarYear(2027, [.. Enumerable.Repeat(day, 201)]).Validate()).Code);
        Assert.Equal("required", Assert.Single(new CalendarYear(2027, [null!]).Validate()).Code);
    }

    [Theory]
    [InlineData("09:00-12:00 13:00-18:00", "")]
    [InlineData("00:00-23:59", "")]
    [InlineData("12:00-09:00", "emptyPeriod")]
    [InlineData("09:00-09:00", "emptyPeriod")]
    [InlineData("09:00-12:00 12:00-18:00", "overlap")]
    [InlineData("13:00-18:00 09:00-12:00", "overlap")]
    public void Validate_OfOfficeHours_NamesWhatIsWrong(string hours, string codes) =>
        Assert.Equal(codes, string.Join(' ', Hours(hours).Validate().Select(p => p.Code)));

    [Fact]
    public void Validate_OfNoOfficeHours_IsAProblem() => Assert.Equal("badCount", Assert.Single(new OfficeHours([]).Validate()).Code);
}
