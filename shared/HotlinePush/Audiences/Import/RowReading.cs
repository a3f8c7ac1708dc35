using System.Globalization;
using HotlinePush.Jobs;
using HotlinePush.Security;
using HotlinePush.Storage;

namespace HotlinePush.Audiences.Import;

/// <summary>What a first look through all rows found.</summary>
/// <param name="Errors">Why nothing can be taken at all; empty where it can.</param>
internal sealed record Reading(ColumnPlan? Plan, int Rows, List<JobError> Errors, List<JobError> Notes, IReadOnlyList<string> Ignored)
{
    public static Reading Failed(params IEnumerable<JobError> errors) => new(null, 0, [.. errors], [], []);
}

/// <summary>
/// Reads a file once, whatever it is, and writes its rows to a working file that the later phases read forward and from any place: headers
/// found, blank and total rows left out, columns of ID and bank numbers left behind.
/// </summary>
internal sealed class RowReading(IFileStore files, KeyRing keys)
{
    private const int LookedAt = 40;

    public async Task<Reading> ReadAsync(ImportWork work, string rowsId, DataKey key, IReadOnlyDictionary<string, string> keptMapping, CancellationToken ct)
    {
        try
        {
            using var table = await SourceTable.OpenAsync(
                async () => await files.OpenAsync(work.FileId!, ct) ?? throw new FileNotFoundException($"The file {work.FileId} of an import under way is gone."),
                work.Options.Sheet, work.Options.FillMerged, ct);
            var first = new List<(int Row, string?[] Cells)>();
            var look = work.Options.Header is { } given ? Math.Max(given, LookedAt) : LookedAt;
            while (first.Count < look && await table.NextAsync())
                first.Add((table.Row, table.Cells));
            var header = work.Options.Header ?? RecipientColumns.FindHeader(first, [.. work.Options.Map.Values, .. keptMapping.Values, work.Options.HashColumn ?? ""]);
            if (header is null || !first.Exists(r => r.Row == header))
                return Reading.Failed(new JobError(work.Options.Header ?? 1, RecipientColumns.Id, "missingColumn", "没有找到标题行。应有列 recipient_id（编号）, name（姓名），可加 phone, email, openid, address, area；也可用 header=行号 指定。"));

            var (plan, errors, notes, ignored) = RecipientColumns.Plan(header.Value, first.First(r => r.Row == header).Cells, work.Options, keptMapping);
            if (plan is null)
                return Reading.Failed(errors);
            if (first.Count(r => r.Row < header && !IsBlank(r.Cells)) is > 0 and var titles)
                notes.Insert(0, new(1, null, "titleRows", string.Create(CultureInfo.InvariantCulture, $"标题行在第 {header} 行，其上 {titles} 行未读。")));
            if (table.Sheet is { } sheet)
                notes.Insert(0, new(header.Value, null, "sheet", $"读取的工作表：{(sheet.Length > 31 ? sheet[..31] : sheet)}。"));

            var (rows, counts) = (0, new ColumnCounts(plan.Columns.Length));
            await SealedFile.WriteAsync(files, rowsId, key, async writer =>
            {
                foreach (var (row, cells) in first.Where(r => r.Row > header))
                    await TakeAsync(row, cells);
                while (await table.NextAsync())
                    await TakeAsync(table.Row, table.Cells);

                async ValueTask TakeAsync(int row, string?[] cells)
                {
                    ct.ThrowIfCancellationRequested();
                    if (IsBlank(cells))
                        return;
                    if (IsTotal(cells))
                    {
                        if (notes.Count < Job.MaxNotes)
                            notes.Add(new(row, null, "totalRow", "合计行，未作为对象。"));
                        return;
                    }

                    rows++;
                    Write(writer.Record, Pick(plan, row, cells, counts));
                    await writer.EndRecordAsync();
                }
            }, ct);
            if (table.Row < header)
                return Reading.Failed(errors);
            return Finish(plan, counts, rows, header.Value, notes, ignored);
        }
        catch (SourceException e)
        {
            return Reading.Failed(new JobError(1, null, e.Code, e.Message));
        }
    }

