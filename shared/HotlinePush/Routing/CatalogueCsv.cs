using System.Globalization;
using CsvHelper;
using CsvHelper.Configuration;
using HotlinePush.Tickets;
using HotlinePush.Units;

namespace HotlinePush.Routing;

/// <summary>
/// The catalogue as CSV: <c>id, categoryPrefix, areaPrefix, leadUnitId, coUnitIds, tags, priority</c>; lists are parted
/// by blanks, priority is <c>normal</c>, <c>urgent</c> or empty. The first and the fourth column are required.
/// </summary>
public static class CatalogueCsv
{
    private static readonly string[] Columns = ["id", "categoryPrefix", "areaPrefix", "leadUnitId", "coUnitIds", "tags", "priority"];

    public static string Write(IReadOnlyList<CatalogueRule> rules)
    {
        using var text = new StringWriter();
        using (var csv = new CsvWriter(text, new CsvConfiguration(CultureInfo.InvariantCulture) { NewLine = "\n" }))
        {
            foreach (var row in rules.Select(r => new[] { r.Id, r.CategoryPrefix, r.AreaPrefix, r.LeadUnitId, string.Join(' ', r.CoUnitIds ?? []), string.Join(' ', r.Tags ?? []), r.Priority?.ToString().ToLowerInvariant() ?? "" }).Prepend(Columns))
            {
                foreach (var field in row)
                    csv.WriteField(field);
                csv.NextRecord();
            }
        }
        return text.ToString();
    }

    /// <returns>The rules, or problems by row when the text is no such table. Units and categories are not looked up here.</returns>
    public static (IReadOnlyList<CatalogueRule> Rules, IReadOnlyList<CatalogueProblem> Problems) Read(string text)
    {
        var (rules, problems) = (new List<CatalogueRule>(), new List<CatalogueProblem>());
        var configuration = new CsvConfiguration(CultureInfo.InvariantCulture)
        {
            PrepareHeaderForMatch = h => h.Header.Trim().TrimStart('\uFEFF').ToLowerInvariant(),
            MissingFieldFound = null,
        };
        using var csv = new CsvReader(new StringReader(text), configuration);
        try
        {
            if (!csv.Read() || !csv.ReadHeader())
                return (rules, [new CatalogueProblem(1, "id", "missingColumn", "缺少表头")]);
            var header = csv.HeaderRecord!.Select(h => h.Trim().TrimStart('\uFEFF')).ToHashSet(StringComparer.OrdinalIgnoreCase);
            foreach (var column in new[] { "id", "leadUnitId" }.Where(c => !header.Contains(c)))
                problems.Add(new CatalogueProblem(1, column, "missingColumn", $"缺少列 {column}"));
            if (problems.Count > 0)
                return (rules, problems);
            for (var row = 2; csv.Read(); row++)
                rules.Add(ReadRule(csv, row, problems));
        }
        catch (CsvHelperException)
        {
            problems.Add(new CatalogueProblem(rules.Count + 2, "", "badCsv", "这一行不是完整的 CSV（引号或列数有误）"));
        }
        return (rules, problems);
    }

    private static CatalogueRule ReadRule(CsvReader csv, int row, List<CatalogueProblem> problems)
    {
        string Field(string name) => csv.TryGetField<string>(name, out var value) ? value?.Trim() ?? "" : "";
        string[] List(string name) => Field(name).Split([' ', ';', '；'], StringSplitOptions.RemoveEmptyEntries);
        Priority? priority = Field("priority").ToLowerInvariant() switch { "normal" => Priority.Normal, "urgent" => Priority.Urgent, _ => null };
        if (priority is null && Field("priority").Length > 0)
            problems.Add(new CatalogueProblem(row, "priority", "badPriority", "priority 须为 normal、urgent 或留空"));
        return new CatalogueRule(Field("id"), Field("categoryPrefix"), Field("areaPrefix"), Field("leadUnitId"), List("coUnitIds"), List("tags"), priority);
    }
}
