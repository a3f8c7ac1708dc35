namespace HotlinePush.Routing;

/// <summary>Where a phrase stands in a text: <paramref name="Phrase"/> is its number in the list the matcher was built from.</summary>
public readonly record struct PhraseHit(int Phrase, int Start, int Length)
{
    public int End => Start + Length;
}

/// <summary>
/// Finds all of many phrases in one pass over a text (Aho and Corasick, 1975). Time grows with the text, not with
/// the number of phrases. Text and phrases are compared as <see cref="PlainText.Fold"/> leaves them.
/// </summary>
public sealed class PhraseMatcher
{
    private readonly Dictionary<long, int> _next = [];
    private readonly List<int> _fail = [0];
    private readonly List<int> _phrase = [-1];
    private readonly List<int> _shorter = [0];
    private readonly int[] _lengths;

    /// <param name="phrases">Blank ones are passed over; of equal ones the first keeps the number.</param>
    public PhraseMatcher(IReadOnlyList<string> phrases)
    {
        _lengths = new int[phrases.Count];
        // Breadth first, a length at a time, so that a node's fallback exists before the node needs it.
        var ends = new int[phrases.Count];
        var folded = phrases.Select(PlainText.Fold).ToArray();
        for (var depth = 0; depth < folded.Max(p => (int?)p.Length).GetValueOrDefault(); depth++)
        {
            for (var number = 0; number < folded.Length; number++)
            {
                if (folded[number].Length <= depth)
                    continue;
                ends[number] = Child(ends[number], folded[number][depth]);
                if (folded[number].Length == depth + 1 && _phrase[ends[number]] < 0)
                    _phrase[ends[number]] = number;
            }
        }
        for (var number = 0; number < folded.Length; number++)
            _lengths[number] = folded[number].Length;
        for (var node = 1; node < _fail.Count; node++)
            _shorter[node] = _phrase[_fail[node]] >= 0 ? _fail[node] : _shorter[_fail[node]];
    }

    /// <summary>Every occurrence, overlapping ones too, in order of its end; of those ending together the longest first.</summary>
    public List<PhraseHit> FindAll(string folded)
    {
        var hits = new List<PhraseHit>();
        var node = 0;
        for (var i = 0; i < folded.Length; i++)
        {
            node = Step(node, folded[i]);
            for (var at = _phrase[node] >= 0 ? node : _shorter[node]; at != 0; at = _shorter[at])
                hits.Add(new PhraseHit(_phrase[at], i + 1 - _lengths[_phrase[at]], _lengths[_phrase[at]]));
        }
        return hits;
    }

    /// <summary>The same without hits that lie wholly inside a longer one: 教师工资 speaks, 工资 in it does not.</summary>
    public List<PhraseHit> FindLongest(string folded)
    {
        var hits = FindAll(folded);
        // A container ends at or after its content, so from the back the least start seen decides; hits that end
        // together come longest first and are read here shortest first, hence the look at the next one.
        var kept = new List<PhraseHit>(hits.Count);
        for (var i = 0; i < hits.Count; i++)
        {
            var inside = false;
            for (var j = i - 1; j >= 0 && !inside && hits[j].End == hits[i].End; j--)
                inside = hits[j].Start <= hits[i].Start;
            for (var j = i + 1; j < hits.Count && !inside && hits[j].Start < hits[i].End + LongestPhrase; j++)
                inside = hits[j].End > hits[i].End && hits[j].Start <= hits[i].Start;
            if (!inside)
                kept.Add(hits[i]);
        }
        return kept;
    }

    private int LongestPhrase => _lengths.Length == 0 ? 0 : _longest ??= _lengths.Max();
    private int? _longest;

    private static long Key(int node, char c) => ((long)node << 16) | c;

    private int Child(int node, char c)
    {
        if (_next.TryGetValue(Key(node, c), out var child))
            return child;
        // Computed before the child is linked, or a first-level node would fall back to itself.
        var fail = node == 0 ? 0 : Step(_fail[node], c);
        child = _fail.Count;
        _next[Key(node, c)] = child;
        _fail.Add(fail);
        _phrase.Add(-1);
        _shorter.Add(0);
        return child;
    }

    private int Step(int node, char c)
    {
        int child;
        while (!_next.TryGetValue(Key(node, c), out child))
        {
            if (node == 0)
                return 0;
            node = _fail[node];
        }
        return child;
    }
}
