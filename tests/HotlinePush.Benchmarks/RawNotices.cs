using System.Diagnostics;
using System.Globalization;
using HotlinePush.Audiences;
using HotlinePush.Sqlite;
using HotlinePush.Storage;

namespace HotlinePush.Benchmarks;

/// <summary>
/// The raw limit of a notice: the batches that one page was seen to put to the writer, with fresh pages in their keys, written by one bare
/// thread with prepared statements, the product's pragmas and the group size the product reached.
/// </summary>
internal static class RawNotices
{
    /// <returns>Recipients a second.</returns>
    public static double Run(string folder, (string NoticeId, List<WriteCall.Table> Batches) seen, int group, int recipients)
    {
        SqliteDatabase.Open(folder).Dispose();
        using var connection = new Connection(Path.Combine(folder, SqliteDatabase.FileName), readOnly: false);
        foreach (var pragma in new[] { "journal_mode = WAL", "synchronous = FULL", "cache_size = -65536", "wal_autocheckpoint = 4096" })
            connection.Execute("PRAGMA " + pragma);
        var (begin, commit) = (connection.Prepare("BEGIN"), connection.Prepare("COMMIT"));
        var insert = connection.Prepare("INSERT INTO rows(tbl, pk, rk, etag, cid, value) VALUES(?1, ?2, ?3, ?4, ?5, ?6)");
        var replace = connection.Prepare("REPLACE INTO rows(tbl, pk, rk, etag, cid, value) VALUES(?1, ?2, ?3, ?4, ?5, ?6)");
        var watch = new Stopwatch();
        long etag = 0;
        var written = 0;
        for (var page = 0; page * Place.PageSize < recipients; page++)
        {
            var ready = seen.Batches.ConvertAll(b => b.Operations.Select(o =>
                (b.Name, o.Action, Partition: Partition(seen.NoticeId, b, page), Row: Row(seen.NoticeId, o.Row, page), o.Value)).ToArray());
            watch.Start();
            foreach (var batch in ready)
            {
                if (written % group == 0)
                    begin.Run();
                var commitId = Guid.NewGuid().ToByteArray();
                foreach (var (table, action, partition, row, value) in batch)
                    (action == BatchAction.Insert ? insert : replace)
                        .Bind(1, table).Bind(2, partition).Bind(3, row).Bind(4, ++etag).BindBlob(5, commitId).BindBlob(6, value.Span).Run();
                if (++written % group == 0)
                    commit.Run();
            }

            watch.Stop();
        }

        if (written % group != 0)
            commit.Run();
        return Math.Ceiling(recipients / (double)Place.PageSize) * Place.PageSize / watch.Elapsed.TotalSeconds;
    }

    private static string Partition(string noticeId, WriteCall.Table batch, int page) =>
        batch.Partition.StartsWith(noticeId, StringComparison.Ordinal) ? Keys.Of(noticeId, KeyPart.Short(page)) : batch.Partition;

    /// <summary>Texts are named <c>notice-page-row-no-mac</c>.</summary>
    private static string Row(string noticeId, string row, int page) =>
        row.Replace(Keys.Of($"{noticeId}-0-"), Keys.Of(string.Create(CultureInfo.InvariantCulture, $"{noticeId}-{page}-")), StringComparison.Ordinal);
}
