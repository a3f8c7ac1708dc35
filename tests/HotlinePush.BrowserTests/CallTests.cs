using HotlinePush.Tests.Inbound.Calls;
using Microsoft.Playwright;

namespace HotlinePush.BrowserTests;

/// <summary>The telephone rings: what pops up on the desk's pages without anybody touching them, and the pages of calls read by axe.</summary>
public sealed class CallTests(BrowserRun run) : IClassFixture<BrowserRun>
{
    private static readonly string? Pictures = Environment.GetEnvironmentVariable("PICTURES");

    [BrowserFact]
    public async Task Call_ThatRings_PopsUpByItselfAndIsTakenByOneKey()
    {
        var pbx = new CallScenario(new(run.Host.Address));
        await run.Host.DispatchedAsync("city-urban");
        await using var window = await run.OpenAsync();
        var page = window.Page;
        await SignInAsync(page, "8011");

        await pbx.SaysAsync("pop-1", "ringing", "19900000123", "8011");
        await page.Locator(".pop.ringing").WaitForAsync();
        Assert.Contains("路灯不亮", await page.Locator(".pop.ringing").InnerTextAsync(), StringComparison.Ordinal);

        await page.Locator(".pop.ringing .button").FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await page.Locator("[name=description]").WaitForAsync();
        Assert.Equal("+8619900000123", await page.Locator("[name='contact.phone']").InputValueAsync());

        await pbx.SaysAsync("pop-1", "ended");
        await page.Locator(".pop.ringing").WaitForAsync(new() { State = WaitForSelectorState.Detached });
    }

    [BrowserFact]
    public async Task Pages_OfCalls_AreReadByAxe_AndFitAPhone()
    {
        var pbx = new CallScenario(new(run.Host.Address));
        await run.Host.DispatchedAsync("city-urban");
        await pbx.SaysAsync("axe-1", "missed", "19900000123");
        await pbx.SaysAsync("axe-2", "missed", "19900000777", called: "12319");
        await pbx.SaysAsync("axe-3", "ringing", "19900000778");
        foreach (var (dark, english) in ((bool, bool)[])[(false, false), (true, true)])
        {
            await using var window = await run.OpenAsync(dark: dark, english: english);
            var page = window.Page;
            await SignInAsync(page, "8012");
            await pbx.SaysAsync("axe-4", "ringing", "19900000123", "8012");
            var found = new List<string>();
            foreach (var (name, path) in ((string, string)[])[("calls", "/desk/calls"), ("callbacks", "/desk/callbacks"), ("desk", "/desk"), ("call", "/desk/call")])
                await LookAsync(name, () => page.GotoAsync(path));
            await LookAsync("callback", async () =>
            {
                await page.GotoAsync("/desk/callbacks");
                await page.Locator("table.tasks a").First.ClickAsync();
                await page.Locator("form[action$=reveal] button").ClickAsync();
                await page.Locator(".number").WaitForAsync();
            });
            Assert.True(found.Count == 0, string.Join("\n", found));

            async Task LookAsync(string name, Func<Task> go)
            {
                await AccessibilityTests.LookAsync(page, name, found, go);
                if (Pictures is null)
                    return;
                foreach (var (width, height) in ((int, int)[])[(375, 800), (1280, 900)])
                {
                    await page.SetViewportSizeAsync(width, height);
                    await page.ScreenshotAsync(new() { Path = Path.Combine(Pictures, $"calls-{name}-{width}{(dark ? "-dark-en" : "")}.png"), FullPage = true });
                }
            }
        }
    }

    /// <summary>At the desk, with an extension.</summary>
    private static async Task SignInAsync(IPage page, string line)
    {
        await page.GotoAsync("/sign-in");
        await page.Locator("main summary").ClickAsync();
        await page.Locator("input[name=key]").FillAsync("demo-desk");
        await page.Locator("main details .button").ClickAsync();
        await page.WaitForURLAsync(url => !url.Contains("sign-in", StringComparison.Ordinal));
        await page.GotoAsync("/desk/calls");
        await page.Locator("[name=line]").FillAsync(line);
        await page.Locator("form[action$=line] button").ClickAsync();
        await page.WaitForURLAsync("**/desk/calls?done=line");
        await page.GotoAsync("/desk");
    }
}
