using System.Text;
using HotlinePush.Clocks;
using HotlinePush.Jobs;
using HotlinePush.Web;

namespace HotlinePush.Comments;

/// <summary>
/// The comments as a table, newest first: UTF-8 with a byte order mark, for a spreadsheet opens it. Names and phones never stand in it. Comments are
/// read a page at a time, and none is held.
/// </summary>
public sealed class CommentCsv(CommentStore store)
{
    private const int PageSize = 200;
    private static readonly string[] Columns = ["id", "received_at", "section", "text", "channel", "group", "adopted", "answer", "answered_at"];
    private static readonly string[] MoreColumns = ["state", "reason"];

    /// <param name="held">Those held back too, with state and reason.</param>
    public async Task WriteAsync(Stream stream, Consultation c, bool held, CancellationToken ct)
    {
        await using var text = new StreamWriter(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: true), 16 * 1024, leaveOpen: true) { NewLine = "\r\n" };
        await text.WriteLineAsync(string.Join(',', held ? [.. Columns, .. MoreColumns] : Columns));
        string? after = null;
        do
        {
            var (items, last) = await store.ReadListAsync(c.Id, held ? CommentList.All : CommentList.Published, after, PageSize, ct);
            foreach (var comment in items.Where(i => held || i is { State: CommentState.Published, Text: not null }))
                await text.WriteLineAsync(CsvCell.Line(Cells(comment, c, held)).AsMemory(), ct);
            after = last;
        }
        while (after is not null);
    }

    private IEnumerable<string?> Cells(Comment m, Consultation c, bool held)
    {
        string?[] cells =
        [
            m.Id, CityZone.Format(m.ReceivedAt), c.SectionAt(m.Section) is { } section ? section.Heading.Length > 0 ? section.Heading : section.Id : "", store.TextOf(m), m.Channel.Word(), m.GroupId,
            m.Response?.Adopted.Word(), m.Response?.Text, m.Response is { } r ? CityZone.Format(r.At) : null,
        ];
        return held ? [.. cells, m.State.Word(), m.Moderation?.Reason] : cells;
    }
}
