using System.Text;
using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace HotlinePush.BrowserTests;

/// <summary>
/// A notice from the clerk's spreadsheet to the last delivery, with and without JavaScript: uploaded, written, tried, handed in, reviewed by somebody
/// else, sent to one, then to all. Each page on the way is looked at by axe; with the variable PICTURES each is drawn.
/// </summary>
public sealed class PublishingWayTests(DemoSite site) : IClassFixture<DemoSite>
{
    private static readonly string? Pictures = Environment.GetEnvironmentVariable("PICTURES");

    private readonly List<string> _found = [];
    private bool _looks;

    [BrowserFact]
    public Task Notice_GoesOut() => WayAsync(javaScript: true);

    [BrowserFact]
    public Task Notice_GoesOut_WithoutJavaScript() => WayAsync(javaScript: false);

    private async Task WayAsync(bool javaScript)
    {
        _looks = javaScript;
        var title = "冬春救助资金发放 " + Guid.NewGuid().ToString("N")[..4];
        await using var publishing = await site.OpenAsync(javaScript: javaScript);
        await using var reviewing = await site.OpenAsync(javaScript: javaScript);
        var (publisher, reviewer) = (publishing.Page, reviewing.Page);
        await SignInAsync(publisher, "demo-publisher");
        await SignInAsync(reviewer, "demo-reviewer");
        await LookAsync(publisher, "home");

        await publisher.GotoAsync("/publishing/audiences");
        await publisher.GetByLabel("名称").FillAsync("救助对象 " + title);
        await publisher.GetByLabel("公开领域").SelectOptionAsync("relief");
        await LookAsync(publisher, "audiences");
        await publisher.GetByRole(AriaRole.Button, new() { Name = "新建" }).ClickAsync();
        await publisher.GetByLabel("表格文件").SetInputFilesAsync(new FilePayload { Name = "名单.csv", MimeType = "text/csv", Buffer = Encoding.UTF8.GetBytes(List()) });
        await LookAsync(publisher, "audience-empty");
        await publisher.GetByRole(AriaRole.Button, new() { Name = "开始导入" }).ClickAsync();
        await UntilAsync(publisher, javaScript, page => page.GetByText("行有错").First.IsVisibleAsync());
        await LookAsync(publisher, "audience-imported");
        await publisher.GotoAsync(publisher.Url.Split('?')[0] + "/staged");
        await LookAsync(publisher, "staged");
        await publisher.GetByLabel("电话").First.FillAsync("19900000001");
        await publisher.GetByRole(AriaRole.Button, new() { Name = "保存这一行" }).First.ClickAsync();
        await publisher.GetByRole(AriaRole.Button, new() { Name = "导入已修正的行" }).ClickAsync();
        await UntilAsync(publisher, javaScript, page => page.GetByText("导入完成").First.IsVisibleAsync());
        await LookAsync(publisher, "audience");

        await publisher.GotoAsync("/publishing/notices/new?audience=" + new Uri(publisher.Url).AbsolutePath.Split('/')[^1]);
        await publisher.GetByLabel("通知标题").FillAsync(title);
        await publisher.GetByLabel("短信内容").FillAsync("{{姓名}}：救助资金已核定{{救助金额（元）}}元，详情{{链接}}");
        await publisher.GetByLabel("金额列").SelectOptionAsync("救助金额（元）");
        await publisher.GetByLabel("人数（笔数）").FillAsync("30");
        await publisher.GetByLabel("合计（元）").FillAsync("16000");
        await publisher.GetByLabel("批准文件的名称").Or(publisher.GetByLabel("依据")).First.FillAsync("云民〔2026〕12号");
        if (!javaScript)
            await publisher.GetByRole(AriaRole.Button, new() { Name = "预览", Exact = true }).ClickAsync();
        await Assertions.Expect(publisher.Locator("#preview")).ToContainTextAsync("与批准文件不符");
        await Assertions.Expect(publisher.Locator("#preview .preview.by-sms")).ToContainTextAsync("救助资金已核定300.00元");
        await LookAsync(publisher, "compose");
        await publisher.GetByRole(AriaRole.Button, new() { Name = "保存草稿" }).ClickAsync();
        await Assertions.Expect(publisher.Locator(".notice.alarm")).ToContainTextAsync("与批准文件不符");
        Assert.Equal(0, await publisher.GetByRole(AriaRole.Button, new() { Name = "送审", Exact = true }).CountAsync());
        await LookAsync(publisher, "dry-run-differs");
        await publisher.GetByRole(AriaRole.Link, new() { Name = "修改通知" }).Last.ClickAsync();
        await publisher.GetByLabel("合计（元）").FillAsync(Total().ToString("0.00", System.Globalization.CultureInfo.InvariantCulture));
        await publisher.GetByRole(AriaRole.Button, new() { Name = "保存草稿" }).ClickAsync();
        await Assertions.Expect(publisher.Locator(".dry")).ToContainTextAsync("与批准文件一致");
        await LookAsync(publisher, "dry-run");
        var address = publisher.Url.Split('?')[0];
        await publisher.GetByRole(AriaRole.Button, new() { Name = "送审", Exact = true }).ClickAsync();
        await Assertions.Expect(publisher.GetByRole(AriaRole.Status)).ToContainTextAsync("已送审");

        await reviewer.GotoAsync("/publishing");
        await LookAsync(reviewer, "reviewer-home");
        await reviewer.GetByRole(AriaRole.Link, new() { Name = title }).ClickAsync();
        await LookAsync(reviewer, "review");
        await reviewer.GetByRole(AriaRole.Button, new() { Name = "批准" }).ClickAsync();
        await Assertions.Expect(reviewer.GetByRole(AriaRole.Alert)).ToContainTextAsync("请逐项核对");
        await LookAsync(reviewer, "review-refused");
        foreach (var box in await reviewer.Locator("#review input[type=checkbox]").AllAsync())
            await box.CheckAsync();
        await reviewer.GetByRole(AriaRole.Button, new() { Name = "批准" }).ClickAsync();
        await Assertions.Expect(reviewer.GetByRole(AriaRole.Status)).ToContainTextAsync("已批准");

        await publisher.GotoAsync(address);
        await LookAsync(publisher, "approved");
        await publisher.GetByLabel("试发人数").FillAsync("1");
        await publisher.GetByRole(AriaRole.Button, new() { Name = "开始发送" }).ClickAsync();
        await UntilAsync(publisher, javaScript, page => page.GetByRole(AriaRole.Button, new() { Name = "核对无误，继续发送" }).IsVisibleAsync());
        await LookAsync(publisher, "trial");
        await publisher.GetByRole(AriaRole.Button, new() { Name = "核对无误，继续发送" }).ClickAsync();
        await UntilAsync(publisher, javaScript, page => page.Locator(".tag.notice-sent").IsVisibleAsync());
        await LookAsync(publisher, "sent");
        await publisher.GotoAsync(address + "/deliveries");
        await Assertions.Expect(publisher.Locator("table")).ToContainTextAsync("赵**");
        await LookAsync(publisher, "deliveries");
        Assert.True(_found.Count == 0, string.Join("\n", _found));
    }

