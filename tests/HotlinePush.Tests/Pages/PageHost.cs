using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using HotlinePush.Clocks;
using HotlinePush.Local.Demo;
using HotlinePush.Security;
using HotlinePush.Security.Accounts;
using HotlinePush.Tests.Support;
using HotlinePush.Tickets;
using HotlinePush.Units;
using HotlinePush.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace HotlinePush.Tests.Pages;

/// <summary>The whole product over HTTP on loopback, with the demonstration's city and a folder of its own; nothing drives its queues.</summary>
public sealed class PageHost : IAsyncDisposable
{
    public const string Unit = "city-urban";
    private readonly WebApplication _app;
    private readonly string _folder;
    private readonly CookieContainer _cookies = new();

    private PageHost(WebApplication app, string folder, ManualClock time)
    {
        (_app, _folder, Time) = (app, folder, time);
        Address = app.Urls.First();
        Client = new(new HttpClientHandler { CookieContainer = _cookies, AllowAutoRedirect = false }) { BaseAddress = new(Address) };
        // As browsers say it: without, a form sent with a session is refused as coming from elsewhere.
        Client.DefaultRequestHeaders.Add("Accept", "text/html,application/xhtml+xml,*/*;q=0.8");
        Client.DefaultRequestHeaders.Add("Sec-Fetch-Site", "same-origin");
    }

    public string Address { get; }

    /// <summary>Product time: Friday 20 November 2026, 09:00, until a test moves it.</summary>
    public ManualClock Time { get; }

    public HttpClient Client { get; }
    public IServiceProvider Services => _app.Services;

    /// <param name="still">Engine time stands still as product time does: for what is counted by the minute.</param>
    public static async Task<PageHost> StartAsync(Action<HotlineWebOptions>? configure = null, bool still = false)
    {
        var folder = Directory.CreateTempSubdirectory("hotline-pages-").FullName;
        var time = new ManualClock();
        var builder = WebApplication.CreateEmptyBuilder(new() { EnvironmentName = "Production" });
        builder.WebHost.UseKestrel().UseUrls("http://127.0.0.1:0");
        builder.Services.AddLogging();
        if (still)
            builder.Services.AddSingleton<TimeProvider>(time);
        builder.Services.AddSingleton(new ProductClock(time));
        builder.Services.AddSingleton(KeyRing.Create());
        builder.Services.AddSqliteStorage(folder);
        builder.Services.AddHotlineWeb(o =>
        {
            o.WrongCodesPerAddress = 5;
            configure?.Invoke(o);
        });
        builder.Services.AddHotlineProduct(demo: true);
        var app = builder.Build();
        app.UseHotline(HotlineProduct.MapProduct);
        await SeedAsync(app.Services);
        await app.StartAsync();
        return new(app, folder, time);
    }

    private static async Task SeedAsync(IServiceProvider services)
    {
        var setup = services.GetRequiredService<SetupStore>();
        await SetAsync(SetupNames.Units, DemoCity.Units);
        await SetAsync(SetupNames.Areas, DemoCity.Areas);
        await SetAsync(SetupNames.Categories, DemoCity.Categories);
        await SetAsync(SetupNames.Catalogue, DemoCity.Catalogue);
        var keys = services.GetRequiredService<ApiKeys>();
        foreach (var unit in DemoCity.Units)
            await keys.IssueFixed("demo-unit-" + unit.Id, Role.Unit, unit.Id);
        await keys.IssueFixed("demo-desk", Role.Desk);
        await keys.IssueFixed("demo-supervisor", Role.Supervisor);
        await keys.IssueFixed("demo-admin", Role.Admin);
        await keys.IssueFixed("demo-publisher", Role.Publisher, "city-civil");
        await keys.IssueFixed("demo-reviewer", Role.Reviewer, "city-civil");
        await DemoAccounts.CreateAsync(services.GetRequiredService<AccountStore>(), services.GetRequiredService<AccountSignIn>(), TimeProvider.System, default);

        async Task SetAsync<T>(string name, IReadOnlyList<T> value) =>
            await setup.ReplaceAsync(name, value, await setup.ReadAsync<IReadOnlyList<T>>(name, []), []);
    }

