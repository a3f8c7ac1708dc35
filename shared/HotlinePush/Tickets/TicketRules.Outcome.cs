using HotlinePush.Clocks;
using HotlinePush.Security;

namespace HotlinePush.Tickets;

public static partial class TicketRules
{
    /// <summary>Redos after which a supervisor decides.</summary>
    public const int MaxRedos = 2;

    /// <summary>Different days on which a callback must have failed before the ticket may close unreached.</summary>
    public const int UnreachedDaysToClose = 3;

    private static Decision Decide(Deciding d, Audit c)
    {
        if (!c.Accept && Missing(c.Note, "note") is { } missing)
            return missing;
        if (d.Ticket.State != TicketState.Answered)
            return WrongState(d.Ticket);
        var rules = d.Clocks;
        if (d.Ticket.SupervisorDue)
            return DecideAfterRedos(d, c);
        if (d.Ticket.AuditAccepted)
            return Refuse("wrongState", "答复已经审核通过。");
        if (c.Accept)
            return d.Add(
                new AnswerAudited { Accepted = true, Note = c.Note },
                clocks: [rules.Start(d.Ticket.Clocks.Length + 1, ClockKind.Callback, d.Ticket.Limits.Callback, Holders.Desk, "audit")]).Done();
        var lead = d.Ticket.LeadUnitId!;
        return d.Add(
            new AnswerAudited { Note = c.Note },
            TicketState.InProgress,
            new[] { d.Ticket.Latest(ClockKind.Resolve), d.Ticket.Latest(ClockKind.Unit) }.OfType<Clock>().Select(k => rules.Reopen(k, lead, "auditRefused"))
                .Concat(RunningOf(d, ClockKind.Order).Select(k => rules.Hold(k, lead, "auditRefused")))).Done();
    }

    /// <summary>Two redos did not help: the supervisor closes the ticket as it is, or orders the unit to do it again.</summary>
    private static Decision DecideAfterRedos(Deciding d, Audit c)
    {
        if (d.By.Role != Role.Supervisor)
            return Refuse("supervisorNeeded", "重办两次后由督办人员决定。");
        return c.Accept
            ? d.Add(new AnswerAudited { Accepted = true, Note = c.Note }, TicketState.Closed, StopAll(d)).Done()
            : d.Add(new AnswerAudited { Note = c.Note }, TicketState.InProgress, FreshClocks(d)).Done();
    }

    /// <summary>What is wrong with a resident's word as it was recorded, by a callback or a re-check.</summary>
    private static Decision? WordProblem(bool reached, bool? resolved, bool? satisfied) => (reached, resolved, satisfied) switch
    {
        (true, null, _) => Refuse("invalid", "请填写是否解决。", "resolved", "required"),
        (true, _, null) => Refuse("invalid", "请填写是否满意。", "satisfied", "required"),
        (false, not null, _) or (false, _, not null) => Refuse("invalid", "没有联系上时不能填写评价。", "reached", "notReached"),
        _ => default(Decision?),
    };

    private static Decision Decide(Deciding d, CallBack c)
    {
        if (WordProblem(c.Reached, c.Resolved, c.Satisfied) is { } problem)
            return problem;
        if (d.Ticket.State != TicketState.Answered || !d.Ticket.AuditAccepted || d.Ticket.SupervisorDue)
            return WrongState(d.Ticket);
        var called = new CallbackMade { Reached = c.Reached, Resolved = c.Resolved, Satisfied = c.Satisfied, Note = c.Note };
        if (!c.Reached)
        {
            var today = CityZone.DateOf(d.Context.Now);
            var days = d.Ticket.UnreachedDays.Contains(today) ? d.Ticket.UnreachedDays.Length : d.Ticket.UnreachedDays.Length + 1;
            return days >= UnreachedDaysToClose
                ? d.Add(called with { Result = CallbackResult.Unreachable }, TicketState.Closed, StopAll(d)).Done()
                : d.Add(called with { Result = CallbackResult.TryAgain }).Done();
        }

        if (c is { Resolved: true, Satisfied: true })
            return d.Add(called with { Result = CallbackResult.Closed }, TicketState.Closed, StopAll(d)).Done();
        if (d.Ticket.Redos >= MaxRedos)
            return d.Add(called with { Result = CallbackResult.Supervisor }, clocks: StopAll(d)).Done();
        return d.Add(called with { Result = CallbackResult.Redo }, TicketState.InProgress, FreshClocks(d)).Done();
    }

    /// <summary>A redo: the callback clock ends, resolve and unit clocks begin again at full length; nothing is signed anew.</summary>
    private static IEnumerable<Clock> FreshClocks(Deciding d)
    {
        var rules = d.Clocks;
        var id = d.Ticket.Clocks.Length;
        var lead = d.Ticket.LeadUnitId!;
        return
        [
            .. d.Ticket.Clocks.Select(k => k.Kind == ClockKind.Order ? rules.Hold(k, lead, "redo") : rules.Stop(k)),
            rules.Start(id + 1, ClockKind.Resolve, d.Ticket.Limits.Resolve, lead, "redo"),
            rules.Start(id + 2, ClockKind.Unit, d.Ticket.Limits.Unit, lead, "redo"),
        ];
    }

    private static Decision Decide(Deciding d, FollowUp c)
    {
        if (Missing(c.Text, "text") is { } missing)
            return missing;
        return d.Ticket.State.IsOpen() ? d.Add(new FollowUpAdded { Note = c.Text }).Done() : WrongState(d.Ticket);
    }

    private static Decision DecideUrge(Deciding d) =>
        d.Ticket.State.IsOpen() ? d.Add(new TicketUrged()).Done() : WrongState(d.Ticket);

    /// <summary>Fires every reminder that is due, each once: the head that says so is replaced in the same batch.</summary>
    private static Decision DecideReminders(Deciding d)
    {
        ThirdPartyFellSilent(d);
        while (d.Ticket.Clocks.Where(k => k.NextReminderAt <= d.Context.Now).MinBy(k => (k.NextReminderAt, k.Id)) is { } clock)
            d.Add(
                new ReminderFellDue
                {
                    ClockId = clock.Id,
                    Kind = clock.Kind,
                    Step = clock.Step,
                    Level = Reminders.Level(clock.Step),
                    Holder = clock.Holder,
                    ClockDueAt = clock.DueAt,
                },
                clocks: [d.Clocks.Fired(clock)]);
        RemindOfReview(d);
        return d.Done();
    }

    private static Decision DecideRecompute(Deciding d)
    {
        var rules = d.Clocks;
        var moved = d.Ticket.Clocks.Select(rules.Recompute).Where((clock, i) => !ReferenceEquals(clock, d.Ticket.Clocks[i])).ToArray();
        return moved.Length == 0 ? d.Done() : d.Add(new DeadlinesRecomputed(), clocks: moved).Done();
    }
}
