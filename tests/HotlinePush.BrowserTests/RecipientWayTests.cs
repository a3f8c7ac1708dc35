using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using HotlinePush.Notices;
using HotlinePush.Security;
using Microsoft.Playwright;

namespace HotlinePush.BrowserTests;

/// <summary>
/// A recipient's way from the phone to the figures, without scripts, and the desk's look at a caller's notice: WCAG 2.2 AA by axe on each page, nothing
/// that sticks out of a phone's width, in large print too. With the variable PICTURES each is drawn.
/// </summary>
public sealed partial class RecipientWayTests(DemoSite site) : IClassFixture<DemoSite>
{
    private const string Sent = "ndemosent00001";
    private static readonly string? Pictures = Environment.GetEnvironmentVariable("PICTURES");

    [BrowserFact]
    public Task Recipient_FindsTheNoticeAndItsFigures() => WayAsync(english: false, dark: false, large: false);

    [BrowserFact]
    public Task Recipient_FindsTheNoticeAndItsFigures_InLargePrint() => WayAsync(english: false, dark: true, large: true);

    [BrowserFact]
    public Task Recipient_FindsTheNoticeAndItsFigures_InEnglish() => WayAsync(english: true, dark: false, large: false);

    private async Task WayAsync(bool english, bool dark, bool large)
    {
        var found = new List<string>();
        var keys = site.Get<KeyRing>();
        var row = english ? 1 : large ? 2 : 0;
        var token = DeliveryToken.Write(keys, $"{Sent}-0-{row}");
        var to = await SentToAsync($"{Sent}-0-{row}");
        await using var window = await site.OpenAsync(dark, english);
        var page = window.Page;
        await LookAsync("lookup", () => page.GotoAsync("/lookup" + (large ? "?print=large" : "")));
        await LookAsync("lookup-refused", async () => await page.Locator("main .button").First.ClickAsync());
        await LookAsync("lookup-code", async () =>
        {
            await page.Locator("input[name=phone]").FillAsync(to[3..]);
            await page.Locator("main .button").First.ClickAsync();
        });
        await page.Locator("input[name=code]").FillAsync(await CodeAsync(to));
        await LookAsync("lookup-list", async () =>
        {
            await page.Locator("main .button").First.ClickAsync();
            // Asked again and again: a wait for the address may begin after it has changed, and then waits for ever.
            await Assertions.Expect(page).ToHaveURLAsync(new Regex("/lookup/notices$"), new() { Timeout = 30_000 });
        });
        await LookAsync("copy", async () => await page.Locator("main .copies a").First.ClickAsync());
        await LookAsync("copy-refused", async () =>
        {
            await page.Locator("input[name=name]").FillAsync("别人");
            await page.Locator("form:has(input[name=name]) .button").ClickAsync();
        });
        Assert.DoesNotContain("元已发放", (await page.Locator("main").InnerTextAsync()).Replace("〔…〕元已发放", "", StringComparison.Ordinal), StringComparison.Ordinal);
        await LookAsync("copy-figures", async () =>
        {
            await page.Locator("input[name=name]").FillAsync($"云岭村民{row + 1}");
            await page.Locator("form:has(input[name=name]) .button").ClickAsync();
        });
        Assert.Matches(@"补助\d+元已发放", await page.Locator("main").InnerTextAsync());
        await LookAsync("copy-read", async () => await page.Locator("form[action$='/read'] .button").ClickAsync());
        await LookAsync("public", () => page.GotoAsync("/notices/" + Sent));
        await LookAsync("unsubscribe", () => page.GotoAsync("/unsubscribe/" + token));
        await LookAsync("unsubscribed", async () => await page.Locator("main .button").ClickAsync());
        await LookAsync("not-me", async () =>
        {
            await page.GotoAsync("/n/" + token);
            await page.Locator("summary").Last.ClickAsync();
            await page.Locator("form[action$='/not-me'] .button").ClickAsync();
        });
        await LookAsync("forged", () => page.GotoAsync("/n/nabcdefghjkmnp-0-0-0123456789"));
        if (large)
        {
            Assert.True(found.Count == 0, string.Join("\n", found.Distinct()));
            return;
        }

        await page.GotoAsync("/sign-in");
        await page.Locator("main summary").ClickAsync();
        await page.Locator("input[name=key]").FillAsync("demo-desk");
        await page.Locator("main details .button").ClickAsync();
        await page.WaitForURLAsync("**/desk**");
        await LookAsync("desk-notices", async () =>
        {
            await page.GotoAsync("/desk/notices");
            await page.Locator("input[name=phone]").FillAsync(to[3..]);
            await page.Locator("main .button").First.ClickAsync();
        });
        Assert.True(found.Count == 0, string.Join("\n", found.Distinct()));

        async Task LookAsync(string name, Func<Task> go)
        {
            await AccessibilityTests.LookAsync(page, name, found, go);
            if (Pictures is null)
                return;
            foreach (var width in (int[])[390, 1280])
            {
                await page.SetViewportSizeAsync(width, 900);
                await page.ScreenshotAsync(new() { Path = Path.Combine(Pictures, $"rec-{name}{(large ? "-large" : english ? "-en" : "")}-{width}.png"), FullPage = true });
            }
        }
    }

