using HotlinePush.Security;
using HotlinePush.Tickets;

namespace HotlinePush.Local.Demo;

/// <summary>Work in progress as it is shared: a clerk's draft for the head, a unit below, a co-unit, a case put aside.</summary>
public sealed partial class DemoLifeStory
{
    private void Share()
    {
        var lead = Now.LeadUnitId!;
        var below = city.Below(lead).FirstOrDefault(u => !Now.CoUnitIds.Contains(u.Id));
        if (city.FindUnit(lead) is { HeadSigns: true } && index % 3 == 0)
            Do(3, new(Role.Unit, DemoKeys.OfClerk(lead), lead, Position.Clerk), new AnswerTicket("经现场核查，已要求责任单位三日内整改，整改完成后复查。", "explained", []));
        else if (below is not null && index % 2 == 0)
            Do(2, Lead, new DelegateTicket(below.Id, null, "请到现场核查处理，并将结果报本单位。"));
        else if (index % 5 == 0)
            Do(3, Supervisor, new Park("historyLeft", "开发企业已注销，产权关系尚在厘清，暂不具备办结条件。", today.AddDays(10 + index % 30)));
        else if (index % 5 == 1 && lead != CoUnit && !Now.CoUnitIds.Contains(CoUnit))
            Join(lead);
        else if (index % 7 == 0)
            Do(3, Supervisor, new Supervise("请尽快到场处置，两个工作日内报告进展。", 2));
    }

    private const string CoUnit = "city-environment";

    private void Join(string lead)
    {
        if (city.FindUnit(lead) is { OnPaper: true } || !Do(1, Lead, new JoinUnits([CoUnit], "请就是否超标提出意见。")))
            return;
        if (index % 2 == 0)
            Do(6, new(Role.Unit, DemoKeys.OfUnit(CoUnit), CoUnit), new GiveOpinion("经监测，夜间噪声超出限值，建议责令停止夜间作业。"));
    }
}
