using HotlinePush.Tests.Pages;
using Microsoft.Playwright;

namespace HotlinePush.BrowserTests;

/// <summary>One browser and one product for a class of tests; each test opens windows of its own.</summary>
public sealed class BrowserRun : IAsyncLifetime
{
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public PageHost Host { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        if (BrowserFactAttribute.Chromium is null)
            return;
        Host = await PageHost.StartAsync();
        _playwright = await Playwright.CreateAsync();
        _browser = await LaunchAsync(_playwright);
    }

    internal static Task<IBrowser> LaunchAsync(IPlaywright playwright) => playwright.Chromium.LaunchAsync(new()
    {
        ExecutablePath = BrowserFactAttribute.Chromium,
        Args =
        [
            "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
        ],
    });

    /// <summary>A fresh window: no cookies. What it asks other sites for, and what its console complains of, fails the test at <see cref="Window.DisposeAsync"/>.</summary>
    public Task<Window> OpenAsync(bool javaScript = true, bool dark = false, bool phone = false, bool english = false) =>
        OpenAsync(_browser!, Host.Address, javaScript, dark, phone, english);

    internal static async Task<Window> OpenAsync(IBrowser browser, string address, bool javaScript, bool dark, bool phone, bool english)
    {
        var context = await browser.NewContextAsync(new()
        {
            BaseURL = address,
            JavaScriptEnabled = javaScript,
            ColorScheme = dark ? ColorScheme.Dark : ColorScheme.Light,
            ViewportSize = phone ? new() { Width = 390, Height = 844 } : new() { Width = 1280, Height = 900 },
            ReducedMotion = ReducedMotion.Reduce,
        });
        if (english)
            await context.AddCookiesAsync([new() { Name = "hp_lang", Value = "en", Url = address }]);
        return new(context, await context.NewPageAsync(), address);
    }

    public async Task DisposeAsync()
    {
        if (_browser is not null)
            await _browser.DisposeAsync();
        _playwright?.Dispose();
        if (Host is not null)
            await Host.DisposeAsync();
    }
}

public sealed class Window : IAsyncDisposable
{
    private readonly IBrowserContext _context;
    private readonly List<string> _complaints = [];

    public Window(IBrowserContext context, IPage page, string site)
    {
        (_context, Page) = (context, page);
        page.Console += (_, message) =>
        {
            // A status of 400 is an answer here, though the browser notes it.
            if (message.Type == "error" && !message.Text.StartsWith("Failed to load resource", StringComparison.Ordinal))
                _complaints.Add(message.Text);
        };
        page.Request += (_, request) =>
        {
            if (!request.Url.StartsWith(site, StringComparison.Ordinal) && !request.Url.StartsWith("data:", StringComparison.Ordinal))
                _complaints.Add("asks " + request.Url);
        };
    }

    public IPage Page { get; }

    public async ValueTask DisposeAsync()
    {
        await _context.DisposeAsync();
        Assert.Empty(_complaints);
    }
}
