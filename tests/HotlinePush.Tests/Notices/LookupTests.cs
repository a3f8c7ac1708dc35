using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using HotlinePush.Tests.Support;

namespace HotlinePush.Tests.Notices;

/// <summary>What a recipient finds by phone and code, and what only by the name as well.</summary>
public sealed class LookupTests(LookupTests.App host) : IClassFixture<LookupTests.App>
{
    private const string List = "recipient_id,name,phone,金额\n1,王小明,13800002001,1234.56\n2,李四,13800002002,88.00\n";

    public sealed class App : IAsyncLifetime
    {
        public HotlineApp Value { get; } = new();
        public Task InitializeAsync() => Value.InitializeAsync();
        public Task DisposeAsync() => Value.DisposeAsync();
    }

    private HotlineApp Host => host.Value;
    private NoticeScene Scene => new(Host);

    [Fact]
    public async Task LookUp_OfAKnownAndAnUnknownNumber_IsTheSameAnswer_AndOnlyTheKnownGetsACode()
    {
        await Scene.SendToAsync(List.Replace("1380000200", "1380000210", StringComparison.Ordinal));

        using var known = await Host.Public.PostAsJsonAsync("/api/v1/lookup", new { phone = "13800002101" });
        using var unknown = await Host.Public.PostAsJsonAsync("/api/v1/lookup", new { phone = "13800002199" });

        Assert.Equal((HttpStatusCode.Accepted, HttpStatusCode.Accepted), (known.StatusCode, unknown.StatusCode));
        Assert.Equal(await known.Content.ReadAsStringAsync(), await unknown.Content.ReadAsStringAsync());
        Assert.Equal(Names(known), Names(unknown));
        await Scene.CodeAsync("+8613800002101");
        Assert.Empty(await Scene.CodesAsync("+8613800002199"));
        // A number that never asked, one that is unknown and a wrong code cannot be told apart.
        var answers = new List<(int, string?)>();
        foreach (var phone in (string[])["13800002101", "13800002199", "13800002198"])
            answers.Add(await NoticeScene.RefusedAsync(Host.Public, "/api/v1/lookup/verify", new { phone, code = "00000x" }));
        Assert.All(answers, a => Assert.Equal((400, "wrongCode"), a));

        static string Names(HttpResponseMessage m) => string.Join(',', m.Headers.Concat(m.Content.Headers).Select(h => h.Key).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Code_AfterFiveWrongOnes_IsVoid()
    {
        await Scene.SendToAsync(List.Replace("1380000200", "1380000220", StringComparison.Ordinal));
        await NoticeScene.DoAsync(Host.Public, "/api/v1/lookup", new { phone = "13800002201" });
        var code = await Scene.CodeAsync("+8613800002201");
        var wrong = code == "123456" ? "654321" : "123456";

        for (var i = 0; i < 5; i++)
            Assert.Equal((400, "wrongCode"), await NoticeScene.RefusedAsync(Host.Public, "/api/v1/lookup/verify", new { phone = "13800002201", code = wrong }));

        Assert.Equal((400, "wrongCode"), await NoticeScene.RefusedAsync(Host.Public, "/api/v1/lookup/verify", new { phone = "13800002201", code }));
    }

    [Fact]
    public async Task LookUp_ShowsTheNoticeWithoutFigures_AndTheFiguresOnlyAfterTheName()
    {
        var id = await Scene.SendToAsync(List);

        var found = await Scene.LookUpAsync("13800002001", "+8613800002001");

        var item = found.GetProperty("items").EnumerateArray().Single(i => i.GetProperty("noticeId").GetString() == id);
        Assert.Equal(("耕地补贴发放", "delivered", "name"), (item.GetProperty("title").GetString(), item.GetProperty("state").GetString(), item.GetProperty("figures").GetString()));
        var delivery = item.GetProperty("delivery").GetString()!;
        Assert.Equal("/n/" + delivery, item.GetProperty("copy").GetString());
        var copy = await Host.Public.GetStringAsync("/api/v1/copies/" + delivery);
        foreach (var shown in (string[])[found.GetRawText(), copy])
        {
            Assert.DoesNotContain("1234.56", shown, StringComparison.Ordinal);
            Assert.DoesNotContain("王小明", shown, StringComparison.Ordinal);
            Assert.DoesNotContain("13800002001", shown, StringComparison.Ordinal);
        }

        Assert.Contains("〔…〕", JsonDocument.Parse(copy).RootElement.GetProperty("text").GetString(), StringComparison.Ordinal);
        var token = found.GetProperty("token").GetString();
        Assert.Equal((400, "wrongName"), await NoticeScene.RefusedAsync(Host.Public, "/api/v1/lookup/figures", new { token, delivery, name = "李四" }));
        Assert.Equal((400, "lookupOver"), await NoticeScene.RefusedAsync(Host.Public, "/api/v1/lookup/figures", new { token = "x", delivery, name = "王小明" }));
        var figures = await NoticeScene.DoAsync(Host.Public, "/api/v1/lookup/figures", new { token, delivery, name = " 王 小明 " });
        Assert.Contains("您的补贴1234.56元已发放", figures.GetProperty("body").GetString(), StringComparison.Ordinal);
        Assert.Equal("1234.56", figures.GetProperty("fields").GetProperty("金额").GetString());
        Assert.Single((await NoticeScene.DoAsync(Host.Public, "/api/v1/lookup/notices", new { token })).GetProperty("items").EnumerateArray(), i => i.GetProperty("noticeId").GetString() == id);
        // Each look leaves a trace that names nobody.
        var audit = await Host.Admin.GetStringAsync("/api/v1/audit?day=2026-03-02&limit=200");
        Assert.Contains("viewNotice", audit, StringComparison.Ordinal);
        Assert.DoesNotContain("王小明", audit, StringComparison.Ordinal);
        Assert.DoesNotContain("1234.56", audit, StringComparison.Ordinal);
        Assert.Empty(Host.Warnings);
    }

    [Fact]
    public async Task Figures_AfterFiveWrongNames_AreLocked()
    {
        var id = await Scene.SendToAsync(List.Replace("1380000200", "1380000230", StringComparison.Ordinal));
        var delivery = Scene.Token(id, 0);

        for (var i = 0; i < 5; i++)
            Assert.Equal((400, "wrongName"), await NoticeScene.RefusedAsync(Host.Public, "/api/v1/lookup/figures", new { delivery, name = "猜的" }));

        Assert.Equal((429, "nameLocked"), await NoticeScene.RefusedAsync(Host.Public, "/api/v1/lookup/figures", new { delivery, name = "王小明" }));
        // The neighbour's copy is not locked.
        await NoticeScene.DoAsync(Host.Public, "/api/v1/lookup/figures", new { delivery = Scene.Token(id, 1), name = "李四" });
    }

    [Fact]
    public async Task LookUp_ByAPhoneThatManyShare_NeverShowsFigures()
    {
        var rows = string.Concat(Enumerable.Range(1, 4).Select(i => $"{i},户主{i},13800002401,10{i}\n"));
        var id = await Scene.SendToAsync("recipient_id,name,phone,金额\n" + rows, new { sharedPhones = true });

        var found = await Scene.LookUpAsync("13800002401", "+8613800002401");

        var item = Assert.Single(found.GetProperty("items").EnumerateArray());
        Assert.Equal(("never", JsonValueKind.Null, "/notices/" + id), (item.GetProperty("figures").GetString(), item.GetProperty("delivery").ValueKind, item.GetProperty("copy").GetString()));
        Assert.Equal((409, "figuresNotShown"), await NoticeScene.RefusedAsync(Host.Public, "/api/v1/lookup/figures", new { delivery = Scene.Token(id, 0), name = "户主1" }));
    }

    [Fact]
    public async Task LookUp_WhenANoticeWasCorrected_ShowsTheCorrectionInItsPlace()
    {
        const string rows = "recipient_id,name,phone,金额\n1,王小明,13800002501,1234.56\n";
        var id = await Scene.SendToAsync(rows);
        var correction = await Scene.CorrectAsync(id, await Scene.ListAsync(rows.Replace("1234.56", "987.65", StringComparison.Ordinal)), "更正：{{姓名}}，补贴应为{{金额}}元。");

        var found = await Scene.LookUpAsync("13800002501", "+8613800002501");

        var item = Assert.Single(found.GetProperty("items").EnumerateArray());
        Assert.Equal((correction, true), (item.GetProperty("noticeId").GetString(), item.GetProperty("isCorrection").GetBoolean()));
        // The old link leads to it as well.
        var copy = await Host.Public.GetFromJsonAsync<JsonElement>("/api/v1/copies/" + Scene.Token(id, 0));
        Assert.Equal((correction, "耕地补贴发放"), (copy.GetProperty("noticeId").GetString(), copy.GetProperty("corrected").GetString()));
        var figures = await NoticeScene.DoAsync(Host.Public, "/api/v1/lookup/figures", new { delivery = Scene.Token(id, 0), name = "王小明" });
        Assert.Contains("987.65", figures.GetProperty("body").GetString(), StringComparison.Ordinal);
        Assert.DoesNotContain("1234.56", figures.GetRawText(), StringComparison.Ordinal);
        var open = await Host.Public.GetFromJsonAsync<JsonElement>("/api/v1/lookup/notices/" + id);
        Assert.Equal(correction, open.GetProperty("correctedBy")[0].GetString());
    }

    [Fact]
    public async Task NotMe_TakesTheNoticeFromThatPhone_AndTellsTheOffice()
    {
        var id = await Scene.SendToAsync(List.Replace("1380000200", "1380000260", StringComparison.Ordinal));
        var token = Scene.Token(id, 0);
        await NoticeScene.DoAsync(Host.Public, $"/api/v1/copies/{token}/read", new { });
        await NoticeScene.DoAsync(Host.Public, $"/api/v1/copies/{token}/read", new { });

        var copy = await NoticeScene.DoAsync(Host.Public, $"/api/v1/copies/{token}/not-me", new { });

        Assert.Equal(("never", JsonValueKind.Null), (copy.GetProperty("figures").GetString(), copy.GetProperty("text").ValueKind));
        Assert.Equal((409, "figuresNotShown"), await NoticeScene.RefusedAsync(Host.Public, "/api/v1/lookup/figures", new { delivery = token, name = "王小明" }));
        await NoticeScene.DoAsync(Host.Public, "/api/v1/lookup", new { phone = "13800002601" });
        var replies = await Scene.Publisher.GetFromJsonAsync<JsonElement>($"/api/v1/notices/{id}/replies");
        Assert.Equal((1, 1), (replies.GetProperty("read").GetInt32(), replies.GetProperty("notMe").GetInt32()));
        Assert.Equal(("1", "138****2601"), (replies.GetProperty("items")[0].GetProperty("recipientId").GetString(), replies.GetProperty("items")[0].GetProperty("to").GetString()));
        Assert.Empty(await Scene.CodesAsync("+8613800002601"));
    }

    [Fact]
    public async Task Question_BecomesATicketOfTheOffice_LinkedToTheNotice()
    {
        var id = await Scene.SendToAsync(List.Replace("1380000200", "1380000270", StringComparison.Ordinal), new { title = "甲乙丙丁" });

        var ticket = await NoticeScene.DoAsync(Host.Public, $"/api/v1/copies/{Scene.Token(id, 0)}/questions", new { text = "咕噜咕噜为什么？" });

        var seen = await Host.Desk.GetFromJsonAsync<JsonElement>("/api/v1/tickets/" + ticket.GetProperty("number").GetString());
        Assert.Equal(("Inquiry", "notice:" + id), (seen.GetProperty("type").GetString(), seen.GetProperty("externalId").GetString()));
        Assert.NotEqual("Received", seen.GetProperty("state").GetString());
        Assert.Equal((await Scene.NoticeAsync(id)).GetProperty("unitId").GetString(), seen.GetProperty("leadUnitId").GetString());
        Assert.Contains("甲乙丙丁", seen.GetProperty("subject").GetString(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await Host.Public.GetAsync($"/api/v1/tickets/{ticket.GetProperty("number").GetString()}?code={ticket.GetProperty("trackingCode").GetString()}")).StatusCode);
    }

    /// <summary>Every exit that is open before the second factor, or to staff of no office.</summary>
    [Fact]
    public async Task NamesAndFigures_BeforeTheSecondFactor_LeaveByNoExit()
    {
        var id = await Scene.SendToAsync("recipient_id,name,phone,email,address,金额\n7,欧阳锋利,13800002801,ouyang2801@example.com,临江村28组,7654.32\n", new { channels = new[] { "sms", "email", "letter" } });
        var token = Scene.Token(id, 0);
        var found = await Scene.LookUpAsync("13800002801", "+8613800002801");
        await NoticeScene.RefusedAsync(Host.Public, "/api/v1/lookup/figures", new { delivery = token, name = "猜的" });
        await NoticeScene.DoAsync(Host.Public, $"/api/v1/copies/{token}/read", new { });
        var exits = new List<(string What, string Text)> { ("look-up", found.GetRawText()) };
        foreach (var path in (string[])[$"/api/v1/copies/{token}", $"/api/v1/lookup/notices/{id}", $"/n/{token}", $"/notices/{id}", $"/unsubscribe/{token}"])
            exits.Add((path, await Host.Public.GetStringAsync(path)));
        exits.Add(("caller", (await NoticeScene.DoAsync(Host.Desk, "/api/v1/lookup/caller", new { phone = "13800002801" })).GetRawText()));
        await NoticeScene.DoAsync(Host.Public, "/api/v1/lookup/figures", new { delivery = token, name = "欧阳锋利" });
        await NoticeScene.DoAsync(Host.Public, $"/api/v1/copies/{token}/not-me", new { });
        foreach (var path in (string[])[$"/api/v1/notices/{id}", $"/api/v1/notices/{id}/replies", $"/api/v1/notices/{id}/history"])
            exits.Add((path, await Host.Supervisor.GetStringAsync(path)));
        exits.Add(("audit", await Host.Admin.GetStringAsync("/api/v1/audit?day=2026-03-02&limit=200")));

        Assert.All(exits, e => Assert.DoesNotMatch("欧阳锋利|7654|13800002801|ouyang2801|临江村28组", e.Text));
        Assert.Empty(Host.Warnings);
    }
}
