using HotlinePush.Local;
using HotlinePush.Tests.Pages;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Playwright;

namespace HotlinePush.BrowserTests;

/// <summary>The embedded host itself with its fictional city, so that every page has something to show; and a browser.</summary>
public sealed class DemoSite : IAsyncLifetime
{
    private const int Tickets = 80;
    private readonly string _folder = Directory.CreateTempSubdirectory("hotline-site-").FullName;
    private WebApplication? _app;
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public string Address { get; private set; } = "";

    public async Task InitializeAsync()
    {
        if (BrowserFactAttribute.Chromium is null)
            return;
        _app = LocalHost.Build(
            new LocalOptions { Urls = "http://127.0.0.1:0", Data = Path.Combine(_folder, "data"), Demo = true, Seed = Tickets, NoLimits = true, NoBrowser = true },
            services => services.AddLogging(l => l.SetMinimumLevel(LogLevel.Warning)));
        await _app.StartAsync();
        await LocalHost.PrepareAsync(_app, CancellationToken.None);
        Address = _app.Urls.First();
        _playwright = await Playwright.CreateAsync();
        _browser = await BrowserRun.LaunchAsync(_playwright);
    }

    /// <summary>The patterns of every page: what is mapped to be read and is no API, no file and no piece of a page.</summary>
    public IReadOnlyList<RoutePage> Pages() =>
    [
        .. _app!.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(e => e.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods.Contains("GET") == true)
            .Select(e => "/" + e.RoutePattern.RawText!.TrimStart('/'))
            .Where(p => !p.StartsWith("/api/", StringComparison.Ordinal) && !p.StartsWith("/assets/", StringComparison.Ordinal) && !p.StartsWith("/openapi/", StringComparison.Ordinal)
                && p is not ("/healthz" or "/readyz"))
            .Distinct(StringComparer.Ordinal).Select(p => new RoutePage(p)),
    ];

    public T Get<T>() where T : notnull => _app!.Services.GetRequiredService<T>();

    public Task<Window> OpenAsync(bool dark = false, bool english = false, bool phone = false, bool javaScript = true) =>
        BrowserRun.OpenAsync(_browser!, Address, javaScript, dark, phone, english);

    public async Task DisposeAsync()
    {
        if (_browser is not null)
            await _browser.DisposeAsync();
        _playwright?.Dispose();
        if (_app is not null)
        {
            await _app.StopAsync();
            await _app.DisposeAsync();
        }

        Directory.Delete(_folder, recursive: true);
    }
}

/// <summary>A page's address with what varies in braces.</summary>
public sealed record RoutePage(string Pattern)
{
    private readonly string[] _parts = Pattern.Split('/');

    /// <summary>The fewer parts vary, the better it fits.</summary>
    public int Vary => _parts.Count(p => p.StartsWith('{'));

    public bool Fits(string path)
    {
        var parts = path.Split('/');
        return parts.Length == _parts.Length && _parts.Zip(parts).All(p => p.First.StartsWith('{') ? p.Second.Length > 0 : p.First == p.Second);
    }
}
