using HotlinePush.Clocks;
using HotlinePush.Security;

namespace HotlinePush.Tickets;

public static partial class TicketRules
{
    private static Decision Decide(Deciding d, AnswerAtDesk c)
    {
        if (Missing(c.Text, "text") is { } missing)
            return missing;
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
        return DispatchTo(d, new TicketDispatched
        {
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
        if (!c.Approve)
        {
            if (request.NeedsSupervisor && d.By.Role != Role.Supervisor)
                return Refuse("supervisorNeeded", "签收后的退单由督办人员审定。");
            return Missing(c.Note, "note") ?? d.Add(new ReturnDecided { Note = c.Note }).Done();
        }

        if (request.NeedsSupervisor && d.By.Role != Role.Supervisor)
            return Refuse("supervisorNeeded", "签收后的退单须经督办人员同意。");
        if (c.LeadUnitId is { } lead)
        {
            if (UnitProblem(d, lead, "leadUnitId") is { } problem)
                return problem;
            if (lead == d.Ticket.LeadUnitId)
                return Refuse("invalid", "不能改派给退单的单位。", "leadUnitId", "sameUnit");
            if (d.Ticket.ApprovedReturns >= 1 && d.By.Role != Role.Supervisor)
                return Refuse("supervisorNeeded", "第二次退单后由督办人员指定承办单位。");
        }

        var final = d.Ticket.ApprovedReturns >= 1;
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
        return DispatchTo(d, new TicketDispatched
        {
            LeadUnitId = c.LeadUnitId,
            CoUnitIds = d.Ticket.CoUnitIds.Remove(c.LeadUnitId),
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
                ? Open(d, ClockKind.Resolve, ClockKind.Unit).Select(k => rules.Extend(k, request.WorkingDays))
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
            clocks: c.Approve ? d.Ticket.Clocks.Select(k => rules.Suspend(k, reason)) : []).Done();
    }

    private static Decision DecideResume(Deciding d)
    {
        if (!d.Ticket.Suspended)
            return Refuse("wrongState", "工单没有中止计时。");
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
        return d.Add(
            dispatched,
            TicketState.Dispatched,
            [
                .. d.Ticket.Clocks.Select(k => k.Kind is ClockKind.Sign or ClockKind.Unit
                    ? rules.Stop(k)
                    : rules.Hold(k.IsSuspended ? rules.Resume(k, why) : k, lead, why)),
                rules.Start(id + 1, ClockKind.Sign, d.Ticket.Limits.Sign, lead, why),
                rules.Start(id + 2, ClockKind.Unit, d.Ticket.Limits.Unit, lead, why),
            ]);
    }

    private static IEnumerable<Clock> BackToDesk(Deciding d, string why)
    {
        var rules = d.Clocks;
        return d.Ticket.Clocks.Select(k => k.Kind is ClockKind.Sign or ClockKind.Unit
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
