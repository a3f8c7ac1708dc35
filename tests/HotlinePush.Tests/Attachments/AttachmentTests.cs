using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using HotlinePush.Storage;
using HotlinePush.Tests.Support;
using HotlinePush.Tests.Tickets;
using HotlinePush.Tickets.Attachments;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using static HotlinePush.Tests.Tickets.TicketScenario;

namespace HotlinePush.Tests.Attachments;

/// <summary>Files of a ticket through the API: who adds, who sees, what is refused, and how they lie in the store.</summary>
public sealed class AttachmentTests : IAsyncLifetime
{
    private readonly MemoryFileStore _files = new();
    private readonly HotlineApp _app;

    public AttachmentTests() => _app = new() { Change = s => s.Replace(ServiceDescriptor.Singleton<IFileStore>(_files)) };

    public Task InitializeAsync() => _app.InitializeAsync();

    public Task DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task Upload_ByTheResident_IsSeenByDeskAndUnitAndGivenBackAsItWas()
    {
        var ticket = await DispatchedAsync(_app);

        var added = (await UploadAsync(ticket, null, [("现场 照片.jpg", SampleFiles.Jpeg), ("录音", SampleFiles.Amr)])).Ok();

        Assert.Equal(HttpStatusCode.Created, added.Status);
        var ids = added["ids"].EnumerateArray().Select(i => i.GetString()!).ToArray();
        Assert.Equal(2, ids.Length);
        foreach (var key in (string[])[Desk, Supervisor, ticket.LeadKey])
        {
            var items = (await ticket.SeenByAsync(key, "/attachments")).Ok()["items"].EnumerateArray().ToArray();
            Assert.Equal(["现场 照片.jpg", "录音.amr"], items.Select(i => i.GetProperty("name").GetString()));
            Assert.Equal(["image/jpeg", "audio/amr"], items.Select(i => i.GetProperty("contentType").GetString()));
            Assert.Equal("resident", items[0].GetProperty("by").GetString());
        }

        var (status, content, headers) = await ContentAsync(ticket, ids[0], ticket.LeadKey);
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal(SampleFiles.Jpeg, content);
        Assert.Equal("image/jpeg", headers["Content-Type"]);
        Assert.StartsWith("inline", headers["Content-Disposition"], StringComparison.Ordinal);
        Assert.Contains("sandbox", headers["Content-Security-Policy"], StringComparison.Ordinal);
        Assert.Equal("nosniff", headers["X-Content-Type-Options"]);
        (_, content, headers) = await ContentAsync(ticket, ids[1], Desk);
        Assert.Equal(SampleFiles.Amr, content);
        Assert.StartsWith("attachment", headers["Content-Disposition"], StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await ContentAsync(ticket, ids[0], null, ticket.Code)).Status);

