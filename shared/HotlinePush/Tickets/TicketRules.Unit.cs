using System.Collections.Immutable;
using HotlinePush.Clocks;
using HotlinePush.Security;
using HotlinePush.Tickets.Attachments;

namespace HotlinePush.Tickets;

public static partial class TicketRules
{
    /// <summary>Pieces of evidence with one answer, and characters of an id: an event has to fit a row.</summary>
    public const int MaxEvidence = AttachmentFiles.MaxOfTicket;
    public const int MaxEvidenceId = 200;

    private static Decision DecideSign(Deciding d)
    {
        if (d.Ticket.State != TicketState.Dispatched)
            return WrongState(d.Ticket);
        return d.Add(new TicketSigned(), TicketState.InProgress, Open(d, ClockKind.Sign).Select(d.Clocks.Stop)).Done();
    }

    private static Decision Decide(Deciding d, ReturnTicket c)
    {
        if ((NotOneOf(c.Reason, ReasonCodes.Return, "reason") ?? Missing(c.Text, "text")) is { } wrong)
            return wrong;
        if (d.Ticket.State is not (TicketState.Dispatched or TicketState.InProgress))
            return WrongState(d.Ticket);
        if (d.Ticket.Final)
            return Refuse("dispatchFinal", "指定承办的工单不能退回。");
        if (d.Ticket.ReturnRequest is not null)
            return Refuse("wrongState", "退单申请已经提交，等待审定。");
        var signed = d.Ticket.State == TicketState.InProgress;
        var until = DeadlineCalculator.Compute(d.Ticket.DispatchedAt!.Value, TimeLimit.WorkingDays(1), d.Context.City.Calendar, OfficeHours.Default).DueAt;
        if (!signed && d.Context.Now > until)
            return Refuse("tooLate", "退单须在派单后一个工作日内提出。");
        return d.Add(new ReturnRequested { Reason = c.Reason, Note = c.Text, NeedsSupervisor = signed }).Done();
    }

    private static Decision Decide(Deciding d, ContactResident c)
    {
        // Contact with a protected reporter passes through the desk; with all others it is the unit's duty.
        if (d.By.Role != Role.Unit && d.RecordedFor is null && !d.Ticket.IsProtected)
            return Refuse("notLeadUnit", "由主办单位联系群众；保密件和匿名件经话务中心联系。");
        if (d.Ticket.State is not (TicketState.Dispatched or TicketState.InProgress))
            return WrongState(d.Ticket);
        return d.Add(new ResidentContacted { Note = c.Note }, clocks: Open(d, ClockKind.Response).Select(d.Clocks.Stop)).Done();
    }

    private static Decision Decide(Deciding d, Extend c)
    {
        if (NotOneOf(c.Reason, ReasonCodes.Extend, "reason") is { } wrong)
            return wrong;
        if (c.WorkingDays < 1)
            return Refuse("invalid", "延期天数至少为1个工作日。", "workingDays", "outOfRange");
        if (d.Ticket.State != TicketState.InProgress)
            return WrongState(d.Ticket);
        if (d.Ticket.ExtensionRequest is not null)
            return Refuse("wrongState", "延期申请已经提交，等待审批。");
        if (d.Ticket.Running(ClockKind.Resolve) is { } resolve && resolve.StateAt(d.Context.Now) == ClockState.Missed)
            return Refuse("tooLate", "延期须在办理期限届满前提出。");
        var left = d.Ticket.Limits.MaxExtension - d.Ticket.ExtendedDays;
        if (c.WorkingDays > left)
            return Refuse("invalid", $"延期累计不得超过{d.Ticket.Limits.MaxExtension}个工作日，还可申请{left}个。", "workingDays", "outOfRange");
        return d.Add(new ExtensionRequested { WorkingDays = c.WorkingDays, Reason = c.Reason }).Done();
    }

    private static Decision Decide(Deciding d, Suspend c)
    {
        if (NotOneOf(c.Reason, ReasonCodes.Suspend, "reason") is { } wrong)
            return wrong;
        if (d.Ticket.State != TicketState.InProgress)
            return WrongState(d.Ticket);
        if (d.Ticket.Suspended || d.Ticket.SuspensionRequest is not null || d.Ticket.Disclosure is { Waits: true })
            return Refuse("wrongState", "已经中止计时，或申请正在等待审批。");
        return d.Add(new SuspensionRequested { Reason = c.Reason }).Done();
    }

    private static Decision Decide(Deciding d, AnswerTicket c)
    {
        if (Missing(c.Text, "text") is { } missing)
            return missing;
        if (BadEvidence(c.Evidence) is { } badEvidence)
            return badEvidence;
        if (d.Ticket.State != TicketState.InProgress)
            return WrongState(d.Ticket);
        if (EvidenceProblem(d, c.Evidence) is { } unknown)
            return unknown;
        if (PassedDown(d) is { } passed)
            return passed;
        if (NotDecided(d) is { } undecided)
            return undecided;
        return NeedsHead(d)
            ? d.Add(new AnswerDrafted { UnitId = d.ActingUnit, Outcome = c.Outcome, Evidence = c.Evidence, Note = c.Text }).Done()
            : GiveAnswer(d, c.Text, c.Outcome, c.Evidence).Done();
    }

    private static Decision? BadEvidence(ImmutableArray<string> evidence) =>
        evidence.Length > MaxEvidence || evidence.Any(e => string.IsNullOrWhiteSpace(e) || e.Length > MaxEvidenceId)
            ? Refuse("invalid", $"佐证材料最多{MaxEvidence}件，每件以上传时得到的编号填写。", "evidence", "badValue")
            : default(Decision?);
}
