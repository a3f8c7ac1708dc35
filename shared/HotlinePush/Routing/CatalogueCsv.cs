using System.Globalization;
using System.Text;
using System.Text.Unicode;
using CsvHelper;
using CsvHelper.Configuration;
using HotlinePush.Tickets;
using HotlinePush.Units;
using HotlinePush.Web;

namespace HotlinePush.Routing;

/// <summary>
/// The dispatch catalogue as a spreadsheet keeps it (RFC 4180, UTF-8): columns <c>id, categoryPrefix, areaPrefix, leadUnitId, coUnitIds,
/// tags, priority</c> in any order, the last three optional; several ids or tags in a cell stand apart by <c>;</c>
/// or <c>；</c>.
/// </summary>
public static class CatalogueCsv
{
    private const char Between = ';';
    private static readonly char[] Separators = [Between, '；'];

    private static readonly string[] Columns = ["id", "categoryPrefix", "areaPrefix", "leadUnitId", "coUnitIds", "tags", "priority"];
    private const int Needed = 4;

    public static byte[] Write(IReadOnlyList<CatalogueRule> rules)
    {
        using var text = new StringWriter(CultureInfo.InvariantCulture);
        using (var csv = new CsvWriter(text, new CsvConfiguration(CultureInfo.InvariantCulture) { NewLine = "\r\n" }))
        {
            Row(csv, Columns);
            foreach (var r in rules)
                Row(csv, [r.Id, r.CategoryPrefix, r.AreaPrefix, r.LeadUnitId, Joined(r.CoUnitIds), Joined(r.Tags), r.Priority?.Word() ?? ""]);
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }

    /// <returns>The rules, each with the row it stood in as a spreadsheet counts them (the header is row 1), or what is wrong.</returns>
    public static (IReadOnlyList<CatalogueRule> Rules, IReadOnlyList<int> Rows, Refusal? Refusal) Read(ReadOnlyMemory<byte> bytes)
    {
        if (!Utf8.IsValid(bytes.Span))
            return ([], [], new("badEncoding", "内容不是有效的 UTF-8，请转换编码后再提交。"));
        var check = new Check();
        var rules = new List<CatalogueRule>();
        var rows = new List<int>();
        var row = 0;
        using var text = new StringReader(Encoding.UTF8.GetString(bytes.Span).TrimStart('\uFEFF'));
        using var csv = new CsvParser(text, new CsvConfiguration(CultureInfo.InvariantCulture)
        {
            DetectDelimiter = false,
            BadDataFound = _ => check.Add(At(row), "badRow", "引号使用有误。"),
        });
        row = 1;
        if (!csv.Read())
            return ([], [], Refusal.Of("required", At(1), "缺少标题行。"));
        var header = csv.Record!.Select(h => h.Trim()).ToArray();
        Header(check, header);
        if (check.Result() is { } refused)
            return ([], [], refused);
        for (row = 2; csv.Read(); row++)
        {
            var cells = csv.Record!;
            if (cells.Length != header.Length)
            {
                check.Add(At(row), "badRow", string.Create(CultureInfo.InvariantCulture, $"有 {cells.Length} 列，标题行有 {header.Length} 列。"));
                continue;
            }

            string Cell(string column) => Array.IndexOf(header, column) is var i and >= 0 ? cells[i].Trim() : "";
            Priority? priority = null;
            if (Cell("priority") is { Length: > 0 } word)
            {
                if (WireWords.TryRead<Priority>(word, out var known))
                    priority = known;
                else
                    check.Add(At(row) + ".priority", "unknownWord", $"应为以下之一：{string.Join("、", WireWords.Of(typeof(Priority)).Keys)}。");
            }

            rules.Add(new(Cell("id"), Cell("categoryPrefix"), Cell("areaPrefix"), Cell("leadUnitId"), Split(Cell("coUnitIds")), Split(Cell("tags")), priority));
            rows.Add(row);
        }

        return (rules, rows, check.Result());
    }

    /// <summary>A word that a cell of several can hold.</summary>
    public static bool CanHold(string word) => word.IndexOfAny(Separators) < 0 && word == word.Trim();

    public static string At(int row) => string.Create(CultureInfo.InvariantCulture, $"rows[{row}]");

    private static void Header(Check check, string[] header)
    {
        foreach (var column in header.Where(h => !Columns.Contains(h, StringComparer.Ordinal)))
            check.Add(At(1), "unknownField", $"不认识的列“{(column.Length > 50 ? column[..50] : column)}”；可用的列：{string.Join("、", Columns)}。");
        foreach (var column in header.GroupBy(h => h, StringComparer.Ordinal).Where(g => g.Count() > 1))
            check.Add(At(1), "duplicateField", $"列“{column.Key}”重复。");
        foreach (var column in Columns.Take(Needed).Except(header, StringComparer.Ordinal))
            check.Add(At(1), "required", $"缺少列“{column}”。");
    }

    private static void Row(CsvWriter csv, string[] cells)
    {
        foreach (var cell in cells)
            csv.WriteField(cell);
        csv.NextRecord();
    }

    private static string Joined(IReadOnlyList<string>? words) => string.Join(Between, words ?? []);

    private static string[]? Split(string cell) =>
        cell.Length == 0 ? null : cell.Split(Separators, StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
}
