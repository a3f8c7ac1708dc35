using System.Text.RegularExpressions;
using Deque.AxeCore.Playwright;
using HotlinePush.Tests.Pages;
using HotlinePush.Tickets;
using Microsoft.Playwright;

namespace HotlinePush.BrowserTests;

/// <summary>The desk's pages in a browser: read by axe in both languages and themes, and worked with the keyboard alone.</summary>
public sealed class DeskTests(BrowserRun run) : IClassFixture<BrowserRun>
{
    [BrowserFact]
    public Task Pages_InChinese() => EveryPageAsync(english: false, dark: false);

    [BrowserFact]
    public Task Pages_InEnglish_Dark() => EveryPageAsync(english: true, dark: true);

    private async Task EveryPageAsync(bool english, bool dark)
    {
        var scene = await Scene.PlayAsync(run.Host);
        await using var window = await run.OpenAsync(dark: dark, english: english);
        var page = window.Page;
        var found = new List<string>();
        await SignInAsync(page, "demo-supervisor");
        foreach (var (name, path) in scene.DeskPages)
            await AccessibilityTests.LookAsync(page, name, found, async () =>
            {
                await page.GotoAsync(path);
                await page.EvaluateAsync("document.querySelectorAll('details').forEach(d => d.open = true)");
            });
        await AccessibilityTests.LookAsync(page, "desk-call-refused", found, async () =>
        {
            await page.GotoAsync("/desk/call");
            await page.Locator("[name='contact.phone']").FillAsync("19900000123");
            await page.Locator("[name=description]").FillAsync("小区门口的路灯三天没有亮。");
            await page.Locator("#call-lead-0").WaitForAsync();
            await page.Locator("button[value=answer]").ClickAsync();
        });
        Assert.True(found.Count == 0, string.Join("\n", found));
    }

    [BrowserFact]
    public async Task Call_IsTakenFiledAndDispatched_WithTheKeyboardAlone()
    {
        await using var window = await run.OpenAsync();
        var page = window.Page;
        await SignInAsync(page, "demo-desk");
        await page.GotoAsync("/desk/call");
        var keys = page.Keyboard;

        await keys.TypeAsync("19900000456");
        await keys.PressAsync("Tab");
        await keys.TypeAsync("陈女士");
        await keys.PressAsync("Tab");
        await keys.PressAsync("ArrowRight");
        await keys.PressAsync("Tab");
        await keys.InsertTextAsync("望江区鹤汀街道工地每天施工到凌晨两点，噪音扰民，无法休息。");
        await page.Locator("#call-lead-0").WaitForAsync();
        Assert.Contains("199****0456", await page.Locator("#hints").InnerTextAsync(), StringComparison.Ordinal);
        await keys.PressAsync("Control+Enter");
        await page.Locator(".taken").WaitForAsync();

        var number = Regex.Match(await page.Locator(".taken").InnerTextAsync(), @"\d{14}").Value;
        var ticket = (await run.Host.ReadAsync(number))!.Ticket;
        Assert.Equal((TicketState.Dispatched, TicketType.Complaint, "陈女士"), (ticket.State, ticket.Type, ticket.Contact!.Name));
        Assert.Equal("contact.phone", await page.EvaluateAsync<string>("document.activeElement.name"));
    }

    [BrowserFact]
    public async Task Call_WithoutScript_ShowsTheSameByAButton()
    {
        await using var window = await run.OpenAsync(javaScript: false);
        var page = window.Page;
        await SignInAsync(page, "demo-desk");
        await page.GotoAsync("/desk/call");

        await page.Locator("[name='contact.phone']").FillAsync("19900000457");
        await page.Locator("[name=description]").FillAsync("望江区鹤汀街道工地每天施工到凌晨两点，噪音扰民，无法休息。");
        await page.Locator("button[value=look]").ClickAsync();

        Assert.Contains("199****0457", await page.Locator("#hints").InnerTextAsync(), StringComparison.Ordinal);
        Assert.Equal("望江区鹤汀街道工地每天施工到凌晨两点，噪音扰民，无法休息。", await page.Locator("[name=description]").InputValueAsync());
        await page.Locator("[name='contact.phone']").PressAsync("Enter");
        await page.Locator(".taken").WaitForAsync();
    }

    private static async Task SignInAsync(IPage page, string key)
    {
        await page.GotoAsync("/sign-in");
        await page.Locator("main summary").ClickAsync();
        await page.Locator("input[name=key]").FillAsync(key);
        await page.Locator("main details .button").ClickAsync();
        await page.WaitForURLAsync(url => !url.Contains("sign-in", StringComparison.Ordinal));
    }
}
