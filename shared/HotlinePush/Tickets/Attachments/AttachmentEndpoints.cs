using System.Collections.Immutable;
using HotlinePush.Security;
using HotlinePush.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Net.Http.Headers;

namespace HotlinePush.Tickets.Attachments;

/// <summary>Files of a ticket: added by staff who act on it or by its resident, listed, and read one by one.</summary>
public static class AttachmentEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var tickets = routes.MapHotlineGroup("/api/v1/tickets").WithTags("tickets");
        // Any type comes in: a ticket one may not see is not found, whatever is sent to it.
        tickets.MapPost("{number}/attachments", AddAsync).Public().TakesUpload(AttachmentFiles.MaxRequest)
            .Accepts<IFormFile>("multipart/form-data", "*/*").Produces<Added>(StatusCodes.Status201Created)
            .WithSummary("添加附件 (add files)");
        tickets.MapGet("{number}/attachments", ListAsync).Public().WithSummary("附件列表 (files)");
        tickets.MapGet("{number}/attachments/{id}", ReadAsync).Public().WithSummary("附件内容 (a file's content)");
    }

    private static async Task<object> AddAsync(string number, HttpContext http, TicketReading reading, TicketStore store, TicketActions actions, AttachmentFiles files, CancellationToken ct)
    {
        var (seen, refusal) = await reading.ReadAsync(number, http, ct);
        if (seen is not var (stored, actor, _, _))
            return refusal!;
        if (UploadForm.Of(http) is not { } form)
            return new Refusal("unsupportedMediaType", "请以 multipart/form-data 提交文件。");
        // Who may not, or no longer, is told before 200 MiB are read.
        if (TicketRules.Decide(stored.Ticket, new AddAttachments([]), actor, new(seen.City, reading.Now)).Refusal is { } not)
            return not;
        var received = new List<Attachment>();
        var unused = true;
        try
        {
            while (await form.NextFileAsync(ct) is { } part)
            {
                if (received.Count == AttachmentFiles.MaxFiles)
                    return Refusal.Of("outOfRange", "files", $"一次最多上传 {AttachmentFiles.MaxFiles} 个文件。");
                var (file, wrong) = await files.PutAsync(stored, part.Name, part.Content, actor, $"files[{received.Count}]", ct);
                if (file is null)
                    return wrong!;
                received.Add(file);
            }

            if (received.Count == 0)
                return Refusal.Of("required", "files", "请选择要上传的文件。");
            var hash = await form.HashAsync(ct);
            var shown = form.Fields.GetValueOrDefault("public") is "true" or "on";
            return await IdempotentCreate.RunAsync(
                http,
                () => string.Join(',', received.Select(r => r.Id)),
                async reserved =>
                {
                    // After a crash the first attempt's contents, the same as these, are those that count.
                    var ids = reserved.Split(',');
                    ImmutableArray<Attachment> named = [.. received.Select((r, i) => r with { Id = ids[i], Public = shown && actor.Role != Role.Resident })];
                    // Asked for and unanswered may still be committed: only a clear "no" frees the contents.
                    unused = false;
                    var done = await actions.ActAsync(number, new AddAttachments(named), actor, null, ct);
                    unused = done.Refusal is not null || !ids.SequenceEqual(received.Select(r => r.Id));
                    return done.Refusal is { } no ? Reply.Refused(no) : Answer(done.Stored!.Ticket, ids);
                },
                async reserved => await store.ReadAsync(number, ct) is { Ticket: var now } && reserved.Split(',').All(id => now.Attachments.Any(a => a.Id == id))
                    ? Answer(now, reserved.Split(','))
                    : null,
                hash);
        }
        finally
        {
            if (unused)
                await files.DiscardAsync(number, received);
        }
    }

    private static Reply Answer(Ticket ticket, string[] ids) => Reply.Created(
        new Added(ids, AttachmentView.Of(ticket, ids), null), $"/api/v1/tickets/{ticket.Number}/attachments", ticket.Seq);

    /// <param name="Ids">To be named as evidence.</param>
    private sealed record Added(IReadOnlyList<string> Ids, IReadOnlyList<AttachmentView> Items, string? Next);

    private static async Task<object> ListAsync(string number, HttpContext http, TicketReading reading, CancellationToken ct)
    {
        var (seen, refusal) = await reading.ReadAsync(number, http, ct);
        return seen is null ? refusal! : TypedResults.Ok(new Page<AttachmentView>(AttachmentView.Of(seen.Stored.Ticket, seen.Actor), null));
    }

    private static async Task<object> ReadAsync(string number, string id, HttpContext http, TicketReading reading, AttachmentFiles files, CancellationToken ct)
    {
        var (seen, refusal) = await reading.ReadAsync(number, http, ct);
        if (seen is not var (stored, actor, _, _))
            return refusal!;
        var file = stored.Ticket.Attachments.FirstOrDefault(a => a.Id == id);
        if (file is null || !AttachmentAccess.MaySee(stored.Ticket, file, actor) || await files.OpenAsync(stored, file, ct) is not { } content)
            return Problems.NotFoundHere;
        return new FileAnswer(file, content);
    }

    /// <summary>
    /// A content under the type of our own table, never as a page: nothing in it runs, nothing in it is guessed, and what browsers
    /// do not show by themselves is saved.
    /// </summary>
    private sealed class FileAnswer(Attachment file, Stream content) : IResult
    {
        public async Task ExecuteAsync(HttpContext http)
        {
            await using var _ = content;
            var kind = FileKinds.Of(file.Kind);
            var disposition = new ContentDispositionHeaderValue(kind.Inline ? "inline" : "attachment");
            disposition.SetHttpFileName(file.Name ?? "attachment" + kind.Extension);
            var response = http.Response;
            response.ContentType = kind.ContentType;
            response.ContentLength = file.Size;
            response.Headers.ContentDisposition = disposition.ToString();
            response.Headers.ContentSecurityPolicy = "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox";
            response.Headers["Cross-Origin-Resource-Policy"] = "same-origin";
            await content.CopyToAsync(response.Body, http.RequestAborted);
        }
    }
}
