using System.Collections.Immutable;
using HotlinePush.Security;

namespace HotlinePush.Audiences;

/// <summary>
/// One person or household of an audience 对象. Sealed under a data key of its own: deleting the person destroys the key.
/// </summary>
public sealed record Recipient
{
    /// <summary>As the office knows it, or a keyed hash of an ID number that was then dropped. 1–64 characters.</summary>
    [Personal] public required string Id { get; init; }

    [Personal] public string? Name { get; init; }

    /// <summary>E.164.</summary>
    [Personal] public string? Phone { get; init; }

    [Personal] public string? Email { get; init; }

    /// <summary>WeChat openid bound to the office's account.</summary>
    [Personal] public string? OpenId { get; init; }

    [Personal] public string? Address { get; init; }

    /// <summary>Division code, where the list names one the city knows; else null and the text stays among the fields.</summary>
    public string? AreaId { get; init; }

    /// <summary>Members of one household share it; null: a household of one.</summary>
    [Personal] public string? Household { get; init; }

    /// <summary>The further columns of the list under their headers, as text. Values of placeholders.</summary>
    [Personal] public ImmutableSortedDictionary<string, string> Fields { get; init; } = ImmutableSortedDictionary<string, string>.Empty.WithComparers(StringComparer.Ordinal);

    /// <summary>More than three recipients of the list share the phone: held for confirmation, and no personal figures go to it.</summary>
    public bool SharedPhone { get; init; }
}

/// <summary>Where a recipient lies in one version of a list: pages of <see cref="PageSize"/>, counted from 0.</summary>
public readonly record struct Place(int Page, int Row)
{
    public const int PageSize = 1_000;
}

/// <summary>One page of a list, in the order of import; an erased recipient is null at its place.</summary>
public sealed record RecipientPage(int Page, IReadOnlyList<Recipient?> Recipients);
