using HotlinePush.Units;

namespace HotlinePush.Routing;

/// <param name="Words">As written in the text, in its order.</param>
/// <param name="Certain">False when names of several places were found and only what they share is given.</param>
public sealed record AreaMatch(string AreaId, IReadOnlyList<string> Words, bool Certain);

/// <summary>
/// Finds the most specific area that a text names, by names, aliases and short forms (望江区: 望江). A name that
/// several areas bear counts for the one whose parent, or whose part, is named too.
/// </summary>
public sealed class AreaFinder
{
    // Longest first: 街道办事处 before 街道.
    private static readonly string[] Endings = ["街道办事处", "街道", "社区", "新区", "自治县", "市", "区", "县", "镇", "乡", "村"];

    private readonly IReadOnlyList<Area> _areas;
    private readonly int[] _parents;
    private readonly PhraseMatcher _matcher;
    private readonly int[][] _bearers;

    public AreaFinder(IReadOnlyList<Area> areas)
    {
        _areas = areas;
        var index = areas.Select((a, i) => (a.Id, i)).ToDictionary(a => a.Id, a => a.i, StringComparer.Ordinal);
        _parents = [.. areas.Select(a => a.ParentId is not null && index.TryGetValue(a.ParentId, out var p) ? p : -1)];
        var names = new Dictionary<string, SortedSet<int>>(StringComparer.Ordinal);
        for (var i = 0; i < areas.Count; i++)
        {
            foreach (var name in NamesOf(areas[i]))
            {
                if (!names.TryGetValue(PlainText.Fold(name), out var bearers))
                    names[PlainText.Fold(name)] = bearers = [];
                bearers.Add(i);
            }
        }
        _matcher = new PhraseMatcher([.. names.Keys]);
        _bearers = [.. names.Values.Select(b => b.ToArray())];
    }

    public AreaMatch? Find(string? subject, string? description)
    {
        var text = PlainText.OfTicket(subject, description);
        var hits = _matcher.FindLongest(PlainText.Fold(text)).DistinctBy(h => h.Phrase).ToList();
        if (hits.Count == 0)
            return null;
        var named = hits.SelectMany(h => _bearers[h.Phrase]).ToHashSet();
        // A bearer of a shared name stays while nothing else named lies above or below another bearer.
        var subjectEnd = text.IndexOf('\n');
        var candidates = new Dictionary<int, int>();
        var ambiguous = new List<int[]>();
        foreach (var hit in hits)
        {
            var bearers = _bearers[hit.Phrase];
            var backed = bearers.Where(b => named.Any(n => n != b && !bearers.Contains(n) && (IsAbove(n, b) || IsAbove(b, n)))).ToArray();
            if (backed.Length > 0 && backed.Length < bearers.Length)
                bearers = MostBacked(backed, named);
            if (bearers.Length > 1)
            {
                ambiguous.Add(bearers);
                continue;
            }
            candidates[bearers[0]] = candidates.GetValueOrDefault(bearers[0]) + (hit.Start < subjectEnd ? 2 : 1);
        }
        var shared = ambiguous.Select(CommonAncestor).Where(a => a >= 0);
        foreach (var ancestor in shared)
            candidates.TryAdd(ancestor, 1);
        if (candidates.Count == 0)
            return null;

        // The end of the best-backed chain: each area with the weight of all that is named above it.
        var leaves = candidates.Keys.Where(c => !candidates.Keys.Any(o => IsAbove(c, o))).ToArray();
        var best = leaves.Max(Backing);
        var winners = leaves.Where(l => Backing(l) == best).ToArray();
        var area = winners.Length == 1 ? winners[0] : CommonAncestor(winners);
        int Backing(int leaf) => candidates.Sum(c => c.Key == leaf || IsAbove(c.Key, leaf) ? c.Value : 0);
        return area < 0 ? null : new AreaMatch(_areas[area].Id,
            [.. hits.Where(h => _bearers[h.Phrase].Any(b => b == area || IsAbove(b, area) || IsAbove(area, b))).Select(h => text.Substring(h.Start, h.Length))],
            winners.Length == 1 && ambiguous.Count == 0);
    }

    private int[] MostBacked(int[] bearers, HashSet<int> named)
    {
        int Backers(int b) => named.Count(n => n != b && (IsAbove(n, b) || IsAbove(b, n)));
        var most = bearers.Max(Backers);
        return [.. bearers.Where(b => Backers(b) == most)];
    }

    private static IEnumerable<string> NamesOf(Area area)
    {
        foreach (var name in (area.Aliases ?? []).Prepend(area.Name).Where(n => n.Length >= 2))
            yield return name;
        foreach (var ending in Endings)
        {
            // One character left over, as in 东区, is no name.
            if (area.Name.EndsWith(ending, StringComparison.Ordinal))
            {
                if (area.Name.Length - ending.Length >= 2)
                    yield return area.Name[..^ending.Length];
                yield break;
            }
        }
    }

    private bool IsAbove(int ancestor, int area)
    {
        for (var at = _parents[area]; at >= 0; at = _parents[at])
        {
            if (at == ancestor)
                return true;
        }
        return false;
    }

    private int CommonAncestor(int[] areas)
    {
        for (var at = areas[0]; at >= 0; at = _parents[at])
        {
            if (areas.All(a => a == at || IsAbove(at, a)))
                return at;
        }
        return -1;
    }
}
