using HotlinePush.Clocks;
using HotlinePush.Security;
using HotlinePush.Tickets;
using HotlinePush.Tickets.Disclosure;

namespace HotlinePush.Local.Demo;

/// <summary>Applications for information: one just signed for, one that waits for its correction, one that waits for a third party.</summary>
internal static class DemoDisclosure
{
    private const int FirstNumber = 2_000_300;

    private static readonly (string Wanted, string Phone)[] Applications =
    [
        ("望江区2025年道路保洁服务采购合同及中标结果", "19900008301"),
        ("噪声扰民投诉处理情况统计", "19900008302"),
        ("某工地夜间施工许可的审批文件", "19900008303"),
    ];

    public static async Task SeedAsync(IServiceProvider services, CancellationToken ct)
    {
        if (services.GetRequiredService<DemoSeedOptions>().Tickets == 0)
            return;
        var (filing, actions) = (services.GetRequiredService<TicketFiling>(), services.GetRequiredService<TicketActions>());
        var today = CityZone.DateOf(services.GetRequiredService<ProductClock>().GetUtcNow());
        foreach (var (i, (wanted, phone)) in Applications.Index())
        {
            var application = new NewApplication(ApplicantKind.Person, "申小满", IdentityProof.ResidentCard, wanted, InformationForm.Electronic, InformationDelivery.Online);
            var (ticket, _) = await filing.FileTicketAsync(
                new(TicketType.InformationRequest, "申请公开：" + wanted, wanted, new("申小满", phone), "hjbh-02-03", "990101001", Channel: "web", Application: application),
                TicketNumber.New(today, () => FirstNumber + i), Actor.Public, ct);
            // Where a seeding goes on that was cut off, what was done already is refused and stays as it is.
            if (ticket?.LeadUnitId is not { } lead)
                continue;
            var unit = new Actor(Role.Unit, DemoKeys.OfUnit(lead), lead);
            await actions.ActAsync(ticket.Number, new Sign(), unit, null, ct);
            if (i == 1)
                await actions.ActAsync(ticket.Number, new AskCorrection("请写明要哪一年、哪个区的统计。", 10), unit, null, ct);
            if (i == 2)
                await actions.ActAsync(ticket.Number, new AskThirdParty("许可涉及施工单位的商业秘密。"), unit, null, ct);
        }
    }
}
