using HotlinePush.Audiences;
using HotlinePush.Clocks;
using HotlinePush.Messaging;
using HotlinePush.Notices.Sending;
using HotlinePush.Notices.Templates;
using HotlinePush.Security;
using HotlinePush.Storage;
using HotlinePush.Units;

namespace HotlinePush.Notices;

/// <summary>What became of a command: the notice as it now is, or a refusal.</summary>
public sealed record NoticeResult(Notice? Notice, Refusal? Refusal)
{
    public static implicit operator NoticeResult(Refusal refusal) => new(null, refusal);
}

/// <summary>Carries out what people and the product itself ask of notices: read, decide, commit one batch, send what is pending.</summary>
public sealed class NoticeActions(
    NoticeStore store, AudienceStore audiences, NoticeDryRuns dryRuns, TemplateRegister templates, MessageCatalogue catalogue, CitySource cities, Matters.DisclosureSource disclosure,
    NoticePolicy policy, ProductClock clock)
{
    private const int Attempts = 8;

    public async Task<NoticeResult> CreateAsync(string id, NoticeDraft draft, Actor by, CancellationToken ct, string? corrects = null)
    {
        var decision = NoticeRules.Create(id, draft, by, await ContextAsync(draft.AudienceId, ct), corrects);
        if (decision.Refusal is { } refusal)
            return refusal;
        if (await CommitAsync(null, decision, ct) is { } created)
            return new(created, null);
        // An attempt under the same Idempotency-Key was cut off after its commit.
        return new((await store.ReadAsync(id, ct))?.Notice, null);
    }

    /// <param name="ifVersion">The version the caller decided on; another one is a conflict.</param>
    public async Task<NoticeResult> ActAsync(string id, NoticeCommand command, Actor by, int? ifVersion, CancellationToken ct)
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            if (await store.ReadAsync(id, ct) is not { } stored)
                return Web.Problems.NotFoundHere;
            var notice = stored.Notice;
            if (ifVersion is { } version && version != notice.Seq)
                return Web.Problems.SomebodyWasFaster;
            var audienceId = command is EditNotice edit ? edit.Draft.AudienceId : notice.AudienceId;
            var context = await ContextAsync(audienceId, ct);
            if (NeedsDryRun(notice, command, by) && context.Audience?.List is not null)
            {
                var (dry, refusal) = await dryRuns.RunAsync(notice, context.Audience, ct);
                if (refusal is not null)
                    return refusal;
                context = context with { DryRun = dry };
            }

            var decision = NoticeRules.Decide(notice, command, by, context);
            if (decision.Refusal is { } no)
                return no;
            // The list is kept first: an approval that then fails leaves a hold that the next one takes over.
            if (decision.Notice!.Frozen is { } frozen && notice.Frozen is null
                && await audiences.FreezeAsync(notice.AudienceId, frozen.ListVersion, notice.Id, ct) is null)
                continue;
            if (await CommitAsync(stored, decision, ct) is not { } after)
                continue;
            if (after.State is NoticeState.Cancelled && after.StartedAt is null)
                await audiences.ReleaseAsync(after.AudienceId, after.Id, ct);
            return new(after, null);
        }

        return Web.Problems.SomebodyWasFaster;
    }

    /// <summary>What the change owes to sending, in the same batch.</summary>
    private IEnumerable<PendingMessage> Owed(Notice after, NoticeEvent happened) => happened switch
    {
        { To: NoticeState.Scheduled } when after.SendAt < clock.GetUtcNow() + Timers.TimerPass.Window => [catalogue.Moment(clock, after.Id, after.SendAt!.Value)],
        { Action: "retry-failed" } => [catalogue.RetryFailed(after.Id, after.Seq)],
        { Action: "send" or "begin" or "resume", To: NoticeState.Sending } => [catalogue.BeginSending(after.Id, after.Seq)],
        { Action: "cancel" } when after.StartedAt is not null => [catalogue.BeginSending(after.Id, after.Seq)],
        _ => [],
    };

    private static bool NeedsDryRun(Notice notice, NoticeCommand command, Actor by) =>
        NoticeRules.MaySee(notice, by)
        && ((command is SubmitNotice && notice.State is NoticeState.Draft or NoticeState.Rejected) || (command is ReviewNotice { Approve: true } && notice.State == NoticeState.InReview));

    private async Task<NoticeContext> ContextAsync(string audienceId, CancellationToken ct) =>
        new(clock.GetUtcNow(), await cities.GetAsync(ct), (await audiences.ReadAsync(audienceId, ct))?.Audience, Templates: await templates.ReadAsync(ct))
        {
            Policy = policy,
            Matters = (await disclosure.GetAsync(ct)).Matters,
        };

    private async Task<Notice?> CommitAsync(StoredNotice? before, NoticeDecision decision, CancellationToken ct) =>
        (await store.CommitAsync(before, decision.Notice!, decision.Event!, [.. Owed(decision.Notice!, decision.Event!)], ct))?.Notice;
}
