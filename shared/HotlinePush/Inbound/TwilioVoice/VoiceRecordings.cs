using System.Collections.Immutable;
using System.Net.Http.Headers;
using System.Text;
using HotlinePush.Channels;
using HotlinePush.Inbound.Calls;
using HotlinePush.Messaging;
using HotlinePush.Security;
using HotlinePush.Tickets;
using HotlinePush.Tickets.Attachments;
using HotlinePush.Web;

namespace HotlinePush.Inbound.TwilioVoice;

/// <summary>See that a recorded request has its ticket, whether or not the caller's next step comes.</summary>
public sealed record EnsureVoiceTicket(string Id, string RecordingSid);

/// <summary>Fetch a recording and put it to its ticket.</summary>
public sealed record FetchRecording(string Id, string RecordingSid);

/// <summary>Put to the ticket what was understood of a recording.</summary>
public sealed record AddTranscript(string Id, string RecordingSid);

/// <summary>
/// Recordings, fetched with the account's own name from the host of the settings, never from an address that came with a request; and what was
/// understood of them. All of it may be repeated.
/// </summary>
public sealed class VoiceRecordings(
    VoiceStore sessions, VoiceRequests requests, TicketStore tickets, TicketActions actions, AttachmentFiles files, TwilioVoiceSettings settings, MessageCatalogue catalogue) : IDisposable
{
    public const string EnsureType = "voice.ticket.v1";
    public const string FetchType = "voice.recording.v1";
    public const string TranscriptType = "voice.transcript.v1";
    private const int MostTranscript = 8_000;
    private static readonly TimeSpan FetchWithin = TimeSpan.FromSeconds(60);
    private readonly HttpClient _client = ProviderHttp.NewClient(settings.Endpoint);

    /// <summary>A recording is whole. One of a call that is none of ours is none of our business.</summary>
    public Task RecordedAsync(string callSid, string recordingSid, CancellationToken ct)
    {
        var id = VoiceCalls.IdOf(callSid);
        return ChangeAsync(id, recordingSid, s => s, FetchType, new FetchRecording(id, recordingSid), always: true, ct);
    }

    public Task TranscribedAsync(string callSid, string recordingSid, string text, CancellationToken ct)
    {
        var id = VoiceCalls.IdOf(callSid);
        var kept = new string([.. text.Where(c => c is '\n' or '\t' or >= ' ')]);
        kept = kept.Length > MostTranscript ? kept[..MostTranscript] : kept;
        if (kept.Length > 0 && char.IsHighSurrogate(kept[^1]))
            kept = kept[..^1];
        if (string.IsNullOrWhiteSpace(kept) || !Characters.AreAllowed(kept))
            return Task.CompletedTask;
        return ChangeAsync(id, recordingSid, r => r.Transcript is null ? r with { Transcript = kept } : r, TranscriptType, new AddTranscript(id, recordingSid), always: false, ct);
    }

    private Task ChangeAsync<TMessage>(
        string id, string sid, Func<VoiceRequest, VoiceRequest> change, string type, TMessage message, bool always, CancellationToken ct) =>
        sessions.ChangeAsync(
            id,
            s =>
            {
                var known = s.WithRecording(sid);
                if (known.OfRecording(sid) is not { } request)
                    return s;
                var changed = change(request) with { Reported = always || request.Reported };
                return changed == request ? known : known.With(request, changed);
            },
            _ => [catalogue.Message(type, $"{id}-{sid}-{type}", message)],
            ct);

    public async Task HandleAsync(EnsureVoiceTicket message, CancellationToken ct)
    {
        if (await sessions.ReadAsync(message.Id, ct) is { Value: var session })
            await requests.EnsureTicketAsync(session, message.RecordingSid, ct);
    }

    public async Task HandleAsync(FetchRecording message, CancellationToken ct)
    {
        if (await StoredAsync(message.Id, message.RecordingSid, ct) is not { Key: not null } ticket)
            return;
        // The name says which recording it is: fetched twice it is kept once.
        var name = $"来电录音-{message.RecordingSid[^8..]}.mp3";
        if (ticket.Ticket.Attachments.Any(a => a.Name == name))
            return;
        using var cut = CancellationTokenSource.CreateLinkedTokenSource(ct);
        cut.CancelAfter(FetchWithin);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"/2010-04-01/Accounts/{settings.AccountSid}/Recordings/{message.RecordingSid}.mp3");
            request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.ASCII.GetBytes($"{settings.AccountSid}:{settings.AuthToken}")));
            using var response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cut.Token);
            if (!response.IsSuccessStatusCode)
                throw new ChannelException($"Twilio did not hand out a recording: {(int)response.StatusCode}.");
            if (response.Content.Headers.ContentLength > AttachmentFiles.MaxBytes)
                return;
            await using var content = await response.Content.ReadAsStreamAsync(cut.Token);
            var (file, _) = await files.PutAsync(ticket, name, new AtMost(content, AttachmentFiles.MaxBytes + 1), Actor.System, "recording", cut.Token);
            // What is no recording, or too long for a file, is no use trying again: the desk has the ticket and calls back.
            if (file is not null && (await actions.ApplyAsync(ticket.Ticket.Number, Add, ct)).Refusal is not null)
                await files.DiscardAsync(ticket.Ticket.Number, [file]);

            Decision Add(Ticket now, RuleContext context) => now.Attachments.Any(a => a.Name == name)
                ? new Decision([], null)
                : TicketRules.Decide(now, new AddAttachments(ImmutableArray.Create(file!)), Actor.System, context);
        }
        catch (Exception e) when (e is HttpRequestException or IOException || (e is OperationCanceledException && !ct.IsCancellationRequested))
        {
            throw new ChannelException("A recording could not be fetched from Twilio.", e);
        }
    }

    public async Task HandleAsync(AddTranscript message, CancellationToken ct)
    {
        if (await StoredAsync(message.Id, message.RecordingSid, ct) is not { Key: not null } ticket
            || (await sessions.ReadAsync(message.Id, ct))?.Value.OfRecording(message.RecordingSid)?.Transcript is not { } text)
            return;
        var note = "【录音自动转写，未经核对】" + text;
        if (ticket.Ticket.FollowUps > 0 && (await tickets.ReadHistoryAsync(ticket, ct: ct)).Any(e => e is FollowUpAdded && e.Note == note))
            return;
        await actions.ApplyAsync(ticket.Ticket.Number, (now, context) => TicketRules.Decide(now, new FollowUp(note), Actor.System, context), ct);
    }

    private async Task<StoredTicket?> StoredAsync(string id, string sid, CancellationToken ct)
    {
        if (await sessions.ReadAsync(id, ct) is not { Value: var session })
            return null;
        var (_, number) = await requests.EnsureTicketAsync(session, sid, ct);
        return number is null ? null : await tickets.ReadAsync(number, ct);
    }

    public void Dispose() => _client.Dispose();

    /// <summary>Ends after so many bytes, however long the other side goes on.</summary>
    private sealed class AtMost(Stream inner, long most) : ReadOnlyStream
    {
        private long _left = most;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken ct = default)
        {
            var read = _left <= 0 ? 0 : await inner.ReadAsync(buffer[..(int)Math.Min(buffer.Length, _left)], ct);
            _left -= read;
            return read;
        }
    }
}
