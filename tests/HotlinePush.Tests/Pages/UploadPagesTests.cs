using HotlinePush.Tests.Attachments;

namespace HotlinePush.Tests.Pages;

/// <summary>Files that come with forms of the pages.</summary>
public sealed class UploadPagesTests : IAsyncLifetime
{
    private PageHost _host = null!;

    public async Task InitializeAsync() => _host = await PageHost.StartAsync();

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task File_WithAPhotoAndABadFile_TakesTheRequestAndThePhotoAndSaysWhatFailed()
    {
        var receipt = await SendAsync("/", "/", Request, ("照片.jpg", SampleFiles.Jpeg), ("网页.jpg", "<html>"u8.ToArray()));

        Assert.Equal(200, receipt.Status);
        Assert.Contains("已收到您的1个文件", receipt.Text, StringComparison.Ordinal);
        Assert.Contains("有文件没有保存", receipt.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task File_RefusedWithAPhoto_ComesBackWithTheText()
    {
        var refused = await SendAsync("/", "/", [.. Request.Where(f => f.Name != "contact.phone")], ("照片.jpg", SampleFiles.Jpeg));

        Assert.Equal(400, refused.Status);
        Assert.Contains("路灯不亮了三天", refused.Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task File_SentTwice_BringsItsPhotosOnce()
    {
        var form = await _host.GetAsync("/");
        (string, string)[] fields = [.. form.HiddenOf("/"), .. Request];
        var first = await PostAsync("/", fields, ("照片.jpg", SampleFiles.Jpeg));
        var second = await PostAsync("/", fields, ("照片.jpg", SampleFiles.Jpeg));

        Assert.Equal(first.Location, second.Location);
        Assert.Contains("已收到您的1个文件", (await _host.GetAsync(first.Location!)).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task File_WithoutThePagesToken_IsRefusedAndStoresNothing()
    {
        var refused = await PostAsync("/", Request, ("照片.jpg", SampleFiles.Jpeg));

        Assert.Equal(400, refused.Status);
        Assert.Contains("路灯不亮了三天", refused.Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Unit_AddsAFile_AndNamesItAsEvidence()
    {
        var (number, code) = await _host.DispatchedAsync(PageHost.Unit);
        await _host.SignInAsync("demo-unit-" + PageHost.Unit);
        var page = $"/unit/tickets/{number}";
        await _host.SubmitAsync(page, page + "/sign");

        var empty = await SendAsync(page, page + "/attachments", []);
        var added = await SendAsync(page, page + "/attachments", [("public", "on")], ("整改后.png", SampleFiles.Png));
        var file = Assert.Single((await _host.ReadAsync(number))!.Ticket.Attachments);
        var answered = await _host.SubmitAsync(page, page + "/answer", ("text", "已修好。"), ("evidence." + file.Id, "on"));

        Assert.Equal(400, empty.Status);
        Assert.Contains("文件已上传", added.Text, StringComparison.Ordinal);
        Assert.Contains($"/api/v1/tickets/{number}/attachments/{file.Id}", added.Html, StringComparison.Ordinal);
        Assert.Equal(200, answered.Status);
        Assert.Equal(file.Id, Assert.Single((await _host.ReadAsync(number))!.Ticket.Answer!.Evidence));
        var follow = await _host.GetAsync($"/tickets/{number}?code={code}");
        Assert.Contains($"/attachments/{file.Id}?code={code}", follow.Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Follow_WithAPhoto_AddsIt()
    {
        var (number, code) = await _host.DispatchedAsync(PageHost.Unit);

        var added = await SendAsync($"/tickets/{number}?code={code}", $"/tickets/{number}/attachments", [], ("又一张.png", SampleFiles.Png));

        Assert.Contains("文件已上传", added.Text, StringComparison.Ordinal);
        Assert.Contains("又一张.png", added.Text, StringComparison.Ordinal);
    }

    private static (string Name, string Value)[] Request =>
        [("type", "Help"), ("subject", "路灯不亮"), ("description", "小区门口路灯不亮了三天。"), ("identity", "named"), ("contact.phone", "19900000456")];

    private async Task<Shown> SendAsync(string page, string action, (string Name, string Value)[] fields, params (string Name, byte[] Content)[] files)
    {
        var form = await _host.GetAsync(page);
        var shown = await PostAsync(action, [.. form.HiddenOf(action), .. fields], files);
        return shown.Location is { } next ? await _host.GetAsync(next) : shown;
    }

    private async Task<Shown> PostAsync(string action, IEnumerable<(string Name, string Value)> fields, params (string Name, byte[] Content)[] files)
    {
        using var content = new MultipartFormDataContent();
        foreach (var (name, value) in fields)
            content.Add(new StringContent(value), name);
        foreach (var (name, bytes) in files)
            content.Add(new ByteArrayContent(bytes), "files", name);
        using var response = await _host.Client.PostAsync(action, content);
        return await Shown.OfAsync(response);
    }
}
