using System.Globalization;
using System.Text;
using HotlinePush.Channels;
using HotlinePush.Clocks;
using HotlinePush.Notices;
using HotlinePush.Security;

namespace HotlinePush.Local.Demo;

/// <summary>
/// Notices of the fictional city's civil affairs office: one sent to a village, its correction in draft, one that waits for review, one for
/// tomorrow, one that was sent back.
/// </summary>
internal static class DemoNotices
{
    private const string Village = "demohousing2026";
    private const int Households = 24;
    private static readonly Actor Reviewer = new(Role.Reviewer, "demo-reviewer", DemoAudience.UnitId);
    private static readonly string[] Checked = ["不涉及国家秘密、工作秘密", "不属于负面清单事项", "对象、数额与批准文件一致"];

    public static async Task SeedAsync(IServiceProvider services, CancellationToken ct)
    {
        if (services.GetRequiredService<DemoSeedOptions>().Tickets == 0)
            return;
        await services.GetRequiredService<DemoAudience>().TakeInAsync(Village, "云岭村 2026 年危房改造补助户", "ruralHousing", "demoimport2026b", Sheet(), ct);
        var (store, actions, now) = (services.GetRequiredService<NoticeStore>(), services.GetRequiredService<NoticeActions>(), services.GetRequiredService<ProductClock>().GetUtcNow());

        await MakeAsync("ndemosent00001", new(
            "云岭村农村危房改造补助发放", "ruralHousing", Village, [ChannelKind.Sms, ChannelKind.Letter],
            new(Sms: "{{姓名}}：您家的危房改造补助{{补助金额}}元已发放到一卡通，详情 {{链接}}", Letter: "{{姓名}}：\n\n您家的危房改造补助共 {{补助金额}} 元已发放到一卡通账户，请注意查收。\n\n如有疑问，请拨打 12345。"),
            MatterId: DemoMatters.Houses, LegalBasis: "《农村危房改造补助资金管理办法》", Expected: new("补助金额", Households, Total()), Script: "补助款由市财政直接打入一卡通，到账以银行为准；数额有疑问的，请到云岭村村委会核对公示名单。"),
            [new SubmitNotice(), new ReviewNotice(true, null, [.. Checked]), new SendNotice()]);
        await MakeAsync("ndemofix000001", new(
            "更正：云岭村农村危房改造补助发放", "ruralHousing", Village, [ChannelKind.Sms], new(Sms: "更正：{{姓名}}家的补助应为{{补助金额}}元，前次短信有误，致歉。{{链接}}"),
            Script: "前次短信因名单版本有误，以更正为准。"), [], "ndemosent00001");
        await MakeAsync("ndemoreview001", new(
            "2026 年冬春救助资金发放", "relief", DemoAudience.Id, [ChannelKind.Sms, ChannelKind.Email, ChannelKind.Letter],
            new("{{姓名}}：您的冬春救助金{{救助金额（元）}}元将于月底前发放，详情 {{链接}}", new("2026 年冬春救助资金发放通知", "{{姓名}}：\n\n您的冬春救助金为 {{救助金额（元）}} 元，将于月底前发放。\n\n详情：{{链接}}"),
                Letter: "{{姓名}}：\n\n您的冬春救助金为 {{救助金额（元）}} 元，将于月底前发放到一卡通账户。"),
            MatterId: DemoMatters.Winter, LegalBasis: "《自然灾害救助条例》", Expected: new("救助金额（元）", DemoAudience.Recipients, 252_000m), Script: "救助金按户发放，标准见公示。", PerHour: 200), [new SubmitNotice()]);
        await MakeAsync("ndemotomorrow1", new(
            "冬季取暖安全提醒", "relief", Village, [ChannelKind.Sms], new(Sms: "{{姓名}}：天气转冷，使用炉火取暖请开窗通风，谨防一氧化碳中毒。"), SendAt: CityZone.FromLocal(CityZone.DateOf(now).AddDays(1), new(9, 0))),
            [new SubmitNotice(), new ReviewNotice(true, null, [.. Checked]), new SendNotice()]);
        await MakeAsync("ndemorejected1", new(
            "临时救助申请说明", "relief", DemoAudience.Id, [ChannelKind.Sms], new(Sms: "{{姓名}}：申请临时救助请带身份证到村委会。")),
            [new SubmitNotice(), new ReviewNotice(false, "请写明办理时间和联系电话，再送审。", [])]);

        async Task MakeAsync(string id, NoticeDraft draft, NoticeCommand[] commands, string? corrects = null)
        {
            if (await store.ReadAsync(id, ct) is null)
                Check(await actions.CreateAsync(id, draft, DemoAudience.Publisher, ct, corrects));
            // Cut off in between, it goes on where it stands: each command has left the notice one further.
            var done = (await store.ReadHistoryAsync(id, ct)).Count(e => e.Action is "submit" or "review" or "send");
            foreach (var command in commands.Skip(done))
                Check(await actions.ActAsync(id, command, command is ReviewNotice ? Reviewer : DemoAudience.Publisher, null, ct));
        }
    }

    private static void Check(NoticeResult result)
    {
        if (result.Refusal is { } refusal)
            throw new InvalidOperationException($"A demonstration notice was refused: {refusal.Code} {refusal.Message}");
    }

    private static decimal Total() => Enumerable.Range(0, Households).Sum(Amount);

    private static decimal Amount(int i) => 14_000 + i % 5 * 1_500;

    private static string Sheet()
    {
        var text = new StringBuilder("编号,户主姓名,联系电话,家庭住址,所属村,补助金额\r\n");
        var village = DemoCity.Areas.First(a => a.Id.Length == 12);
        for (var i = 0; i < Households; i++)
            text.Append(CultureInfo.InvariantCulture, $"YL{i + 1:D3},云岭村民{i + 1},{(i % 8 == 5 ? "" : DemoCity.Phone(7_000 + i))},{village.Name}{i + 1}号,{village.Id},{Amount(i)}\r\n");
        return text.ToString();
    }
}
