using HotlinePush.Channels;
using HotlinePush.Notices.Texts;
using HotlinePush.Units;
using HotlinePush.Web;

namespace HotlinePush.Notices.Matters;

/// <summary>What a notice of a field begins with on one channel; its writer goes on from there.</summary>
/// <param name="Subject">Of e-mail.</param>
public sealed record StartingText(string Field, ChannelKind Channel, string Body, string? Subject = null);

/// <summary>The content templates 内容模板: shipped, and kept by administrators.</summary>
public static class StartingTexts
{
    public const int Max = 500;

    private const string Ending = "\n具体内容和本人数额请打开链接查询：{{链接}}\n如有疑问请拨打12345。";

    public static readonly IReadOnlyList<StartingText> Shipped =
    [
        .. Field("landRequisition", "征地补偿",
            "{{姓名}}：征地补偿安置方案和本户补偿明细已经公示。{{?异议截止}}如有异议请于{{异议截止}}前提出。",
            "您户所在地块的征地补偿安置方案和补偿明细已经公示，请核对面积、地类、青苗和附着物等登记内容。\n{{?异议截止}}如有异议，请在{{异议截止}}前向村（社区）或街道（乡镇）提出。"),
        .. Field("relocation", "房屋征收与补偿",
            "{{姓名}}：房屋征收分户初步评估结果已经公示。{{?签约期限}}签约期限到{{签约期限}}。",
            "您户房屋的征收补偿方案和分户初步评估结果已经公示，请核对建筑面积、用途和评估金额。\n{{?复核截止}}对评估结果有异议的，请在{{复核截止}}前申请复核。\n{{?签约期限}}签约期限到{{签约期限}}为止。"),
        .. Field("housing", "保障性住房",
            "{{姓名}}：保障性住房申请的审核结果已经公示。{{?办理截止}}请于{{办理截止}}前办理后续手续。",
            "您申请保障性住房的审核结果已经公示。\n{{?办理截止}}请在{{办理截止}}前携带身份证件办理后续手续，逾期视为放弃本次轮候。"),
        .. Field("ruralHousing", "农村危房改造",
            "{{姓名}}：农村危房改造的评定和补助名单已经公示。{{?竣工期限}}请于{{竣工期限}}前完工并申请验收。",
            "您户农村危房改造的评定结果和补助标准已经公示。\n{{?竣工期限}}请在{{竣工期限}}前完工并申请验收，补助资金在验收合格后发放。"),
        .. Field("relief", "救助资金",
            "{{姓名}}：救助资金发放名单已经公示。{{?发放日期}}预计{{发放日期}}发放到账。",
            "您户的救助资金已经核定，发放名单在村（社区）公示栏公布。\n{{?发放日期}}资金预计在{{发放日期}}发放到登记的账户。\n办理和领取不收取任何费用。"),
        .. Field("agriculture", "涉农补贴",
            "{{姓名}}：涉农补贴的面积和标准已经公示。{{?公示截止}}公示到{{公示截止}}为止。",
            "您户涉农补贴的核定面积和补贴标准已经公示，请核对。\n{{?公示截止}}公示到{{公示截止}}为止，期间可以向村（社区）提出更正。"),
    ];

    private static IEnumerable<StartingText> Field(string field, string what, string brief, string whole) =>
    [
        new(field, ChannelKind.Sms, brief.Replace("。{{?", "。\n{{?", StringComparison.Ordinal) + "\n详情：{{链接}}"),
        new(field, ChannelKind.Email, "{{姓名}}：\n" + whole + Ending, what + "告知：{{标题}}"),
        new(field, ChannelKind.WeChat, whole + Ending),
        new(field, ChannelKind.Letter, "{{姓名}}：\n" + whole + "\n具体内容和本人数额请扫描信上的二维码查询，或带本信到村（社区）询问，也可以拨打12345。"),
    ];

    public static Refusal? Check(IReadOnlyList<StartingText> texts)
    {
        if (SetupChecks.TooMany(texts.Count, Max) is { } tooMany)
            return tooMany;
        var check = new Check();
        var seen = new HashSet<(string, ChannelKind)>();
        for (var i = 0; i < texts.Count; i++)
        {
            var (text, at) = (texts[i], SetupChecks.Path(i));
            check.That(DisclosureFields.NameOf(text.Field) is not null, at + ".field", "unknownWord", "没有这个公开领域。")
                .That(seen.Add((text.Field, text.Channel)), at, "duplicate", "同一领域同一渠道只能有一个模板。");
            Template(check, at + ".body", text.Body);
            if (text.Channel == ChannelKind.Email)
                Template(check, at + ".subject", text.Subject, 200);
            else
                check.That(text.Subject is null, at + ".subject", "badValue", "只有邮件有标题。");
        }

        return check.Refusal;
    }

    private static void Template(Check check, string field, string? text, int max = Web.Check.MaxText)
    {
        check.Text(field, text, required: true, max: max);
        if (!string.IsNullOrWhiteSpace(text) && NoticeTemplate.Parse(text).Problem is { } problem)
            check.Add(field, "badTemplate", problem);
    }
}
