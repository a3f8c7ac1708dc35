using System.Collections.Concurrent;
using System.Text.Json;
using HotlinePush.Messaging;
using HotlinePush.Security;
using HotlinePush.Storage;

namespace HotlinePush.Comments;

public sealed record StoredComment(Comment Comment, ETag ETag);

/// <summary>One comment before and after; null where there was, or is to be, none.</summary>
public sealed record CommentChange(StoredComment? Before, Comment? After);

/// <summary>
/// Comments beside their consultation, in its work shard: <c>c!id!m!comment</c>, <c>c!id!k!comment</c> (name and phone), <c>c!id!e!comment!…</c> (every decision on it), <c>c!id!i!list!…</c> (keys only),
/// <c>c!id!f!n</c> (how many of each kind), <c>c!id!g!group</c>, <c>c!id!b!part</c> (first texts, by which copies are found), <c>c!id!x!hash</c> (what another
/// system calls it). A change writes all of them, and what it owes, in one batch.
/// </summary>
public sealed class CommentStore(ITableStore store, PendingMessages pending, KeyRing keys)
{
    /// <summary>Rows the counts of a consultation are spread over, so that instances seldom meet in one.</summary>
    private const int CountRows = 8;

    /// <summary>A comment's change takes up to ten operations.</summary>
    public const int MostAtOnce = 8;

    private const int Attempts = 30;
    private static readonly byte[] Empty = "{}"u8.ToArray();

    // Within one process changes of a consultation queue up instead of trying again and again.
    private readonly ConcurrentDictionary<int, SemaphoreSlim> _turns = new();

    public async Task<StoredComment?> ReadAsync(string consultationId, string id, CancellationToken ct) =>
        Comment.IsId(id) && await RowAsync(consultationId, "m", id, ct) is { } row ? new(Open<Comment>(row), row.ETag) : null;

    public SealedText Seal(string id, string text) => SealedText.Of(keys, text, id);

    public string? TextOf(Comment c) => c.Text?.Open(keys, c.Id);

    public async Task<CommentContact?> ReadContactAsync(Comment c, CancellationToken ct) =>
        c.HasContact && await RowAsync(c.ConsultationId, "k", c.Id, ct) is { } row
            ? JsonSerializer.Deserialize<CommentContact>(Open<SealedText>(row).Open(keys, c.Id), MessageJson.Options)
            : null;

    public async Task<CommentGroup?> ReadGroupAsync(string consultationId, string groupId, CancellationToken ct) =>
        Comment.IsId(groupId) && await RowAsync(consultationId, "g", groupId, ct) is { } row ? Open<CommentGroup>(row) : null;

    /// <summary>Every decision on a comment, oldest first.</summary>
    public async Task<IReadOnlyList<CommentDecision>> ReadDecisionsAsync(string consultationId, string id, CancellationToken ct)
    {
        var decisions = new List<CommentDecision>();
        await foreach (var row in store.ReadAllAsync(WorkShard.Table, ConsultationStore.PartitionOf(consultationId), Keys.Under("c", consultationId, "e", id), ct: ct))
            decisions.Add(Open<CommentDecision>(row));
        return decisions;
    }

    /// <summary>What stands in eight rows, however many comments there are.</summary>
    public async Task<CommentFigures> ReadFiguresAsync(Consultation c, CancellationToken ct)
    {
        var cells = new Dictionary<CommentCell, int>();
        await foreach (var row in store.ReadAllAsync(WorkShard.Table, ConsultationStore.PartitionOf(c.Id), Keys.Under("c", c.Id, "f"), ct: ct))
            foreach (var (name, count) in Open<Dictionary<string, int>>(row))
                cells[CommentCell.Parse(name)] = cells.GetValueOrDefault(CommentCell.Parse(name)) + count;
        return CommentFigures.Of(cells, c.Sections);
    }

    /// <param name="after">What the former page ended with: the part of its key behind the list's own.</param>
    public async Task<(List<Comment> Items, string? Last)> ReadListAsync(string consultationId, CommentList list, string? after, int limit, CancellationToken ct)
    {
        var (ids, last) = await ReadKeysAsync(consultationId, list.RangeIn(consultationId), after, limit, ct);
        var read = await Task.WhenAll(ids.Select(id => ReadAsync(consultationId, id, ct)));
        return ([.. read.OfType<StoredComment>().Select(s => s.Comment)], last);
    }

