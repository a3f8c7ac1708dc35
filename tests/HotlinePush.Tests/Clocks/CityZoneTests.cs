using HotlinePush.Clocks;
using static HotlinePush.Tests.Clocks.ClockWords;

namespace HotlinePush.Tests.Clocks;

public class CityZoneTests
{
    [Theory]
    [InlineData("1985-07-01 12:00", "1985-07-01T12:00:00+08:00")]
    [InlineData("1986-05-04 01:59", "1986-05-04T01:59:00+08:00")]
    [InlineData("1986-05-04 03:00", "1986-05-04T03:00:00+09:00")]
    [InlineData("1990-07-01 12:00", "1990-07-01T12:00:00+09:00")]
    [InlineData("1991-09-15 02:00", "1991-09-15T02:00:00+08:00")]
    [InlineData("1992-07-01 12:00", "1992-07-01T12:00:00+08:00")]
    // Skipped in spring: after the change. Shown twice in autumn: the later.
    [InlineData("1988-04-17 02:30", "1988-04-17T03:30:00+09:00")]
    [InlineData("1988-09-11 01:30", "1988-09-11T01:30:00+08:00")]
    public void FromLocal_AWallClock_IsReadByTheRulesOfItsDay(string local, string moment) => Assert.Equal(moment, Show(At(local)));

    [Theory]
    [InlineData("1988-07-01T00:00:00Z", "1988-07-01T09:00:00+09:00")]
    [InlineData("1988-09-10T16:30:00Z", "1988-09-11T01:30:00+09:00")]
    [InlineData("1988-09-10T17:30:00Z", "1988-09-11T01:30:00+08:00")]
    [InlineData("2026-11-22T20:00:00-05:00", "2026-11-23T09:00:00+08:00")]
    public void ToLocal_AMoment_HasTheOffsetThenInForce(string moment, string local) => Assert.Equal(local, Show(At(moment)));

    [Fact]
    public void BuiltIn_From1949On_AgreesWithTheTzDatabase()
    {
        var zone = CityZone.BuiltIn();
        for (var moment = new DateTime(1950, 1, 1, 0, 30, 0, DateTimeKind.Utc); moment.Year < 2030; moment = moment.AddHours(moment.Year is >= 1986 and <= 1991 ? 1 : 24))
            Assert.True(zone.GetUtcOffset(moment) == CityZone.Zone.GetUtcOffset(moment), $"{moment:O}");
        // A skipped and a doubled time are read alike too.
        foreach (var local in new DateTime[] { new(1988, 4, 17, 2, 30, 0), new(1988, 9, 11, 1, 30, 0) })
            Assert.Equal(CityZone.Zone.GetUtcOffset(local), zone.GetUtcOffset(local));
    }
}
