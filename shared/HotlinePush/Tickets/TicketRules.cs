using HotlinePush.Clocks;
using HotlinePush.Security;

namespace HotlinePush.Tickets;

/// <summary>
/// The lifecycle: <c>(ticket, command, actor, set-up and now) → events or refusal</c>. Pure. Who may do what stands in
/// <see cref="MayDo"/>; what the ticket's state allows, in the members by stage.
/// </summary>
public static partial class TicketRules
{
    public static Decision Decide(Ticket ticket, TicketCommand command, Actor by, RuleContext context)
    {
        var recordedFor = RecordedFor(ticket, command, by, context.City);
        if (recordedFor is null && !MayDo(command, by.Role))
            return Refuse("roleLacking", "您的身份不能办理此项操作。");
        if ((by.Role == Role.Unit ? NotThisUnits(ticket, command, by) : null) is { } notTheirs)
            return notTheirs;
        if (WhileParked(ticket, command) is { } parked)
            return parked;
        var deciding = new Deciding(ticket, context, by) { RecordedFor = recordedFor };
        return command switch
        {
            AnswerAtDesk c => Decide(deciding, c),
            Dispatch c => Decide(deciding, c),
            Sign => DecideSign(deciding),
            ReturnTicket c => Decide(deciding, c),
            DecideReturn c => Decide(deciding, c),
            Reassign c => Decide(deciding, c),
            ContactResident c => Decide(deciding, c),
            Extend c => Decide(deciding, c),
            DecideExtension c => Decide(deciding, c),
            Suspend c => Decide(deciding, c),
            DecideSuspension c => Decide(deciding, c),
            Resume => DecideResume(deciding),
            AnswerTicket c => Decide(deciding, c),
            Audit c => Decide(deciding, c),
            CallBack c => Decide(deciding, c),
            MergeInto c => Decide(deciding, c),
            AcceptDuplicate c => Decide(deciding, c),
            ReleaseDuplicate c => Decide(deciding, c),
            Decline c => Decide(deciding, c),
            HandOver c => Decide(deciding, c),
            Terminate c => Decide(deciding, c),
            FollowUp c => Decide(deciding, c),
            Urge => DecideUrge(deciding),
            AddAttachments c => Decide(deciding, c),
            AttachToIncident c => Decide(deciding, c),
            JoinUnits c => Decide(deciding, c),
            GiveOpinion c => Decide(deciding, c),
            DelegateTicket c => Decide(deciding, c),
            Recall c => Decide(deciding, c),
            SignOff c => Decide(deciding, c),
            Supervise c => Decide(deciding, c),
            Park c => Decide(deciding, c),
            ReviewParked c => Decide(deciding, c),
            Unpark c => Decide(deciding, c),
            Apply c => Decide(deciding, c),
            AskCorrection c => Decide(deciding, c),
            CorrectApplication c => Decide(deciding, c),
            AskThirdParty c => Decide(deciding, c),
            RecordThirdParty c => Decide(deciding, c),
            DecideDisclosure c => Decide(deciding, c),
            DeliverInformation c => Decide(deciding, c),
            NoteProactive c => Decide(deciding, c),
            PublishText c => Decide(deciding, c),
            WithdrawText c => Decide(deciding, c),
            FireReminders => DecideReminders(deciding),
            RecomputeDeadlines => DecideRecompute(deciding),
            AppealScore c => Decide(deciding, c),
            DecideAppeal c => Decide(deciding, c),
            RecordRecheck c => Decide(deciding, c),
            LinkCall c => Decide(deciding, c),
            HoldForDesk c => Decide(deciding, c),
            _ => throw new ArgumentException($"No rule for {command.GetType().Name}."),
        };
    }

    /// <summary>Who may do what; the state is looked at afterwards.</summary>
    public static bool MayDo(TicketCommand command, Role role) => command switch
    {
        FollowUp => role is Role.Resident or Role.Desk or Role.Supervisor or Role.System,
        Urge => role is Role.Resident or Role.Desk or Role.Supervisor,
        AddAttachments => role is Role.Resident or Role.Unit or Role.Desk or Role.Supervisor or Role.System,
        CallBack => role is Role.Resident or Role.Desk or Role.Supervisor,
        ContactResident => role is Role.Unit or Role.Desk or Role.Supervisor,
        Sign or ReturnTicket or Extend or Suspend or AnswerTicket => role is Role.Unit,
        Apply => role is Role.Public or Role.Resident or Role.Desk or Role.Supervisor or Role.Platform,
        CorrectApplication => role is Role.Resident or Role.Desk or Role.Supervisor,
        AskCorrection or AskThirdParty or RecordThirdParty or DecideDisclosure => role is Role.Unit,
        DeliverInformation => role is Role.Unit or Role.Desk or Role.Supervisor,
        GiveOpinion or DelegateTicket or Recall or SignOff => role is Role.Unit,
        JoinUnits => role is Role.Unit or Role.Desk or Role.Supervisor,
        Supervise or Park or ReviewParked or Unpark => role is Role.Supervisor,
        Resume => role is Role.Unit or Role.Desk or Role.Supervisor,
        DecideExtension => role is Role.Supervisor,
        AppealScore => role is Role.Unit,
        DecideAppeal => role is Role.Supervisor,
        FireReminders or RecomputeDeadlines or LinkCall or HoldForDesk => role is Role.System,
        AcceptDuplicate or ReleaseDuplicate => role is Role.Desk or Role.Supervisor or Role.System,
        Dispatch => role is Role.Desk or Role.Supervisor or Role.System,
        _ => role is Role.Desk or Role.Supervisor,
    };

    private static Decision Refuse(string code, string message, string? field = null, string? problem = null) =>
        field is null ? new Refusal(code, message) : new Refusal(code, message, new Dictionary<string, string[]> { [field] = [$"{problem}: {message}"] });

    private static Decision WrongState(Ticket ticket) => Refuse("wrongState", ticket.State.IsOpen()
        ? $"工单现在的状态是“{TicketTexts.StateName(ticket.State)}”，不能办理此项操作。"
        : "工单已经办结，不能再办理。");

    /// <summary>A text that has to be there: null when it is.</summary>
    private static Decision? Missing(string? text, string field) =>
        string.IsNullOrWhiteSpace(text) ? Refuse("invalid", "请填写必填内容。", field, "required") : default(Decision?);

    private static Decision? NotOneOf(string value, IReadOnlyList<string> codes, string field) =>
        codes.Contains(value, StringComparer.Ordinal) ? default(Decision?) : Refuse("invalid", $"“{field}”应为：{string.Join("、", codes)}。", field, "unknownCode");

    private static IEnumerable<Clock> StopAll(Deciding d) => d.Ticket.Clocks.Select(d.Clocks.Stop);
}
