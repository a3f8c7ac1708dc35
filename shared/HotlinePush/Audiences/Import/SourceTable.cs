using System.IO.Compression;
using System.Text;
using System.Xml;
using ExcelDataReader;
using ExcelDataReader.Exceptions;
using HotlinePush.Jobs;

namespace HotlinePush.Audiences.Import;

/// <summary>The file is none this product reads; code and words go into the job's report.</summary>
internal sealed class SourceException(string code, string message, Exception? inner = null) : Exception(message, inner)
{
    public string Code { get; } = code;
}

/// <summary>The rows of a file, forward, numbered as a spreadsheet shows them.</summary>
internal abstract class SourceTable : IDisposable
{
    public const int MaxColumns = 200;
    public const int MaxRows = 2_000_000;

    public int Row { get; protected set; }

    /// <summary>The cells as text; covered ones as <see cref="CellText.Merged"/>.</summary>
    public string?[] Cells { get; protected set; } = [];

    /// <summary>The sheet that is read, of a workbook.</summary>
    public string? Sheet { get; protected init; }

    public abstract ValueTask<bool> NextAsync();

    public abstract void Dispose();

    /// <param name="sheet">Name or number from 1 of a workbook's sheet; null: the first that is not hidden.</param>
    /// <param name="fillMerged">Cells that a merged one covers have its value.</param>
    public static async Task<SourceTable> OpenAsync(Func<Task<Stream>> open, string? sheet, bool fillMerged, CancellationToken ct)
    {
        var head = new byte[8];
        var stream = await open();
        int read;
        await using (stream)
            read = await stream.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, ct);
        if (head.AsSpan(0, read).StartsWith("PK"u8))
            return new WorkbookTable(await SeekableAsync(await open(), ct), sheet, fillMerged);
        if (head.AsSpan(0, read).StartsWith((ReadOnlySpan<byte>)[0xD0, 0xCF, 0x11, 0xE0]))
            throw new SourceException("oldWorkbook", "这是旧版 Excel（.xls）或加了密码的工作簿；请另存为不带密码的 .xlsx 或 CSV 后再导入。");
        string? encoding;
        await using (var bytes = await open())
            encoding = await TextEncoding.DetectAsync(bytes, ct);
        if (encoding is null)
            throw new SourceException("notSpreadsheet", "不是 CSV 文本，也不是 .xlsx 工作簿；请在表格软件中另存后再导入。");
        char delimiter;
        await using (var bytes = await open())
            delimiter = await Delimiter.FindAsync(bytes, TextEncoding.Of(encoding), ct);
        return new CsvTable(new CsvRows(await open(), TextEncoding.Of(encoding), delimiter));
    }

    private static async Task<Stream> SeekableAsync(Stream stream, CancellationToken ct)
    {
        if (stream.CanSeek)
            return stream;
        var copy = new FileStream(Path.GetTempFileName(), new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.ReadWrite, Options = FileOptions.DeleteOnClose | FileOptions.Asynchronous });
        await using (stream)
            await stream.CopyToAsync(copy, ct);
        copy.Position = 0;
        return copy;
    }

    private sealed class CsvTable(CsvRows rows) : SourceTable
    {
        public override async ValueTask<bool> NextAsync()
        {
            if (!await rows.NextAsync())
                return false;
            Row = rows.Row;
            if (Row > MaxRows)
                throw TooManyRows();
            Cells = rows.Unclosed ? [CellText.Unclosed] : rows.Cells;
            return true;
        }

        public override void Dispose() => rows.Dispose();
    }

    private static SourceException TooManyRows() => new("tooManyRows", "一个文件最多 200 万行，请分成几个文件。");

    /// <summary>A workbook, read forward by ExcelDataReader. Formulas are never looked at: their kept values are.</summary>
    private sealed class WorkbookTable : SourceTable
    {
        // The reader asks for code page 1252 as soon as it is made, also for workbooks that are UTF-8 throughout.
        static WorkbookTable() => Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);

        private readonly Stream _stream;
        private readonly IExcelDataReader _reader;
        private readonly MergedCells _merged;
        private readonly int _columns;
        private readonly HashSet<(int Row, int Column)> _errors;

        public WorkbookTable(Stream stream, string? sheet, bool fillMerged)
        {
            _stream = stream;
            try
            {
                WorkbookCheck.Check(stream);
                _reader = Guarded(() => ExcelReaderFactory.CreateOpenXmlReader(stream, new ExcelReaderConfiguration { LeaveOpen = true }));
                Sheet = Choose(sheet);
                _columns = Math.Min(_reader.FieldCount, MaxColumns);
                if (_reader.FieldCount > WorkbookCheck.MaxSheetColumns)
                    throw Broken(null);
                _merged = new(_reader.MergeCells ?? [], fillMerged, _columns);
                _errors = Guarded(() => ErrorCells.Find(stream, Sheet));
            }
            catch
            {
                Dispose();
                throw;
            }
        }

        public override ValueTask<bool> NextAsync()
        {
            return ValueTask.FromResult(Guarded(() =>
            {
                if (!_reader.Read())
                    return false;
                Row = _reader.Depth + 1;
                if (Row > MaxRows)
                    throw TooManyRows();
                var cells = new string?[_columns];
                for (var i = 0; i < cells.Length; i++)
                    cells[i] = _errors.Count > 0 && _errors.Contains((_reader.Depth, i)) ? "#VALUE!" : Text(_reader.GetValue(i));
                _merged.Apply(_reader.Depth, cells);
                Cells = cells;
                return true;
            }));
        }

        private string Choose(string? sheet)
        {
            var number = int.TryParse(sheet, out var n) ? n : 0;
            var names = new List<string>();
            do
            {
                names.Add(_reader.Name);
                if (sheet is null ? _reader.VisibleState == "visible" || _reader.ResultsCount == 1 : _reader.Name == sheet || names.Count == number)
                    return _reader.Name;
            }
            while (Guarded(_reader.NextResult));
            throw new SourceException("unknownSheet", $"没有这个工作表；有：{string.Join("、", names.Take(20).Select(x => x.Length > 31 ? x[..31] : x))}。");
        }

        private static string? Text(object? value) => value switch
        {
            null => null,
            string text => text,
            double number => CellText.Number(number),
            DateTime moment => CellText.Date(moment),
            TimeSpan span => span.ToString("c"),
            bool truth => truth ? "是" : "否",
            IFormattable other => other.ToString(null, System.Globalization.CultureInfo.InvariantCulture),
            _ => value.ToString(),
        };

        private static SourceException Broken(Exception? e) => new("brokenWorkbook", "工作簿已损坏或不完整，请用表格软件打开并另存为 .xlsx 后再导入。", e);

        // Whatever a broken package makes the reader throw is the file's fault, not ours; the row it came to is lost with it.
        private static T Guarded<T>(Func<T> read)
        {
            try
            {
                return read();
            }
            catch (Exception e) when (e is XmlException or InvalidDataException or ExcelReaderException or FormatException or OverflowException or IndexOutOfRangeException
                or ArgumentException or NullReferenceException or KeyNotFoundException or InvalidOperationException or EndOfStreamException or NotSupportedException)
            {
                throw Broken(e);
            }
        }

        public override void Dispose()
        {
            _reader?.Dispose();
            _stream.Dispose();
        }
    }
}

