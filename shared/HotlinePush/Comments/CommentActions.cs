using HotlinePush.Clocks;
using HotlinePush.Messaging;
using HotlinePush.Security;
using HotlinePush.Web;

namespace HotlinePush.Comments;

/// <summary>A decision on a group is to reach those of it that have none of their own.</summary>
public sealed record SpreadDecision(string Consultation, string Group, int Revision);

/// <summary>What staff do with comments, one by one or all like ones at once; for the API and the pages alike.</summary>
public sealed class CommentActions(ConsultationStore consultations, CommentStore store, MessageCatalogue catalogue, AuditLog audit, ProductClock clock)
{
    public const string SpreadType = "comment.spread.v1";

    /// <summary>Of a group, so many are done while somebody waits; the rest by a message.</summary>
    private const int AtOnce = 100;

    public async Task<(Comment? After, Refusal? Refusal)> ModerateAsync(string id, string commentId, bool publish, string? reason, Actor by, CancellationToken ct) =>
        await AllowedAsync(id, by, ConsultationRules.MayModerate, ct) is { } refusal
            ? (null, refusal)
            : await store.ChangeAsync(id, commentId, c => CommentRules.Moderate(c, publish, reason, by.Id, clock.GetUtcNow()), ct);

    public async Task<(Comment? After, Refusal? Refusal)> RespondAsync(string id, string commentId, Adoption adopted, string text, Actor by, CancellationToken ct) =>
        await AllowedAsync(id, by, ConsultationRules.MayManage, ct) is { } refusal
            ? (null, refusal)
            : await store.ChangeAsync(id, commentId, c => CommentRules.Respond(c, adopted, text, by.Id, clock.GetUtcNow()), ct);

    /// <summary>Puts a comment beside one that says the same, or on its own.</summary>
    /// <param name="like">A comment of the group it is to be in; null: a group of its own.</param>
    public async Task<(Comment? After, Refusal? Refusal)> GroupAsync(string id, string commentId, string? like, Actor by, CancellationToken ct)
    {
        if (await AllowedAsync(id, by, ConsultationRules.MayModerate, ct) is { } refusal)
            return (null, refusal);
        var group = Comment.NewId();
        if (like is not null)
        {
            if (await store.ReadAsync(id, like, ct) is not { Comment: { Counts: true } other })
                return (null, Refusal.Of("badValue", "like", "没有这条意见。"));
            group = other.GroupId;
        }

        return await store.ChangeAsync(
            id, commentId, c => !c.Counts ? (null, new("wrongState", "这条意见还没有经验证码确认。")) : (like == c.Id ? c : c with { GroupId = group }, null), ct);
    }

    public async Task<(CommentGroup? Group, Refusal? Refusal)> ModerateGroupAsync(string id, string groupId, bool publish, string? reason, Actor by, CancellationToken ct) =>
        (await AllowedAsync(id, by, ConsultationRules.MayModerate, ct) ?? CommentRules.CheckReason(publish, reason)) is { } refusal
            ? (null, refusal)
            : await DecideAsync(id, groupId, g => g with { Moderation = new(publish, CommentRules.Blank(reason), clock.GetUtcNow(), by.Id) }, ct);

    public async Task<(CommentGroup? Group, Refusal? Refusal)> RespondGroupAsync(string id, string groupId, Adoption adopted, string text, Actor by, CancellationToken ct) =>
        (await AllowedAsync(id, by, ConsultationRules.MayManage, ct) ?? CommentRules.CheckText(text)) is { } refusal
            ? (null, refusal)
            : await DecideAsync(id, groupId, g => g with { Response = new(adopted, CommentRules.Tidy(text), clock.GetUtcNow(), by.Id, ForGroup: true) }, ct);

