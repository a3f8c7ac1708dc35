namespace HotlinePush.Security.Accounts;

/// <summary>The names behind the ids of a history, for staff of the same house; residents are told no names.</summary>
public sealed class StaffNames(AccountStore accounts)
{
    /// <returns>Display name by actor id; keys and strangers are left out.</returns>
    public async Task<IReadOnlyDictionary<string, string>> OfAsync(IEnumerable<Actor> actors, Actor reader, CancellationToken ct = default)
    {
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var actor in actors.Where(a => AccountStore.IsId(a.Id) && MayRead(a, reader)).DistinctBy(a => a.Id))
            if (await accounts.ReadNameAsync(actor.Id, ct) is { } name)
                names[actor.Id] = name;
        return names;
    }

    /// <summary>The desk, supervisors and administrators know everybody; a unit its own people.</summary>
    public static bool MayRead(Actor actor, Actor reader) => reader.Role switch
    {
        Role.Desk or Role.Supervisor or Role.Admin => true,
        Role.Unit or Role.Publisher or Role.Reviewer => reader.UnitId is not null && reader.UnitId == actor.UnitId,
        _ => false,
    };
}
