using System.Text.Json;
using HotlinePush.Messaging;
using HotlinePush.Storage;

namespace HotlinePush.Notices.Sending;

/// <summary>
/// Which pages of a notice are through, beside its head: <c>n!id!run</c>. Pages go in eight lanes, each starting the next of its lane, so that a
/// notice to a million does not stand in the way of one to ten.
/// </summary>
public sealed class SendRuns(ITableStore store)
{
    /// <summary>Pages of one notice under way at once.</summary>
    public const int Lanes = 8;

    private const int MostTries = 100;

    /// <param name="Walked">A bit for each page that has nothing left to begin: its lane goes on.</param>
    /// <param name="Settled">A bit for each page with nobody queued or under way.</param>
    /// <param name="Retry">The last order to send the failed again.</param>
    private sealed record Run(byte[] Walked, byte[] Settled, int Retry);

    /// <summary>
    /// Where to begin or go on: the first page of each lane that is not through, and those that still wait for somebody. After a new order to
    /// retry, all pages count as not begun.
    /// </summary>
    public async Task<(IReadOnlyList<int> Pages, int Retry)> BeginAsync(string noticeId, int pages, int retry, CancellationToken ct)
    {
        var run = await ChangeAsync(noticeId, pages, r => r.Retry < retry ? New(pages, retry) : r, ct);
        var first = Enumerable.Range(0, Math.Min(Lanes, pages)).Select(lane => NextIn(run, lane, pages, -1)).OfType<int>();
        return ([.. first, .. Enumerable.Range(0, pages).Where(p => Has(run.Walked, p) && !Has(run.Settled, p))], run.Retry);
    }

    /// <summary>The page its lane goes on with; null where that was done when this page was marked, or the lane is at its end.</summary>
    public async Task<(int? Next, int Retry)> NextAsync(string noticeId, int pages, int page, CancellationToken ct)
    {
        var run = await ChangeAsync(noticeId, pages, r => r, ct);
        return (Has(run.Walked, page) ? null : NextIn(run, page % Lanes, pages, page), run.Retry);
    }

    /// <returns>Whether the whole notice is through.</returns>
    public async Task<bool> MarkAsync(string noticeId, int pages, int page, bool settled, CancellationToken ct)
    {
        var run = await ChangeAsync(noticeId, pages, r => Has(r.Walked, page) && (!settled || Has(r.Settled, page)) ? r : r with
        {
            Walked = With(r.Walked, page),
            Settled = settled ? With(r.Settled, page) : r.Settled,
        }, ct);
        return Enumerable.Range(0, pages).All(p => Has(run.Settled, p));
    }

    private async Task<Run> ChangeAsync(string noticeId, int pages, Func<Run, Run> change, CancellationToken ct)
    {
        var (partition, key) = (WorkShard.Of(noticeId).Partition, Keys.Of("n", noticeId, "run"));
        for (var tries = 0; tries < MostTries; tries++)
        {
            var row = await store.ReadAsync(WorkShard.Table, partition, key, ct);
            var before = row is null ? New(pages, 0) : JsonSerializer.Deserialize<Run>(row.Value.Span, MessageJson.Options)!;
            var after = change(before);
            if (row is not null && ReferenceEquals(after, before))
                return after;
            var value = JsonSerializer.SerializeToUtf8Bytes(after, MessageJson.Options);
            var batch = new Batch(WorkShard.Table, partition);
            if ((await store.CommitAsync(row is null ? batch.Insert(key, value) : batch.Replace(key, row.ETag, value), ct)).Committed)
                return after;
        }

        throw new TableStoreException($"The pages of notice {noticeId} are changed by too many at once.", isTransient: true);
    }

    private static Run New(int pages, int retry) => new(new byte[(pages + 7) / 8], new byte[(pages + 7) / 8], retry);

    private static int? NextIn(Run run, int lane, int pages, int but)
    {
        for (var page = lane; page < pages; page += Lanes)
            if (page != but && !Has(run.Walked, page))
                return page;
        return null;
    }

    private static bool Has(byte[] bits, int i) => (bits[i / 8] & 1 << i % 8) != 0;

    private static byte[] With(byte[] bits, int i)
    {
        var copy = (byte[])bits.Clone();
        copy[i / 8] |= (byte)(1 << i % 8);
        return copy;
    }
}
