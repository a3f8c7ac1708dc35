namespace HotlinePush.Security.Accounts;

/// <summary>A person of the staff who signs in by name and password, or by the platform's word.</summary>
/// <param name="Id"><see cref="AccountStore.IdOf"/> the user name: stands in histories, so neither is ever given to somebody else.</param>
/// <param name="UserName">2–64 of <c>a–z 0–9 . _ @ -</c>.</param>
/// <param name="UnitId">Of a unit's, publisher's or reviewer's account.</param>
public sealed record Account(string Id, string UserName, string DisplayName, Role Role, string? UnitId = null, Position? Position = null)
{
    /// <summary>Made by the platform's hasher.</summary>
    public required string PasswordHash { get; init; }

    /// <summary>The password was given by an administrator: nothing but changing it is allowed.</summary>
    public bool MustChange { get; init; }

    /// <summary>Tries since the last right password.</summary>
    public int Failed { get; init; }

    /// <summary>Engine time.</summary>
    public DateTimeOffset? LockedUntil { get; init; }

    public bool Disabled { get; init; }
    public DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? LastSignInAt { get; init; }

    /// <summary>A new one ends every session opened before.</summary>
    public required string Stamp { get; init; }

    /// <summary>Counts what administrators changed; sign-ins leave it.</summary>
    public int Version { get; init; } = 1;

    /// <summary>Its password is published (demonstration): refused wherever fixed keys are not allowed.</summary>
    public bool IsFixed { get; init; }

    /// <summary>Which request made it: a repeat of that request finds its own work.</summary>
    public string? Creation { get; init; }

    public Actor ToActor() => new(Role, Id, UnitId, Position);

    public bool IsLocked(DateTimeOffset now) => LockedUntil > now;
}