    /// <summary>What the cells themselves say of a column.</summary>
    private static Reading Finish(ColumnPlan plan, ColumnCounts counts, int rows, int header, List<JobError> notes, List<string> ignored)
    {
        var columns = plan.Columns.ToBuilder();
        for (var i = 0; i < columns.Count; i++)
        {
            if (columns[i].Index == plan.HashColumn || counts.Filled[i] == 0)
                continue;
            var id = counts.Ids[i] * 2 >= counts.Filled[i];
            if (!id && counts.Cards[i] * 10 < counts.Filled[i] * 8)
                continue;
            if (columns[i].Target == RecipientColumns.Id)
            {
                if (id)
                    return Reading.Failed(new JobError(header, columns[i].Header, "idNumberAsId", $"编号列是身份证号，不能保存；请用 recipientId=hash:{columns[i].Header} 由它生成编号。"));
                continue;
            }

            RecipientColumns.Drop(notes, ignored, header, columns[i].Header, id);
            columns[i] = columns[i] with { Target = RecipientColumns.Dropped };
        }

        return new(plan with { Columns = columns.ToImmutable() }, rows, [], notes, ignored);
    }

    private SourceRow Pick(ColumnPlan plan, int row, string?[] cells, ColumnCounts counts)
    {
        var marks = cells is [CellText.Unclosed] ? RowMarks.Unclosed : RowMarks.None;
        for (var i = plan.Width; i < cells.Length && marks == RowMarks.None; i++)
            if (!string.IsNullOrWhiteSpace(cells[i]) && cells[i] != CellText.Merged)
                marks = RowMarks.TooManyCells;
        var picked = new string?[plan.Columns.Length];
        for (var i = 0; i < picked.Length && marks != RowMarks.Unclosed; i++)
        {
            var cell = plan.Columns[i].Index < cells.Length ? cells[plan.Columns[i].Index] : null;
            if (plan.Columns[i].Index == plan.HashColumn)
                cell = cell == CellText.Merged ? cell : HashedId(cell);
            else
                counts.Count(i, cell);
            picked[i] = cell?.Length > RecipientRules.MaxCell + 1 ? cell[..(RecipientRules.MaxCell + 1)] : cell;
        }

        return new(row, marks, picked);
    }

    /// <summary>The same person has the same id in every list of the city, and nobody can go back from it to the number.</summary>
    private string? HashedId(string? cell) =>
        CellText.Clean(cell) is { } number ? keys.IndexHash("recipientIdNumber", number.Replace(" ", "", StringComparison.Ordinal).ToUpperInvariant()) : null;

    public static void Write(BinaryWriter to, in SourceRow row)
    {
        to.Write(row.Row);
        to.Write((byte)row.Marks);
        to.Write7BitEncodedInt(row.Cells.Length);
        foreach (var cell in row.Cells)
            to.Write(cell ?? "");
    }

    public static SourceRow Read(BinaryReader from)
    {
        var (row, marks) = (from.ReadInt32(), (RowMarks)from.ReadByte());
        var cells = new string?[from.Read7BitEncodedInt()];
        for (var i = 0; i < cells.Length; i++)
            cells[i] = from.ReadString() is { Length: > 0 } text ? text : null;
        return new(row, marks, cells);
    }

    private static bool IsBlank(string?[] cells) => Array.TrueForAll(cells, c => string.IsNullOrWhiteSpace(c) || c == CellText.Merged);

    /// <summary>合计, 总计, 小计 in one of the first two filled cells, as one writes them below a table.</summary>
    private static bool IsTotal(string?[] cells)
    {
        var looked = 0;
        foreach (var cell in cells)
        {
            if (string.IsNullOrWhiteSpace(cell) || cell == CellText.Merged)
                continue;
            var text = CellText.Header(cell);
            if (text.Length <= 8 && (text.StartsWith("合计", StringComparison.Ordinal) || text.StartsWith("总计", StringComparison.Ordinal) || text.StartsWith("小计", StringComparison.Ordinal)
                || text.StartsWith("共计", StringComparison.Ordinal) || text.EndsWith("小计", StringComparison.Ordinal) || text.EndsWith("合计", StringComparison.Ordinal)))
                return true;
            if (++looked == 2)
                return false;
        }

        return false;
    }

    private sealed class ColumnCounts(int columns)
    {
        public int[] Filled { get; } = new int[columns];
        public int[] Ids { get; } = new int[columns];
        public int[] Cards { get; } = new int[columns];

        public void Count(int column, string? cell)
        {
            if (string.IsNullOrWhiteSpace(cell) || cell == CellText.Merged)
                return;
            Filled[column]++;
            if (cell.Length is < 15 or > 40 || CellText.Clean(cell)?.Replace(" ", "", StringComparison.Ordinal).TrimStart('\'') is not { } text)
                return;
            if (IdNumbers.IsIdNumber(text))
                Ids[column]++;
            else if (IdNumbers.IsBankCard(text))
                Cards[column]++;
        }
    }
}