    /// <summary>Groups of two and more, the largest first.</summary>
    public async Task<(List<CommentGroup> Items, string? Last)> ReadGroupsAsync(string consultationId, string? after, int limit, CancellationToken ct)
    {
        var (ids, last) = await ReadKeysAsync(consultationId, Keys.Under("c", consultationId, "i", "groups"), after, limit, ct);
        var read = await Task.WhenAll(ids.Select(id => ReadGroupAsync(consultationId, id, ct)));
        return ([.. read.OfType<CommentGroup>()], last);
    }

    private async Task<(List<string> Ids, string? Last)> ReadKeysAsync(string consultationId, KeyRange range, string? after, int limit, CancellationToken ct)
    {
        if (after is not null)
            range = range with { From = Keys.After(range.From + after) };
        var page = await store.ReadRangeAsync(WorkShard.Table, ConsultationStore.PartitionOf(consultationId), range, limit, null, ct);
        var prefix = range.To.Length;
        return ([.. page.Rows.Select(r => Keys.Split(r.Key)[^1])], page.Continuation is null ? null : page.Rows.LastOrDefault()?.Key[prefix..] ?? after);
    }

    /// <summary>The comment that another system knows under this name; null where none has come.</summary>
    public async Task<string?> FindExternalAsync(string consultationId, CommentChannel channel, string externalId, CancellationToken ct) =>
        await RowAsync(consultationId, "x", ExternalKey(channel, externalId), ct) is { } row ? Open<FirstText>(row).Group : null;

    /// <summary>The group that a text belongs to: that of the first text it is a copy of, or none.</summary>
    public async Task<string?> FindGroupAsync(string consultationId, CommentSketch sketch, CancellationToken ct)
    {
        var rows = await Task.WhenAll(sketch.Bands().Select(b => RowAsync(consultationId, "b", b, ct)));
        return rows.OfType<Row>().Select(Open<FirstText>).FirstOrDefault(f => f.Sketch is { } s && sketch.IsLike(s))?.Group;
    }

    /// <summary>Stores a comment, in the group of the text it is a copy of, with what was decided on that.</summary>
    /// <param name="sketch">Null: it stays in the group it names, and nothing is found by it.</param>
    /// <returns>Null where the id, or the other system's name, is taken.</returns>
    public async Task<Comment?> AddAsync(Comment c, CommentContact? contact, string? externalId, CommentSketch? sketch, IReadOnlyList<PendingMessage> owed, CancellationToken ct)
    {
        var first = false;
        var done = await CommitAsync(c.ConsultationId, async token =>
        {
            var group = sketch is null ? null : await FindGroupAsync(c.ConsultationId, sketch, token);
            first = group is null;
            var made = c with { GroupId = group ?? c.GroupId };
            if (made.Counts && group is not null && await ReadGroupAsync(c.ConsultationId, group, token) is { } decided)
                made = CommentRules.UnderGroup(made, decided);
            return [new(null, made)];
        }, batch =>
        {
            if (contact is not null)
                batch.Insert(Keys.Of("c", c.ConsultationId, "k", c.Id), Pack(SealedText.Of(keys, JsonSerializer.Serialize(contact, MessageJson.Options), c.Id)));
            if (externalId is not null)
                batch.Insert(Keys.Of("c", c.ConsultationId, "x", ExternalKey(c.Channel, externalId)), Pack(new FirstText(c.Id, null)));
            if (!first || sketch is null)
                return;
            // The same words that come at the same moment on another instance are refused here, and find this one on the next attempt. Of parts that
            // several texts share, the last leads to its own copies; the others are found by their other parts.
            foreach (var (band, at) in sketch.Bands().Select((b, i) => (Keys.Of("c", c.ConsultationId, "b", b), i)))
                _ = at == 0 ? batch.Insert(band, Pack(new FirstText(c.GroupId, sketch))) : batch.Upsert(band, Pack(new FirstText(c.GroupId, sketch)));
        }, owed, ct);
        return done?[0].After;
    }

    /// <param name="decide">Asked again where somebody was faster.</param>
    internal async Task<(Comment? After, Refusal? Refusal)> ChangeAsync(
        string consultationId, string id, Func<Comment, (Comment? After, Refusal? Refusal)> decide, CancellationToken ct, Action<Batch>? more = null)
    {
        Refusal? refusal = null;
        var done = await CommitAsync(consultationId, async token =>
        {
            refusal = null;
            if (await ReadAsync(consultationId, id, token) is not { } stored)
            {
                refusal = Web.Problems.NotFoundHere;
                return null;
            }

            (var after, refusal) = decide(stored.Comment);
            return after is null ? null : [new(stored, after)];
        }, more, [], ct);
        return refusal is not null ? (null, refusal) : (done?[0].After, done is null ? Web.Problems.SomebodyWasFaster : null);
    }

