using System.Buffers;

namespace HotlinePush.Knowledge;

/// <summary>An article that shares something with a question.</summary>
/// <param name="Strong">The part of the question's telling terms that the article has, 0–1.</param>
public readonly record struct Scored(Article Article, double Score, double Strong);

/// <summary>
/// The published articles, ready to be searched: a large segment, a small one with what changed since, and which articles of the large one
/// no longer count. Immutable; a change makes a new one and costs as much as the small segment is large.
/// </summary>
public sealed class SearchIndex
{
    private const int LargestDelta = 256;
    private const int MaxQueryTerms = 48;
    private const double K1 = 1.2, B = 0.6;

    // A word in the title says what the article is about; in the body it may be said in passing.
    private const double TitleWeight = 4, KeywordWeight = 3, NoteWeight = 0.5;
    private const double CharacterWeight = 0.15;

    private readonly SearchSegment _base;
    private readonly SearchSegment _delta;
    private readonly HashSet<string> _replaced;

    private SearchIndex(SearchSegment large, SearchSegment small, HashSet<string> replaced) => (_base, _delta, _replaced) = (large, small, replaced);

    public static SearchIndex Of(IEnumerable<Article> articles) =>
        new(new([.. articles.Where(a => a.Live is not null)]), new([]), new(StringComparer.Ordinal));

    /// <summary>With these in place of what was known under their ids; unpublished ones are no longer found.</summary>
    public SearchIndex With(IReadOnlyList<Article> changed)
    {
        var ids = changed.Select(a => a.Id).ToHashSet(StringComparer.Ordinal);
        var delta = _delta.Articles.Where(a => !ids.Contains(a.Id)).Concat(changed.Where(a => a.Live is not null)).ToList();
        var replaced = new HashSet<string>(_replaced.Concat(ids), StringComparer.Ordinal);
        return delta.Count <= LargestDelta && replaced.Count <= LargestDelta
            ? new(_base, new(delta), replaced)
            : Of(_base.Articles.Where(a => !replaced.Contains(a.Id)).Concat(delta));
    }

    /// <summary>Every article that shares a telling term with the question, in no order.</summary>
    /// <param name="notes">Look into internal notes as well.</param>
    public List<Scored> Find(string text, bool notes)
    {
        var (terms, needed) = Choose(text);
        var found = new List<Scored>();
        if (terms.Count == 0)
            return found;
        var anyStrong = terms.Exists(t => t.IsStrong);
        var strongMass = terms.Where(t => t.IsStrong == anyStrong).Sum(t => t.Idf);
        Score(_base, _replaced);
        Score(_delta, null);
        return found;

        void Score(SearchSegment segment, HashSet<string>? skip)
        {
            var count = segment.Articles.Count;
            var scores = ArrayPool<float>.Shared.Rent(count * 2);
            scores.AsSpan(0, count * 2).Clear();
            var average = segment.Length / Math.Max(1.0, count);
            foreach (var term in terms)
            {
                var weight = term.IsStrong == anyStrong ? 1 : CharacterWeight;
                foreach (var p in segment.Find(term.Key))
                {
                    var tf = p.Title * TitleWeight + p.Keyword * KeywordWeight + p.Body + (notes ? p.Note * NoteWeight : 0);
                    if (tf == 0)
                        continue;
                    scores[p.Document] += (float)(weight * term.Idf * tf * (K1 + 1) / (tf + K1 * (1 - B + B * segment.Lengths[p.Document] / average)));
                    if (term.IsStrong == anyStrong)
                        scores[count + p.Document] += (float)term.Idf;
                }
            }

            for (var d = 0; d < count; d++)
                if (scores[count + d] > 0 && scores[count + d] >= needed * strongMass && skip?.Contains(segment.Articles[d].Id) != true)
                    found.Add(new(segment.Articles[d], scores[d], scores[count + d] / strongMass));
            ArrayPool<float>.Shared.Return(scores);
        }
    }

    /// <summary>How telling a term is: rare ones more.</summary>
    public double Idf(ulong key)
    {
        var n = _base.Articles.Count + _delta.Articles.Count;
        var df = _base.Find(key).Length + _delta.Find(key).Length;
        return Math.Log(1 + (n - df + 0.5) / (df + 0.5));
    }

    private sealed record QueryTerm(ulong Key, bool IsStrong, double Idf);

    /// <summary>
    /// The question's most telling terms that any article has: a long story is asked about by its rarest words. Where no pair or word of it
    /// is known, its characters are, but then an article needs all of them: 停暖 finds 停止供暖.
    /// </summary>
    private (List<QueryTerm> Terms, double Needed) Choose(string text)
    {
        var all = SearchTerms.Of(text).Select(t => t.Key).Distinct().ToList();
        var telling = all.Where(k => !SearchTerms.IsEmpty(k)).ToList();
        if (telling.Count == 0)
            telling = all;
        var known = telling.Where(k => !_base.Find(k).IsEmpty || !_delta.Find(k).IsEmpty).ToList();
        var onlyCharacters = telling.Exists(SearchTerms.IsStrong) && !known.Exists(SearchTerms.IsStrong);
        if (onlyCharacters && known.Count < telling.Count(k => !SearchTerms.IsStrong(k)))
            return ([], 0);
        List<QueryTerm> terms = [.. known
            .Select(k => new QueryTerm(k, SearchTerms.IsStrong(k), Idf(k)))
            .OrderByDescending(t => t.IsStrong).ThenByDescending(t => t.Idf).ThenBy(t => t.Key)
            .Take(MaxQueryTerms)];
        return (terms, onlyCharacters ? 0.999 : 0);
    }
}
