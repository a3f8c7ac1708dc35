namespace HotlinePush.Tickets;

public static partial class TicketTexts
{
    public const string OpinionAsked = "opinionAsked";
    public const string OpinionGiven = "opinionGiven";
    public const string Delegated = "delegated";
    public const string DelegateAnswered = "delegateAnswered";
    public const string Recalled = "recalled";
    public const string SignOffDue = "signOffDue";
    public const string DraftRefused = "draftRefused";
    public const string Ordered = "ordered";
    public const string ReviewDue = "reviewDue";
    public const string Parked = "ticketParked";
    public const string Unparked = "ticketUnparked";
    public const string FormOffered = "disclosureFormOffered";
    public const string CorrectionAsked = "correctionAsked";
    public const string Corrected = "applicationCorrected";
    public const string UnitParked = "unitParked";
    public const string UnitUnparked = "unitUnparked";

    /// <summary>Purposes of which units and supervisors are told, never a resident.</summary>
    public static bool IsForDuty(string purpose) => purpose is OpinionAsked or OpinionGiven or Delegated or DelegateAnswered or Recalled
        or SignOffDue or DraftRefused or Ordered or ReviewDue or UnitParked or UnitUnparked or Corrected;

    // A property: a field would be made in the order of the files, and the table that begins with these stands in another.
    private static Dictionary<string, (string Subject, string Body)> PartTemplates => new()
    {
        [OpinionAsked] = ("请协办工单 {{number}}", "【12345】请{{unit}}协办工单{{number}}，在{{due}}前向主办单位提出意见。"),
        [OpinionGiven] = ("工单 {{number}} 有协办意见", "【12345】工单{{number}}：{{from}}已提出协办意见，请{{unit}}查看。"),
        [Delegated] = ("下派工单 {{number}}", "【12345】{{from}}将工单{{number}}下派给{{unit}}，请在{{due}}前答复。"),
        [DelegateAnswered] = ("工单 {{number}} 下级单位已答复", "【12345】工单{{number}}：{{from}}已向{{unit}}答复，请审核后答复热线。"),
        [Recalled] = ("工单 {{number}} 已收回", "【12345】{{from}}已收回下派给{{unit}}的工单{{number}}。"),
        [SignOffDue] = ("工单 {{number}} 待审签", "【12345】工单{{number}}的答复已拟好，请{{unit}}审签人审签。"),
        [DraftRefused] = ("工单 {{number}} 审签未通过", "【12345】工单{{number}}的答复未通过审签，请{{unit}}经办人修改。"),
        [Ordered] = ("督办工单 {{number}}", "【12345】督办：请{{unit}}在{{due}}前办结工单{{number}}，督办意见见工单。"),
        [ReviewDue] = ("挂账工单 {{number}} 到期复查", "【12345】挂账工单{{number}}（{{unit}}）已到复查时间{{due}}，请复查。"),
        [Parked] = ("您的诉求 {{number}} 暂时挂账", "【12345】您的诉求{{number}}因{{reason}}，目前还不能办结，已挂账跟踪，将于{{due}}前再次研究。凭编号和查询码{{code}}可随时查看。"),
        [Unparked] = ("您的诉求 {{number}} 继续办理", "【12345】您的诉求{{number}}已具备办理条件，恢复办理，新的答复期限为{{due}}前。"),
        [FormOffered] = ("已记录您的信息公开需求 {{number}}", "【12345】来电来信不是政府信息公开申请：请到{{link}}填写申请表（编号{{number}}，查询码{{code}}），答复期限自收到申请之日起算。"),
        [CorrectionAsked] = ("您的信息公开申请 {{number}} 需要补正", "【12345】您的信息公开申请{{number}}需要补正，请在{{correctBy}}前凭编号和查询码{{code}}到{{link}}补正；逾期不补正视为放弃申请。收到补正后重新计算答复期限。"),
        [Corrected] = ("申请 {{number}} 已补正", "【12345】信息公开申请{{number}}已补正，期限重新计算，请{{unit}}在{{due}}前答复。"),
        [UnitParked] = ("工单 {{number}} 已挂账", "【12345】工单{{number}}（{{unit}}）已挂账，复查时间{{due}}，期间不计时。"),
        [UnitUnparked] = ("工单 {{number}} 已销号", "【12345】工单{{number}}已销号，恢复计时，请{{unit}}在{{due}}前答复。"),
    };
}