    /// <summary>Takes name and phone away, and whatever <paramref name="text"/> takes.</summary>
    internal Task<(Comment? After, Refusal? Refusal)> EraseAsync(string consultationId, string id, Func<Comment, Comment> text, CancellationToken ct) => ChangeAsync(
        consultationId, id, c => c.Counts ? (text(c) with { HasContact = false }, null) : (null, new("wrongState", "这条意见还没有经验证码确认。")), ct,
        batch => batch.Delete(Keys.Of("c", consultationId, "k", id)));

    /// <summary>Takes a comment that was never confirmed away, with its contact.</summary>
    internal Task<IReadOnlyList<CommentChange>?> DropUnconfirmedAsync(string consultationId, string id, CancellationToken ct) => CommitAsync(
        consultationId,
        async token => await ReadAsync(consultationId, id, token) is { Comment.State: CommentState.Unconfirmed } stored ? [new(stored, null)] : null,
        batch => batch.Delete(Keys.Of("c", consultationId, "k", id)), [], ct);

    /// <summary>Keeps a decision on a whole group.</summary>
    /// <param name="owed">What brings it to those of the group.</param>
    internal async Task<CommentGroup?> DecideGroupAsync(string consultationId, string groupId, Func<CommentGroup, CommentGroup> decide, Func<CommentGroup, IReadOnlyList<PendingMessage>> owed, CancellationToken ct)
    {
        using var turn = await TurnAsync(consultationId, ct);
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            if (await RowAsync(consultationId, "g", groupId, ct) is not { } row)
                return null;
            var after = decide(Open<CommentGroup>(row)) with { Revision = Open<CommentGroup>(row).Revision + 1 };
            var batch = new Batch(WorkShard.Table, ConsultationStore.PartitionOf(consultationId)).Replace(row.Key, row.ETag, Pack(after));
            if ((await pending.CommitAsync(batch, consultationId, owed(after), ct)).Committed)
                return after;
        }

