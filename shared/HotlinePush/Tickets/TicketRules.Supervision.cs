using HotlinePush.Clocks;
using HotlinePush.Security;

namespace HotlinePush.Tickets;

/// <summary>Orders from above 督办, and hard cases put aside with a date on which they are looked at again 挂账.</summary>
public static partial class TicketRules
{
    public const int LongestOrder = 100;

    /// <summary>Days until a parked case is looked at again, at most.</summary>
    public const int LongestParkDays = 90;

    private static Decision Decide(Deciding d, Supervise c)
    {
        if (Missing(c.Text, "text") is { } missing)
            return missing;
        if (c.WorkingDays is < 1 or > LongestOrder)
            return Refuse("invalid", $"督办期限为1至{LongestOrder}个工作日。", "workingDays", "outOfRange");
        if (!d.Ticket.State.IsOpen())
            return WrongState(d.Ticket);
        if (TooManyClocks(d, 1) is { } tooMany)
            return tooMany;
        // What has been answered lies with the desk: it audits and calls back.
        var holder = d.Ticket.State == TicketState.Answered ? Holders.Desk : d.Ticket.LeadUnitId ?? Holders.Desk;
        return d.Add(
            new OrderGiven { WorkingDays = c.WorkingDays, Holder = holder, Note = c.Text },
            clocks: [d.Clocks.Start(d.Ticket.Clocks.Length + 1, ClockKind.Order, TimeLimit.WorkingDays(c.WorkingDays), holder, "supervise")]).Done();
    }

    private static Decision Decide(Deciding d, Park c)
    {
        if ((NotOneOf(c.Reason, ReasonCodes.Park, "reason") ?? Missing(c.Text, "text") ?? BadReview(d, c.ReviewAt)) is { } wrong)
            return wrong;
        if (d.Ticket.State is not (TicketState.Dispatched or TicketState.InProgress))
            return WrongState(d.Ticket);
        if (d.Ticket.Parked is not null)
            return Refuse("wrongState", "工单已经挂账。");
        var rules = d.Clocks;
        return d.Add(
            new TicketParked { Reason = c.Reason, ReviewAt = c.ReviewAt, RemindAt = ReviewReminder(d, c.ReviewAt), Note = c.Text },
            clocks: d.Ticket.Clocks.Select(k => k.Kind is ClockKind.Resolve or ClockKind.Unit or ClockKind.Inner
                ? rules.Suspend(rules.Resume(k, "parked"), "parked")
                : rules.Resume(k, "parked"))).Done();
    }

    private static Decision Decide(Deciding d, ReviewParked c)
    {
        if ((Missing(c.Note, "note") ?? BadReview(d, c.ReviewAt)) is { } wrong)
            return wrong;
        return d.Ticket.Parked is null
            ? NotParked()
            : d.Add(new ParkReviewed { ReviewAt = c.ReviewAt, RemindAt = ReviewReminder(d, c.ReviewAt), Note = c.Note }).Done();
    }

    private static Decision Decide(Deciding d, Unpark c)
    {
        if ((Missing(c.Text, "text") ?? BadEvidence(c.Evidence)) is { } wrong)
            return wrong;
        if (d.Ticket.Parked is null)
            return NotParked();
        var rules = d.Clocks;
        return d.Add(new TicketUnparked { Evidence = c.Evidence, Note = c.Text }, clocks: d.Ticket.Clocks.Select(k => rules.Resume(k, "unpark"))).Done();
    }

    /// <summary>What would move a case that was put aside, or take it from the unit, waits until it is cleared 销号. Its end does not.</summary>
    private static Decision? WhileParked(Ticket ticket, TicketCommand command) =>
        ticket.Parked is not null && command is AnswerTicket or SignOff or Suspend or Reassign or DecideReturn { Approve: true }
            ? Refuse("wrongState", "工单已挂账，须先由督办人员销号。")
            : default(Decision?);

    private static Decision NotParked() => Refuse("wrongState", "工单没有挂账。");

    private static Decision? BadReview(Deciding d, DateTimeOffset reviewAt) => reviewAt > d.Context.Now && reviewAt <= d.Context.Now.AddDays(LongestParkDays)
        ? default(Decision?)
        : Refuse("invalid", $"复查时间应在今后{LongestParkDays}日以内。", "reviewAt", "outOfRange");

    private static DateTimeOffset ReviewReminder(Deciding d, DateTimeOffset reviewAt) =>
        DeadlineCalculator.NextOfficeMoment(reviewAt, d.Context.City.Calendar, OfficeHours.Default);

    /// <summary>Said again each working day until somebody has looked; what was missed while nothing ran is said once.</summary>
    private static void RemindOfReview(Deciding d)
    {
        if (d.Ticket.Parked is { } parked && parked.RemindAt <= d.Context.Now)
            d.Add(new ReviewFellDue { ReviewAt = parked.ReviewAt, RemindAt = DeadlineCalculator.NextWorkingDayAt(d.Context.Now, Reminders.DailyAt, d.Context.City.Calendar) });
    }
}
