using System.Globalization;
using HotlinePush.Clocks;
using HotlinePush.Units;

namespace HotlinePush.Tickets;

/// <summary>What residents and units are told, as templates: plain words, the number first, nothing of the request itself.</summary>
public static partial class TicketTexts
{
    public const string Received = "ticketReceived";
    public const string Answered = "ticketAnswered";
    public const string Extended = "ticketExtended";
    public const string Closed = "ticketClosed";
    public const string Merged = "ticketMerged";
    public const string Joined = "ticketJoined";
    public const string Redo = "ticketRedo";
    public const string Emergency = "emergency";
    public const string IncidentJoined = "incidentJoined";
    public const string IncidentRestored = "incidentRestored";
    public const string Reminder = "reminder";
    public const string Urgent = "urgentDispatched";

    private static readonly Dictionary<string, (string Subject, string Body)> Templates = new(PartTemplates.Concat(InboundTemplates))
    {
        [Received] = ("已受理您的诉求 {{number}}", "【12345】您的诉求已受理，编号{{number}}，答复期限{{due}}前。查询码{{code}}，凭编号和查询码可随时查看办理进度。"),
        [Emergency] = ("请立即拨打 {{dial}}", "【12345】您反映的情况可能危及安全，请立即拨打{{dial}}！您的诉求编号{{number}}，我们已通知值班人员。"),
        [Answered] = ("您的诉求 {{number}} 已有答复", "【12345】您的诉求{{number}}已由承办单位答复，请凭编号和查询码{{code}}查看。我们将回访您，您也可以在网页上评价{{rate}}。"),
        [Extended] = ("您的诉求 {{number}} 延期答复", "【12345】您的诉求{{number}}因{{reason}}延期{{days}}个工作日，新的答复期限为{{due}}前。"),
        [Closed] = ("您的诉求 {{number}} 已办结", "【12345】您的诉求{{number}}已办结：{{outcome}}。感谢您的来电来信。"),
        [Merged] = ("您的诉求 {{number}} 已并案办理", "【12345】您的诉求{{number}}与{{into}}为同一事项，已并案办理，办理结果会一并告知您。"),
        [Joined] = ("有群众与您反映同一事项 {{number}}", "【12345】有其他群众反映了与您的诉求{{number}}相同的事项，已并入一并办理，办理期限不变。"),
        [Redo] = ("您的诉求 {{number}} 正在重办", "【12345】您的诉求{{number}}已退回承办单位重新办理，新的答复期限为{{due}}前。"),
        [IncidentJoined] = ("{{title}}", "【12345】您反映的“{{title}}”已登记（编号{{number}}），正在统一处置。{{text}}恢复后会告知您。"),
        [IncidentRestored] = ("{{title}}已恢复", "【12345】您反映的“{{title}}”（编号{{number}}）：{{text}}感谢您的来电。"),
        [Reminder] = ("工单 {{number}} {{clock}}{{step}}", "【12345】工单{{number}}（{{unit}}）{{clock}}{{step}}，期限{{due}}。请尽快办理。"),
        [Urgent] = ("紧急工单 {{number}}", "【12345】紧急工单{{number}}已派至{{unit}}，请在{{due}}前签收。"),
    };

    /// <summary>One pass: values are put in as they are and never looked at again.</summary>
    public static (string Subject, string Body) Fill(string purpose, IReadOnlyDictionary<string, string> values)
    {
        var (subject, body) = Templates[purpose];
        return (PutIn(subject, values), PutIn(body, values));
    }

    private static string PutIn(string template, IReadOnlyDictionary<string, string> values)
    {
        var text = new System.Text.StringBuilder();
        var rest = template.AsSpan();
        while (rest.IndexOf("{{") is var open and >= 0)
        {
            var close = rest.IndexOf("}}");
            text.Append(rest[..open]).Append(values[rest[(open + 2)..close].ToString()]);
            rest = rest[(close + 2)..];
        }

        return text.Append(rest).ToString();
    }

    /// <summary>A moment as people read it, Asia/Shanghai: 11月25日18:00.</summary>
    public static string Moment(DateTimeOffset at) => CityZone.ToLocal(at).ToString("M月d日HH:mm", CultureInfo.InvariantCulture);

    public static string ClockName(ClockKind kind) => kind switch
    {
        ClockKind.Sign => "签收",
        ClockKind.Response => "首次联系",
        ClockKind.Resolve => "对外答复",
        ClockKind.Unit => "承办",
        ClockKind.Inner => "内部办理",
        ClockKind.Order => "督办",
        _ => "回访",
    };

    public static string StateName(TicketState state) => state switch
    {
        TicketState.Received => "已收到",
        TicketState.Dispatched => "已派单",
        TicketState.InProgress => "办理中",
        TicketState.Answered => "已答复",
        TicketState.Closed => "已办结",
        TicketState.Merged => "已并单",
        TicketState.Declined => "不予受理",
        TicketState.HandedOver => "已转交",
        _ => "已终止",
    };

    public static string StepName(int step) => step switch
    {
        Reminders.AtHalf => "期限已过半",
        Reminders.AtFourFifths => "期限已过80%",
        Reminders.AtDeadline => "期限已到",
        _ => "已逾期",
    };

    public static string ReasonName(string code) => code switch
    {
        "complex" => "情况复杂",
        "jointHandling" => "需多部门联合办理",
        "forceMajeure" => "不可抗力",
        "policyGap" => "现行政策尚无规定",
        "historyLeft" => "属历史遗留问题",
        "fundingAwaited" => "所需资金尚待落实",
        "legalProcedure" => "正在履行法定程序",
        "otherLegalChannel" => "应通过其他法定途径办理",
        "notGovernment" => "不属于政府职责",
        "vague" => "内容不明确，无法办理",
        "abusive" => "内容不当",
        "callerWithdrew" => "您已撤回",
        "callerUncooperative" => "无法取得您的配合",
        "repeated" => "重复反映，已有答复",
        EndReasons.Satisfied => "您已确认解决",
        EndReasons.Unreachable => "多次回访未能联系到您",
        EndReasons.AnsweredAtDesk => "已当场答复",
        EndReasons.Incident => "已并入突发事件统一处置",
        EndReasons.SupervisorClosed => "经督办审定办结",
        EndReasons.TakenOver => "已由原热线办结",
        "110" or "119" or "120" or "122" => $"已转{code}处置",
        _ => code,
    };

    public static string UnitName(City city, string holder) => holder == Holders.Desk ? "12345话务中心" : city.FindUnit(holder)?.Name ?? holder;
}
