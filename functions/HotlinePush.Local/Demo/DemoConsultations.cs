using HotlinePush.Clocks;
using HotlinePush.Comments;
using HotlinePush.Security;

namespace HotlinePush.Local.Demo;

/// <summary>Consultations of the fictional city's civil affairs office: one open, with comments in every state, one answered, one still to open.</summary>
internal static class DemoConsultations
{
    public const string Open = "cdemoopen00001";
    public const string Answered = "cdemoanswered1";
    public const string Planned = "cdemoplanned01";

    private const string By = "demo-publisher";
    private static readonly Actor Publisher = new(Role.Publisher, By, DemoAudience.UnitId);

    private static readonly ConsultationSection[] Meals =
    [
        new("s1", "第一条 服务对象", "本市户籍或者持有本市居住证、年满六十周岁的老年人，可以在社区老年食堂用餐。\n其中年满八十周岁的老年人、特困人员和低保家庭中的老年人享受用餐补助。"),
        new("s2", "第二条 补助标准", "年满八十周岁的老年人每人每餐补助三元，每天不超过两餐；特困人员和低保家庭中的老年人每人每餐补助五元。"),
        new("s3", "第三条 送餐服务", "行动不便的老年人可以申请送餐上门，送餐费每次不超过二元，由街道统筹安排。"),
        new("s4", "第四条 食品安全", "老年食堂应当取得食品经营许可，公开菜谱和价格，留样不少于四十八小时。"),
    ];

    private static readonly ConsultationSection[] Relief =
    [
        new("s1", "第一条 申请条件", "因突发事件、意外伤害、重大疾病等原因导致基本生活暂时出现严重困难的家庭和个人，可以申请临时救助。"),
        new("s2", "第二条 办理时限", "一般情形自受理之日起十个工作日内办结；情况紧急的，应当在二十四小时内先行救助。"),
        new("s3", "第三条 救助标准", "按照家庭人口、困难程度和困难期限综合确定，一般不超过月最低生活保障标准的十二倍。"),
    ];

    public static async Task SeedAsync(IServiceProvider services, CancellationToken ct)
    {
        if (services.GetRequiredService<DemoSeedOptions>().Tickets == 0)
            return;
        var now = services.GetRequiredService<ProductClock>().GetUtcNow();
        var comments = services.GetRequiredService<CommentStore>();
        await OpenAsync(services, comments, now, ct);
        await AnsweredAsync(services, comments, now, ct);
        await MakeAsync(services, Planned, "社区老年活动室开放管理规定（征求意见稿）", [new("s1", "第一条 开放时间", "社区老年活动室每天开放不少于八小时，周末照常开放。"), new("s2", "第二条 收费", "活动室免费开放，不得变相收费。")],
            CityZone.FromLocal(CityZone.DateOf(now).AddDays(7), default), 37, now, ct);
    }

    private static async Task OpenAsync(IServiceProvider services, CommentStore comments, DateTimeOffset now, CancellationToken ct)
    {
        var opens = now.AddDays(-10);
        var c = await MakeAsync(services, Open, "社区老年食堂建设和补助办法（征求意见稿）", Meals, opens, 40, opens, ct);
        const string copy = "建议把享受用餐补助的年龄从八十周岁降到七十周岁，很多七十多岁的独居老人更需要在食堂吃饭。";
        await AddAsync("mdemoopen000001", 1, "每餐补助三元偏低，现在一顿饭要十五元左右，建议提高到五元。", 1, Shown);
        await AddAsync("mdemoopen000002", 2, "送餐费能不能由街道承担？住在没有电梯的老楼里的老人，更需要送餐。", 2, m => Answer(Shown(m), Adoption.Partly, "已在第三条增加：特困人员和低保家庭中的老年人免收送餐费。", 4));
        await AddAsync("mdemoopen000003", 3, copy, 0, Shown);
        await AddAsync("mdemoopen000004", 3, copy, 0, Shown);
        await AddAsync("mdemoopen000005", 4, copy.Replace("很多", "许多", StringComparison.Ordinal), 0, null, channel: CommentChannel.Phone);
        await AddAsync("mdemoopen000006", 5, "菜谱要照顾糖尿病人，最好有低糖低盐的窗口。", 3, m => Answer(Shown(m), Adoption.Adopted, "已采纳，第四条增加“提供低盐、低糖餐食”。", 7));
        await AddAsync("mdemoopen000007", 6, "加微信低价代办各类补助，全市通办。", null, m => Moderated(m, false, "广告或者垃圾信息", 6));
        await AddAsync("mdemoopen000008", 8, "食堂的监督电话应当贴在门口，出了问题知道找谁。", 3, null);
        await AddAsync("mdemoopen000009", 9, "全文很好，希望早点实施。", null, null, channel: CommentChannel.Phone);

        Comment Shown(Comment m) => Moderated(m, true, null, 9);
        Comment Moderated(Comment m, bool publish, string? reason, int day) => Done(CommentRules.Moderate(m, publish, reason, By, opens.AddDays(day)));
        Comment Answer(Comment m, Adoption adopted, string text, int day) => Done(CommentRules.Respond(m, adopted, text, By, opens.AddDays(day)));

        Task AddAsync(string id, int day, string text, int? section, Func<Comment, Comment>? then, CommentChannel channel = CommentChannel.Web) =>
            comments.AddAsync(Made(comments, c, id, opens.AddDays(day), text, section, then, channel), null, null, CommentSketch.Of(text), [], ct);
    }

