using System.Net;
using System.Text;
using System.Text.Json;
using HotlinePush.Tests.Support;

namespace HotlinePush.Tests.Comments;

/// <summary>What was held back, and who wrote what, at every exit; and what stands in the store in the clear.</summary>
public sealed class CommentLeakTests : IAsyncLifetime
{
    private const string Root = ConsultationApi.Root;
    private const string Office = ConsultationApi.Office;
    private const string Secret = "隔壁老周的存折密码";
    private const string Name = "诸葛不亮";
    private const string Phone = "13700007777";

    private readonly PortLog _log = new();
    private HotlineApp _app = null!;
    private ConsultationApi _api = null!;

    public async Task InitializeAsync()
    {
        _app = new() { Change = _log.Watch };
        await _app.InitializeAsync();
        _api = new(_app);
    }

    public async Task DisposeAsync() => await _app.DisposeAsync();

    [Fact]
    public async Task Comment_HeldRefusedOrUnconfirmed_LeavesByNoPublicExit()
    {
        var id = await _api.OpenAsync("第一次", confirmByCode: true);
        var open = await _api.OpenAsync("第二次");
        var unconfirmed = await _api.CommentAsync(id, Secret + "一", "s1", Name, Phone);
        var held = await _api.CommentAsync(open, Secret + "二", "s1", Name, Phone);
        var refused = await _api.CommentAsync(open, Secret + "三", "s1", Name, Phone);
        var taken = await _api.CommentAsync(open, Secret + "四", "s1", Name, Phone);
        var erased = await _api.CommentAsync(open, Secret + "五", null, Name, Phone);
        var shown = await _api.CommentAsync(open, "可以公开的话", "s1", Name, Phone);
        await _api.ModerateAsync(open, refused, false, "含有他人个人信息");
        foreach (var cid in (string[])[taken, erased, shown])
            await _api.ModerateAsync(open, cid, true);
        await _api.ModerateAsync(open, taken, false, "经举报核实，含有个人信息");
        await _api.DoAsync("POST", $"{Root}/{open}/comments/{erased}/erase", Office, new { reason = "本人要求", text = true });
        foreach (var cid in (string[])[held, refused, taken])
            await _api.RespondAsync(open, cid, "notAdopted", "答复" + Secret);

        var decisions = (await _api.DoAsync("GET", $"{Root}/{open}/comments/{taken}/history", Office)).GetProperty("items").EnumerateArray().ToList();
        Assert.Equal([true, false], decisions.Take(2).Select(d => d.GetProperty("moderation").GetProperty("publish").GetBoolean()));
        Assert.Equal("notAdopted", decisions[2].GetProperty("response").GetProperty("adopted").GetString());
        await _api.DoAsync("GET", $"{Root}/{open}/comments/{taken}/history", null, status: 401);

        var exits = new List<string>();
        foreach (var consultation in (string[])[id, open])
        {
            exits.AddRange([Root, $"{Root}?state=open", $"{Root}/{consultation}", $"{Root}/{consultation}/summary", $"{Root}/{consultation}/comments?limit=200", $"{Root}/{consultation}/comments?sectionId=s1",
                "/consultations", $"/consultations/{consultation}", $"/consultations/{consultation}?on=s1", $"/consultations/{consultation}/confirm?comment={held}"]);
            foreach (var cid in (string[])[unconfirmed, held, refused, taken, erased])
                exits.Add($"{Root}/{consultation}/comments/{cid}");
            // Cursors made by hand, to begin in other lists.
            foreach (var row in (string[])["0", "zzzz", "20260302020000000", "!held", "..", "\"", "\"!"])
                exits.Add($"{Root}/{consultation}/comments?after={System.Buffers.Text.Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(new { row }))}");
        }

        var seen = 0;
        foreach (var exit in exits)
            foreach (var key in (string?[])[null, "demo-desk", "demo-unit-city-urban", "demo-admin"])
            {
                using var client = _app.As(key);
                using var answer = await client.GetAsync(exit);
                var text = WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync());
                Assert.True((int)answer.StatusCode < 500, exit);
                Assert.DoesNotContain(Secret, text, StringComparison.Ordinal);
                Assert.DoesNotContain(Name, text, StringComparison.Ordinal);
                Assert.DoesNotContain("7777", text, StringComparison.Ordinal);
                seen += text.Contains("可以公开的话", StringComparison.Ordinal) ? 1 : 0;
                Assert.True(!exit.Contains("/comments/", StringComparison.Ordinal) || answer.StatusCode == HttpStatusCode.NotFound, $"{key} {exit}");
            }

