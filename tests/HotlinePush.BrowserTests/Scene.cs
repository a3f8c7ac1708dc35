using HotlinePush.Tests.Pages;

namespace HotlinePush.BrowserTests;

/// <summary>A unit's day: tickets in every state a page shows differently, one of them answered and waiting for its resident's word.</summary>
internal sealed record Scene(string Followed, string Code, string Rated, string RatedCode, string Signed)
{
    public IEnumerable<(string Name, string Path)> PublicPages =>
    [
        ("file", "/"), ("track", "/track"), ("glossary", "/glossary"), ("sign-in", "/sign-in"), ("missing", "/nowhere"),
        ("receipt", $"/tickets/{Followed}/receipt?code={Code}"), ("follow", $"/tickets/{Followed}?code={Code}"), ("rate", $"/tickets/{Rated}?code={RatedCode}"),
    ];

    public IEnumerable<(string Name, string Path)> UnitPages =>
    [
        ("queue", "/unit"), ("today", "/unit/today"), ("sheet", $"/unit/tickets/{Signed}/sheet"), ("overdue", "/unit?state=overdue"), ("closed", "/unit?state=closed"), ("ticket", "/unit/tickets/" + Signed),
        ("unsigned", "/unit/tickets/" + Followed), ("answered", "/unit/tickets/" + Rated),
    ];

    public IEnumerable<(string Name, string Path)> DeskPages =>
    [
        ("desk", "/desk"), ("desk-dispatch", "/desk?queue=dispatch"), ("desk-ticket", "/desk/tickets/" + Waiting), ("desk-confidential", "/desk/tickets/" + Secret),
        ("desk-alarm", "/desk/tickets/" + Alarm), ("desk-audit", "/desk/tickets/" + Answered), ("desk-callback", "/desk/tickets/" + Rated), ("desk-suspension", "/desk/tickets/" + Signed),
        ("desk-call", "/desk/call"), ("desk-search", "/desk/search?q=" + Uri.EscapeDataString("路灯")),
    ];

    public required string Waiting { get; init; }
    public required string Secret { get; init; }
    public required string Alarm { get; init; }
    public required string Answered { get; init; }

    public static async Task<Scene> PlayAsync(PageHost host)
    {
        const string unit = "demo-unit-" + PageHost.Unit;
        foreach (var late in (string[])["背街小巷垃圾清运不及时", "人行道地砖松动，雨天溅水"])
            await ActAsync((await host.DispatchedAsync(PageHost.Unit, late, areaId: "990103")).Number, "sign");
        host.Time.Advance(TimeSpan.FromDays(7) + TimeSpan.FromHours(1.5));
        var (rated, ratedCode) = await host.DispatchedAsync(PageHost.Unit, "公园健身器材损坏", areaId: "990102001");
        await ActAsync(rated, "sign");
        await ActAsync(rated, "answer", new { text = "经现场核实，器材轴承断裂，已于当日更换并检查同批器材，可以正常使用。", outcome = "已解决" });
        await host.ApiAsync(HttpMethod.Post, $"/api/v1/tickets/{rated}/actions/audit", "demo-desk", new { accept = true });
        host.Time.Advance(TimeSpan.FromDays(3) + TimeSpan.FromHours(2));
        var (signed, _) = await host.DispatchedAsync(PageHost.Unit, "夜间施工噪声影响休息", description: "鹤汀南路工地连续一周施工到凌晨一点，打桩声很大，老人小孩睡不着。希望核实夜间施工许可，并要求十点后停工。");
        await ActAsync(signed, "sign");
        await ActAsync(signed, "contact", new { note = "已电话联系，约定明日上门查看。" });
        await ActAsync(signed, "suspend", new { reason = "thirdParty" });
        await host.DispatchedAsync(PageHost.Unit, "举报事项", confidential: true);
        await ActAsync((await host.DispatchedAsync(PageHost.Unit, "占道经营堵塞小区出入口")).Number, "sign");
        host.Time.Advance(TimeSpan.FromHours(1.25));
        var (followed, code) = await host.DispatchedAsync(PageHost.Unit, "小区门口路灯连续三天不亮");
        var (answered, _) = await host.DispatchedAsync(PageHost.Unit, "公厕夜间不开放");
        await ActAsync(answered, "sign");
        await ActAsync(answered, "answer", new { text = "已调整为全天开放，并张贴告示。", outcome = "已解决" });
        return new(followed, code, rated, ratedCode, signed)
        {
            Waiting = await FileAsync("想问一下", "您好，请问一下怎么办理。"),
            Secret = await FileAsync("举报乱收费", "我叫王小明，住5幢302室。城市管理局有人乱收费。", confidential: true),
            Alarm = await FileAsync("家里煤气泄漏了", "厨房煤气泄漏，味道很大，头晕，快来人。"),
            Answered = answered,
        };

        async Task<string> FileAsync(string subject, string description, bool confidential = false) => (await host.ApiAsync(
            HttpMethod.Post, "/api/v1/tickets", null, new { type = "Help", subject, description, contact = new { phone = "19900000123", name = "王小明", confidential } })).GetProperty("number").GetString()!;

        Task ActAsync(string number, string action, object? body = null) =>
            host.ApiAsync(HttpMethod.Post, $"/api/v1/tickets/{number}/actions/{action}", unit, body);
    }
}
