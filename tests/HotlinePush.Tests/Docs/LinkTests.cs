using System.Text.RegularExpressions;

namespace HotlinePush.Tests.Docs;

/// <summary>What one page names of another, and of the repository, is there.</summary>
public sealed partial class LinkTests
{
    [Fact]
    public void Links_WhenTheyStayInTheRepository_LeadSomewhere()
    {
        var broken = Pages().SelectMany(page => Links().Matches(File.ReadAllText(page))
            .Select(m => m.Groups[1].Value.Split('#')[0])
            .Where(to => to.Length > 0 && !to.Contains("://", StringComparison.Ordinal) && !Path.Exists(Path.Combine(Path.GetDirectoryName(page)!, to)))
            .Select(to => $"{Path.GetRelativePath(DocTable.Root, page)}: {to}"));

        Assert.Empty(broken);
    }

    [Fact]
    public void Decisions_WhenWritten_HaveContextDecisionAndConsequences() => Assert.All(
        Directory.GetFiles(Path.Combine(DocTable.Root, "docs", "decisions"), "*.md"),
        file => Assert.Matches($@"^# {Path.GetFileName(file)[..4]} .+\n\n\*\*Context\.\*\* [\s\S]+\n\n\*\*Decision\.\*\* [\s\S]+\n\n\*\*Consequences\.\*\* ", File.ReadAllText(file)));

    private static IEnumerable<string> Pages() =>
        Directory.GetFiles(DocTable.Root, "*.md").Concat(Directory.GetFiles(Path.Combine(DocTable.Root, "docs"), "*.md", SearchOption.AllDirectories));

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Links();
}
