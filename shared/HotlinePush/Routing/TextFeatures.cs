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
        var counts = new Dictionary<int, float>();
        Grams(folded.AsSpan(0, subject), SubjectWeight, counts);
        Grams(folded.AsSpan(subject), 1f, counts);
        hits = lexicon.Find(folded);
        foreach (var hit in hits)
            Add(counts, PhraseIndex(lexicon.Phrases[hit.Phrase]), hit.Start < subject ? SubjectWeight : 1f);
        var index = counts.Keys.ToArray();
        Array.Sort(index);
        return new TextFeatures(index, [.. index.Select(i => 1f + MathF.Log(counts[i]))]);
    }

    public static int PhraseIndex(string phrase) => NGramSpace + (int)(Hash(phrase, 0x9E3779B9) & (NGramSpace - 1));

    private static void Grams(ReadOnlySpan<char> text, float weight, Dictionary<int, float> counts)
    {
        for (var i = 0; i < text.Length; i++)
        {
            for (var n = 1; n <= LongestGram && i + n <= text.Length && char.IsLetter(text[i + n - 1]); n++)
                Add(counts, (int)(Hash(text.Slice(i, n), 0x811C9DC5) & (NGramSpace - 1)), weight);
        }
    }

    private static void Add(Dictionary<int, float> counts, int index, float weight) =>
        counts[index] = counts.GetValueOrDefault(index) + weight;

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