        Assert.Equal(HttpStatusCode.NotFound, (await ContentAsync(ticket, ids[0], KeyOf("gas-company"))).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await ContentAsync(ticket, ids[0], null, "wrong")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await ContentAsync(ticket, ids[0], Admin)).Status);
        Assert.Contains(await ticket.HistoryAsync(), e => e.GetProperty("action").GetString() == "add-attachment");
    }

    [Theory]
    [InlineData(false, true)]
    [InlineData(true, false)]
    public async Task Upload_ByAProtectedReporter_NeverReachesTheUnitAndLosesItsPlace(bool confidential, bool anonymous)
    {
        var filed = (await FileAsync(_app, new
        {
            type = "Complaint",
            subject = "举报",
            description = "夜间施工噪音扰民。",
            categoryId = NoiseCategory,
            areaId = "990101001",
            contact = new { phone = anonymous ? null : NewPhone(), confidential, anonymous },
        })).Ok();
        var ticket = Of(_app, filed, null);
        if (confidential)
            (await ticket.DeskAsync("dispatch", new { leadUnitId = "city-discipline", unitText = "有群众反映。" })).Ok();
        var ids = (await UploadAsync(ticket, null, [("QZXNAME.jpg", SampleFiles.Jpeg), ("QZXNAME.png", SampleFiles.Png)])).Ok()["ids"].EnumerateArray().Select(i => i.GetString()!).ToArray();
        var byDesk = (await UploadAsync(ticket, Desk, [("QZXNAME from wechat.amr", SampleFiles.Amr)], ("public", "true"))).Ok()["ids"][0].GetString()!;

        foreach (var path in (string[])["", "/attachments", "/history", "/clocks", "/similar"])
        {
            var seen = (await ticket.SeenByAsync(ticket.LeadKey, path)).Ok().Text;
            Assert.DoesNotContain("QZXNAME", seen, StringComparison.Ordinal);
            Assert.DoesNotContain(ids[0], seen, StringComparison.Ordinal);
        }

        foreach (var id in (string[])[.. ids, byDesk])
            Assert.Equal(HttpStatusCode.NotFound, (await ContentAsync(ticket, id, ticket.LeadKey)).Status);
        foreach (var id in ids)
        {
            var (status, content, _) = await ContentAsync(ticket, id, Desk);
            Assert.Equal(HttpStatusCode.OK, status);
            Assert.DoesNotContain(SampleFiles.Secret, Encoding.Latin1.GetString(content), StringComparison.Ordinal);
            Assert.Equal(HttpStatusCode.NotFound, (await ContentAsync(ticket, id, null, ticket.Code)).Status);
        }

        (await ticket.LeadAsync("sign")).Ok();
        (await ticket.LeadAsync("answer", new { text = "已查。", evidence = ids })).Refused(HttpStatusCode.BadRequest, "invalid");
    }

    [Fact]
    public async Task Evidence_OfTheUnit_IsSeenByTheDeskAndByTheResidentOnlyWherePublic()
    {
        var ticket = await SignedAsync(_app);
        var hidden = (await UploadAsync(ticket, ticket.LeadKey, [("勘查.pdf", SampleFiles.Pdf)])).Ok()["ids"][0].GetString()!;
        var shown = (await UploadAsync(ticket, ticket.LeadKey, [("整改后.png", SampleFiles.Png)], ("public", "true"))).Ok()["ids"][0].GetString()!;

        var refused = (await ticket.LeadAsync("answer", new { text = "已整改。", evidence = new[] { hidden, "nothing" } })).Refused(HttpStatusCode.BadRequest, "invalid");
        Assert.True(refused["errors"].TryGetProperty("evidence[1]", out _));
        var answered = (await ticket.LeadAsync("answer", new { text = "已整改。", evidence = new[] { hidden, shown } })).Ok();

        Assert.Equal([hidden, shown], answered["answer"].GetProperty("evidence").EnumerateArray().Select(e => e.GetString()!));
        Assert.Equal(2, (await ticket.SeenByAsync(Desk)).Ok()["attachments"].GetArrayLength());
        var seen = (await ticket.SeenByResidentAsync()).Ok();
        Assert.DoesNotContain(hidden, seen.Text, StringComparison.Ordinal);
        Assert.Equal(shown, Assert.Single(seen["attachments"].EnumerateArray()).GetProperty("id").GetString());
        Assert.Equal(HttpStatusCode.NotFound, (await ContentAsync(ticket, hidden, null, ticket.Code)).Status);
        Assert.Equal(HttpStatusCode.OK, (await ContentAsync(ticket, shown, null, ticket.Code)).Status);
    }

    [Fact]
    public async Task Upload_OfWhatIsNotTaken_IsRefusedWholeAndLeavesNothing()
    {
        var ticket = await DispatchedAsync(_app);
        var before = _files.Count;

        (await UploadAsync(ticket, Desk, [("ok.png", SampleFiles.Png), ("photo.jpg", "<script>alert(1)</script>"u8.ToArray())])).Refused(HttpStatusCode.UnsupportedMediaType, "unsupportedFile");
        (await UploadAsync(ticket, Desk, [("report.docx", SampleFiles.PlainZip)])).Refused(HttpStatusCode.UnsupportedMediaType, "unsupportedFile");
        (await UploadAsync(ticket, Desk, [("report.docx", SampleFiles.WithMacros)])).Refused(HttpStatusCode.UnsupportedMediaType, "unsupportedFile");
        (await UploadAsync(ticket, Desk, [("empty.png", [])])).Refused(HttpStatusCode.BadRequest, "required");
        (await UploadAsync(ticket, Desk, [])).Refused(HttpStatusCode.BadRequest, "required");
        (await UploadAsync(ticket, Desk, [.. Enumerable.Range(0, 11).Select(i => ($"{i}.png", SampleFiles.Png))])).Refused(HttpStatusCode.BadRequest, "outOfRange");
        byte[] long_ = [.. SampleFiles.Png, .. new byte[AttachmentFiles.MaxBytes]];
        (await UploadAsync(ticket, Desk, [("long.png", long_)])).Refused(HttpStatusCode.RequestEntityTooLarge, "tooLarge");
        (await UploadAsync(ticket, KeyOf("gas-company"), [("x.png", SampleFiles.Png)])).Refused(HttpStatusCode.NotFound, "notFound");
        (await UploadAsync(ticket, Admin, [("x.png", SampleFiles.Png)])).Refused(HttpStatusCode.Forbidden, "roleLacking");

        Assert.Equal(before, _files.Count);
        Assert.Empty((await ticket.SeenByAsync(Desk)).Ok()["attachments"].EnumerateArray());
    }

    [Fact]
    public async Task Upload_OfFifty_IsTheMostATicketHolds()
    {
        var ticket = await DispatchedAsync(_app);
        for (var i = 0; i < 5; i++)
            (await UploadAsync(ticket, Desk, [.. Enumerable.Range(0, 10).Select(n => ($"{i}-{n}.gif", SampleFiles.Gif))])).Ok();

        var one = (await UploadAsync(ticket, Desk, [("one more.gif", SampleFiles.Gif)])).Refused(HttpStatusCode.BadRequest, "invalid");

        Assert.Contains("50", one.Text, StringComparison.Ordinal);
        Assert.Equal(50, _files.Count);
    }

    [Fact]
    public async Task Upload_SentAgainUnderItsKey_AddsNothingAndAnswersTheSame()
    {
        var ticket = await DispatchedAsync(_app);

        var first = (await UploadAsync(ticket, Desk, [("a.png", SampleFiles.Png)], idempotencyKey: "k1")).Ok();
        var second = (await UploadAsync(ticket, Desk, [("a.png", SampleFiles.Png)], idempotencyKey: "k1")).Ok();

        Assert.Equal(first.Text, second.Text);
        Assert.Equal(1, _files.Count);
        (await UploadAsync(ticket, Desk, [("b.png", SampleFiles.Png)], idempotencyKey: "k1")).Refused(HttpStatusCode.UnprocessableEntity, "idempotencyKeyReused");
        Assert.Equal(1, _files.Count);
    }

    [Fact]
    public async Task Upload_OfALargeFile_LiesSealedAndHostileNamesAreHarmless()
    {
        var ticket = await DispatchedAsync(_app);
        byte[] large = [.. SampleFiles.Png[..^12], .. new byte[5_000_000]];
        var id = (await UploadAsync(ticket, Desk, [("../../etc/<script>x.png", large)])).Ok()["ids"][0].GetString()!;

        var (_, content, headers) = await ContentAsync(ticket, id, Desk);

        Assert.Equal(large, content);
        Assert.DoesNotContain("<", headers["Content-Disposition"], StringComparison.Ordinal);
        Assert.DoesNotContain("/", headers["Content-Disposition"], StringComparison.Ordinal);
        await using var box = await _files.OpenAsync($"attachments/{ticket.Number}/{id}");
        using var stored = new MemoryStream();
        await box!.CopyToAsync(stored);
        Assert.True(stored.ToArray().AsSpan().IndexOf(SampleFiles.Png.AsSpan(0, 16)) < 0);
    }

    [Fact]
    public async Task Upload_ToAnEndedTicket_IsRefused()
    {
        var ticket = await ClosedAsync(_app);
        (await UploadAsync(ticket, Desk, [("a.png", SampleFiles.Png)])).Refused(HttpStatusCode.Conflict, "wrongState");
    }

    private async Task<Answer> UploadAsync(
        TicketScenario ticket, string? key, (string Name, byte[] Content)[] files, (string Name, string Value)? field = null, string? idempotencyKey = null)
    {
        // A boundary of our own: the body must be the same when it is sent again.
        using var form = new MultipartFormDataContent("part-of-this-test");
        if (field is { } given)
            form.Add(new StringContent(given.Value), given.Name);
        foreach (var (name, content) in files)
        {
            var part = new ByteArrayContent(content);
            part.Headers.ContentType = new MediaTypeHeaderValue("text/html");
            form.Add(part, "files", name);
        }

        if (files.Length == 0)
            form.Add(new StringContent("x"), "nothing");
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/v1/tickets/{ticket.Number}/attachments" + (key is null ? $"?code={ticket.Code}" : "")) { Content = form };
        if (idempotencyKey is not null)
            request.Headers.Add("Idempotency-Key", idempotencyKey);
        using var client = _app.As(key);
        using var response = await client.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        return new(response.StatusCode, JsonDocument.Parse(text).RootElement, response.Headers.ETag?.Tag, text);
    }

    private async Task<(HttpStatusCode Status, byte[] Content, Dictionary<string, string> Headers)> ContentAsync(TicketScenario ticket, string id, string? key, string? code = null)
    {
        using var client = _app.As(key);
        using var response = await client.GetAsync($"/api/v1/tickets/{ticket.Number}/attachments/{id}" + (code is null ? "" : $"?code={code}"));
        return (response.StatusCode, await response.Content.ReadAsByteArrayAsync(),
            response.Headers.Concat(response.Content.Headers).ToDictionary(h => h.Key, h => string.Join(",", h.Value), StringComparer.OrdinalIgnoreCase));
    }
}
