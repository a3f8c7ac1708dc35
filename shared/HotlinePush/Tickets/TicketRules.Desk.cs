using HotlinePush.Clocks;
using HotlinePush.Security;
using HotlinePush.Units;

namespace HotlinePush.Tickets;

public static partial class TicketRules
{
    /// <summary>The approved return after which a supervisor names the lead.</summary>
    public const int ReturnsToSupervisor = 2;

    private static Decision Decide(Deciding d, AnswerAtDesk c)
    {
        if (Missing(c.Text, "text") is { } missing)
            return missing;
        if (c.ArticleId is { Length: > 100 })
            return Refuse("invalid", "知识条目的编号最多100个字符。", "articleId", "tooLong");
        if (d.Ticket.State != TicketState.Received)
            return WrongState(d.Ticket);
        return d.Add(new AnsweredAtDesk { Note = c.Text, ArticleId = c.ArticleId }, TicketState.Closed, StopAll(d)).Done();
    }

    private static Decision Decide(Deciding d, Dispatch c)
    {
        if (d.Ticket.State != TicketState.Received)
            return WrongState(d.Ticket);
        if (UnitProblem(d, c.LeadUnitId, "leadUnitId") is { } problem)
            return problem;
        foreach (var co in c.CoUnitIds)
            if (UnitProblem(d, co, "coUnitIds") is { } wrong)
                return wrong;
        if (c.CoUnitIds.Contains(c.LeadUnitId, StringComparer.Ordinal))
            return Refuse("invalid", "主办单位不能同时作为协办单位。", "coUnitIds", "isLeadUnit");
        if (d.Ticket.Confidential && Missing(c.UnitText, "unitText") is { } missing)
            return missing;
        if (d.Ticket.DeskReason == DeskReasons.SupervisorNamesLead && d.By.Role != Role.Supervisor)
            return Refuse("supervisorNeeded", "工单两次退回，由督办人员指定承办单位。");
        if (c.CategoryId is { } category && d.Context.City.FindCategory(category) is null)
            return Refuse("invalid", "没有这个事项分类。", "categoryId", "badValue");
        return DispatchTo(d, new TicketDispatched
        {
            // A suggestion that the desk follows is confirmed by it, and learnt from.
            CategoryId = c.CategoryId ?? d.Ticket.CategoryId ?? d.Ticket.Suggestions.FirstOrDefault(s => s.UnitId == c.LeadUnitId)?.CategoryId,
            LeadUnitId = c.LeadUnitId,
            CoUnitIds = [.. c.CoUnitIds.Distinct()],
            Final = c.Final || d.Ticket.DeskReason == DeskReasons.SupervisorNamesLead,
            UnitText = c.UnitText,
        }).Done();
    }

    private static Decision Decide(Deciding d, DecideReturn c)
    {
        if (d.Ticket.ReturnRequest is not { } request)
            return Refuse("wrongState", "没有待审的退单申请。");
        // Also where it was signed while the request waited: signed is signed.
        if ((request.NeedsSupervisor || d.Ticket.State == TicketState.InProgress) && d.By.Role != Role.Supervisor)
            return Refuse("supervisorNeeded", "签收后的退单由督办人员审定。");
        if (!c.Approve)
            return Missing(c.Note, "note") ?? d.Add(new ReturnDecided { Note = c.Note }).Done();

        if (c.LeadUnitId is { } lead)
        {
            if (UnitProblem(d, lead, "leadUnitId") is { } problem)
                return problem;
            if (lead == d.Ticket.LeadUnitId)
                return Refuse("invalid", "不能改派给退单的单位。", "leadUnitId", "sameUnit");
            if (d.Ticket.ApprovedReturns + 1 >= ReturnsToSupervisor && d.By.Role != Role.Supervisor)
                return Refuse("supervisorNeeded", "第二次退单后由督办人员指定承办单位。");
        }

        var final = d.Ticket.ApprovedReturns + 1 >= ReturnsToSupervisor;
        d.Add(new ReturnDecided { Approved = true, Note = c.Note }, TicketState.Received, BackToDesk(d, "returned"));
        if (c.LeadUnitId is null)
            return d.Done();
        return DispatchTo(d, new TicketDispatched { LeadUnitId = c.LeadUnitId, Final = final }).Done();
    }

