using System.Globalization;
using System.Text;
using CsvHelper;
using CsvHelper.Configuration;

namespace HotlinePush.Jobs;

/// <summary>
/// The rows of a CSV file, numbered as a spreadsheet shows them: the first is 1, a row with line breaks inside quotes is one, empty rows count.
/// </summary>
public sealed class CsvRows : IDisposable
{
    // No cell is taken that long; it bounds what one forgotten quotation mark makes this read at once.
    private const int MaxCell = 1_000_000;

    private readonly CsvParser _parser;
    private bool _ended;

    public CsvRows(Stream content, Encoding encoding, char delimiter = ',')
    {
        _parser = new(new StreamReader(content, encoding, detectEncodingFromByteOrderMarks: true, bufferSize: 64 * 1024), new CsvConfiguration(CultureInfo.InvariantCulture)
        {
            Delimiter = delimiter.ToString(),
            // A quotation mark inside an unquoted cell is taken as it is, as spreadsheets do.
            BadDataFound = null,
            IgnoreBlankLines = false,
            MaxFieldSize = MaxCell,
            BufferSize = 64 * 1024,
        });
    }

    public int Row { get; private set; }
    public string[] Cells { get; private set; } = [];

    /// <summary>A quotation mark that opens and never closes: what follows it is not to be trusted.</summary>
    public bool Unclosed { get; private set; }

    public bool IsBlank => !Unclosed && Array.TrueForAll(Cells, string.IsNullOrWhiteSpace);

    public async Task<bool> NextAsync()
    {
        if (_ended)
            return false;
        Row++;
        try
        {
            if (!await _parser.ReadAsync())
            {
                _ended = true;
                return false;
            }
        }
        catch (MaxFieldSizeException)
        {
            (_ended, Unclosed, Cells) = (true, true, []);
            return true;
        }

        Cells = _parser.Record ?? [];
        Unclosed = Array.Exists(Cells, c => c.Contains('\n') || c.Contains('\r')) && _parser.RawRecord.AsSpan().Count('"') % 2 == 1;
        return true;
    }

    public void Dispose() => _parser.Dispose();
}
