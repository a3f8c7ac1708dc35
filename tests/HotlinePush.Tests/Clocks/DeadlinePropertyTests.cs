using FsCheck;
using FsCheck.Fluent;
using HotlinePush.Clocks;
using static HotlinePush.Tests.Clocks.ClockWords;

namespace HotlinePush.Tests.Clocks;

public class DeadlinePropertyTests
{
    /// <summary>A second calendar in which Sundays of changing clocks are worked and two notices disagree about a day.</summary>
    private static readonly WorkCalendar Odd = WorkCalendar.Shipped
        .With(new(1988, [new(Day("1988-04-17"), "试", false), new(Day("1988-09-11"), "试", false), new(Day("1988-09-12"), "试", true)]))
        .With(new(2027, [new(Day("2026-12-31"), "试", true), new(Day("2027-01-02"), "试", false), new(Day("2028-01-01"), "试", false)]))
        .With(new(2028, [new(Day("2028-01-01"), "试", true), new(Day("2027-12-31"), "试", true)]));

    private static readonly string[] HoursToTry = ["09:00-12:00 13:00-18:00", "08:30-11:30 14:00-15:30", "00:00-23:59", "00:30-05:00 09:00-10:00", "10:07-10:08 12:00-17:00"];

    public sealed record Case(DateTime Start, TimeLimit Limit, bool Odd, string Hours, IReadOnlyList<Suspension> Suspended)
    {
        public DateTimeOffset From => new(Start, TimeSpan.Zero);

        public WorkCalendar Calendar => Odd ? DeadlinePropertyTests.Odd : WorkCalendar.Shipped;

        public OfficeHours Office => ClockWords.Hours(Hours);

        public DateTimeOffset Due(DateTimeOffset? from = null, TimeLimit? limit = null) =>
            DeadlineCalculator.Compute(from ?? From, limit ?? Limit, Calendar, Office, Suspended).DueAt;

        public DateTimeOffset Moment(int percent) =>
            DeadlineCalculator.MomentAt(From, Limit, Calendar, Office, Suspended, percent);

        public TimeSpan Remaining(DateTimeOffset at) =>
            DeadlineCalculator.Remaining(From, Limit, Calendar, Office, Suspended, at);

        public override string ToString() =>
            $"{CityZone.Format(From)} + {Limit.Amount} {Limit.Unit}, odd calendar {Odd}, {Hours}, stops [{string.Join(", ", Suspended.Select(s => $"{CityZone.Format(s.From)}/{CityZone.Format(s.To)}"))}]";
    }

    private static readonly Gen<DateTime> Starts =
        from day in Gen.Frequency(
            (4, from year in Gen.Choose(2018, 2026) from day in Gen.Choose(0, 364) select new DateTime(year, 1, 1).AddDays(day)),
            (2, from near in Gen.Elements("1988-04-16", "1988-09-10", "1991-09-14", "2018-12-29", "2022-12-31", "2026-12-30", "2027-12-30", "2025-01-28", "2026-10-01")
                from shift in Gen.Choose(-6, 3)
                select Day(near).ToDateTime(default).AddDays(shift)),
            (1, from day in Gen.Choose(0, 2500) select new DateTime(1986, 1, 1).AddDays(day)))
        from minute in Gen.Frequency(
            (1, Gen.Choose(0, 1439)),
            (1, Gen.Elements(0, 60, 61, 239, 240, 241, 299, 300, 600, 601, 720, 960, 1020, 1439)))
        select DateTime.SpecifyKind(day.AddMinutes(minute), DateTimeKind.Utc);

    private static readonly Gen<TimeLimit> Limits = Gen.OneOf(
        Gen.Choose(1, 8).Select(TimeLimit.WorkingDays),
        Gen.Choose(1, 30).Select(TimeLimit.WorkingHours),
        Gen.Choose(1, 72).Select(TimeLimit.Hours),
        Gen.Choose(1, 1000).Select(TimeLimit.Minutes));

    private static Gen<Case> Cases(int mostStops, params string[] hours) =>
        from start in Starts
        from limit in Limits
        from odd in Gen.Elements(true, false)
        from office in Gen.Elements(hours)
        from count in Gen.Choose(0, mostStops)
        from stops in (from offset in Gen.Choose(-1500, 9000)
                       from length in Gen.Frequency((3, Gen.Choose(0, 600)), (1, Gen.Choose(0, 5000)))
                       select new Suspension(new DateTimeOffset(start).AddMinutes(offset), new DateTimeOffset(start).AddMinutes(offset + length))).ArrayOf(count)
        select new Case(start, limit, odd, office, stops);

