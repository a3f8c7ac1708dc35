namespace HotlinePush.Pages;

/// <param name="Key">Under <c>term.key</c> the texts say what it means.</param>
public sealed record Term(string Key, string Chinese, string English);

/// <summary>The words of the hotline: the same in code, API and pages.</summary>
public static class Glossary
{
    public static readonly IReadOnlyList<Term> Terms =
    [
        new("ticket", "工单", "Ticket"),
        new("category", "事项分类", "Category"),
        new("area", "行政区划", "Area"),
        new("unit", "承办单位", "Unit"),
        new("lead", "主办、协办", "Lead unit, co-unit"),
        new("dispatch", "派单", "Dispatch"),
        new("sign", "签收", "Sign"),
        new("return", "退单", "Return"),
        new("reassign", "改派", "Reassign"),
        new("answer", "答复", "Answer"),
        new("audit", "审核", "Audit"),
        new("callback", "回访", "Callback"),
        new("redo", "重办", "Redo"),
        new("extension", "延期", "Extension"),
        new("suspend", "中止计时", "Suspend"),
        new("merge", "并单", "Merge"),
        new("workingDay", "工作日", "Working day"),
        new("resolve", "对外时限", "Resident's deadline"),
        new("unitClock", "承办时限", "Unit's deadline"),
        new("consultation", "意见征集", "Consultation"),
        new("comment", "公众意见", "Comment"),
        new("adoption", "采纳情况", "Adoption"),
    ];
}
