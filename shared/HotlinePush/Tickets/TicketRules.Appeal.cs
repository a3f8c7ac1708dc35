using HotlinePush.Clocks;
using HotlinePush.Supervision;

namespace HotlinePush.Tickets;

public static partial class TicketRules
{
    /// <summary>Working days a unit has to contest a lost point, the day it was lost not counted.</summary>
    public const int AppealDays = 5;

    private static Decision Decide(Deciding d, AppealScore c)
    {
        if ((NotOneOf(c.Reason, ReasonCodes.Appeal, "reason") ?? Missing(c.Text, "text")) is { } wrong)
            return wrong;
        if (!Measures.Contestable.Contains(c.Measure))
            return Refuse("invalid", "可以申诉的是按时响应、按期办结和满意度。", "measure", "badValue");
        if (LostAt(d.Ticket, c.Measure, d.Context.Now) is not { } lost)
            return Refuse("noDeduction", "此项没有扣分，不需要申诉。");
        var before = d.Ticket.Appeals.LastOrDefault(a => a.Measure == c.Measure);
        if (before is { Decision: null })
            return Refuse("wrongState", "此项申诉已经提交，等待审定。");
        // A callback after the decision is another point: it may be contested anew.
        if (before?.Decision is { } decision && (decision.Approved || lost <= before.At))
            return Refuse("wrongState", "此项申诉已经审定。");
        if (d.Context.Now > AppealUntil(lost, d.Context))
            return Refuse("tooLate", $"申诉须在扣分后{AppealDays}个工作日内提出。");
        return d.Add(new ScoreAppealed { Measure = c.Measure, Reason = c.Reason, Note = c.Text }).Done();
    }

    private static Decision Decide(Deciding d, DecideAppeal c)
    {
        if (!c.Approve && Missing(c.Note, "note") is { } missing)
            return missing;
        var open = d.Ticket.Appeals.Where(a => a.Decision is null && (c.Measure is null || a.Measure == c.Measure)).ToList();
        if (open.Count == 0)
            return Refuse("wrongState", "没有待审定的申诉。");
        if (open.Count > 1)
            return Refuse("invalid", "有多项申诉待审定，请指明是哪一项。", "measure", "required");
        var measure = open[0].Measure;
        if (RecordedBy(d.Ticket, measure).Contains(d.By.Id))
            return Refuse("samePerson", "被申诉的回访或审核由您本人记录，请由他人审定。");
        return d.Add(new AppealDecided { Measure = measure, Approved = c.Approve, Note = c.Note }).Done();
    }

    private static Decision Decide(Deciding d, RecordRecheck c)
    {
        if (WordProblem(c.Reached, c.Resolved, c.Satisfied) is { } problem)
            return problem;
        if (d.Ticket.State != TicketState.Closed)
            return Refuse("wrongState", "只抽查已经办结的工单。");
        if (d.Ticket.Called?.ActorId == d.By.Id)
            return Refuse("samePerson", "原回访由您本人记录，请由他人抽查。");
        return d.Add(new TicketRechecked { RecheckId = c.RecheckId, Reached = c.Reached, Resolved = c.Resolved, Satisfied = c.Satisfied, Note = c.Note }).Done();
    }

    /// <summary>
    /// The moment from which the days of an appeal count: when the point shows. A late response shows with the answer; a resolve clock that a
    /// refused audit set going again, with that audit.
    /// </summary>
    public static DateTimeOffset? LostAt(Ticket ticket, Measure measure, DateTimeOffset now)
    {
        if (Measures.LostAt(TicketFact.Of(ticket), measure, now) is not { } lost)
            return null;
        return measure switch
        {
            Measure.Response when ticket.Answer?.At > lost => ticket.Answer.At,
            Measure.Resolution when ticket.Audited?.At > lost => ticket.Audited.At,
            _ => lost,
        };
    }

    /// <summary>The end of the last day on which it may be contested.</summary>
    public static DateTimeOffset AppealUntil(DateTimeOffset lost, RuleContext context) =>
        DeadlineCalculator.Compute(lost, TimeLimit.WorkingDays(AppealDays), context.City.Calendar, OfficeHours.Default).DueAt;

    /// <summary>Who recorded what the measure goes by.</summary>
    private static IEnumerable<string> RecordedBy(Ticket ticket, Measure measure) =>
        new[] { measure == Measure.Satisfaction ? ticket.Called?.ActorId : null, ticket.Audited?.ActorId }.OfType<string>();
}
