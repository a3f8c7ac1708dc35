using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using HotlinePush.Security;
using HotlinePush.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace HotlinePush.Tests.Pages;

/// <summary>The pages of publisher, reviewer and supervisor over the embedded host, whose queues run.</summary>
public sealed class PublishingPagesTests : IAsyncLifetime
{
    private const string List = "编号,姓名,联系电话,家庭住址,救助金额（元）\r\n1,赵一一,19900000001,云泽市1号,300.00\r\n2,钱二二,19900000001,云泽市2号,500.00\r\n3,孙三三,,云泽市3号,700.00\r\n";

    private readonly HotlineApp _app = new();
    private readonly List<HttpClient> _clients = [];

    public Task InitializeAsync() => _app.InitializeAsync();

    public async Task DisposeAsync()
    {
        _clients.ForEach(c => c.Dispose());
        await _app.DisposeAsync();
    }

    [Fact]
    public async Task Publisher_WhenSignedIn_ComesToTheNotices_AndIsToldWhatToDo()
    {
        var publisher = await SignInAsync("demo-publisher");

        var home = await publisher.GetAsync("/publishing");

        Assert.Equal("/publishing", publisher.Home);
        Assert.Equal(200, home.Status);
        Assert.Contains("/publishing/notices/new", home.Html, StringComparison.Ordinal);
        Assert.Contains("先试发几个", home.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("/publishing/notices/new", (await (await SignInAsync("demo-reviewer")).GetAsync("/publishing")).Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Audience_WhenUploadedWithABadRow_IsRepairedInThePage()
    {
        var publisher = await SignInAsync("demo-publisher");
        var audience = await CreateAudienceAsync(publisher, List.Replace("19900000001,云泽市2号", "12,云泽市2号", StringComparison.Ordinal));
        var page = await publisher.GetAsync(audience);
        var staged = await publisher.GetAsync(audience + "/staged");
        var row = Regex.Match(staged.Html, "action=\"([^\"]+/staged/[0-9]+-[0-9]+)\"").Groups[1].Value;
        var at = Regex.Match(staged.Html, "name=\"col([0-9]+)\" value=\"phone\"").Groups[1].Value;

        var still = await publisher.SubmitAsync(audience + "/staged", row, [("step", "save"), ("cell" + at, "13"), .. CellsOf(staged, "phone")]);
        var repaired = await publisher.SubmitAsync(audience + "/staged", row, [("step", "save"), ("cell" + at, "138 0000 0002"), .. CellsOf(staged, "phone")]);
        var taken = await publisher.SubmitAsync(audience + "/staged", audience + "/staged/accept");
        var done = await DoneAsync(publisher, taken.Address);

        Assert.Contains("2人", page.Text, StringComparison.Ordinal);
        Assert.Contains("还有问题", still.Text, StringComparison.Ordinal);
        Assert.Contains("等您导入", repaired.Text, StringComparison.Ordinal);
        Assert.Contains("3人", done.Text, StringComparison.Ordinal);
        Assert.Contains("138****0002", done.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("13800000002", done.Html, StringComparison.Ordinal);
        Assert.Contains("1,500.00", done.Text, StringComparison.Ordinal);
        Assert.Contains("没有待修正的行", (await publisher.GetAsync(audience + "/staged")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Upload_WithoutThePagesToken_OrAFile_ChangesNothing()
    {
        var publisher = await SignInAsync("demo-publisher");
        var created = await publisher.SubmitAsync("/publishing/audiences", "/publishing/audiences", ("name", "空名单"), ("field", "relief"));
        var audience = created.Address.Split('?')[0];

        var forged = await publisher.UploadAsync(audience + "/upload", [("token", "CfDJ8forged")], List);
        var none = await publisher.SubmitAsync(audience, audience + "/upload", ("mode", "add"));
        var wrong = await publisher.UploadAsync(audience + "/upload", [.. (await publisher.GetAsync(audience)).HiddenOf(audience + "/upload"), ("header", "0"), ("map.phone", "联系方式")], List);

        Assert.Equal((400, 400, 400), (forged.Status, none.Status, wrong.Status));
        Assert.Contains("应为1到1000的整数", wrong.Text, StringComparison.Ordinal);
        Assert.Contains("value=\"联系方式\"", wrong.Html, StringComparison.Ordinal);
        Assert.Contains("还没有名单", (await publisher.GetAsync(audience)).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Person_WhenErased_LeavesTheList_AfterAConfirmation()
    {
        var publisher = await SignInAsync("demo-publisher");
        var audience = await CreateAudienceAsync(publisher, List);

        var unsure = await publisher.SubmitAsync(audience, audience + "/erase", ("recipientId", "2"));
        var unknown = await publisher.SubmitAsync(audience, audience + "/erase", ("recipientId", "99"), ("sure", "yes"));
        var erased = await publisher.SubmitAsync(audience, audience + "/erase", ("recipientId", "2"), ("sure", "yes"));

        Assert.Equal((400, 400, 200), (unsure.Status, unknown.Status, erased.Status));
        Assert.Contains("密钥已销毁", erased.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("钱二二", erased.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Notice_GoesFromDraftToSent_OverThePagesAlone()
    {
        var publisher = await SignInAsync("demo-publisher");
        var reviewer = await SignInAsync("demo-reviewer");
        var audience = await CreateAudienceAsync(publisher, List);

        // A wrong sum: impossible to overlook, impossible to hand in.
        var draft = await DraftAsync(publisher, audience, ("expected.total", "1,600.00"));
        var notice = draft.Address.Split('?')[0];
        Assert.Contains("与批准文件不符", draft.Text, StringComparison.Ordinal);
        Assert.Contains("批准文件：3笔，合计1,600.00元 名单：3笔，合计1,500.00元", draft.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(notice + "/submit", draft.Html, StringComparison.Ordinal);

        var edit = await publisher.GetAsync(notice + "/edit");
        Assert.Contains("value=\"1600.00\"", edit.Html, StringComparison.Ordinal);
        var right = await publisher.SubmitAsync(notice + "/edit", notice + "/edit", [.. Draft(audience), ("expected.total", "1500元")]);
        Assert.Contains("与批准文件一致", right.Text, StringComparison.Ordinal);
        Assert.Contains("赵一一：救助资金已核定300.00元。", right.Text, StringComparison.Ordinal);
        Assert.Contains("199****0001", right.Text, StringComparison.Ordinal);

        var submitted = await publisher.SubmitAsync(notice, notice + "/submit");
        Assert.Contains("现在不用做什么", submitted.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(notice + "/review", submitted.Html, StringComparison.Ordinal);

        var unticked = await reviewer.SubmitAsync(notice, notice + "/review", ("step", "approve"), ("check.correct-amount", "yes"), ("note", "看过了"));
        Assert.Equal(400, unticked.Status);
        Assert.Contains("不含国家秘密", unticked.Text, StringComparison.Ordinal);
        Assert.Contains("看过了", unticked.Html, StringComparison.Ordinal);
        Assert.Matches("name=\"check.correct-amount\" value=\"yes\" checked", unticked.Html);
        var approved = await reviewer.SubmitAsync(notice, notice + "/review", [("step", "approve"), .. Ticks(unticked)]);
        Assert.Contains("名单和文字已锁定", approved.Text, StringComparison.Ordinal);

        var none = await publisher.SubmitAsync(notice, notice + "/send", ("how", "trial"), ("trial", "0"));
        Assert.Equal(400, none.Status);
        await publisher.SubmitAsync(notice, notice + "/send", ("how", "trial"), ("trial", "1"));
        var trial = await StateAsync(publisher, notice, "已暂停");
        Assert.Contains("请找试发的人核对", trial.Text, StringComparison.Ordinal);
        Assert.Contains("3人里已办完1人", trial.Text, StringComparison.Ordinal);

        await publisher.SubmitAsync(notice, notice + "/resume");
        var sent = await StateAsync(publisher, notice, "已发完");
        Assert.Contains("3人里已办完3人", sent.Text, StringComparison.Ordinal);

        var deliveries = await publisher.GetAsync(notice + "/deliveries?state=delivered");
        Assert.Contains("赵**", deliveries.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("赵一一", deliveries.Html, StringComparison.Ordinal);
        var csv = await publisher.GetAsync(notice + "/deliveries.csv");
        Assert.Equal(4, csv.Html.Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.DoesNotContain("赵一一", csv.Html, StringComparison.Ordinal);
        Assert.Equal(404, (await publisher.GetAsync(notice + "0/deliveries.csv")).Status);
        Assert.Empty(_app.Warnings);
    }

    [Fact]
    public async Task Reviewer_WhoSendsItBack_SaysWhy_AndTheWriterReadsIt()
    {
        var publisher = await SignInAsync("demo-publisher");
        var reviewer = await SignInAsync("demo-reviewer");
        var notice = await SubmittedAsync(publisher);

        var silent = await reviewer.SubmitAsync(notice, notice + "/review", ("step", "reject"));
        var rejected = await reviewer.SubmitAsync(notice, notice + "/review", ("step", "reject"), ("note", "<b>发放日期</b>没有写明"));
        var read = await publisher.GetAsync(notice);

        Assert.Equal(400, silent.Status);
        Assert.Contains("href=\"#review-note\"", silent.Html, StringComparison.Ordinal);
        Assert.Contains("已退回", rejected.Text, StringComparison.Ordinal);
        Assert.Contains("&lt;b&gt;发放日期&lt;/b&gt;没有写明", read.Html, StringComparison.Ordinal);
        Assert.Contains("等我办理", (await publisher.GetAsync("/publishing")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Form_MadeFromAnOlderVersion_IsRefusedAndSaysSo()
    {
        var publisher = await SignInAsync("demo-publisher");
        var audience = await CreateAudienceAsync(publisher, List);
        var notice = (await DraftAsync(publisher, audience)).Address.Split('?')[0];
        var older = (await publisher.GetAsync(notice)).HiddenOf(notice + "/submit").ToArray();
        await publisher.SubmitAsync(notice + "/edit", notice + "/edit", [.. Draft(audience).Where(f => f.Name != "title"), ("title", "改过的标题"), ("expected.total", "1500")]);

        var refused = await publisher.PostAsync(notice + "/submit", older);

        Assert.Equal(412, refused.Status);
        Assert.Contains("改过的标题", refused.Text, StringComparison.Ordinal);
        Assert.Contains("草稿", refused.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Supervisor_SeesNoFigures_AndStopsANotice()
    {
        var publisher = await SignInAsync("demo-publisher");
        var supervisor = await SignInAsync("demo-supervisor", "/publishing");
        var notice = await SubmittedAsync(publisher);

        var seen = await supervisor.GetAsync(notice);
        var cancelled = await supervisor.SubmitAsync(notice, notice + "/cancel", ("sure", "yes"), ("note", "数额有疑问"));

        Assert.Equal(200, seen.Status);
        foreach (var figure in (string[])["1,500.00", "赵一一", "300.00"])
            Assert.DoesNotContain(figure, seen.Html, StringComparison.Ordinal);
        Assert.DoesNotContain("/publishing/audiences", seen.Html, StringComparison.Ordinal);
        Assert.Contains("已取消", cancelled.Text, StringComparison.Ordinal);
        Assert.Equal(403, (await supervisor.GetAsync(notice + "/deliveries")).Status);
    }

    [Fact]
    public async Task Office_OfSomebodyElse_LearnsNothing()
    {
        var publisher = await SignInAsync("demo-publisher");
        var audience = await CreateAudienceAsync(publisher, List);
        var notice = (await DraftAsync(publisher, audience)).Address.Split('?')[0];
        var other = await SignInAsync((await _app.App.Services.GetRequiredService<ApiKeys>().Issue(Role.Publisher, "city-housing", "测试")).Plain);

        foreach (var path in (string[])[notice, notice + "/edit", notice + "/deliveries", notice + "/pulse", audience, audience + "/staged"])
            Assert.Equal(404, (await other.GetAsync(path)).Status);
        Assert.DoesNotContain("冬春救助资金发放", (await other.GetAsync("/publishing")).Text, StringComparison.Ordinal);
        // Another office's list is none to choose.
        var stolen = await DraftAsync(other, audience);
        Assert.Equal(400, stolen.Status);
        Assert.DoesNotContain("赵一一", stolen.Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Draft_WhenRefused_KeepsWhatWasTyped_AndNamesEveryField()
    {
        var publisher = await SignInAsync("demo-publisher");

        var refused = await publisher.SubmitAsync("/publishing/notices/new", "/publishing/notices/new",
            ("step", "save"), ("title", "留着的标题"), ("channel1", "sms"), ("channel2", "email"), ("texts.sms", "您好{{没写完"), ("expected.count", "许多"), ("mandatory", "yes"), ("perHour", "-5"), ("sendAt", "明天"));

        Assert.Equal(400, refused.Status);
        Assert.Contains("value=\"留着的标题\"", refused.Html, StringComparison.Ordinal);
        Assert.Contains("您好{{没写完", refused.Html, StringComparison.Ordinal);
        foreach (var field in (string[])["audienceId", "field", "texts-sms", "texts-email", "texts-email-subject", "expected-column", "expected-count", "expected-total", "legalBasis", "perHour", "sendAt"])
            Assert.Contains($"href=\"#notice-{field}\"", refused.Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Preview_CountsTheSignature_NamesUnknownColumns_AndShowsHostileWordsAsWords()
    {
        var publisher = await SignInAsync("demo-publisher");
        var audience = await CreateAudienceAsync(publisher, List);
        var form = (await publisher.GetAsync("/publishing/notices/new")).HiddenOf("/publishing/notices/new").ToArray();

        var shown = await publisher.PostAsync("/publishing/notices/preview",
            [.. form, ("audienceId", audience.Split('/')[^1]), ("channel1", "sms"), ("texts.sms", "{{姓名}}<script>alert(1)</script>{{没有的列}}"), ("expected.column", "救助金额（元）"), ("expected.count", "3"), ("expected.total", "1500")]);
        var filled = await publisher.SubmitAsync("/publishing/notices/new", "/publishing/notices/new", ("step", "fill"), ("field", "relief"), ("channel1", "sms"), ("texts.sms", ""), ("texts.letter", "我写的"));

        Assert.Equal(200, shown.Status);
        Assert.Contains("赵一一&lt;script&gt;", shown.Html, StringComparison.Ordinal);
        Assert.Contains("名单里没有这些列：没有的列", shown.Text, StringComparison.Ordinal);
        Assert.Contains("与批准文件一致", shown.Text, StringComparison.Ordinal);
        Assert.Matches("共[0-9]+个字（含签名【.+】）", shown.Text);
        Assert.DoesNotContain("<html", shown.Html, StringComparison.Ordinal);
        Assert.Contains("救助资金发放名单已经公示", filled.Text, StringComparison.Ordinal);
        Assert.Contains("我写的", filled.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Form_SentTwice_MakesOneNotice()
    {
        var publisher = await SignInAsync("demo-publisher");
        var audience = await CreateAudienceAsync(publisher, List);
        var form = (await publisher.GetAsync("/publishing/notices/new")).HiddenOf("/publishing/notices/new").Concat(Draft(audience)).Append(("expected.total", "1500")).ToArray();

        var first = await publisher.PostAsync("/publishing/notices/new", form);
        var second = await publisher.PostAsync("/publishing/notices/new", form);

        Assert.Equal(303, first.Status);
        Assert.Equal(first.Location, second.Location);
    }

    [Fact]
    public async Task Matters_WhenUploaded_StandOnThePublicPages_AndBadRowsAreNamed()
    {
        const string header = "公开领域,公开事项,公开内容,公开依据,公开时限\r\n";
        var publisher = await SignInAsync("demo-publisher");

        var bad = await publisher.UploadAsync("/publishing/matters/upload", (await publisher.GetAsync("/publishing/matters")).HiddenOf("/publishing/matters/upload"), header + "扶贫救灾,,名单,条例,20日\r\n");
        var good = await publisher.UploadAsync("/publishing/matters/upload", (await publisher.GetAsync("/publishing/matters")).HiddenOf("/publishing/matters/upload"), header + "扶贫救灾,冬春救助发放,名单和<b>金额</b>,条例,20日\r\n");
        var anybody = new Browser(_app.Address, _clients);
        var all = await anybody.GetAsync("/matters");
        var one = await anybody.GetAsync(Regex.Match(all.Html, "href=\"(/matters/m[a-z0-9]+)\"").Groups[1].Value);

        Assert.Equal((400, 303), (bad.Status, good.Status));
        Assert.Contains("第2行：公开事项：此项必填", bad.Text, StringComparison.Ordinal);
        Assert.Contains("云泽市民政局", all.Text, StringComparison.Ordinal);
        Assert.Contains("名单和&lt;b&gt;金额&lt;/b&gt;", one.Html, StringComparison.Ordinal);
        Assert.Contains("还没有发出通知", one.Text, StringComparison.Ordinal);
        var removed = await publisher.SubmitAsync(Regex.Match((await publisher.GetAsync("/publishing/matters")).Html, "href=\"(/publishing/matters/m[a-z0-9]+)\"").Groups[1].Value, "", ("step", "remove"));
        Assert.Contains("还没有事项", removed.Text, StringComparison.Ordinal);
    }

    private async Task<string> CreateAudienceAsync(Browser publisher, string list)
    {
        var created = await publisher.SubmitAsync("/publishing/audiences", "/publishing/audiences", ("name", "冬春救助对象"), ("field", "relief"));
        var audience = created.Address.Split('?')[0];
        var upload = await publisher.UploadAsync(audience + "/upload", (await publisher.GetAsync(audience)).HiddenOf(audience + "/upload"), list);
        await DoneAsync(publisher, upload.Location!);
        return audience;
    }

    private static async Task<Asked> DoneAsync(Browser browser, string page)
    {
        for (var i = 0; i < 600; i++)
        {
            var shown = await browser.GetAsync(page);
            if (!shown.Html.Contains("data-live=", StringComparison.Ordinal))
                return shown;
            await Task.Delay(50);
        }

        throw new TimeoutException();
    }

    private static async Task<Asked> StateAsync(Browser browser, string notice, string state)
    {
        for (var i = 0; i < 600; i++)
        {
            var shown = await browser.GetAsync(notice);
            if (Regex.IsMatch(shown.Html, $"class=\"tag notice-[a-z]+\">{state}<"))
                return shown;
            await Task.Delay(50);
        }

        throw new TimeoutException((await browser.GetAsync(notice)).Text);
    }

    private static (string Name, string Value)[] Draft(string audience) =>
    [
        ("step", "save"), ("title", "冬春救助资金发放"), ("field", "relief"), ("audienceId", audience.Split('/')[^1]), ("channel1", "sms"), ("channel2", "letter"),
        ("texts.sms", "{{姓名}}：救助资金已核定{{救助金额（元）}}元。"), ("texts.letter", "{{姓名}}：救助资金已核定。"), ("legalBasis", "云民〔2026〕12号"),
        ("expected.column", "救助金额（元）"), ("expected.count", "3"),
    ];

    private static Task<Asked> DraftAsync(Browser publisher, string audience, params (string, string)[] more) =>
        publisher.SubmitAsync("/publishing/notices/new", "/publishing/notices/new", [.. Draft(audience), .. more.Length == 0 ? [("expected.total", "1500.00")] : more]);

    private async Task<string> SubmittedAsync(Browser publisher)
    {
        var notice = (await DraftAsync(publisher, await CreateAudienceAsync(publisher, List))).Address.Split('?')[0];
        await publisher.SubmitAsync(notice, notice + "/submit");
        return notice;
    }

    private static (string, string)[] Ticks(Asked page) => [.. Regex.Matches(page.Html, "name=\"(check\\.[a-z-]+)\"").Select(m => (m.Groups[1].Value, "yes"))];

    private static (string, string)[] CellsOf(Asked page, string but) =>
    [
        .. Regex.Matches(page.Html, "name=\"col([0-9]+)\" value=\"([^\"]*)\".*?name=\"cell\\1\" value=\"([^\"]*)\"", RegexOptions.Singleline)
            .Where(m => WebUtility.HtmlDecode(m.Groups[2].Value) != but).Select(m => ("cell" + m.Groups[1].Value, WebUtility.HtmlDecode(m.Groups[3].Value))),
    ];

    private async Task<Browser> SignInAsync(string key, string to = "")
    {
        var browser = new Browser(_app.Address, _clients);
        var home = await browser.SubmitAsync("/sign-in?to=" + Uri.EscapeDataString(to), "/sign-in", ("key", key));
        browser.Home = home.Address;
        return browser;
    }

    /// <summary>A page and the address it was asked under.</summary>
    private sealed record Asked(string Address, Shown Page)
    {
        public int Status => Page.Status;
        public string Html => Page.Html;
        public string Text => Page.Text;
        public string? Location => Page.Location;

        public IEnumerable<(string Name, string Value)> HiddenOf(string action) => Page.HiddenOf(action);

    }

    private sealed class Browser
    {
        private readonly HttpClient _client;

        public Browser(Uri address, List<HttpClient> clients)
        {
            _client = new(new HttpClientHandler { CookieContainer = new(), AllowAutoRedirect = false }) { BaseAddress = address };
            _client.DefaultRequestHeaders.Add("Accept", "text/html,application/xhtml+xml,*/*;q=0.8");
            _client.DefaultRequestHeaders.Add("Sec-Fetch-Site", "same-origin");
            clients.Add(_client);
        }

        public string Home { get; set; } = "";

        public async Task<Asked> GetAsync(string path)
        {
            using var response = await _client.GetAsync(path);
            return new(path, await Shown.OfAsync(response));
        }

        public async Task<Asked> PostAsync(string action, params IEnumerable<(string Name, string Value)> fields)
        {
            using var content = new FormUrlEncodedContent(fields.Select(f => KeyValuePair.Create(f.Name, f.Value)));
            using var response = await _client.PostAsync(action, content);
            return new(action, await Shown.OfAsync(response));
        }

        /// <summary>As a browser: the page is read, its form sent, a redirect followed.</summary>
        public async Task<Asked> SubmitAsync(string page, string action, params IEnumerable<(string Name, string Value)> fields)
        {
            action = action.Length == 0 ? page : action;
            var form = await GetAsync(page);
            var answer = await PostAsync(action, [.. form.HiddenOf(action).Where(h => fields.All(f => f.Name != h.Name)), .. fields]);
            return answer.Location is { } next ? await GetAsync(next) : answer;
        }

        public async Task<Asked> UploadAsync(string action, IEnumerable<(string Name, string Value)> fields, string csv)
        {
            using var content = new MultipartFormDataContent();
            foreach (var (name, value) in fields)
                content.Add(new StringContent(value), name);
            content.Add(new ByteArrayContent(Encoding.UTF8.GetBytes(csv)), "file", "list.csv");
            using var response = await _client.PostAsync(action, content);
            return new(action, await Shown.OfAsync(response));
        }
    }
}
