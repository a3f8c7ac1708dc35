using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using HotlinePush.Tests.Pages;
using Microsoft.Playwright;

namespace HotlinePush.BrowserTests;

/// <summary>WCAG 2.2 AA by axe on every page, in both languages and both themes; nothing sticks out of a phone's width.</summary>
public sealed class AccessibilityTests(BrowserRun run) : IClassFixture<BrowserRun>
{
    internal static readonly AxeRunOptions Wcag = new()
    {
        RunOnly = new() { Type = "tag", Values = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] },
    };

    [BrowserFact]
    public Task Pages_InChinese() => EveryPageAsync(english: false, dark: false);

    [BrowserFact]
    public Task Pages_InChinese_Dark() => EveryPageAsync(english: false, dark: true);

    [BrowserFact]
    public Task Pages_InEnglish() => EveryPageAsync(english: true, dark: false);

    [BrowserFact]
    public Task Pages_InEnglish_Dark() => EveryPageAsync(english: true, dark: true);

    private async Task EveryPageAsync(bool english, bool dark)
    {
        var scene = await Scene.PlayAsync(run.Host);
        await using var window = await run.OpenAsync(dark: dark, english: english);
        var page = window.Page;
        var found = new List<string>();
        foreach (var (name, path) in scene.PublicPages)
            await LookAsync(name, () => page.GotoAsync(path));
        await LookAsync("refused", async () =>
        {
            await page.GotoAsync("/");
            await page.Locator(".submit .button").ClickAsync();
        });
        await SignInAsync(page);
        foreach (var (name, path) in scene.UnitPages)
            await LookAsync(name, async () =>
            {
                await page.GotoAsync(path);
                // What is folded away is not looked at.
                await page.EvaluateAsync("document.querySelectorAll('details').forEach(d => d.open = true)");
            });
        Assert.True(found.Count == 0, string.Join("\n", found));

        Task LookAsync(string name, Func<Task> go) => AccessibilityTests.LookAsync(page, name, found, go);
    }

    internal static async Task LookAsync(IPage page, string name, List<string> found, Func<Task> go)
    {
        await page.SetViewportSizeAsync(1280, 900);
        await go();
        var result = await page.RunAxe(Wcag);
        found.AddRange(result.Violations.SelectMany(v => v.Nodes.Select(n => $"{name}: {v.Id} {v.Help} at {n.Target}: {n.Html}")));
        await page.SetViewportSizeAsync(320, 640);
        if (await page.EvaluateAsync<int>("document.documentElement.scrollWidth") > 320)
            found.Add($"{name}: sticks out of a width of 320.");
    }

    internal static async Task SignInAsync(IPage page)
    {
        await page.GotoAsync("/sign-in");
        await page.Locator("main summary").ClickAsync();
        await page.Locator("input[name=key]").FillAsync("demo-unit-" + PageHost.Unit);
        await page.Locator("main details .button").ClickAsync();
        await page.WaitForURLAsync("**/unit");
    }
}
