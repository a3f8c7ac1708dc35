using System.Buffers;

namespace HotlinePush.Routing;

/// <summary>
/// A text as the classifier sees it: hashed character n-grams and phrases of the lexicon, each with a weight.
/// The words cannot be read back, so an example may outlive the ticket's own text.
/// </summary>
/// <param name="Index">Ascending: n-grams below <see cref="NGramSpace"/>, phrases from there on.</param>
/// <param name="Value">Term frequency, dampened; at least 0.</param>
public sealed record TextFeatures(int[] Index, float[] Value)
{
    public const int NGramSpace = 1 << 18;
    public const int Space = NGramSpace * 2;

    private const int LongestGram = 3;
    // Bodies ramble: what comes after this many characters is rarely about the matter itself.
    private const int BodyLimit = 1500;

    private const float SubjectWeight = 3f;

    /// <param name="hits">The phrases found, with their places in <paramref name="text"/>.</param>
    public static TextFeatures Of(string text, Lexicon lexicon, out List<PhraseHit> hits)
    {
        var folded = PlainText.Fold(text);
        var subject = folded.IndexOf('\n');
        if (subject < 0)
            subject = 0;
        if (folded.Length > subject + BodyLimit)
            folded = folded[..(subject + BodyLimit)];
        hits = lexicon.Find(folded);
        // Sorted and counted in place: a table of counts per text would cost more than the model itself.
        var found = ArrayPool<int>.Shared.Rent(folded.Length * LongestGram + hits.Count);
        var count = 0;
        Grams(folded.AsSpan(0, subject), 1, found, ref count);
        Grams(folded.AsSpan(subject), 0, found, ref count);
        foreach (var hit in hits)
            found[count++] = (PhraseIndex(lexicon.Phrases[hit.Phrase]) << 1) | (hit.Start < subject ? 1 : 0);
        Array.Sort(found, 0, count);
        var features = Counted(found.AsSpan(0, count));
        ArrayPool<int>.Shared.Return(found);
        return features;
    }

    /// <param name="found">Sorted; the lowest bit says that it stood in the subject.</param>
    private static TextFeatures Counted(ReadOnlySpan<int> found)
    {
        var distinct = 0;
        for (var k = 0; k < found.Length; k++)
            if (k == 0 || found[k] >> 1 != found[k - 1] >> 1)
                distinct++;
        var (index, value) = (new int[distinct], new float[distinct]);
        var at = -1;
        foreach (var one in found)
        {
            if (at < 0 || index[at] != one >> 1)
                index[++at] = one >> 1;
            value[at] += (one & 1) == 1 ? SubjectWeight : 1f;
        }

        for (var k = 0; k < distinct; k++)
            value[k] = 1f + MathF.Log(value[k]);
        return new TextFeatures(index, value);
    }

    public static int PhraseIndex(string phrase) => NGramSpace + (int)(Hash(phrase, 0x9E3779B9) & (NGramSpace - 1));

    private static void Grams(ReadOnlySpan<char> text, int inSubject, int[] found, ref int count)
    {
        for (var i = 0; i < text.Length; i++)
        {
            for (var n = 1; n <= LongestGram && i + n <= text.Length && char.IsLetter(text[i + n - 1]); n++)
                found[count++] = ((int)(Hash(text.Slice(i, n), 0x811C9DC5) & (NGramSpace - 1)) << 1) | inSubject;
        }
    }

    // FNV-1a with a last mix; string.GetHashCode differs from process to process.
    private static uint Hash(ReadOnlySpan<char> text, uint seed)
    {
        var hash = seed;
        foreach (var c in text)
            hash = (hash ^ c) * 16777619;
        hash ^= hash >> 15;
        hash *= 0x85EBCA6B;
        return hash ^ (hash >> 13);
    }
}
