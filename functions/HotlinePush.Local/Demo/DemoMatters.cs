using HotlinePush.Notices.Matters;
using HotlinePush.Units;

namespace HotlinePush.Local.Demo;

/// <summary>What the fictional city's civil affairs office makes public, as its catalogue of disclosure has it.</summary>
internal static class DemoMatters
{
    public const string Winter = "relief-winter";
    public const string Houses = "rural-housing-grants";

    private static readonly Matter[] Matters =
    [
        new(Winter, "relief", "冬春救助资金发放", "救助对象名单、救助标准、发放金额和时间", "《自然灾害救助条例》第二十一条", "确定救助对象之日起7个工作日内公示",
            Elements: ["救助对象", "救助标准", "发放金额", "发放时间", "监督电话"], Channel: "村（社区）公示栏、政府网站、定向通知", UnitId: DemoAudience.UnitId),
        new("relief-temporary", "relief", "临时救助", "申请条件、办理流程、救助标准", "《社会救助暂行办法》第四十七条", "信息形成或变更之日起20个工作日内",
            Elements: ["申请条件", "办理材料", "救助标准", "联系电话"], Channel: "政府网站、服务窗口", UnitId: DemoAudience.UnitId),
        new(Houses, "ruralHousing", "农村危房改造补助", "补助对象、房屋等级、补助标准和金额", "《农村危房改造补助资金管理办法》", "评定结果形成之日起20个工作日内，公示期7日",
            Elements: ["补助对象", "危房等级", "补助标准", "补助金额", "公示期"], Channel: "村（社区）公示栏、定向通知", Audience: "申请改造的农户", UnitId: DemoAudience.UnitId),
        new("allowance-minimum", "socialAssistance", "最低生活保障审核确认", "保障对象、保障标准、动态调整情况", "《社会救助暂行办法》第十一条", "确认之日起长期公示", DisclosureMethod.Active,
            ["保障对象", "保障人数", "保障标准"], "村（社区）公示栏", UnitId: DemoAudience.UnitId),
    ];

    public static async Task SeedAsync(IServiceProvider services, CancellationToken ct)
    {
        if (services.GetRequiredService<DemoSeedOptions>().Tickets == 0)
            return;
        var setup = services.GetRequiredService<SetupStore>();
        var read = await setup.ReadAsync(DisclosureSource.MattersDocument, new Dictionary<string, UnitMatters>(StringComparer.Ordinal), ct);
        if (read.Version == 0)
            await setup.ReplaceAsync(DisclosureSource.MattersDocument, new Dictionary<string, UnitMatters>(read.Value, StringComparer.Ordinal) { [DemoAudience.UnitId] = new(1, Matters) }, read, [], ct);
        services.GetRequiredService<DisclosureSource>().Forget();
    }
}
