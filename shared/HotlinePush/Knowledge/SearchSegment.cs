using System.Runtime.InteropServices;

namespace HotlinePush.Knowledge;

/// <summary>A term in one article: how often in each of its fields, up to 255.</summary>
internal readonly record struct Posting(int Document, byte Title, byte Keyword, byte Body, byte Note);

/// <summary>An inverted index over some articles. Immutable: readers need no lock.</summary>
internal sealed class SearchSegment
{
    private readonly Dictionary<ulong, Posting[]> _postings = [];

    public SearchSegment(IReadOnlyList<Article> articles)
    {
        Articles = [.. articles];
        Lengths = new int[articles.Count];
        var building = new Dictionary<ulong, List<Posting>>();
        var counts = new Dictionary<ulong, Posting>();
        for (var d = 0; d < articles.Count; d++)
        {
            counts.Clear();
            var text = articles[d].Live ?? throw new ArgumentException("Only what is published is searched.");
            Count(text.Title, p => p with { Title = Up(p.Title) });
            Count(string.Join('\n', text.Keywords ?? []), p => p with { Keyword = Up(p.Keyword) });
            Lengths[d] = Count(text.Body, p => p with { Body = Up(p.Body) });
            Count(text.InternalNote ?? "", p => p with { Note = Up(p.Note) });
            Length += Lengths[d];
            foreach (var (key, posting) in counts)
            {
                if (!building.TryGetValue(key, out var list))
                    building[key] = list = [];
                list.Add(posting with { Document = d });
            }
        }

        foreach (var (key, list) in building)
            _postings[key] = [.. list];

        int Count(string text, Func<Posting, Posting> up)
        {
            var terms = SearchTerms.Of(text);
            foreach (var term in terms)
            {
                ref var posting = ref CollectionsMarshal.GetValueRefOrAddDefault(counts, term.Key, out _);
                posting = up(posting);
            }

            return terms.Count;
        }

        static byte Up(byte n) => n == byte.MaxValue ? n : (byte)(n + 1);
    }

    public IReadOnlyList<Article> Articles { get; }

    /// <summary>Terms in the body of each.</summary>
    public int[] Lengths { get; }

    public long Length { get; }

    public ReadOnlySpan<Posting> Find(ulong key) => _postings.TryGetValue(key, out var found) ? found : [];
}