    /// <summary>The contact in the clear, for the office alone; each look is kept in the audit log.</summary>
    public async Task<(CommentContact? Contact, Refusal? Refusal)> RevealAsync(string id, string commentId, string? why, Actor by, CancellationToken ct)
    {
        if ((await AllowedAsync(id, by, ConsultationRules.MayManage, ct) ?? new Check().Text("why", why, max: 500).Refusal) is { } refusal)
            return (null, refusal);
        if (await store.ReadAsync(id, commentId, ct) is not { Comment: { Counts: true } comment })
            return (null, Problems.NotFoundHere);
        await audit.AppendAsync(new(clock.GetUtcNow(), by, "revealComment", $"{id} {commentId}", why), ct);
        return (await store.ReadContactAsync(comment, ct) ?? new(null, null), null);
    }

    /// <summary>Takes name and phone away for good, and the words too where that is asked for.</summary>
    public async Task<(Comment? After, Refusal? Refusal)> EraseAsync(string id, string commentId, bool text, string? reason, Actor by, CancellationToken ct)
    {
        if ((await AllowedAsync(id, by, ConsultationRules.MayManage, ct) ?? CommentRules.CheckReason(publish: false, reason)) is { } refusal)
            return (null, refusal);
        var now = clock.GetUtcNow();
        var done = await store.EraseAsync(id, commentId, c => text ? CommentRules.EraseText(c, CommentRules.Tidy(reason!), by.Id, now) : c, ct);
        if (done.Refusal is null)
            await audit.AppendAsync(new(now, by, "eraseComment", $"{id} {commentId}", reason), CancellationToken.None);
        return done;
    }

    private async Task<(CommentGroup? Group, Refusal? Refusal)> DecideAsync(string id, string groupId, Func<CommentGroup, CommentGroup> decide, CancellationToken ct)
    {
        if (!Comment.IsId(groupId))
            return (null, Problems.NotFoundHere);
        var after = await store.DecideGroupAsync(
            id, groupId, decide, g => [catalogue.Message(SpreadType, $"comment-spread-{id}-{g.Id}-{g.Revision}", new SpreadDecision(id, g.Id, g.Revision))], ct);
        if (after is null)
            return (null, Problems.NotFoundHere);
        await SpreadAsync(id, groupId, AtOnce, ct);
        return (await store.ReadGroupAsync(id, groupId, ct), null);
    }

    internal Task HandleAsync(SpreadDecision message, CancellationToken ct) => SpreadAsync(message.Consultation, message.Group, int.MaxValue, ct);

    /// <summary>Those of the group in the order they came. Whoever has the decision already is left as it is: done twice is done once.</summary>
    private async Task SpreadAsync(string id, string groupId, int most, CancellationToken ct)
    {
        string? after = null;
        var looked = 0;
        do
        {
            var (items, last) = await store.ReadListAsync(id, CommentList.Group(groupId), after, Math.Min(most, 200), ct);
            foreach (var chunk in items.Chunk(CommentStore.MostAtOnce))
                await store.CommitAsync(id, async token =>
                {
                    if (await store.ReadGroupAsync(id, groupId, token) is not { } group)
                        return null;
                    var read = await Task.WhenAll(chunk.Select(c => store.ReadAsync(id, c.Id, token)));
                    CommentChange[] changes = [.. read.OfType<StoredComment>().Where(s => s.Comment.GroupId == groupId).Select(s => new CommentChange(s, CommentRules.UnderGroup(s.Comment, group))).Where(c => c.After != c.Before!.Comment)];
                    return changes.Length == 0 ? null : changes;
                }, null, [], ct);
            looked += items.Count;
            after = last;
        }
        while (after is not null && looked < most);
    }

    private async Task<Refusal?> AllowedAsync(string id, Actor by, Func<Consultation, Actor, bool> may, CancellationToken ct) =>
        await consultations.ReadAsync(id, ct) is not { Consultation: var c } || !ConsultationRules.MaySee(c, by, clock.GetUtcNow()) ? Problems.NotFoundHere
        : may(c, by) ? null
        : ConsultationRules.MayModerate(c, by) ? new("roleLacking", "您的角色不能办理此事项。")
        : ConsultationRules.NotOwn;
}