    /// <summary>A ticket of the unit's, dispatched by the desk: its number and tracking code.</summary>
    public async Task<(string Number, string Code)> DispatchedAsync(string unit, string subject = "路灯不亮", bool confidential = false, string description = "小区门口的路灯三天没有亮。", string areaId = "990101001")
    {
        var created = await ApiAsync(HttpMethod.Post, "/api/v1/tickets", null, new
        {
            type = "Help",
            subject,
            description,
            areaId,
            contact = new { phone = "19900000123", name = "王小明", confidential },
        });
        var number = created.GetProperty("number").GetString()!;
        // Routing may have been quicker, and to another unit.
        var state = await ApiAsync(HttpMethod.Get, "/api/v1/tickets/" + number, "demo-desk");
        if (state.GetProperty("state").GetString() == "Received")
            await ApiAsync(HttpMethod.Post, $"/api/v1/tickets/{number}/actions/dispatch", "demo-desk", new { leadUnitId = unit, unitText = "反映公共照明问题。" });
        else if (state.GetProperty("leadUnitId").GetString() != unit)
            await ApiAsync(HttpMethod.Post, $"/api/v1/tickets/{number}/actions/reassign", "demo-desk", new { leadUnitId = unit, note = "改派" });
        return (number, created.GetProperty("trackingCode").GetString()!);
    }

    public async Task<JsonElement> ApiAsync(HttpMethod method, string path, string? key, object? body = null)
    {
        using var client = new HttpClient { BaseAddress = new(Address) };
        using var request = new HttpRequestMessage(method, path);
        if (key is not null)
            request.Headers.Authorization = new("Bearer", key);
        if (body is not null)
            request.Content = new StringContent(JsonSerializer.Serialize(body), System.Text.Encoding.UTF8, "application/json");
        using var response = await client.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        if (!response.IsSuccessStatusCode)
            throw new InvalidOperationException($"{method} {path}: {(int)response.StatusCode} {text}");
        return JsonDocument.Parse(text).RootElement;
    }

    public async Task<Shown> GetAsync(string path)
    {
        using var response = await Client.GetAsync(path);
        return await Shown.OfAsync(response);
    }

    /// <summary>Sends a form as a browser would after it has read the page it stands on, and follows one redirect.</summary>
    public async Task<Shown> SubmitAsync(string page, string action, params (string Name, string Value)[] fields)
    {
        var form = await GetAsync(page);
        var shown = await PostAsync(action, [.. form.HiddenOf(action), .. fields]);
        return shown.Location is { } next ? await GetAsync(next) : shown;
    }

    public async Task<Shown> PostAsync(string action, params IEnumerable<(string Name, string Value)> fields)
    {
        using var content = new FormUrlEncodedContent(fields.Select(f => KeyValuePair.Create(f.Name, f.Value)));
        using var response = await Client.PostAsync(action, content);
        return await Shown.OfAsync(response);
    }

    public Task<Shown> SignInAsync(string key, string to = "/unit") => SubmitAsync("/sign-in?to=" + Uri.EscapeDataString(to), "/sign-in", ("key", key));

    /// <summary>As somebody with an account would.</summary>
    public Task<Shown> SignInAsAsync(string userName, string password = DemoAccounts.Password, string to = "") =>
        SubmitAsync("/sign-in?to=" + Uri.EscapeDataString(to), "/sign-in", ("userName", userName), ("password", password));

    public Task<StoredTicket?> ReadAsync(string number) => Services.GetRequiredService<TicketStore>().ReadAsync(number, default);

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}

/// <summary>A page as it came.</summary>
public sealed record Shown(int Status, string Html, string? Location, IReadOnlyDictionary<string, string> Headers)
{
    public static async Task<Shown> OfAsync(HttpResponseMessage response) => new(
        (int)response.StatusCode,
        await response.Content.ReadAsStringAsync(),
        response.Headers.Location?.ToString(),
        response.Headers.Concat(response.Content.Headers).ToDictionary(h => h.Key, h => string.Join(",", h.Value), StringComparer.OrdinalIgnoreCase));

    /// <summary>What a reader sees: markup dropped, entities read.</summary>
    public string Text => Regex.Replace(WebUtility.HtmlDecode(Regex.Replace(Html, "<[^>]*>", " ")), @"\s+", " ");

    /// <summary>The hidden fields of the form with that action.</summary>
    public IEnumerable<(string Name, string Value)> HiddenOf(string action)
    {
        var form = Regex.Match(Html, $"<form[^>]*action=\"{Regex.Escape(action)}\".*?</form>", RegexOptions.Singleline);
        Assert.True(form.Success, $"No form for {action} on the page.");
        return Regex.Matches(form.Value, "<input type=\"hidden\" name=\"([^\"]*)\" value=\"([^\"]*)\"")
            .Select(m => (m.Groups[1].Value, WebUtility.HtmlDecode(m.Groups[2].Value)));
    }
}
