using HotlinePush.Channels;
using HotlinePush.Clocks;
using HotlinePush.Inbound.Calls;
using HotlinePush.Messaging;
using HotlinePush.Notices;
using HotlinePush.Security;
using HotlinePush.Storage;
using HotlinePush.Tickets;
using HotlinePush.Web;
using Microsoft.Extensions.Options;

namespace HotlinePush.Inbound.TwilioVoice;

/// <summary>Send the caller the address where notices are looked up.</summary>
public sealed record TextLookup(string Id);

/// <summary>Leads a caller through the menu, a turn a request. A turn that was answered is answered the same again.</summary>
public sealed class VoiceCalls(
    VoiceStore sessions, VoiceRequests requests, CallDesk calls, PersonTickets people, TicketFiling filing, TwilioVoiceSettings settings, SiteAddress site, MessageCatalogue catalogue,
    IChannel channel, Quotas quotas, IOptions<HotlineWebOptions> options, ProductClock clock, TimeProvider engine)
{
    public const string Source = "twilio";
    public const string TextType = "voice.text.v1";
    private const int Attempts = 8;
    private const int MostOpen = 20;

    /// <summary>What Twilio sends as the number of a caller who withholds it; they would pass for numbers (support.twilio.com, "anonymous calls").</summary>
    private static readonly HashSet<string> Withheld = new(StringComparer.Ordinal) { "+266696687", "+7378742833", "+2562533", "+8566696", "+86282452253" };

    public static string IdOf(string callSid) => CallStore.IdOf(Source, callSid);

    /// <param name="turn">Of the question that Twilio asks; 0 when the call comes in.</param>
    public async Task<string> AnswerAsync(string callSid, string? from, string? to, int turn, VoiceInput input, CancellationToken ct)
    {
        var id = IdOf(callSid);
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var before = await sessions.ReadAsync(id, ct);
            var session = before?.Value ?? await NewAsync(id, callSid, from, to, ct);
            if (turn < session.Turn)
                return session.Answers[turn];
            if (input.RecordingSid is { } sid && session is { Step: VoiceStep.Record, Turn: > 0 })
            {
                // The recording is known before the ticket is: what comes twice finds the same numbers.
                if (session.WithRecording(sid) is var recorded && recorded != session && !await sessions.CommitAsync(before, recorded, [Fetch(id, sid)], ct))
                    continue;
                (session, _) = await requests.EnsureTicketAsync(recorded, sid, ct);
                before = await sessions.ReadAsync(id, ct);
                if (before?.Value is not { } now || turn < now.Turn)
                    continue;
                session = now;
            }

            var facts = new VoiceFacts(
                VoiceMenu.AsksProgress(session, input) ? await OpenAsync(session, ct) : [],
                filing.ReserveNumbers,
                VoiceMenu.AsksText(session, input) && await MayTextAsync(session, ct),
                settings.IsOpen(clock.GetUtcNow()));
            var (after, news, answer) = VoiceMenu.Next(session, input, facts, settings, site.Url + "/hooks/twilio");
            await TellAsync(session, news, ct);
            var owed = after.LinkSent && !session.LinkSent ? new[] { catalogue.Message(TextType, $"{id}-lookup", new TextLookup(id)) } : [];
            if (await sessions.CommitAsync(before, after, owed, ct))
                return answer;
        }

        throw new TableStoreException($"The menu of call {id} is being changed by many at once.", isTransient: true);
    }

    private PendingMessage Fetch(string id, string sid) => catalogue.Message(VoiceRecordings.EnsureType, $"{id}-{sid}-ticket", new EnsureVoiceTicket(id, sid));

    private async Task<VoiceSession> NewAsync(string id, string callSid, string? from, string? to, CancellationToken ct)
    {
        var (phone, hash) = from is null || Withheld.Contains(from) ? default : calls.CallerOf(from);
        // On the day's list from the first moment on; it rings at nobody until a person is asked for.
        await calls.HearAsync(Source, callSid, hash is null ? null : phone, to, ct);
        return new() { Id = id, CallSid = callSid, Caller = hash is null ? null : phone, PersonHash = hash, Called = to };
    }

    /// <summary>Only what was filed under this very number; a number can be forged, so nothing given in confidence.</summary>
    private async Task<IReadOnlyList<Ticket>> OpenAsync(VoiceSession session, CancellationToken ct) =>
        session.PersonHash is { } hash ? [.. (await people.OpenOfAsync(hash, MostOpen, ct)).Where(t => !t.Confidential)] : [];

    private async Task<bool> MayTextAsync(VoiceSession session, CancellationToken ct) =>
        session.Caller is { } phone
        && (options.Value.NoLimits || await quotas.AddAsync(Quotas.Window(engine.GetUtcNow(), TimeSpan.FromHours(1)), "v", phone, ct) <= options.Value.CodesPerPhone);

    private async Task TellAsync(VoiceSession session, VoiceNews news, CancellationToken ct)
    {
        CallState? state = news switch { VoiceNews.Ringing => CallState.Ringing, VoiceNews.Answered => CallState.Answered, VoiceNews.Missed => CallState.Missed, _ => null };
        if (state is { } said)
            await calls.ReportAsync(Source, new(session.CallSid, said, clock.GetUtcNow(), session.Caller, session.Called), ct);
    }

    /// <summary>What becomes of the call itself, or of its leg to the desk.</summary>
    /// <param name="parent">The caller's call, where this is the desk's leg.</param>
    public async Task StatusAsync(string callSid, string? parent, string status, CancellationToken ct)
    {
        var caller = parent ?? callSid;
        if (await sessions.ReadAsync(IdOf(caller), ct) is not { Value: var session })
            return;
        var now = clock.GetUtcNow();
        if (parent is not null)
        {
            if (status == "in-progress")
                await calls.ReportAsync(Source, new(caller, CallState.Answered, now, session.Caller, session.Called), ct);
            return;
        }

        if (status is not ("completed" or "busy" or "failed" or "no-answer" or "canceled"))
            return;
        // Whoever hangs up while the desk rings was not answered; that somebody took the call, told sooner or later, outweighs it.
        if (session.HandedOver || session.DeskFailed)
            await calls.ReportAsync(Source, new(caller, CallState.Missed, now, session.Caller, session.Called), ct);
        await calls.ReportAsync(Source, new(caller, CallState.Ended, now, session.Caller, session.Called), ct);
    }

    public async Task HandleAsync(TextLookup message, CancellationToken ct)
    {
        if (await sessions.ReadAsync(message.Id, ct) is not { Value: { Caller: { } phone } session })
            return;
        var body = session.English
            ? $"[12345] Look up notices sent to you at {site.Url}/lookup with this number and a one-time code. Our staff will never ask you for the code."
            : $"【12345】查询发给您的补贴等通知：{site.Url}/lookup，凭本机号码和短信验证码查看。工作人员不会向您索要验证码。";
        await channel.SendAsync(new($"voice-{message.Id}-lookup", ChannelKind.Sms, phone, null, body, "lookupLink"), ct);
    }
}
