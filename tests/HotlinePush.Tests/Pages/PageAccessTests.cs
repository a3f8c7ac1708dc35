using System.Net;
using System.Text.RegularExpressions;
using HotlinePush.Local.Demo;
using HotlinePush.Security;
using HotlinePush.Security.Accounts;
using HotlinePush.Units;
using HotlinePush.Web;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace HotlinePush.Tests.Pages;

/// <summary>
/// Every page and every form of the site, tried as everybody: one table says what each role gets. A route that is missing from it fails.
/// The ticket that the pages are about is full of hostile words.
/// </summary>
public sealed partial class PageAccessTests : IAsyncLifetime
{
    private const string Hostile = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>";
    private const string Anybody = "anybody";
    private const string Staff = "desk unit supervisor publisher reviewer admin";

    private static readonly string[] Roles = ["anonymous", "desk", "unit", "supervisor", "publisher", "reviewer", "admin"];

    /// <summary>
    /// Who is let in, and what they get: by GET the page, by POST without the form's token 400 (415 where files come). Everybody else: to the
    /// sign-in by GET, 401 by POST, and 403 when signed in as somebody else. A route stands twice where it answers two kinds of people.
    /// </summary>
    private static readonly (string Route, string Who, int Status)[] Table =
    [
        ("GET /", Anybody, 200),
        ("GET /track", Anybody, 200),
        ("GET /glossary", Anybody, 200),
        ("GET /sign-in", Anybody, 200),
        ("GET /knowledge", Anybody, 200),
        ("GET /lookup", Anybody, 200),
        ("POST /lookup", Anybody, 400),
        ("POST /lookup/verify", Anybody, 400),
        ("GET /lookup/notices", Anybody, 303),
        ("POST /lookup/end", Anybody, 400),
        ("GET /notices/{id}", Anybody, 404),
        ("GET /n/{token}", Anybody, 404),
        ("POST /n/{token}/figures", Anybody, 404),
        ("POST /n/{token}/read", Anybody, 404),
        ("POST /n/{token}/not-me", Anybody, 404),
        ("POST /n/{token}/question", Anybody, 404),
        ("GET /unsubscribe/{token}", Anybody, 404),
        ("POST /unsubscribe/{token}", Anybody, 404),
        ("POST /unsubscribe/{token}/start", Anybody, 404),
        ("GET /desk/notices", "desk supervisor", 200),
        ("POST /desk/notices", "desk supervisor", 400),
        ("GET /assets/{name}", Anybody, 404),
        ("GET /tickets/{number}", "anonymous", 404),
        ("GET /tickets/{number}", Staff, 302),
        ("GET /tickets/{number}/receipt", Anybody, 404),
        ("GET /knowledge/{id}", Anybody, 404),
        ("POST /knowledge/{id}/helpful", Anybody, 400),
        ("POST /suggest", Anybody, 400),
        ("POST /", Anybody, 400),
        ("POST /track", Anybody, 400),
        ("POST /sign-in", Anybody, 400),
        ("POST /tickets/{number}/attachments", Anybody, 404),
        ("POST /tickets/{number}/follow-up", Anybody, 404),
        ("POST /tickets/{number}/urge", Anybody, 404),
        ("POST /tickets/{number}/rating", Anybody, 404),
        ("POST /sign-out", Anybody, 400),
        ("GET /account", Staff, 200),
        ("GET /account/password", Staff, 303),
        ("POST /account/password", Staff, 404),
        ("GET /desk", "desk supervisor", 200),
        ("GET /desk/pulse", "desk supervisor", 204),
        ("GET /desk/call", "desk supervisor", 200),
        ("GET /desk/search", "desk supervisor", 200),
        ("GET /desk/tickets/{number}", "desk supervisor", 200),
        ("POST /desk/call", "desk supervisor", 400),
        ("POST /desk/call/hints", "desk supervisor", 400),
        ("POST /desk/search/phone", "desk supervisor", 400),
        ("POST /desk/tickets/{number}/reveal", "desk supervisor", 400),
        ("POST /desk/tickets/{number}/answer-at-desk", "desk supervisor", 400),
        ("POST /desk/tickets/{number}/dispatch", "desk supervisor", 400),
        ("POST /desk/tickets/{number}/decide-return", "desk supervisor", 400),
        ("POST /desk/tickets/{number}/reassign", "desk supervisor", 400),
        ("POST /desk/tickets/{number}/contact", "desk supervisor", 400),
        ("POST /desk/tickets/{number}/decide-suspension", "desk supervisor", 400),
        ("POST /desk/tickets/{number}/resume", "desk supervisor", 400),
        ("POST /desk/tickets/{number}/audit", "desk supervisor", 400),
        ("POST /desk/tickets/{number}/callback", "desk supervisor", 400),
        ("POST /desk/tickets/{number}/merge", "desk supervisor", 400),
        ("POST /desk/tickets/{number}/decline", "desk supervisor", 400),
        ("POST /desk/tickets/{number}/handover", "desk supervisor", 400),
        ("POST /desk/tickets/{number}/terminate", "desk supervisor", 400),
        ("POST /desk/tickets/{number}/follow-up", "desk supervisor", 400),
        ("POST /desk/tickets/{number}/urge", "desk supervisor", 400),
        ("POST /desk/tickets/{number}/publish", "desk supervisor", 400),
        ("GET /disclosure", Anybody, 200),
        ("POST /disclosure", Anybody, 400),
        ("POST /tickets/{number}/correct", Anybody, 404),
        ("POST /unit/tickets/{number}/ask-correction", "desk unit supervisor", 400),
        ("POST /unit/tickets/{number}/ask-third-party", "desk unit supervisor", 400),
        ("POST /unit/tickets/{number}/third-party-replied", "desk unit supervisor", 400),
        ("POST /unit/tickets/{number}/decide-disclosure", "desk unit supervisor", 400),
        ("POST /unit/tickets/{number}/deliver", "desk unit supervisor", 400),
        ("POST /desk/tickets/{number}/withdraw", "desk supervisor", 400),
        ("POST /desk/tickets/{number}/decide-extension", "supervisor", 400),
        ("GET /desk/calls", "desk supervisor", 200),
        ("GET /desk/calls/live", "desk supervisor", 200),
        ("POST /desk/calls/line", "desk supervisor", 400),
        ("GET /desk/callbacks", "desk supervisor", 200),
        ("GET /desk/callbacks/{id}", "desk supervisor", 404),
        ("POST /desk/callbacks/{id}/reveal", "desk supervisor", 400),
        ("POST /desk/callbacks/{id}/done", "desk supervisor", 404),
        ("GET /desk/incidents", "desk supervisor", 200),
        ("POST /desk/incidents", "desk supervisor", 400),
        ("GET /desk/incidents/{id}", "desk supervisor", 404),
        ("POST /desk/incidents/{id}/calls", "desk supervisor", 404),
        ("POST /desk/incidents/{id}/update", "desk supervisor", 404),
        ("POST /desk/incidents/{id}/restore", "desk supervisor", 404),
        ("GET /supervision/topics", "desk supervisor", 200),
        ("POST /supervision/topics", "desk supervisor", 400),
        ("GET /supervision/topics/{id:int}", "desk supervisor", 404),
        ("GET /desk/knowledge", "desk supervisor admin", 200),
        ("GET /desk/knowledge/new", "desk supervisor admin", 200),
        ("POST /desk/knowledge/new", "desk supervisor admin", 400),
        ("GET /desk/knowledge/{id}", "desk supervisor admin", 404),
        ("POST /desk/knowledge/{id}", "desk supervisor admin", 404),
        ("POST /desk/knowledge/{id}/confirm", "supervisor admin", 404),
        ("POST /desk/knowledge/{id}/publish", "supervisor admin", 404),
        ("POST /desk/knowledge/{id}/reject", "supervisor admin", 404),
        ("POST /desk/knowledge/{id}/retire", "supervisor admin", 404),
        ("POST /desk/knowledge/{id}/submit", "desk supervisor admin", 404),
        ("POST /unit/tickets/{number}/attachments", "desk unit supervisor", 400),
        ("POST /desk/tickets/{number}/attachments", "desk supervisor", 400),
        ("GET /supervision", "supervisor admin", 200),
        ("GET /supervision/scores", "supervisor admin", 200),
        ("GET /supervision/overdue", "supervisor admin", 200),
        ("GET /supervision/deductions", "supervisor admin", 200),
        ("GET /supervision/parked", "supervisor admin", 200),
        ("GET /supervision/audit", "supervisor admin", 200),
        ("GET /supervision/appeals", "supervisor admin", 200),
        ("GET /supervision/periods", "supervisor admin", 200),
        ("GET /supervision/rechecks", "supervisor admin", 200),
        ("GET /supervision/reports/{kind}", "supervisor admin", 200),
        ("GET /supervision/periods/{id}", "supervisor admin", 404),
        ("GET /supervision/rechecks/{id}", "supervisor admin", 404),
        ("POST /supervision/appeals/{number}/{measure}", "supervisor", 400),
        ("POST /supervision/periods", "supervisor admin", 400),
        ("POST /supervision/rechecks", "supervisor", 400),
        ("POST /supervision/rechecks/{id}/{number}", "supervisor", 404),
        ("GET /unit/score", "unit", 200),
        ("POST /unit/score/{number}/{measure}", "unit", 400),
        ("GET /performance", Anybody, 200),
        ("GET /unit/today", "unit", 200),
        ("GET /unit/today", "desk supervisor admin", 404),
        ("GET /unit/tickets/{number}/sheet", "desk unit supervisor admin", 200),
        ("POST /unit/tickets/{number}/join", "desk unit supervisor", 400),
        ("POST /unit/tickets/{number}/opinion", "unit", 400),
        ("POST /unit/tickets/{number}/delegate", "unit", 400),
        ("POST /unit/tickets/{number}/recall", "unit", 400),
        ("POST /unit/tickets/{number}/sign-off", "unit", 400),
        ("POST /unit/tickets/{number}/supervise", "supervisor", 400),
        ("POST /unit/tickets/{number}/park", "supervisor", 400),
        ("POST /unit/tickets/{number}/review", "supervisor", 400),
        ("POST /unit/tickets/{number}/unpark", "supervisor", 400),
        ("GET /unit", "desk unit supervisor admin", 200),
        ("GET /unit/tickets/{number}", "desk unit supervisor admin", 200),
        ("POST /unit/tickets/{number}/reveal", "desk unit supervisor", 400),
        ("POST /unit/tickets/{number}/sign", "desk unit supervisor", 400),
        ("POST /unit/tickets/{number}/return", "desk unit supervisor", 400),
        ("POST /unit/tickets/{number}/contact", "desk unit supervisor", 400),
        ("POST /unit/tickets/{number}/extend", "desk unit supervisor", 400),
        ("POST /unit/tickets/{number}/suspend", "desk unit supervisor", 400),
        ("POST /unit/tickets/{number}/resume", "desk unit supervisor", 400),
        ("POST /unit/tickets/{number}/answer", "desk unit supervisor", 400),
        ("GET /matters", Anybody, 200),
        ("GET /matters.csv", Anybody, 200),
        ("GET /matters/{id}", Anybody, 404),
        ("GET /publishing", "supervisor publisher reviewer admin", 200),
        ("GET /publishing/matters", "publisher reviewer", 200),
        ("GET /publishing/matters.csv", "publisher reviewer", 200),
        ("POST /publishing/matters/upload", "publisher", 400),
        ("GET /publishing/matters/new", "publisher", 200),
        ("POST /publishing/matters/new", "publisher", 400),
        ("GET /publishing/matters/{id}", "publisher", 404),
        ("POST /publishing/matters/{id}", "publisher", 404),
        ("GET /publishing/audiences", "publisher reviewer", 200),
        ("POST /publishing/audiences", "publisher", 400),
        ("GET /publishing/audiences/{id}", "publisher reviewer", 404),
        ("POST /publishing/audiences/{id}/upload", "publisher", 404),
        ("POST /publishing/audiences/{id}/query", "publisher", 404),
        ("POST /publishing/audiences/{id}/retention", "publisher", 404),
        ("POST /publishing/audiences/{id}/erase", "publisher", 404),
        ("POST /publishing/audiences/{id}/staged/{row}", "publisher", 404),
        ("POST /publishing/audiences/{id}/staged/accept", "publisher", 404),
        ("GET /publishing/audiences/{id}/jobs/{jobId}/pulse", "publisher reviewer", 404),
        ("GET /publishing/audiences/{id}/staged", "publisher", 404),
        ("GET /publishing/notices/new", "publisher", 200),
        ("POST /publishing/notices/new", "publisher", 400),
        ("POST /publishing/notices/preview", "publisher", 400),
        ("GET /publishing/notices/{id}", "supervisor publisher reviewer admin", 404),
        ("GET /publishing/notices/{id}/pulse", "supervisor publisher reviewer admin", 404),
        ("GET /publishing/notices/{id}/edit", "publisher", 404),
        ("POST /publishing/notices/{id}/edit", "publisher", 404),
        ("POST /publishing/notices/{id}/dry-run", "publisher reviewer", 404),
        ("POST /publishing/notices/{id}/review", "reviewer", 404),
        ("POST /publishing/notices/{id}/pause", "supervisor publisher reviewer", 404),
        ("POST /publishing/notices/{id}/cancel", "supervisor publisher reviewer", 404),
        ("GET /publishing/notices/{id}/deliveries", "publisher reviewer", 404),
        ("GET /publishing/notices/{id}/deliveries.csv", "publisher reviewer", 404),
        ("POST /publishing/notices/{id}/correct", "publisher", 404),
        ("POST /publishing/notices/{id}/submit", "publisher", 404),
        ("POST /publishing/notices/{id}/send", "publisher", 404),
        ("POST /publishing/notices/{id}/resume", "publisher", 404),
        ("POST /publishing/notices/{id}/retry-failed", "publisher", 404),
        ("GET /consultations", Anybody, 200),
        ("GET /consultations/{id}", Anybody, 404),
        ("POST /consultations/{id}/comments", Anybody, 404),
        ("GET /consultations/{id}/confirm", Anybody, 404),
        ("POST /consultations/{id}/confirm", Anybody, 404),
        ("GET /publishing/consultations", "supervisor publisher reviewer", 200),
        ("GET /publishing/consultations/new", "publisher", 200),
        ("POST /publishing/consultations/new", "publisher", 400),
        ("GET /publishing/consultations/{id}", "supervisor publisher reviewer", 404),
        ("GET /publishing/consultations/{id}/edit", "publisher", 404),
        ("POST /publishing/consultations/{id}/edit", "publisher", 404),
        ("POST /publishing/consultations/{id}/extend", "publisher", 404),
        ("POST /publishing/consultations/{id}/withdraw", "publisher", 404),
        ("POST /publishing/consultations/{id}/summary", "publisher", 404),
        ("GET /publishing/consultations/{id}/comments", "supervisor publisher reviewer", 404),
        ("POST /publishing/consultations/{id}/comments/{cid}/moderate", "supervisor publisher reviewer", 404),
        ("POST /publishing/consultations/{id}/comments/{cid}/respond", "publisher", 404),
        ("POST /publishing/consultations/{id}/comments/{cid}/group", "supervisor publisher reviewer", 404),
        ("POST /publishing/consultations/{id}/comments/{cid}/reveal", "publisher", 404),
        ("POST /publishing/consultations/{id}/comments/{cid}/erase", "publisher", 404),
        ("GET /publishing/consultations/{id}/groups", "supervisor publisher reviewer", 404),
        ("POST /publishing/consultations/{id}/groups/{gid}/moderate", "supervisor publisher reviewer", 404),
        ("POST /publishing/consultations/{id}/groups/{gid}/respond", "publisher", 404),
        ("GET /setup/notices", "admin", 200),
        ("POST /setup/notices/texts", "admin", 400),
        ("POST /setup/notices/checklist", "admin", 400),
        ("GET /setup", "admin", 200),
        ("GET /setup/units", "admin", 200),
        ("GET /setup/units/new", "admin", 200),
        ("GET /setup/units/{id}", "admin", 200),
        ("GET /setup/areas", "admin", 200),
        ("GET /setup/areas/{id}", "admin", 200),
        ("GET /setup/categories", "admin", 200),
        ("GET /setup/categories/{id}", "admin", 200),
        ("GET /setup/catalogue", "admin", 200),
        ("GET /setup/catalogue.csv", "admin", 200),
        ("GET /setup/catalogue/rule", "admin", 200),
        ("GET /setup/merged-hotlines", "admin", 200),
        ("POST /setup/merged-hotlines", "admin", 400),
        ("POST /setup/merged-hotlines/{id}/remove", "admin", 400),
        ("GET /setup/policies", "admin", 200),
        ("GET /setup/calendar", "admin", 200),
        ("GET /setup/calendar/{year:int}", "admin", 200),
        ("GET /setup/accounts", "admin", 200),
        ("GET /setup/accounts/new", "admin", 200),
        ("GET /setup/accounts/{id}", "admin", 200),
        ("GET /setup/keys", "admin", 200),
        ("GET /setup/health", "admin", 200),
        ("GET /setup/dead-letters", "admin", 200),
        ("GET /setup/outbox", "admin", 200),
        ("POST /setup/units", "admin", 400),
        ("POST /setup/units/{id}", "admin", 400),
        ("POST /setup/units/{id}/remove", "admin", 400),
        ("POST /setup/areas", "admin", 400),
        ("POST /setup/areas/{id}", "admin", 400),
        ("POST /setup/areas/{id}/remove", "admin", 400),
        ("POST /setup/categories", "admin", 400),
        ("POST /setup/categories/{id}", "admin", 400),
        ("POST /setup/categories/{id}/remove", "admin", 400),
        ("POST /setup/catalogue/try", "admin", 400),
        ("POST /setup/catalogue/preview", "admin", 400),
        ("POST /setup/catalogue/save", "admin", 400),
        ("POST /setup/policies", "admin", 400),
        ("POST /setup/policies/remove", "admin", 400),
        ("POST /setup/calendar/{year:int}", "admin", 400),
        ("POST /setup/calendar/{year:int}/preview", "admin", 400),
        ("POST /setup/accounts", "admin", 400),
        ("POST /setup/accounts/{id}", "admin", 400),
        ("POST /setup/accounts/{id}/reset-password", "admin", 400),
        ("POST /setup/accounts/{id}/disable", "admin", 400),
        ("POST /setup/accounts/{id}/enable", "admin", 400),
        ("POST /setup/keys", "admin", 400),
        ("POST /setup/keys/{id}/revoke", "admin", 400),
        ("POST /setup/dead-letters/{id}/replay", "admin", 400),
    ];