        throw new TableStoreException("A group of comments changes too fast.", isTransient: true);
    }

    /// <summary>Changes several comments, with their lists, counts and groups, in one batch.</summary>
    /// <param name="decide">Reads and decides, again where somebody was faster; null: there is nothing to do.</param>
    /// <returns>What was done; null where there was nothing to do, or what was to be new was there.</returns>
    internal async Task<IReadOnlyList<CommentChange>?> CommitAsync(
        string consultationId, Func<CancellationToken, Task<IReadOnlyList<CommentChange>?>> decide, Action<Batch>? more, IReadOnlyList<PendingMessage> owed, CancellationToken ct)
    {
        using var turn = await TurnAsync(consultationId, ct);
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            if (await decide(ct) is not { } changes)
                return null;
            var batch = new Batch(WorkShard.Table, ConsultationStore.PartitionOf(consultationId));
            foreach (var change in changes)
                AddRows(batch, consultationId, change);
            more?.Invoke(batch);
            await AddCountsAsync(batch, consultationId, changes, ct);
            await AddGroupsAsync(batch, consultationId, changes, ct);
            var result = await pending.CommitAsync(batch, consultationId, owed, ct);
            if (result.Committed)
                return changes;
            if (result.Conflict is { Kind: ConflictKind.Exists } taken && Keys.Split(taken.Row)[2] is "m" or "x")
                return null;
        }

        throw new TableStoreException("Comments change too fast.", isTransient: true);
    }

    private static void AddRows(Batch batch, string consultationId, CommentChange change)
    {
        var (before, after) = (change.Before, change.After);
        var row = Keys.Of("c", consultationId, "m", (after ?? before!.Comment).Id);
        if (before is null)
            batch.Insert(row, Pack(after!));
        else if (after is null)
            batch.DeleteIf(row, before.ETag);
        else
            batch.Replace(row, before.ETag, Pack(after));
        var (old, now) = (before?.Comment.ListKeys().ToHashSet(StringComparer.Ordinal) ?? [], after?.ListKeys().ToHashSet(StringComparer.Ordinal) ?? []);
        foreach (var key in old.Except(now))
            batch.Delete(key);
        foreach (var key in now.Except(old))
            batch.Upsert(key, Empty);
        if (after?.Moderation is { } m && m != before?.Comment.Moderation)
            batch.Insert(DecisionKey(after, m.At, "m"), Pack(new CommentDecision(m.At, m.By, m, null)));
        if (after?.Response is { } r && r != before?.Comment.Response)
            batch.Insert(DecisionKey(after, r.At, "r"), Pack(new CommentDecision(r.At, r.By, null, r)));
    }

    /// <summary>Two within a millisecond are two.</summary>
    private static string DecisionKey(Comment c, DateTimeOffset at, string kind) =>
        Keys.Of("c", c.ConsultationId, "e", c.Id, at, kind, System.Security.Cryptography.RandomNumberGenerator.GetHexString(6, lowercase: true));

    private async Task AddCountsAsync(Batch batch, string consultationId, IReadOnlyList<CommentChange> changes, CancellationToken ct)
    {
        // All changes of one batch count in one row: sums over rows are what is read.
        var moved = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var change in changes)
        {
            var (old, now) = (CommentCell.Of(change.Before?.Comment), CommentCell.Of(change.After));
            if (old == now)
                continue;
            if (old is { } o)
                moved[o.Name] = moved.GetValueOrDefault(o.Name) - 1;
            if (now is { } n)
                moved[n.Name] = moved.GetValueOrDefault(n.Name) + 1;
        }

        if (moved.Values.All(v => v == 0))
            return;
        var at = WorkShard.Of((changes[0].After ?? changes[0].Before!.Comment).Id).Index % CountRows;
        var row = Keys.Of("c", consultationId, "f", KeyPart.Short(at, 1));
        var found = await store.ReadAsync(WorkShard.Table, batch.Partition, row, ct);
        var counts = found is null ? [] : Open<Dictionary<string, int>>(found);
        foreach (var (name, delta) in moved)
            counts[name] = counts.GetValueOrDefault(name) + delta;
        foreach (var name in counts.Where(c => c.Value == 0).Select(c => c.Key).ToList())
            counts.Remove(name);
        _ = found is null ? batch.Insert(row, Pack(counts)) : batch.Replace(row, found.ETag, Pack(counts));
    }

    private async Task AddGroupsAsync(Batch batch, string consultationId, IReadOnlyList<CommentChange> changes, CancellationToken ct)
    {
        var groups = changes.SelectMany(c => (string?[])[c.Before?.Comment.GroupId, c.After?.GroupId]).OfType<string>().Distinct(StringComparer.Ordinal);
        foreach (var id in groups)
        {
            var row = await RowAsync(consultationId, "g", id, ct);
            if (row is null && changes.All(c => (c.Before is null || c.Before.Comment.GroupId == c.Before.Comment.Id) && (c.After is null || c.After.GroupId == c.After.Id)))
                continue;
            var before = row is null ? CommentGroup.Empty(id) : Open<CommentGroup>(row);
            if (row is null && changes.All(c => (c.Before?.Comment ?? c.After)!.Id != id) && await ReadAsync(consultationId, id, ct) is { } first && first.Comment.GroupId == id)
            {
                // The second comes: the first counts from now on, and must not change meanwhile.
                before = before.With(first.Comment, 1);
                batch.Replace(Keys.Of("c", consultationId, "m", id), first.ETag, Pack(first.Comment));
            }

            var after = before;
            foreach (var change in changes)
            {
                if (change.Before?.Comment is { } old && old.GroupId == id)
                    after = after.With(old, -1);
                if (change.After is { } now && now.GroupId == id)
                    after = after.With(now, 1);
            }

            if (row is not null && after == before)
                continue;
            _ = row is null ? batch.Insert(Keys.Of("c", consultationId, "g", id), Pack(after)) : batch.Replace(row.Key, row.ETag, Pack(after));
            var (listed, list) = (row is null ? null : before.ListKey(consultationId), after.ListKey(consultationId));
            if (listed is not null && listed != list)
                batch.Delete(listed);
            if (list is not null && listed != list)
                batch.Upsert(list, Empty);
        }
    }

    private async Task<IDisposable> TurnAsync(string consultationId, CancellationToken ct)
    {
        var turn = _turns.GetOrAdd(WorkShard.Of(consultationId).Index, _ => new(1, 1));
        await turn.WaitAsync(ct);
        return new Turn(turn);
    }

    private Task<Row?> RowAsync(string consultationId, string kind, string id, CancellationToken ct) =>
        store.ReadAsync(WorkShard.Table, ConsultationStore.PartitionOf(consultationId), Keys.Of("c", consultationId, kind, id), ct);

    private string ExternalKey(CommentChannel channel, string externalId) => keys.IndexHash("comment", $"{channel} {externalId}");
    private static byte[] Pack<T>(T value) => JsonSerializer.SerializeToUtf8Bytes(value, MessageJson.Options);
    private static T Open<T>(Row row) => JsonSerializer.Deserialize<T>(row.Value.Span, MessageJson.Options)!;

    private sealed record FirstText(string Group, CommentSketch? Sketch);

    private sealed class Turn(SemaphoreSlim of) : IDisposable
    {
        public void Dispose() => of.Release();
    }
}
