using System.Text.RegularExpressions;

namespace HotlinePush.Tests.Docs;

/// <summary>A Markdown table of the docs, found by the first cells of its header.</summary>
internal static partial class DocTable
{
    public static string Root { get; } = FindRoot();

    /// <summary>The rows below the header, each as its cells, trimmed; of every table that begins so.</summary>
    public static List<string[]> Read(string file, params string[] header)
    {
        var lines = File.ReadAllLines(Path.Combine(Root, file));
        var rows = new List<string[]>();
        for (var at = 0; at < lines.Length; at++)
            if (lines[at].StartsWith('|') && Cells(lines[at]).Take(header.Length).SequenceEqual(header))
                rows.AddRange(lines.Skip(at + 2).TakeWhile(l => l.StartsWith('|')).Select(Cells));
        if (rows.Count == 0)
            throw new InvalidOperationException($"{file} has no table that begins with {string.Join(" | ", header)}.");
        return rows;
    }

    /// <summary>What stands in backticks.</summary>
    public static List<string> Words(string cell) => [.. Backticks().Matches(cell).Select(m => m.Groups[1].Value)];

    /// <summary>Fails with the lines to add to the table and those to take away.</summary>
    public static void AssertSame(string file, IEnumerable<string> code, IEnumerable<string> docs)
    {
        var (wanted, found) = (code.ToHashSet(StringComparer.Ordinal), docs.ToHashSet(StringComparer.Ordinal));
        var wrong = wanted.Except(found).Order(StringComparer.Ordinal).Select(l => "  add:    " + l)
            .Concat(found.Except(wanted).Order(StringComparer.Ordinal).Select(l => "  remove: " + l)).ToList();
        Assert.True(wrong.Count == 0, $"{file} and the code differ.\n{string.Join('\n', wrong)}");
    }

    private static string[] Cells(string line) => [.. line.Trim().Trim('|').Split('|').Select(c => c.Trim())];

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "HotlinePush.sln")))
                return folder.FullName;
        throw new InvalidOperationException("The tests do not lie below the repository.");
    }

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Backticks();
}