/// <summary>Looks at a workbook's package before it is read: what it would unpack to, and how much of it into memory.</summary>
internal static class WorkbookCheck
{
    public const int MaxSheetColumns = 16_384;
    private const int MaxEntries = 2_000;
    private const long MaxSheet = 3L * 1024 * 1024 * 1024;
    private const long MaxStrings = 512L * 1024 * 1024;
    private const long MaxOther = 64L * 1024 * 1024;

    /// <exception cref="SourceException">No workbook, or one that unpacks to more than anybody would keep by hand.</exception>
    public static void Check(Stream stream)
    {
        try
        {
            using var zip = new ZipArchive(stream, ZipArchiveMode.Read, leaveOpen: true);
            if (zip.Entries.Count > MaxEntries)
                throw TooBig();
            long all = 0;
            foreach (var entry in zip.Entries)
            {
                // The declared length is the true bound: the inflater stops there.
                var max = entry.FullName.Contains("worksheets/", StringComparison.OrdinalIgnoreCase) ? MaxSheet
                    : entry.FullName.EndsWith("sharedStrings.xml", StringComparison.OrdinalIgnoreCase) ? MaxStrings
                    : entry.FullName.EndsWith(".xml", StringComparison.OrdinalIgnoreCase) || entry.FullName.EndsWith(".rels", StringComparison.OrdinalIgnoreCase) ? MaxOther
                    : long.MaxValue;
                if (entry.Length > max)
                    throw TooBig();
                if (max < long.MaxValue)
                    all += entry.Length;
            }

            if (all > MaxSheet + MaxStrings)
                throw TooBig();
            if (zip.GetEntry("xl/workbook.xml") is null && !zip.Entries.Any(e => e.FullName.EndsWith("workbook.xml", StringComparison.OrdinalIgnoreCase)))
                throw new SourceException("notSpreadsheet", "这个压缩包不是 .xlsx 工作簿；请在表格软件中另存为 .xlsx 或 CSV 后再导入。");
        }
        catch (InvalidDataException e)
        {
            throw new SourceException("brokenWorkbook", "工作簿已损坏或不完整，请用表格软件打开并另存为 .xlsx 后再导入。", e);
        }

        stream.Position = 0;
    }

