using System.Collections.Immutable;
using HotlinePush.Units;

namespace HotlinePush.Clocks;

/// <summary>What can happen to a clock, at one moment, under one set-up. Pure: each member answers with the clock as it then stands.</summary>
/// <param name="ArmAfter">Reminders before this moment are not armed: a life told in hindsight reminds nobody of its past.</param>
public readonly record struct ClockRules(City City, DateTimeOffset Now, bool Urgent, DateTimeOffset? ArmAfter = null)
{
    /// <param name="startedAt">When it began to run; receipt of an imported ticket lies before now.</param>
    public Clock Start(int id, ClockKind kind, TimeLimit limit, string holder, string why, DateTimeOffset? startedAt = null)
    {
        var from = startedAt ?? Now;
        var clock = new Clock(id, kind, limit, from, from, false, [new(from, null, true, holder, why)]);
        return Arm(Timed(clock), 0);
    }

    public Clock Stop(Clock clock)
    {
        if (clock.StoppedAt is not null)
            return clock;
        var stopped = clock with
        {
            StoppedAt = Now,
            Step = 0,
            NextReminderAt = null,
            Segments = clock.Segments.SetItem(clock.Segments.Length - 1, clock.Segments[^1] with { To = Now }),
        };
        // A stop of the clock that is still under way counts as well: without it the deadline would seem to have passed meanwhile.
        return clock.IsSuspended ? Timed(stopped) : stopped;
    }

    public Clock Suspend(Clock clock, string why) =>
        clock.StoppedAt is not null || clock.IsSuspended ? clock : Segment(clock, clock.Holder, why, running: false) with { Step = 0, NextReminderAt = null };

    public Clock Resume(Clock clock, string why) =>
        !clock.IsSuspended ? clock : Arm(Timed(Segment(clock, clock.Holder, why, running: true)), 0);

    /// <summary>Another holder from now on; the deadline stays.</summary>
    public Clock Hold(Clock clock, string holder, string why) =>
        clock.StoppedAt is not null || clock.Holder == holder ? clock : Segment(clock, holder, why, !clock.IsSuspended);

    public Clock Extend(Clock clock, int workingDays) => clock.StoppedAt is not null
        ? clock
        : Arm(Timed(clock with { ExtendedDays = clock.ExtendedDays + workingDays }), 0);

    /// <summary>Runs on as if it had never stopped; the time in between was the desk's.</summary>
    public Clock Reopen(Clock clock, string holder, string why)
    {
        if (clock.StoppedAt is not { } stopped)
            return clock;
        var open = clock with { StoppedAt = null, Segments = clock.Segments.Add(new(stopped, null, true, Holders.Desk, "audit")) };
        return Arm(Timed(Segment(open, holder, why, running: true)), 0);
    }

    /// <summary>The deadline under this calendar; the same clock where nothing moves.</summary>
    public Clock Recompute(Clock clock)
    {
        if (clock.StoppedAt is not null || clock.IsSuspended)
            return clock;
        var timed = Timed(clock);
        return timed.DueAt == clock.DueAt && timed.Provisional == clock.Provisional ? clock : Arm(timed, 0);
    }

    /// <summary>After the armed reminder has fired. Daily reminders that were missed while nothing ran are fired once.</summary>
    public Clock Fired(Clock clock) => Arm(clock, clock.Step);

    /// <summary>The days that count towards the deadline, and those on the way that do not.</summary>
    public (IReadOnlyList<DateOnly> Counted, IReadOnlyList<SkippedDay> Skipped) Explain(Clock clock)
    {
        if (!clock.Limit.IsWorkingTime)
            return ([], []);
        var explained = DeadlineCalculator.TryExplain(clock.StartedAt, Limit(clock), City.Calendar, HoursOf(clock), Suspensions(clock));
        return explained is null ? ([], []) : (explained.Counted, explained.Skipped);
    }

    private Clock Segment(Clock clock, string holder, string why, bool running)
    {
        var last = clock.Segments[^1];
        var next = new ClockSegment(Now, null, running, holder, why);
        // A hand-over in the same instant leaves no empty segment behind.
        return clock with
        {
            Segments = last.From == Now
                ? clock.Segments.SetItem(clock.Segments.Length - 1, next)
                : clock.Segments.SetItem(clock.Segments.Length - 1, last with { To = Now }).Add(next),
        };
    }

    private Clock Timed(Clock clock)
    {
        var hours = HoursOf(clock);
        var suspended = Suspensions(clock);
        var due = DeadlineCalculator.Compute(clock.StartedAt, Limit(clock), City.Calendar, hours, suspended);
        if (clock.ExtendedDays > 0 && clock.Limit.Unit != LimitUnit.WorkingDays)
            due = DeadlineCalculator.Compute(due.DueAt, TimeLimit.WorkingDays(clock.ExtendedDays), City.Calendar, hours, suspended);
        return clock with { DueAt = due.DueAt, Provisional = due.Provisional };
    }

    /// <summary>Arms the first reminder after <paramref name="fired"/>; with 0, the first that still lies ahead.</summary>
    private Clock Arm(Clock clock, int fired)
    {
        if (!Reminders.Remind(clock.Kind) || clock.StoppedAt is not null || clock.IsSuspended)
            return clock with { Step = 0, NextReminderAt = null };
        var now = ArmAfter > Now ? ArmAfter.Value : Now;
        for (var step = fired + 1; step <= Reminders.AtDeadline; step++)
        {
            var moment = Held(clock, step == Reminders.AtDeadline ? clock.DueAt : MomentAt(clock, Reminders.Percent(step)));
            if (moment > now || fired > 0)
                return clock with { Step = step, NextReminderAt = moment };
        }

        var daily = DeadlineCalculator.NextWorkingDayAt(clock.DueAt > now ? clock.DueAt : now, Reminders.DailyAt, City.Calendar);
        return clock with { Step = fired > 0 ? Math.Max(fired + 1, Reminders.Daily) : DailyStep(clock.DueAt, daily), NextReminderAt = daily };
    }

    /// <summary>Climbs with the days a ticket is late, also where they were not reminded of: a clock that runs on does not begin at the bottom.</summary>
    private int DailyStep(DateTimeOffset due, DateTimeOffset daily)
    {
        var step = Reminders.Daily;
        for (var at = due; step < Reminders.Top; step++)
        {
            at = DeadlineCalculator.NextWorkingDayAt(at, Reminders.DailyAt, City.Calendar);
            if (at >= daily)
                break;
        }

        return step;
    }

    private DateTimeOffset MomentAt(Clock clock, int percent) =>
        DeadlineCalculator.MomentAt(clock.StartedAt, Limit(clock), City.Calendar, HoursOf(clock), Suspensions(clock), percent);

    /// <summary>What is not urgent waits for office hours.</summary>
    private DateTimeOffset Held(Clock clock, DateTimeOffset moment) => Urgent
        ? moment
        : DeadlineCalculator.NextOfficeMoment(moment, City.Calendar, City.HoursOf(clock.Kind == ClockKind.Resolve ? null : clock.Holder));

    private static TimeLimit Limit(Clock clock) =>
        clock.Limit.Unit == LimitUnit.WorkingDays ? clock.Limit with { Amount = clock.Limit.Amount + clock.ExtendedDays } : clock.Limit;

    private OfficeHours HoursOf(Clock clock) => clock.Kind == ClockKind.Sign ? City.HoursOf(clock.Holder) : OfficeHours.Default;

    private static ImmutableArray<Suspension> Suspensions(Clock clock)
    {
        var none = true;
        foreach (var segment in clock.Segments)
            none &= segment.Running;
        return none ? [] : [.. clock.Segments.Where(s => !s.Running && s.To is not null).Select(s => new Suspension(s.From, s.To!.Value))];
    }
}
