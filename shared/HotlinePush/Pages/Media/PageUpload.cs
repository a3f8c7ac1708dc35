using HotlinePush.Messaging;
using HotlinePush.Security;
using HotlinePush.Storage;
using HotlinePush.Tickets;
using HotlinePush.Tickets.Attachments;
using HotlinePush.Web;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Http;

namespace HotlinePush.Pages.Media;

/// <summary>
/// Files that come with a form of a page. Fields stand before files in every form here, so what was typed is known, checked and done before the first
/// file is read: a photo that fails costs nothing but itself.
/// </summary>
internal sealed class PageUpload(UploadForm form, UploadPart? first)
{
    // Where the platform looks for the token before it would read the whole form for it.
    private const string TokenHeader = "RequestVerificationToken";

    /// <summary>The fields of a form, and its files where it is one that may have them.</summary>
    public static async Task<(FormState Form, PageUpload? Files)> ReadAsync(HttpContext http, string name)
    {
        if (!UploadForm.IsMultipart(http.Request))
            return (await FormState.ReadAsync(http, name), null);
        var upload = UploadForm.Of(http) ?? throw new InvalidDataException("The form has no boundary.");
        var first = await upload.NextFileAsync(http.RequestAborted);
        http.Request.Headers[TokenHeader] = upload.Fields.GetValueOrDefault("token", "");
        var valid = await http.RequestServices.GetRequiredService<IAntiforgery>().IsRequestValidAsync(http);
        return (FormState.Of(name, upload.Fields, valid), new(upload, first));
    }

    /// <summary>Reads the rest and forgets it: a browser that is still sending does not see the answer.</summary>
    public async Task DropAsync(CancellationToken ct)
    {
        if (first is not null)
            await form.HashAsync(ct);
    }

    /// <summary>Adds each good file to the ticket. The refusal is of the first bad one, under the field <c>files</c>.</summary>
    public async Task<(int Added, Refusal? Refusal)> AddAsync(HttpContext http, StoredTicket ticket, Actor by, bool shown, CancellationToken ct)
    {
        var files = http.RequestServices.GetRequiredService<AttachmentFiles>();
        var actions = http.RequestServices.GetRequiredService<TicketActions>();
        var received = new List<Attachment>();
        Refusal? wrong = null;
        try
        {
            for (var part = first; part is not null; part = await form.NextFileAsync(ct))
            {
                if (received.Count == AttachmentFiles.MaxFiles)
                {
                    wrong ??= Refusal.Of("outOfRange", "files", $"一次最多上传 {AttachmentFiles.MaxFiles} 个文件，多出的没有保存。");
                    break;
                }

                var (file, refusal) = await files.PutAsync(ticket, part.Name, part.Content, by, "files", ct);
                if (file is not null)
                    received.Add(file with { Public = shown });
                wrong ??= refusal;
            }
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            wrong ??= e is BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge }
                ? Refusal.Of("tooLarge", "files", "文件合在一起太大了，没有全部保存。")
                : Refusal.Of("badForm", "files", "文件没有传完，请再试一次。");
        }

        await DropQuietlyAsync(ct);
        if (received.Count == 0)
            return (0, wrong);
        var done = await actions.ActAsync(ticket.Ticket.Number, new AddAttachments([.. received]), by, null, ct);
        if (done.Refusal is null)
            return (received.Count, wrong);
        await files.DiscardAsync(ticket.Ticket.Number, received);
        return (0, done.Refusal);
    }

    private async Task DropQuietlyAsync(CancellationToken ct)
    {
        try
        {
            await form.HashAsync(ct);
        }
        catch (IOException)
        {
            // What could not be read is not missed.
        }
    }

    /// <summary>As <see cref="AddAsync"/>, where the text is stored already and must be answered with its number whatever becomes of the files.</summary>
    public async Task<(int Added, Refusal? Refusal)> TryAddAsync(HttpContext http, StoredTicket ticket, Actor by, CancellationToken ct)
    {
        try
        {
            return await AddAsync(http, ticket, by, shown: false, ct);
        }
        catch (Exception e) when (e is TableStoreException or MessageBusException or UnauthorizedAccessException)
        {
            http.RequestServices.GetRequiredService<ILogger<PageUpload>>().LogError(e, "Files of ticket {Number} could not be stored", ticket.Ticket.Number);
            return (0, Refusal.Of("storeUnavailable", "files", "文件没有保存，请稍后在查询页面补传。"));
        }
    }
}
