using System.Collections.Immutable;
using HotlinePush.Messaging;
using HotlinePush.Security;
using HotlinePush.Storage;
using HotlinePush.Tickets;
using HotlinePush.Tickets.Attachments;

namespace HotlinePush.Inbound;

public sealed record FetchFiles(string Conversation, string Key);

/// <summary>
/// Files of a message become attachments of its ticket, by the rules of attachments. First their contents are stored, then the message's row
/// names them, then the ticket does: after a crash it goes on where it was, and none is there twice.
/// </summary>
internal sealed class InboundFiles(ConversationStore store, TicketStore tickets, TicketActions actions, AttachmentFiles contents, IEnumerable<IInboundMedia> sources)
{
    public const string MessageType = "inbound.files.v1";
    private const int MostTries = 20;

    public Task HandleAsync(FetchFiles message, CancellationToken ct) => TakeAsync(message.Conversation, message.Key, [], ct);

    /// <param name="given">As handed in now; contents that are only references are fetched.</param>
    /// <exception cref="IOException">A content cannot be had now.</exception>
    public async Task TakeAsync(string id, string key, IReadOnlyList<InboundMedia> given, CancellationToken ct)
    {
        for (var tries = 0; tries < MostTries; tries++)
        {
            if (await store.ReadAsync(id, ct) is not { } c || await store.ReadMessageAsync(c, key, ct) is not { } stored)
                return;
            var heard = stored.Message;
            if (heard is { FilesDone: true } or { Done: false } || heard.Number is null || await tickets.ReadAsync(heard.Number, ct) is not { } ticket)
                return;
            if (!heard.FilesStored)
            {
                // Streams come with the message alone: without it there is nothing to do yet.
                if (heard.Words!.Media.Select((m, i) => m.Reference is null && given.ElementAtOrDefault(i)?.Open is null).Any(missing => missing))
                    return;
                var (files, note) = await PutAsync(ticket, heard, given, ct);
                var named = heard with { FilesStored = true, Files = files, FileNote = note };
                if (await store.CommitAsync(c, null, [(named, stored.ETag)], [], ct) is null)
                    await contents.DiscardAsync(heard.Number, files);
                continue;
            }

            var why = heard.FileNote;
            if (!heard.Files.IsEmpty && await actions.ActOnceAsync(heard.Number, new AddAttachments(heard.Files), Actor.Resident, key + "-files", heard.SaidAt, ct) is { Refusal: { } no })
                why = $"{why}（{heard.Files.Length}个附件没有加入：{no.Message}）";
            if (why is not null)
                await actions.ActOnceAsync(heard.Number, new FollowUp(why), Actor.Resident, key + "-note", heard.SaidAt, ct);
            await store.CommitAsync(c, null, [(heard with { FilesDone = true, Words = heard.Words! with { Media = [] }, Files = [], FileNote = null }, stored.ETag)], [], ct);
        }
    }

    private async Task<(ImmutableArray<Attachment> Files, string? Note)> PutAsync(StoredTicket ticket, HeardMessage heard, IReadOnlyList<InboundMedia> given, CancellationToken ct)
    {
        var files = ImmutableArray.CreateBuilder<Attachment>();
        var notes = new List<string>();
        for (var i = 0; i < heard.Words!.Media.Length; i++)
        {
            var media = heard.Words.Media[i];
            await using var content = media.Reference is { } reference
                ? await Source(heard.Channel).OpenAsync(reference, ct)
                : await given[i].Open!(ct);
            if (content is null)
            {
                notes.Add("（一个附件已无法取得）");
                continue;
            }

            var (file, refusal) = await contents.PutAsync(ticket, media.Name, content, Actor.Resident, $"files[{i}]", ct);
            if (file is not null)
                files.Add(file);
            else
                notes.Add($"（附件没有保存：{refusal!.Errors?.Values.FirstOrDefault()?.FirstOrDefault() ?? refusal.Message}）");
        }

        return (files.ToImmutable(), notes.Count == 0 ? null : string.Join('\n', notes));
    }

    private IInboundMedia Source(string channel) => sources.FirstOrDefault(s => s.Channel == channel) ?? throw new IOException($"Nobody fetches what came by {channel}.");
}
