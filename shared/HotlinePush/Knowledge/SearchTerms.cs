using System.Collections.Frozen;
using HotlinePush.Routing;

namespace HotlinePush.Knowledge;

/// <summary>One thing to look for: a Chinese character, a pair of them, or a whole word of letters and digits.</summary>
/// <param name="Key">The same for the same folded text; a pair and a character never meet, words by a 63-bit hash.</param>
/// <param name="IsStrong">A pair or a word: enough by itself to make a hit.</param>
public readonly record struct SearchTerm(ulong Key, int Start, int Length, bool IsStrong);

/// <summary>
/// Text as the search sees it: capitals and full-width forms folded, Chinese as single characters and overlapping pairs (no dictionary
/// of words is needed and none is missed), letters and digits as whole words.
/// </summary>
public static class SearchTerms
{
    private const ulong WordFlag = 1UL << 63;
    private const ulong PairFlag = 1UL << 62;

    // What every question has and no answer is about; character by character, and the pairs made of two of these.
    private static readonly FrozenSet<char> Empty = "的了吗呢是在我你他她它们有和与或及也就都要这那个么啊吧呀把被给请问怎如何哪些什为可以能需会到去来说".ToFrozenSet();

    public static List<SearchTerm> Of(string text)
    {
        var folded = PlainText.Fold(text);
        var terms = new List<SearchTerm>(folded.Length * 2);
        for (var i = 0; i < folded.Length; i++)
        {
            if (IsHan(folded[i]))
            {
                terms.Add(new(folded[i], i, 1, false));
                if (i + 1 < folded.Length && IsHan(folded[i + 1]))
                    terms.Add(new(PairFlag | (ulong)folded[i] << 16 | folded[i + 1], i, 2, true));
            }
            else if (char.IsLetterOrDigit(folded[i]))
            {
                var from = i;
                while (i + 1 < folded.Length && char.IsLetterOrDigit(folded[i + 1]) && !IsHan(folded[i + 1]))
                    i++;
                terms.Add(new(WordFlag | Hash(folded.AsSpan(from, i + 1 - from)), from, i + 1 - from, true));
            }
        }

        return terms;
    }

    /// <summary>Says nothing about what is asked.</summary>
    public static bool IsEmpty(ulong key) =>
        (key & WordFlag) == 0 && Empty.Contains((char)(key & 0xFFFF)) && ((key & PairFlag) == 0 || Empty.Contains((char)(key >> 16 & 0xFFFF)));

    public static bool IsStrong(ulong key) => (key & (WordFlag | PairFlag)) != 0;

    public static bool IsHan(char c) => c is (>= '\u3400' and <= '\u9FFF') or (>= '\uF900' and <= '\uFAFF');

    private static ulong Hash(ReadOnlySpan<char> text)
    {
        var hash = 14695981039346656037UL;
        foreach (var c in text)
            hash = (hash ^ c) * 1099511628211UL;
        return hash & ~(WordFlag | PairFlag);
    }
}
