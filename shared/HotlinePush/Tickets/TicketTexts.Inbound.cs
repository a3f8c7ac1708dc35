namespace HotlinePush.Tickets;

/// <summary>What somebody is answered who writes to the hotline.</summary>
public static partial class TicketTexts
{
    public const string InboundAdded = "inboundAdded";
    public const string InboundGathered = "inboundGathered";
    public const string InboundStatus = "inboundStatus";
    public const string InboundUnknown = "inboundUnknown";
    public const string InboundRated = "inboundRated";
    public const string InboundNothingToRate = "inboundNothingToRate";
    public const string InboundRateWhich = "inboundRateWhich";
    public const string InboundOptedOut = "inboundOptedOut";
    public const string InboundOptedIn = "inboundOptedIn";
    public const string InboundHelp = "inboundHelp";
    public const string InboundDisclosure = "inboundDisclosure";
    public const string InboundRefused = "inboundRefused";

    /// <summary>Goes with the news of an answer where the reply comes back to us.</summary>
    public const string RateByDigit = "，或直接回复数字：1已解决且满意，2已解决但不满意，3未解决";

    private static Dictionary<string, (string Subject, string Body)> InboundTemplates => new()
    {
        [InboundAdded] = ("诉求 {{number}} 已补充", "【12345】您补充的内容已记入诉求{{number}}（{{state}}）。要反映别的事项，请以“新诉求”开头发送。"),
        [InboundGathered] = ("诉求 {{number}} 已补充", "【12345】您发来的内容较多，将合并记入诉求{{number}}，不再逐条回复。情况紧急请拨打12345。"),
        [InboundStatus] = ("诉求办理进度", "【12345】{{list}}"),
        [InboundUnknown] = ("没有查到", "【12345】没有查到您名下的这件诉求。请核对编号，或凭编号和查询码查看：{{site}}/track"),
        [InboundRated] = ("感谢评价 {{number}}", "【12345】感谢您的评价，诉求{{number}}{{outcome}}。"),
        [InboundNothingToRate] = ("没有待评价的诉求", "【12345】您目前没有待评价的诉求。发送“查询”可看办理进度，直接发送文字可反映诉求。"),
        [InboundRateWhich] = ("请注明编号", "【12345】您有{{count}}件诉求待评价，请回复数字和编号，如：1 {{number}}"),
        [InboundOptedOut] = ("已退订", "【12345】已退订通知类信息；您所反映诉求的办理进展仍会告知您。回复“订阅”可恢复。"),
        [InboundOptedIn] = ("已订阅", "【12345】已恢复接收通知类信息。回复“TD”可退订。"),
        [InboundHelp] = ("使用说明", "【12345】直接发送文字反映诉求；发送“查询”看进度；以“新诉求”开头反映别的事项；以“匿名”或“保密”开头不公开身份；收到答复后回复1、2、3评价；“TD”退订通知。紧急情况请拨110、119、120、122。"),
        [InboundDisclosure] = ("依申请公开", "【12345】依申请公开须提交书面申请表，短信和电话不作为申请。请在 {{site}}/ 选择“依申请公开”填写，或到政务公开窗口领取申请表。"),
        [InboundRefused] = ("未能受理", "【12345】未能受理您发来的内容：{{why}}"),
    };
}
