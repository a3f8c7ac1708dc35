using System.Text.RegularExpressions;
using HotlinePush.Local.Demo;
using HotlinePush.Security;
using HotlinePush.Security.Accounts;
using Microsoft.Extensions.DependencyInjection;

namespace HotlinePush.Tests.Pages;

public sealed class SignInTests : IAsyncLifetime
{
    private const string Chosen = "今天天气真好我们去散步吧";
    private PageHost _host = null!;

    public async Task InitializeAsync() => _host = await PageHost.StartAsync(o => o.WrongSignInsPerAddress = 8, still: true);

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Theory]
    [InlineData("desk", "", null)]
    [InlineData("clerk", "", "/unit")]
    [InlineData("head", "/unit?state=closed", "/unit?state=closed")]
    [InlineData("supervisor", "", null)]
    [InlineData("publisher", "/unit", "/publishing")]
    [InlineData("reviewer", "", "/publishing")]
    [InlineData("publisher", "//evil.example", "/publishing")]
    public async Task SignIn_ByAccount_LeadsToThePersonsOwnWork(string name, string to, string? home)
    {
        var form = (await _host.GetAsync("/sign-in")).HiddenOf("/sign-in").Where(f => f.Name != "to");

        var answer = await _host.PostAsync("/sign-in", [.. form, ("to", to), ("userName", name), ("password", DemoAccounts.Password)]);

        Assert.Equal(303, answer.Status);
        if (home is not null)
            Assert.Equal(home, answer.Location);
        Assert.Equal(200, (await _host.GetAsync(answer.Location!)).Status);
    }

    [Fact]
    public async Task SignIn_WithWrongNameOrPassword_SaysTheSame_AndKeepsTheName()
    {
        var wrong = await _host.SignInAsAsync("clerk", "not the password");
        var unknown = await _host.SignInAsAsync("nobody", "not the password");

        Assert.Equal((401, 401), (wrong.Status, unknown.Status));
        Assert.Equal(wrong.Text, unknown.Text);
        Assert.Contains("value=\"clerk\"", wrong.Html, StringComparison.Ordinal);
        Assert.DoesNotContain("not the password", wrong.Html, StringComparison.Ordinal);
        Assert.Contains("用户名或密码不对", wrong.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SignIn_WhenAnAddressGuessesTooMuch_Waits_ForKeysToo()
    {
        for (var i = 0; i < 8; i++)
            Assert.Equal(401, (await _host.SignInAsAsync("guess" + i, "not the password")).Status);

        Assert.Equal(429, (await _host.SignInAsAsync("desk")).Status);
        Assert.Equal(429, (await _host.SignInAsync("demo-desk")).Status);
    }

    [Fact]
    public async Task FirstPassword_HasToBeChangedBeforeAnythingElse()
    {
        var (id, temporary) = await CreateAsync("new.clerk", "unit", PageHost.Unit);
        var first = await _host.SignInAsAsync("new.clerk", temporary, "/unit");

        Assert.Contains("初始密码", first.Text, StringComparison.Ordinal);
        Assert.Equal((303, "/account/password?to=%2Funit"), ((await _host.GetAsync("/unit")).Status, (await _host.GetAsync("/unit")).Location));
        using (var api = await _host.Client.GetAsync("/api/v1/units"))
            Assert.Equal(403, (int)api.StatusCode);
        using (var open = await _host.Client.GetAsync("/api/v1/areas"))
            Assert.Equal(200, (int)open.StatusCode);

        foreach (var bad in (string[])["short", "password1234", "new.clerk 的密码在此", temporary])
            Assert.Equal(400, (await ChangeAsync(temporary, bad)).Status);
        Assert.Equal(400, (await ChangeAsync(temporary, Chosen, Chosen + "x")).Status);
        Assert.Equal(400, (await ChangeAsync("not it", Chosen)).Status);
        var done = await ChangeAsync(temporary, Chosen);

        Assert.Contains("密码已修改", done.Text, StringComparison.Ordinal);
        Assert.Equal(200, (await _host.GetAsync("/unit")).Status);
        Assert.False((await _host.Services.GetRequiredService<AccountStore>().ReadAsync(id))!.MustChange);
        var audit = await _host.Services.GetRequiredService<AuditLog>().ReadDayAsync(new(2026, 11, 20), 10);
        Assert.Equal(["accountCreated", "passwordChanged"], audit.Items.Where(e => e.Subject == id).Select(e => e.Action).Order());
    }

    [Fact]
    public async Task Password_WhenChanged_EndsEveryOtherSession()
    {
        var (_, temporary) = await CreateAsync("li.na", "desk");
        await using var other = new OtherBrowser(_host);
        await _host.SignInAsAsync("li.na", temporary);
        await ChangeAsync(temporary, Chosen);
        await other.SignInAsync("li.na", Chosen);
        Assert.Equal(200, await other.StatusAsync("/account"));

        await ChangeAsync(Chosen, "换一句更好记住的更长的句子");

        Assert.Equal(302, await other.StatusAsync("/account"));
        Assert.Equal(200, (await _host.GetAsync("/account")).Status);
    }

    [Theory]
    [InlineData("reset-password", null)]
    [InlineData("disable", null)]
    [InlineData("", """{"displayName":"李娜","role":"supervisor"}""")]
    public async Task Session_WhenAnAdminResetsDisablesOrMovesItsAccount_Ends(string action, string? body)
    {
        var (id, temporary) = await CreateAsync("li.na", "desk");
        await _host.SignInAsAsync("li.na", temporary);
        await ChangeAsync(temporary, Chosen);
        Assert.Equal(200, (await _host.GetAsync("/account")).Status);

        await _host.ApiAsync(body is null ? HttpMethod.Post : HttpMethod.Put, $"/api/v1/accounts/{id}/{action}".TrimEnd('/'), "demo-admin", body is null ? null : System.Text.Json.JsonDocument.Parse(body));

        Assert.Equal(302, (await _host.GetAsync("/account")).Status);
    }

    [Fact]
    public async Task Accounts_AreCheckedListedAndKeptApart()
    {
        var (id, temporary) = await CreateAsync("Wang.Fang", "unit", PageHost.Unit);

        Assert.Matches("^([a-z2-9]{4}-){3}[a-z2-9]{4}$", temporary);
        await RefusedAsync("409", new { userName = "wang.fang", displayName = "x", role = "desk" });
        await RefusedAsync("400", new { userName = "王", displayName = "x", role = "desk" });
        await RefusedAsync("400", new { userName = "good", displayName = "x", role = "unit" });
        await RefusedAsync("400", new { userName = "good", displayName = "x", role = "unit", unitId = "no-such" });
        await RefusedAsync("400", new { userName = "good", displayName = "x", role = "desk", unitId = PageHost.Unit });
        await RefusedAsync("400", new { userName = "good", displayName = "x", role = "system" });
        await RefusedAsync("400", new { userName = "good", displayName = "x", role = "desk", position = "head" });
        var list = (await _host.ApiAsync(HttpMethod.Get, "/api/v1/accounts?limit=200", "demo-admin")).GetProperty("items").EnumerateArray().ToList();
        var mine = Assert.Single(list, a => a.GetProperty("id").GetString() == id);
        Assert.Equal(("wang.fang", true), (mine.GetProperty("userName").GetString(), mine.GetProperty("mustChange").GetBoolean()));
        Assert.False(mine.TryGetProperty("temporaryPassword", out _));
        Assert.DoesNotContain("passwordHash", mine.GetRawText(), StringComparison.Ordinal);

        async Task RefusedAsync(string status, object body)
        {
            var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => _host.ApiAsync(HttpMethod.Post, "/api/v1/accounts", "demo-admin", body));
            Assert.Contains($": {status} ", refused.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Keys_AreIssuedOnceAndRevoked()
    {
        var issued = await _host.ApiAsync(HttpMethod.Post, "/api/v1/keys", "demo-admin", new { role = "desk", name = "呼叫中心" });
        var (id, plain) = (issued.GetProperty("id").GetString()!, issued.GetProperty("key").GetString()!);
        await _host.ApiAsync(HttpMethod.Get, "/api/v1/units", plain);

        await _host.ApiAsync(HttpMethod.Post, $"/api/v1/keys/{id}/revoke", "demo-admin");

        await Assert.ThrowsAsync<InvalidOperationException>(() => _host.ApiAsync(HttpMethod.Get, "/api/v1/units", plain));
        var listed = (await _host.ApiAsync(HttpMethod.Get, "/api/v1/keys?limit=200", "demo-admin")).GetRawText();
        Assert.Contains("呼叫中心", listed, StringComparison.Ordinal);
        Assert.DoesNotContain(plain, listed, StringComparison.Ordinal);
    }

    [Fact]
    public async Task History_NamesPeopleToTheirOwnHouse_AndNobodyToResidents()
    {
        var (number, code) = await _host.DispatchedAsync(PageHost.Unit);
        await _host.SignInAsAsync("clerk");
        var page = "/unit/tickets/" + number;
        var signed = await _host.SubmitAsync(page, page + "/sign");
        var desk = (await _host.ApiAsync(HttpMethod.Get, $"/api/v1/tickets/{number}/history", "demo-desk")).GetRawText();
        var resident = (await _host.ApiAsync(HttpMethod.Get, $"/api/v1/tickets/{number}?code={code}", null)).GetRawText();

        Assert.Contains("周建国", signed.Text, StringComparison.Ordinal);
        Assert.Contains("周建国", System.Text.RegularExpressions.Regex.Unescape(desk), StringComparison.Ordinal);
        Assert.DoesNotContain("周建国", System.Text.RegularExpressions.Regex.Unescape(resident), StringComparison.Ordinal);
        Assert.False(StaffNames.MayRead(new(Role.Desk, "u1"), new(Role.Unit, "k", PageHost.Unit)));
        Assert.False(StaffNames.MayRead(new(Role.Unit, "u1", "water-group"), new(Role.Unit, "k", PageHost.Unit)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task PlatformHeader_IsBelievedOnlyWhereTheHostSaysSo(bool trusted)
    {
        await using var host = await PageHost.StartAsync(o => o.TrustPlatformIdentity = trusted);
        var header = Convert.ToBase64String("""{"auth_typ":"aad","claims":[{"typ":"preferred_username","val":"Clerk"}]}"""u8.ToArray());
        var stranger = Convert.ToBase64String("""{"auth_typ":"aad","claims":[{"typ":"preferred_username","val":"nobody"}]}"""u8.ToArray());

        Assert.Equal(trusted ? 200 : 302, await AskAsync(header, HttpMethod.Get, "same-origin"));
        Assert.Equal(302, await AskAsync(stranger, HttpMethod.Get, "same-origin"));
        // Another site's form travels with the platform's cookie as with ours.
        Assert.Equal(trusted ? 403 : 401, await AskAsync(header, HttpMethod.Post, "cross-site"));

        async Task<int> AskAsync(string principal, HttpMethod method, string site)
        {
            using var client = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false }) { BaseAddress = new(host.Address) };
            using var request = new HttpRequestMessage(method, method == HttpMethod.Get ? "/unit" : "/account/password");
            request.Headers.Add(PlatformIdentity.Header, principal);
            request.Headers.Add("Accept", "text/html");
            request.Headers.Add("Sec-Fetch-Site", site);
            if (method == HttpMethod.Post)
                request.Content = new FormUrlEncodedContent([]);
            using var response = await client.SendAsync(request);
            return (int)response.StatusCode;
        }
    }

    private Task<Shown> ChangeAsync(string current, string chosen, string? again = null) =>
        _host.SubmitAsync("/account/password", "/account/password", ("current", current), ("chosen", chosen), ("again", again ?? chosen));

    private async Task<(string Id, string Password)> CreateAsync(string name, string role, string? unitId = null)
    {
        var made = await _host.ApiAsync(HttpMethod.Post, "/api/v1/accounts", "demo-admin", new { userName = name, displayName = "测试人", role, unitId });
        return (made.GetProperty("id").GetString()!, made.GetProperty("temporaryPassword").GetString()!);
    }

    private sealed class OtherBrowser(PageHost host) : IAsyncDisposable
    {
        private readonly HttpClient _client = new(new HttpClientHandler { AllowAutoRedirect = false }) { BaseAddress = new(host.Address) };

        public async Task SignInAsync(string name, string password)
        {
            _client.DefaultRequestHeaders.Add("Sec-Fetch-Site", "same-origin");
            _client.DefaultRequestHeaders.Add("Accept", "text/html");
            var html = await _client.GetStringAsync("/sign-in");
            var token = Regex.Match(html, "name=\"token\" value=\"([^\"]+)\"").Groups[1].Value;
            using var answer = await _client.PostAsync("/sign-in", new FormUrlEncodedContent(new Dictionary<string, string> { ["token"] = token, ["userName"] = name, ["password"] = password }));
            Assert.Equal(303, (int)answer.StatusCode);
        }

        public async Task<int> StatusAsync(string path)
        {
            using var answer = await _client.GetAsync(path);
            return (int)answer.StatusCode;
        }

        public ValueTask DisposeAsync()
        {
            _client.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