    private static void ForAll(Gen<Case> cases, int runs, Action<Case> holds) =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(runs), Prop.ForAll(cases.ToArbitrary(), holds));

    [Fact]
    public void Compute_AnyCase_AgreesWithTheSlowClock() => ForAll(Cases(3, HoursToTry), 400, c => Assert.Equal(
        new SlowClock(c.Calendar, c.Office, c.Suspended).Due(c.Start, c.Limit), c.Due().UtcDateTime));

    [Fact]
    public void Compute_WithALaterStart_IsNeverEarlier() => ForAll(Cases(2, HoursToTry[0], HoursToTry[1]), 2000, c =>
    {
        var due = c.Due();
        foreach (var minutes in new[] { 1, 59, 480, 1440, 4000 })
            Assert.True(due <= (due = c.Due(c.From.AddMinutes(minutes))));
    });

    [Fact]
    public void Compute_WithALargerAmount_IsAlwaysLater() => ForAll(Cases(3, HoursToTry), 2000, c =>
        Assert.True(c.Due() < c.Due(limit: c.Limit with { Amount = c.Limit.Amount + 1 })));

    [Fact]
    public void Compute_WithOneMoreSuspension_IsNeverEarlier() => ForAll(Cases(3, HoursToTry), 2000, c =>
        Assert.True((c with { Suspended = [.. c.Suspended.Skip(1)] }).Due() <= c.Due()));

    [Fact]
    public void Compute_InTwoParts_EndsWhereTheWholeDoes() => ForAll(Cases(3, HoursToTry), 2000, c =>
    {
        // A suspended working-days clock may end inside a day, and the next would begin on the day after.
        if (c.Limit.Unit == LimitUnit.WorkingDays)
            c = c with { Suspended = [] };
        Assert.Equal(c.Due(limit: c.Limit with { Amount = c.Limit.Amount + 3 }), c.Due(c.Due(), c.Limit with { Amount = 3 }));
    });

    [Fact]
    public void MomentAt_AnyShare_LeavesTheRest() => ForAll(Cases(3, HoursToTry), 1000, c =>
    {
        Assert.Equal(c.Due(), c.Moment(100));
        Assert.True(c.Moment(50) < c.Moment(80) && c.Moment(80) < c.Moment(100));
        var whole = c.Remaining(c.From);
        Assert.True(whole > TimeSpan.Zero || c.Suspended.Count > 0);
        Assert.Equal(TimeSpan.Zero, c.Remaining(c.Due()));
        var rest = c.Remaining(c.Moment(80));
        Assert.True((c.Remaining(c.Moment(50)) / rest) is > 2.49 and < 2.51);
        if (c.Limit.Unit is LimitUnit.WorkingHours)
            Assert.Equal(TimeSpan.FromHours(c.Limit.Amount) / 5, rest);
    });

    [Fact]
    public void Explain_AnyWorkingLimit_NamesEachDayOnce() => ForAll(Cases(3, HoursToTry), 1000, c =>
    {
        var explanation = DeadlineCalculator.Explain(c.From, c.Limit, c.Calendar, c.Office, c.Suspended);
        Assert.Equal(c.Due(), explanation.Deadline.DueAt);
        var days = explanation.Counted.Concat(explanation.Skipped.Select(s => s.Date)).Order().ToList();
        if (!c.Limit.IsWorkingTime)
        {
            Assert.Empty(days);
            return;
        }

        var (first, last) = (CityZone.DateOf(c.From), CityZone.DateOf(c.Due()));
        Assert.Equal(Enumerable.Range(first.DayNumber, last.DayNumber - first.DayNumber + 1), days.Select(d => d.DayNumber));
        Assert.Equal(last, explanation.Counted[^1]);
        Assert.All(explanation.Counted, d => Assert.True(c.Calendar.IsWorkingDay(d)));
        if (c.Limit.Unit == LimitUnit.WorkingDays && c.Suspended.Count == 0)
            Assert.Equal(c.Limit.Amount, explanation.Counted.Count);
    });

    [Fact]
    public void WorkingTimeBetween_StartAndDeadline_IsTheLimit() => ForAll(Cases(0, HoursToTry), 1000, c =>
    {
        if (c.Limit.Unit == LimitUnit.WorkingHours)
            Assert.Equal(TimeSpan.FromHours(c.Limit.Amount), DeadlineCalculator.WorkingTimeBetween(c.From, c.Due(), c.Calendar, c.Office));
        if (c.Limit.Unit == LimitUnit.WorkingDays)
            Assert.Equal(DeadlineCalculator.AddWorkingDays(CityZone.DateOf(c.From), c.Limit.Amount, c.Calendar), CityZone.DateOf(c.Due()));
    });

    [Fact]
    public void NextOfficeMoment_FromAnyMoment_PassesNoOfficeTime() => ForAll(Cases(0, HoursToTry), 300, c =>
    {
        var next = DeadlineCalculator.NextOfficeMoment(c.From, c.Calendar, c.Office);
        var slow = new SlowClock(c.Calendar, c.Office, []);
        var minute = c.Start;
        // The end of a period belongs to it.
        while (!slow.IsOffice(minute) && !slow.IsOffice(minute.AddMinutes(-1)))
            minute = minute.AddMinutes(1);
        Assert.Equal(minute, next.UtcDateTime);
    });

    [Fact]
    public void FromLocal_OfAnyLocalTime_ComesBack() => ForAll(Cases(0, HoursToTry[0]), 3000, c =>
    {
        var local = CityZone.ToLocal(c.From);
        Assert.Equal(SlowClock.Local(c.Start), local.DateTime);
        var back = CityZone.FromLocal(local.DateTime);
        Assert.True(back == c.From || back == c.From.AddHours(1) && local.Offset == TimeSpan.FromHours(9));
    });
}