    /// <summary>Letters are looked at as a reviewer prints them.</summary>
    [BrowserFact]
    public async Task Letters_StandOnTheirPages()
    {
        await SentToAsync($"{Sent}-0-0");
        using var http = new HttpClient { BaseAddress = new(site.Address) };
        http.DefaultRequestHeaders.Authorization = new("Bearer", "demo-publisher");
        var html = await http.GetStringAsync($"/api/v1/notices/{Sent}/letters.html");
        Assert.Contains("<article class=\"letter\">", html, StringComparison.Ordinal);
        await using var window = await site.OpenAsync();
        await window.Page.RouteAsync("**/printed", r => r.FulfillAsync(new() { Body = html, ContentType = "text/html; charset=utf-8" }));
        await window.Page.GotoAsync("/printed");
        var box = await window.Page.Locator(".letter .window").First.BoundingBoxAsync();
        var letter = await window.Page.Locator(".letter").First.BoundingBoxAsync();
        // 96 dots an inch: the window 20 mm from the left, 50 mm from the top.
        Assert.InRange(box!.X - letter!.X, 74, 77);
        Assert.InRange(box.Y - letter.Y, 187, 191);
        if (Pictures is not null)
            await window.Page.ScreenshotAsync(new() { Path = Path.Combine(Pictures, "rec-letters.png"), FullPage = false });
    }

    /// <summary>Where that delivery went, once it has.</summary>
    private async Task<string> SentToAsync(string deliveryId)
    {
        for (var i = 0; i < 200; i++)
        {
            if ((await OutboxAsync("notice")).FirstOrDefault(e => e.GetProperty("deliveryId").GetString() == deliveryId) is { ValueKind: JsonValueKind.Object } entry)
                return entry.GetProperty("to").GetString()!;
            await Task.Delay(100);
        }

        throw new TimeoutException();
    }

    private async Task<string> CodeAsync(string to)
    {
        for (var i = 0; i < 200; i++)
        {
            if ((await OutboxAsync("code")).LastOrDefault(e => e.GetProperty("to").GetString() == to) is { ValueKind: JsonValueKind.Object } entry)
                return SixDigits().Match(entry.GetProperty("body").GetString()!).Value;
            await Task.Delay(100);
        }

        throw new TimeoutException();
    }

    private async Task<List<JsonElement>> OutboxAsync(string purpose)
    {
        using var http = new HttpClient { BaseAddress = new(site.Address) };
        http.DefaultRequestHeaders.Authorization = new("Bearer", "demo-admin");
        var all = new List<JsonElement>();
        string? next = null;
        do
        {
            var page = await http.GetFromJsonAsync<JsonElement>("/api/v1/outbox?limit=200" + (next is null ? "" : "&after=" + next));
            all.AddRange(page.GetProperty("items").EnumerateArray().Where(e => e.GetProperty("purpose").GetString() == purpose));
            next = page.GetProperty("next").GetString();
        }
        while (next is not null);
        return all;
    }

    [GeneratedRegex(@"\d{6}")]
    private static partial Regex SixDigits();
}
