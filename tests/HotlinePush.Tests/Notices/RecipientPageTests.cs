using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using HotlinePush.Tests.Pages;
using HotlinePush.Tests.Support;

namespace HotlinePush.Tests.Notices;

/// <summary>The recipient's pages as a browser without scripts meets them; the way out; what goes onto paper; what the desk sees.</summary>
public sealed class RecipientPageTests(RecipientPageTests.App host) : IClassFixture<RecipientPageTests.App>
{
    public sealed class App : IAsyncLifetime
    {
        public HotlineApp Value { get; } = new();
        public Task InitializeAsync() => Value.InitializeAsync();
        public Task DisposeAsync() => Value.DisposeAsync();
    }

    private HotlineApp Host => host.Value;
    private NoticeScene Scene => new(Host);

    private static string List(int tail) => $"recipient_id,name,phone,email,金额\n1,王小明,1380000{tail}1,wang{tail}@example.com,1234.56\n2,李四,1380000{tail}2,li{tail}@example.com,88.00\n";

    [Fact]
    public async Task Lookup_ByPhoneAndCode_LeadsToTheCopy_AndTheNameToItsFigures()
    {
        var id = await Scene.SendToAsync(List(310));
        using var browser = new Browser(Host.Address);

        var asked = await browser.SubmitAsync("/lookup", "/lookup", ("phone", "138 0000 3101"));
        Assert.Contains("如果近期有通知发给这个号码", asked.Text, StringComparison.Ordinal);
        var wrong = await browser.SendAsync(asked, "/lookup/verify", ("code", "12"));
        Assert.Equal(400, wrong.Status);
        var list = await browser.SendAsync(wrong, "/lookup/verify", ("code", await Scene.CodeAsync("+8613800003101")));
        Assert.Contains("耕地补贴发放", list.Text, StringComparison.Ordinal);
        var path = Regex.Match(list.Html, "href=\"(/n/[^\"]+)\"").Groups[1].Value;
        Assert.Equal("/n/" + Scene.Token(id, 0), path);

        var copy = await browser.GetAsync(path);
        foreach (var page in (Shown[])[list, copy])
            Assert.DoesNotMatch("王小明|1234[.]56|13800003101|wang310", page.Html);
        Assert.Contains("〔…〕", copy.Text, StringComparison.Ordinal);
        Assert.Equal("no-store", copy.Headers["Cache-Control"]);
        var refused = await browser.SendAsync(copy, path + "/figures", ("name", "李四"));
        Assert.Equal(400, refused.Status);
        Assert.DoesNotContain("1234.56", refused.Html, StringComparison.Ordinal);
        var figures = await browser.SendAsync(refused, path + "/figures", ("name", "王小明"));
        Assert.Contains("您的补贴1234.56元已发放", figures.Text, StringComparison.Ordinal);

        var read = await browser.SendAsync(copy, path + "/read");
        Assert.Contains("您已确认阅读", read.Text, StringComparison.Ordinal);
        var left = await browser.SubmitAsync("/lookup/notices", "/lookup/end");
        Assert.DoesNotContain("耕地补贴", left.Text, StringComparison.Ordinal);
        Assert.Equal("/lookup", (await browser.GetAsync("/lookup/notices", follow: false)).Location);
        Assert.Empty(Host.Warnings);
    }

