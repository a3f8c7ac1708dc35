using System.Collections.Immutable;
using HotlinePush.Security;

namespace HotlinePush.Audiences;

/// <summary>
/// The group a notice goes to 人群. Its list is written under a new version by an import, then the pointer flips; versions that a notice
/// has frozen stay.
/// </summary>
public sealed record Audience
{
    public required string Id { get; init; }

    /// <summary>Counts changes of this head: its version towards clients.</summary>
    public int Seq { get; init; }

    public required string Name { get; init; }

    /// <summary>A field of the disclosure catalogue, such as <c>relocation</c>.</summary>
    public required string Field { get; init; }

    /// <summary>The publishing office; its publishers and reviewers alone see the list.</summary>
    public required string UnitId { get; init; }

    public required Actor CreatedBy { get; init; }
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>The list in force; null before the first import is done.</summary>
    public AudienceList? List { get; init; }

    /// <summary>The highest version ever begun: none is given twice.</summary>
    public int LastVersion { get; init; }

    /// <summary>Versions that an approval froze, and for whom; they stay until they are released.</summary>
    public ImmutableArray<FrozenList> Frozen { get; init; } = [];

    /// <summary>Former versions whose pages are still being taken away.</summary>
    public ImmutableArray<AudienceList> Leaving { get; init; } = [];

    /// <summary>How columns of the last file were mapped, for the next one: our column to the file's header.</summary>
    public ImmutableSortedDictionary<string, string> Mapping { get; init; } = ImmutableSortedDictionary<string, string>.Empty.WithComparers(StringComparer.Ordinal);

    /// <summary>The saved query the list was made by; null for imported lists.</summary>
    public SavedQuery? Query { get; init; }

    /// <summary>After this day of product time all recipients are deleted; null: kept until somebody deletes them.</summary>
    public DateOnly? RetainUntil { get; init; }

    /// <summary>Counts erasures: an import that began before one starts over, so that nobody comes back.</summary>
    public int Erasures { get; init; }

    /// <summary>The version's list where it can still be read.</summary>
    public AudienceList? FindList(int version) =>
        List?.Version == version ? List : Frozen.FirstOrDefault(f => f.List.Version == version)?.List ?? Leaving.FirstOrDefault(l => l.Version == version);

    /// <summary>Every version whose pages are there.</summary>
    public IEnumerable<AudienceList> Lists() =>
        Frozen.Select(f => f.List).Concat(Leaving).Concat(List is null ? [] : [List]).DistinctBy(l => l.Version);
}

/// <param name="For">The notice that froze it.</param>
public sealed record FrozenList(AudienceList List, string For);

/// <summary>One version of a list, complete and never changed; erasing a person leaves a gap.</summary>
/// <param name="Hash">
/// Lower-case hex: SHA-256 of each page over its recipients in order, chained from page to page. What an approval freezes.
/// </param>
/// <param name="Columns">The further columns, in the order of the file.</param>
public sealed record AudienceList(
    int Version, int Recipients, int Pages, string Hash, ImmutableArray<ListColumn> Columns, ListCounts Counts, DateTimeOffset At);

/// <summary>A further column of a list, with what a dry run shows of amounts.</summary>
/// <param name="Numbers">Cells that are numbers; null figures where none is.</param>
public sealed record ListColumn(string Name, int Filled, int Numbers, decimal? Sum, decimal? Min, decimal? Max)
{
    /// <summary>An amount: every filled cell is a number.</summary>
    public bool IsAmount => Filled > 0 && Numbers == Filled;
}

/// <summary>Recipients by what they can be reached by, of the whole list.</summary>
/// <param name="Unreachable">No contact at all.</param>
/// <param name="Duplicates">Rows of the file that repeated a recipient and were left out.</param>
/// <param name="SharedPhones">Phones that more than three recipients share.</param>
/// <param name="Households">Households with more than one member in the list are one each; everybody else is one.</param>
public sealed record ListCounts(
    int Phones, int Emails, int OpenIds, int Addresses, int Unreachable, int Duplicates, int SharedPhones, int Households = 0);