    private static SourceException TooBig() => new("workbookTooBig", "工作簿解开后过大，请分成几个文件或另存为 CSV 后再导入。");
}

/// <summary>Merged cells of a sheet as its rows pass by.</summary>
internal sealed class MergedCells(CellRange[] ranges, bool fill, int columns)
{
    private readonly CellRange[] _ranges = [.. ranges.Where(r => r.FromColumn >= 0 && r.FromColumn < columns).OrderBy(r => r.FromRow)];
    private readonly List<(CellRange Range, string? Value)> _open = [];
    private int _next;

    /// <param name="row">Counted from 0.</param>
    public void Apply(int row, string?[] cells)
    {
        _open.RemoveAll(o => o.Range.ToRow < row);
        for (; _next < _ranges.Length && _ranges[_next].FromRow <= row; _next++)
            if (_ranges[_next].ToRow >= row)
                _open.Add((_ranges[_next], _ranges[_next].FromRow == row ? cells[_ranges[_next].FromColumn] : null));
        foreach (var (range, value) in _open)
            for (var c = range.FromColumn; c <= Math.Min(range.ToColumn, cells.Length - 1); c++)
                if (row != range.FromRow || c != range.FromColumn)
                    cells[c] = fill ? value : string.IsNullOrWhiteSpace(value) ? null : CellText.Merged;
    }
}

/// <summary>What stands between the cells of a text file: the sign that makes a header with the most columns we know.</summary>
internal static class Delimiter
{
    private const int Looked = 64 * 1024;
    private const int Lines = 30;

    public static async Task<char> FindAsync(Stream content, Encoding encoding, CancellationToken ct)
    {
        using var text = new StreamReader(content, encoding, detectEncodingFromByteOrderMarks: true);
        var buffer = new char[Looked];
        var length = await text.ReadBlockAsync(buffer, ct);
        var lines = new string(buffer, 0, length).Split('\n').Take(Lines).ToArray();
        return new[] { ',', ';', '\t' }
            .MaxBy(d => (lines.Max(l => RecipientColumns.Recognised(l.Split(d).Select(c => c.Trim().Trim('"')))), lines.Max(l => l.Count(c => c == d))));
    }
}
