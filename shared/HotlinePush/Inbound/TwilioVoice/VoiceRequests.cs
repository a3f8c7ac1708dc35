using HotlinePush.Inbound.Calls;
using HotlinePush.Security;
using HotlinePush.Tickets;

namespace HotlinePush.Inbound.TwilioVoice;

/// <summary>
/// A recorded request becomes a ticket at once, whatever becomes of its recording and of what was understood of it: it waits for somebody at the
/// desk to hear it.
/// </summary>
public sealed class VoiceRequests(VoiceStore sessions, TicketFiling filing, CallDesk calls)
{
    /// <summary>The session with the ticket of that recording; under the numbers that were drawn for it, so however often it comes it is one.</summary>
    public async Task<(VoiceSession Session, string? Number)> EnsureTicketAsync(VoiceSession session, string recordingSid, CancellationToken ct)
    {
        if (session.OfRecording(recordingSid) is not { } request)
            return (session, null);
        if (request.Number is { } known)
            return (session, known);
        var (ticket, refusal) = await filing.FileTicketAsync(
            RequestOf(session, request), request.Reserved, Actor.System, ct, new HoldForDesk(DeskReasons.VoiceMessage));
        if (ticket is null)
            throw new InvalidOperationException($"A recorded request was refused: {refusal!.Code}.");
        await calls.LinkAsync(session.Id, ticket.Number, ct);
        var changed = await sessions.ChangeAsync(
            session.Id, s => s.OfRecording(recordingSid) is { Number: null } open ? s.With(open, open with { Number = ticket.Number }) : s, _ => [], ct);
        return (changed ?? session, ticket.Number);
    }

    private static NewTicket RequestOf(VoiceSession session, VoiceRequest request) => new(
        TicketType.Help,
        request.Confidential ? "电话留言（要求保密）" : "电话留言",
        "来电人在电话中以语音反映诉求，录音见附件，请听取后补充内容并派单。" + (session.English ? "来电人使用英语。" : ""),
        session.Caller is { } phone ? new NewContact(Phone: phone, Confidential: request.Confidential) : new NewContact(Anonymous: true, Confidential: request.Confidential),
        Channel: "phone",
        ExternalId: session.CallSid);
}
