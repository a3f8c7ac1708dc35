using Microsoft.Playwright;

namespace HotlinePush.BrowserTests;

/// <summary>Consultations in a browser: every page of both sides read by axe, on a desk's screen and a phone's; and the way of a comment, without JavaScript.</summary>
public sealed class ConsultationTests(DemoSite site) : IClassFixture<DemoSite>
{
    private const string Office = "/publishing/consultations";
    private const string Open = "cdemoopen00001";
    private const string Answered = "cdemoanswered1";
    private static readonly string? Pictures = Environment.GetEnvironmentVariable("PICTURES");

    [BrowserFact]
    public Task Pages_InChinese() => EveryPageAsync(english: false, dark: false);

    [BrowserFact]
    public Task Pages_InEnglish_Dark() => EveryPageAsync(english: true, dark: true);

    private async Task EveryPageAsync(bool english, bool dark)
    {
        await using var window = await site.OpenAsync(dark: dark, english: english);
        var page = window.Page;
        var found = new List<string>();
        foreach (var (name, path) in ((string, string)[])
        [
            ("list", "/consultations"), ("open", "/consultations/" + Open), ("section", $"/consultations/{Open}?on=s2"), ("thanks", $"/consultations/{Open}?done=held&dial=119"),
            ("answered", "/consultations/" + Answered), ("confirm", $"/consultations/{Open}/confirm?comment=m"),
        ])
            await LookAsync(name, () => page.GotoAsync(path));
        await LookAsync("refused", async () =>
        {
            await page.GotoAsync("/consultations/" + Open);
            await page.Locator("#comment .button").ClickAsync();
        });
        await SignInAsync(page, "demo-publisher");
        foreach (var (name, path) in ((string, string)[])
        [
            ("office-list", Office), ("office-new", Office + "/new"), ("office-edit", $"{Office}/cdemoplanned01/edit"), ("office-open", $"{Office}/{Open}"), ("office-answered", $"{Office}/{Answered}"),
            ("office-planned", $"{Office}/cdemoplanned01"), ("work-held", $"{Office}/{Open}/comments"), ("work-published", $"{Office}/{Open}/comments?list=published"),
            ("work-refused", $"{Office}/{Open}/comments?list=refused"), ("groups", $"{Office}/{Open}/groups"),
        ])
            await LookAsync(name, async () =>
            {
                await page.GotoAsync(path);
                await page.EvaluateAsync("document.querySelectorAll('details').forEach(d => d.open = true)");
            });
        Assert.True(found.Count == 0, string.Join("\n", found));

        async Task LookAsync(string name, Func<Task> go)
        {
            await AccessibilityTests.LookAsync(page, name, found, go);
            if (Pictures is null)
                return;
            foreach (var (width, height) in ((int, int)[])[(375, 812), (1280, 900)])
            {
                await page.SetViewportSizeAsync(width, height);
                await page.EvaluateAsync("document.querySelectorAll('main details').forEach(d => d.open = false)");
                await page.ScreenshotAsync(new() { Path = Path.Combine(Pictures, $"consultation-{name}{(dark ? "-dark-en" : "")}-{width}.png"), FullPage = true });
            }
        }
    }

    [BrowserFact]
    public async Task Comment_FromAPhoneWithoutJavaScript_IsCheckedAnsweredAndShown()
    {
        await using (var window = await site.OpenAsync(phone: true, javaScript: false))
        {
            var page = window.Page;
            await page.GotoAsync("/consultations");
            await page.GetByRole(AriaRole.Link, new() { Name = "社区老年食堂建设和补助办法（征求意见稿）" }).ClickAsync();
            await page.Locator("#s-2").GetByRole(AriaRole.Link, new() { Name = "对这一节提意见" }).ClickAsync();
            Assert.Equal("s3", await page.GetByLabel("对哪一节").InputValueAsync());
            await page.GetByLabel("您的意见").FillAsync("送餐箱应当保温，冬天送到家饭菜都凉了。");
            await page.GetByRole(AriaRole.Button, new() { Name = "提交意见" }).ClickAsync();
            await page.GetByText("审核后公开。谢谢您。").WaitForAsync();
            Assert.Equal(0, await page.GetByText("送餐箱应当保温").CountAsync());
        }

        await using (var window = await site.OpenAsync(javaScript: false))
        {
            var page = window.Page;
            await SignInAsync(page, "demo-publisher");
            await page.GotoAsync($"{Office}/{Open}/comments");
            // The longest waiting stands first: the new one last.
            await page.Locator(".work-comment").Last.GetByRole(AriaRole.Button, new() { Name = "公开", Exact = true }).ClickAsync();
            await page.GetByText("已审核").WaitForAsync();
            await page.GotoAsync($"{Office}/{Open}/comments?list=published");
            var first = page.Locator(".work-comment").First;
            await first.GetByText("答复…").ClickAsync();
            await first.GetByLabel("采纳", new() { Exact = true }).CheckAsync();
            await first.GetByLabel("答复内容").FillAsync("已采纳，第三条增加保温要求。");
            await first.GetByRole(AriaRole.Button, new() { Name = "答复" }).ClickAsync();
            await page.GetByText("已答复").First.WaitForAsync();
        }

        await using (var window = await site.OpenAsync(phone: true, javaScript: false))
        {
            await window.Page.GotoAsync($"/consultations/{Open}?on=s3#comments");
            await window.Page.GetByText("送餐箱应当保温").WaitForAsync();
            await window.Page.GetByText("已采纳，第三条增加保温要求。").WaitForAsync();
        }
    }

    private static async Task SignInAsync(IPage page, string key)
    {
        await page.GotoAsync("/sign-in");
        await page.Locator("main summary").ClickAsync();
        await page.Locator("input[name=key]").FillAsync(key);
        await page.Locator("main details .button").ClickAsync();
        await page.WaitForURLAsync(url => !url.EndsWith("/sign-in", StringComparison.Ordinal));
    }
}
