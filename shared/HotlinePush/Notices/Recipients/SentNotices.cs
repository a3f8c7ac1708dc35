using System.Text.Json;
using HotlinePush.Messaging;
using HotlinePush.Storage;

namespace HotlinePush.Notices.Recipients;

/// <summary>What a look-up needs of a notice that has begun to go out; none of it changes any more.</summary>
public sealed record SentNotice(string Id, string AudienceId, int ListVersion, string? Corrects, DateTimeOffset StartedAt);

/// <summary>
/// The notices that have begun to go out, newest first, in one partition of table <c>notices</c>. A few hundred a year: a phone is looked up in the
/// list of each by two reads, so that nothing has to be written for each recipient.
/// </summary>
public sealed class SentNotices(ITableStore store)
{
    /// <summary>Notices looked at for one look-up; older ones are not found by phone any more, only by their own link.</summary>
    public const int Most = 500;

    private const string Partition = "sent";

    /// <summary>Before the head that says so: the list may name one that never began, but misses none.</summary>
    public static Task NoteAsync(ITableStore store, Notice notice, CancellationToken ct) =>
        notice is { StartedAt: { } at, Frozen: { } frozen }
            ? store.CommitAsync(new Batch(NoticeStore.Table, Partition).Upsert(
                Keys.Of(KeyPart.Descending(at), notice.Id),
                JsonSerializer.SerializeToUtf8Bytes(new SentNotice(notice.Id, notice.AudienceId, frozen.ListVersion, notice.Corrects, at), MessageJson.Options)), ct)
            : Task.CompletedTask;

    /// <returns>The newest, and how far back they go; null where these are all.</returns>
    public async Task<(IReadOnlyList<SentNotice> Notices, DateTimeOffset? Back)> ReadAsync(CancellationToken ct)
    {
        var found = new List<SentNotice>();
        string? continuation = null;
        do
        {
            var page = await store.ReadRangeAsync(NoticeStore.Table, Partition, new("0", ":"), Most - found.Count, continuation, ct);
            found.AddRange(page.Rows.Select(r => JsonSerializer.Deserialize<SentNotice>(r.Value.Span, MessageJson.Options)!));
            continuation = page.Continuation;
        }
        while (continuation is not null && found.Count < Most);
        return ([.. found.DistinctBy(n => n.Id)], continuation is null ? null : found[^1].StartedAt);
    }
}
