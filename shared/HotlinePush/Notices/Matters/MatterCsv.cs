using System.Globalization;
using System.Text;
using CsvHelper;
using CsvHelper.Configuration;
using HotlinePush.Jobs;
using HotlinePush.Units;
using HotlinePush.Web;

namespace HotlinePush.Notices.Matters;

/// <summary>
/// The catalogue as a spreadsheet keeps it (RFC 4180): written in UTF-8 with a byte order mark under Chinese headers, read under these or the
/// fields' own names, in UTF-8, UTF-16 or GB18030. Cells that begin like a formula are made harmless on the way out and are themselves again on the way in.
/// </summary>
public static class MatterCsv
{
    private static readonly char[] Separators = [';', '；', '、'];
    private static readonly byte[] Mark = "\uFEFF"u8.ToArray();

    /// <summary>Each column by its name in the API and its header; the responsible office is written and not read.</summary>
    private static readonly (string Name, string Header, bool Needed)[] Columns =
    [
        ("id", "编号", false), ("field", "公开领域", true), ("name", "公开事项", true), ("elements", "公开要素", false), ("content", "公开内容", true), ("legalBasis", "公开依据", true),
        ("timeLimit", "公开时限", true), ("method", "公开方式", false), ("channel", "公开渠道", false), ("audience", "公开对象", false), ("unit", "责任单位", false),
    ];

    public static byte[] Write(IEnumerable<Matter> matters, City city)
    {
        using var text = new StringWriter(CultureInfo.InvariantCulture);
        using (var csv = new CsvWriter(text, new CsvConfiguration(CultureInfo.InvariantCulture) { NewLine = "\r\n" }))
        {
            Row(csv, Columns.Select(c => c.Header));
            foreach (var m in matters)
                Row(csv,
                [
                    m.Id, DisclosureFields.NameOf(m.Field) ?? m.Field, m.Name, string.Join('；', m.Elements ?? []), m.Content, m.LegalBasis, m.TimeLimit,
                    MatterWords.MethodName(m.Method), m.Channel ?? "", m.Audience ?? MatterWords.Everybody, MatterWords.OfficeOf(m, city),
                ]);
        }

        return [.. Mark, .. Encoding.UTF8.GetBytes(text.ToString())];
    }

    /// <returns>The matters, each with its row as a spreadsheet counts them (the header is row 1), or what is wrong, row by row.</returns>
    public static async Task<(IReadOnlyList<Matter> Matters, IReadOnlyList<int> Rows, Refusal? Refusal)> ReadAsync(byte[] bytes, CancellationToken ct)
    {
        if (await TextEncoding.DetectAsync(new MemoryStream(bytes), ct) is not { } encoding)
            return ([], [], new("badEncoding", "这不是 CSV 文本；请在表格软件中另存为 CSV 后再提交。"));
        var check = new Check();
        var matters = new List<Matter>();
        var rows = new List<int>();
        using var csv = new CsvRows(new MemoryStream(bytes), TextEncoding.Of(encoding));
        if (!await csv.NextAsync() || csv.IsBlank)
            return ([], [], Refusal.Of("required", At(1), "缺少标题行。"));
        var header = csv.Cells.Select(ColumnOf).ToArray();
        Header(check, csv.Cells, header);
        if (check.Refusal is { } refused)
            return ([], [], refused);
        while (await csv.NextAsync())
        {
            if (csv.IsBlank)
                continue;
            if (csv.Unclosed || csv.Cells.Length != header.Length)
            {
                check.Add(At(csv.Row), "badRow", csv.Unclosed ? "引号没有配对。" : string.Create(CultureInfo.InvariantCulture, $"有 {csv.Cells.Length} 列，标题行有 {header.Length} 列。"));
                continue;
            }

            if (matters.Count == MatterChecks.MaxMatters)
                return ([], [], SetupChecks.TooMany(MatterChecks.MaxMatters + 1, MatterChecks.MaxMatters, At(csv.Row)));
            matters.Add(Matter(csv, header, check));
            rows.Add(csv.Row);
        }

        return (matters, rows, check.Refusal);
    }

    public static string At(int row) => string.Create(CultureInfo.InvariantCulture, $"rows[{row}]");

    private static Matter Matter(CsvRows csv, string?[] header, Check check)
    {
        string Cell(string column) => Array.IndexOf(header, column) is var i and >= 0 ? Plain(csv.Cells[i]) : "";
        var field = Cell("field");
        var method = DisclosureMethod.Active;
        if (Cell("method") is { Length: > 0 } word && !WireWords.TryRead(word, out method))
            if (Enum.GetValues<DisclosureMethod>().Where(m => MatterWords.MethodName(m) == word).Select(m => (DisclosureMethod?)m).FirstOrDefault() is { } named)
                method = named;
            else
                check.Add(At(csv.Row) + ".method", "unknownWord", "公开方式应为：主动公开、依申请公开。");
        var audience = Cell("audience");
        return new(
            Cell("id") is { Length: > 0 } id ? id : MatterStore.NewId(),
            DisclosureFields.All.FirstOrDefault(f => f.Name == field) is { Code: { } code } ? code : field,
            Cell("name"), Cell("content"), Cell("legalBasis"), Cell("timeLimit"), method,
            Cell("elements").Split(Separators, StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) is { Length: > 0 } elements ? elements : null,
            Cell("channel") is { Length: > 0 } channel ? channel : null,
            audience.Length == 0 || audience == MatterWords.Everybody ? null : audience);
    }

    private static string? ColumnOf(string header) =>
        header.Trim().Trim('\uFEFF') is var h && Columns.FirstOrDefault(c => c.Header == h || c.Name.Equals(h, StringComparison.OrdinalIgnoreCase)) is { Name: { } name } ? name : null;

    private static void Header(Check check, string[] cells, string?[] header)
    {
        for (var i = 0; i < cells.Length; i++)
            check.That(header[i] is not null, At(1), "unknownField", $"不认识的列“{(cells[i].Length > 50 ? cells[i][..50] : cells[i])}”；可用的列：{string.Join("、", Columns.Select(c => c.Header))}。");
        foreach (var twice in header.OfType<string>().GroupBy(h => h, StringComparer.Ordinal).Where(g => g.Count() > 1))
            check.Add(At(1), "duplicateField", $"列“{HeaderOf(twice.Key)}”重复。");
        foreach (var column in Columns.Where(c => c.Needed && !header.Contains(c.Name)))
            check.Add(At(1), "required", $"缺少列“{column.Header}”。");
    }

    private static string HeaderOf(string name) => Columns.First(c => c.Name == name).Header;

    private static void Row(CsvWriter csv, IEnumerable<string> cells)
    {
        foreach (var cell in cells)
            csv.WriteField(CsvCell.Harmless(cell));
        csv.NextRecord();
    }

    /// <summary>What <see cref="CsvCell.Harmless"/> put before it is taken off again.</summary>
    private static string Plain(string cell)
    {
        var text = cell.Trim();
        return text.Length > 1 && text[0] == '\'' && CsvCell.Harmless(text[1..]) == text ? text[1..] : text;
    }
}
