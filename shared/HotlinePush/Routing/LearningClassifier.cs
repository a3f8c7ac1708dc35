using HotlinePush.Units;

namespace HotlinePush.Routing;

/// <summary>An example with its category as a place in the lexicon's list.</summary>
public sealed record Example(TextFeatures Features, int Category, float Weight = 1f);

/// <summary>
/// The classifier that a running system holds: it answers from a snapshot, gathers confirmed tickets, and makes the
/// next snapshot when told to. Safe for any number of threads.
/// </summary>
public sealed class LearningClassifier : ICategoryClassifier
{
    private readonly Lexicon _lexicon;
    private readonly Dictionary<string, int> _index;
    private readonly int _capacity;
    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, LearntTicket> _learnt = new(StringComparer.Ordinal);
    private volatile CategoryClassifier _current;
    private int _changes;

    /// <param name="capacity">Examples kept. The default trains in seconds on one core and is about 20 MB.</param>
    public LearningClassifier(IReadOnlyList<Category> categories, int capacity = 10_000)
    {
        _lexicon = new Lexicon(categories);
        _index = categories.Select((c, i) => (c.Id, i)).ToDictionary(c => c.Id, c => c.i, StringComparer.Ordinal);
        _capacity = capacity;
        _current = CategoryClassifier.Train(_lexicon, []);
    }

    /// <summary>How many examples came, changed or went since the last <see cref="Retrain"/>.</summary>
    public int Untrained { get { lock (_lock) return _changes; } }
    public int Count { get { lock (_lock) return _learnt.Count; } }

    public IReadOnlyList<CategorySuggestion> Suggest(string text, int max) => _current.Suggest(text, max);

    /// <summary>
    /// Remembers a confirmed ticket; it counts from the next <see cref="Retrain"/>. The same key again replaces what was
    /// learnt, so a repeated message does no harm and a correction corrects.
    /// </summary>
    /// <returns>What to store, or null for a category that does not exist or a blank text.</returns>
    public LearntTicket? Learn(string key, string text, string categoryId, float weight = 1f)
    {
        if (!_index.ContainsKey(categoryId) || string.IsNullOrWhiteSpace(text))
            return null;
        var ticket = new LearntTicket(key, categoryId, weight, TextFeatures.Of(text, _lexicon, out _));
        Restore([ticket]);
        return ticket;
    }

    /// <summary>Takes back what was stored; of categories that no longer exist it keeps nothing.</summary>
    public void Restore(IEnumerable<LearntTicket> tickets)
    {
        lock (_lock)
        {
            foreach (var ticket in tickets.Where(t => _index.ContainsKey(t.CategoryId)))
            {
                _learnt[ticket.Key] = ticket;
                _changes++;
                if (_learnt.Count > _capacity)
                    DropOne();
            }
        }
    }

    /// <summary>All that is remembered, by key.</summary>
    public IReadOnlyList<LearntTicket> Snapshot() { lock (_lock) return [.. _learnt.Values]; }

    /// <summary>Trains on all that is remembered and answers from that. Seconds of one core at full capacity.</summary>
    public void Retrain()
    {
        LearntTicket[] tickets;
        lock (_lock)
        {
            tickets = [.. _learnt.Values];
            _changes = 0;
        }
        _current = CategoryClassifier.Train(_lexicon, [.. tickets.Select(t => new Example(t.Features, _index[t.CategoryId], t.Weight))]);
    }

    // The fullest first level gives up its oldest: ticket numbers begin with the date.
    private void DropOne()
    {
        var fullest = _learnt.Values.GroupBy(t => _lexicon.Roots[_index[t.CategoryId]]).MaxBy(g => g.Count())!;
        _learnt.Remove(fullest.First().Key);
    }
}