        Assert.True(seen > 0);
        await _api.RefusedAsync(403, "roleLacking", "GET", $"{Root}/{open}/comments?state=held", null);
        await _api.RefusedAsync(403, "roleLacking", "GET", $"{Root}/{open}/comments?state=refused", "demo-desk");
    }

    [Fact]
    public async Task Export_HoldsTheHeldBackOnlyWhereAskedFor_AndNeverThePeople()
    {
        var id = await _api.OpenAsync();
        var shown = await _api.CommentAsync(id, "=SUM(1,2) 可以公开", "s1", Name, Phone);
        var held = await _api.CommentAsync(id, Secret, null, Name, Phone);
        await _api.ModerateAsync(id, shown, true);
        await _api.RespondAsync(id, shown, "adopted", "已采纳");

        using var office = _app.As(Office);
        var open = await office.GetStringAsync($"{Root}/{id}/comments.csv");
        var all = await office.GetStringAsync($"{Root}/{id}/comments.csv?held=true");

        Assert.Contains("'=SUM(1,2) 可以公开", open, StringComparison.Ordinal);
        Assert.Contains("adopted,已采纳", open, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, open, StringComparison.Ordinal);
        Assert.Contains(Secret, all, StringComparison.Ordinal);
        Assert.Contains(held, all, StringComparison.Ordinal);
        Assert.Equal(3, all.TrimEnd().Split("\r\n").Length);
        foreach (var text in (string[])[open, all])
            Assert.False(text.Contains(Name, StringComparison.Ordinal) || text.Contains(Phone, StringComparison.Ordinal));
        foreach (var key in (string?[])[null, "demo-desk", "demo-admin"])
            await _api.DoAsync("GET", $"{Root}/{id}/comments.csv", key, status: key is null ? 401 : 403);
        Assert.Contains("exportComments", (await _api.DoAsync("GET", "/api/v1/audit", "demo-supervisor")).GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Contact_IsShownToTheOfficeWithATrace_AndErasedForGood()
    {
        var id = await _api.OpenAsync();
        var cid = await _api.CommentAsync(id, "请联系我。", null, Name, Phone);
        await _api.ModerateAsync(id, cid, true);
        var contact = await _api.DoAsync("POST", $"{Root}/{id}/comments/{cid}/reveal", Office, new { why = "核实情况" });
        Assert.Equal((Name, "+86" + Phone), (contact.GetProperty("name").GetString(), contact.GetProperty("phone").GetString()));
        Assert.Contains("revealComment", (await _api.DoAsync("GET", "/api/v1/audit", "demo-supervisor")).GetRawText(), StringComparison.Ordinal);
        await _api.DoAsync("POST", $"{Root}/{id}/comments/{cid}/reveal", "demo-supervisor", new { }, 403);

        await _api.DoAsync("POST", $"{Root}/{id}/comments/{cid}/erase", Office, new { reason = "本人要求" });
        contact = await _api.DoAsync("POST", $"{Root}/{id}/comments/{cid}/reveal", Office, new { });
        Assert.Equal(JsonValueKind.Null, contact.GetProperty("phone").ValueKind);
        // The words stay, unless they are to go too.
        Assert.Single(await _api.CommentsAsync(id));
        await _api.DoAsync("POST", $"{Root}/{id}/comments/{cid}/erase", Office, new { reason = "本人要求", text = true });
        Assert.Empty(await _api.CommentsAsync(id));
        Assert.Equal(JsonValueKind.Null, (await _api.DoAsync("GET", $"{Root}/{id}/comments/{cid}", Office)).GetProperty("text").ValueKind);
        await _api.RefusedAsync(409, "personalDataDeleted", "POST", $"{Root}/{id}/comments/{cid}/moderate", Office, new { publish = true });
        Assert.Equal(1, (await _api.FiguresAsync(id)).GetProperty("received").GetInt32());
    }

    [Fact]
    public async Task Store_AndBus_HoldNoWordsAndNobodyInTheClear()
    {
        var id = await _api.OpenAsync(confirmByCode: true);
        await _api.DoAsync("POST", $"{Root}/{id}/comments", null, new { text = Secret + "，楼下着火了，快来人！", name = Name, phone = Phone }, 202, "leak-" + id);
        await _api.CommentAsync(id, Secret, null, Name, Phone, "demo-desk");

        foreach (var needle in (string[])[Secret, Name, Phone])
        {
            var bytes = Encoding.UTF8.GetBytes(needle);
            Assert.DoesNotContain(_log.Batches, b => b.Table != "outbox" && b.Operations.Any(o => o.Value.Span.IndexOf(bytes) >= 0 || o.Row.Contains(needle, StringComparison.Ordinal)));
            Assert.DoesNotContain(_log.Messages, m => m.Body.Contains(needle, StringComparison.Ordinal));
        }
    }
}
