using System.Runtime.CompilerServices;

namespace HotlinePush.Storage;

public static class WholeRanges
{
    /// <summary>Every row of the range, in ordinal key order, page after page: an empty page with a continuation is not the end.</summary>
    /// <param name="pageSize">Rows read at a time, 1–1000.</param>
    public static async IAsyncEnumerable<Row> ReadAllAsync(
        this ITableStore store, string table, string partition, KeyRange range, int pageSize = 1000, [EnumeratorCancellation] CancellationToken ct = default)
    {
        string? continuation = null;
        do
        {
            var page = await store.ReadRangeAsync(table, partition, range, pageSize, continuation, ct);
            foreach (var row in page.Rows)
                yield return row;
            continuation = page.Continuation;
        }
        while (continuation is not null);
    }
}
