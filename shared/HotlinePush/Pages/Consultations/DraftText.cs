using System.Globalization;
using System.Text;
using HotlinePush.Comments;

namespace HotlinePush.Pages.Consultations;

/// <summary>A draft as one text for a form: each section begins with a line <c>## heading</c>. What stands before the first is a section without one.</summary>
public static class DraftText
{
    private const string Mark = "## ";

    /// <param name="before">The sections so far: in the same places they keep their ids.</param>
    public static IReadOnlyList<ConsultationSection> Read(string text, IReadOnlyList<SectionHead> before)
    {
        var found = new List<(string Heading, StringBuilder Body)>();
        foreach (var line in text.ReplaceLineEndings("\n").Split('\n'))
        {
            if (line.StartsWith(Mark, StringComparison.Ordinal))
                found.Add((line[Mark.Length..].Trim(), new()));
            else if (found.Count > 0)
                found[^1].Body.Append(line).Append('\n');
            else if (!string.IsNullOrWhiteSpace(line))
                found.Add(("", new(line + "\n")));
        }

        var taken = before.Take(found.Count).Select(s => s.Id).ToHashSet(StringComparer.Ordinal);
        return [.. found.Select((f, i) => new ConsultationSection(i < before.Count ? before[i].Id : New(i), f.Heading, f.Body.ToString().Trim()))];

        string New(int at)
        {
            var number = at + 1;
            string id;
            do
                id = "s" + number++.ToString(CultureInfo.InvariantCulture);
            while (!taken.Add(id));
            return id;
        }
    }

    public static string Write(IEnumerable<ConsultationSection> sections) =>
        string.Join("\n\n", sections.Select(s => s.Heading.Length > 0 ? $"{Mark}{s.Heading}\n{s.Body}" : s.Body));
}