    private static Decision Decide(Deciding d, Reassign c)
    {
        if (d.Ticket.State is not (TicketState.Dispatched or TicketState.InProgress))
            return WrongState(d.Ticket);
        if (UnitProblem(d, c.LeadUnitId, "leadUnitId") is { } problem)
            return problem;
        if (Missing(c.Note, "note") is { } missing)
            return missing;
        if (c.LeadUnitId == d.Ticket.LeadUnitId)
            return Refuse("invalid", "工单已由该单位承办。", "leadUnitId", "sameUnit");
        // A lead that a supervisor has named after two returns is moved by a supervisor, and the next one cannot return it either.
        var named = d.Ticket.ApprovedReturns >= ReturnsToSupervisor;
        if (named && d.By.Role != Role.Supervisor)
            return Refuse("supervisorNeeded", "督办人员指定承办的工单，由督办人员改派。");
        return DispatchTo(d, new TicketDispatched
        {
            LeadUnitId = c.LeadUnitId,
            CoUnitIds = d.Ticket.CoUnitIds.Remove(c.LeadUnitId),
            Final = named,
            Reassigned = true,
            Note = c.Note,
        }).Done();
    }

    private static Decision Decide(Deciding d, DecideExtension c)
    {
        if (d.Ticket.ExtensionRequest is not { } request)
            return Refuse("wrongState", "没有待审的延期申请。");
        if (!c.Approve && Missing(c.Note, "note") is { } missing)
            return missing;
        var rules = d.Clocks;
        return d.Add(
            new ExtensionDecided { Approved = c.Approve, WorkingDays = request.WorkingDays, Reason = request.Reason, Note = c.Note },
            clocks: c.Approve
                ? Open(d, ClockKind.Resolve, ClockKind.Unit).Concat(RunningOf(d, ClockKind.Inner)).Select(k => rules.Extend(k, request.WorkingDays))
                : []).Done();
    }

    private static Decision Decide(Deciding d, DecideSuspension c)
    {
        if (d.Ticket.SuspensionRequest is not { } reason)
            return Refuse("wrongState", "没有待审的中止计时申请。");
        if (!c.Approve && Missing(c.Note, "note") is { } missing)
            return missing;
        var rules = d.Clocks;
        return d.Add(
            new SuspensionDecided { Approved = c.Approve, Reason = reason, Note = c.Note },
            clocks: c.Approve ? d.Ticket.Clocks.Where(k => k.Kind != ClockKind.Order).Select(k => rules.Suspend(k, reason)) : []).Done();
    }

    private static Decision DecideResume(Deciding d)
    {
        if (!d.Ticket.Suspended)
            return Refuse("wrongState", "工单没有中止计时。");
        if (d.Ticket.Disclosure is { Waits: true })
            return d.Add(new TicketResumed()).Done();
        var rules = d.Clocks;
        return d.Add(new TicketResumed(), clocks: d.Ticket.Clocks.Select(k => rules.Resume(k, "resume"))).Done();
    }

    private static Decision Decide(Deciding d, MergeInto c)
    {
        if (!d.Ticket.State.IsOpen())
            return WrongState(d.Ticket);
        return d.Add(new TicketMerged { Into = c.Into }, TicketState.Merged, StopAll(d)).Done();
    }

    private static Decision Decide(Deciding d, AcceptDuplicate c)
    {
        if (!d.Ticket.State.IsOpen() && !c.Settling)
            return Refuse("targetClosed", "目标工单已经办结，不能并入。");
        if (d.Ticket.Joined.Contains(c.Number))
            return d.Done();
        return d.Add(new DuplicateJoined { Number = c.Number }).Done();
    }

    private static Decision Decide(Deciding d, ReleaseDuplicate c) => d.Ticket.Joined.Contains(c.Number)
        ? d.Add(new DuplicateLeft { Number = c.Number }).Done()
        : d.Done();

    private static Decision Decide(Deciding d, Decline c)
    {
        if ((NotOneOf(c.Reason, ReasonCodes.Decline, "reason") ?? Missing(c.Text, "text")) is { } wrong)
            return wrong;
        if (!d.Ticket.State.IsOpen())
            return WrongState(d.Ticket);
        return d.Add(new TicketDeclined { Reason = c.Reason, Note = c.Text }, TicketState.Declined, StopAll(d)).Done();
    }

