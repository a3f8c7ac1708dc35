using System.Collections.Frozen;

namespace HotlinePush.Units.Roster;

/// <summary>Who answers the telephone of a unit from when to when.</summary>
/// <param name="To">Not included.</param>
public sealed record Shift(string UnitId, DateTimeOffset From, DateTimeOffset To, string Name, string? Phone = null, string? Email = null);

/// <summary>The duty roster 值班表 as it stands: shifts may overlap, and nobody need be on duty.</summary>
public sealed record DutyPicture(int Version, IReadOnlyList<Shift> Shifts)
{
    private readonly Lazy<FrozenDictionary<string, Shift[]>> _byUnit = new(() =>
        Shifts.GroupBy(s => s.UnitId, StringComparer.Ordinal).ToFrozenDictionary(g => g.Key, g => g.OrderBy(s => s.From).ToArray(), StringComparer.Ordinal));

    /// <summary>Those on duty at a moment, whose shift began first first.</summary>
    public IReadOnlyList<Shift> At(string unitId, DateTimeOffset moment) =>
        _byUnit.Value.TryGetValue(unitId, out var shifts) ? [.. shifts.Where(s => s.From <= moment && moment < s.To)] : [];
}

/// <summary>The roster in force: a document of the set-up, looked at anew every two seconds at the most.</summary>
public sealed class DutyRoster(SetupStore setup, TimeProvider engine)
{
    public const string Name = "roster";

    private sealed record Loaded(DutyPicture Picture, string Stamp, long CheckedAt);

    private volatile Loaded? _loaded;

    public async ValueTask<DutyPicture> GetAsync(CancellationToken ct = default)
    {
        if (_loaded is { } loaded && engine.GetElapsedTime(loaded.CheckedAt) < CitySource.Fresh)
            return loaded.Picture;
        var at = engine.GetTimestamp();
        var stamp = await setup.ReadStampAsync(ct);
        if (_loaded is not { } same || same.Stamp != stamp)
        {
            var read = await setup.ReadAsync<IReadOnlyList<Shift>>(Name, [], ct);
            same = new(new(read.Version, read.Value), stamp, at);
        }

        _loaded = same with { CheckedAt = at };
        return same.Picture;
    }

    /// <summary>After a change by this process: the next look loads anew.</summary>
    public void Forget() => _loaded = null;
}