    /// <summary>With JavaScript the page moves by itself; without, its reader follows the link to it again.</summary>
    private static async Task UntilAsync(IPage page, bool javaScript, Func<IPage, Task<bool>> seen)
    {
        for (var i = 0; i < 300; i++)
        {
            if (await seen(page))
                return;
            await Task.Delay(100);
            if (!javaScript && await page.GetByRole(AriaRole.Link, new() { Name = "刷新" }).CountAsync() > 0)
                await page.GetByRole(AriaRole.Link, new() { Name = "刷新" }).First.ClickAsync();
        }

        Assert.Fail("The page did not come that far: " + page.Url);
    }

    private async Task LookAsync(IPage page, string name)
    {
        if (!_looks)
            return;
        await AccessibilityTests.LookAsync(page, name, _found, () => Task.CompletedTask);
        if (Pictures is not null)
            foreach (var (width, height) in ((int, int)[])[(390, 844), (1280, 900)])
            {
                await page.SetViewportSizeAsync(width, height);
                await page.ScreenshotAsync(new() { Path = Path.Combine(Pictures, $"publishing-{name}-{width}.png"), FullPage = true });
            }

        await page.SetViewportSizeAsync(1280, 900);
    }

    private static async Task SignInAsync(IPage page, string key)
    {
        await page.GotoAsync("/sign-in");
        await page.Locator("details:has(input[name=key]) summary").ClickAsync();
        await page.Locator("input[name=key]").FillAsync(key);
        await page.Locator("form:has(input[name=key]) .button").ClickAsync();
        await page.WaitForURLAsync(new Regex("/publishing$"));
    }

    private static decimal Amount(int i) => 300 + i * 37 % 9 * 100;

    private static decimal Total() => Enumerable.Range(0, 30).Sum(Amount);

    /// <summary>Thirty people under a title, one of them with a telephone that is none.</summary>
    private static string List()
    {
        const string surnames = "赵钱孙李周吴郑王冯陈";
        var text = new StringBuilder("\uFEFF2026年冬春救助资金发放花名册,,,,\r\n编号,姓名,联系电话,家庭住址,救助金额（元）\r\n");
        for (var i = 0; i < 30; i++)
            text.Append(System.Globalization.CultureInfo.InvariantCulture, $"R{i + 1:D3},{surnames[i % 10]}{"一二三"[i / 10]}{"明华秀"[i % 3]},{(i == 4 ? "1380" : i % 9 == 7 ? "" : "19900000001")},云泽市和平路{i + 1}号,{Amount(i):0.00}\r\n");
        return text.ToString();
    }
}
