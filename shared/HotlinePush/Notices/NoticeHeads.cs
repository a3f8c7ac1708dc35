using HotlinePush.Notices.Sending;
using HotlinePush.Security;

namespace HotlinePush.Notices;

/// <summary>What sending reads of a notice, and what it tells it. Told twice, or too late, nothing changes.</summary>
public sealed class NoticeHeads(NoticeStore store, NoticeActions actions) : INoticeHeads
{
    public async Task<Notice?> ReadAsync(string noticeId, CancellationToken ct) => (await store.ReadAsync(noticeId, ct))?.Notice;

    /// <summary>The page and the look-up of what it corrects now show it.</summary>
    public async Task BegunAsync(Notice notice, CancellationToken ct)
    {
        if (notice.Corrects is { } original)
            await TellAsync(original, new MarkCorrected(notice.Id), ct);
    }

    public Task TrialEndedAsync(string noticeId, CancellationToken ct) => TellAsync(noticeId, new EndTrial(), ct);
    public Task AllSentAsync(string noticeId, CancellationToken ct) => TellAsync(noticeId, new EndNotice(), ct);
    public Task MomentAsync(string noticeId, CancellationToken ct) => TellAsync(noticeId, new BeginNotice(), ct);

    private async Task TellAsync(string noticeId, NoticeCommand command, CancellationToken ct)
    {
        if ((await actions.ActAsync(noticeId, command, Actor.System, null, ct)).Refusal is { Code: not ("wrongState" or "notFound") } refusal)
            throw new InvalidOperationException($"Notice {noticeId} refused {command.Action}: {refusal.Code}.");
    }
}
