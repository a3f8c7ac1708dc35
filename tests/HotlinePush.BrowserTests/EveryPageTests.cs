using System.Text.Json;
using Deque.AxeCore.Playwright;
using HotlinePush.Notices;
using HotlinePush.Security;
using Microsoft.Playwright;

namespace HotlinePush.BrowserTests;

/// <summary>
/// Every page that is mapped, found by following links as each kind of reader: WCAG 2.2 AA by axe, nothing that sticks out of a phone's
/// width, no broken link. A page that no link leads to fails the test. With the variable PICTURES each is drawn for people to look at.
/// </summary>
public sealed class EveryPageTests(DemoSite site) : IClassFixture<DemoSite>
{
    /// <summary>Of one pattern with the same query fields, so many are looked at by each reader.</summary>
    private const int Looks = 1;

    /// <summary>Before the name of one who signs in with a password.</summary>
    private const string Account = "account:";

    private const int AtOnce = 2;

    private static readonly string? Pictures = Environment.GetEnvironmentVariable("PICTURES");

    /// <summary>Answers that are no page of their own: files, and what the script asks for.</summary>
    private static readonly string[] NoPages = [".csv", ".svg", "/pulse", "/hints", "/calls/live", "/suggest", "/attachments/"];

    /// <summary>Each kind of reader: the key they sign in with, and where they begin besides their home.</summary>
    private static readonly (string Name, string? Key, string[] From)[] Readers =
    [
        ("public", null, ["/", "/track", "/sign-in", "/glossary", "/knowledge", "/performance", "/lookup/notices", "/notices/ndemosent00001", "/consultations/cdemoopen00001/confirm?comment=m"]),
        ("desk", "demo-desk", ["/desk", "/desk/call", "/desk/search", "/desk/incidents", "/unit"]),
        ("account", Account + "desk", ["/account"]),
        ("unit", "demo-unit-city-urban", ["/unit", "/unit?state=closed"]),
        ("supervisor", "demo-supervisor", ["/supervision", "/desk"]),
        ("admin", "demo-admin", ["/setup", "/supervision"]),
        ("publisher", "demo-publisher", ["/"]),
        ("reviewer", "demo-reviewer", ["/"]),
    ];

    [EveryPageFact]
    public Task EveryPage_InChinese_Light() => EveryPageAsync(english: false, dark: false);

    [EveryPageFact]
    public Task EveryPage_InEnglish_Dark() => EveryPageAsync(english: true, dark: true);

    private async Task EveryPageAsync(bool english, bool dark)
    {
        var pages = site.Pages();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var found = new List<string>();
        await Parallel.ForEachAsync(Readers, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (reader, _) =>
        {
            var (name, key, from) = reader;
            await using var window = await site.OpenAsync(dark, english);
            var page = window.Page;
            var queue = new Queue<string>(from);
            if (key is null)
                foreach (var path in await FollowedAsync(page))
                    queue.Enqueue(path);
            else
                queue.Enqueue(await SignInAsync(page, key));
            var taken = new Dictionary<string, int>(StringComparer.Ordinal);
            var visited = new HashSet<string>(StringComparer.Ordinal);
            while (queue.TryDequeue(out var address))
            {
                var path = address.Split('?', '#')[0];
                if (!visited.Add(address.Split('#')[0]) || Array.Exists(NoPages, path.Contains) || path.StartsWith("/api/", StringComparison.Ordinal))
                    continue;
                if (pages.Where(p => p.Fits(path)).MinBy(p => p.Vary) is not { } pattern)
                {
                    Say([$"{name}: a link to {address}, which is no page."]);
                    continue;
                }

                // The same page with the same fields set shows nothing new.
                var shape = pattern.Pattern + "?" + FieldsOf(address);
                if ((taken[shape] = taken.GetValueOrDefault(shape) + 1) > Looks)
                    continue;
                lock (found)
                    seen.Add(pattern.Pattern);
                Say((await LookAsync(page, address)).Select(f => $"{name} {address}: {f}"));
                if (Pictures is not null)
                    await DrawAsync(page, $"{name}{pattern.Pattern.Replace('/', '-')}-{taken[shape]}{(dark ? "-dark-en" : "")}");
                foreach (var link in await page.EvaluateAsync<string[]>("[...document.querySelectorAll('a[href]')].map(a => a.getAttribute('href')).filter(h => h.startsWith('/') && !h.includes('lang='))"))
                    queue.Enqueue(link);
            }
        });

        found.AddRange(pages.Where(p => !seen.Contains(p.Pattern) && !Array.Exists(NoPages, p.Pattern.Contains)).Select(p => $"No link leads to {p.Pattern}."));
        Assert.True(found.Count == 0, $"{found.Count} found:\n" + string.Join("\n", found.Distinct().Take(60)));

        void Say(IEnumerable<string> more)
        {
            lock (found)
                found.AddRange(more);
        }
    }

