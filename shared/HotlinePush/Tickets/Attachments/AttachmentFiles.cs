using System.Globalization;
using System.Security.Cryptography;
using HotlinePush.Security;
using HotlinePush.Storage;
using HotlinePush.Web;

namespace HotlinePush.Tickets.Attachments;

/// <summary>
/// Contents of attachments in the file store. A content is stored before the event that names it is committed: one without an event
/// is found by nobody and does no harm.
/// </summary>
public sealed class AttachmentFiles(IFileStore files, ILogger<AttachmentFiles> log)
{
    /// <summary>Bytes of one file, files of one request, files of one ticket.</summary>
    public const long MaxBytes = 20 * 1024 * 1024;
    public const int MaxFiles = 10;
    public const int MaxOfTicket = 50;

    /// <summary>A whole request: its files at their largest, and a mebibyte of fields and boundaries.</summary>
    public const long MaxRequest = MaxFiles * MaxBytes + 1024 * 1024;

    private const int MaxName = 120;

    /// <summary>Seals one file into the store, read to its end whatever becomes of it.</summary>
    /// <param name="name">As the sender calls it.</param>
    /// <param name="field">Under which its problems are named.</param>
    public async Task<(Attachment? File, Refusal? Refusal)> PutAsync(StoredTicket ticket, string? name, Stream content, Actor by, string field, CancellationToken ct)
    {
        if (ticket.Key is not { } key)
            return (null, new("personalDataDeleted", "工单的个人信息已删除，不能再添加附件。"));
        var head = await SealedContent.NextAsync(content, FileKinds.HeadBytes, ct);
        var office = FileKinds.MayBeOffice(head);
        var kind = FileKinds.Find(head);
        var shown = Shown(name);
        if (head.Length == 0 || (kind is null && !office))
        {
            await content.CopyToAsync(Stream.Null, ct);
            return (null, head.Length == 0 ? Refusal.Of("required", field, $"“{shown}”是空文件。") : WrongKind(field, shown));
        }

        // A person who wants to stay unknown must not be found by where the camera stood.
        Stream whole = new HeadFirst(head, content);
        if (kind is not null && ticket.Ticket is { Anonymous: true } or { Confidential: true } && by.Role != Role.Unit)
            whole = PictureMetadata.Strip(whole, kind);

        var id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(12));
        await using var box = new SealingStream(whole, key, id, MaxBytes);
        await files.PutAsync(FileId(ticket.Ticket.Number, id), box, ct);
        await content.CopyToAsync(Stream.Null, ct);
        kind ??= box.TooLong ? null : OfficeParts.Find(box.Tail, box.PlainLength);
        if (kind is not null && !box.TooLong && box.PlainLength > 0)
            return (new(id, kind.Code, box.PlainLength, WithEnding(shown, kind)), null);
        await files.DeleteAsync(FileId(ticket.Ticket.Number, id), CancellationToken.None);
        return (null, box.TooLong ? Refusal.Of("tooLarge", field, $"“{shown}”超过 20 MB。") : WrongKind(field, shown));
    }

    /// <summary>The content in the clear, or null where it is gone. The caller disposes it.</summary>
    public async Task<Stream?> OpenAsync(StoredTicket ticket, Attachment file, CancellationToken ct)
    {
        if (ticket.Key is not { } key)
            return null;
        if (await files.OpenAsync(FileId(ticket.Ticket.Number, file.Id), ct) is { } box)
            return new OpeningStream(box, key, file.Id);
        log.LogError("The content of attachment {Id} of ticket {Number} is not in the file store", file.Id, ticket.Ticket.Number);
        return null;
    }

    /// <summary>Contents that no event will name. A failure leaves them lying, which does no harm.</summary>
    public async Task DiscardAsync(string number, IEnumerable<Attachment> unused)
    {
        foreach (var file in unused)
        {
            try
            {
                await files.DeleteAsync(FileId(number, file.Id), CancellationToken.None);
            }
            catch (IOException e)
            {
                log.LogWarning(e, "An unused file of ticket {Number} could not be deleted", number);
            }
        }
    }

    /// <summary>Absent afterwards.</summary>
    public Task DeleteAsync(string number, Attachment file, CancellationToken ct) => files.DeleteAsync(FileId(number, file.Id), ct);

    private static string FileId(string number, string id) => $"attachments/{number}/{id}";

    private static Refusal WrongKind(string field, string name) => Refusal.Of(
        "unsupportedFile", field, $"“{name}”不是可接受的文件。可以上传照片（JPEG、PNG、WebP、GIF、HEIC）、PDF、Word（docx）、Excel（xlsx）、视频（MP4、MOV）和录音（MP3、M4A、WAV、AMR）。");

    /// <summary>The last part of a path, without characters that mean something to a shell, a header or a page.</summary>
    private static string Shown(string? name)
    {
        var last = (name ?? "").Split('/', '\\')[^1];
        var kept = new string([.. last.Where(c => !char.IsControl(c) && c is not ('"' or '<' or '>' or ':' or '|' or '?' or '*' or '%' or ';') && char.GetUnicodeCategory(c) != UnicodeCategory.Format)]).Trim(' ', '.');
        if (kept.Length > MaxName)
            kept = kept[^MaxName..];
        return kept.Length == 0 || !Characters.AreAllowed(kept) ? "附件" : kept;
    }

    private static string WithEnding(string name, FileKind kind) =>
        name.EndsWith(kind.Extension, StringComparison.OrdinalIgnoreCase) || (kind.Code == "jpeg" && name.EndsWith(".jpeg", StringComparison.OrdinalIgnoreCase)) ? name : name + kind.Extension;

    /// <summary>What was read ahead, then the rest.</summary>
    private sealed class HeadFirst(byte[] head, Stream rest) : ReadOnlyStream
    {
        private int _at;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken ct = default)
        {
            if (_at == head.Length)
                return rest.ReadAsync(buffer, ct);
            var count = Math.Min(buffer.Length, head.Length - _at);
            head.AsMemory(_at, count).CopyTo(buffer);
            _at += count;
            return ValueTask.FromResult(count);
        }
    }
}