    [Fact]
    public async Task Copy_InLargePrintAndEnglish_IsAskedForByALink()
    {
        var id = await Scene.SendToAsync(List(320));
        using var browser = new Browser(Host.Address);
        var path = "/n/" + Scene.Token(id, 0);

        var large = await browser.GetAsync(path + "?print=large");

        Assert.Contains("class=\"large\"", large.Html, StringComparison.Ordinal);
        Assert.Contains("class=\"large\"", (await browser.GetAsync("/lookup?lang=en")).Html, StringComparison.Ordinal);
        Assert.Contains("Normal print", (await browser.GetAsync(path)).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Copy_WhenTheTokenIsForged_IsNotFoundAsIfThereWereNone()
    {
        var id = await Scene.SendToAsync(List(330));
        using var browser = new Browser(Host.Address);
        var right = Scene.Token(id, 0);

        var forged = await browser.GetAsync("/n/" + right[..^1] + (right[^1] == '0' ? '1' : '0'));
        var other = await browser.GetAsync("/n/" + right.Replace("-0-0-", "-0-1-", StringComparison.Ordinal));
        var unknown = await browser.GetAsync("/n/nabcdefghjkmnp-0-0-0123456789");
        var nonsense = await browser.GetAsync("/n/nonsense");

        Assert.All((Shown[])[forged, other, unknown, nonsense], s => Assert.Equal(404, s.Status));
        Assert.Equal(Body(unknown), Body(forged));
        Assert.Equal(Body(unknown), Body(other));
        Assert.Equal(404, (await browser.GetAsync("/notices/nabcdefghjkmnp")).Status);

        static string Body(Shown s) => Regex.Replace(Regex.Replace(s.Html, "/n/[^\"?]+", ""), "value=\"[^\"]*\"", "");
    }

    [Fact]
    public async Task Notice_AsEverybodyReadsIt_HoldsNoValue()
    {
        var id = await Scene.SendToAsync(List(340), new { legalBasis = "《补贴办法》第三条" });
        using var browser = new Browser(Host.Address);

        var page = await browser.GetAsync("/notices/" + id);

        Assert.Equal(200, page.Status);
        Assert.Contains("《补贴办法》第三条", page.Text, StringComparison.Ordinal);
        Assert.Contains("〔…〕：您的补贴〔…〕元已发放", page.Text, StringComparison.Ordinal);
        Assert.DoesNotMatch("王小明|李四|1234[.]56|88.00", page.Html);
        using var qr = await Scene.Publisher.GetAsync($"/api/v1/notices/{id}/qr.svg");
        Assert.Equal("image/svg+xml", qr.Content.Headers.ContentType?.MediaType);
        Assert.StartsWith("<svg xmlns=\"http://www.w3.org/2000/svg\"", await qr.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Forbidden, (await Host.Desk.GetAsync($"/api/v1/notices/{id}/qr.svg")).StatusCode);
    }

    [Fact]
    public async Task NotMeAndQuestion_OnThePage_AreTakenIn()
    {
        var id = await Scene.SendToAsync(List(350));
        using var browser = new Browser(Host.Address);
        var path = "/n/" + Scene.Token(id, 0);

        var receipt = await browser.SubmitAsync(path, path + "/question", ("text", "钱什么时候到账？"));
        Assert.Matches(@"\d{14}", receipt.Text);
        Assert.Contains("/tickets/", receipt.Html, StringComparison.Ordinal);
        var empty = await browser.SendAsync(await browser.GetAsync(path), path + "/question", ("text", ""));
        Assert.Equal(400, empty.Status);
        var gone = await browser.SubmitAsync(path, path + "/not-me");

        Assert.Contains("不再显示", gone.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("〔…〕", gone.Text, StringComparison.Ordinal);
        Assert.Equal(1, (await Scene.Publisher.GetFromJsonAsync<JsonElement>($"/api/v1/notices/{id}/replies")).GetProperty("questions").GetInt32());
    }

    [Fact]
    public async Task Unsubscribe_InOneClick_KeepsTheNextNoticeAway_UnlessItIsMandatory()
    {
        var id = await Scene.SendToAsync(List(360), new { channels = new[] { "email" } });
        var token = Scene.Token(id, 0);
        var mail = (await Host.Services().TextsToAsync("wang360@example.com")).Single();
        Assert.DoesNotContain("unsubscribe", mail.Body, StringComparison.Ordinal);
        using var browser = new Browser(Host.Address);
        // Opened by a filter, nothing happens yet.
        Assert.Equal(200, (await browser.GetAsync("/unsubscribe/" + token)).Status);

        // As a mail program does it: no cookie, no form token.
        using var answer = await Host.Public.PostAsync("/unsubscribe/" + token, new FormUrlEncodedContent(new Dictionary<string, string> { ["List-Unsubscribe"] = "One-Click" }));

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.False(answer.Headers.Contains("Location"));
        Assert.Equal((0, 1), await SkippedAsync(await Scene.SendToAsync(List(360), new { channels = new[] { "sms" } })));
        Assert.Equal((0, 0), await SkippedAsync(await Scene.SendToAsync(List(360), new { mandatory = true, legalBasis = "《土地管理法》" })));
        var again = await browser.SubmitAsync("/unsubscribe/" + token, "/unsubscribe/" + token);
        var started = await browser.SendAsync(again, $"/unsubscribe/{token}/start");
        Assert.Contains("已恢复", started.Text, StringComparison.Ordinal);
        Assert.Equal((0, 0), await SkippedAsync(await Scene.SendToAsync(List(360))));
        Assert.Equal(HttpStatusCode.NotFound, (await Host.Public.PostAsync("/unsubscribe/nabcdefghjkmnp-0-0-0123456789", null)).StatusCode);

        async Task<(int Failed, int Skipped)> SkippedAsync(string notice)
        {
            var progress = (await Scene.NoticeAsync(notice)).GetProperty("progress");
            return (progress.GetProperty("failed").GetInt32(), progress.GetProperty("skipped").GetInt32());
        }
    }

    [Fact]
    public async Task Letters_WithHostileNames_ShowThemAsTheyStand()
    {
        const string hostile = "<img src=x onerror=alert(1)>";
        var id = await Scene.SendToAsync(
            $"recipient_id,name,phone,address,金额\n1,{hostile},,\"临江村3组<script>alert(1)</script>\",1234.56\n2,李四,13800003702,临江村4组,88.00\n3,王五,,临江村5组,5.00\n", new { channels = new[] { "sms", "letter" } });

        using var answer = await Scene.Publisher.GetAsync($"/api/v1/notices/{id}/letters.html");
        var html = await answer.Content.ReadAsStringAsync();

        Assert.Equal("text/html", answer.Content.Headers.ContentType?.MediaType);
        Assert.Equal(2, Regex.Count(html, "<article class=\"letter\">"));
        Assert.Equal(2, Regex.Count(html, "<svg"));
        Assert.DoesNotContain("<img", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", html, StringComparison.Ordinal);
        Assert.DoesNotMatch("<style| style=", html);
        Assert.Contains("临江村5组", html, StringComparison.Ordinal);
        Assert.Contains("您的补贴1234.56元已发放", html, StringComparison.Ordinal);
        // Reached by text message: no letter.
        Assert.DoesNotContain("李四", html, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await Scene.Publisher.GetAsync($"/api/v1/notices/{id}/letters.html?page=2")).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await Host.Supervisor.GetAsync($"/api/v1/notices/{id}/letters.html")).StatusCode);
        Assert.Contains("printLetters", await Host.Admin.GetStringAsync("/api/v1/audit?day=2026-03-02&limit=200"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task VisitList_NamesWhoWasNotReached_ByVillage_AndRunsNoFormula()
    {
        var id = await Scene.SendToAsync(
            "recipient_id,name,phone,address,金额\n1,\"=HYPERLINK(\"\"http://evil\"\")\",19900000002,\"+cmd|' /C calc'!A0\",1.00\n2,李四,,临江村4组,88.00\n3,王五,13800003803,临江村5组,5.00\n4,\"赵,六\",13800003804,临江村6组,6.00\n");
        await NoticeScene.DoAsync(Host.Public, $"/api/v1/copies/{Scene.Token(id, 3)}/not-me", new { });

        var bytes = await Scene.Publisher.GetByteArrayAsync($"/api/v1/notices/{id}/visit-list.csv");
        var lines = System.Text.Encoding.UTF8.GetString(bytes).TrimEnd().Split("\r\n");

        Assert.Equal([0xEF, 0xBB, 0xBF], bytes[..3]);
        Assert.Equal(4, lines.Length);
        Assert.Contains(lines, l => l.Contains("\"'=HYPERLINK(", StringComparison.Ordinal) && l.Contains("'+cmd|", StringComparison.Ordinal) && l.Contains("199****0002", StringComparison.Ordinal));
        Assert.Contains(lines, l => l.Contains("没有联系方式", StringComparison.Ordinal));
        Assert.Contains(lines, l => l.Contains("\"赵,六\"", StringComparison.Ordinal) && l.Contains("联系方式是他人的", StringComparison.Ordinal));
        Assert.DoesNotContain(lines, l => l.Contains("王五", StringComparison.Ordinal));
        Assert.Equal(HttpStatusCode.Forbidden, (await Host.Supervisor.GetAsync($"/api/v1/notices/{id}/visit-list.csv")).StatusCode);
    }

    [Fact]
    public async Task Desk_VerifiesACallersNotice_WithoutFigures_AndLeavesATrace()
    {
        var id = await Scene.SendToAsync(List(390));
        using var browser = new Browser(Host.Address);
        var signed = await browser.SubmitAsync("/sign-in", "/sign-in", ("key", "demo-desk"));
        Assert.Equal((200, ""), (signed.Status, signed.Status == 200 ? "" : signed.Text));

        var answer = await NoticeScene.DoAsync(Host.Desk, "/api/v1/lookup/caller", new { phone = "13800003901" });
        var page = await browser.SubmitAsync("/desk/notices", "/desk/notices", ("contact.phone", "13800003901"));

        var item = Assert.Single(answer.GetProperty("items").EnumerateArray());
        Assert.Equal((id, "delivered", "请核对身份后说明发放时间。"), (item.GetProperty("noticeId").GetString(), item.GetProperty("state").GetString(), item.GetProperty("script").GetString()));
        Assert.Contains("请核对身份后说明发放时间", page.Text, StringComparison.Ordinal);
        foreach (var shown in (string[])[answer.GetRawText(), page.Html])
            Assert.DoesNotMatch("王小明|1234[.]56", shown);
        Assert.Contains("请提醒来电人留意诈骗", (await browser.SubmitAsync("/desk/notices", "/desk/notices", ("phone", "13800003999"))).Text, StringComparison.Ordinal);
        var audit = await Host.Admin.GetStringAsync("/api/v1/audit?day=2026-03-02&limit=200");
        Assert.Contains("138****3901", audit, StringComparison.Ordinal);
        Assert.DoesNotContain("13800003901", audit, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Forbidden, (await Scene.Publisher.PostAsJsonAsync("/api/v1/lookup/caller", new { phone = "13800003901" })).StatusCode);
    }

    /// <summary>Pages read and forms sent as a browser without scripts would.</summary>
    private sealed class Browser : IDisposable
    {
        private readonly HttpClient _client;

        public Browser(Uri address)
        {
            _client = new(new HttpClientHandler { CookieContainer = new CookieContainer(), AllowAutoRedirect = false }) { BaseAddress = address };
            _client.DefaultRequestHeaders.Add("Accept", "text/html");
            _client.DefaultRequestHeaders.Add("Sec-Fetch-Site", "same-origin");
        }

        public async Task<Shown> GetAsync(string path, bool follow = true)
        {
            using var answer = await _client.GetAsync(path);
            var shown = await Shown.OfAsync(answer);
            return follow && shown.Location is { } next ? await GetAsync(next) : shown;
        }

        public async Task<Shown> SubmitAsync(string page, string action, params (string Name, string Value)[] fields) => await SendAsync(await GetAsync(page), action, fields);

        public async Task<Shown> SendAsync(Shown page, string action, params (string Name, string Value)[] fields)
        {
            Assert.True(page.Html.Contains($"action=\"{action}\"", StringComparison.Ordinal), $"{action} on {page.Status}: {page.Text}");
            using var content = new FormUrlEncodedContent(page.HiddenOf(action).Concat(fields).Select(f => KeyValuePair.Create(f.Name, f.Value)));
            using var answer = await _client.PostAsync(action, content);
            var shown = await Shown.OfAsync(answer);
            return shown.Location is { } next ? await GetAsync(next) : shown;
        }

        public void Dispose() => _client.Dispose();
    }
}