    private static string FieldsOf(string address) =>
        address.Split('#')[0].Split('?') is [_, var query] ? string.Join('&', query.Split('&').Select(f => f.Split('=')[0]).Order(StringComparer.Ordinal)) : "";

    private static async Task<IReadOnlyList<string>> LookAsync(IPage page, string address)
    {
        var found = new List<string>();
        await page.SetViewportSizeAsync(1280, 900);
        var answer = await page.GotoAsync(address);
        if (answer!.Status != 200)
            return [$"answers {answer.Status}."];
        // What is folded away is looked at as well.
        await page.EvaluateAsync("document.querySelectorAll('details').forEach(d => d.open = true)");
        var result = await page.RunAxe(AccessibilityTests.Wcag);
        found.AddRange(result.Violations.SelectMany(v => v.Nodes.Take(3).Select(n => $"{v.Id} {v.Help}: {n.Html}")));
        await page.SetViewportSizeAsync(320, 640);
        if (await page.EvaluateAsync<int>("document.documentElement.scrollWidth") > 320)
            found.Add("sticks out of a width of 320.");
        return found;
    }

    private static async Task DrawAsync(IPage page, string name)
    {
        foreach (var (width, height) in ((int, int)[])[(390, 844), (1280, 900)])
        {
            await page.SetViewportSizeAsync(width, height);
            await page.EvaluateAsync("document.querySelectorAll('main details').forEach(d => d.open = false)");
            await page.ScreenshotAsync(new() { Path = Path.Combine(Pictures!, $"{name}-{width}.png"), FullPage = true });
        }
    }

    /// <returns>Where signing in led.</returns>
    private static async Task<string> SignInAsync(IPage page, string key)
    {
        await page.GotoAsync("/sign-in");
        if (key.StartsWith(Account, StringComparison.Ordinal))
        {
            await page.Locator("input[name=userName]").FillAsync(key[Account.Length..]);
            await page.Locator("input[name=password]").FillAsync(HotlinePush.Local.Demo.DemoAccounts.Password);
            await page.Locator("form:has(input[name=password]) .button").ClickAsync();
            await page.WaitForURLAsync(url => !url.EndsWith("/sign-in", StringComparison.Ordinal));
            return new Uri(page.Url).PathAndQuery;
        }

        await page.EvaluateAsync("document.querySelectorAll('details').forEach(d => d.open = true)");
        await page.Locator("input[name=key]").FillAsync(key);
        await page.Locator("form:has(input[name=key]) .button").ClickAsync();
        await page.WaitForURLAsync(url => !url.EndsWith("/sign-in", StringComparison.Ordinal));
        return new Uri(page.Url).PathAndQuery;
    }

    /// <summary>A request filed as anybody would, to be followed.</summary>
    private async Task<string[]> FollowedAsync(IPage page)
    {
        var answer = await page.APIRequest.PostAsync("/api/v1/tickets", new()
        {
            DataObject = new { type = "Help", subject = "小区门口路灯不亮", description = "三天没有亮。", contact = new { phone = "19900000123" } },
        });
        var created = JsonDocument.Parse(await answer.BodyAsync()).RootElement;
        var (number, code) = (created.GetProperty("number").GetString(), created.GetProperty("trackingCode").GetString());
        // And a copy of a notice, as its recipient holds it.
        var copy = DeliveryToken.Write(site.Get<KeyRing>(), "ndemosent00001-0-0");
        return [$"/tickets/{number}?code={code}", $"/tickets/{number}/receipt?code={code}", "/n/" + copy, "/unsubscribe/" + copy];
    }
}
