using HotlinePush.Clocks;
using HotlinePush.Security;
using HotlinePush.Web;

namespace HotlinePush.Comments;

/// <summary>Carries out what an office does with its consultations: read, decide, commit; for the API and the pages alike.</summary>
public sealed class ConsultationActions(ConsultationStore store, CommentStore comments, ProductClock clock)
{
    private const int Attempts = 8;

    public async Task<(Consultation? Consultation, Refusal? Refusal)> CreateAsync(string id, ConsultationDraft draft, Actor by, CancellationToken ct)
    {
        var decision = ConsultationRules.Create(id, draft, by, clock.GetUtcNow());
        if (decision.Refusal is { } refusal)
            return (null, refusal);
        var created = await store.CommitAsync(null, decision.After!, decision.Event!, [.. draft.Text.Select(ConsultationRules.Tidy)], ct);
        // An attempt under the same Idempotency-Key was cut off after its commit.
        return ((created ?? await store.ReadAsync(id, ct))?.Consultation, null);
    }

    /// <param name="matches">Whether the version is the one the caller knows.</param>
    public Task<(Consultation? Consultation, Refusal? Refusal)> EditAsync(string id, ConsultationDraft draft, Actor by, Func<int, bool> matches, CancellationToken ct) =>
        ChangeAsync(id, by, matches, async c => ConsultationRules.Edit(c, await store.ReadTextAsync(c, ct), draft, by, clock.GetUtcNow()), [.. draft.Text.Select(ConsultationRules.Tidy)], ct);

    public Task<(Consultation? Consultation, Refusal? Refusal)> WithdrawAsync(string id, string? reason, Actor by, Func<int, bool> matches, CancellationToken ct) =>
        ChangeAsync(id, by, matches, c => Task.FromResult(ConsultationRules.Withdraw(c, reason, by, clock.GetUtcNow())), null, ct);

    public Task<(Consultation? Consultation, Refusal? Refusal)> PublishSummaryAsync(string id, string? text, Actor by, Func<int, bool> matches, CancellationToken ct) =>
        ChangeAsync(id, by, matches, async c => ConsultationRules.PublishSummary(c, text, await comments.ReadFiguresAsync(c, ct), by, clock.GetUtcNow()), null, ct);

    private async Task<(Consultation? Consultation, Refusal? Refusal)> ChangeAsync(
        string id, Actor by, Func<int, bool> matches, Func<Consultation, Task<ConsultationDecision>> decide, IReadOnlyList<ConsultationSection>? text, CancellationToken ct)
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            if (await store.ReadAsync(id, ct) is not { } stored || !ConsultationRules.MaySee(stored.Consultation, by, clock.GetUtcNow()))
                return (null, Problems.NotFoundHere);
            if (!matches(stored.Consultation.Seq))
                return (null, Problems.SomebodyWasFaster);
            var decision = await decide(stored.Consultation);
            if (decision.Refusal is { } refusal)
                return (null, refusal);
            var written = decision.Event!.Action == "edit" ? text : null;
            if (await store.CommitAsync(stored, decision.After!, decision.Event, written, ct) is { } after)
                return (after.Consultation, null);
        }

        return (null, Problems.SomebodyWasFaster);
    }
}