    private static Decision Decide(Deciding d, HandOver c)
    {
        if ((NotOneOf(c.Service, ReasonCodes.Services, "service") ?? Missing(c.TakenBy, "takenBy")) is { } wrong)
            return wrong;
        if (!d.Ticket.State.IsOpen())
            return WrongState(d.Ticket);
        return d.Add(new TicketHandedOver { Service = c.Service, TakenBy = c.TakenBy }, TicketState.HandedOver, StopAll(d)).Done();
    }

    private static Decision Decide(Deciding d, Terminate c)
    {
        if ((NotOneOf(c.Reason, ReasonCodes.Terminate, "reason") ?? Missing(c.Text, "text")) is { } wrong)
            return wrong;
        if (!d.Ticket.State.IsOpen())
            return WrongState(d.Ticket);
        return d.Add(new TicketTerminated { Reason = c.Reason, Note = c.Text }, TicketState.Terminated, StopAll(d)).Done();
    }

    /// <summary>Every dispatch: the former unit's clocks end, the resident's deadline stays, sign and unit clocks start anew.</summary>
    private static Deciding DispatchTo(Deciding d, TicketDispatched dispatched)
    {
        var rules = d.Clocks;
        var id = d.Ticket.Clocks.Length;
        var lead = dispatched.LeadUnitId;
        var why = dispatched.Reassigned ? "reassign" : "dispatch";
        if (d.Ticket is { IsProtected: true, UnitText: null } && dispatched.UnitText is null)
            dispatched = dispatched with { UnitText = Outline(d.Ticket, dispatched, d.Context.City) };
        return d.Add(
            dispatched,
            TicketState.Dispatched,
            [
                .. d.Ticket.Clocks.Select(k => k.Kind is ClockKind.Sign or ClockKind.Unit or ClockKind.Inner
                    ? rules.Stop(k)
                    : rules.Hold(k.IsSuspended ? rules.Resume(k, why) : k, lead, why)),
                rules.Start(id + 1, ClockKind.Sign, d.Ticket.Limits.Sign, lead, why),
                rules.Start(id + 2, ClockKind.Unit, d.Ticket.Limits.Unit, lead, why),
            ]);
    }

    /// <summary>What a unit is told of an anonymous request that was dispatched without a redacted text: what it is about, and where.</summary>
    private static string Outline(Ticket ticket, TicketDispatched dispatched, City city)
    {
        var category = city.FindCategory(dispatched.CategoryId ?? ticket.CategoryId)?.Name ?? "未分类";
        var area = city.FindArea(dispatched.AreaId ?? ticket.AreaId)?.Name ?? "未注明";
        return $"匿名诉求，原文不转办。事项：{category}；区域：{area}。详情请向话务中心了解。";
    }

    private static IEnumerable<Clock> BackToDesk(Deciding d, string why)
    {
        var rules = d.Clocks;
        return d.Ticket.Clocks.Select(k => k.Kind is ClockKind.Sign or ClockKind.Unit or ClockKind.Inner
            ? rules.Stop(k)
            : rules.Hold(k.IsSuspended ? rules.Resume(k, why) : k, Holders.Desk, why));
    }

    private static IEnumerable<Clock> Open(Deciding d, params ReadOnlySpan<ClockKind> kinds)
    {
        var open = new List<Clock>();
        foreach (var kind in kinds)
            if (d.Ticket.Running(kind) is { } clock)
                open.Add(clock);
        return open;
    }

    private static Decision? UnitProblem(Deciding d, string unitId, string field)
    {
        if (d.Context.City.FindUnit(unitId) is null)
            return Refuse("invalid", $"没有编号为“{unitId}”的承办单位。", field, "unknownUnit");
        if (d.Ticket.NamedUnitIds.Contains(unitId) && d.By.Role != Role.Supervisor)
            return Refuse("unitComplainedOf", "保密件不得转给被反映的单位；如确需由其承办，请督办人员指定。", field, "unitComplainedOf");
        return null;
    }
}
