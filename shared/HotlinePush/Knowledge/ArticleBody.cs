namespace HotlinePush.Knowledge;

/// <summary>What a block of an article is.</summary>
public enum BlockKind { Paragraph, Heading, List, Steps }

/// <param name="Lines">The items of a list, or one text. Plain: whoever shows it encodes it.</param>
public sealed record ArticleBlock(BlockKind Kind, IReadOnlyList<string> Lines);

/// <summary>
/// The few forms an answer needs: paragraphs parted by empty lines, <c>## </c> headings, <c>- </c> lists and <c>1. </c> steps. Nothing else of
/// Markdown, and no HTML: what is read aloud on the telephone is what is shown.
/// </summary>
public static class ArticleBody
{
    public static IReadOnlyList<ArticleBlock> Blocks(string body)
    {
        var blocks = new List<(BlockKind Kind, List<string> Lines)>();
        var open = false;
        foreach (var line in body.ReplaceLineEndings("\n").Split('\n').Select(l => l.Trim()))
        {
            if (line.Length == 0)
            {
                open = false;
                continue;
            }

            var (kind, text) = Read(line);
            if (open && kind != BlockKind.Heading && blocks[^1].Kind == kind)
            {
                // A paragraph goes on over its lines; a list has an item in each.
                if (kind == BlockKind.Paragraph)
                    blocks[^1].Lines[0] += "\n" + text;
                else
                    blocks[^1].Lines.Add(text);
            }
            else
                blocks.Add((kind, [text]));
            open = kind != BlockKind.Heading;
        }

        return [.. blocks.Select(b => new ArticleBlock(b.Kind, b.Lines))];
    }

    /// <summary>The words alone, for snippets and for reading aloud.</summary>
    public static string Plain(string body) => string.Join(' ', Blocks(body).SelectMany(b => b.Lines));

    private static (BlockKind, string) Read(string line)
    {
        if (line.StartsWith("## ", StringComparison.Ordinal))
            return (BlockKind.Heading, line[3..].Trim());
        if (line.StartsWith("- ", StringComparison.Ordinal))
            return (BlockKind.List, line[2..].Trim());
        var digits = line.AsSpan().IndexOfAnyExceptInRange('0', '9');
        return digits is 1 or 2 && line.AsSpan(digits).StartsWith(". ") ? (BlockKind.Steps, line[(digits + 2)..].Trim()) : (BlockKind.Paragraph, line);
    }
}
