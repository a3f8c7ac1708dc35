namespace HotlinePush.Knowledge;

/// <summary>A stretch of a text, in UTF-16 units.</summary>
public readonly record struct TextRange(int Start, int Length);

/// <summary>A text with what was looked for in it. Plain: whoever shows it encodes it and marks the ranges.</summary>
public sealed record MarkedText(string Text, IReadOnlyList<TextRange> Marks);

/// <summary>The piece of a text that answers a question, with the question's words marked.</summary>
public static class Snippets
{
    public const int Length = 110;
    private const string Gap = "…";

    public static MarkedText Whole(string text, string query) => new(text, Marks(text, Keys(query)));

    public static MarkedText Best(string text, string query, int length = Length)
    {
        var flat = text.ReplaceLineEndings(" ");
        var marks = Marks(flat, Keys(query));
        if (flat.Length <= length)
            return new(flat, marks);
        var start = WindowStart(marks, flat.Length, length);
        start = SentenceBefore(flat, start, marks, length);
        var end = Math.Min(flat.Length, start + length);
        // Never half of a surrogate pair.
        if (start > 0 && char.IsLowSurrogate(flat[start]))
            start++;
        if (end < flat.Length && char.IsLowSurrogate(flat[end]))
            end--;
        var before = start > 0 ? Gap : "";
        return new(
            before + flat[start..end] + (end < flat.Length ? Gap : ""),
            [.. marks.Where(m => m.Start >= start && m.Start + m.Length <= end).Select(m => m with { Start = m.Start - start + before.Length })]);
    }

    /// <summary>Pairs and words; single characters only where the question is one.</summary>
    private static HashSet<ulong> Keys(string query)
    {
        var terms = SearchTerms.Of(query);
        var strong = terms.Exists(t => t.IsStrong);
        return [.. terms.Where(t => t.IsStrong == strong && (!strong || !SearchTerms.IsEmpty(t.Key))).Select(t => t.Key)];
    }

    private static List<TextRange> Marks(string text, HashSet<ulong> keys)
    {
        var marks = new List<TextRange>();
        if (keys.Count == 0)
            return marks;
        foreach (var term in SearchTerms.Of(text).Where(t => keys.Contains(t.Key)))
        {
            if (marks.Count > 0 && marks[^1] is var last && term.Start <= last.Start + last.Length)
                marks[^1] = last with { Length = Math.Max(last.Length, term.Start + term.Length - last.Start) };
            else
                marks.Add(new(term.Start, term.Length));
        }

        return marks;
    }

    /// <summary>Where most of what was looked for stands close together.</summary>
    private static int WindowStart(List<TextRange> marks, int textLength, int length)
    {
        var (best, bestSum, from, sum) = (0, 0, 0, 0);
        for (var to = 0; to < marks.Count; to++)
        {
            sum += marks[to].Length;
            while (marks[to].Start + marks[to].Length - marks[from].Start > length && from < to)
                sum -= marks[from++].Length;
            if (sum > bestSum)
                (best, bestSum) = (marks[from].Start, sum);
        }

        return Math.Clamp(best, 0, Math.Max(0, textLength - length));
    }

    /// <summary>A little further back, to the beginning of the sentence, where that is near.</summary>
    private static int SentenceBefore(string text, int start, List<TextRange> marks, int length)
    {
        for (var i = start; i > 0 && start - i < length / 4; i--)
            if (text[i - 1] is '。' or '；' or '！' or '？' or ' ')
                return i;
        return marks.Count > 0 ? Math.Max(0, start - length / 8) : start;
    }
}