    private static async Task AnsweredAsync(IServiceProvider services, CommentStore comments, DateTimeOffset now, CancellationToken ct)
    {
        var opens = now.AddDays(-50);
        var c = await MakeAsync(services, Answered, "临时救助实施细则（征求意见稿）", Relief, opens, 30, opens, ct);
        (string Text, int? Section, Adoption? Adopted, string? Answer)[] said =
        [
            ("“情况紧急”应当列举清楚，不然各街道掌握不一样。", 1, Adoption.Adopted, "已采纳。第二条增加对紧急情形的列举：火灾、交通事故、突发重病等。"),
            ("十个工作日太长，建议压缩到七个工作日。", 1, Adoption.NotAdopted, "未采纳。核对家庭经济状况须经省级平台，目前最短需要五至七个工作日，加上公示时间，十个工作日是必要的。"),
            ("外地户籍在本市打工的人遇到意外，也应当可以申请。", 0, Adoption.Adopted, "已采纳。第一条写明在本市居住的非本市户籍人员可以向居住地申请。"),
            ("救助金能不能直接打到社保卡里，不用跑腿？", 2, Adoption.Partly, "部分采纳。有社保卡的直接发放；没有社保卡的仍由街道发放。"),
            ("希望把所需材料列成清单，贴在社区。", null, Adoption.Adopted, "已采纳。随细则一并公布材料清单。"),
            ("某街道的张某某骗取救助，电话号码如下。", null, null, null),
        ];
        for (var i = 0; i < said.Length; i++)
        {
            var (text, section, adopted, answer) = said[i];
            await comments.AddAsync(
                Made(comments, c, $"mdemoanswered{i + 1:D2}", opens.AddDays(2 + 4 * i), text, section, m =>
                    adopted is { } of ? Done(CommentRules.Respond(Done(CommentRules.Moderate(m, true, null, By, opens.AddDays(29))), of, answer!, By, opens.AddDays(36)))
                    : Done(CommentRules.Moderate(m, false, "含有他人个人信息", By, opens.AddDays(29))), CommentChannel.Web),
                null, null, CommentSketch.Of(text), [], ct);
        }

        var store = services.GetRequiredService<ConsultationStore>();
        if (await store.ReadAsync(Answered, ct) is { Consultation.Summary: null } stored)
        {
            var decided = ConsultationRules.PublishSummary(
                stored.Consultation, "征求意见期间共收到意见六条，公开五条。各方面赞成制定本细则，意见集中在紧急情形的认定、外来人员的申请渠道和发放方式上。采纳三条，部分采纳一条，未采纳一条，理由见各条答复。细则修改后按程序印发。",
                await comments.ReadFiguresAsync(stored.Consultation, ct), Publisher, opens.AddDays(38));
            await store.CommitAsync(stored, decided.After!, decided.Event!, null, ct);
        }
    }

    private static Comment Made(CommentStore comments, Consultation c, string id, DateTimeOffset at, string text, int? section, Func<Comment, Comment>? then, CommentChannel channel)
    {
        var made = new Comment
        {
            Id = id,
            ConsultationId = c.Id,
            Section = section,
            Text = comments.Seal(id, text),
            ReceivedAt = at,
            Channel = channel,
            State = CommentState.Held,
            GroupId = id,
        };
        return then is null ? made : then(made);
    }

    private static async Task<Consultation> MakeAsync(
        IServiceProvider services, string id, string title, ConsultationSection[] text, DateTimeOffset opensAt, int days, DateTimeOffset at, CancellationToken ct)
    {
        var store = services.GetRequiredService<ConsultationStore>();
        var decided = ConsultationRules.Create(
            id, new(title, text, opensAt, CityZone.FromLocal(CityZone.DateOf(opensAt).AddDays(days), new(23, 59, 59)), ConsultationRules.UsualDays, null, ConfirmByCode: false), Publisher, at);
        if (decided.Refusal is { } refusal)
            throw new InvalidOperationException($"A demonstration consultation was refused: {refusal.Code} {refusal.Message}");
        return ((await store.ReadAsync(id, ct)) ?? await store.CommitAsync(null, decided.After!, decided.Event!, text, ct))!.Consultation;
    }

    private static Comment Done((Comment? After, Refusal? Refusal) result) => result.After ?? throw new InvalidOperationException($"A demonstration comment was refused: {result.Refusal!.Code}");
}
