namespace HotlinePush.Security;

/// <summary>
/// In what capacity somebody acts. <see cref="Resident"/> has shown a tracking code; <see cref="Platform"/> is another system that hands requests over and
/// follows them; <see cref="System"/> is the product itself.
/// </summary>
[CamelCaseWords]
public enum Role { Public, Resident, Desk, Unit, Supervisor, Publisher, Reviewer, Admin, Platform, System }

/// <summary>What a person of a unit does in it: the clerk 承办人 drafts, the head 审签人 signs off.</summary>
[CamelCaseWords]
public enum Position { Clerk, Head }

/// <summary>Who acts: stands in every event of a history.</summary>
/// <param name="Id">Key or account id; for residents and the public a fixed word, never a person.</param>
/// <param name="UnitId">The unit of a unit's, publisher's or reviewer's key.</param>
/// <param name="Position">In a unit; null for a key that may do the work of both.</param>
public sealed record Actor(Role Role, string Id, string? UnitId = null, Position? Position = null)
{
    public static readonly Actor System = new(Role.System, "system");
    public static readonly Actor Resident = new(Role.Resident, "resident");
    public static readonly Actor Public = new(Role.Public, "public");

    public bool IsStaff => Role is not (Role.Public or Role.Resident);
}
