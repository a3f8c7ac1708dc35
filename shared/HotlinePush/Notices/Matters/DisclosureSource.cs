using HotlinePush.Units;

namespace HotlinePush.Notices.Matters;

/// <summary>The part of the set-up that notices are written by, as it is in force.</summary>
public sealed record Disclosure(MatterCatalogue Matters, IReadOnlyList<StartingText> Texts, int TextsVersion, IReadOnlyList<ReviewPoint> Checklist, int ChecklistVersion);

/// <summary>
/// Reads it from the set-up's documents. A change made by this process is seen by its next request; one made by another, within two seconds.
/// </summary>
public sealed class DisclosureSource(SetupStore setup, TimeProvider engine)
{
    public const string MattersDocument = "matters";
    public const string TextsDocument = "startingTexts";
    public const string ChecklistDocument = "reviewChecklist";

    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(2);
    private volatile Loaded? _loaded;
    private int _changes;

    private sealed record Loaded(Disclosure Value, string Stamp, long CheckedAt);

    public async ValueTask<Disclosure> GetAsync(CancellationToken ct = default)
    {
        if (_loaded is { } loaded && engine.GetElapsedTime(loaded.CheckedAt) < Fresh)
            return loaded.Value;
        var changes = Volatile.Read(ref _changes);
        var at = engine.GetTimestamp();
        var stamp = await setup.ReadStampAsync(ct);
        var value = _loaded is { } same && same.Stamp == stamp ? same.Value : await LoadAsync(ct);
        _loaded = new(value, stamp, at);
        // A change made while this was being read: it must not outlive that change's Forget.
        if (changes != Volatile.Read(ref _changes))
            _loaded = null;
        return value;
    }

    /// <summary>To be called after a change: the next look loads anew.</summary>
    public void Forget()
    {
        Interlocked.Increment(ref _changes);
        _loaded = null;
    }

    internal static readonly Dictionary<string, UnitMatters> NoMatters = new(StringComparer.Ordinal);

    private async Task<Disclosure> LoadAsync(CancellationToken ct)
    {
        var matters = await setup.ReadAsync(MattersDocument, NoMatters, ct);
        var texts = await setup.ReadAsync(TextsDocument, StartingTexts.Shipped, ct);
        var checklist = await setup.ReadAsync(ChecklistDocument, ReviewChecklist.Shipped, ct);
        return new(new(matters.Version, matters.Value), texts.Value, texts.Version, checklist.Value, checklist.Version);
    }
}
