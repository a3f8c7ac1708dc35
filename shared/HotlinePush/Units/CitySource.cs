using HotlinePush.Clocks;

namespace HotlinePush.Units;

/// <summary>
/// The set-up in force. A change made by this process is seen by its next request; one made by another, within two seconds.
/// </summary>
public sealed class CitySource(SetupStore setup, TimeProvider engine)
{
    /// <summary>How long a picture is used before the store is asked whether it still holds.</summary>
    internal static readonly TimeSpan Fresh = TimeSpan.FromSeconds(2);
    private readonly SemaphoreSlim _loading = new(1, 1);
    private volatile Loaded? _loaded;
    private int _changes;

    private sealed record Loaded(City City, string Stamp, long CheckedAt);

    public async ValueTask<City> GetAsync(CancellationToken ct = default)
    {
        if (_loaded is { } loaded && engine.GetElapsedTime(loaded.CheckedAt) < Fresh)
            return loaded.City;
        await _loading.WaitAsync(ct);
        try
        {
            if (_loaded is { } now && engine.GetElapsedTime(now.CheckedAt) < Fresh)
                return now.City;
            var changes = Volatile.Read(ref _changes);
            var at = engine.GetTimestamp();
            var stamp = await setup.ReadStampAsync(ct);
            if (_loaded is { } same && same.Stamp == stamp)
            {
                _loaded = same with { CheckedAt = at };
                if (changes != Volatile.Read(ref _changes))
                    _loaded = null;
                return same.City;
            }

            var city = await LoadAsync(ct);
            _loaded = new(city, stamp, at);
            // A change made while this was being read: it must not outlive that change's Forget.
            if (changes != Volatile.Read(ref _changes))
                _loaded = null;
            return city;
        }
        finally
        {
            _loading.Release();
        }
    }

    /// <summary>To be called after a change: the next look loads anew.</summary>
    public void Forget()
    {
        Interlocked.Increment(ref _changes);
        _loaded = null;
    }

    private async Task<City> LoadAsync(CancellationToken ct)
    {
        var units = await setup.ReadAsync<IReadOnlyList<Unit>>(SetupNames.Units, [], ct);
        var areas = await setup.ReadAsync<IReadOnlyList<Area>>(SetupNames.Areas, [], ct);
        var categories = await setup.ReadAsync<IReadOnlyList<Category>>(SetupNames.Categories, [], ct);
        var catalogue = await setup.ReadAsync<IReadOnlyList<CatalogueRule>>(SetupNames.Catalogue, [], ct);
        var policies = await setup.ReadAsync(SetupNames.Policies, PolicySet.Default, ct);
        var years = await setup.ReadAsync<IReadOnlyList<CalendarYear>>(SetupNames.Calendar, [], ct);
        var calendar = years.Value.Aggregate(WorkCalendar.Shipped, (c, year) => c.With(year));
        return new(units.Value, areas.Value, categories.Value, catalogue.Value, policies.Value with { Version = policies.Version + 1 }, calendar)
        {
            Versions = new Dictionary<string, int>(StringComparer.Ordinal)
            {
                [SetupNames.Units] = units.Version,
                [SetupNames.Areas] = areas.Version,
                [SetupNames.Categories] = categories.Version,
                [SetupNames.Catalogue] = catalogue.Version,
                [SetupNames.Policies] = policies.Version,
                [SetupNames.Calendar] = years.Version,
            },
        };
    }
}

/// <summary>Names of the set-up's documents.</summary>
public static class SetupNames
{
    public const string Units = "units";
    public const string Areas = "areas";
    public const string Categories = "categories";
    public const string Catalogue = "catalogue";
    public const string Policies = "policies";
    public const string Calendar = "calendar";
    public const string Classifier = "classifier";
}