    private PageHost _host = null!;
    private string _number = "";
    private string _code = "";

    public async Task InitializeAsync()
    {
        _host = await PageHost.StartAsync();
        (_number, _code) = await _host.DispatchedAsync(PageHost.Unit, Hostile, description: Hostile);
    }

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public void Routes_AllStandInTheTable() =>
        Docs.DocTable.AssertSame("The table of this test", Routes(), Table.Select(t => t.Route));

    [Fact]
    public async Task Pages_LetInWhomTheTableNames_AndNobodyElse()
    {
        var wrong = new List<string>();
        foreach (var role in Roles)
        {
            using var client = await ClientAsync(role);
            foreach (var rows in Table.GroupBy(t => t.Route, StringComparer.Ordinal))
            {
                var route = rows.Key;
                var (method, path) = (route.Split(' ')[0], Fill(route.Split(' ')[1]));
                // Signing out would end what the others are tried with.
                if (path == "/sign-out")
                    continue;
                var expected = rows.FirstOrDefault(t => t.Who == Anybody || t.Who.Split(' ').Contains(role)) is { Route: not null } row ? row.Status : role != "anonymous" ? 403 : method == "GET" ? 302 : 401;
                using var request = new HttpRequestMessage(new(method), path);
                if (method == "POST")
                    request.Content = new FormUrlEncodedContent([]);
                using var answer = await client.SendAsync(request);
                var html = await answer.Content.ReadAsStringAsync();
                if ((int)answer.StatusCode != expected)
                    wrong.Add($"{role}: {route} → {(int)answer.StatusCode}, expected {expected}");
                wrong.AddRange(Unsafe(answer, html).Select(w => $"{role}: {route} {w}"));
                if (expected == 302 && role == "anonymous" && answer.Headers.Location?.ToString() != "/sign-in?to=" + Uri.EscapeDataString(path))
                    wrong.Add($"{role}: {route} leads to {answer.Headers.Location}");
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [Fact]
    public async Task Forms_WithoutTheTokenOfAPage_ChangeNothing()
    {
        var before = await StateAsync();
        foreach (var role in Roles)
        {
            using var client = await ClientAsync(role);
            foreach (var (route, _, _) in Table.DistinctBy(t => t.Route).Where(t => t.Route.StartsWith("POST", StringComparison.Ordinal)))
            {
                var fields = new Dictionary<string, string>
                {
                    ["version"] = "1",
                    ["id"] = "evil",
                    ["name"] = "evil",
                    ["userName"] = "evil",
                    ["displayName"] = "evil",
                    ["role"] = "admin",
                    ["kind"] = "street",
                    ["text"] = "evil",
                    ["subject"] = "evil",
                    ["description"] = "evil",
                    ["type"] = "Complaint",
                    ["notice"] = "2026-05-05 evil 休",
                    ["csv"] = "id,categoryPrefix,areaPrefix,leadUnitId\n",
                    ["sign"] = "1",
                    ["sign.unit"] = "hours",
                    ["index"] = "0",
                    ["contact.phone"] = "13800138000",
                    ["reason"] = "vague",
                    ["leadUnitId"] = PageHost.Unit,
                    ["note"] = "evil",
                    ["token"] = "CfDJ8forged",
                };
                using var answer = await client.PostAsync(Fill(route.Split(' ')[1]), new FormUrlEncodedContent(fields));
                Assert.False((int)answer.StatusCode is 200 or 201 or 302 or 303, $"{role}: {route} → {(int)answer.StatusCode}");
            }
        }

        Assert.Equal(before, await StateAsync());
    }

    [Fact]
    public async Task Session_AndFormCookies_AreOutOfReachOfScriptsAndOtherSites()
    {
        using var client = new HttpClient(new HttpClientHandler { UseCookies = false, AllowAutoRedirect = false }) { BaseAddress = new(_host.Address) };
        using var form = await client.GetAsync("/sign-in");
        var cookie = form.Headers.GetValues("Set-Cookie").Single();
        var token = Token().Match(await form.Content.ReadAsStringAsync()).Groups[1].Value;
        using var request = new HttpRequestMessage(HttpMethod.Post, "/sign-in") { Content = new FormUrlEncodedContent(new Dictionary<string, string> { ["token"] = token, ["key"] = "demo-desk" }) };
        request.Headers.Add("Cookie", cookie.Split(';')[0]);
        request.Headers.Add("Sec-Fetch-Site", "same-origin");
        using var answer = await client.SendAsync(request);

        Assert.Equal(303, (int)answer.StatusCode);
        foreach (var set in (string[])[cookie, .. answer.Headers.GetValues("Set-Cookie")])
            Assert.Matches("(?i)^hp_(form|session)=[^;]+;.*samesite=(lax|strict).*httponly", set);
    }

    private static IEnumerable<string> Unsafe(HttpResponseMessage answer, string html)
    {
        var policy = answer.Headers.TryGetValues("Content-Security-Policy", out var values) ? string.Join(' ', values) : "";
        if (!policy.Contains("default-src 'self'", StringComparison.Ordinal) || policy.Contains("unsafe", StringComparison.Ordinal))
            yield return "has the policy " + policy;
        if (answer.Content.Headers.ContentType?.MediaType != "text/html")
            yield break;
        if (Inline().Match(html) is { Success: true } inline)
            yield return "holds " + inline.Value;
        if (html.Contains("<img src=x", StringComparison.Ordinal) || html.Contains("<script>", StringComparison.Ordinal))
            yield return "shows hostile words as markup";
    }

    private async Task<string> StateAsync()
    {
        var services = _host.Services;
        var city = await services.GetRequiredService<CitySource>().GetAsync();
        var accounts = await services.GetRequiredService<AccountStore>().ListAsync();
        var keys = await services.GetRequiredService<ApiKeys>().ListAsync();
        return string.Join('\n',
            (await _host.ReadAsync(_number))!.Ticket.Seq,
            string.Join(',', city.Versions.OrderBy(v => v.Key, StringComparer.Ordinal).Select(v => $"{v.Key} {v.Value}")),
            string.Join(',', accounts.Select(a => $"{a.UserName} {a.Version} {a.Stamp}")),
            string.Join(',', keys.Select(k => $"{k.Id} {k.RevokedAt}")),
            (await _host.ApiAsync(HttpMethod.Get, "/api/v1/tickets?limit=200", "demo-desk")).GetProperty("items").GetArrayLength());
    }

    private IEnumerable<string> Routes() =>
        from endpoint in _host.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
        let path = "/" + endpoint.RoutePattern.RawText!.Trim('/')
        where !path.StartsWith("/api/", StringComparison.Ordinal) && !path.StartsWith("/hooks/", StringComparison.Ordinal) && !path.StartsWith("/open311/", StringComparison.Ordinal) && !path.StartsWith("/openapi", StringComparison.Ordinal) && path is not ("/healthz" or "/readyz")
        from method in endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["any"]
        select $"{method} {path}";

    private async Task<HttpClient> ClientAsync(string role)
    {
        var client = new HttpClient(new HttpClientHandler { CookieContainer = new CookieContainer(), AllowAutoRedirect = false }) { BaseAddress = new(_host.Address) };
        client.DefaultRequestHeaders.Add("Accept", "text/html");
        client.DefaultRequestHeaders.Add("Sec-Fetch-Site", "same-origin");
        if (role == "anonymous")
            return client;
        var token = Token().Match(await client.GetStringAsync("/sign-in")).Groups[1].Value;
        using var answer = await client.PostAsync("/sign-in", new FormUrlEncodedContent(new Dictionary<string, string> { ["token"] = token, ["key"] = role == "unit" ? "demo-unit-" + PageHost.Unit : "demo-" + role }));
        Assert.Equal(303, (int)answer.StatusCode);
        return client;
    }

    private string Fill(string route) => route
        .Replace("{number}", _number, StringComparison.Ordinal)
        .Replace("{year:int}", "2026", StringComparison.Ordinal)
        .Replace("{id:int}", "1", StringComparison.Ordinal)
        .Replace("{token}", "nabcdefghjkmnp", StringComparison.Ordinal)
        .Replace("{measure}", "response", StringComparison.Ordinal)
        .Replace("{kind}", "day", StringComparison.Ordinal)
        .Replace("{unitId}", PageHost.Unit, StringComparison.Ordinal)
        .Replace("{jobId}", "0123456789abcdef", StringComparison.Ordinal)
        .Replace("{row}", "1-3", StringComparison.Ordinal)
        .Replace("{cid}", "mabcdefghjkmnpqr", StringComparison.Ordinal)
        .Replace("{gid}", "mabcdefghjkmnpqr", StringComparison.Ordinal)
        .Replace("{id}", route.Split('/').ElementAtOrDefault(2) switch
        {
            "units" => PageHost.Unit,
            "areas" => "990101",
            "categories" => DemoCity.Categories[0].Id,
            "accounts" => AccountStore.IdOf("clerk2"),
            _ => "0123456789abcdef",
        }, StringComparison.Ordinal);

    [GeneratedRegex("<style|<script(?! src=\"/assets/)| style=| on[a-z]+=\"|javascript:", RegexOptions.CultureInvariant)]
    private static partial Regex Inline();

    [GeneratedRegex("name=\"token\" value=\"([^\"]+)\"", RegexOptions.CultureInvariant)]
    private static partial Regex Token();
}
